package flow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

func (w *town) bill(ref string, from, to period.Month) flow.Bill {
	w.t.Helper()
	b, err := w.BillOf(ctx, w.belongings(ref), from, to)
	w.must(err)
	return b
}

func (w *town) missed(ref string, from, to period.Month) flow.Missed {
	w.t.Helper()
	m, err := w.MissedOf(ctx, w.belongings(ref), from, to)
	w.must(err)
	return m
}

func (w *town) month() period.Month { return period.DayOf(w.env.Clock.Now(), flow.DefaultZone).Month() }

// TestBillIsTheLedgers: a person's bill, month by month and shop by shop, and the rows
// behind every figure, are what her accounts and receipts say (B7).
func TestBillIsTheLedgers(t *testing.T) {
	inTown(t, func(w *town) {
		w.join(w.home, "carla", policy.Silver, "leader")
		s := &stream{town: w, rng: rand.New(rand.NewPCG(5, 8)), prior: make(map[int64]money.Amount)}
		from := w.month()
		for range 120 {
			if s.one(); s.rng.IntN(6) == 0 {
				w.env.Clock.Advance(4 * 24 * time.Hour)
			}
		}
		to := w.month()
		if to-from < 2 {
			t.Fatalf("from %s to %s only", from, to)
		}
		if b := w.bill("anna", from, to); b.Complete {
			t.Error("complete before anything is derived")
		}
		w.deriveTrade(1000)
		for _, ref := range []string{"anna", "ben", "carla", "leader"} {
			b := w.bill(ref, from, to)
			if !b.Complete || b.Total.Purchases == 0 {
				t.Fatalf("%s: %+v", ref, b)
			}
			var byShop, byRow trade.Sums
			for _, x := range b.Shops {
				byShop.Add(&x.Sums)
				rows, err := w.BillRows(ctx, w.belongings(ref), from, to, x.Shop)
				w.must(err)
				var sums trade.Sums
				for _, r := range rows {
					sums.Add(&r.Sums)
				}
				byRow.Add(&sums)
				x.Sums.Undone = 0 // no row says it
				if diff := cmp.Diff(x.Sums, sums); diff != "" {
					t.Errorf("%s in %s: bill −, its rows +:\n%s", ref, x.Name, diff)
				}
			}
			if diff := cmp.Diff(b.Total.Sums, byShop); diff != "" {
				t.Errorf("%s: months −, shops +:\n%s", ref, diff)
			}
			for i, m := range b.Months {
				rows, err := w.BillRows(ctx, w.belongings(ref), m.Month, m.Month, id.ID{})
				w.must(err)
				var sums trade.Sums
				for _, r := range rows {
					sums.Add(&r.Sums)
				}
				m.Sums.Undone = 0
				if diff := cmp.Diff(m.Sums, sums); diff != "" {
					t.Errorf("%s in %s (%d): bill −, its rows +:\n%s", ref, m.Month, i, diff)
				}
			}
			// What she holds is what she got less what she used, but for what was withheld
			// or is owed after refunds: the two together are always her books.
			books := w.books()
			amount := func(account string, a money.Asset) money.Amount {
				v, _ := money.Parse(books["member:"+ref+"/"+account], a)
				return v
			}
			got := b.Total.CoinsGiven + b.Total.GainedCoins - b.Total.Coins
			if have := amount("coins COIN", money.Coin) + amount("owed COIN", money.Coin); have < got {
				t.Errorf("%s holds %d of entitlement, the bill says %d", ref, have, got)
			}
			if got, have := b.Total.PointsGiven+b.Total.GainedPoints, amount("points POINT", money.Point)+amount("owed POINT", money.Point); got != have {
				t.Errorf("%s holds %d points, the bill says %d", ref, have, got)
			}
			if got, have := b.Total.Rewards, amount("rewards CNY", money.CNY)+amount("owed CNY", money.CNY); got != have {
				t.Errorf("%s holds %d of rewards, the bill says %d", ref, have, got)
			}
		}
	})
}

