package flow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// deriveTrade takes steps of a limit until nothing is left.
func (w *town) deriveTrade(limit int) {
	w.t.Helper()
	for n := limit; n == limit; {
		var err error
		n, err = w.DeriveTrade(ctx, w.home, limit)
		w.must(err)
	}
}

func (w *town) checkTrade() {
	w.t.Helper()
	differences, err := w.CheckTrade(ctx, w.home)
	w.must(err)
	for _, d := range differences {
		w.t.Error(d)
	}
}

const (
	firstMonth = period.Month(0)
	lastMonth  = period.Month(9999 * 12)
)

func (w *town) spentBy(ref string) (all []trade.Visit) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		all, err = w.Trade.MemberMonths(ctx, r, w.home, w.member(ref).ID, firstMonth, lastMonth)
		return err
	}))
	return all
}

func (w *town) shopMonths(from, to period.Month) (all []trade.Shop) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Trade.ShopMonths(ctx, r, w.home, from, to); return err }))
	return all
}

// TestTradeSaysWhatTheReceiptsSay settles and refunds some months of purchases with
// everything a purchase can have, over the end of a year, and adds the receipts up by
// hand (B7, C3).
func TestTradeSaysWhatTheReceiptsSay(t *testing.T) {
	inTown(t, func(w *town) {
		w.env.Clock.Advance(time.Date(2027, 12, 20, 3, 0, 0, 0, time.UTC).Sub(w.env.Clock.Now()))
		w.join(w.home, "carla", policy.Silver, "leader")
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			return w.Members.Change(ctx, tx, "carla", func(m *member.Member) error { m.Standing = member.Lapsed; return nil })
		}))
		s := &stream{town: w, rng: rand.New(rand.NewPCG(11, 4)), prior: make(map[int64]money.Amount)}
		for i := range 150 {
			if s.one(); i%40 == 39 {
				w.env.Clock.Advance(11 * 24 * time.Hour)
				w.deriveTrade(1 + s.rng.IntN(30))
			}
		}
		w.deriveTrade(1000)
		want := summed{make(map[inMonth]*trade.Visit), make(map[inMonth]*trade.Shop)}
		for _, seq := range s.seqs {
			r, err := w.Receipt(ctx, w.home, seq)
			w.must(err)
			want.receipt(r)
		}
		found := 0
		for _, ref := range []string{"anna", "ben", "leader", "carla"} {
			for _, v := range w.spentBy(ref) {
				found++
				expected := want.visits[inMonth{v.Month, v.Shop, v.Buyer}]
				if diff := cmp.Diff(expected, &v); diff != "" {
					t.Errorf("%s in %s: receipts −, tables +:\n%s", ref, v.Month, diff)
				}
			}
		}
		if found != len(want.visits) || found < 12 {
			t.Errorf("%d rows of buyers, the receipts have %d", found, len(want.visits))
		}
		shops := w.shopMonths(firstMonth, lastMonth)
		for _, got := range shops {
			got.Buyers = trade.Buyers{}
			if diff := cmp.Diff(want.shops[inMonth{month: got.From, shop: got.Shop}], &got); diff != "" {
				t.Errorf("%s: receipts −, tables +:\n%s", got.From, diff)
			}
		}
		if len(shops) != len(want.shops) {
			t.Errorf("%d rows of shops, the receipts have %d", len(shops), len(want.shops))
		}
		w.checkTrade()
		var premium money.Amount
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			all, err := w.Trade.Gains(ctx, r, w.home, w.member("leader").ID, firstMonth, lastMonth)
			for _, g := range all {
				if g.Rule != "S-08" || g.Asset != money.CNY {
					t.Errorf("a gain by %s", g.Rule)
				}
				premium += g.Amount
			}
			return err
		}))
		if got, want := premium.Decimal(money.CNY), w.books()["member:leader/rewards CNY"]; got != want {
			t.Errorf("the leader got %s, the books say %s", got, want)
		}
	})
}

// TestTradeIsRebuilt throws the tables away; the same come out, however the steps are
// cut.
func TestTradeIsRebuilt(t *testing.T) {
	inTown(t, func(w *town) {
		w.join(w.home, "carla", policy.Silver, "leader")
		s := &stream{town: w, rng: rand.New(rand.NewPCG(3, 9)), prior: make(map[int64]money.Amount)}
		for range 60 {
			s.one()
		}
		w.deriveTrade(7)
		if n, err := w.DeriveTrade(ctx, w.home, 10); n != 0 || err != nil {
			t.Errorf("up to date, but %d entries were taken, %v", n, err)
		}
		before, anna := w.shopMonths(firstMonth, lastMonth), w.spentBy("anna")
		w.must(w.RebuildTrade(ctx, w.home))
		if d, err := w.CheckTrade(ctx, w.home); len(d) > 0 || err != nil {
			t.Errorf("while they are cleared there is nothing to compare: %v, %v", d, err)
		}
		w.deriveTrade(1000)
		if diff := cmp.Diff(before, w.shopMonths(firstMonth, lastMonth)); diff != "" {
			t.Errorf("rebuilt:\n%s", diff)
		}
		if diff := cmp.Diff(anna, w.spentBy("anna")); diff != "" {
			t.Errorf("rebuilt:\n%s", diff)
		}
		w.checkTrade()
	})
}

