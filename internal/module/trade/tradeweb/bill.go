package tradeweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// year is how many months the picture shows.
const year = 12

// wholeYear is the value of the month picker for all of them.
const wholeYear = "year"

// span is what somebody wants to see: twelve months up to one, and one of them or all.
type span struct {
	until period.Month // the last of the twelve
	month period.Month // the one that is chosen; meaningless if whole
	whole bool
}

// from and to are the chosen months.
func (s span) from() period.Month {
	if s.whole {
		return s.until - year + 1
	}
	return s.month
}

func (s span) to() period.Month {
	if s.whole {
		return s.until
	}
	return s.month
}

// query is the span in an address.
func (s span) query() url.Values {
	q := url.Values{"until": {s.until.String()}, "month": {wholeYear}}
	if !s.whole {
		q.Set("month", s.month.String())
	}
	return q
}

func (s span) href(path string, more ...string) string {
	q := s.query()
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return path + "?" + q.Encode()
}

// name is the span in words: 2026 年 10 月; 2025 年 11 月至 2026 年 10 月.
func (s span) name(ctx context.Context) string {
	if !s.whole {
		return ui.Month(ctx, s.month)
	}
	return i18n.T(ctx, "%s至 %s", ui.Month(ctx, s.from()), ui.Month(ctx, s.to()))
}

// askSpan reads an address. A month that lies ahead, or outside of the twelve, is
// left aside.
func askSpan(q url.Values, present period.Month) (s span, chosen bool) {
	s.until, s.month = present, present
	if m, err := period.ParseMonth(q.Get("until")); err == nil && m < present && m > year {
		s.until, s.month = m, m
	}
	if q.Get("month") == wholeYear {
		s.whole = true
		return s, true
	}
	m, err := period.ParseMonth(q.Get("month"))
	if err != nil || m > s.until || m <= s.until-year {
		return s, false
	}
	s.month = m
	return s, true
}

// billView is a person's bill.
type billView struct {
	Known, Bought bool
	Complete      bool
	Name          string // of the span
	Picker        ui.Field
	Until         string
	Earlier       string // address of the twelve months before
	Later         string
	Words         []string
	Stats         []ui.Stat
	Missed        []ui.Row
	Months, Shops ui.Chart
	Table         ui.Table
	Simple        ui.Table // elder mode: the months
}

func (p *Pages) bill(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	s, chosen := askSpan(r.URL.Query(), m.today.Month())
	window, err := p.Flows.BillOf(ctx, m.all, s.until-year+1, s.until)
	if err != nil {
		return err
	}
	if !chosen { // the last month in which she bought
		for i := range window.Months {
			if x := &window.Months[i]; x.Purchases+x.Refunds > 0 {
				s.month = x.Month
			}
		}
	}
	b := window
	if !s.whole {
		if b, err = p.Flows.BillOf(ctx, m.all, s.month, s.month); err != nil {
			return err
		}
	}
	columns := shopColumns(ctx)
	ask := ui.AskTable(r.URL.Query(), columns, "month", "until")
	if ask.Format != "" {
		return p.takeBill(w, r, &m, s, ask.Format)
	}
	missed, err := p.Flows.MissedOf(ctx, m.all, s.from(), s.to())
	if err != nil {
		return err
	}
	v := drawBill(ctx, s, &window, &b, &missed)
	v.Known = len(m.all) > 0
	v.drawShops(ctx, s, &b, columns, ask)
	v.Later, v.Earlier = "", span{until: s.until - year, whole: true}.href(BillPath)
	if s.until < m.today.Month() {
		v.Later = span{until: min(s.until+year, m.today.Month()), whole: true}.href(BillPath)
	}
	return p.Show(w, r, p.shell(ctx, i18n.T(ctx, "消费账单"), ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}), billPage(v))
}

