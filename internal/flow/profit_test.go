package flow_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestProfitsAreTheBooks: whatever happens, the lines of all months together are what the
// accounts of income and cost hold, each movement in one line.
func TestProfitsAreTheBooks(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		w := settled(t, env)
		n := 0
		var bought []int64
		rapid.Check(t, func(rt *rapid.T) {
			if n > 120 { // every run adds to the same books
				return
			}
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				n++
				w.env.Clock.Advance(time.Duration(rapid.IntRange(1, 6*24*60).Draw(rt, "minutes")) * time.Minute)
				v := money.Amount(rapid.Int64Range(100, 50_000).Draw(rt, "amount"))
				switch rapid.IntRange(0, 7).Draw(rt, "step") {
				case 0, 1, 2:
					s, err := w.buy(fmt.Sprint("p", n), rapid.SampledFrom([]string{"anna", "ben"}).Draw(rt, "buyer"), rapid.SampledFrom([]string{"bakery", "first"}).Draw(rt, "shop"), v)
					w.must(err)
					bought = append(bought, s.Seq)
				case 3:
					if len(bought) > 0 {
						_, _ = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: fmt.Sprint("r", n), Purchase: bought[rapid.IntRange(0, len(bought)-1).Draw(rt, "which")], Amount: 1_00})
					}
				default:
					moves := []charter.Move{charter.MembershipFee{Member: w.member("anna").ID, Fee: v, Means: charter.Provider}, charter.FeeRefund{Member: w.member("anna").ID, Fee: v, Days: 10, Used: 3, Means: charter.Cash},
						charter.AdFee{Merchant: w.shop("bakery").ID, Fee: v, Means: charter.Provider}, charter.MerchantFee{Merchant: w.shop("bakery").ID, Fee: v, Means: charter.Provider},
						charter.GoodsHanded{Merchant: w.shop("fruit").ID, Cost: v}, charter.ReferralReward{Recommender: w.member("ben").ID, Recommended: w.member("anna").ID, Fee: v, CapLeft: v},
						charter.ProviderFee{Provider: "wechat", Amount: 1}, charter.ProviderFeeReturned{Provider: "wechat", Amount: 1}}
					m := rapid.SampledFrom(moves).Draw(rt, "move")
					_ = w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := w.Move(ctx, tx, fmt.Sprint("~m", n), m); return err })
				}
			}
			for done := 1; done > 0; {
				var err error
				done, err = w.Follower().Step(ctx, w.home, ledger.FollowSums, 1000)
				w.must(err)
			}
			last := period.DayOf(w.env.Clock.Now(), flow.DefaultZone).Month()
			var sum, books money.Amount
			byAccount := make(map[ledger.Account]money.Amount)
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
				all, err := w.Profits(ctx, r, w.home, period.Date(2025, 9, 1).Month(), last)
				for i := range all {
					sum += all[i].Result() + all[i].Lines[flow.DividendShare]
				}
				if err != nil {
					return err
				}
				for _, a := range flow.EarningAccounts() {
					h, err := w.Ledger.Holding(ctx, r, w.home, a)
					if err != nil {
						return err
					}
					byAccount[a] = h.Balance
					books += h.Balance
				}
				e, err := w.Earnings(ctx, r, w.home, period.Date(2025, 9, 1).Month(), last)
				if e.Cash() != sum {
					rt.Fatalf("the accounts of the result say %v, the lines %v", e.Cash(), sum)
				}
				fees, err2 := w.Ledger.Holding(ctx, r, w.home, ledger.AllianceMarketing)
				var shops money.Amount
				for i := range all {
					shops += all[i].Shops
				}
				if err2 != nil || shops != fees.Balance {
					rt.Fatalf("shops' fees are %v, the alliance holds %v", shops, fees.Balance)
				}
				return err
			}))
			if sum != books {
				rt.Fatalf("the months come to %v, the accounts hold %v: %v", sum, books, byAccount)
			}
		})
	})
}
