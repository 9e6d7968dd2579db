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
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

func (w *town) position() (at openbooks.Position) {
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
		days, err = w.OpenBooks.Days(ctx, r, w.home, openbooks.NeverClosed, 1<<31-1)
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

// told is what receipts say about days, added up another way than the program
// does: shares from Where, refunds from the posted legs.
type told map[period.Day]*openbooks.Flow

func (t told) on(day period.Day) *openbooks.Flow {
	if t[day] == nil {
		t[day] = &openbooks.Flow{}
	}
	return t[day]
}

func (t told) purchase(r *flow.Receipt) {
	f := t.on(r.Facts.BookedOn)
	f.Held += r.Facts.Held
	f.Direct += r.Facts.Direct
	f.Coins += r.Facts.Coins
	for _, v := range r.Facts.Vouchers {
		share := r.Policy.Params.VoucherPlatformShare.Of(v.Amount)
		if len(v.Sharers) == 0 {
			share = v.Amount
		}
		f.VouchersPlatform += share
		f.VouchersByShops += v.Amount - share
	}
	for _, part := range settlement.Where(&r.Policy.Params, &r.Facts) {
		into := map[string]*money.Amount{"店家": &f.Net, "推荐您来的店": &f.Referrers, "平台服务": &f.Platform,
			"社区共益基金": &f.Welfare, "您的组长": &f.Leaders, "社区关爱基金": &f.Care}[part.Who]
		*into += part.Amount
	}
	moved := r.Moved()
	f.CoinsGiven += moved[7]
	f.PointsGiven += moved[9]
}

func (t told) refund(r *flow.Receipt, back *flow.RefundReceipt) {
	f := t.on(back.Entry.BookedOn)
	var by [settlement.Rules]money.Amount
	var promotion, withheld money.Amount
	for _, l := range back.Entry.Legs {
		if by[l.Rule.Number] += l.Amount; l.To == ledger.PlatformPromotion {
			promotion += l.Amount
		}
		if l.Rule.Number == 7 && l.To == ledger.CoinBacking { // kept of the cash: given back all the same
			withheld += l.Amount
		}
	}
	out := settlement.Outcome(&r.Facts, back.Facts, back.Entry.Legs)
	kept := min(withheld, by[7]) // which tender it was kept of does not matter to the sum
	f.Held -= out.Held
	f.Direct -= out.Direct + kept
	f.Coins -= out.Coins
	f.VouchersPlatform -= promotion
	f.VouchersByShops -= out.Vouchers - promotion
	f.Net -= back.Facts.Amount - by[4] - by[6] - by[10]
	f.Platform -= by[4] - by[5] - by[8]
	f.Welfare -= by[5]
	f.Referrers -= by[6]
	f.Leaders -= by[8]
	f.Care -= by[10]
	f.CoinsGiven -= by[7]
	f.PointsGiven -= by[9]
}

// stream buys and refunds at random for some weeks.
type stream struct {
	*town
	rng   *rand.Rand
	n     int
	seqs  []int64
	prior map[int64]money.Amount // refunded
}

func (s *stream) one() {
	s.n++
	if s.rng.IntN(4) == 0 {
		s.env.Clock.Advance(time.Duration(s.rng.IntN(30)) * time.Hour)
	}
	if len(s.seqs) > 3 && s.rng.IntN(4) == 0 {
		s.refund()
		return
	}
	buyer := []string{"anna", "ben", "leader", "", "carla"}[s.rng.IntN(5)]
	shop := []string{"bakery", "fruit", "first"}[s.rng.IntN(3)]
	price := money.Amount(100 + s.rng.IntN(20_000))
	p := flow.Purchase{Ref: fmt.Sprint("p", s.n), PurchasedAt: s.env.Clock.Now(), Member: buyer, Merchant: shop, Price: price}
	if buyer != "" && s.rng.IntN(3) == 0 {
		voucher := fmt.Sprint("v", s.n)
		amount := min(5_00, price)
		s.issueShared(voucher, buyer, shop, amount)
		p.Vouchers = []string{voucher}
		price -= amount
	}
	if coins := min(s.coins(buyer), p.Price/3, price); s.rng.IntN(2) == 0 {
		p.Coins = coins
		price -= coins
	}
	p.Held = money.Amount(s.rng.Int64N(int64(price) + 1))
	p.Direct = price - p.Held
	settled, err := s.Settle(ctx, s.home, db.System, p)
	s.must(err)
	s.seqs = append(s.seqs, settled.Seq)
}

// issueShared makes a voucher of another shop, or of both others.
func (s *stream) issueShared(ref, buyer, shop string, amount money.Amount) {
	next := map[string]string{"bakery": "fruit", "fruit": "first", "first": "bakery"}
	a, c, b, m := s.shop(next[shop]), s.shop(next[next[shop]]), s.shop(shop), s.member(buyer)
	sharers := [][]id.ID{{a.ID}, {a.ID, c.ID}}[s.rng.IntN(2)]
	s.must(s.DB.Update(ctx, s.home, db.System, func(tx *db.Tx) error {
		_, err := s.Promotions.Issue(ctx, tx, promotion.Voucher{Ref: ref, Issuer: a.ID, Target: b.ID, Member: m.ID, Amount: amount,
			Sharers: sharers, ExpiresAt: tx.Now.Add(30 * 24 * time.Hour)})
		return err
	}))
}

func (s *stream) coins(buyer string) (held money.Amount) {
	if buyer == "" {
		return 0
	}
	have := s.books()["member:"+buyer+"/coins COIN"]
	held, _ = money.Parse(have, money.Coin)
	return held
}

func (s *stream) refund() {
	seq := s.seqs[s.rng.IntN(len(s.seqs))]
	r, err := s.Receipt(ctx, s.home, seq)
	s.must(err)
	left := r.Facts.Price - s.prior[seq]
	if left == 0 {
		return
	}
	amount := left
	if s.rng.IntN(2) == 0 {
		amount = 1 + money.Amount(s.rng.Int64N(int64(left)))
	}
	_, err = s.Refund(ctx, s.home, db.System, flow.Refund{Ref: fmt.Sprint("r", s.n), Purchase: seq, Amount: amount})
	s.must(err)
	s.prior[seq] += amount
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
		if _, err := w.DeriveOpenBooks(ctx, w.home, 4); err != nil || w.position().Closed != openbooks.NeverClosed {
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
			got, err := w.OpenBooks.Movements(ctx, r, w.home, openbooks.NeverClosed, 1<<31-1)
			want := []openbooks.Movement{{Day: period.DayOf(w.env.Clock.Now(), time.UTC), Seq: 2, Fund: "fund/welfare", Kind: "transfer", Rule: "K-02", Amount: -1_00}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		}))
		w.checkOpenBooks()
	})
}
