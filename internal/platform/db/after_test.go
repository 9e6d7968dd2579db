package db_test

import (
	"context"
	"errors"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// A closure that is rehearsed, refused or run calls what it asked for as often as
// it became durable: once or never.
func TestAfterIsCalledOnceAndOnlyWhenDurable(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own}, func(t *testing.T, env dbtest.Env) {
		refused := errors.New("no")
		for name, c := range map[string]struct {
			err  error
			want int
		}{"kept": {nil, 1}, "refused": {refused, 0}} {
			calls := 0
			err := env.Update(context.Background(), id.Tilde, db.System, func(tx *db.Tx) error {
				if err := tx.After(context.Background(), func() { calls++ }); err != nil {
					return err
				}
				return c.err
			})
			if !errors.Is(err, c.err) || calls != c.want {
				t.Errorf("%s: called %d times, want %d; %v", name, calls, c.want, err)
			}
		}
	})
}
