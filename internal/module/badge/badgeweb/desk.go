package badgeweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// take takes a coin for its goods.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, err := shopOf(r)
	if err != nil {
		return err
	}
	_, rec, err := p.Flows.RedeemBadge(ctx, on.Place, authz.Of(ctx).Actor(), flow.Taking{Shop: on.Subject, Code: r.FormValue("code"), Form: r.FormValue(ui.TokenName)})
	if f := fault.Of(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Busy {
		text, _ := i18n.Refusal(ctx, f)
		return p.showTill(w, r, http.StatusConflict, []ui.Wrong{{Field: "code", Text: text}})
	}
	if err != nil {
		return err
	}
	return see(w, r, r.URL.Path+"?taken="+rec.Coin.String())
}

// home leads to the viewer's community, or lets her choose.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	mine, err := p.Mine(r.Context(), "badge.read")
	if err != nil {
		return err
	}
	if len(mine) == 1 {
		return see(w, r, "/desk/badges/"+mine[0].Ref)
	}
	var rows []ui.Row
	for _, at := range mine {
		counts, err := p.counts(r.Context(), at.ID)
		if err != nil {
			return err
		}
		var minted, out int64
		for _, c := range counts {
			minted, out = minted+c.Minted, out+c.By[badge.Given]
		}
		rows = append(rows, ui.Row{Href: "/desk/badges/" + at.Ref, Icon: "building", Title: portal.PlaceName(at), EndNote: i18n.T(r.Context(), "铸了 %d 枚，在外面 %d 枚", minted, out)})
	}
	return p.Show(w, r, p.desk(r.Context(), i18n.T(r.Context(), "同壹币")), homePage(rows))
}

func (p *Pages) desk(ctx context.Context, title string) ui.Shell {
	return p.Shell(ctx, ui.OperatorFrame, "badges", title)
}

func (p *Pages) counts(ctx context.Context, at id.ID) (all []badge.Count, err error) {
	err = p.view(ctx, at, func(rd db.Reader) error { all, err = p.Flows.Badges.Reconcile(ctx, rd, at); return err })
	return all, err
}

// batchesView are the batches of a community, and whether every coin is accounted for.
type batchesView struct {
	At    community.Place
	Rows  []countRow
	Sum   badge.Count
	Mint  ui.Form
	Loss  ui.Form
	Typed map[string]string
	Shops []ui.Option
	May   bool
	Give  bool
	Lost  string // the number that was given in its stead
}

// countRow is a batch with where its coins are.
type countRow struct {
	badge.Batch
	badge.Count
}

