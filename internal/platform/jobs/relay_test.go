package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/jobs"
)

func TestANoteIsHandledAndTakenOffTheOutbox(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		o.Handle("test.note", o.keep)
		leave(t, env.DB, home, "test.note", "before")
		o.start()
		leave(t, env.DB, home, "test.note", "one", "two")
		leave(t, env.DB, away, "test.note", "three")
		leave(t, env.DB, id.Tilde, "test.note", "four")
		for _, c := range []id.ID{home, away, id.Tilde} {
			o.delivered(c)
		}
		got := o.handled()
		slices.Sort(got)
		if fmt.Sprint(got) != "[before four one three two]" {
			t.Errorf("handled %q", got)
		}
		until(t, "nothing waits", func() bool { s := o.Status(); return s.Waiting == 0 && s.Handled == 5 && s.Failed == 0 })
	})
}

func TestAClosureThatRefusesLeavesNoNote(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		o.Handle("test.note", o.keep)
		o.start()
		refusal := fault.New(fault.Conflict, "test.no")
		hold := make(chan struct{})
		var pending []db.Pending
		submit := func(fn func(tx *db.Tx) error) {
			p, err := env.Submit(ctx, home, db.System, fn)
			o.must(err)
			pending = append(pending, p)
		}
		// One batch: a note that stays stands beside one that is taken back.
		submit(func(*db.Tx) error { <-hold; return nil })
		submit(func(tx *db.Tx) error { return errors.Join(tx.Emit(ctx, "test.note", "refused"), refusal) })
		submit(func(tx *db.Tx) error { return tx.Emit(ctx, "test.note", "kept") })
		submit(func(tx *db.Tx) error { _ = tx.Emit(ctx, "test.note", "panicked"); panic("no") })
		close(hold)
		for i, p := range pending {
			if err := p.Wait(ctx); (err != nil) != (i == 1 || i == 3) {
				t.Errorf("closure %d: %v", i, err)
			}
		}
		until(t, "the other note is handled", func() bool { return len(o.handled()) > 0 })
		o.delivered(home)
		o.stop() // nothing is under way any more
		if got := o.handled(); fmt.Sprint(got) != "[kept]" {
			t.Errorf("handled %q", got)
		}
	})
}

func TestAHandlerThatFailsIsCalledAgain(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		var calls, panics atomic.Int64
		o.Handle("test.weak", func(ctx context.Context, community id.ID, payload string) error {
			if calls.Add(1) <= 2 {
				return errors.New("not today")
			}
			return o.keep(ctx, community, payload)
		})
		o.Handle("test.panic", func(ctx context.Context, community id.ID, payload string) error {
			if panics.Add(1) == 1 {
				panic("oh")
			}
			return o.keep(ctx, community, payload)
		})
		o.start()
		leave(t, env.DB, home, "test.weak", "weak")
		leave(t, env.DB, home, "test.panic", "panic")
		o.delivered(home)
		until(t, "all attempts are counted", func() bool { s := o.Status(); return s.Failed == 3 && s.Handled == 2 && len(s.Failing) == 0 })
		if calls.Load() != 3 || panics.Load() != 2 || len(o.handled()) != 2 {
			t.Errorf("%d and %d calls, handled %q", calls.Load(), panics.Load(), o.handled())
		}
	})
}

// A refusal "not now" is no failure; the pause it asks for is counted from now also
// where the clock on the wall is not UTC.
func TestNotNowIsNoFailure(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		var calls atomic.Int64
		o.Handle("test.busy", func(ctx context.Context, community id.ID, payload string) error {
			switch calls.Add(1) {
			case 1:
				return fmt.Errorf("wrapped: %w", db.ErrBusy.After(10*time.Millisecond))
			case 2:
				return db.ErrElsewhere.After(time.Hour)
			}
			return o.keep(ctx, community, payload)
		})
		o.start()
		leave(t, env.DB, home, "test.busy", "busy")
		o.delivered(home)
		if s := o.Status(); s.Failed != 0 || calls.Load() != 3 {
			t.Errorf("%d calls, status %+v", calls.Load(), s)
		}
	})
}