// drawBill puts a bill into words, figures and pictures.
func drawBill(ctx context.Context, s span, window, b *flow.Bill, missed *flow.Missed) billView {
	t := &b.Total
	v := billView{Bought: window.Total.Purchases+window.Total.Refunds > 0, Complete: window.Complete, Name: s.name(ctx), Until: s.until.String()}
	v.Picker = ui.Field{Name: "month", Label: i18n.T(ctx, "看哪个月"), Value: s.query().Get("month"), Optional: true,
		Options: []ui.Option{{Value: wholeYear, Text: i18n.T(ctx, "这 12 个月")}}}
	for _, x := range slices.Backward(window.Months) {
		v.Picker.Options = append(v.Picker.Options, ui.Option{Value: x.Month.String(), Text: ui.Month(ctx, x.Month)})
	}
	v.Words = billWords(ctx, b, missed)
	rows := s.href(BillPath + "/rows")
	v.Stats = []ui.Stat{
		{Name: i18n.T(ctx, "花了"), Number: ui.Yuan(t.Price), Unit: i18n.T(ctx, "元"), Note: i18n.T(ctx, "其中现金 %s 元", ui.Yuan(t.Cash)), Href: rows},
		{Name: i18n.T(ctx, "比标价省"), Number: ui.Yuan(t.Saved), Unit: i18n.T(ctx, "元"), Note: i18n.T(ctx, "标价是收银时报的"), Href: rows},
		{Name: i18n.T(ctx, "券和抵扣权益付了"), Number: ui.Yuan(t.Coins + t.Vouchers()), Unit: i18n.T(ctx, "元"), Href: rows,
			Note: i18n.T(ctx, "券 %s，权益 %s", ui.Yuan(t.Vouchers()), ui.Coins(t.Coins))},
		{Name: i18n.T(ctx, "得抵扣权益"), Number: ui.Coins(t.CoinsGiven + t.GainedCoins), Note: otherWays(ctx, t.GainedCoins, money.Coin), Href: "/me/wallet"},
		{Name: i18n.T(ctx, "得积分"), Number: ui.Points(t.PointsGiven + t.GainedPoints), Unit: i18n.T(ctx, "分"), Note: otherWays(ctx, t.GainedPoints, money.Point), Href: "/me/wallet"},
	}
	if t.Rewards != 0 {
		v.Stats = append(v.Stats, ui.Stat{Name: i18n.T(ctx, "得奖励"), Number: ui.Yuan(t.Rewards), Unit: i18n.T(ctx, "元"), Href: "/me/wallet"})
	}
	v.Missed = missedRows(ctx, s, missed)
	v.drawMonths(ctx, window)
	return v
}

// otherWays says how much came by other ways than purchases.
func otherWays(ctx context.Context, v money.Amount, a money.Asset) string {
	if v == 0 {
		return i18n.T(ctx, "都是消费得的")
	}
	return i18n.T(ctx, "其中服务、转赠等 %s", v.Grouped(a))
}

// billWords are the sums in three sentences.
func billWords(ctx context.Context, b *flow.Bill, m *flow.Missed) []string {
	t := &b.Total
	words := []string{
		i18n.T(ctx, "您在 %d 家店买了 %d 次，花了 %s 元，退货已经减去。", len(b.Shops), t.Purchases, ui.Yuan(t.Price)),
		i18n.T(ctx, "比标价省了 %s 元，得到 %s 抵扣权益和 %s 积分。", ui.Yuan(t.Saved), ui.Coins(t.CoinsGiven+t.GainedCoins), ui.Points(t.PointsGiven+t.GainedPoints)),
	}
	later, gone := m.IdleSum+m.WaitingSum, m.LapsedSum+m.NoCashSum
	switch {
	case later == 0 && gone == 0:
		return append(words, i18n.T(ctx, "账上看得到的，您都用上了。"))
	case gone == 0:
		return append(words, i18n.T(ctx, "有 %s 元当时能用权益和券付，没有用；权益和券还是您的。", ui.Yuan(later)))
	case later == 0:
		return append(words, i18n.T(ctx, "有 %s 元错过了：券到期没用，或会员没续上。", ui.Yuan(gone)))
	}
	return append(words, i18n.T(ctx, "有 %s 元当时能用权益和券付，没有用，还是您的；另有 %s 元错过了。", ui.Yuan(later), ui.Yuan(gone)))
}

// drawMonths draws the twelve months.
func (v *billView) drawMonths(ctx context.Context, window *flow.Bill) {
	spent, saved, earned := ui.Series{Name: i18n.T(ctx, "花了")}, ui.Series{Name: i18n.T(ctx, "省了")}, ui.Series{Name: i18n.T(ctx, "得抵扣权益")}
	v.Months = ui.Chart{ID: "months", Title: i18n.T(ctx, "12 个月"), Kind: ui.BarChart, Over: i18n.T(ctx, "月份"), Unit: i18n.T(ctx, "元"), Scale: 2}
	v.Simple = ui.Table{ID: "simple", Caption: i18n.T(ctx, "12 个月"), Path: BillPath, Columns: []ui.Column{{Text: i18n.T(ctx, "月份"), Title: true},
		{Text: i18n.T(ctx, "花了"), Num: true}, {Text: i18n.T(ctx, "省了"), Num: true}, {Text: i18n.T(ctx, "得抵扣权益"), Num: true}}}
	for _, m := range window.Months {
		off, got := m.Saved+m.Coins+m.Vouchers(), m.CoinsGiven+m.GainedCoins
		v.Months.Labels = append(v.Months.Labels, m.Month.String())
		spent.Values, saved.Values, earned.Values = append(spent.Values, int64(m.Price)), append(saved.Values, int64(off)), append(earned.Values, int64(got))
		if m.Purchases+m.Refunds > 0 {
			v.Simple.Rows = append(v.Simple.Rows, ui.TableRow{Href: span{until: window.To, month: m.Month}.href(BillPath),
				Cells: ui.Cells(ui.Month(ctx, m.Month), ui.Yuan(m.Price), ui.Yuan(off), ui.Coins(got))})
		}
	}
	slices.Reverse(v.Simple.Rows)
	v.Simple.Total, v.Simple.Ask.Size = len(v.Simple.Rows), year
	v.Months.Series = []ui.Series{spent, saved, earned}
}

func shopColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Key: "shop", Text: i18n.T(ctx, "店"), Title: true},
		{Key: "times", Text: i18n.T(ctx, "次数"), Num: true, Sort: true},
		{Key: "price", Text: i18n.T(ctx, "花了，元"), Num: true, Sort: true},
		{Key: "saved", Text: i18n.T(ctx, "比标价省，元"), Num: true, Sort: true},
		{Key: "paid", Text: i18n.T(ctx, "券和权益付，元"), Num: true, Rare: true},
		{Key: "earned", Text: i18n.T(ctx, "得抵扣权益"), Num: true, Rare: true},
	}
}

// mostShops is how many shops the picture names.
const mostShops = 6

// drawShops draws the shops of the span, each leading to its rows.
func (v *billView) drawShops(ctx context.Context, s span, b *flow.Bill, columns []ui.Column, ask ui.TableAsk) {
	v.Shops = ui.Chart{ID: "shops", Title: i18n.T(ctx, "花在哪些店"), Kind: ui.BarChart, Over: i18n.T(ctx, "店"), Unit: i18n.T(ctx, "元"), Scale: 2, Series: []ui.Series{{Name: i18n.T(ctx, "花了")}}}
	for _, x := range b.Shops[:min(len(b.Shops), mostShops)] {
		v.Shops.Labels = append(v.Shops.Labels, x.Name)
		v.Shops.Series[0].Values = append(v.Shops.Series[0].Values, int64(x.Price))
	}
	shops := slices.Clone(b.Shops)
	if ask.Sort != "" {
		slices.SortStableFunc(shops, func(x, y flow.BillShop) int {
			if ask.Desc {
				x, y = y, x
			}
			switch ask.Sort {
			case "times":
				return int(x.Purchases - y.Purchases)
			case "saved":
				return int(x.Saved - y.Saved)
			}
			return int(x.Price - y.Price)
		})
	}
	for k := range s.query() {
		ask.Filters[k] = s.query().Get(k)
	}
	v.Table = ui.Table{ID: "by-shop", Caption: i18n.T(ctx, "花在哪些店"), Path: BillPath, Ask: ask, Columns: columns, Total: len(shops), Export: true,
		Empty: ui.EmptyView{Icon: "slip", Title: i18n.T(ctx, "这段时间没有买过东西"), Text: i18n.T(ctx, "换一个月看看；在联盟店报会员手机号，就会记在这里。")}}
	for _, x := range shops[min(ask.Offset(), len(shops)):min(ask.Offset()+ask.Size, len(shops))] {
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: s.href(BillPath+"/rows", "shop", x.Shop.String()), Cells: []ui.Cell{
			{Text: x.Name, Sub: x.Place}, {Text: itoa(x.Purchases)}, {Text: ui.Yuan(x.Price)}, {Text: ui.Yuan(x.Saved)}, {Text: ui.Yuan(x.Coins + x.Vouchers())},
			{Text: ui.Coins(x.CoinsGiven), In: x.CoinsGiven > 0}}})
	}
}

// takeBill makes the file: a row a month and shop.
func (p *Pages) takeBill(w http.ResponseWriter, r *http.Request, m *mine, s span, format string) error {
	ctx := r.Context()
	t := sheet.Table{Name: i18n.T(ctx, "消费账单"), Head: []string{i18n.T(ctx, "月份"), i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "次数"), i18n.T(ctx, "退货，次"),
		i18n.T(ctx, "价款，元"), i18n.T(ctx, "退回，元"), i18n.T(ctx, "现金，元"), i18n.T(ctx, "用抵扣权益"), i18n.T(ctx, "用券，元"), i18n.T(ctx, "比标价省，元"), i18n.T(ctx, "得抵扣权益"), i18n.T(ctx, "得积分")}}
	for month := s.from(); month <= s.to(); month++ {
		b, err := p.Flows.BillOf(ctx, m.all, month, month)
		if err != nil {
			return err
		}
		for _, x := range b.Shops {
			row := append(sheet.Texts(month.String(), x.Place, x.Name), sheet.Figure(itoa(x.Purchases)), sheet.Figure(itoa(x.Refunds)))
			for _, v := range []money.Amount{x.Price, x.Refunded, x.Cash, x.Coins, x.Vouchers(), x.Saved, x.CoinsGiven} {
				row = append(row, sheet.Figure(v.Decimal(money.CNY)))
			}
			t.Rows = append(t.Rows, append(row, sheet.Figure(x.PointsGiven.Decimal(money.Point))))
		}
	}
	return portal.Take(w, r, i18n.T(ctx, "消费账单")+" "+s.name(ctx), format, t)
}
