package flow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

func (w *town) position() (at derived.Position) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { at, err = w.OpenBooks.Position(ctx, r, w.home); return err }))
	return at
}

// derive takes steps of a limit until nothing is left.
func (w *town) derive(limit int) (steps int) {
	w.t.Helper()
	for {
		n, err := w.DeriveOpenBooks(ctx, w.home, limit)
		w.must(err)
		steps++
		if n < limit {
			return steps
		}
	}
}

func (w *town) days() (days []openbooks.Day) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		days, err = w.OpenBooks.Days(ctx, r, w.home, derived.NeverClosed, 1<<31-1)
		return err
	}))
	return days
}

func (w *town) checkOpenBooks() {
	w.t.Helper()
	differences, err := w.CheckOpenBooks(ctx, w.home)
	w.must(err)
	for _, d := range differences {
		w.t.Error(d)
	}
}

// TestOpenBooksSayWhatTheReceiptsSay settles and refunds some weeks of purchases
// with everything a purchase can have, and adds the receipts up by hand (K3).
func TestOpenBooksSayWhatTheReceiptsSay(t *testing.T) {
	inTown(t, func(w *town) {
		w.join(w.home, "carla", policy.Silver, "leader")
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			return w.Merchants.Change(ctx, tx, "fruit", func(m *merchant.Merchant) error { m.CarePledge = 20_000; return nil })
		}))
		s := &stream{town: w, rng: rand.New(rand.NewPCG(7, 1)), prior: make(map[int64]money.Amount)}
		for i := range 150 {
			s.one()
			if i%40 == 39 {
				w.derive(1 + s.rng.IntN(30))
			}
		}
		w.derive(1000)
		want := make(told)
		purchases, refunds := map[period.Day]int64{}, map[period.Day]int64{}
		for _, seq := range s.seqs {
			r, err := w.Receipt(ctx, w.home, seq)
			w.must(err)
			want.purchase(r)
			purchases[r.Facts.BookedOn]++
			for i := range r.Refunds {
				want.refund(r, &r.Refunds[i])
				refunds[r.Refunds[i].Entry.BookedOn]++
			}
		}
		days := w.days()
		if len(days) != len(want) || len(days) < 5 {
			t.Fatalf("%d days, the receipts have %d", len(days), len(want))
		}
		var funds openbooks.Funds
		for _, d := range days {
			// A refund may keep of either kind of cash; only their sum is told by its legs.
			got, told := d.Flow, *want[d.Day]
			got.Held, told.Held, got.Direct, told.Direct = got.Held+got.Direct, told.Held+told.Direct, 0, 0
			if diff := cmp.Diff(told, got); diff != "" {
				t.Errorf("%s: receipts −, open books +:\n%s", d.Day, diff)
			}
			if d.Given() != d.Went() {
				t.Errorf("%s: given %d, went %d", d.Day, d.Given(), d.Went())
			}
			if d.Purchases != purchases[d.Day] || d.Refunds != refunds[d.Day] {
				t.Errorf("%s: %d purchases and %d refunds, the receipts have %d and %d", d.Day, d.Purchases, d.Refunds, purchases[d.Day], refunds[d.Day])
			}
			funds.Welfare += d.WelfareFund
			funds.Care += d.CareFund
		}
		if got, want := funds.Welfare.Decimal(money.CNY), w.books()["fund/welfare CNY"]; got != want {
			t.Errorf("the days moved %s to fund/welfare, which holds %s", got, want)
		}
		if got, want := funds.Care.Decimal(money.CNY), w.books()["fund/care CNY"]; got != want {
			t.Errorf("the days moved %s to fund/care, which holds %s", got, want)
		}
		w.checkOpenBooks()
	})
}

// TestOpenBooksAreRebuilt throws the tables away; the same come out.
func TestOpenBooksAreRebuilt(t *testing.T) {
	inTown(t, func(w *town) {
		for i := range 30 {
			w.env.Clock.Advance(7 * time.Hour)
			_, err := w.buy(fmt.Sprint("p", i), "anna", "bakery", 10_00)
			w.must(err)
		}
		if steps := w.derive(10); steps != 4 { // 31 entries: the first records the policy
			t.Errorf("%d steps", steps)
		}
		if n, err := w.DeriveOpenBooks(ctx, w.home, 10); n != 0 || err != nil {
			t.Errorf("up to date, but %d entries were taken, %v", n, err)
		}
		before, at := w.days(), w.position()
		w.must(w.RebuildOpenBooks(ctx, w.home))
		if d, err := w.CheckOpenBooks(ctx, w.home); len(d) > 0 || err != nil {
			t.Errorf("while they are cleared there is nothing to compare: %v, %v", d, err)
		}
		w.derive(10)
		if diff := cmp.Diff(before, w.days()); diff != "" || w.position() != at {
			t.Errorf("rebuilt, at %+v:\n%s", w.position(), diff)
		}
		w.checkOpenBooks()
	})
}

// TestAClosedDayCountsOnceAllOfItIsRead: the close may run ahead of the tables.
func TestAClosedDayCountsOnceAllOfItIsRead(t *testing.T) {
	inTown(t, func(w *town) {
		day := period.DayOf(w.env.Clock.Now(), time.UTC)
		for i := range 5 {
			_, err := w.buy(fmt.Sprint("p", i), "anna", "bakery", 10_00)
			w.must(err)
		}
		w.env.Clock.Advance(24 * time.Hour)
		w.must(w.CloseDay(ctx, w.home, db.System, day))
		w.derive(2)
		w.must(w.RebuildOpenBooks(ctx, w.home))
		for range 2 { // clear, and clear again to see that nothing is left
			_, err := w.DeriveOpenBooks(ctx, w.home, 4)
			w.must(err)
		}
		if _, err := w.DeriveOpenBooks(ctx, w.home, 4); err != nil || w.position().Closed != derived.NeverClosed {
			t.Errorf("four of six entries are read, and %+v, %v", w.position(), err)
		}
		if _, err := w.DeriveOpenBooks(ctx, w.home, 4); err != nil || w.position().Closed != day {
			t.Errorf("all six are read, and %+v, %v", w.position(), err)
		}
		w.env.Clock.Advance(24 * time.Hour)
		w.must(w.CloseDay(ctx, w.home, db.System, day+1)) // nothing was bought on it
		if n, err := w.DeriveOpenBooks(ctx, w.home, 4); n != 0 || err != nil || w.position().Closed != day+1 {
			t.Errorf("%d entries, %v, %+v", n, err, w.position())
		}
	})
}

// TestMovementsOfFunds: what is no purchase is listed entry by entry.
func TestMovementsOfFunds(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p1", "anna", "bakery", 300_00)
		w.must(err)
		payable := ledger.PlatformPromotion
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			_, err := w.Ledger.Post(ctx, tx, ledger.Posting{Key: "lamp", Kind: ledger.Transfer, BookedOn: period.DayOf(tx.Now, time.UTC),
				Legs: []ledger.Leg{{Rule: ledger.R('K', 2), From: ledger.FundWelfare, To: payable, Amount: 1_00}}})
			return err
		}))
		w.derive(100)
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			got, err := w.OpenBooks.Movements(ctx, r, w.home, derived.NeverClosed, 1<<31-1)
			want := []openbooks.Movement{{Day: period.DayOf(w.env.Clock.Now(), time.UTC), Seq: 2, Fund: "fund/welfare", Kind: "transfer", Rule: "K-02", Amount: -1_00}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		}))
		w.checkOpenBooks()
	})
}