// TestMonthsOfTrade: an instant belongs to the month of the community's zone; the end
// of a year, 29 February and the day that a late purchase is booked on (settlement.md).
func TestMonthsOfTrade(t *testing.T) {
	inTown(t, func(w *town) {
		shanghai := time.FixedZone("", 8*3600)
		for i, c := range []struct {
			at    time.Time
			month string
			day   int
		}{
			{time.Date(2027, 12, 31, 23, 59, 59, 0, shanghai), "2027-12", 31},
			{time.Date(2028, 1, 1, 0, 0, 0, 0, shanghai), "2028-01", 1},
			{time.Date(2028, 2, 29, 12, 0, 0, 0, shanghai), "2028-02", 29},
			{time.Date(2028, 2, 29, 16, 0, 0, 0, time.UTC), "2028-03", 1},
		} {
			w.env.Clock.Advance(c.at.Sub(w.env.Clock.Now()))
			_, err := w.buy(fmt.Sprint("p", i), "anna", "bakery", 10_00)
			w.must(err)
			w.deriveTrade(100)
			all := w.spentBy("anna")
			last := all[len(all)-1]
			if last.Month.String() != c.month || last.Days != 1<<(c.day-1) || last.Days.Count() != 1 || last.Days.First(last.Month) != last.Days.Last(last.Month) {
				t.Errorf("at %s: %s, days %b", c.at, last.Month, last.Days)
			}
		}
		w.checkTrade()
	})
}

// TestWhoComesBack follows a buyer through months: new, returning within 90 days, back
// after longer; who took everything back is no buyer.
func TestWhoComesBack(t *testing.T) {
	inTown(t, func(w *town) {
		w.env.Clock.Advance(time.Date(2027, 1, 10, 4, 0, 0, 0, time.UTC).Sub(w.env.Clock.Now()))
		start := w.env.Clock.Now()
		visit := func(ref, who string, day int) int64 {
			w.env.Clock.Advance(start.AddDate(0, 0, day).Sub(w.env.Clock.Now()))
			s, err := w.buy(ref, who, "bakery", 10_00)
			w.must(err)
			return s.Seq
		}
		visit("a1", "anna", 0)  // 10 January
		visit("a2", "anna", 90) // 10 April: exactly 90 days
		visit("b1", "ben", 91)  // 11 April
		gone := visit("l1", "leader", 92)
		visit("a3", "anna", 90+91) // 10 July: 91 days
		_, err := w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r", Purchase: gone})
		w.must(err)
		visit("g", "", 182)
		w.deriveTrade(100)
		month := func(s string) period.Month {
			m, err := period.ParseMonth(s)
			w.must(err)
			return m
		}
		got := make(map[string]trade.Buyers)
		for _, s := range w.shopMonths(month("2027-01"), month("2027-12")) {
			got[s.From.String()] = s.Buyers
		}
		want := map[string]trade.Buyers{"2027-01": {All: 1, New: 1}, "2027-04": {All: 2, New: 1, Returning: 1}, "2027-07": {All: 1, Back: 1}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			one, err := w.Trade.ShopMonth(ctx, r, w.home, w.shop("bakery").ID, month("2027-04"))
			if err != nil || one.Buyers != want["2027-04"] || one.Undone != 1 || one.Purchases != 3 || one.Price != 30_00 {
				t.Errorf("April: %+v, %v", one, err)
			}
			none, err := w.Trade.ShopMonth(ctx, r, w.home, w.shop("fruit").ID, month("2027-04"))
			if err != nil || none.Sums != (trade.Sums{}) || none.From != month("2027-04") {
				t.Errorf("no sale: %+v, %v", none, err)
			}
			spans, err := w.Trade.ShopSpans(ctx, r, w.home, month("2027-04"), month("2027-07"))
			if err != nil || len(spans) != 1 || spans[0].Buyers != (trade.Buyers{All: 2, New: 1, Returning: 1}) || spans[0].Price != 40_00 || spans[0].Guests != 1 {
				t.Errorf("April to July: %+v, %v", spans, err)
			}
			return err
		}))
	})
}

// TestGainsAreWhatCameIn: a gift is one for who gets it, and no loss for who gives.
func TestGainsAreWhatCameIn(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p1", "anna", "bakery", 200_00) // earns 10.00 coins
		w.must(err)
		coins := func(ref string) ledger.Account {
			return ledger.Of(party.Owner{Kind: party.Member, ID: w.member(ref).ID}, ledger.Coins)
		}
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			_, err := w.Ledger.Post(ctx, tx, ledger.Posting{Key: "gift", Kind: ledger.Transfer, BookedOn: period.DayOf(tx.Now, time.UTC),
				Legs: []ledger.Leg{{Rule: ledger.R('T', 1), From: coins("anna"), To: coins("ben"), Amount: 4_00}}})
			return err
		}))
		w.deriveTrade(100)
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			of := func(ref string) []trade.Gain {
				all, err := w.Trade.Gains(ctx, r, w.home, w.member(ref).ID, firstMonth, lastMonth)
				w.must(err)
				return all
			}
			if all := of("anna"); len(all) != 0 {
				t.Errorf("who gave: %+v", all)
			}
			if all := of("ben"); len(all) != 1 || all[0].Amount != 4_00 || all[0].Rule != "T-01" || all[0].Asset != money.Coin {
				t.Errorf("who got: %+v", all)
			}
			return nil
		}))
		w.checkTrade()
	})
}
