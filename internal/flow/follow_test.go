package flow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// TestTheDayInTheOpenBooks: what buyers gave on a day, by whichever way they paid,
// is what went somewhere; refunds are taken off, direct money included.
func TestTheDayInTheOpenBooks(t *testing.T) {
	inTown(t, func(w *town) {
		parts := func(coins, held, direct money.Amount) func(p *flow.Purchase) {
			return func(p *flow.Purchase) { p.Coins, p.Held, p.Direct = coins, held, direct }
		}
		first, err := w.buy("p1", "anna", "bakery", 200_00) // earns 10.00 coins
		w.must(err)
		mixed, err := w.buy("p2", "anna", "fruit", 60_00, parts(10_00, 30_00, 20_00)) // all her coins
		w.must(err)
		_, err = w.buy("p3", "ben", "first", 50_00, parts(0, 0, 50_00))
		w.must(err)
		last, err := w.buy("p4", "", "first", 7_00)
		w.must(err)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: mixed.Seq, Amount: 33_33})
		w.must(err)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r2", Purchase: first.Seq}) // her coins are short: some money is withheld
		w.must(err)
		w.env.Clock.Advance(24 * time.Hour)
		next, err := w.buy("p5", "ben", "bakery", 1_00)
		w.must(err)

		f := w.Follower()
		for n := 1; n > 0; {
			n, err = f.Step(ctx, w.home, ledger.FollowSums, 2)
			w.must(err)
		}
		day := period.DayOf(w.env.Clock.Now(), time.FixedZone("", 8*3600)) - 1
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			days, err := w.Ledger.Days(ctx, r, w.home, day, day+1)
			// Of p2's 33.33 in all 27.78 is cash, of which 16.66 was held and 11.12 direct.
			want := []ledger.DayTotal{
				{Day: day, Purchases: 4, Refunds: 2, Buyers: 2, Amount: 317_00, Refunded: 233_33, Direct: 70_00 - 11_12, First: first.Seq, Last: last.Seq},
				{Day: day + 1, Purchases: 1, Buyers: 1, Amount: 1_00, First: next.Seq, Last: next.Seq},
			}
			if diff := cmp.Diff(want, days); err != nil || diff != "" {
				t.Error(diff, err)
			}
			// What was given by legs (S-01 to S-03) and by hand is the day's, but for
			// the money withheld for coins (S-07R), which the buyer gave and did not get back.
			flows, err := w.Ledger.FlowsByDay(ctx, r, w.home, day, day)
			given := days[0].Direct
			for _, f := range flows {
				switch n := f.Rule.Number; {
				case n <= 3 && !f.Rule.Undone:
					given += f.Amount
				case n <= 3, n == 7 && f.Asset == money.CNY:
					given -= f.Amount
				}
			}
			if net := days[0].Amount - days[0].Refunded; given != net {
				t.Errorf("given %d by legs and by hand, the day says %d", given, net)
			}
			return err
		}))
	})
}
