package flow_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestStatementsAddUp: whatever is bought, given back, paid out and returned, early and
// late in the night, a month's opening and what its rules moved make its closing, and
// months meet.
func TestStatementsAddUp(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		w := openBureau(t, env)
		n := 0
		var bought []int64
		rapid.Check(t, func(rt *rapid.T) {
			if n > 120 { // every run adds to the same books
				return
			}
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				w.env.Clock.Advance(time.Duration(rapid.IntRange(1, 40*60).Draw(rt, "minutes")) * time.Minute)
				if rapid.Bool().Draw(rt, "closes") {
					w.must(w.CloseDue(ctx, w.home))
				}
				n++
				switch rapid.IntRange(0, 3).Draw(rt, "step") {
				case 0, 1:
					ahead := time.Duration(rapid.IntRange(-4*60, 4).Draw(rt, "off")) * time.Minute
					s, err := w.buy(fmt.Sprint("p", n), "anna", "bakery", money.Amount(rapid.Int64Range(100, 20_000).Draw(rt, "price")), func(p *flow.Purchase) { p.PurchasedAt = p.PurchasedAt.Add(ahead) })
					w.must(err)
					bought = append(bought, s.Seq)
				case 2:
					if len(bought) > 0 {
						at := rapid.IntRange(0, len(bought)-1).Draw(rt, "which")
						_, _ = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: fmt.Sprint("r", n), Purchase: bought[at], Amount: 1_00})
					}
				case 3:
					w.must(w.CloseDue(ctx, w.home))
					today := period.DayOf(w.env.Clock.Now(), flow.DefaultZone)
					if b, err := w.PreparePayout(ctx, w.home, w.act("fang"), payout.Shops, today, "", ""); err == nil {
						for _, who := range []string{"gao", "han"} {
							_, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
							w.must(err)
						}
					}
				}
			}
			till, err := w.TillOf(ctx, w.home, w.shop("bakery").ID)
			w.must(err)
			months := period.DayOf(w.env.Clock.Now(), till.Zone).Month()
			before := make(map[int]money.Amount)
			for m := period.Date(2025, 9, 1).Month(); m <= months; m++ {
				s, err := w.ShopStatementOf(ctx, till, m, nil)
				w.must(err)
				for i := range s.Accounts {
					a := &s.Accounts[i]
					if a.Opening != before[i] || a.Opening+a.Sum() != a.Closing {
						rt.Fatalf("%s of %s: %v before, opens with %v, moved %v, closes with %v: %+v", m, a.Account, before[i], a.Opening, a.Sum(), a.Closing, a.Rules)
					}
					before[i] = a.Closing
				}
			}
			if now := w.payable("bakery"); before[0] != now {
				rt.Fatalf("the last month closes with %v, the books have %v", before[0], now)
			}
		})
	})
}
