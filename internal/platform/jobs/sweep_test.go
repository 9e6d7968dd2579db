package jobs_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func TestASweepGoesThroughEveryCommunity(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		var mu sync.Mutex
		calls := make(map[id.ID]int)
		count := func(c id.ID) int { mu.Lock(); defer mu.Unlock(); calls[c]++; return calls[c] }
		of := func(c id.ID) int { mu.Lock(); defer mu.Unlock(); return calls[c] }
		o.Sweep("tidy", 10*time.Millisecond, func(ctx context.Context, community id.ID) error {
			switch n := count(community); {
			case community == home && n == 1:
				panic("dust")
			case community == home && n <= 3:
				return errors.New("the broom is broken")
			}
			return env.Update(ctx, community, db.System, func(*db.Tx) error { return nil })
		})
		o.start()
		until(t, "both were swept often", func() bool { return of(home) > 5 && of(away) > 5 })
		until(t, "it went well at last", func() bool {
			s := o.Status().Sweeps[0]
			return s.Name == "tidy" && s.Places == 2 && len(s.Failed) == 0 && s.At.Equal(env.Clock.Now())
		})
		o.stop()
		if of(id.Tilde) != 0 {
			t.Error("nobody lives under ~")
		}
	})
}

func TestASweepThatFailsIsSeen(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		o.Sweep("tidy", 10*time.Millisecond, func(_ context.Context, community id.ID) error {
			if community == away {
				return errors.New("locked")
			}
			return nil
		})
		o.start()
		until(t, "the failure is told", func() bool { return o.Status().Sweeps[0].Failed[away] == "locked" })
		if f := o.Status().Sweeps[0].Failed; len(f) != 1 {
			t.Errorf("failed in %v", f)
		}
	})
}
