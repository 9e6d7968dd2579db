package shortage_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/shortage"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx  = context.Background()
	home = id.ID{1}
	anna = id.ID{3, 1}
	desk = db.Actor{Kind: "person", ID: id.ID{7}}
	nine = time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC)
)

// box is what a test keeps records in.
type box struct {
	dbtest.Env
	*shortage.Service
	t testing.TB
}

func inBox(t *testing.T, fn func(b *box)) {
	dbtest.Each(t, []db.Schema{db.Own, shortage.Schema}, func(t *testing.T, env dbtest.Env) {
		env.Clock.Set(nine.AddDate(0, 0, -2))
		fn(&box{env, shortage.New(), t})
	})
}

func (b *box) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// update does something as the desk, a second after the last thing.
func (b *box) update(fn func(tx *db.Tx) error) error {
	b.Clock.Advance(time.Second)
	return b.Update(ctx, home, desk, fn)
}

// warning is one as it stands in the database.
func (b *box) warning(which id.ID) (w *shortage.Warning) {
	b.t.Helper()
	b.must(b.View(ctx, home, func(r db.Reader) (err error) { w, err = b.ByID(ctx, r, home, which); return err }))
	return w
}

// TestAWarning: it is read again when something has changed, covers what lies in its hour,
// keeps what followed, and ends once.
func TestAWarning(t *testing.T) {
	inBox(t, func(b *box) {
		var which id.ID
		first := shortage.Figures{Booked: 120, Able: 60, Helpers: 1, Reserve: 60, Ratio: 2_000_000}
		b.must(b.update(func(tx *db.Tx) error {
			w, err := b.Warn(ctx, tx, shortage.Warning{Kind: "parcel", Hour: nine, Over: 300_000, Last: shortage.Reading{Figures: first}})
			if err == nil {
				which = w.ID
			}
			return err
		}))
		read := func(f shortage.Figures) error {
			return b.update(func(tx *db.Tx) error {
				w, err := b.ByID(ctx, tx, home, which)
				if err != nil {
					return err
				}
				return b.Read(ctx, tx, w, f)
			})
		}
		more := first
		more.Booked, more.Ratio = 180, 3_000_000
		b.must(read(first))
		b.must(read(more))
		if w := b.warning(which); w.Last.N != 2 || w.Last.Figures != more || !w.First.Before(w.Last.At) || w.End != nil {
			t.Errorf("after two readings %+v", w)
		}
		b.must(b.View(ctx, home, func(r db.Reader) error {
			for _, x := range []struct {
				kind     string
				from, to time.Duration
				covered  bool
			}{{"parcel", 0, 15, true}, {"parcel", -30, 30, true}, {"parcel", 59, 70, true}, {"parcel", -60, 0, false}, {"parcel", 60, 90, false}, {"meal", 0, 15, false}} {
				w, err := b.Covers(ctx, r, home, x.kind, nine.Add(x.from*time.Minute), nine.Add(x.to*time.Minute))
				if err != nil || (w != nil) != x.covered {
					t.Errorf("%s from %d to %d is covered by %v, %v", x.kind, x.from, x.to, w, err)
				}
			}
			return nil
		}))
		order := shortage.Order{Warning: which, Assignment: id.ID{8}, Request: id.ID{9}, Shop: id.ID{5}, Pool: 500, Seq: 12}
		b.must(b.update(func(tx *db.Tx) error { return b.TakeOrder(ctx, tx, order) }))
		b.must(b.update(func(tx *db.Tx) error { return b.TakeOrder(ctx, tx, order) }))
		if w := b.warning(which); w.Orders != 1 || w.Pool != 500 {
			t.Errorf("what followed: %d orders, %v of the pool", w.Orders, w.Pool)
		}
		end := func() error {
			return b.update(func(tx *db.Tx) error {
				w, err := b.ByID(ctx, tx, home, which)
				if err != nil {
					return err
				}
				return b.End(ctx, tx, w, shortage.Eased)
			})
		}
		b.must(end())
		if err := end(); !errors.Is(err, shortage.ErrEnded) {
			t.Errorf("ended twice: %v", err)
		}
		if err := read(first); !errors.Is(err, shortage.ErrEnded) {
			t.Errorf("read after its end: %v", err)
		}
		b.kept(which, first, order)
	})
}

