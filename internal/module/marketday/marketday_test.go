package marketday

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

// square is the service on one engine, in one community.
type square struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *square)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&square{New(), t, env, id.ID{1}}) })
}

func neighbour(n int) id.ID { return id.ID{2, byte(n >> 8), byte(n)} }

func (h *square) update(fn func(tx *db.Tx) error) error {
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *square) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *square) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (h *square) called(tables int) (d *Day) {
	h.t.Helper()
	begins := h.env.Clock.Now().Add(time.Hour)
	h.must(h.update(func(tx *db.Tx) (err error) {
		d, err = h.Call(ctx, tx, Day{Title: "周六开市", Place: "小广场", Begins: begins, Ends: begins.Add(3 * time.Hour), Tables: tables})
		return err
	}))
	return d
}

func (h *square) take(day, who id.ID, sort Sort) (x *Stall, err error) {
	err = h.update(func(tx *db.Tx) error {
		s := Stall{Day: day, Member: who, Sort: sort, Title: "理发"}
		if sort == OnTheSpot {
			s.Minutes = 30
		}
		x, err = h.Take(ctx, tx, s)
		return err
	})
	return x, err
}

func (h *square) pay(x *Stall, payer id.ID, how How) (p *Payment) {
	h.t.Helper()
	h.must(h.update(func(tx *db.Tx) (err error) {
		at := tx.NewID()
		p, err = h.Pay(ctx, tx, Payment{ID: at, Day: x.Day, Stall: x.ID, Payer: payer, How: how, Minutes: 30, Coins: 5_00, Shown: tx.Now, Token: at.String(), Seq: 1})
		return err
	}))
	return p
}

// Many neighbours ask for the last tables at the same moment: each table has one of them.
func TestTheLastTables(t *testing.T) {
	each(t, func(h *square) {
		d := h.called(5)
		var got, full atomic.Int64
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				switch _, err := h.take(d.ID, neighbour(n), OnTheSpot); {
				case err == nil:
					got.Add(1)
				case errors.Is(err, ErrFull):
					full.Add(1)
				default:
					h.t.Error(err)
				}
			})
		}
		all.Wait()
		if got.Load() != 5 || full.Load() != 45 {
			h.t.Errorf("%d have a table, %d were told that there is none", got.Load(), full.Load())
		}
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			stalls, err := h.Stalls(ctx, r, h.home, d.ID)
			seen := make(map[int]bool)
			for _, x := range stalls {
				if seen[x.Number] || x.Number < 1 || x.Number > 5 {
					h.t.Errorf("table %d", x.Number)
				}
				seen[x.Number] = true
			}
			return err
		}))
	})
}

