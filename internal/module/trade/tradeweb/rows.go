package tradeweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// rowsView are the entries behind a figure.
type rowsView struct {
	Name  string
	Words string
	Table ui.Table
}

func rowColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Key: "shop", Text: i18n.T(ctx, "店"), Title: true},
		{Key: "at", Text: i18n.T(ctx, "时间")},
		{Key: "price", Text: i18n.T(ctx, "价款，元"), Num: true},
		{Key: "saved", Text: i18n.T(ctx, "比标价省，元"), Num: true},
		{Key: "paid", Text: i18n.T(ctx, "券和权益付，元"), Num: true, Rare: true},
		{Key: "earned", Text: i18n.T(ctx, "得抵扣权益"), Num: true},
		{Key: "points", Text: i18n.T(ctx, "得积分"), Num: true, Rare: true},
	}
}

// billRows lists the purchases and refunds behind a figure; their sum stands below.
func (p *Pages) billRows(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	s, _ := askSpan(r.URL.Query(), m.today.Month())
	var shop id.ID
	if asked := r.FormValue("shop"); asked != "" {
		if shop, err = id.Parse(asked); err != nil {
			return httpkit.ErrNoSuchPage
		}
	}
	rows, err := p.Flows.BillRows(ctx, m.all, s.from(), s.to(), shop)
	if err != nil {
		return err
	}
	columns := rowColumns(ctx)
	ask := ui.AskTable(r.URL.Query(), columns, "month", "until", "shop")
	if ask.Format != "" {
		return portal.Take(w, r, i18n.T(ctx, "消费账单")+" "+s.name(ctx), ask.Format, rowsSheet(ctx, rows))
	}
	v := rowsView{Name: s.name(ctx), Words: i18n.T(ctx, "按记账日归月；退货记在退的那天。每一行都能打开小票，加起来就是账单上的数。")}
	if !shop.IsZero() && len(rows) > 0 {
		v.Name = rows[0].ShopName + " · " + v.Name
	}
	var sum trade.Sums
	for i := range rows {
		sum.Add(&rows[i].Sums)
	}
	v.Table = ui.Table{ID: "rows", Caption: v.Name, Path: BillPath + "/rows", Ask: ask, Columns: columns, Total: len(rows), Export: true,
		Empty: ui.EmptyView{Icon: "slip", Title: i18n.T(ctx, "这段时间没有买过东西"), Text: i18n.T(ctx, "换一个月看看；在联盟店报会员手机号，就会记在这里。")}}
	for i := range rows[min(ask.Offset(), len(rows)):min(ask.Offset()+ask.Size, len(rows))] {
		row, err := p.drawRow(ctx, &rows[ask.Offset()+i], m.today)
		if err != nil {
			return err
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	v.Table.Foot = append([]ui.Cell{{Text: i18n.T(ctx, "合计")}, {}}, figures(&sum)...)
	back := ui.Link{Href: s.href(BillPath), Text: i18n.T(ctx, "消费账单")}
	return p.Show(w, r, p.shell(ctx, v.Name, back), rowsPage(v))
}

func (p *Pages) drawRow(ctx context.Context, x *flow.BillRow, today period.Day) (ui.TableRow, error) {
	token, err := p.Flows.OpenWith(ctx, &x.Bought)
	if err != nil {
		return ui.TableRow{}, err
	}
	row := ui.TableRow{Cells: append([]ui.Cell{{Text: x.ShopName, Sub: x.Place}, {Text: ui.Moment(ctx, x.Bought.At)}}, figures(&x.Sums)...)}
	if y, _, _ := today.Date(); x.Bought.At.Year() != y {
		row.Cells[1].Sub = i18n.T(ctx, "%s 年", strconv.Itoa(x.Bought.At.Year()))
	}
	if x.Refund {
		row.Cells[0].Sub = i18n.T(ctx, "退货")
	}
	if token != "" {
		row.Href = "/r/" + token
	}
	return row, nil
}

// figures are the cells of sums, in the order of rowColumns.
func figures(s *trade.Sums) []ui.Cell {
	return []ui.Cell{{Text: yuan(s.Price)}, {Text: yuan(s.Saved)}, {Text: yuan(s.Coins + s.Vouchers())},
		{Text: ui.Signed(s.CoinsGiven, money.Coin), In: s.CoinsGiven > 0}, {Text: ui.Signed(s.PointsGiven, money.Point), In: s.PointsGiven > 0}}
}

// yuan writes an amount that may be below zero.
func yuan(v money.Amount) string {
	if v < 0 {
		return ui.Signed(v, money.CNY)
	}
	return ui.Yuan(v)
}

func rowsSheet(ctx context.Context, rows []flow.BillRow) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "消费账单"), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "记账日"), i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "价款，元"), i18n.T(ctx, "现金，元"),
		i18n.T(ctx, "用抵扣权益"), i18n.T(ctx, "用券，元"), i18n.T(ctx, "比标价省，元"), i18n.T(ctx, "得抵扣权益"), i18n.T(ctx, "得积分"), i18n.T(ctx, "账目编号")}}
	for i := range rows {
		x := &rows[i]
		row := sheet.Texts(x.Bought.At.Format("2006-01-02 15:04:05"), x.Day.String(), x.Place, x.ShopName)
		for _, v := range []money.Amount{x.Sums.Price, x.Cash, x.Sums.Coins, x.Sums.Vouchers(), x.Saved, x.CoinsGiven} {
			row = append(row, sheet.Figure(v.Decimal(money.CNY)))
		}
		t.Rows = append(t.Rows, append(row, sheet.Figure(x.PointsGiven.Decimal(money.Point)), sheet.Figure(itoa(x.Seq))))
	}
	return t
}
