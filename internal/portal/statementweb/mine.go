package statementweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// mineView is a person's month in the community where she is at home.
type mineView struct {
	Place, Month string
	Prev, Next   string
	Parts        []minePart
	Files        []ui.Link
	Incomplete   bool
}

// minePart is one of her accounts.
type minePart struct {
	ID, Name string
	Lines    []ui.Line
}

const self = "/me/statement"

func (g *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, memberships, err := g.Me(ctx)
	if err != nil {
		return err
	}
	all, err := g.Flows.Belongings(ctx, memberships)
	if err != nil {
		return err
	}
	s := g.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的对账单"))
	s.Back = ui.Link{Href: "/me/wallet", Text: i18n.T(ctx, "我手里有")}
	if len(all) == 0 {
		return g.Show(w, r, s, minePage(mineView{}))
	}
	b := &all[0]
	today := period.DayOf(g.Flows.DB.Clock().Now(), b.Zone)
	m := today.Month()
	if text := r.FormValue("month"); text != "" {
		if m, err = month(text, today); err != nil {
			return err
		}
	}
	accounts, complete, err := g.Flows.MyMonth(ctx, b, m)
	if err != nil {
		return err
	}
	name := i18n.T(ctx, "我的对账单") + " " + m.String()
	switch f := r.FormValue("format"); f {
	case "csv", "xlsx":
		return portal.Take(w, r, name, f, mineSheet(ctx, accounts))
	case "pdf":
		d := paper.New(i18n.T(ctx, "%s的对账单", ui.Month(ctx, m)), portal.PlaceName(b.Community))
		d.Text(i18n.T(ctx, "抵扣权益不是钱，不能换成钱；奖励付给您的时候，按税法可能要报个人所得税。"))
		accountsOn(ctx, d, accounts)
		content, err := d.Bytes()
		if err != nil {
			return err
		}
		return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: name + ".pdf", Content: content}, httpkit.Never)
	}
	v := mineView{Place: portal.PlaceName(b.Community), Month: ui.Month(ctx, m), Prev: self + "?month=" + (m - 1).String(), Incomplete: !complete}
	if m < today.Month() {
		v.Next = self + "?month=" + (m + 1).String()
	}
	for _, f := range []string{"pdf", "xlsx", "csv"} {
		v.Files = append(v.Files, ui.Link{Href: self + "?month=" + m.String() + "&format=" + f, Text: map[string]string{"pdf": "PDF", "xlsx": "XLSX", "csv": "CSV"}[f]})
	}
	for i := range accounts {
		v.Parts = append(v.Parts, drawPart(ctx, &accounts[i]))
	}
	return g.Show(w, r, s, minePage(v))
}

// drawPart is an account's month, line by line.
func drawPart(ctx context.Context, a *flow.AccountMonth) minePart {
	asset := a.Account.Asset
	p := minePart{ID: a.Account.Pattern().Name, Name: accountName(ctx, a.Account), Lines: []ui.Line{{Text: i18n.T(ctx, "月初"), Num: a.Opening.Grouped(asset)}}}
	for i := range a.Rules {
		x := &a.Rules[i]
		p.Lines = append(p.Lines, ui.Line{Text: ruleTitle(ctx, x), Note: i18n.T(ctx, "%s，%d 笔", x.Rule.String(), x.Entries), Num: ui.Signed(x.In-x.Out, asset), In: x.In > x.Out})
	}
	p.Lines = append(p.Lines, ui.Line{Text: i18n.T(ctx, "月末"), Num: a.Closing.Grouped(asset), Total: true})
	return p
}

func mineSheet(ctx context.Context, accounts []flow.AccountMonth) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "我的对账单"), Head: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "规则"), i18n.T(ctx, "名目"), i18n.T(ctx, "笔数"), i18n.T(ctx, "进"), i18n.T(ctx, "出"), i18n.T(ctx, "结余")}}
	for i := range accounts {
		t.Rows = append(t.Rows, accountRows(ctx, &accounts[i])...)
	}
	return t
}
