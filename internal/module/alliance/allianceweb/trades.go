package allianceweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// tradesView is the tree of trades with one of them to be changed, or a new one.
type tradesView struct {
	Tree   *alliance.Tree
	May    bool
	Edit   bool
	Trade  alliance.Trade
	Reason string
	Form   ui.Form
	Past   []ui.Row
}

func (v tradesView) title(ctx context.Context) string {
	if v.Edit {
		return i18n.T(ctx, "改“%s”", v.Trade.Name(english(ctx)))
	}
	return i18n.T(ctx, "加一个业态")
}

// rows are the trades below one, with what they are.
func (v tradesView) rows(ctx context.Context, code string) (rows []ui.Row) {
	for _, t := range v.Tree.Below(code) {
		row := ui.Row{Title: t.Name(english(ctx)), Text: t.Code, Href: "/desk/alliance/trades?code=" + t.Code}
		if t.Need != alliance.NoNeed {
			row.EndNote = alliance.NeedName(t.Need).In(ctx)
		}
		if t.Rivals {
			row.Notes = append(row.Notes, i18n.T(ctx, "下面的业态互相冲突"))
		}
		if t.Retired {
			row.Tag, row.Tone = i18n.T(ctx, "停用"), ui.Soon
		}
		rows = append(append(rows, row), v.rows(ctx, t.Code)...)
	}
	return rows
}

func (v tradesView) parents(ctx context.Context) []ui.Option {
	options := []ui.Option{{Text: i18n.T(ctx, "自成一类")}}
	for _, t := range v.Tree.All() {
		options = append(options, ui.Option{Value: t.Code, Text: strings.Repeat("　", v.Tree.Depth(t.Code)) + t.Name(english(ctx))})
	}
	return options
}

func (p *Pages) tradeList(w http.ResponseWriter, r *http.Request) error {
	v := tradesView{Form: ui.Form{Action: "/desk/alliance/trades"}}
	tree, err := p.Flows.Trades(r.Context())
	if err != nil {
		return err
	}
	if code := r.FormValue("code"); code != "" {
		t, err := tree.Find(code)
		if err != nil {
			return err
		}
		v.Edit, v.Trade = true, *t
	}
	return p.showTrades(w, r, http.StatusOK, v)
}

func (p *Pages) showTrades(w http.ResponseWriter, r *http.Request, status int, v tradesView) (err error) {
	ctx := r.Context()
	if v.Tree, err = p.Flows.Trades(ctx); err != nil {
		return err
	}
	v.May = p.May(ctx, "trade.change")
	err = p.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		code := ""
		if v.Edit {
			code = v.Trade.Code
		}
		versions, err := p.Flows.Alliance.Versions(ctx, rd, code)
		if err != nil {
			return err
		}
		var who []id.ID
		for _, x := range versions {
			who = append(who, x.By)
		}
		names, err := p.Names(ctx, rd, who...)
		for i := len(versions) - 1; i >= max(0, len(versions)-20); i-- {
			x := versions[i]
			v.Past = append(v.Past, ui.Row{Title: i18n.T(ctx, "%s（第 %d 版）", x.Zh, x.Version), Text: x.Reason, Notes: []string{names[x.By] + " · " + ui.Moment(ctx, portal.Local(x.At))}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Private, p.desk(ctx, i18n.T(ctx, "业态表")), tradesPage(v))
}

func (p *Pages) changeTrade(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := tradesView{Edit: r.FormValue("edit") == "yes", Reason: r.FormValue("reason"), Form: ui.Form{Action: "/desk/alliance/trades"}}
	v.Trade = alliance.Trade{Code: strings.TrimSpace(r.FormValue("code")), Parent: r.FormValue("parent"), Zh: strings.TrimSpace(r.FormValue("name_zh")), En: strings.TrimSpace(r.FormValue("name_en")),
		Need: alliance.Need(r.FormValue("need")), Rivals: r.FormValue("rivals") == "yes", Retired: r.FormValue("retired") == "yes"}
	err := p.Flows.ChangeTrade(ctx, authz.Of(ctx).Actor(), v.Trade, !v.Edit, v.Reason)
	if err == nil {
		http.Redirect(w, r, "/desk/alliance/trades?code="+v.Trade.Code, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	v.Form.Wrong = wrong
	return p.showTrades(w, r, status, v)
}

func needOptions(ctx context.Context) []ui.Option {
	options := []ui.Option{{Value: "", Text: alliance.NeedName(alliance.NoNeed).In(ctx)}}
	for _, n := range alliance.Needs {
		options = append(options, ui.Option{Value: string(n), Text: alliance.NeedName(n).In(ctx)})
	}
	return options
}

func whyOptions(ctx context.Context) (options []ui.Option) {
	for _, w := range alliance.Whys {
		options = append(options, ui.Option{Value: string(w), Text: alliance.WhyName(w).In(ctx)})
	}
	return options
}

func leafOptions(ctx context.Context, tree *alliance.Tree) (options []ui.Option) {
	for _, t := range tree.Leaves() {
		options = append(options, ui.Option{Value: t.Code, Text: t.Name(english(ctx))})
	}
	return options
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func bidTitle(ctx context.Context, x *alliance.Application) string {
	return i18n.T(ctx, "%s · %s", orElse(x.Form.ShopName, i18n.T(ctx, "还没写店名")), alliance.StateName(x.State()))
}

// seatHolder says who holds a seat.
func seatHolder(ctx context.Context, b *flow.Board, seat id.ID) string {
	t := b.Holder(seat)
	if t == nil {
		return i18n.T(ctx, "那一席现在空着，可以请它报名")
	}
	return i18n.T(ctx, "%s这一席是%s的", b.Trade(t.Trade, english(ctx)), shopName(b, t.Merchant))
}
