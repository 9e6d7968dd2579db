package badgeweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// batchView is one batch with what happened to its coins.
type batchView struct {
	countRow
	At          community.Place
	Facts       []ui.Fact
	Give, Spoil ui.Form
	Typed       map[string]string
	May, MayOut bool
	Events      []ui.Row
	Sheet       string
}

func (p *Pages) batch(w http.ResponseWriter, r *http.Request) error {
	return p.showBatch(w, r, http.StatusOK, "", nil)
}

// batchOf finds the batch that an address names.
func (p *Pages) batchOf(r *http.Request) (at community.Place, number int64, err error) {
	if at, err = p.CommunityIn(r); err != nil {
		return at, 0, err
	}
	number, err = strconv.ParseInt(r.PathValue("batch"), 10, 32)
	if err != nil {
		err = badge.ErrNoBatch
	}
	return at, number, err
}

func (p *Pages) showBatch(w http.ResponseWriter, r *http.Request, status int, which string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, number, err := p.batchOf(r)
	if err != nil {
		return err
	}
	base := "/desk/badges/" + at.Ref + "/" + itoa(number)
	v := batchView{At: at, Give: ui.Form{In: "give", Action: base + "/given"}, Spoil: ui.Form{In: "void", Action: base + "/void"}, Typed: make(map[string]string), Sheet: base + "/sheet"}
	if wrong != nil {
		for _, f := range []string{"first", "last", "words", "member_ref", "reason"} {
			v.Typed[f] = r.FormValue(f)
		}
	}
	if which == "give" {
		v.Give.Wrong = wrong
	} else {
		v.Spoil.Wrong = wrong
	}
	v.May, v.MayOut = p.MayIn(ctx, "badge.mint", at.ID), p.MayIn(ctx, "badge.give", at.ID)
	if err := p.fillBatch(ctx, &v, number); err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, v.Design), batchPage(v))
}

func (p *Pages) fillBatch(ctx context.Context, v *batchView, number int64) error {
	zone, err := p.Zone(ctx, v.At.ID)
	if err != nil {
		return err
	}
	return p.view(ctx, v.At.ID, func(rd db.Reader) error {
		b, err := p.Flows.Badges.Batch(ctx, rd, v.At.ID, number)
		if err != nil {
			return err
		}
		v.Batch = b
		counts, err := p.Flows.Badges.Reconcile(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		for _, c := range counts {
			if c.Batch == number {
				v.Count = c
			}
		}
		shop := i18n.T(ctx, "所有联盟店都收")
		if !b.Shop.IsZero() {
			names, err := p.Flows.CounterNames(ctx, rd, v.At.ID)
			if err != nil {
				return err
			}
			shop = names[b.Shop]
		}
		v.Facts = []ui.Fact{{Name: i18n.T(ctx, "能换"), Text: b.Goods}, {Name: i18n.T(ctx, "哪家收"), Text: shop}, {Name: i18n.T(ctx, "一枚付给店家，元"), Text: ui.Yuan(b.Cost)}, {Name: i18n.T(ctx, "作坊"), Text: b.Workshop}, {Name: i18n.T(ctx, "铸造日期"), Text: ui.FullDay(ctx, b.MintedOn)}}
		if b.Until != 0 {
			v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "换到哪天"), Text: ui.FullDay(ctx, b.Until)})
		}
		for _, kind := range []badge.State{badge.Redeemed, badge.Lost, badge.Void, badge.Given} {
			latest, err := p.Flows.Badges.Latest(ctx, rd, v.At.ID, number, kind, 12)
			if err != nil {
				return err
			}
			for _, e := range latest {
				row := ui.Row{Title: i18n.T(ctx, "%s 号", e.Coin), Text: e.Words, Tag: stateName(ctx, e.Kind), Tone: stateTone(e.Kind), EndNote: moment(ctx, e.At, zone)}
				if e.Kind == badge.Lost {
					row.Notes = []string{i18n.T(ctx, "补了 %s 号", e.Other)}
				}
				v.Events = append(v.Events, row)
			}
		}
		return nil
	})
}