// A day's life: it is called, stalls are taken and given up, it opens, things happen, it
// closes; nothing is refused or taken out of its turn.
func TestAMarketDay(t *testing.T) {
	each(t, func(h *square) {
		d := h.called(2)
		x, err := h.take(d.ID, neighbour(1), OnTheSpot)
		h.must(err)
		_, err = h.take(d.ID, neighbour(1), OnTheSpot)
		h.refused("a second of the sort", err, ErrHasStall)
		g, err := h.take(d.ID, neighbour(1), Goods)
		h.must(err)
		if x.Number != 1 || g.Number != 2 {
			h.t.Errorf("tables %d and %d", x.Number, g.Number)
		}
		_, err = h.take(d.ID, neighbour(2), Goods)
		h.refused("no table left", err, ErrFull)
		give := func(stall id.ID) error {
			return h.update(func(tx *db.Tx) error { _, err := h.GiveUp(ctx, tx, stall, ""); return err })
		}
		h.must(give(g.ID))
		h.refused("given up twice", give(g.ID), ErrEnded)
		again, err := h.take(d.ID, neighbour(2), Goods)
		h.must(err)
		if again.Number != 2 {
			h.t.Errorf("the free table is %d", again.Number)
		}
		count := func(p Pieces) error {
			return h.update(func(tx *db.Tx) error { return h.Count(ctx, tx, again, p) })
		}
		h.refused("before it opens", count(Pieces{Given: 1}), ErrNotOpen)
		h.must(h.update(func(tx *db.Tx) error { _, err := h.Open(ctx, tx, d.ID); return err }))
		h.refused("opened twice", h.update(func(tx *db.Tx) error { _, err := h.Open(ctx, tx, d.ID); return err }), ErrOpened)
		h.refused("less than nothing", count(Pieces{Sold: -1}), ErrBadGoods)
		h.must(count(Pieces{Given: 1}))
		h.env.Clock.Advance(time.Second)
		h.must(count(Pieces{Given: 3, Swapped: 1}))
		p := h.pay(x, neighbour(7), ByCode)
		h.pay(x, neighbour(7), BySelf)
		h.refused("paid there", give(x.ID), ErrPaidThere)
		for says, c := range map[string]struct {
			x       *Stall
			payer   id.ID
			minutes int
			shown   time.Time
			want    error
		}{
			"goods":       {again, neighbour(7), 30, h.env.Clock.Now(), ErrNotService},
			"before":      {x, neighbour(7), 30, h.env.Clock.Now().Add(-time.Hour), ErrNotOpen},
			"no minutes":  {x, neighbour(7), 0, h.env.Clock.Now(), ErrBadMinutes},
			"too many":    {x, neighbour(7), MinutesMost + 1, h.env.Clock.Now(), ErrBadMinutes},
			"her own":     {x, neighbour(1), 30, h.env.Clock.Now(), ErrOwnStall},
			"as it ought": {x, neighbour(7), 30, h.env.Clock.Now(), nil},
		} {
			h.refused(says, h.env.View(ctx, h.home, func(r db.Reader) error { return h.MayPay(ctx, r, h.home, c.x, c.payer, c.minutes, c.shown) }), c.want)
		}
		h.undone(p)
		h.tallied(d.ID)
		h.must(h.update(func(tx *db.Tx) error { _, err := h.Close(ctx, tx, d.ID, "人很多"); return err }))
		h.refused("called off when closed", h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, d.ID, "x"); return err }), ErrOver)
		h.refused("goods when closed", count(Pieces{}), ErrOver)
		h.must(h.update(func(tx *db.Tx) error { return h.Forget(ctx, tx, neighbour(1)) }))
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			x, err := h.StallByID(ctx, r, h.home, x.ID)
			if x.Title != forgottenStall {
				h.t.Errorf("still called %q", x.Title)
			}
			return err
		}))
	})
}

// undone is a payment that both sides want back.
func (h *square) undone(p *Payment) {
	h.t.Helper()
	want := func(side Side, words string) error {
		return h.update(func(tx *db.Tx) error {
			now, err := h.PaymentByID(ctx, tx, h.home, p.ID)
			if err != nil {
				return err
			}
			if err := h.Want(ctx, tx, now, side, words); err != nil {
				return err
			}
			if now.Agreed() {
				return h.Undo(ctx, tx, now, 2)
			}
			return nil
		})
	}
	h.refused("without a reason", want(Payer, ""), ErrNoReason)
	h.must(want(Payer, "没有做"))
	h.refused("said twice", want(Payer, "没有做"), ErrSaid)
	h.must(want(Holder, "是没有做"))
	h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
		now, err := h.PaymentByID(ctx, r, h.home, p.ID)
		if now.Undone == nil || len(now.Wants) != 2 || !errors.Is(now.MayUndo(now.At, now.At.Add(time.Hour)), ErrUndone) {
			h.t.Errorf("%+v", now)
		}
		return err
	}))
}

// tallied counts the day: what was undone does not count, what was said last does.
func (h *square) tallied(day id.ID) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
		stalls, err := h.Stalls(ctx, r, h.home, day)
		h.must(err)
		payments, err := h.Payments(ctx, r, h.home, day)
		h.must(err)
		pieces, err := h.PiecesIn(ctx, r, h.home, day)
		h.must(err)
		t := TallyOf(stalls, payments, pieces)
		if t.Services != 1 || t.Coins != 5_00 || t.People != 1 || t.Undone != 1 || t.Pieces != (Pieces{Given: 3, Swapped: 1}) || len(t.Stalls) != 2 {
			h.t.Errorf("%+v", t)
		}
		byCode, err := h.ByCodeOn(ctx, r, h.home, day, neighbour(7))
		if byCode != 0 { // the one by code was undone
			h.t.Errorf("by code: %d", byCode)
		}
		return err
	}))
}

