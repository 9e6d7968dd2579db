package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// deputy is another officer than office.
var deputy = db.Actor{Kind: "person", ID: id.ID{101}}

// seriesOf are the terms of a series that fruit issues for bakery, changed by edits:
// 5.00, the platform's 20%, fruit and bakery share the rest 3 : 1.
func (w *town) seriesOf(edits ...func(t *promotion.Terms)) promotion.Terms {
	fruit, bakery := w.shop("fruit").ID, w.shop("bakery").ID
	t := promotion.Terms{Name: "买水果送面包券", Issuer: promotion.OfShop, Shop: fruit, Face: 5_00, Where: []id.ID{bakery}, Platform: 200_000,
		Sharers: []promotion.Sharer{{Shop: fruit, Weight: 3}, {Shop: bakery, Weight: 1}},
		Opens:   w.day(), Closes: w.day() + 30, Days: 30, PerPerson: 2, Total: 100, Way: promotion.Claimed}
	for _, e := range edits {
		e(&t)
	}
	return t
}

// propose proposes a series and gives it as it stands.
func (w *town) propose(t promotion.Terms) *promotion.Series {
	w.t.Helper()
	w.env.Clock.Advance(time.Second)
	w.must(w.ProposeSeries(ctx, w.home, office, fmt.Sprint(w.env.Clock.Now().UnixNano(), t.Name), t))
	return w.seriesNow(id.ID{})
}

// seriesNow is a series as it stands, the latest if it is zero.
func (w *town) seriesNow(series id.ID) (s *promotion.Series) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		all, err := w.Promotions.AllSeries(ctx, r, w.home)
		for _, x := range all {
			if s == nil && (series.IsZero() || x.ID == series) {
				s = x
			}
		}
		return err
	}))
	return s
}

// running proposes a series and lets everybody agree.
func (w *town) running(t promotion.Terms) *promotion.Series {
	w.t.Helper()
	s := w.propose(t)
	for _, party := range s.Missing() {
		w.must(w.AgreeSeries(ctx, w.home, deputy, s.ID, party))
	}
	return w.seriesNow(s.ID)
}

func (w *town) claimVoucher(who string, series id.ID) (*promotion.Voucher, error) {
	return w.ClaimVoucher(ctx, w.home, office, "", w.member(who).ID, series)
}

// amend puts other numbers into force.
func (w *town) amend(edit func(p *policy.Params)) {
	w.t.Helper()
	p := policy.Trial2025()
	edit(&p)
	_, err := w.Propose(ctx, w.home, db.System, policy.Proposal{Code: fmt.Sprint("test-", w.env.Clock.Now().UnixNano()), Author: "test", Reason: "test",
		EffectiveFrom: w.env.Clock.Now(), Params: p})
	w.must(err)
	w.env.Clock.Advance(time.Second)
}

func (w *town) promised() (v money.Amount) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) (err error) { v, err = w.Promotions.Promised(ctx, tx, w.day().Month()); return err }))
	return v
}

