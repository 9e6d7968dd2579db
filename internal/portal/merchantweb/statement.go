package merchantweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// statementView is a month of a shop, with every entry.
type statementView struct {
	Shop, Month   string
	Shares        sharesView
	Payable, Owed string // now; Owed is "" if nothing is owed
	Paper         string // the month as a file
	Table         ui.Table
}

// The kinds of entries that a statement can be asked for.
const (
	kindSale   = "sale"
	kindRefund = "refund"
	kindOther  = "other"
)

func (p *Pages) statement(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := p.till(r)
	if err != nil {
		return err
	}
	columns := statementColumns(ctx)
	ask := ui.AskTable(r.URL.Query(), columns, "month", "day", "kind")
	months, err := p.months(ctx, &t)
	if err != nil {
		return err
	}
	month, err := period.ParseMonth(ask.Filters["month"])
	if err != nil {
		month = months[0]
	}
	from, to := month.First(), month.Last()
	if day, err := period.ParseDay(ask.Filters["day"]); err == nil && day.Month() == month {
		from, to = day, day
	}
	var lines []flow.Line
	var days []period.Day
	all, err := p.Flows.TakingsOf(ctx, t.Till, from, to, time.Time{}, func(l flow.Line) {
		if len(days) == 0 || days[len(days)-1] != l.Day {
			days = append(days, l.Day)
		}
		if k := ask.Filters["kind"]; k == "" || k == kindOf(&l) {
			lines = append(lines, l)
		}
	})
	if err != nil {
		return err
	}
	if ask.Format != "" {
		return portal.Take(w, r, t.name()+" "+month.String(), ask.Format, statementSheet(ctx, lines))
	}
	payable, owed, err := p.Flows.Payable(ctx, t.Till)
	if err != nil {
		return err
	}
	v := statementView{Shop: t.name(), Month: ui.Month(ctx, month), Shares: drawShares(ctx, &all, &t), Payable: ui.Yuan(payable), Paper: t.href("/statement/" + month.String())}
	if owed > 0 {
		v.Owed = ui.Yuan(owed)
	}
	v.Table = ui.Table{ID: "entries", Caption: i18n.T(ctx, "每一笔"), Path: t.href("/statement"), Ask: ask, Columns: columns, Total: len(lines), Export: true,
		Filters: statementFilters(ctx, months, month, days),
		Empty:   ui.EmptyView{Icon: "book", Title: i18n.T(ctx, "这个月还没有账"), Text: i18n.T(ctx, "收了款，每一笔都在这里，能导出成表格。")}}
	for _, l := range lines[min(ask.Offset(), len(lines)):min(ask.Offset()+ask.Size, len(lines))] {
		v.Table.Rows = append(v.Table.Rows, drawLine(ctx, &l))
	}
	s := p.ShopShell(ctx, t.Community, t.Shop.ID, "statement", i18n.T(ctx, "账单"))
	s.Wide = true
	return p.Show(w, r, s, statementPage(v))
}

// months are those with entries of the shop, and the present one, newest first.
func (p *Pages) months(ctx context.Context, t *till) (months []period.Month, err error) {
	months = []period.Month{t.today.Month()}
	err = p.Flows.DB.View(ctx, t.Community, func(r db.Reader) error {
		days, err := p.Flows.Ledger.DaysConcerning(ctx, r, t.Community, t.Shop.ID)
		for _, d := range slices.Backward(days) {
			if m := d.Month(); !slices.Contains(months, m) {
				months = append(months, m)
			}
		}
		return err
	})
	slices.SortFunc(months, func(a, b period.Month) int { return int(b - a) })
	return months, err
}

func kindOf(l *flow.Line) string {
	switch {
	case l.Kind == ledger.Purchase && l.Sold:
		return kindSale
	case l.Kind == ledger.Refund && l.Sold:
		return kindRefund
	}
	return kindOther
}

// what says what an entry is to the shop.
func what(ctx context.Context, l *flow.Line) string {
	switch kind := kindOf(l); {
	case kind == kindSale:
		return i18n.T(ctx, "卖出")
	case kind == kindRefund:
		return i18n.T(ctx, "退货")
	case l.Kind == ledger.Purchase && l.Payable > 0:
		return i18n.T(ctx, "您推荐的人去了别家")
	case l.Kind == ledger.Purchase:
		return i18n.T(ctx, "您店发的券，分担")
	case l.Kind == ledger.Refund:
		return i18n.T(ctx, "别家退货，相应退回")
	}
	return i18n.T(ctx, "转账")
}

