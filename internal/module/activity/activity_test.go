package activity

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

const hour = 10_00 // what an hour is worth

// school is the service on one engine, in one community.
type school struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *school)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&school{New(), t, env, id.ID{1}}) })
}

func neighbour(n int) id.ID { return id.ID{2, byte(n >> 8), byte(n)} }

func (h *school) update(fn func(tx *db.Tx) error) error {
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *school) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *school) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func lesson(first time.Time, weeks, most int) Activity {
	return Activity{Kind: Class, Teacher: neighbour(999), Title: "教手机", Place: "活动室", Minutes: 60, Most: most, Pay: BySeat, Price: 5_00, Sessions: Dates(first, weeks, 60)}
}

// opened is a class that the desk has agreed to.
func (h *school) opened(weeks, most int) (a *Activity) {
	h.t.Helper()
	h.must(h.update(func(tx *db.Tx) (err error) {
		if a, err = h.Propose(ctx, tx, lesson(tx.Now.Add(48*time.Hour), weeks, most), hour); err != nil {
			return err
		}
		return h.Agree(ctx, tx, a)
	}))
	return a
}

func (h *school) join(at, who id.ID, people int) (x *Seat, err error) {
	err = h.update(func(tx *db.Tx) error {
		a, err := h.ByID(ctx, tx, h.home, at)
		if err == nil {
			x, err = h.Join(ctx, tx, a, who, people, Own)
		}
		return err
	})
	return x, err
}

// with does something with a seat as it stands, and moves up who waits.
func (h *school) with(seat id.ID, do func(tx *db.Tx, a *Activity, x *Seat) error) error {
	return h.update(func(tx *db.Tx) error {
		x, err := h.SeatByID(ctx, tx, h.home, seat)
		if err != nil {
			return err
		}
		a, err := h.ByID(ctx, tx, h.home, x.Activity)
		if err != nil {
			return err
		}
		if err := do(tx, a, x); err != nil {
			return err
		}
		_, err = h.MoveUp(ctx, tx, a, tx.Now.Add(12*time.Hour))
		return err
	})
}

func (h *school) leave(seat id.ID) error {
	return h.with(seat, func(tx *db.Tx, _ *Activity, x *Seat) error { return h.Leave(ctx, tx, x) })
}

func (h *school) seats(at id.ID) (all []*Seat) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) { all, err = h.Seats(ctx, r, h.home, at); return err }))
	return all
}

func TestWhatMayBeProposed(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for says, c := range map[string]struct {
		mend func(a *Activity)
		want error
	}{
		"as it ought":           {func(*Activity) {}, nil},
		"no title":              {func(a *Activity) { a.Title = "" }, ErrBadTitle},
		"too much said":         {func(a *Activity) { a.About = strings.Repeat("字", aboutMost+1) }, ErrBadAbout},
		"two lines for whom":    {func(a *Activity) { a.Audience = "a\nb" }, ErrBadAudience},
		"nowhere":               {func(a *Activity) { a.Place = "" }, ErrBadPlace},
		"no time":               {func(a *Activity) { a.Minutes = 5 }, ErrBadMinutes},
		"no date":               {func(a *Activity) { a.Sessions = nil }, ErrBadDates},
		"yesterday":             {func(a *Activity) { a.Sessions = Dates(now.AddDate(0, 0, -1), 1, 60) }, ErrBadDates},
		"two at a time":         {func(a *Activity) { a.Sessions = append(a.Sessions, a.Sessions[0]) }, ErrBadDates},
		"too many dates":        {func(a *Activity) { a.Sessions = Dates(now.AddDate(0, 0, 1), SessionsMost+1, 60) }, ErrBadDates},
		"a class without seats": {func(a *Activity) { a.Most = 0 }, ErrBadSeats},
		"more least than most":  {func(a *Activity) { a.Least = 9 }, ErrBadSeats},
		"free for something":    {func(a *Activity) { a.Pay = Free }, ErrBadPrice},
		"dearer than its time":  {func(a *Activity) { a.Price = hour + 1 }, ErrBadPrice},
		"children, one adult":   {func(a *Activity) { a.Children = true }, ErrNoSecond},
		"twice the same adult":  {func(a *Activity) { a.Children, a.Second = true, a.Teacher }, ErrNoSecond},
		"children, two adults":  {func(a *Activity) { a.Children, a.Second = true, neighbour(5) }, nil},
		"hours for an activity": {func(a *Activity) { a.Kind = Event }, ErrBadPrice},
		"an activity for all":   {func(a *Activity) { a.Kind, a.Most, a.Pay, a.Price = Event, 0, Free, 0 }, nil},
	} {
		a := lesson(now.AddDate(0, 0, 1), 2, 8)
		c.mend(&a)
		if err := a.Validate(now, hour); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", says, err, c.want)
		}
	}
}

