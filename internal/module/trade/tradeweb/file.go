package tradeweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/module/trade"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// customersFile is a portrait to be taken along: coarser than the page, nothing in it
// stands for fewer people than exports may show.
func (p *Pages) customersFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, _, shown, _, err := p.told(r)
	if err != nil {
		return err
	}
	format := r.FormValue("format")
	if format != "xlsx" {
		format = "csv"
	}
	trades, err := p.tradeNames(ctx, t)
	if err != nil {
		return err
	}
	name, view := shopName(t)+" "+i18n.T(ctx, "顾客"), trade.View{}
	if shown != nil {
		name, view = name+" "+ui.Quarter(ctx, shown.From), shown.Export
	}
	return portal.Take(w, r, name, format, customersSheet(ctx, &view, trades))
}

// customersSheet is a row a figure.
func customersSheet(ctx context.Context, v *trade.View, trades map[string]string) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "顾客"), Head: []string{i18n.T(ctx, "按什么分"), i18n.T(ctx, "组"), i18n.T(ctx, "数"), i18n.T(ctx, "单位")}}
	person, times := i18n.T(ctx, "人"), i18n.T(ctx, "次")
	add := func(group, cell string, n int64, unit string) {
		t.Rows = append(t.Rows, append(sheet.Texts(group, cell), sheet.Figure(itoa(n)), sheet.Texts(unit)[0]))
	}
	divided := func(g *trade.Group, unit string) {
		for _, c := range g.Cells {
			add(groupName(ctx, g.Name), cellName(ctx, g.Name, c.Key), c.Count, unit)
		}
		if g.Rest > 0 {
			add(groupName(ctx, g.Name), i18n.T(ctx, "其余"), g.Rest, unit)
		}
	}
	if v.Buyers > 0 {
		add(i18n.T(ctx, "来买过的会员"), "", v.Buyers, person)
	}
	if v.Purchases > 0 {
		add(i18n.T(ctx, "他们买了"), "", v.Purchases, times)
	}
	for i := range v.Groups {
		divided(&v.Groups[i], person)
	}
	if v.Baskets != nil {
		divided(v.Baskets, times)
	}
	if v.Heat != nil {
		heat := drawHeat(ctx, v.Heat)
		for _, s := range heat.Series {
			for i, n := range s.Values {
				if n > 0 {
					add(heat.Title, s.Name+" "+heat.Labels[i], n, times)
				}
			}
		}
		if v.Heat.Rest > 0 {
			add(heat.Title, i18n.T(ctx, "其余"), v.Heat.Rest, times)
		}
	}
	for _, c := range v.Trades {
		add(i18n.T(ctx, "还去哪些行业的店"), tradeName(ctx, trades, c.Key), c.Count, person)
	}
	for _, m := range v.Months {
		if m.Told {
			add(i18n.T(ctx, "当月来买过的会员"), m.Month.String(), m.Buyers, person)
		}
		if m.ToldBack {
			add(i18n.T(ctx, "其中 %s 天里来过的", strconv.Itoa(trade.ReturnDays)), m.Month.String(), m.Returning, person)
		}
	}
	for i, c := range v.Wheel {
		add(i18n.T(ctx, "推荐来的人，后来怎样"), []string{i18n.T(ctx, "被推荐来"), i18n.T(ctx, "来买了"), i18n.T(ctx, "又来了")}[i], c.Count, person)
	}
	return t
}