func TestAPoisonNoteStaysVisibleAndBlocksNobody(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 3) // fewer than there are poison notes
		o.Handle("test.note", o.keep)
		o.Handle("test.poison", func(context.Context, id.ID, string) error { return errors.New("it is poison") })
		poison := []string{"p1", "p2", "p3", "p4", "p5"}
		leave(t, env.DB, home, "test.poison", poison...)
		o.start()
		leave(t, env.DB, home, "test.note", "sound")
		until(t, "the sound note is handled", func() bool { return len(o.handled()) == 1 })
		until(t, "the others are seen to fail", func() bool { return len(o.Status().Failing) == len(poison) })
		slices.Sort(poison)
		left := waiting(t, env.DB, home)
		slices.Sort(left)
		until(t, "the sound note is off", func() bool { return len(waiting(t, env.DB, home)) == len(poison) })
		f := o.Status().Failing[0]
		if f.Community != home || f.Kind != "test.poison" || f.Times < 1 || f.Last != "it is poison" || f.Next.IsZero() || f.GivenUp {
			t.Errorf("failure: %+v", f)
		}
		// A process that comes next sees them too, before it tries them.
		o.stop()
		next := open(t, env.DB, dir, 3)
		next.Handle("test.poison", func(context.Context, id.ID, string) error { return db.ErrBusy.After(time.Minute) })
		next.start()
		until(t, "the next process sees them", func() bool { return len(next.Status().Failing) == len(poison) })
	})
}

func TestNotesThatNobodyHandlesStayAndAreReported(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		o.Handle("test.note", o.keep)
		o.start()
		leave(t, env.DB, home, "test.strange", "s1", "s2")
		leave(t, env.DB, home, "test.note", "plain")
		until(t, "the plain note is handled", func() bool { return len(o.handled()) == 1 })
		until(t, "both are counted", func() bool { return o.Status().Strange["test.strange"] == 2 })
		for i := range 20 { // each look reads the notes of the same moment again
			leave(t, env.DB, home, "test.note", fmt.Sprint(i))
			until(t, "it is handled", func() bool { return len(o.handled()) == i+2 })
			if n := o.Status().Strange["test.strange"]; n != 2 {
				t.Fatalf("%d strange notes, want still 2", n)
			}
		}
		if n := strings.Count(o.logged(), "nobody handles"); n != 1 {
			t.Errorf("the log tells it %d times:\n%s", n, o.logged())
		}
		o.stop()
		if left := waiting(t, env.DB, home); len(left) != 2 { // the stop wrote down what was done
			t.Errorf("the outbox holds %q", left)
		}
		next := open(t, env.DB, dir, 100)
		next.Handle("test.strange", next.keep)
		next.start()
		next.delivered(home)
		if got := next.handled(); len(got) != 2 {
			t.Errorf("handled %q", got)
		}
	})
}

func TestWithoutHandlersThereIsOnlyAReport(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		leave(t, env.DB, home, "test.strange", "s1")
		o.start()
		until(t, "it is reported", func() bool { return o.Status().Strange["test.strange"] == 1 })
		if _, err := os.Stat(filepath.Join(dir, jobs.FileName)); !os.IsNotExist(err) {
			t.Errorf("a job store: %v", err)
		}
	})
}

func TestMoreNotesThanMayBeUnderWay(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		const n, bound = 603, 150 // two pages
		o := open(t, env.DB, dir, bound)
		o.Handle("test.note", o.keep)
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint(i))
		}
		for some := range slices.Chunk(all, 100) {
			leave(t, env.DB, home, "test.note", some...)
		}
		o.start()
		var most int
		until(t, "all are handled", func() bool { most = max(most, o.Status().Waiting); return len(o.handled()) >= n })
		o.delivered(home)
		got := o.handled()
		slices.Sort(got)
		slices.Sort(all)
		if !slices.Equal(got, all) {
			t.Errorf("%d notes handled, want each of %d once", len(got), n)
		}
		if most > bound || most == 0 {
			t.Errorf("up to %d were under way, want at most %d", most, bound)
		}
	})
}