// Many neighbours ask for the last seats at the same moment: each chair has one of them, and
// the others wait. Those in the queue move up while others leave and sign up.
func TestTheLastSeats(t *testing.T) {
	each(t, func(h *school) {
		a := h.opened(1, 5)
		var in, waiting atomic.Int64
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				x, err := h.join(a.ID, neighbour(n), 1)
				switch {
				case err != nil:
					h.t.Error(err)
				case x.State == Seated:
					in.Add(1)
				case x.State == Waiting:
					waiting.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 5 || waiting.Load() != 45 {
			h.t.Fatalf("%d have a seat, %d wait", in.Load(), waiting.Load())
		}
		seats := h.seats(a.ID)
		for n, x := range seats[:10] { // five have a seat, five wait: all of them go, while others come
			all.Go(func() {
				if err := h.leave(x.ID); err != nil {
					h.t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := h.join(a.ID, neighbour(100+n), 1); err != nil {
					h.t.Error(err)
				}
			})
		}
		all.Wait()
		seats = h.seats(a.ID)
		if got := People(seats); got != 5 {
			h.t.Errorf("%d of 5 chairs are kept", got)
		}
		for i, x := range seats {
			if x.State == Seated && i >= 50 {
				h.t.Errorf("%d went past the queue", i)
			}
		}
	})
}

// Whatever is asked for in whatever order, no chair has two, and nobody waits whom there is
// room for.
func TestNoSeatIsSoldTwice(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		community := byte(0)
		rapid.Check(t, func(rt *rapid.T) {
			community++
			h := &school{New(), t, env, id.ID{1, community}}
			most := rapid.IntRange(1, 6).Draw(rt, "most")
			var a *Activity
			h.must(h.update(func(tx *db.Tx) (err error) {
				n := lesson(tx.Now.Add(400*time.Hour), 1, most)
				n.Children, n.Second = true, neighbour(998)
				if a, err = h.Propose(ctx, tx, n, hour); err != nil {
					return err
				}
				return h.Agree(ctx, tx, a)
			}))
			for range rapid.IntRange(1, 14).Draw(rt, "steps") {
				seats := h.seats(a.ID)
				step := rapid.SampledFrom([]string{"join", "join", "leave", "accept", "lapse"}).Draw(rt, "step")
				if step == "join" || len(seats) == 0 {
					_, err := h.join(a.ID, neighbour(rapid.IntRange(1, 9).Draw(rt, "who")), rapid.IntRange(1, PeopleMost).Draw(rt, "people"))
					if err != nil && !errors.Is(err, ErrSignedUp) && !errors.Is(err, ErrFull) {
						rt.Fatal(err)
					}
				} else {
					x := rapid.SampledFrom(seats).Draw(rt, "seat")
					if step == "lapse" {
						env.Clock.Advance(13 * time.Hour)
					}
					err := h.with(x.ID, func(tx *db.Tx, a *Activity, x *Seat) error {
						switch step {
						case "accept":
							return h.Accept(ctx, tx, a, x)
						case "lapse":
							return h.Lapse(ctx, tx, x)
						}
						return h.Leave(ctx, tx, x)
					})
					if err != nil && !errors.Is(err, ErrNotThere) && !errors.Is(err, ErrLapsed) {
						rt.Fatal(err)
					}
				}
				seats = h.seats(a.ID)
				free := most - People(seats)
				for _, x := range seats {
					if x.State == Waiting && x.People <= free {
						rt.Fatalf("%d wait beside %d free chairs", x.People, free)
					}
				}
				if free < 0 {
					rt.Fatalf("%d too many", -free)
				}
			}
		})
	})
}

