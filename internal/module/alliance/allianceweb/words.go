package allianceweb

import (
	"context"
	"strings"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

type membership = person.Membership

func dayNumber(at time.Time, zone *time.Location) period.Day { return period.DayOf(at, zone) }

func paperOptions(ctx context.Context) (options []ui.Option) {
	for _, x := range alliance.Papers {
		options = append(options, ui.Option{Value: string(x), Text: alliance.PaperName(x).In(ctx)})
	}
	return options
}

func promiseOptions(ctx context.Context) (options []ui.Option) {
	for _, x := range alliance.Promises {
		options = append(options, ui.Option{Value: string(x), Text: alliance.PromiseName(x).In(ctx)})
	}
	return options
}

func promiseValues(f alliance.Form) (values []string) {
	for _, x := range f.Promises {
		values = append(values, string(x))
	}
	return values
}

// formFacts is what an applicant wrote.
func formFacts(ctx context.Context, x *alliance.Application, trade string, rules *policy.Alliance) []ui.Fact {
	f := x.Form
	if x.Erased {
		return []ui.Fact{{Name: i18n.T(ctx, "店铺名称"), Text: i18n.T(ctx, "本人已删除资料")}}
	}
	facts := []ui.Fact{
		{Name: i18n.T(ctx, "店铺名称"), Text: f.ShopName}, {Name: i18n.T(ctx, "业态"), Text: trade}, {Name: i18n.T(ctx, "经营者"), Text: f.OwnerName},
		{Name: i18n.T(ctx, "信用代码"), Text: f.Licence}, {Name: i18n.T(ctx, "地址"), Text: f.Address}, {Name: i18n.T(ctx, "店的大小"), Text: alliance.SizeName(f.Size).In(ctx)},
		{Name: alliance.OfferName(f.Offer).In(ctx), Text: i18n.T(ctx, "%s（约占营业额 %s）", f.OfferText, f.OfferShare.Percent())},
	}
	if f.Years > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "在这一带"), Text: i18n.T(ctx, "%d 年", f.Years)})
	}
	var promises []string
	for _, p := range f.Promises {
		promises = append(promises, alliance.PromiseName(p).In(ctx))
	}
	return append(facts, ui.Fact{Name: i18n.T(ctx, "答应的三公开"), Text: strings.Join(promises, i18n.T(ctx, "、"))})
}

func paperRows(ctx context.Context, papers []*alliance.Document, base string) (rows []ui.Row) {
	for _, d := range papers {
		rows = append(rows, ui.Row{Href: base + d.ID.String(), Icon: "paper", Title: alliance.PaperName(d.Paper).In(ctx), Text: d.Name})
	}
	return rows
}

func chargeRows(ctx context.Context, v bidView) (rows []ui.Row) {
	for _, c := range v.Charges {
		row := ui.Row{Icon: "card", Title: purposeName(ctx, c.Purpose), Text: i18n.T(ctx, "付款号 %s", c.Code), End: i18n.T(ctx, "¥ %s", ui.Yuan(c.Amount))}
		switch {
		case c.Paid():
			row.Tag, row.Tone, row.End = i18n.T(ctx, "已缴"), ui.OK, ""
		case !c.Open():
			continue
		case v.PayLink != nil:
			if to := v.PayLink(c.Code); to != "" {
				row.Do = ui.Link{Href: to, Text: i18n.T(ctx, "在手机上付")}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func purposeName(ctx context.Context, p charge.Purpose) string {
	if p == charge.Deposit {
		return i18n.T(ctx, "保证金（存管）")
	}
	return i18n.T(ctx, "年费（联合推广）")
}

func signatureRows(ctx context.Context, a *alliance.Agreement, zone *time.Location) (rows []ui.Row) {
	for _, side := range []alliance.Side{alliance.ByOwner, alliance.ByAlliance} {
		row := ui.Row{Icon: "pen", Title: sideName(ctx, side)}
		if s := a.By(side); s != nil {
			row.Tag, row.Tone, row.Text = i18n.T(ctx, "已确认"), ui.OK, ui.Moment(ctx, s.At.In(zone))
		} else {
			row.Tag, row.Tone = i18n.T(ctx, "等确认"), ui.Soon
		}
		rows = append(rows, row)
	}
	return rows
}

func sideName(ctx context.Context, s alliance.Side) string {
	if s == alliance.ByOwner {
		return i18n.T(ctx, "店家")
	}
	return i18n.T(ctx, "联盟（平台运营或轮值主席）")
}
