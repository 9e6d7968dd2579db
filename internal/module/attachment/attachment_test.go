package attachment

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func TestAFileIsKept(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		ctx, home, s := context.Background(), id.ID{1}, New()
		f, err := Document("章程.pdf", scan("x"))
		if err != nil {
			t.Fatal(err)
		}
		update := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := env.Update(ctx, home, db.System, fn); err != nil {
				t.Fatal(err)
			}
		}
		refused := func(says string, community, file id.ID, want *fault.Fault) {
			t.Helper()
			err := env.View(ctx, community, func(r db.Reader) error { _, err := s.ByID(ctx, r, community, file); return err })
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", says, err, want)
			}
		}
		var kept, other, spoilt id.ID
		update(func(tx *db.Tx) (err error) {
			for _, to := range []*id.ID{&kept, &other, &spoilt} {
				if *to, err = s.Add(ctx, tx, f); err != nil {
					return err
				}
			}
			_, err = tx.Exec(ctx, "UPDATE attachment SET content = ? WHERE community_id = ? AND id = ?", []byte("changed"), home[:], spoilt[:])
			return err
		})
		err = env.View(ctx, home, func(r db.Reader) error {
			got, err := s.ByID(ctx, r, home, kept)
			if err != nil || !bytes.Equal(got.Content, f.Content) || got.Sum() != f.Sum() || !got.At.Equal(dbtest.Epoch) {
				t.Errorf("%+v, %v", got, err)
			}
			facts, err := s.Facts(ctx, r, home, kept)
			if err != nil || facts.Content != nil || facts.Name != "章程.pdf" || facts.Size != f.Size {
				t.Errorf("%+v, %v", facts, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		refused("in another community", id.ID{2}, kept, ErrNotFound)
		refused("changed beneath us", home, spoilt, ErrChanged)
		update(func(tx *db.Tx) error { return s.Drop(ctx, tx, kept, spoilt) })
		refused("dropped", home, kept, ErrNotFound)
		update(func(tx *db.Tx) error { return s.Drop(ctx, tx, kept) })
		err = env.View(ctx, home, func(r db.Reader) error {
			return db.Each(ctx, r, func(rows *sql.Rows) error {
				var left id.ID
				err := rows.Scan(&left)
				if left != other {
					t.Errorf("%s lies there still", left)
				}
				return err
			}, "SELECT id FROM attachment WHERE community_id = ?", home[:])
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