func (p *Pages) batches(w http.ResponseWriter, r *http.Request) error {
	return p.showBatches(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showBatches(w http.ResponseWriter, r *http.Request, status int, which string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	base := "/desk/badges/" + at.Ref
	v := batchesView{At: at, Mint: ui.Form{In: "mint", Action: base}, Loss: ui.Form{In: "loss", Action: base + "/loss"}, Typed: make(map[string]string), Sum: badge.Count{By: make(map[badge.State]int64)}, Lost: r.FormValue("given")}
	if wrong != nil {
		for _, f := range []string{"design", "goods", "count", "cost", "workshop", "shop", "until", "coin", "words"} {
			v.Typed[f] = r.FormValue(f)
		}
	}
	if which == "mint" {
		v.Mint.Wrong = wrong
	} else {
		v.Loss.Wrong = wrong
	}
	v.May, v.Give = p.MayIn(ctx, "badge.mint", at.ID), p.MayIn(ctx, "badge.give", at.ID)
	if err := p.fillBatches(ctx, &v); err != nil {
		return err
	}
	if f := r.FormValue("format"); f == "csv" || f == "xlsx" {
		return portal.Take(w, r, i18n.T(ctx, "同壹币对账"), f, reconciliation(ctx, &v))
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, i18n.T(ctx, "同壹币")), batchesPage(v))
}

func (p *Pages) fillBatches(ctx context.Context, v *batchesView) error {
	return p.view(ctx, v.At.ID, func(rd db.Reader) error {
		all, err := p.Flows.Badges.Batches(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		counts, err := p.Flows.Badges.Reconcile(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		for _, b := range all {
			for _, c := range counts {
				if c.Batch != b.Number {
					continue
				}
				v.Rows = append(v.Rows, countRow{b, c})
				v.Sum.Minted += c.Minted
				for _, s := range badge.States {
					v.Sum.By[s] += c.By[s]
				}
			}
		}
		shops, err := p.Flows.Merchants.List(ctx, rd, v.At.ID)
		v.Shops = []ui.Option{{Text: i18n.T(ctx, "所有联盟店都收")}}
		for _, m := range shops {
			name := m.Name
			if name == "" {
				name = m.Ref
			}
			v.Shops = append(v.Shops, ui.Option{Value: m.ID.String(), Text: name})
		}
		return err
	})
}

// reconciliation is the table of where every coin is.
func reconciliation(ctx context.Context, v *batchesView) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "同壹币对账"), Head: []string{i18n.T(ctx, "批次"), i18n.T(ctx, "样式"), i18n.T(ctx, "铸了")}}
	for _, s := range badge.States {
		t.Head = append(t.Head, stateName(ctx, s))
	}
	for _, x := range v.Rows {
		row := []sheet.Value{sheet.Figure(itoa(x.Number)), {Text: x.Design}, sheet.Figure(itoa(x.Minted))}
		for _, s := range badge.States {
			row = append(row, sheet.Figure(itoa(x.Count.By[s])))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// again shows the page once more with what is wrong in one of its forms.
func again(ctx context.Context, err error, show func(status int, wrong []ui.Wrong) error) error {
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return show(status, wrong)
}

func (p *Pages) mint(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	b := badge.Batch{Design: strings.TrimSpace(r.FormValue("design")), Goods: strings.TrimSpace(r.FormValue("goods")), Workshop: strings.TrimSpace(r.FormValue("workshop"))}
	if b.Count, err = whole(r, "count"); err == nil {
		if b.Cost, err = money.Parse(r.FormValue("cost"), money.CNY); err != nil {
			err = badge.ErrBadBatch.On("cost")
		}
	}
	if text := r.FormValue("shop"); err == nil && text != "" {
		if b.Shop, err = id.Parse(text); err != nil {
			err = badge.ErrBadBatch.On("shop")
		}
	}
	if text := r.FormValue("until"); err == nil && text != "" {
		if b.Until, err = period.ParseDay(text); err != nil {
			err = badge.ErrBadBatch.On("until")
		}
	}
	if err == nil {
		b, err = p.Flows.MintBadges(ctx, at.ID, authz.Of(ctx).Actor(), b)
	}
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showBatches(w, r, status, "mint", wrong) })
	}
	return see(w, r, "/desk/badges/"+at.Ref+"/"+itoa(b.Number))
}

func whole(r *http.Request, field string) (int64, error) {
	v, err := money.Parse(r.FormValue(field), money.Point)
	if err != nil {
		return 0, badge.ErrBadRange.On(field).With("count", "–").With("most", badge.MaxRange)
	}
	return int64(v), nil
}

// replace notes a coin as lost that somebody reports at the desk.
func (p *Pages) replace(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	c, _, err := badge.ParseCode(r.FormValue("coin"))
	if f := fault.Of(err); f != nil {
		err = f.On("coin")
	}
	var given badge.Coin
	if err == nil {
		given, err = p.Flows.LoseBadge(ctx, at.ID, authz.Of(ctx).Actor(), id.ID{}, c, strings.TrimSpace(r.FormValue("words")))
	}
	if f := fault.Of(err); f != nil && f.Kind == fault.NotFound {
		err = badge.ErrBadCode.On("coin")
	}
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showBatches(w, r, status, "loss", wrong) })
	}
	return see(w, r, "/desk/badges/"+at.Ref+"?given="+given.String())
}
