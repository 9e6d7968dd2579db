package operatorweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (d *Desk) merchantRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/merchants", Action: "merchant.read", On: d.somewhere("merchant.read"), Do: d.merchants},
		httpkit.Route{Pattern: "GET /desk/merchants/export", Action: "merchant.export", On: d.somewhere("merchant.export"), Do: d.exportMerchants},
		httpkit.Route{Pattern: "GET /desk/merchants/{community}/{shop}", Action: "merchant.read", On: d.inCommunity, Do: d.merchant},
		httpkit.Route{Pattern: "POST /desk/merchants/{community}/{shop}/terms", Action: "merchant.change", On: d.inCommunity, Do: d.changeMerchant},
	)
}

// shopRow is a shop with its community.
type shopRow struct {
	*merchant.Merchant
	At community.Place
}

func (s shopRow) called() string { return cmp.Or(s.Name, s.IndustryZH, s.Ref) }

func merchantColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Key: "name", Text: i18n.T(ctx, "店铺"), Title: true, Sort: true}, {Key: "community", Text: i18n.T(ctx, "社区"), Sort: true},
		{Key: "industry", Text: i18n.T(ctx, "行业"), Sort: true}, {Key: "tier", Text: i18n.T(ctx, "等级"), Sort: true},
		{Key: "pledge", Text: i18n.T(ctx, "关爱承诺"), Num: true, Sort: true, Rare: true}, {Key: "status", Text: i18n.T(ctx, "状态"), Sort: true},
	}
}

// askMerchants are the shops that an address asks for.
func (d *Desk) askMerchants(r *http.Request, mine []community.Place) (ask ui.TableAsk, found []shopRow, industries map[string]string, err error) {
	ctx := r.Context()
	ask = ui.AskTable(r.URL.Query(), merchantColumns(ctx), "community", "industry", "tier", "status")
	industries = make(map[string]string)
	for _, p := range mine {
		err := d.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
			all, err := d.Flows.Merchants.List(ctx, r, p.ID)
			for _, m := range all {
				industries[m.Industry] = m.Trade(ctx)
				if s := (shopRow{m, p}); s.suits(ask) {
					found = append(found, s)
				}
			}
			return err
		})
		if err != nil {
			return ask, nil, nil, err
		}
	}
	slices.SortStableFunc(found, func(a, b shopRow) int {
		n := a.compare(b, ask.Sort)
		if ask.Desc {
			n = -n
		}
		return cmp.Or(n, cmp.Compare(a.Ref, b.Ref))
	})
	return ask, found, industries, nil
}

func (s shopRow) suits(ask ui.TableAsk) bool {
	is := func(name, value string) bool { return ask.Filters[name] == "" || ask.Filters[name] == value }
	text := strings.ToLower(s.called() + " " + s.Ref + " " + s.Industry + " " + s.IndustryZH)
	return is("community", s.At.Ref) && is("industry", s.Industry) && is("tier", s.Tier.String()) && is("status", string(s.Status)) &&
		strings.Contains(text, strings.ToLower(ask.Search))
}

func (s shopRow) compare(o shopRow, by string) int {
	switch by {
	case "name":
		return i18n.Compare(s.called(), o.called())
	case "community":
		return cmp.Compare(s.At.Ref, o.At.Ref)
	case "industry":
		return i18n.Compare(s.IndustryZH, o.IndustryZH)
	case "tier":
		return cmp.Compare(s.Tier, o.Tier)
	case "pledge":
		return cmp.Compare(s.CarePledge, o.CarePledge)
	case "status":
		return cmp.Compare(s.Status, o.Status)
	}
	return cmp.Compare(s.At.Ref, o.At.Ref)
}

