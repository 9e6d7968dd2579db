package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// office and inspector are two people of the office.
var (
	office    = db.Actor{Kind: "person", ID: id.ID{100}}
	inspector = db.Actor{Kind: "person", ID: id.ID{101}}
)

// day is today where the town is.
func (w *town) day() period.Day { return period.DayOf(w.env.Clock.Now(), flow.DefaultZone) }

// pilot switches redeeming on.
func (w *town) pilot() {
	w.t.Helper()
	w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		_, err := w.Communities.Decide(ctx, tx, community.Switch{Capability: community.PointsRedemption, On: true, Reason: "pilot"})
		return err
	}))
}

// give gives a member points.
func (w *town) give(ref string, n money.Amount) {
	w.t.Helper()
	m := w.member(ref)
	w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		_, err := w.Move(ctx, tx, "~test:"+tx.NewID().String(), charter.PointsGiven{Member: m.ID, Why: "birthday", Points: n})
		return err
	}))
}

// good puts a good of the bakery into the catalogue, with checked stock.
func (w *town) good(name string, cost, worth money.Amount, stock int64, edits ...func(*points.Good)) (g points.Good) {
	w.t.Helper()
	g = points.Good{Kind: points.Item, Name: name, Unit: "瓶", Supplier: w.shop("bakery").ID,
		Terms: points.Terms{Points: worth, Cost: cost, From: w.day(), Counter: w.shop("fruit").ID}}
	for _, e := range edits {
		e(&g)
	}
	var err error
	w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { g, err = w.Points.AddGood(ctx, tx, g); return err }))
	if stock > 0 {
		w.stock(g.ID, stock)
	}
	return g
}

func (w *town) stock(good id.ID, n int64) {
	w.t.Helper()
	var b points.Batch
	var err error
	w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
		b, err = w.Points.Deliver(ctx, tx, points.Batch{Good: good, Quantity: n, Document: "S-1"})
		return err
	}))
	w.must(w.DB.Update(ctx, w.home, inspector, func(tx *db.Tx) error {
		_, err := w.Points.Inspect(ctx, tx, b.ID, points.Check{Passed: true, Sample: 1})
		return err
	}))
}

func (w *town) left(good id.ID) (n int64) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		g, err := w.Points.Good(ctx, r, w.home, good)
		if err == nil {
			n = g.Left
		}
		return err
	}))
	return n
}

func (w *town) redeem(ref string, good id.ID, form string) (*points.Redemption, error) {
	return w.Redeem(ctx, w.home, db.System, flow.Redeeming{Member: w.member(ref).ID, Good: good, Form: form})
}

// wants fails unless a step was refused so.
func wants(t testing.TB, says string, err error, want *fault.Fault) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", says, err, want)
	}
}

// TestARedemption: points leave at once, the shop is paid when it hands over (M-07, M-09).
func TestARedemption(t *testing.T) {
	inTown(t, func(w *town) {
		oil := w.good("食用油", 4_500, 500, 2)
		w.give("anna", 1_200)
		_, err := w.redeem("anna", oil.ID, "f1")
		wants(w.t, "before the pilot", err, community.ErrNotHere)
		w.pilot()
		w.env.Clock.Advance(time.Minute)
		r, err := w.redeem("anna", oil.ID, "f1")
		w.must(err)
		again, err := w.redeem("anna", oil.ID, "f1")
		w.must(err)
		if again.ID != r.ID || again.Code != r.Code || len(r.Code) != 8 || w.left(oil.ID) != 1 {
			w.t.Errorf("the same form: %v %v, %d left", r, again, w.left(oil.ID))
		}
		w.expect("member:anna/points POINT 700\npoints/issue POINT -700\n")
		fruit, bakery := w.shop("fruit").ID, w.shop("bakery").ID
		_, err = w.HandGoods(ctx, w.home, office, bakery, r.ID)
		wants(w.t, "another counter", err, points.ErrOther)
		_, err = w.HandGoods(ctx, w.home, office, fruit, r.ID)
		w.must(err)
		_, err = w.HandGoods(ctx, w.home, office, fruit, r.ID)
		wants(w.t, "twice", err, points.ErrEnded)
		wants(w.t, "cancelled afterwards", w.CancelRedemption(ctx, w.home, office, r.Member, r.ID, ""), points.ErrEnded)
		w.expect("member:anna/points POINT 700\nmerchant:bakery/payable CNY 45.00\nplatform/promotion CNY -45.00\npoints/issue POINT -700\n")

		second, err := w.redeem("anna", oil.ID, "f2")
		w.must(err)
		_, err = w.redeem("anna", oil.ID, "f3")
		wants(w.t, "none left", err, points.ErrNoneLeft)
		wants(w.t, "another's", w.CancelRedemption(ctx, w.home, office, w.member("ben").ID, second.ID, ""), points.ErrNoOrder)
		w.must(w.CancelRedemption(ctx, w.home, office, second.Member, second.ID, ""))
		if n := w.left(oil.ID); n != 1 {
			w.t.Errorf("%d left after it was cancelled", n)
		}
		_, err = w.redeem("ben", oil.ID, "f4")
		wants(w.t, "no points", err, points.ErrTooFew)
		w.expect("member:anna/points POINT 700\nmerchant:bakery/payable CNY 45.00\nplatform/promotion CNY -45.00\npoints/issue POINT -700\n")
		w.whole()
	})
}