// kept looks at what is left of a warning that eased: two readings, one order.
func (b *box) kept(which id.ID, first shortage.Figures, order shortage.Order) {
	b.t.Helper()
	t := b.t
	b.must(b.View(ctx, home, func(r db.Reader) error {
		standing, err := b.Standing(ctx, r, home)
		if err != nil || len(standing) != 0 {
			t.Errorf("still standing: %v, %v", standing, err)
		}
		past, err := b.History(ctx, r, home, nine, nine.Add(time.Hour), 0, 10)
		if err != nil || len(past) != 1 || past[0].End.Why != shortage.Eased || past[0].End.By != desk.String() {
			t.Errorf("history: %+v, %v", past, err)
		}
		if n, err := b.Count(ctx, r, home, nine, nine.Add(time.Hour)); n != 1 || err != nil {
			t.Errorf("counted %d, %v", n, err)
		}
		readings, err := b.Readings(ctx, r, home, which)
		if err != nil || len(readings) != 2 || readings[0].Figures != first {
			t.Errorf("readings: %+v, %v", readings, err)
		}
		orders, err := b.Orders(ctx, r, home, which)
		if err != nil || len(orders) != 1 || orders[0].Pool != 500 || orders[0].Shop != order.Shop {
			t.Errorf("orders: %+v, %v", orders, err)
		}
		if _, err := b.ByID(ctx, r, home, id.ID{77}); !errors.Is(err, shortage.ErrNotFound) {
			t.Errorf("a warning that is none: %v", err)
		}
		return nil
	}))
}

// TestACall: one of a kind stands at a time, it counts to whom it went, ends by the desk
// or with its last hour; a no holds for a while; who is forgotten leaves no trace.
func TestACall(t *testing.T) {
	inBox(t, func(b *box) {
		call := shortage.Call{Kind: "parcel", Skill: "errand.parcel", Words: "周四上午缺人", Hours: []time.Time{nine, nine.Add(time.Hour)}, Missing: 120}
		var which id.ID
		publish := func(c shortage.Call) error {
			return b.update(func(tx *db.Tx) error {
				made, err := b.Publish(ctx, tx, c)
				if err == nil {
					which = made.ID
				}
				return err
			})
		}
		wordy, hourless := call, call
		wordy.Words, hourless.Hours = strings.Repeat("啊", 101), nil
		for _, x := range []struct {
			call shortage.Call
			want error
		}{{hourless, shortage.ErrNoHours}, {wordy, shortage.ErrBadWords}, {call, nil}, {call, shortage.ErrCalled}} {
			if err := publish(x.call); !errors.Is(err, x.want) {
				t.Errorf("%q: %v, want %v", x.call.Words, err, x.want)
			}
		}
		month := period.Date(2026, 3, 10).Month()
		b.must(b.update(func(tx *db.Tx) error { return b.Ask(ctx, tx, which, anna, month) }))
		b.must(b.View(ctx, home, func(r db.Reader) error {
			standing, err := b.Calls(ctx, r, home, b.Clock.Now())
			if err != nil || len(standing) != 1 || standing[0].Asked != 1 || len(standing[0].Hours) != 2 || !standing[0].Hours[1].Equal(nine.Add(time.Hour)) || !standing[0].Until.Equal(nine.Add(2*time.Hour)) {
				t.Errorf("standing: %+v, %v", standing, err)
			}
			sent, err := b.Sent(ctx, r, home, month)
			if err != nil || sent[anna] != 1 {
				t.Errorf("sent: %v, %v", sent, err)
			}
			if over, err := b.Calls(ctx, r, home, nine.Add(2*time.Hour)); err != nil || len(over) != 0 {
				t.Errorf("after its last hour: %v, %v", over, err)
			}
			return nil
		}))
		end := func(words string) error {
			return b.update(func(tx *db.Tx) error { return b.EndCall(ctx, tx, which, words) })
		}
		if err := end(wordy.Words); !errors.Is(err, shortage.ErrBadWords) {
			t.Errorf("too many words: %v", err)
		}
		b.must(end("够人了"))
		if err := end(""); !errors.Is(err, shortage.ErrEnded) {
			t.Errorf("ended twice: %v", err)
		}
		today := period.Date(2026, 3, 10)
		if err := b.update(func(tx *db.Tx) error { return b.Decline(ctx, tx, "meal", " ", today) }); !errors.Is(err, shortage.ErrBadWords) {
			t.Errorf("a no without a reason: %v", err)
		}
		b.must(b.update(func(tx *db.Tx) error { return b.Decline(ctx, tx, "meal", "食堂会送", today) }))
		b.must(b.update(func(tx *db.Tx) error { return b.Forget(ctx, tx, anna) }))
		b.must(b.View(ctx, home, func(r db.Reader) error {
			for day, want := range map[period.Day]int{today: 1, today + shortage.DeclinedDays: 1, today + shortage.DeclinedDays + 1: 0} {
				if no, err := b.DeclinedOn(ctx, r, home, day); err != nil || len(no) != want {
					t.Errorf("on %v %v, %v", day, no, err)
				}
			}
			if told, err := b.SentTo(ctx, r, home, anna); err != nil || len(told) != 0 {
				t.Errorf("of who was forgotten: %v, %v", told, err)
			}
			past, err := b.PastCalls(ctx, r, home, 10)
			if err != nil || len(past) != 1 || past[0].End == nil || past[0].End.Words != "够人了" || past[0].Asked != 0 {
				t.Errorf("past calls: %+v, %v", past, err)
			}
			return nil
		}))
	})
}