// A class's life: it waits for the desk, people sign up, wait, move up, excuse themselves,
// come; a date is held and what it came to is noted.
func TestAClass(t *testing.T) {
	each(t, func(h *school) {
		var a *Activity
		h.must(h.update(func(tx *db.Tx) (err error) {
			a, err = h.Propose(ctx, tx, lesson(tx.Now.Add(48*time.Hour), 2, 2), hour)
			return err
		}))
		_, err := h.join(a.ID, neighbour(1), 1)
		h.refused("before the desk agreed", err, ErrNotOpen)
		h.refused("refused without a reason", h.update(func(tx *db.Tx) error { return h.Refuse(ctx, tx, a, " ") }), ErrNoReason)
		h.must(h.update(func(tx *db.Tx) error {
			again, err := h.ByID(ctx, tx, h.home, a.ID)
			if err != nil {
				return err
			}
			return h.Agree(ctx, tx, again)
		}))
		a = h.read(a.ID)
		h.refused("withdrawn when open", h.update(func(tx *db.Tx) error { return h.Withdraw(ctx, tx, a) }), ErrAnswered)
		_, err = h.join(a.ID, a.Teacher, 1)
		h.refused("her own", err, ErrOwn)
		_, err = h.join(a.ID, neighbour(1), 2)
		h.refused("with a child where none come", err, ErrBadPeople)
		first, err := h.join(a.ID, neighbour(1), 1)
		h.must(err)
		_, err = h.join(a.ID, neighbour(1), 1)
		h.refused("twice", err, ErrSignedUp)
		second, err := h.join(a.ID, neighbour(2), 1)
		h.must(err)
		third, err := h.join(a.ID, neighbour(3), 1)
		h.must(err)
		h.refused("a seat that was not offered", h.with(third.ID, func(tx *db.Tx, a *Activity, x *Seat) error { return h.Accept(ctx, tx, a, x) }), ErrNotThere)
		h.must(h.leave(second.ID))
		h.refused("left twice", h.leave(second.ID), ErrNotThere)
		h.must(h.with(third.ID, func(tx *db.Tx, a *Activity, x *Seat) error { return h.Accept(ctx, tx, a, x) }))
		h.must(h.with(third.ID, func(tx *db.Tx, a *Activity, x *Seat) error { return h.Excuse(ctx, tx, x, &a.Sessions[0]) }))
		h.attended(a, first, third)
		h.must(h.update(func(tx *db.Tx) error {
			now, err := h.ByID(ctx, tx, h.home, a.ID)
			if err != nil {
				return err
			}
			return h.CallOff(ctx, tx, now, "老师病了", ByWords)
		}))
		if a = h.read(a.ID); a.State() != Off || a.Words() != "老师病了" || !a.Sessions[0].End.Held || len(a.Steps) != 2 {
			h.t.Errorf("%+v", a)
		}
		h.must(h.update(func(tx *db.Tx) error {
			return errors.Join(h.Forget(ctx, tx, first.Member), h.Forget(ctx, tx, a.Teacher))
		}))
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			words, err := h.Thanks(ctx, r, h.home, a.ID)
			if len(words) != 0 {
				h.t.Errorf("still there: %+v", words)
			}
			return err
		}))
		if a = h.read(a.ID); a.Title != forgottenTitle || a.Place != "" {
			h.t.Errorf("still called %q at %q", a.Title, a.Place)
		}
	})
}

func (h *school) read(at id.ID) (a *Activity) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) { a, err = h.ByID(ctx, r, h.home, at); return err }))
	return a
}

// attended is the first date: one comes, the other had said that she cannot.
func (h *school) attended(a *Activity, first, third *Seat) {
	h.t.Helper()
	s := &a.Sessions[0]
	come := func(code string) error {
		return h.with(first.ID, func(tx *db.Tx, a *Activity, x *Seat) error {
			return h.CheckIn(ctx, tx, x, &a.Sessions[0], code, 30*time.Minute)
		})
	}
	h.refused("two days before", come(s.Code), ErrTooEarly)
	h.env.Clock.Advance(48*time.Hour + time.Minute)
	h.refused("other digits", come("000"+s.Code), ErrBadCode)
	h.must(come(s.Code))
	h.must(come(s.Code))
	mark := func(there bool) error {
		return h.with(third.ID, func(tx *db.Tx, a *Activity, x *Seat) error {
			return h.Mark(ctx, tx, x, &a.Sessions[0], there, 0)
		})
	}
	h.must(mark(true))
	h.must(mark(false))
	h.refused("too late for an excuse", h.with(third.ID, func(tx *db.Tx, a *Activity, x *Seat) error { return h.Excuse(ctx, tx, x, &a.Sessions[0]) }), ErrBegun)
	thank := func(x *Seat) error {
		return h.update(func(tx *db.Tx) error { return h.Thank(ctx, tx, x, "谢谢老师") })
	}
	h.must(thank(first))
	h.refused("thanks without coming", thank(third), ErrNotCame)
	h.must(h.update(func(tx *db.Tx) error {
		on := *s
		if err := h.EndSession(ctx, tx, &on, SessionEnd{Held: true}); err != nil {
			return err
		}
		return h.Settle(ctx, tx, Settlement{Session: s.ID, Seat: first.ID, ID: tx.NewID(), Kind: Paid, Coins: 5_00, Seq: 1})
	}))
	h.refused("marked when it is settled", mark(true), ErrSessionOver)
	h.must(h.update(func(tx *db.Tx) error {
		x, err := h.Settled(ctx, tx, h.home, s.ID, first.ID)
		if err != nil {
			return err
		}
		return h.Undo(ctx, tx, x, "没有上", ByWords, 2)
	}))
	h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
		came, err := h.Attendance(ctx, r, h.home, a.ID)
		if err != nil {
			return err
		}
		if len(came) != 1 || came[0].Seat != first.ID || came[0].How != ByCode {
			h.t.Errorf("%+v", came)
		}
		settled, err := h.Settlements(ctx, r, h.home, a.ID)
		if err != nil {
			return err
		}
		if len(settled) != 1 || settled[0].UndoSeq != 2 {
			h.t.Errorf("%+v", settled)
		}
		excused, err := h.Excused(ctx, r, h.home, a.ID)
		if len(excused) != 1 || excused[[2]id.ID{s.ID, third.ID}].IsZero() {
			h.t.Errorf("%v", excused)
		}
		return err
	}))
}