func TestWhoPaysAgreesBeforeASeriesRuns(t *testing.T) {
	inTown(t, func(w *town) {
		fruit, bakery := w.shop("fruit").ID, w.shop("bakery").ID
		s := w.propose(w.seriesOf())
		if got := s.Missing(); len(got) != 2 || got[0] != bakery || !got[1].IsZero() {
			t.Fatalf("asked are %v", got)
		}
		_, err := w.claimVoucher("anna", s.ID)
		wants(t, "before it is agreed", err, promotion.ErrNotOpen)
		wants(t, "for the platform, by who proposed it", w.AgreeSeries(ctx, w.home, office, s.ID, id.ID{}), pact.ErrOwn)
		wants(t, "by a shop that does not pay", w.AgreeSeries(ctx, w.home, deputy, s.ID, w.shop("first").ID), pact.ErrNotAParty)
		w.must(w.AgreeSeries(ctx, w.home, deputy, s.ID, bakery))
		wants(t, "twice", w.AgreeSeries(ctx, w.home, deputy, s.ID, bakery), pact.ErrAgreed)
		if got := w.seriesNow(s.ID).State(w.day()); got != pact.Waiting {
			t.Errorf("without the platform it is %s", got)
		}
		w.must(w.AgreeSeries(ctx, w.home, deputy, s.ID, id.ID{}))
		if got := w.seriesNow(s.ID).State(w.day()); got != pact.Running {
			t.Errorf("agreed by all it is %s", got)
		}
		wants(t, "withdrawn when it runs", w.WithdrawSeries(ctx, w.home, office, s.ID, fruit, "x"), pact.ErrSettled)
		v, err := w.claimVoucher("anna", s.ID)
		w.must(err)
		wants(t, "stopped by another shop", w.StopSeries(ctx, w.home, office, s.ID, bakery, "x"), pact.ErrNotAParty)
		w.must(w.StopSeries(ctx, w.home, office, s.ID, fruit, "卖完了"))
		_, err = w.claimVoucher("ben", s.ID)
		wants(t, "after it is stopped", err, promotion.ErrNotOpen)
		_, err = w.buy("p1", "anna", "bakery", 20_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{v.Ref}, 15_00 })
		w.must(err) // what was given stays good
		declined := w.propose(w.seriesOf())
		w.must(w.DeclineSeries(ctx, w.home, deputy, declined.ID, bakery, "太贵"))
		wants(t, "agreed when declined", w.AgreeSeries(ctx, w.home, deputy, declined.ID, id.ID{}), pact.ErrSettled)
		back := w.propose(w.seriesOf())
		w.must(w.WithdrawSeries(ctx, w.home, office, back.ID, fruit, "写错了"))
		own := w.propose(w.seriesOf(func(t *promotion.Terms) {
			t.Platform, t.Sharers, t.Where = 0, []promotion.Sharer{{Shop: fruit, Weight: 1}}, []id.ID{fruit}
		}))
		if got := own.State(w.day()); got != pact.Running {
			t.Errorf("a series that a shop pays alone is %s", got)
		}
		w.whole()
	})
}

func TestWhatASeriesMayBe(t *testing.T) {
	inTown(t, func(w *town) {
		bad := func(what string, want *fault.Fault, edit func(t *promotion.Terms)) {
			t.Helper()
			wants(t, what, w.ProposeSeries(ctx, w.home, office, what, w.seriesOf(edit)), want)
		}
		bad("no name", promotion.ErrBadSeries, func(t *promotion.Terms) { t.Name = "" })
		bad("a shop's without a shop", pact.ErrNotAParty, func(t *promotion.Terms) { t.Shop = id.ID{} })
		bad("dearer than the policy lets it", promotion.ErrBadFace, func(t *promotion.Terms) { t.Face = 100_01 })
		bad("from less on than it is worth", promotion.ErrBadFace, func(t *promotion.Terms) { t.From = 4_99 })
		bad("nobody pays", promotion.ErrBadShare, func(t *promotion.Terms) { t.Sharers = nil })
		bad("a weight of nothing", promotion.ErrBadShare, func(t *promotion.Terms) { t.Sharers[0].Weight = 0 })
		bad("a shop twice", promotion.ErrBadShare, func(t *promotion.Terms) { t.Sharers[0] = t.Sharers[1] })
		bad("more of the platform than the policy", promotion.ErrShareTooHigh, func(t *promotion.Terms) { t.Platform = 200_001 })
		bad("given for longer than vouchers live", promotion.ErrBadLife, func(t *promotion.Terms) { t.Closes = t.Opens + 181 })
		bad("given yesterday", promotion.ErrBadLife, func(t *promotion.Terms) { t.Opens-- })
		bad("over before it is given", promotion.ErrBadLife, func(t *promotion.Terms) { t.Days, t.Since, t.Until = 0, t.Opens, t.Closes-1 })
		bad("no hours", promotion.ErrBadTimes, func(t *promotion.Terms) { t.When = period.Times{From: 600, To: 500} })
		bad("none at all", promotion.ErrBadCount, func(t *promotion.Terms) { t.Total = 0 })
		bad("more a person than there are", promotion.ErrBadCount, func(t *promotion.Terms) { t.PerPerson = 101 })
		bad("a budget that reaches for none", promotion.ErrBadCount, func(t *promotion.Terms) { t.Budget = 4_99 })
		bad("on spend, for less than it is worth", promotion.ErrBadWay, func(t *promotion.Terms) {
			t.Way, t.Spend = promotion.OnSpend, promotion.Spend{At: []id.ID{t.Shop}, From: 4_00, Daily: 1}
		})
		bad("on spend in another shop", promotion.ErrBadWay, func(t *promotion.Terms) {
			t.Way, t.Spend = promotion.OnSpend, promotion.Spend{At: t.Where, From: 50_00, Daily: 1}
		})
		wants(t, "a shop of nowhere", w.ProposeSeries(ctx, w.home, office, "w", w.seriesOf(func(t *promotion.Terms) { t.Where = []id.ID{{1}} })), fault.New(0, "merchant.not_found"))
	})
}

