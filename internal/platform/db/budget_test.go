package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// still is an overlay that stages nothing.
type still struct{}

func (still) Mark() int                              { return 0 }
func (still) Revert(int)                             {}
func (still) Flush(context.Context, *db.Flush) error { return nil }
func (still) Committed()                             {}

func TestAClosureHasItsTimeAndLoadingDoesNotCount(t *testing.T) {
	env := dbtest.SQLite(t, schemas, func(o *db.Options) { o.Budget = 20 * time.Millisecond; o.Rehearse = false })
	ctx := context.Background()
	spend := func() {
		for began := time.Now(); time.Since(began) < 40*time.Millisecond; {
		}
	}
	err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { spend(); return put(ctx, tx, "a", 1) })
	if !errors.Is(err, db.ErrTooSlow) {
		t.Errorf("a slow closure: %v", err)
	}
	err = env.Update(ctx, home, db.System, func(tx *db.Tx) error {
		if _, err := db.OverlayOf(ctx, tx, "still", func(ctx context.Context, tx *db.Tx) (still, error) {
			spend()
			return still{}, put(ctx, tx, "b", 1)
		}); err != nil {
			return err
		}
		return put(ctx, tx, "c", 1)
	})
	if err != nil {
		t.Errorf("loading counted: %v", err)
	}
	if got := keys(t, env.DB, home); got != "b c" {
		t.Errorf("stored %q", got)
	}
}
