package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/marketday"
	"gongyi/internal/module/paycode"
	"gongyi/internal/platform/db"
)

// market is the bakery's town with a market day that is open: ben cuts hair at table 1,
// the fruit shop mends things at table 2.
type market struct {
	*counter
	day  *marketday.Day
	hair *marketday.Stall
	mend *marketday.Stall
	ben  flow.Holding
	n    int
}

func atMarket(t *testing.T, fn func(m *market)) {
	atBakery(t, func(c *counter) {
		m := &market{counter: c, ben: flow.Holding{Member: c.member("ben").ID}}
		c.must(c.DB.Update(ctx, c.home, db.System, func(tx *db.Tx) error {
			_, err := c.Communities.Decide(ctx, tx, community.Switch{Capability: community.TimeBank, On: true, Reason: "test"})
			return err
		}))
		begins := c.env.Clock.Now().Add(time.Hour)
		var err error
		m.day, err = c.CallMarket(ctx, c.home, db.System, marketday.Day{Title: "周六开市", Place: "小广场", Begins: begins, Ends: begins.Add(4 * time.Hour), Tables: 5}, "")
		c.must(err)
		m.hair, err = c.TakeStall(ctx, c.home, db.System, marketday.Stall{Day: m.day.ID, Member: m.ben.Member, Sort: marketday.OnTheSpot, Title: "理发", Minutes: 30}, true, "")
		c.must(err)
		m.mend, err = c.TakeStall(ctx, c.home, db.System, marketday.Stall{Day: m.day.ID, Shop: c.shop("fruit").ID, Sort: marketday.OnTheSpot, Title: "磨刀", Minutes: 15}, false, "")
		c.must(err)
		c.must(c.SweepMarkets(ctx, c.home)) // reminds
		c.env.Clock.Set(begins)
		c.must(c.OpenMarket(ctx, c.home, db.System, m.day.ID))
		c.env.Clock.Advance(time.Minute)
		fn(m)
	})
}

// takes lets ben scan anna's code.
func (m *market) takes(minutes int, edits ...func(s *flow.MarketSale)) (*marketday.Payment, error) {
	m.n++
	s := flow.MarketSale{Stall: m.hair.ID, Minutes: minutes, Code: m.code(), Token: fmt.Sprint("sale-", m.n)}
	for _, e := range edits {
		e(&s)
	}
	return m.TakeAtStall(ctx, m.home, db.System, m.ben, s)
}

func (m *market) turn() { m.env.Clock.Advance(time.Minute) }