// TestSpendAtAGetAVoucherForB is E1 as the plan says it.
func TestSpendAtAGetAVoucherForB(t *testing.T) {
	inTown(t, func(w *town) {
		s := w.running(w.seriesOf(func(t *promotion.Terms) {
			t.Way, t.PerPerson, t.Spend = promotion.OnSpend, 3, promotion.Spend{At: []id.ID{t.Shop}, From: 50_00, Daily: 1}
		}))
		none, err := w.buy("p0", "anna", "fruit", 49_99)
		w.must(err)
		got, err := w.buy("p1", "anna", "fruit", 50_00)
		w.must(err)
		again, err := w.buy("p2", "anna", "fruit", 60_00)
		w.must(err)
		stranger, err := w.buy("p3", "", "fruit", 60_00)
		w.must(err)
		if len(none.Brought) != 0 || len(got.Brought) != 1 || len(again.Brought) != 0 || len(stranger.Brought) != 0 {
			t.Fatalf("brought %d, %d, %d, %d", len(none.Brought), len(got.Brought), len(again.Brought), len(stranger.Brought))
		}
		if v := w.promised(); v != 1_00 {
			t.Errorf("the platform has promised %d", v)
		}
		before := w.books()
		ref := got.Brought[0].Ref
		_, err = w.buy("p4", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{ref}, 55_00 })
		w.must(err)
		after := w.books()
		// 5.00: the platform 1.00, the rest 3 : 1, bakery's own 1.00 stays with it; commission 1.80; 3.00 to fruit for sending her.
		for account, want := range map[string][2]string{
			"platform/promotion CNY":      {"", "-1.00"},
			"merchant:bakery/payable CNY": {"", "54.20"},
		} {
			if after[account] != want[1] || before[account] != want[0] {
				t.Errorf("%s went from %q to %q, want %q", account, before[account], after[account], want[1])
			}
		}
		if a, b := amountOf(t, before["merchant:fruit/payable CNY"]), amountOf(t, after["merchant:fruit/payable CNY"]); b-a != -3_00+3_00 {
			t.Errorf("fruit's payable moved by %d", b-a)
		}
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: got.Seq})
		w.must(err) // the voucher is used: it stays used, and its issuer is told
		w.env.Clock.Advance(24 * time.Hour)
		next, err := w.buy("p5", "anna", "fruit", 50_00)
		w.must(err)
		if len(next.Brought) != 1 {
			t.Fatal("the next day brings none")
		}
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r2", Purchase: next.Seq, Amount: 10_00})
		w.must(err)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r3", Purchase: next.Seq})
		w.must(err)
		wants(t, "a voucher whose purchase came to nothing", second(w.buy("p6", "anna", "bakery", 60_00, func(p *flow.Purchase) {
			p.Vouchers, p.Held = []string{next.Brought[0].Ref}, 55_00
		})), promotion.ErrVoucherGone)
		if v := w.promised(); v != 1_00 {
			t.Errorf("after it went the platform has promised %d", v)
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			c, err := w.Promotions.Counts(ctx, r, w.home)
			if c[s.ID] != (promotion.Count{Granted: 2, Revoked: 1}) {
				t.Errorf("counted %+v", c[s.ID])
			}
			return err
		}))
		w.whole()
	})
}

