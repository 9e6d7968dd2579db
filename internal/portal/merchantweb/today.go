package merchantweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// portraitK is the least number of people in a group that a shop is told of (O2).
const portraitK = 5

// todayView is a shop's day.
type todayView struct {
	Shop, Date string
	Times      int
	Sales      money.Amount
	Busiest    string
	Hours      []hour
	Compare    string
	Refunded   money.Amount
	Shares     sharesView
	Customers  []ui.Line
	Hidden     bool // groups are too small to be told
	Complete   bool
	Statement  string // address of the statement, "" for who may not read it
	Till       string // where money is taken, "" for who may not
}

// hour is one bar.
type hour struct {
	Name   string
	Height int // 0–100
}

// sharesView is where the takings went, line by line.
type sharesView struct {
	Lines []ui.Line
	Coins string // entitlement that was received beside it, "" if none
}

func (p *Pages) today(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := p.till(r)
	if err != nil {
		return err
	}
	now := p.Flows.DB.Clock().Now().In(t.Zone)
	buyers := make(map[id.ID]bool)
	referred := make(map[id.ID]bool)
	day, err := p.Flows.TakingsOf(ctx, t.Till, t.today, t.today, time.Time{}, func(l flow.Line) {
		if l.Sold && l.Kind == ledger.Purchase && l.Member {
			buyers[l.Buyer] = true
			if l.Referred {
				referred[l.Buyer] = true
			}
		}
	})
	if err != nil {
		return err
	}
	before, lastWeek, err := p.before(ctx, &t, now)
	if err != nil {
		return err
	}
	v := todayView{Till: t.href("/till"), Shop: t.name(), Date: i18n.T(ctx, "%s，截至 %s", ui.Day(ctx, t.today), ui.Clock(ctx, now)), Times: day.Purchases, Sales: day.Sales, Refunded: day.Refunded, Complete: day.Complete,
		Shares: drawShares(ctx, &day, &t)}
	v.Hours, v.Busiest = drawHours(ctx, day.Hours)
	v.Compare = compare(ctx, t.today, day.Sales-day.Refunded, lastWeek)
	v.Customers, v.Hidden = drawCustomers(ctx, buyers, before, referred)
	if t.owner {
		v.Statement = t.href("/statement")
	}
	s := p.ShopShell(ctx, t.Community, t.Shop.ID, "today", i18n.T(ctx, "今天"))
	return p.Show(w, r, s, todayPage(v))
}

// weeks is how far a shop looks back to know who comes again.
const weeks = 4

// before tells who bought in the weeks before today, and what was sold a week ago
// by this time of day.
func (p *Pages) before(ctx context.Context, t *till, now time.Time) (buyers map[id.ID]bool, lastWeek money.Amount, err error) {
	buyers = make(map[id.ID]bool)
	until := now.AddDate(0, 0, -7)
	_, err = p.Flows.TakingsOf(ctx, t.Till, t.today-7*weeks, t.today-1, time.Time{}, func(l flow.Line) {
		if !l.Sold {
			return
		}
		if l.Kind == ledger.Purchase && l.Member {
			buyers[l.Buyer] = true
		}
		if l.Day == t.today-7 && !l.At.After(until) {
			lastWeek += l.Price
		}
	})
	return buyers, lastWeek, err
}

func compare(ctx context.Context, today period.Day, sales, lastWeek money.Amount) string {
	week := ui.Day(ctx, today-7)
	switch {
	case lastWeek == 0:
		return i18n.T(ctx, "%s这个时候还没有卖出", week)
	case sales >= lastWeek:
		return i18n.T(ctx, "比%s这个时候多 %s 元", week, ui.Yuan(sales-lastWeek))
	}
	return i18n.T(ctx, "比%s这个时候少 %s 元", week, ui.Yuan(lastWeek-sales))
}

// drawHours draws the hours from the first to the last on which something was sold.
func drawHours(ctx context.Context, sold [24]money.Amount) (bars []hour, busiest string) {
	firstHour, last, top := -1, -1, 0
	for h, v := range sold {
		if v > 0 {
			if firstHour < 0 {
				firstHour = h
			}
			last = h
			if v > sold[top] {
				top = h
			}
		}
	}
	if firstHour < 0 {
		return nil, ""
	}
	for h := firstHour; h <= last; h++ {
		bars = append(bars, hour{i18n.T(ctx, "%d 点", h), int(sold[h] * 100 / sold[top])})
	}
	if firstHour == last {
		return nil, "" // one bar says nothing
	}
	return bars, i18n.T(ctx, "%d 点最忙，%s 元", top, ui.Yuan(sold[top]))
}

// drawCustomers counts groups of members, and tells none from which the others
// could be known.
func drawCustomers(ctx context.Context, today, before, referred map[id.ID]bool) (lines []ui.Line, hidden bool) {
	if len(today) < portraitK {
		return nil, len(today) > 0
	}
	again := 0
	for who := range today {
		if before[who] {
			again++
		}
	}
	count := func(n int) string { return i18n.T(ctx, "%d 人", n) }
	lines = append(lines, ui.Line{Text: i18n.T(ctx, "今天来的会员"), Num: count(len(today)), Total: true})
	tellable := func(n int) bool {
		return (n == 0 || n >= portraitK) && (len(today)-n == 0 || len(today)-n >= portraitK)
	}
	if tellable(again) {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "四周里来过的"), Num: count(again)}, ui.Line{Text: i18n.T(ctx, "四周里头一回来"), Num: count(len(today) - again)})
	} else {
		hidden = true
	}
	if tellable(len(referred)) {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "别的店推荐来的"), Num: count(len(referred))})
	} else {
		hidden = true
	}
	return lines, hidden
}