// F9: half an hour of hair is paid by the code on anna's phone; what cannot be paid is
// refused before the code is used up; both sides undo it within the day; the books are
// whole.
func TestServicesOnTheSpot(t *testing.T) {
	atMarket(t, func(m *market) {
		p, err := m.takes(30)
		m.must(err)
		if p.Coins != 5_00 || p.Seq == 0 {
			t.Errorf("%+v", p)
		}
		first := m.member("ben").ID
		if path, err := m.WhereCodeLed(ctx, paycode.For{Place: m.home, Checkout: p.ID}); err != nil || path != flow.MarketPaymentPath(m.home, p.ID) {
			t.Errorf("her phone goes to %q, %v", path, err)
		}
		for says, c := range map[string]struct {
			edit func(s *flow.MarketSale)
			want string
		}{
			"the code again":     {func(*flow.MarketSale) {}, "paycode.used"},
			"the same form":      {func(s *flow.MarketSale) { s.Token = "sale-1" }, ""},
			"no code":            {func(s *flow.MarketSale) { s.Code = "12" }, "paycode.bad_code"},
			"another's stall":    {func(s *flow.MarketSale) { s.Stall = m.mend.ID }, "marketday.no_stall"},
			"no minutes":         {func(s *flow.MarketSale) { s.Minutes = 0 }, "marketday.bad_minutes"},
			"more than by code":  {func(s *flow.MarketSale) { s.Minutes = 121 }, "market.code_max"},
			"before it opened":   {func(s *flow.MarketSale) { s.Shown = m.env.Clock.Now().Add(-5 * time.Minute) }, "marketday.not_open"},
			"an hour from now":   {func(s *flow.MarketSale) { s.Shown = m.env.Clock.Now().Add(time.Hour) }, "checkout.scan_too_late"},
			"weeks ago, offline": {func(s *flow.MarketSale) { s.Shown = m.env.Clock.Now().AddDate(0, 0, -20) }, "checkout.scan_too_late"},
		} {
			if _, err := m.takes(30, c.edit); refused(err) != c.want {
				t.Errorf("%s: %v, want %q", says, err, c.want)
			}
		}
		m.turn()
		undo := func(side marketday.Side, words string) error {
			return m.UndoAtStall(ctx, m.home, db.System, side, p.ID, words)
		}
		m.must(undo(marketday.Payer, "头发没剪"))
		m.must(undo(marketday.Holder, "是的"))
		if err := undo(marketday.Desk, "再来"); !errors.Is(err, marketday.ErrUndone) {
			t.Errorf("undone twice: %v", err)
		}
		if got := m.books()["member:ben/coins COIN"]; got != "" && got != "0.00" {
			t.Errorf("ben keeps %s", got)
		}
		// On her own phone there is no limit but the soft limit; her own stall is refused.
		m.turn()
		own, err := m.PayAtStall(ctx, m.home, db.System, flow.MarketSale{Stall: m.hair.ID, Minutes: 150, Payer: "anna", Token: "own"})
		m.must(err)
		if own.Coins != 25_00 || own.How != marketday.BySelf {
			t.Errorf("%+v", own)
		}
		again, err := m.PayAtStall(ctx, m.home, db.System, flow.MarketSale{Stall: m.hair.ID, Minutes: 150, Payer: "anna", Token: "own"})
		if err != nil || again.ID != own.ID {
			t.Errorf("the same form: %v, %v", again, err)
		}
		if _, err := m.PayAtStall(ctx, m.home, db.System, flow.MarketSale{Stall: m.hair.ID, Minutes: 30, Payer: "ben", Token: "self"}); !errors.Is(err, marketday.ErrOwnStall) {
			t.Errorf("at his own stall: %v", err)
		}
		if _, err := m.PayAtStall(ctx, m.home, db.System, flow.MarketSale{Stall: m.hair.ID, Minutes: 240, Payer: "anna", Token: "much"}); refused(err) != "coin.soft_limit" {
			t.Errorf("past the soft limit: %v", err)
		}
		m.env.Clock.Advance(24 * time.Hour)
		if err := m.UndoAtStall(ctx, m.home, db.System, marketday.Desk, own.ID, "第二天"); !errors.Is(err, marketday.ErrUndoTooLate) {
			t.Errorf("a day later: %v", err)
		}
		m.must(m.SweepMarkets(ctx, m.home)) // nobody closed it: the clock does
		m.must(m.DB.View(ctx, m.home, func(r db.Reader) error {
			d, err := m.Markets.DayByID(ctx, r, m.home, m.day.ID)
			if d.State() != marketday.Closed {
				t.Errorf("the day is %s", d.State())
			}
			tally, err2 := m.MarketTally(ctx, r, m.home, m.day.ID)
			if tally.Services != 1 || tally.Coins != 25_00 || tally.Undone != 1 {
				t.Errorf("%+v", tally)
			}
			return errors.Join(err, err2)
		}))
		m.must(m.DB.Update(ctx, m.home, db.System, func(tx *db.Tx) error { return m.Markets.Forget(ctx, tx, first) }))
		m.whole()
	})
}

// One code at many stalls at the same moment, each form sent several times: it pays once.
// A scan that waited for the network counts though the day has closed; the limits of a day
// hold among many.
func TestCodesPayOnce(t *testing.T) {
	atMarket(t, func(m *market) {
		code, shown := m.code(), m.env.Clock.Now()
		var paid, refusals atomic.Int64
		ids := sync.Map{}
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				p, err := m.TakeAtStall(ctx, m.home, db.System, m.ben, flow.MarketSale{Stall: m.hair.ID, Minutes: 30, Code: code, Token: fmt.Sprint("many-", n%4)})
				switch {
				case err == nil:
					ids.Store(p.ID, true)
					paid.Add(1)
				case errors.Is(err, paycode.ErrUsed):
					refusals.Add(1)
				default:
					m.t.Error(err)
				}
			})
		}
		all.Wait()
		different := 0
		ids.Range(func(any, any) bool { different++; return true })
		if different != 1 || paid.Load() < 1 || paid.Load()+refusals.Load() != 20 {
			t.Errorf("%d payments, %d answers, %d refusals", different, paid.Load(), refusals.Load())
		}
		m.turn()
		waited, at := m.code(), m.env.Clock.Now()
		m.turn()
		m.must(m.CloseMarket(ctx, m.home, db.System, m.day.ID, ""))
		m.env.Clock.Advance(3 * time.Hour)
		late, err := m.takes(120, func(s *flow.MarketSale) { s.Code, s.Shown = waited, at })
		m.must(err)
		if !late.Late() || late.Coins != 20_00 {
			t.Errorf("%+v", late)
		}
		if _, err := m.takes(30, func(s *flow.MarketSale) { s.Shown = m.env.Clock.Now() }); !errors.Is(err, marketday.ErrNotOpen) {
			t.Errorf("after the day closed: %v", err)
		}
		if _, err := m.takes(120, func(s *flow.MarketSale) {
			s.Code, s.Shown = m.phone.CodeAt(shown.Add(90*time.Second)), shown.Add(90*time.Second)
		}); refused(err) != "market.day_max" {
			t.Errorf("more than a day's limit: %v", err)
		}
		m.whole()
	})
}

