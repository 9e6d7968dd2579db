package residentweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// purchasesView is what she bought, as she asked to see it.
type purchasesView struct {
	Known    bool
	Complete bool
	Total    total
	Table    ui.Table
	Rows     []ui.Row // the same, in elder mode
}

// total sums what is listed.
type total struct {
	Times                          int
	Spent, Refunded, Earned, Saved money.Amount // Saved is what vouchers and entitlement paid
}

func (t *total) add(b *flow.Bought) {
	t.Times++
	t.Spent += b.Price
	t.Refunded += b.Refunded
	t.Earned += b.Earned
	t.Saved += b.Coins + b.Vouchers
}

// all is the value of a filter that leaves everything in.
const all = ""

func (p *Pages) purchases(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我买过的"))
	s.Wide = true
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	v := purchasesView{Known: len(m.all) > 0, Complete: true}
	columns := purchaseColumns(ctx)
	ask := ui.AskTable(r.URL.Query(), columns, "month", "shop", "community")
	shopping, err := p.Flows.ShoppingOf(ctx, m.all, 0, 0)
	if err != nil {
		return err
	}
	v.Complete = shopping.Complete
	found := slices.Clone(shopping.Bought)
	found = slices.DeleteFunc(found, func(b flow.Bought) bool { return !asked(&b, ask) })
	sortBought(found, ask)
	for i := range found {
		v.Total.add(&found[i])
	}
	if ask.Format != "" {
		return portal.Take(w, r, i18n.T(ctx, "我买过的"), ask.Format, boughtSheet(ctx, found))
	}
	v.Table = ui.Table{
		ID: "purchases", Caption: i18n.T(ctx, "我买过的"), Path: "/me/purchases", Ask: ask, Columns: columns, Total: len(found),
		Search: i18n.T(ctx, "找店名"), Filters: purchaseFilters(ctx, shopping.Bought), Export: true,
		Empty: ui.EmptyView{Icon: "slip", Title: i18n.T(ctx, "还没有买过东西"), Text: i18n.T(ctx, "在联盟店买东西时报会员手机号，小票就会在这里，每一分怎么分都写着。"), Action: ui.Link{Href: "/home", Text: i18n.T(ctx, "回首页")}},
	}
	page := found[min(ask.Offset(), len(found)):min(ask.Offset()+ask.Size, len(found))]
	if err := p.drawBought(ctx, &v, page, m.now); err != nil {
		return err
	}
	return p.Show(w, r, s, purchasesPage(v))
}

// asked reports whether a purchase is among those that were asked for.
func asked(b *flow.Bought, ask ui.TableAsk) bool {
	f := ask.Filters
	return (f["month"] == all || b.Day.Month().String() == f["month"]) &&
		(f["shop"] == all || b.Shop.String() == f["shop"]) &&
		(f["community"] == all || b.Community.String() == f["community"]) &&
		(ask.Search == "" || strings.Contains(strings.ToLower(b.ShopName+" "+b.Place), strings.ToLower(ask.Search)))
}

func sortBought(list []flow.Bought, ask ui.TableAsk) {
	if ask.Sort == "" {
		return // the newest first
	}
	slices.SortStableFunc(list, func(a, b flow.Bought) int {
		if ask.Desc {
			a, b = b, a
		}
		switch ask.Sort {
		case "price":
			return int(a.Price - b.Price)
		case "shop":
			return strings.Compare(a.ShopName, b.ShopName)
		}
		return a.At.Compare(b.At)
	})
}

func purchaseColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Key: "shop", Text: i18n.T(ctx, "店"), Title: true, Sort: true},
		{Key: "at", Text: i18n.T(ctx, "时间"), Sort: true},
		{Key: "price", Text: i18n.T(ctx, "价款，元"), Num: true, Sort: true},
		{Key: "earned", Text: i18n.T(ctx, "得抵扣权益"), Num: true, Rare: true},
		{Key: "points", Text: i18n.T(ctx, "得积分"), Num: true, Rare: true},
	}
}