// A tally is the sum of its stalls, whatever was undone.
func TestATallyAddsUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 5).Draw(r, "stalls")
		var stalls []*Stall
		for i := range n {
			stalls = append(stalls, &Stall{ID: id.ID{1, byte(i)}, Number: i + 1, Sort: OnTheSpot})
		}
		var payments []*Payment
		if n > 0 {
			for i := range rapid.IntRange(0, 20).Draw(r, "payments") {
				p := &Payment{ID: id.ID{2, byte(i)}, Stall: stalls[rapid.IntRange(0, n-1).Draw(r, "at")].ID, Payer: id.ID{3, byte(i % 4)}, Minutes: rapid.IntRange(1, 240).Draw(r, "minutes")}
				p.Coins = money.Amount(p.Minutes) * 10
				if rapid.Bool().Draw(r, "undone") {
					p.Undone = &Undone{}
				}
				payments = append(payments, p)
			}
		}
		all := TallyOf(stalls, payments, nil)
		var sum Tally
		for _, x := range all.Stalls {
			sum.Services += x.Services
			sum.Minutes += x.Minutes
			sum.Coins += x.Coins
		}
		if sum.Services != all.Services || sum.Minutes != all.Minutes || sum.Coins != all.Coins || all.Services+all.Undone != len(payments) || len(all.Stalls) != n {
			r.Errorf("%+v", all)
		}
	})
}

func TestWhatIsRefusedOfADay(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	good := Day{Title: "开市", Place: "广场", Begins: now.Add(time.Hour), Ends: now.Add(3 * time.Hour), Tables: 10}
	for says, c := range map[string]struct {
		edit func(d *Day)
		want error
	}{
		"nothing":     {func(*Day) {}, nil},
		"no title":    {func(d *Day) { d.Title = "" }, ErrBadTitle},
		"no place":    {func(d *Day) { d.Place = "" }, ErrBadPlace},
		"turned":      {func(d *Day) { d.Ends = d.Begins }, ErrBadTime},
		"past":        {func(d *Day) { d.Begins, d.Ends = now.Add(-2*time.Hour), now }, ErrBadTime},
		"too long":    {func(d *Day) { d.Ends = d.Begins.Add(lastsMost + 1) }, ErrBadTime},
		"too far":     {func(d *Day) { d.Begins = now.Add(aheadMost + 1); d.Ends = d.Begins.Add(1) }, ErrBadTime},
		"no tables":   {func(d *Day) { d.Tables = 0 }, ErrBadTables},
		"many tables": {func(d *Day) { d.Tables = tablesMost + 1 }, ErrBadTables},
	} {
		d := good
		c.edit(&d)
		if err := d.Validate(now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// A day that nobody closed is left for the clock however old it is, and pays nothing that
// was done later than the clock would have closed it.
func TestADayThatWasForgotten(t *testing.T) {
	each(t, func(h *square) {
		d := h.called(1)
		x, err := h.take(d.ID, neighbour(1), OnTheSpot)
		h.must(err)
		h.must(h.update(func(tx *db.Tx) (err error) { d, err = h.Open(ctx, tx, d.ID); return err }))
		if late := d.Ends.Add(LeftOpen); !d.PaysAt(late) || d.PaysAt(late.Add(time.Second)) {
			t.Error("it pays too late, or not long enough")
		}
		h.pay(x, neighbour(7), BySelf)
		left := func(want int) {
			h.t.Helper()
			h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
				left, err := h.Left(ctx, r, h.home, d.Ends.AddDate(0, 1, 0))
				ended, endErr := h.Ended(ctx, r, h.home, 1)
				if len(left) != want || len(ended) != 1-want {
					h.t.Errorf("%d are left, %d are over", len(left), len(ended))
				}
				return errors.Join(err, endErr)
			}))
		}
		left(1)
		h.must(h.update(func(tx *db.Tx) error { return h.Forget(ctx, tx, neighbour(1)) }))
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			x, err := h.StallByID(ctx, r, h.home, x.ID)
			if err == nil && x.End == nil {
				h.t.Error("the stall of who was forgotten stands")
			}
			return err
		}))
		h.must(h.update(func(tx *db.Tx) error { _, err := h.Close(ctx, tx, d.ID, ""); return err }))
		left(0)
	})
}