// The process stops between the code and the payment. The same form goes on, also when the
// code has turned and many send it at once, and pays once; with another code, or another
// form with that code, nothing goes on.
func TestAPaymentGoesOnAfterAStop(t *testing.T) {
	atMarket(t, func(m *market) {
		sale := flow.MarketSale{Stall: m.hair.ID, Minutes: 30, Code: m.code(), Token: "stopped"}
		m.must(m.ClaimAtStall(ctx, m.home, sale))
		other := sale
		other.Token = "another form"
		if _, err := m.TakeAtStall(ctx, m.home, db.System, m.ben, other); !errors.Is(err, paycode.ErrUsed) {
			t.Errorf("another form with the code: %v", err)
		}
		m.turn()
		m.turn()
		m.turn()
		wrong := sale
		wrong.Code = m.phone.CodeAt(m.env.Clock.Now().Add(-time.Hour))
		if _, err := m.TakeAtStall(ctx, m.home, db.System, m.ben, wrong); !errors.Is(err, paycode.ErrBadCode) {
			t.Errorf("the form with an old code: %v", err)
		}
		ids := sync.Map{}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				p, err := m.TakeAtStall(ctx, m.home, db.System, m.ben, sale)
				if err != nil {
					m.t.Error(err)
					return
				}
				ids.Store(p.ID, true)
			})
		}
		all.Wait()
		different := 0
		ids.Range(func(any, any) bool { different++; return true })
		if different != 1 {
			t.Errorf("%d payments", different)
		}
		m.whole()
	})
}

// A shop's stall earns the shop its hours; a person of the desk does not decide on her own
// payment; people of one household do not pay each other; a day that is called off tells
// its stalls, and pays nobody.
func TestWhoMayNotDecide(t *testing.T) {
	atMarket(t, func(m *market) {
		fruit := flow.Holding{Shops: []id.ID{m.shop("fruit").ID}}
		p, err := m.takes(15, func(s *flow.MarketSale) { s.Stall = m.hair.ID })
		m.must(err)
		if err := m.UndoAtStall(ctx, m.home, db.Actor{Kind: "person", ID: m.anna}, marketday.Desk, p.ID, "我说了算"); !errors.Is(err, flow.ErrOwnMatter) {
			t.Errorf("her own: %v", err)
		}
		m.turn()
		sold, err := m.TakeAtStall(ctx, m.home, db.System, fruit, flow.MarketSale{Stall: m.mend.ID, Minutes: 15, Code: m.code(), Token: "fruit"})
		m.must(err)
		if sold.Coins != 2_50 {
			t.Errorf("%+v", sold)
		}
		m.must(m.CountGoods(ctx, m.home, db.System, fruit, m.mend.ID, marketday.Pieces{Given: 2}))
		hers, err := m.TakeStall(ctx, m.home, db.System, marketday.Stall{Day: m.day.ID, Member: m.member("anna").ID, Sort: marketday.OnTheSpot, Title: "缝补", Minutes: 15}, false, "")
		m.must(err)
		if _, err := m.PayAtStall(ctx, m.home, db.Actor{Kind: "person", ID: m.anna}, flow.MarketSale{Stall: hers.ID, Minutes: 15, Payer: "ben", Token: "for-ben"}); !errors.Is(err, marketday.ErrOwnStall) {
			t.Errorf("anna pays her own stall for ben: %v", err)
		}
		m.must(m.CallOffMarket(ctx, m.home, db.System, m.day.ID, "下大雨"))
		m.turn()
		if _, err := m.takes(15); !errors.Is(err, marketday.ErrNotOpen) {
			t.Errorf("called off: %v", err)
		}
		m.whole()
	})
}