func (p *Pages) give(w http.ResponseWriter, r *http.Request) error {
	return p.onRange(w, r, "give", func(ctx context.Context, at id.ID, batch, first, last int64) error {
		err := p.Flows.GiveBadges(ctx, at, authz.Of(ctx).Actor(), batch, first, last, strings.TrimSpace(r.FormValue("words")), strings.TrimSpace(r.FormValue("member_ref")))
		if f := fault.Of(err); f != nil && f.Kind == fault.NotFound && f.Field == "member_ref" {
			return errNoMember.On("member_ref")
		}
		return err
	})
}

// errNoMember refuses a reference that is no member's.
var errNoMember = fault.New(fault.Invalid, "badge.no_member")

func (p *Pages) spoil(w http.ResponseWriter, r *http.Request) error {
	return p.onRange(w, r, "void", func(ctx context.Context, at id.ID, batch, first, last int64) error {
		return p.Flows.VoidBadges(ctx, at, authz.Of(ctx).Actor(), batch, first, last, strings.TrimSpace(r.FormValue("reason")))
	})
}

// onRange does something to the coins from one number to another; the second may be
// left out.
func (p *Pages) onRange(w http.ResponseWriter, r *http.Request, which string, do func(ctx context.Context, at id.ID, batch, first, last int64) error) error {
	ctx := r.Context()
	at, batch, err := p.batchOf(r)
	if err != nil {
		return err
	}
	var first, last int64
	if first, err = whole(r, "first"); err == nil {
		if last = first; r.FormValue("last") != "" {
			last, err = whole(r, "last")
		}
	}
	if err == nil {
		err = do(ctx, at.ID, batch, first, last)
	}
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showBatch(w, r, status, which, wrong) })
	}
	return see(w, r, "/desk/badges/"+at.Ref+"/"+itoa(batch))
}

// sheet is what the workshop gets: the code of every coin, to be engraved or printed.
func (p *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, number, err := p.batchOf(r)
	if err != nil {
		return err
	}
	var b badge.Batch
	var codes []string
	err = p.view(ctx, at.ID, func(rd db.Reader) error {
		if b, err = p.Flows.Badges.Batch(ctx, rd, at.ID, number); err != nil {
			return err
		}
		codes, err = p.Flows.Badges.Codes(ctx, rd, at.ID, &b)
		return err
	})
	if err != nil {
		return err
	}
	title := i18n.T(ctx, "同壹币第 %d 批 %s", b.Number, b.Design)
	head := []string{i18n.T(ctx, "号码"), i18n.T(ctx, "验真码"), i18n.T(ctx, "二维码的内容")}
	if f := r.FormValue("format"); f == "pdf" {
		return p.paperSheet(w, r, at, title, head, codes)
	}
	t := sheet.Table{Name: title, Head: head}
	for _, code := range codes {
		t.Rows = append(t.Rows, sheet.Texts(p.split(ctx, at, code)...))
	}
	return portal.Take(w, r, title, "csv", t)
}

// split is a code in its parts: what is engraved, what is beside it, what the picture
// says.
func (p *Pages) split(ctx context.Context, at community.Place, code string) []string {
	i := strings.LastIndexByte(code, '-')
	return []string{code[:i], code[i+1:], p.Base(ctx) + "/b/" + at.Ref + "/" + code}
}

func (p *Pages) paperSheet(w http.ResponseWriter, r *http.Request, at community.Place, title string, head, codes []string) error {
	ctx := r.Context()
	d := paper.New(title, portal.PlaceName(at))
	d.Text(i18n.T(ctx, "请保管好这张表：照着它就能做出同样的币。铸好以后销毁或交回社区。"))
	var rows [][]string
	for _, code := range codes {
		rows = append(rows, p.split(ctx, at, code))
	}
	d.Table([]paper.Column{{Text: head[0], Share: 12}, {Text: head[1], Share: 16}, {Text: head[2], Share: 50}}, rows)
	pdf, err := d.Bytes()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="badges.pdf"`)
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/pdf", pdf)
}

// stats are the figures of a batch.
func stats(ctx context.Context, v batchView) []ui.Stat {
	all := []ui.Stat{{Name: i18n.T(ctx, "铸了"), Number: itoa(v.Minted), Unit: i18n.T(ctx, "枚")}}
	for _, s := range badge.States {
		all = append(all, ui.Stat{Name: stateName(ctx, s), Number: itoa(v.Count.By[s])})
	}
	return all
}