// TestWhatIsOnOffer: dates, the month's limit, the end of a good, new terms.
func TestWhatIsOnOffer(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		w.give("anna", 10_000)
		tomorrow := w.good("明天的", 100, 10, 9, func(g *points.Good) { g.Terms.From++ })
		once := w.good("每月一份", 100, 10, 9, func(g *points.Good) { g.Terms.Monthly = 1; g.Terms.Until = g.Terms.From + 40 })
		_, err := w.redeem("anna", tomorrow.ID, "a")
		wants(w.t, "tomorrow's", err, points.ErrNotYet)
		r, err := w.redeem("anna", once.ID, "b")
		w.must(err)
		_, err = w.redeem("anna", once.ID, "c")
		wants(w.t, "twice in a month", err, points.ErrHadHers)
		w.must(w.CancelRedemption(ctx, w.home, office, r.Member, r.ID, ""))
		if _, err = w.redeem("anna", once.ID, "d"); err != nil {
			w.t.Errorf("cancelled ones do not count: %v", err)
		}
		w.env.Clock.Advance(31 * 24 * time.Hour)
		if _, err = w.redeem("anna", once.ID, "e"); err != nil {
			w.t.Errorf("the next month: %v", err)
		}
		set := func(change func(*points.Terms)) error {
			terms := once.Terms
			terms.Reason = "进价变了"
			change(&terms)
			return w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { _, err := w.Points.SetTerms(ctx, tx, once.ID, terms); return err })
		}
		wants(w.t, "without a reason", set(func(x *points.Terms) { x.Reason = " " }), points.ErrNoReason)
		wants(w.t, "for nothing", set(func(x *points.Terms) { x.Points = 0 }), points.ErrBadTerms)
		w.must(set(func(x *points.Terms) { x.Points, x.Monthly = 25, 0 }))
		r, err = w.redeem("anna", once.ID, "f")
		w.must(err)
		if r.Points != 25 || r.Terms != 2 {
			w.t.Errorf("new terms: %+v", r)
		}
		w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { return w.Points.EndGood(ctx, tx, once.ID, "不做了") }))
		_, err = w.redeem("anna", once.ID, "g")
		wants(w.t, "an ended good", err, points.ErrGoodEnded)
		wants(w.t, "terms of an ended good", set(func(*points.Terms) {}), points.ErrGoodEnded)
		if _, err := w.HandGoods(ctx, w.home, office, r.Counter, r.ID); err != nil {
			w.t.Errorf("what was asked for can be collected: %v", err)
		}
		w.whole()
	})
}

// TestStockIsWhatPassed: a batch counts from its check on, and only if it passed (B5).
func TestStockIsWhatPassed(t *testing.T) {
	inTown(t, func(w *town) {
		g := w.good("鸡蛋", 1_000, 100, 0)
		deliver := func(by db.Actor, n int64) (b points.Batch, err error) {
			return b, w.DB.Update(ctx, w.home, by, func(tx *db.Tx) error {
				b, err = w.Points.Deliver(ctx, tx, points.Batch{Good: g.ID, Quantity: n, Document: "S-7"})
				return err
			})
		}
		check := func(by db.Actor, at id.ID, c points.Check) error {
			return w.DB.Update(ctx, w.home, by, func(tx *db.Tx) error { _, err := w.Points.Inspect(ctx, tx, at, c); return err })
		}
		good, err := deliver(office, 30)
		w.must(err)
		bad, err := deliver(office, 20)
		w.must(err)
		wants(w.t, "by who noted it", check(office, good.ID, points.Check{Passed: true, Sample: 3}), points.ErrOwnDelivery)
		wants(w.t, "more than there are", check(inspector, good.ID, points.Check{Passed: true, Sample: 31}), points.ErrBadCheck)
		wants(w.t, "passed, all faulty", check(inspector, good.ID, points.Check{Passed: true, Sample: 3, Faulty: 3}), points.ErrBadCheck)
		wants(w.t, "failed without a word", check(inspector, bad.ID, points.Check{Sample: 3, Faulty: 2}), points.ErrBadCheck)
		if n := w.left(g.ID); n != 0 {
			w.t.Errorf("%d in stock before any check", n)
		}
		w.must(check(inspector, good.ID, points.Check{Passed: true, Sample: 3, Faulty: 1}))
		w.must(check(inspector, bad.ID, points.Check{Sample: 3, Faulty: 2, Note: "破了"}))
		wants(w.t, "twice", check(inspector, bad.ID, points.Check{Passed: true, Sample: 3}), points.ErrChecked)
		if n := w.left(g.ID); n != 30 {
			w.t.Errorf("%d in stock", n)
		}
		off := func(n int64) error {
			return w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { return w.Points.WriteOff(ctx, tx, g.ID, n, "磕破了") })
		}
		wants(w.t, "more than is there", off(31), points.ErrStockShort)
		w.must(off(30))
		if n := w.left(g.ID); n != 0 {
			w.t.Errorf("%d left", n)
		}
	})
}

