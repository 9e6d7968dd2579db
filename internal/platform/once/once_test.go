package once_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/once"
)

var ctx = context.Background()

func TestATokenCountsOnce(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, once.Schema}, func(t *testing.T, env dbtest.Env) {
		use := func(who id.ID, token string) (first bool, err error) {
			err = env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) { first, err = once.First(ctx, tx, who, token); return err })
			return first, err
		}
		var firsts atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if first, err := use(id.ID{1}, "t"); err != nil {
					t.Error(err)
				} else if first {
					firsts.Add(1)
				}
			})
		}
		all.Wait()
		if firsts.Load() != 1 {
			t.Errorf("%d of fifty were first", firsts.Load())
		}
		if first, err := use(id.ID{2}, "t"); err != nil || !first {
			t.Errorf("another person's: %v, %v", first, err)
		}
		if _, err := use(id.ID{1}, ""); !errors.Is(err, once.ErrNoToken) {
			t.Errorf("no token: %v", err)
		}
		refused := errors.New("the form is refused")
		_ = env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			_, err := once.First(ctx, tx, id.ID{3}, "u")
			return errors.Join(err, refused)
		})
		if first, err := use(id.ID{3}, "u"); err != nil || !first {
			t.Errorf("after a refusal: %v, %v", first, err)
		}
		env.Clock.Advance(once.Kept + time.Second)
		if err := env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return once.Tidy(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		if first, _ := use(id.ID{1}, "t"); !first {
			t.Error("an old token is remembered")
		}
	})
}