func amountOf(t *testing.T, s string) money.Amount {
	t.Helper()
	if s == "" {
		return 0
	}
	v, err := money.Parse(s, money.CNY)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAVoucherOnlyOnMerchantDays(t *testing.T) {
	inTown(t, func(w *town) {
		w.running(w.seriesOf(func(t *promotion.Terms) {
			t.Way, t.PerPerson, t.Spend = promotion.OnSpend, 3, promotion.Spend{At: []id.ID{t.Shop}, From: 50_00, Daily: 3, Own: true}
		}))
		plain, err := w.buy("p1", "anna", "fruit", 50_00)
		w.must(err)
		w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
			_, err := w.Days.Set(ctx, tx, merchantday.Rule{Kind: merchantday.OfMerchants, Title: "水果日", OfferKind: merchantday.OnSpend, Offer: "满 50 送券",
				Weekday: merchantday.Once, Every: 1, First: w.day(), Last: w.day(), Shops: []id.ID{w.shop("fruit").ID}}, w.day())
			return err
		}))
		own, err := w.buy("p2", "anna", "fruit", 50_00)
		w.must(err)
		if len(plain.Brought) != 0 || len(own.Brought) != 1 {
			t.Errorf("brought %d on a plain day, %d on its own", len(plain.Brought), len(own.Brought))
		}
	})
}

// TestAVoucherGoodAtSeveralShops: where, from how much on, how many together, and whose
// claim it makes.
func TestAVoucherGoodAtSeveralShops(t *testing.T) {
	inTown(t, func(w *town) {
		s := w.running(w.seriesOf(func(t *promotion.Terms) {
			t.Where, t.From, t.Single, t.Change = []id.ID{w.shop("bakery").ID, w.shop("first").ID}, 20_00, true, false
		}))
		one, err := w.claimVoucher("anna", s.ID)
		w.must(err)
		two, err := w.claimVoucher("anna", s.ID)
		w.must(err)
		_, err = w.claimVoucher("anna", s.ID)
		wants(t, "a third", err, promotion.ErrHadYours)
		use := func(key, shop string, price money.Amount, refs ...string) error {
			return second(w.buy(key, "anna", shop, price, func(p *flow.Purchase) { p.Vouchers, p.Held = refs, price-5_00*money.Amount(len(refs)) }))
		}
		wants(t, "another shop", use("x1", "fruit", 30_00, one.Ref), promotion.ErrOtherShop)
		wants(t, "too little", use("x2", "bakery", 19_99, one.Ref), promotion.ErrVoucherLess)
		wants(t, "two of them", use("x3", "bakery", 30_00, one.Ref, two.Ref), promotion.ErrVoucherLike)
		wants(t, "another person", second(w.buy("x4", "ben", "bakery", 30_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{one.Ref}, 25_00 })), promotion.ErrNotYours)
		fruit := func() money.Amount { return amountOf(t, w.books()["merchant:fruit/payable CNY"]) }
		_, err = w.buy("p0", "ben", "fruit", 100_00)
		w.must(err)
		before := fruit()
		w.must(use("p1", "first", 30_00, one.Ref)) // 3.00 of the voucher, and 1.50 back for sending her
		if got := fruit() - before; got != -3_00+1_50 {
			t.Errorf("fruit moved by %d at first", got)
		}
		before = fruit()
		w.must(use("p2", "bakery", 30_00, two.Ref)) // a claim of its own for another shop
		if got := fruit() - before; got != -3_00+1_50 {
			t.Errorf("fruit moved by %d at bakery", got)
		}
		w.whole()
	})
}