// TestUncollected: what nobody collects lapses, after a reminder; all points come back.
func TestUncollected(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		w.give("anna", 500)
		g := w.good("伞", 2_000, 300, 1)
		r, err := w.redeem("anna", g.ID, "a")
		w.must(err)
		w.env.Clock.Advance(r.Due.Sub(w.env.Clock.Now()) - time.Hour)
		w.must(w.LapseRedemptions(ctx, w.home))
		if n := w.left(g.ID); n != 0 {
			w.t.Errorf("an hour before: %d left", n)
		}
		w.env.Clock.Advance(time.Hour)
		_, err = w.HandGoods(ctx, w.home, office, r.Counter, r.ID)
		wants(w.t, "at the very moment", err, points.ErrLapsed)
		w.must(w.LapseRedemptions(ctx, w.home))
		w.must(w.LapseRedemptions(ctx, w.home)) // a sweeper may come twice
		if n := w.left(g.ID); n != 1 {
			w.t.Errorf("%d left", n)
		}
		w.expect("member:anna/points POINT 500\npoints/issue POINT -500\n")
		told := make(map[string]int)
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			notes, err := db.Waiting(ctx, r, w.home, 100)
			for _, n := range notes {
				for _, kind := range []string{"points.redeemed", "points.lapsing", "points.back"} {
					if strings.Contains(n.Payload, `"`+kind+`"`) {
						told[kind]++
					}
				}
			}
			return err
		}))
		if told["points.redeemed"] != 1 || told["points.lapsing"] != 1 || told["points.back"] != 1 {
			w.t.Errorf("told %v", told)
		}
		w.whole()
	})
}

// TestAClaim: replaced, points returned, refused, or decided by the clock.
func TestAClaim(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		w.give("anna", 1_000)
		g := w.good("香油", 1_500, 100, 5)
		collect := func(form string) *points.Redemption {
			r, err := w.redeem("anna", g.ID, form)
			w.must(err)
			_, err = w.HandGoods(ctx, w.home, office, r.Counter, r.ID)
			w.must(err)
			return r
		}
		complain := func(r *points.Redemption) error {
			return w.Complain(ctx, w.home, db.System, flow.Complaint{Member: r.Member, Redemption: r.ID, Words: "漏油"})
		}
		a, b, c, d := collect("a"), collect("b"), collect("c"), collect("d")
		wants(w.t, "another's", w.Complain(ctx, w.home, db.System, flow.Complaint{Member: w.member("ben").ID, Redemption: a.ID, Words: "漏油"}), points.ErrNoOrder)
		for _, r := range []*points.Redemption{a, b, c, d} {
			w.must(complain(r))
		}
		wants(w.t, "twice", complain(a), points.ErrClaimed)
		wants(w.t, "without a reason", w.DecideClaim(ctx, w.home, office, a.ID, points.Returned, " "), points.ErrNoReason)
		w.must(w.DecideClaim(ctx, w.home, office, a.ID, points.Returned, "确实漏"))
		w.must(w.DecideClaim(ctx, w.home, office, b.ID, points.Replaced, "换一瓶"))
		w.must(w.DecideClaim(ctx, w.home, office, c.ID, points.Refused, "已经用了半瓶"))
		wants(w.t, "decided twice", w.DecideClaim(ctx, w.home, office, c.ID, points.Returned, "再想想"), points.ErrDecided)
		if n := w.left(g.ID); n != 0 {
			w.t.Errorf("%d left: the replacement takes the last one", n)
		}
		w.expect("member:anna/points POINT 700\nmerchant:bakery/payable CNY 30.00\nplatform/promotion CNY -30.00\npoints/issue POINT -700\n")
		var again *points.Redemption
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			old, err := w.Points.ByID(ctx, r, w.home, b.ID)
			if err == nil {
				again, err = w.Points.ByID(ctx, r, w.home, old.Claim.Decision.Replacement)
			}
			return err
		}))
		if again.Origin != b.ID || again.Seq != -1 || again.Points != 100 {
			w.t.Errorf("the replacement: %+v", again)
		}
		w.env.Clock.Advance(40 * 24 * time.Hour) // nobody decides on d, nobody collects the replacement
		w.must(w.LapseRedemptions(ctx, w.home))
		wants(w.t, "too late", w.DecideClaim(ctx, w.home, office, d.ID, points.Refused, "晚了"), points.ErrDecided)
		w.expect("member:anna/points POINT 900\nmerchant:bakery/payable CNY 15.00\nplatform/promotion CNY -15.00\npoints/issue POINT -900\n")
		w.whole()
	})
}
