package dutyweb

import (
	"context"
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// checkText says what a supervisor found.
func checkText(ctx context.Context, c duty.Check) string {
	day := ui.FullDay(ctx, period.DayOf(c.At, portal.Zone))
	if c.Agrees {
		return i18n.T(ctx, "%s 监管核对过，相符：%s", day, c.Words)
	}
	return i18n.T(ctx, "%s 监管核对过，不符：%s", day, c.Words)
}

func claimAside(ctx context.Context, c duty.Claim) string {
	if c.By == nil || c.Topic == duty.Profit {
		return ""
	}
	return i18n.T(ctx, "%s 公开，到 %s 为止", ui.ShortDay(ctx, c.By.Day), ui.ShortDay(ctx, c.By.Until))
}

func claimTone(c duty.Claim, today period.Day) ui.Tone {
	if c.Missing(today) {
		return ui.Soon
	}
	return ui.Tell
}

func claimMissing(ctx context.Context, c duty.Claim, today period.Day) string {
	if c.Missing(today) {
		return i18n.T(ctx, "应在 %s 前公开，还没有公开", ui.FullDay(ctx, c.Due))
	}
	return i18n.T(ctx, "最晚 %s 公开", ui.FullDay(ctx, c.Due))
}

// resultSheet is a table of months, to be taken along.
func resultSheet(ctx context.Context) sheet.Table {
	return sheet.Table{Name: i18n.T(ctx, "每月责任"), Head: []string{
		i18n.T(ctx, "店铺"), i18n.T(ctx, "月份"), i18n.T(ctx, "营业额（元）"), i18n.T(ctx, "优惠（元）"), i18n.T(ctx, "免费服务（元）"), i18n.T(ctx, "至少要给（元）"),
		i18n.T(ctx, "新会员"), i18n.T(ctx, "至少要推荐"), i18n.T(ctx, "结果"), i18n.T(ctx, "连续没做到"),
	}}
}

// resultCells are a month in a row.
func resultCells(ctx context.Context, shop string, x *duty.Result) []sheet.Value {
	state := i18n.T(ctx, "做到了")
	switch {
	case x.Exempt != duty.Judged:
		state = duty.ExemptName(x.Exempt).In(ctx)
	case x.Missed():
		state = i18n.T(ctx, "没做到")
	}
	yuan := func(v money.Amount) sheet.Value { return sheet.Figure(v.Decimal(money.CNY)) }
	whole := func(n int) sheet.Value { return sheet.Figure(strconv.Itoa(n)) }
	return append(sheet.Texts(shop, x.Month.String()), yuan(x.Sales), yuan(x.Offers), yuan(x.Done.Services), yuan(x.Offer), whole(x.Done.Members), whole(x.Asked.Members),
		sheet.Texts(state)[0], whole(x.Run))
}

// still is a table that is shown whole.
func still(t ui.Table) ui.Table {
	t.Total, t.Ask = len(t.Rows), ui.TableAsk{Page: 1, Size: max(1, len(t.Rows))}
	return t
}

// itemTable are the items of a disclosure.
func itemTable(ctx context.Context, d *duty.Disclosure) ui.Table {
	t := ui.Table{ID: "items-" + d.ID.String(), Caption: i18n.T(ctx, "进价和卖价"),
		Columns: []ui.Column{{Text: i18n.T(ctx, "商品"), Title: true}, {Text: i18n.T(ctx, "进价，元"), Num: true}, {Text: i18n.T(ctx, "卖价，元"), Num: true}}}
	for _, i := range d.Items {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: i.Name, Sub: i.Unit}, {Text: ui.Yuan(i.Cost)}, {Text: ui.Yuan(i.Price)}}})
	}
	return still(t)
}

// shareTable are the profits that a shop declared, and the fund's share of each.
func shareTable(ctx context.Context, v publicView) ui.Table {
	t := ui.Table{ID: "shares", Caption: i18n.T(ctx, "每季申报的利润和分享"),
		Columns: []ui.Column{{Text: i18n.T(ctx, "季度"), Title: true}, {Text: i18n.T(ctx, "申报的利润，元"), Num: true}, {Text: i18n.T(ctx, "给基金的，元"), Num: true}}}
	for _, d := range v.Shares {
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(ui.Quarter(ctx, d.Quarter), ui.Yuan(d.Profit), ui.Yuan(d.Share()))})
	}
	return still(t)
}