// TestARestThatMayGo: a voucher of a series that lets it pays less than its face.
func TestARestThatMayGo(t *testing.T) {
	inTown(t, func(w *town) {
		s := w.running(w.seriesOf(func(t *promotion.Terms) { t.Change = true }))
		v, err := w.claimVoucher("anna", s.ID)
		w.must(err)
		bought, err := w.buy("p1", "anna", "bakery", 3_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{v.Ref}, 0 })
		w.must(err)
		if got := w.books()["platform/promotion CNY"]; got != "-0.60" {
			t.Errorf("the platform gave %s", got)
		}
		w.whole()
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: bought.Seq})
		w.must(err)
		_, err = w.buy("p2", "anna", "bakery", 9_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{v.Ref}, 4_00 })
		w.must(err) // it came back whole
		w.whole()
	})
}

func TestTheMonthsBudgetBoundsAllVouchers(t *testing.T) {
	inTown(t, func(w *town) {
		w.amend(func(p *policy.Params) { p.PromotionBudget = 2_00 })
		s := w.running(w.seriesOf(func(t *promotion.Terms) { t.PerPerson = 9 }))
		_, err := w.claimVoucher("anna", s.ID)
		w.must(err)
		single := func(ref string) error {
			_, err := w.IssueVoucher(ctx, w.home, office, flow.VoucherIssue{Ref: ref, Issuer: "fruit", Target: "bakery", Member: "anna", Amount: 5_00, ExpiresAt: w.env.Clock.Now().Add(time.Hour).Truncate(time.Hour)})
			return err
		}
		w.must(single("V1"))
		wants(t, "a third of 1.00", single("V2"), promotion.ErrMonthSpent)
		w.must(single("V1")) // the same again is the one that was given
		_, err = w.claimVoucher("ben", s.ID)
		wants(t, "of a series", err, promotion.ErrMonthSpent)
		w.env.Clock.Advance(75 * time.Hour) // V1 ended and its time to be looked at has come
		w.must(w.LapseVouchers(ctx, w.home))
		w.must(w.LapseVouchers(ctx, w.home))
		if v := w.promised(); v != 1_00 {
			t.Errorf("%d is promised", v)
		}
		_, err = w.claimVoucher("ben", s.ID)
		w.must(err)
		wants(t, "used after it lapsed", second(w.buy("p1", "anna", "bakery", 20_00, func(p *flow.Purchase) {
			p.Vouchers, p.Held, p.PurchasedAt = []string{"V1"}, 15_00, p.PurchasedAt.Add(-75*time.Hour)
		})), promotion.ErrVoucherExpired)
		w.whole()
	})
}

// TestAThousandOfTenThousand: many claim at once, and exactly as many get one as there
// are; the money of another series ends first.
func TestAThousandOfTenThousand(t *testing.T) {
	inTown(t, func(w *town) {
		w.amend(func(p *policy.Params) { p.PromotionBudget = 100_00 })
		count := w.running(w.seriesOf(func(t *promotion.Terms) { t.Total, t.PerPerson = 40, 1 }))
		cash := w.running(w.seriesOf(func(t *promotion.Terms) { t.Name, t.Budget, t.PerPerson = "钱先用完", 17*5_00+1, 1 }))
		var byCount, byMoney atomic.Int64
		var all sync.WaitGroup
		for n := range 256 {
			who := id.ID{0xA, byte(n)}
			all.Go(func() {
				switch _, err := w.ClaimVoucher(ctx, w.home, office, "", who, count.ID); {
				case err == nil:
					byCount.Add(1)
				case !errors.Is(err, promotion.ErrSoldOut):
					t.Error(err)
				}
				switch _, err := w.ClaimVoucher(ctx, w.home, office, "", who, cash.ID); {
				case err == nil:
					byMoney.Add(1)
				case !errors.Is(err, promotion.ErrBudgetSpent):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if byCount.Load() != 40 || byMoney.Load() != 17 {
			t.Errorf("%d got one of 40, %d one of 17", byCount.Load(), byMoney.Load())
		}
		w.whole()
	})
}