// purchaseFilters offers the months, shops and communities that there are.
func purchaseFilters(ctx context.Context, bought []flow.Bought) []ui.Field {
	months := ui.Field{Name: "month", Label: i18n.T(ctx, "月份"), Options: []ui.Option{{Text: i18n.T(ctx, "全部月份")}}}
	shops := ui.Field{Name: "shop", Label: i18n.T(ctx, "店"), Options: []ui.Option{{Text: i18n.T(ctx, "全部店")}}}
	places := ui.Field{Name: "community", Label: i18n.T(ctx, "社区"), Options: []ui.Option{{Text: i18n.T(ctx, "全部社区")}}}
	add := func(f *ui.Field, value, text string) {
		if !slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == value }) {
			f.Options = append(f.Options, ui.Option{Value: value, Text: text})
		}
	}
	for i := range bought {
		b := &bought[i]
		add(&months, b.Day.Month().String(), ui.Month(ctx, b.Day.Month()))
		add(&shops, b.Shop.String(), b.ShopName)
		add(&places, b.Community.String(), b.Place)
	}
	slices.SortStableFunc(shops.Options[1:], func(a, b ui.Option) int { return strings.Compare(a.Text, b.Text) })
	fields := []ui.Field{months, shops}
	if len(places.Options) > 2 {
		fields = append(fields, places)
	}
	return fields
}

// drawBought makes the rows of a page, each leading to its receipt.
func (p *Pages) drawBought(ctx context.Context, v *purchasesView, page []flow.Bought, now time.Time) error {
	for i := range page {
		b := &page[i]
		token, err := p.Flows.OpenWith(ctx, b)
		if err != nil {
			return err
		}
		row := ui.TableRow{Cells: []ui.Cell{
			{Text: b.ShopName, Sub: b.Place}, {Text: ui.Moment(ctx, b.At)}, {Text: ui.Yuan(b.Price)},
			{Text: positive(b.Earned, money.Coin), In: b.Earned > 0}, {Text: positive(b.Points, money.Point)},
		}}
		if b.At.Year() != now.Year() {
			row.Cells[1].Sub = i18n.T(ctx, "%s 年", itoa(b.At.Year()))
		}
		line := ui.Row{Title: b.ShopName, Text: ui.Moment(ctx, b.At), End: ui.Yuan(b.Price)}
		if b.Refunded > 0 {
			line.EndNote = i18n.T(ctx, "已退 %s", ui.Yuan(b.Refunded))
			row.Cells[2].Sub = line.EndNote
		}
		if token != "" {
			row.Href, line.Href = "/r/"+token, "/r/"+token
		}
		v.Table.Rows = append(v.Table.Rows, row)
		v.Rows = append(v.Rows, line)
	}
	return nil
}

func positive(v money.Amount, a money.Asset) string {
	if v == 0 {
		return "–"
	}
	return ui.Signed(v, a)
}

func boughtSheet(ctx context.Context, list []flow.Bought) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "我买过的"), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "价款，元"),
		i18n.T(ctx, "用抵扣权益"), i18n.T(ctx, "用券，元"), i18n.T(ctx, "得抵扣权益"), i18n.T(ctx, "得积分"), i18n.T(ctx, "退回，元")}}
	for i := range list {
		b := &list[i]
		t.Rows = append(t.Rows, append(sheet.Texts(b.At.Format("2006-01-02 15:04:05"), b.Place, b.ShopName), sheet.Figure(b.Price.Decimal(money.CNY)),
			sheet.Figure(b.Coins.Decimal(money.Coin)), sheet.Figure(b.Vouchers.Decimal(money.CNY)), sheet.Figure(b.Earned.Decimal(money.Coin)),
			sheet.Figure(b.Points.Decimal(money.Point)), sheet.Figure(b.Refunded.Decimal(money.CNY))))
	}
	return t
}
