package db_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// A data directory may have any name: what is special in a URI is not in a name.
func TestADirectoryMayHaveAnyName(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"2025#1", "what?", "50%25", "账本 二", "a&b=c;d+e", "'quoted'"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			env := dbtest.SQLite(t, schemas, func(o *db.Options) { o.Dir = dir })
			if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, "a", 1) }); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, db.FileName)); err != nil {
				t.Error(err)
			}
			if got := keys(t, env.DB, home); got != "a" {
				t.Errorf("stored %q", got)
			}
			copied := filepath.Join(dir, "copy")
			if err := env.Backup(ctx, schemas, copied); err != nil {
				t.Error(err)
			}
		})
	}
}
