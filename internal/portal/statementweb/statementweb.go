// Package statementweb are monthly statements (D5): of a shop as a table and as paper to
// keep, of a person as a page and as paper. Every sum names its rule, and what a month
// opens with and what its rules moved make what it closes with.
package statementweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Refusals of an address.
var ErrBadMonth = fault.New(fault.Invalid, "statementweb.no_such_month")

// Pages are the statements.
type Pages struct{ *portal.Portal }

// Routes adds them.
func Routes(t *httpkit.Router, p *portal.Portal) {
	g := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/statement/{month}", Action: "statement.read", On: portal.OfShop, Do: g.shop},
		httpkit.Route{Pattern: "GET /me/statement", Action: "me.read", On: httpkit.Mine, Do: g.mine},
	)
}

// month reads a month of an address: none that is yet to come.
func month(text string, today period.Day) (period.Month, error) {
	m, err := period.ParseMonth(text)
	if err != nil || m > today.Month() || m.Year() < 2000 {
		return 0, ErrBadMonth.On("month")
	}
	return m, nil
}

// shop answers with a shop's month as a file: "pdf" to keep, or a table.
func (g *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	m, err := month(r.PathValue("month"), c.Today)
	if err != nil {
		return err
	}
	t, err := g.Flows.TillOf(ctx, c.ID, c.Shop.ID)
	if err != nil {
		return err
	}
	var days []dayLine
	s, err := g.Flows.ShopStatementOf(ctx, t, m, func(l flow.Line) { days = addDay(days, &l) })
	if err != nil {
		return err
	}
	name := c.ShopName(ctx, c.Shop.ID) + " " + m.String()
	if f := r.FormValue("format"); f == "csv" || f == "xlsx" {
		return portal.Take(w, r, name, f, shopSheet(ctx, &s, days))
	}
	content, err := shopPaper(ctx, &c, &s, days)
	if err != nil {
		return err
	}
	return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: name + ".pdf", Content: content}, httpkit.Never)
}

// dayLine is a booked day of a shop.
type dayLine struct {
	day                  period.Day
	sales, refunds       int
	price, back, payable money.Amount
}

// addDay adds an entry to its day; entries come the newest first.
func addDay(days []dayLine, l *flow.Line) []dayLine {
	if n := len(days); n == 0 || days[n-1].day != l.Day {
		days = append(days, dayLine{day: l.Day})
	}
	d := &days[len(days)-1]
	switch {
	case l.Sold && l.Kind == ledger.Purchase:
		d.sales++
		d.price += l.Price
	case l.Sold && l.Kind == ledger.Refund:
		d.refunds++
		d.back -= l.Price
	}
	d.payable += l.Payable
	return days
}

// accountName is what people call an account of theirs.
func accountName(ctx context.Context, a ledger.Account) string {
	switch a.Purpose {
	case ledger.Payable:
		return i18n.T(ctx, "货款")
	case ledger.Owed:
		return i18n.T(ctx, "欠着的")
	case ledger.Coins:
		return i18n.T(ctx, "抵扣权益")
	case ledger.PointsHeld:
		return i18n.T(ctx, "积分")
	}
	return i18n.T(ctx, "奖励")
}

func ruleTitle(ctx context.Context, s *flow.RuleSum) string {
	title := s.Rule.String()
	if s.Title != "" {
		title = i18n.T(ctx, s.Title)
	}
	if s.Rule.Undone {
		return i18n.T(ctx, "退回：%s", title)
	}
	return title
}

// shopSheet is a statement as a table: the sums by rule, the payouts, the days.
func shopSheet(ctx context.Context, s *flow.ShopStatement, days []dayLine) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "对账单"), Head: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "规则"), i18n.T(ctx, "名目"), i18n.T(ctx, "笔数"), i18n.T(ctx, "进"), i18n.T(ctx, "出"), i18n.T(ctx, "结余")}}
	none := sheet.Value{}
	for i := range s.Accounts {
		t.Rows = append(t.Rows, accountRows(ctx, &s.Accounts[i])...)
	}
	for i := range s.Payouts {
		p := &s.Payouts[i]
		t.Rows = append(t.Rows, append(sheet.Texts(i18n.T(ctx, "付款"), "P-01", i18n.T(ctx, "第 %d 批，付到 %s，%s", p.Head.Number, p.Head.Through.String(), payout.StateName(p.State()).In(ctx))), none, none, sheet.Figure(p.Amount.Decimal(money.CNY)), none))
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := &days[i]
		t.Rows = append(t.Rows, append(sheet.Texts(d.day.String(), "", i18n.T(ctx, "卖出 %d 笔，退货 %d 笔", d.sales, d.refunds)), none, sheet.Figure(d.price.Decimal(money.CNY)), sheet.Figure(d.back.Decimal(money.CNY)), sheet.Figure(d.payable.Decimal(money.CNY))))
	}
	return t
}

