package db_test

import (
	"database/sql"
	"testing"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// Commits wait for the disk unless something else is said, and wait again afterwards.
func TestSyncEach(t *testing.T) {
	env := dbtest.SQLite(t, schemas, func(o *db.Options) { o.Dir, o.NoSync, o.Rehearse = t.TempDir(), false, false })
	how := func() (level int) {
		t.Helper()
		if err := env.Update(t.Context(), home, db.System, func(tx *db.Tx) error {
			return db.Each(t.Context(), tx, func(rows *sql.Rows) error { return rows.Scan(&level) }, "PRAGMA synchronous")
		}); err != nil {
			t.Fatal(err)
		}
		return level
	}
	for _, step := range []struct {
		each bool
		want int // SQLite's number: 1 is NORMAL, 2 FULL
	}{{true, 2}, {false, 1}, {true, 2}} {
		if err := env.SyncEach(t.Context(), step.each); err != nil {
			t.Fatal(err)
		}
		if got := how(); got != step.want {
			t.Errorf("each %v: synchronous is %d, want %d", step.each, got, step.want)
		}
	}
}
