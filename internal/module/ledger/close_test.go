package ledger_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

func (b *books) bookedOn(day period.Day) (got period.Day) {
	b.t.Helper()
	b.must(b.update(func(tx *db.Tx) (err error) { got, err = b.BookedOn(ctx, tx, day); return err }))
	return got
}

func (b *books) closeDay(day, today period.Day) error {
	return b.update(func(tx *db.Tx) error { return b.CloseDay(ctx, tx, day, today) })
}

// D5: what belongs to a closed day is booked on the first open one.
func TestCloseDay(t *testing.T) {
	each(t, func(b *books) {
		if got := b.bookedOn(monday - 400); got != monday-400 {
			b.t.Errorf("before any close an old purchase is booked on %s", got)
		}
		b.refused("a day that is not over", b.closeDay(monday, monday), ledger.ErrDayNotOver)
		b.must(b.closeDay(monday-3, monday))
		_, err := b.post(pays("p1", shop(1), 1_00))
		b.must(err)
		b.later(24 * time.Hour)
		b.must(b.closeDay(monday, monday+1)) // two days at once stay open no longer
		check := func(when string) {
			b.t.Helper()
			for day, want := range map[period.Day]period.Day{monday - 5: monday + 1, monday: monday + 1, monday + 1: monday + 1, monday + 2: monday + 2} {
				if got := b.bookedOn(day); got != want {
					b.t.Errorf("%s: %s is booked on %s, want %s", when, day, got, want)
				}
			}
			b.refused(when+", closed again", b.closeDay(monday, monday+1), ledger.ErrAlreadyClosed)
			b.refused(when+", closed before", b.closeDay(monday-1, monday+1), ledger.ErrAlreadyClosed)
			_, err := b.post(pays("p2", shop(1), 1_00))
			b.refused(when+", booked on a closed day", err, ledger.ErrDayClosed)
		}
		check("at once")
		b.restart()
		check("after a restart")
		b.view(func(r db.Reader) error {
			c, ok, err := b.LastClosing(ctx, r, b.home)
			if !ok || c.Day != monday || c.Size != 1 || !c.ClosedAt.Equal(b.env.Clock.Now()) || c.ClosedBy != db.System.Kind {
				b.t.Errorf("%+v %v", c, ok)
			}
			return err
		})
	})
}

// A close counts what its own batch posted before it, and a refusal after it
// opens the day again.
func TestCloseDayWithinABatch(t *testing.T) {
	each(t, func(b *books) {
		b.later(24 * time.Hour)
		post := func(key string, day period.Day) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				p := pays(key, shop(1), 1_00)
				p.BookedOn = day
				_, err := b.Post(ctx, tx, p)
				return err
			}
		}
		refusal := fault.New(fault.Conflict, "test.no")
		errs := b.together(
			post("p1", monday),
			func(tx *db.Tx) error { return errors.Join(b.CloseDay(ctx, tx, monday, monday+1), refusal) },
			post("p2", monday),
			func(tx *db.Tx) error { return b.CloseDay(ctx, tx, monday, monday+1) },
			post("p3", monday),
			post("p4", monday+1),
		)
		for i, want := range []*fault.Fault{nil, refusal, nil, nil, ledger.ErrDayClosed, nil} {
			if want == nil {
				b.must(errs[i])
			} else {
				b.refused("within the batch", errs[i], want)
			}
		}
		b.view(func(r db.Reader) error {
			c, ok, err := b.LastClosing(ctx, r, b.home)
			if !ok || c.Size != 2 {
				b.t.Errorf("closed with %d entries, want 2", c.Size)
			}
			return err
		})
		if n := len(b.entries()); n != 3 {
			b.t.Errorf("%d entries, want 3", n)
		}
		b.wholeLog()
	})
}
