package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// waiting are the notes of a community.
func waiting(t *testing.T, d *db.DB, after id.ID) (notes []db.Note) {
	t.Helper()
	err := d.View(context.Background(), home, func(r db.Reader) (err error) {
		notes, err = db.WaitingAfter(context.Background(), r, home, after, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return notes
}

func TestWhoListensHearsOfNotesAfterTheCommit(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		ctx := context.Background()
		var heard []string
		env.OnEmitted(func(community id.ID) {
			heard = append(heard, fmt.Sprintf("%x: %d", community[:1], len(waiting(t, env.DB, id.ID{}))))
		})
		emit := func(err error, n int) error {
			return env.Update(ctx, home, db.System, func(tx *db.Tx) error {
				for i := range n {
					if e := tx.Emit(ctx, "test", fmt.Sprint(i)); e != nil {
						return e
					}
				}
				return err
			})
		}
		refusal := fault.New(fault.Conflict, "test.no")
		for _, c := range []struct {
			err error
			n   int
		}{{nil, 2}, {refusal, 1}, {nil, 0}, {nil, 3}} {
			if err := emit(c.err, c.n); !errors.Is(err, c.err) {
				t.Fatal(err)
			}
		}
		env.OnEmitted(nil)
		if err := emit(nil, 1); err != nil {
			t.Fatal(err)
		}
		if want := []string{"01: 2", "01: 5"}; !slices.Equal(heard, want) {
			t.Errorf("heard %q, want %q", heard, want)
		}
	})
}

func TestNotesAreReadInPagesAndTakenOff(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		ctx := context.Background()
		const n = 150 // more than one statement takes off
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error {
			for i := range n {
				if err := tx.Emit(ctx, "test", fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		all := waiting(t, env.DB, id.ID{})
		if len(all) != n || all[0].At != dbtest.Epoch.UnixMicro() {
			t.Fatalf("%d notes, the first %+v", len(all), all[0])
		}
		if rest := waiting(t, env.DB, all[99].ID); !slices.Equal(rest, all[100:]) {
			t.Errorf("behind the hundredth there are %d", len(rest))
		}
		var off []id.ID
		for _, note := range all[:n-1] {
			off = append(off, note.ID)
		}
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return db.Delivered(ctx, tx, off...) }); err != nil {
			t.Fatal(err)
		}
		if left := waiting(t, env.DB, id.ID{}); !slices.Equal(left, all[n-1:]) {
			t.Errorf("%d are left", len(left))
		}
		for _, c := range []struct {
			note  db.Note
			found bool
		}{{all[0], false}, {all[n-1], true}} {
			if err := env.View(ctx, home, func(r db.Reader) error {
				got, found, err := db.FindNote(ctx, r, home, c.note.ID)
				if found != c.found || found && got != c.note {
					t.Errorf("found %v %+v, want %v", found, got, c.found)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
