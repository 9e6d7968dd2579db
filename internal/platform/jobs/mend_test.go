package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/jobs"
)

// noteIn is the only note in a community's outbox.
func noteIn(t *testing.T, d *db.DB, community id.ID) (n db.Note) {
	t.Helper()
	if err := d.View(ctx, community, func(r db.Reader) error {
		notes, err := db.Waiting(ctx, r, community, 2)
		if len(notes) != 1 {
			t.Fatalf("%d notes wait", len(notes))
		}
		n = notes[0]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatFailedIsTriedAgainOrDropped(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		var mended atomic.Bool
		var long atomic.Int64
		o.Handle("fragile", func(ctx context.Context, c id.ID, payload string) error {
			if !mended.Load() {
				return errors.New("the wire is down")
			}
			return o.keep(ctx, c, payload)
		})
		o.HandleLong("slow", time.Hour, func(ctx context.Context, _ id.ID, _ string) error {
			end, _ := ctx.Deadline()
			long.Store(int64(time.Until(end)))
			return nil
		})
		o.start()
		failing := func() bool { return len(o.Status().Failing) > 0 }
		leave(t, env.DB, home, "fragile", "one")
		until(t, "it fails", failing)
		if _, err := o.Drop(ctx, db.System, home, id.ID{9}); !errors.Is(err, jobs.ErrNoNote) {
			t.Error("a note that is not there:", err)
		}
		dropped, err := o.Drop(ctx, db.System, home, noteIn(t, env.DB, home).ID)
		if err != nil || dropped.Payload != "one" {
			t.Fatal("dropped", dropped, err)
		}
		if left := waiting(t, env.DB, home); len(left) > 0 || failing() {
			t.Errorf("after the drop %v waits, %v", left, o.Status().Failing)
		}
		leave(t, env.DB, home, "fragile", "two")
		until(t, "it fails too", failing)
		mended.Store(true)
		if err := o.Retry(ctx, home, noteIn(t, env.DB, home).ID); err != nil {
			t.Fatal(err)
		}
		until(t, "the second is done", func() bool { return len(waiting(t, env.DB, home)) == 0 })
		if got := o.handled(); len(got) != 1 || got[0] != "two" {
			t.Errorf("handled %v", got)
		}
		leave(t, env.DB, home, "slow", "x")
		until(t, "the slow one runs", func() bool { return long.Load() > 0 })
		if most := time.Duration(long.Load()); most < 59*time.Minute {
			t.Errorf("it may take %s", most)
		}
	})
}