// who is all that a shop is told of a buyer here.
func who(ctx context.Context, l *flow.Line) string {
	switch {
	case kindOf(l) == kindOther:
		return ""
	case l.Member:
		return i18n.T(ctx, "会员顾客")
	}
	return i18n.T(ctx, "没报会员的顾客")
}

func statementColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Key: "what", Text: i18n.T(ctx, "做了什么"), Title: true},
		{Key: "at", Text: i18n.T(ctx, "时间")},
		{Key: "price", Text: i18n.T(ctx, "成交，元"), Num: true},
		{Key: "cash", Text: i18n.T(ctx, "现金，元"), Num: true, Rare: true},
		{Key: "coins", Text: i18n.T(ctx, "抵扣权益"), Num: true, Rare: true},
		{Key: "payable", Text: i18n.T(ctx, "货款，元"), Num: true},
		{Key: "balance", Text: i18n.T(ctx, "余额，元"), Num: true},
	}
}

func statementFilters(ctx context.Context, months []period.Month, month period.Month, days []period.Day) []ui.Field {
	m := ui.Field{Name: "month", Label: i18n.T(ctx, "月份")}
	for _, v := range months {
		m.Options = append(m.Options, ui.Option{Value: v.String(), Text: ui.Month(ctx, v)})
	}
	d := ui.Field{Name: "day", Label: i18n.T(ctx, "哪一天"), Options: []ui.Option{{Text: i18n.T(ctx, "整个月")}}}
	for _, v := range days {
		d.Options = append(d.Options, ui.Option{Value: v.String(), Text: ui.Day(ctx, v)})
	}
	k := ui.Field{Name: "kind", Label: i18n.T(ctx, "哪一种"), Options: []ui.Option{{Text: i18n.T(ctx, "全部")}, {Value: kindSale, Text: i18n.T(ctx, "卖出")},
		{Value: kindRefund, Text: i18n.T(ctx, "退货")}, {Value: kindOther, Text: i18n.T(ctx, "推荐、分担和转账")}}}
	return []ui.Field{m, d, k}
}

func drawLine(ctx context.Context, l *flow.Line) ui.TableRow {
	row := ui.TableRow{Cells: []ui.Cell{
		{Text: what(ctx, l), Sub: who(ctx, l)}, {Text: ui.Moment(ctx, l.At)}, {Text: dash(l.Price, ui.Yuan(l.Price))}, {Text: dash(l.Cash, ui.Yuan(l.Cash))},
		{Text: dash(l.Coins, ui.Signed(l.Coins, money.Coin))}, {Text: dash(l.Payable, ui.Signed(l.Payable, money.CNY)), In: l.Payable > 0}, {Text: "–"},
	}}
	if l.Touched {
		row.Cells[6].Text = ui.Yuan(l.Balance)
	}
	return row
}

func dash(v money.Amount, text string) string {
	if v == 0 {
		return "–"
	}
	return text
}

func statementSheet(ctx context.Context, lines []flow.Line) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "账单"), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "记账日"), i18n.T(ctx, "做了什么"), i18n.T(ctx, "顾客"), i18n.T(ctx, "成交，元"),
		i18n.T(ctx, "现金，元"), i18n.T(ctx, "抵扣权益"), i18n.T(ctx, "货款变动，元"), i18n.T(ctx, "货款余额，元"), i18n.T(ctx, "账目编号")}}
	for i := range lines {
		l := &lines[i]
		balance := sheet.Value{}
		if l.Touched {
			balance = sheet.Figure(l.Balance.Decimal(money.CNY))
		}
		t.Rows = append(t.Rows, append(sheet.Texts(l.At.Format("2006-01-02 15:04:05"), l.Day.String(), what(ctx, l), who(ctx, l)),
			sheet.Figure(l.Price.Decimal(money.CNY)), sheet.Figure(l.Cash.Decimal(money.CNY)), sheet.Figure(l.Coins.Decimal(money.Coin)),
			sheet.Figure(l.Payable.Decimal(money.CNY)), balance, sheet.Figure(money.Amount(l.Seq).Decimal(money.Point))))
	}
	return t
}