// accountRows are one account's month as rows of a table.
func accountRows(ctx context.Context, a *flow.AccountMonth) (rows [][]sheet.Value) {
	none, name, asset := sheet.Value{}, accountName(ctx, a.Account), a.Account.Asset
	rows = append(rows, append(sheet.Texts(name, "", i18n.T(ctx, "月初")), none, none, none, sheet.Figure(a.Opening.Decimal(asset))))
	for i := range a.Rules {
		x := &a.Rules[i]
		rows = append(rows, append(sheet.Texts(name, x.Rule.String(), ruleTitle(ctx, x)), sheet.Figure(money.Amount(x.Entries).Decimal(money.Point)), sheet.Figure(x.In.Decimal(asset)), sheet.Figure(x.Out.Decimal(asset)), none))
	}
	return append(rows, append(sheet.Texts(name, "", i18n.T(ctx, "月末")), none, none, none, sheet.Figure(a.Closing.Decimal(asset))))
}

// shopPaper is a statement to print and keep.
func shopPaper(ctx context.Context, c *portal.Counter, s *flow.ShopStatement, days []dayLine) ([]byte, error) {
	d := paper.New(i18n.T(ctx, "%s · %s对账单", c.ShopName(ctx, c.Shop.ID), ui.Month(ctx, s.Month)), portal.PlaceName(c.Place))
	d.Text(i18n.T(ctx, "成交 %s 元，%d 笔；退货 %s 元，%d 笔；店里到手 %s 元。", ui.Yuan(s.Takings.Sales), s.Takings.Purchases, ui.Yuan(s.Takings.Refunded), s.Takings.Refunds, ui.Yuan(s.Takings.Net())))
	if !s.Closed {
		d.Text(i18n.T(ctx, "这个月还没有全部结账，数会变。"))
	}
	accountsOn(ctx, d, s.Accounts)
	if len(s.Payouts) > 0 {
		d.Heading(i18n.T(ctx, "付款"))
		var rows [][]string
		for i := range s.Payouts {
			p := &s.Payouts[i]
			rows = append(rows, []string{i18n.T(ctx, "第 %d 批", p.Head.Number), ui.Day(ctx, p.Head.Through), ui.Yuan(p.Amount), payout.StateName(p.State()).In(ctx)})
		}
		d.Table([]paper.Column{{Text: i18n.T(ctx, "批次"), Share: 20}, {Text: i18n.T(ctx, "付到哪一天"), Share: 24}, {Text: i18n.T(ctx, "金额，元"), Share: 20, Num: true}, {Text: i18n.T(ctx, "状态"), Share: 30}}, rows)
	}
	d.Heading(i18n.T(ctx, "每一天"))
	var rows [][]string
	for i := len(days) - 1; i >= 0; i-- {
		x := &days[i]
		rows = append(rows, []string{ui.Day(ctx, x.day), i18n.T(ctx, "%d 笔", x.sales), ui.Yuan(x.price), ui.Yuan(x.back), ui.Signed(x.payable, money.CNY)})
	}
	d.Table([]paper.Column{{Text: i18n.T(ctx, "记账日"), Share: 24}, {Text: i18n.T(ctx, "卖出"), Share: 14, Num: true}, {Text: i18n.T(ctx, "成交，元"), Share: 18, Num: true}, {Text: i18n.T(ctx, "退货，元"), Share: 18, Num: true}, {Text: i18n.T(ctx, "货款变动，元"), Share: 20, Num: true}}, rows)
	d.Heading(i18n.T(ctx, "关于税"))
	d.Text(i18n.T(ctx, "这是社区账本的对账单，不是发票。成交价含税，由店家按自己的纳税身份申报；平台服务费的发票向平台索取。平台依法向税务机关报送平台内经营者的身份和收入。"))
	return d.Bytes()
}

// accountsOn writes accounts with what each rule moved.
func accountsOn(ctx context.Context, d *paper.Document, all []flow.AccountMonth) {
	for i := range all {
		a := &all[i]
		if a.Opening == 0 && a.Closing == 0 && len(a.Rules) == 0 {
			continue
		}
		d.Heading(accountName(ctx, a.Account))
		asset := a.Account.Asset
		rows := [][]string{{"", i18n.T(ctx, "月初"), "", "", a.Opening.Grouped(asset)}}
		for n := range a.Rules {
			x := &a.Rules[n]
			rows = append(rows, []string{x.Rule.String(), ruleTitle(ctx, x), grouped(x.In, asset), grouped(x.Out, asset), ""})
		}
		rows = append(rows, []string{"", i18n.T(ctx, "月末"), "", "", a.Closing.Grouped(asset)})
		d.Table([]paper.Column{{Text: i18n.T(ctx, "规则"), Share: 12}, {Text: i18n.T(ctx, "名目"), Share: 34}, {Text: i18n.T(ctx, "进"), Share: 18, Num: true}, {Text: i18n.T(ctx, "出"), Share: 18, Num: true}, {Text: i18n.T(ctx, "结余"), Share: 18, Num: true}}, rows)
	}
}

func grouped(v money.Amount, asset money.Asset) string {
	if v == 0 {
		return "–"
	}
	return v.Grouped(asset)
}