func (d *Desk) merchants(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := d.mine(ctx, "merchant.read")
	if err != nil {
		return err
	}
	ask, found, industries, err := d.askMerchants(r, mine)
	if err != nil {
		return err
	}
	if ask.Format != "" {
		http.Redirect(w, r, "/desk/merchants/export?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	}
	t := ui.Table{
		ID: "merchants", Caption: i18n.T(ctx, "店铺一览"), Path: "/desk/merchants", Ask: ask, Columns: merchantColumns(ctx), Total: len(found),
		Search: i18n.T(ctx, "找店名、编号或行业"), Export: true, Filters: merchantFilters(ctx, mine, industries),
		Empty: ui.EmptyView{Icon: "store", Title: i18n.T(ctx, "还没有店铺"), Text: i18n.T(ctx, "导入一份店铺表，或在社区里请店家加入。"), Action: ui.Link{Href: "/desk/imports", Text: i18n.T(ctx, "去导入")}},
	}
	for _, s := range found[min(ask.Offset(), len(found)):min(ask.Offset()+ask.Size, len(found))] {
		t.Rows = append(t.Rows, ui.TableRow{Href: shopPath(s.At, s.Ref), Cells: []ui.Cell{
			{Text: s.called(), Sub: s.Ref}, {Text: named(s.At)}, {Text: s.Trade(ctx)}, {Text: portal.TierName(ctx, s.Tier)},
			{Text: s.CarePledge.Percent()}, {Text: portal.StatusName(ctx, s.Status), Tone: portal.StatusTone(s.Status)},
		}})
	}
	return d.Portal.Show(w, r, d.shell(r, "merchants", i18n.T(ctx, "店铺一览")), merchantsPage(t))
}

func merchantFilters(ctx context.Context, mine []community.Place, industries map[string]string) []ui.Field {
	industry := ui.Field{Name: "industry", Label: i18n.T(ctx, "行业"), Options: []ui.Option{{Text: i18n.T(ctx, "全部行业")}}}
	for key, name := range industries {
		industry.Options = append(industry.Options, ui.Option{Value: key, Text: name})
	}
	slices.SortFunc(industry.Options[1:], func(a, b ui.Option) int { return i18n.Compare(a.Text, b.Text) })
	tier := ui.Field{Name: "tier", Label: i18n.T(ctx, "等级"), Options: []ui.Option{{Text: i18n.T(ctx, "全部等级")}}}
	for _, t := range policy.Tiers {
		tier.Options = append(tier.Options, ui.Option{Value: t.String(), Text: portal.TierName(ctx, t)})
	}
	status := ui.Field{Name: "status", Label: i18n.T(ctx, "状态"), Options: []ui.Option{{Text: i18n.T(ctx, "全部状态")}}}
	for _, s := range merchant.Statuses {
		status.Options = append(status.Options, ui.Option{Value: string(s), Text: portal.StatusName(ctx, s)})
	}
	return []ui.Field{placeField(ctx, mine), industry, tier, status}
}

// exportMerchants takes the shops along that the address asks for.
func (d *Desk) exportMerchants(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := d.mine(ctx, "merchant.export")
	if err != nil {
		return err
	}
	ask, found, _, err := d.askMerchants(r, mine)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "店铺"), Head: []string{
		i18n.T(ctx, "编号"), i18n.T(ctx, "店铺"), i18n.T(ctx, "社区"), i18n.T(ctx, "行业"), i18n.T(ctx, "等级"), i18n.T(ctx, "关爱承诺，%%"), i18n.T(ctx, "状态"),
	}}
	for _, s := range found {
		row := sheet.Texts(s.Ref, s.called(), named(s.At), s.Trade(ctx), portal.TierName(ctx, s.Tier))
		t.Rows = append(t.Rows, append(row, sheet.Figure(strings.TrimSuffix(s.CarePledge.Percent(), "%")), sheet.Value{Text: portal.StatusName(ctx, s.Status)}))
	}
	return portal.Take(w, r, i18n.T(ctx, "店铺"), cmp.Or(ask.Format, "csv"), t)
}

func shopPath(p community.Place, ref string) string { return path("merchants", p.Ref, ref) }

// percent reads a share as people write it: "0.5" of a hundred, "" is none.
func percent(s string) (money.Rate, bool) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	whole, frac, dotted := strings.Cut(s, ".")
	if dotted && frac == "" || len(frac) > 4 || len(whole) > 3 {
		return 0, false
	}
	v, n := money.Rate(0), whole+(frac + "0000")[:4]
	for _, c := range n {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + money.Rate(c-'0')
	}
	return v, s != ""
}