// TestWhatSheMissed says it in cases: entitlement not used is counted once, what is
// not earned by using it is not there later, no more than the policy lets her use.
func TestWhatSheMissed(t *testing.T) {
	inTown(t, func(w *town) {
		month := w.month()
		_, err := w.buy("p1", "anna", "bakery", 400_00) // earns 20.00
		w.must(err)
		_, err = w.buy("p2", "anna", "bakery", 10_00) // of 20.00 at most 5.00 may be used
		w.must(err)
		w.env.Clock.Advance(time.Hour)
		_, err = w.buy("p3", "anna", "fruit", 100_00) // 20.00 + 0.50 − 5.00 − 0.25 are left
		w.must(err)
		last, err := w.buy("p4", "anna", "fruit", 50_00) // wholly refunded: nothing was missed
		w.must(err)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r", Purchase: last.Seq})
		w.must(err)
		w.deriveTrade(100)
		m := w.missed("anna", month, month)
		var got []string
		for _, r := range m.Idle {
			got = append(got, fmt.Sprint(r.ShopName, " ", r.Amount, " of ", r.Held))
		}
		if diff := cmp.Diff([]string{"fruit 1525 of 1525", "bakery 500 of 2000"}, got); diff != "" || m.IdleSum != 20_25 {
			t.Errorf("%d: %s", m.IdleSum, diff)
		}
		if n := len(m.NoCash) + len(m.Lapsed) + len(m.Waiting); n != 0 {
			t.Errorf("%d rows of something else", n)
		}
	})
}

// TestVouchersSheMissed: used ones are no loss, good ones wait if she was in the shop,
// lapsed ones are lost whether she was there or not.
func TestVouchersSheMissed(t *testing.T) {
	inTown(t, func(w *town) {
		month := w.month()
		w.issue("used", "fruit", "bakery", "anna", 5_00)
		w.issue("forgotten", "fruit", "bakery", "anna", 6_00)
		w.issue("never there", "bakery", "first", "anna", 7_00)
		w.issue("too large", "first", "bakery", "anna", 70_00)
		_, err := w.buy("p1", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"used"}, 55_00 })
		w.must(err)
		m := w.missed("anna", month, month)
		if len(m.Lapsed) != 0 || len(m.Waiting) != 1 || m.WaitingSum != 6_00 || m.Waiting[0].Voucher.Ref != "forgotten" || m.Waiting[0].WithoutPurchase {
			t.Errorf("while they are good: %+v", m)
		}
		w.env.Clock.Advance(31 * 24 * time.Hour)
		ended := w.month()
		m = w.missed("anna", month, ended)
		if len(m.Waiting) != 0 || len(m.Lapsed) != 3 || m.LapsedSum != 83_00 {
			t.Errorf("when they have lapsed: %+v", m)
		}
		for _, r := range m.Lapsed {
			if r.WithoutPurchase != (r.Voucher.Ref != "forgotten") {
				t.Errorf("%s: %+v", r.Voucher.Ref, r)
			}
		}
	})
}

// TestCashBackSheMissed: while her membership is not in force she gets none; what a
// refund takes is no loss. The table says the same as the rows.
func TestCashBackSheMissed(t *testing.T) {
	inTown(t, func(w *town) {
		month := w.month()
		stand := func(s member.Standing) {
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
				return w.Members.Change(ctx, tx, "anna", func(m *member.Member) error { m.Standing = s; return nil })
			}))
		}
		stand(member.Lapsed)
		s, err := w.buy("p1", "anna", "bakery", 128_40) // 6.42
		w.must(err)
		_, err = w.buy("p2", "anna", "fruit", 30) // 0.015 is 0.02
		w.must(err)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r", Purchase: s.Seq, Amount: 64_20})
		w.must(err)
		stand(member.Good)
		_, err = w.buy("p3", "anna", "bakery", 100_00)
		w.must(err)
		w.deriveTrade(100)
		m := w.missed("anna", month, month)
		if len(m.NoCash) != 2 || m.NoCashSum != 3_21+2 || len(m.Idle) != 0 {
			t.Errorf("%+v", m)
		}
		if b := w.bill("anna", month, month); b.Total.Missed != m.NoCashSum {
			t.Errorf("the table says %d, the rows %d", b.Total.Missed, m.NoCashSum)
		}
	})
}
