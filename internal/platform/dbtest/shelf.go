package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"gongyi/internal/platform/db"
)

// shelf keeps migrated databases from test to test: the migrations, and even a copy of
// what they made, take PostgreSQL thirty times as long as emptying the tables.
var shelf struct {
	sync.Mutex
	free map[[sha256.Size]byte][]shelved
}

// shelved is an empty migrated database, with what its catalogue looked like.
type shelved struct{ name, catalogue string }

// migratedDatabase is an empty database with some tables. After the test it is emptied
// for the next one; one whose test failed, or changed the tables themselves, is dropped.
func migratedDatabase(t testing.TB, base string, schemas []db.Schema) string {
	t.Helper()
	ctx, key := context.Background(), sumOf(t, schemas)
	d, ok := unshelve(key)
	if !ok {
		d.name = newDatabase(t, base)
		d.catalogue = migrated(t, named(base, d.name), schemas)
	}
	t.Cleanup(func() {
		if t.Failed() || !emptied(ctx, base, d) {
			dropDatabase(ctx, base, d.name)
			return
		}
		shelf.Lock()
		defer shelf.Unlock()
		shelf.free[key] = append(shelf.free[key], d)
	})
	return named(base, d.name)
}

// files are embedded databases with tables and no rows: the migrations take SQLite a
// hundred times as long as a copy.
var files sync.Map // [sha256.Size]byte → func() ([]byte, error)

// migratedFolder is a folder with an empty embedded database with some tables.
func migratedFolder(t testing.TB, schemas []db.Schema) (dir string) {
	t.Helper()
	dir = t.TempDir()
	Lay(t, dir, schemas)
	return dir
}

// Lay puts an empty embedded database with some tables into a folder.
func Lay(t testing.TB, dir string, schemas []db.Schema) {
	t.Helper()
	made, _ := files.LoadOrStore(sumOf(t, schemas), sync.OnceValues(func() ([]byte, error) { return migratedFile(schemas) }))
	file, err := made.(func() ([]byte, error))()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, db.FileName), file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// migratedFile runs the migrations in a folder of its own.
func migratedFile(schemas []db.Schema) (file []byte, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "gongyi-tables-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(ctx, db.Options{Dir: dir, NoSync: true})
	if err != nil {
		return nil, err
	}
	_, err = d.Migrate(ctx, schemas)
	if err := errors.Join(err, d.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, db.FileName))
}

func unshelve(key [sha256.Size]byte) (d shelved, ok bool) {
	shelf.Lock()
	defer shelf.Unlock()
	if shelf.free == nil {
		shelf.free = make(map[[sha256.Size]byte][]shelved)
	}
	all := shelf.free[key]
	if len(all) == 0 {
		return d, false
	}
	shelf.free[key] = all[:len(all)-1]
	return all[len(all)-1], true
}

// migrated runs the migrations and tells what the catalogue looks like then.
func migrated(t testing.TB, address string, schemas []db.Schema) (catalogue string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: address, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(ctx, schemas); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if err := c.QueryRow(ctx, catalogueOf).Scan(&catalogue); err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// catalogueOf sums up every table, index and function of our own; a table made anew has
// another oid.
const catalogueOf = `SELECT md5(coalesce((SELECT string_agg(oid || relname || relnatts || relhastriggers, ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace), '')
	|| coalesce((SELECT string_agg(oid || proname, ',' ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace), ''))`

// emptied takes every row out of a database. It reports false if its tables are not what
// they were.
func emptied(ctx context.Context, base string, d shelved) bool {
	c, err := pgx.Connect(ctx, named(base, d.name))
	if err != nil {
		return false
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		return false
	}
	var now string
	if err := c.QueryRow(ctx, catalogueOf).Scan(&now); err != nil || now != d.catalogue {
		return false
	}
	_, err = c.Exec(ctx, `DO $$ DECLARE x RECORD; BEGIN
		FOR x IN SELECT oid::regclass AS name FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'goose_db_version' AND pg_relation_size(oid) > 0
		LOOP EXECUTE 'DELETE FROM ' || x.name; END LOOP; END $$`)
	return err == nil
}

// sumOf tells sets of migrations apart: tests have some of their own.
func sumOf(t testing.TB, schemas []db.Schema) (sum [sha256.Size]byte) {
	t.Helper()
	h := sha256.New()
	for _, s := range schemas {
		names, err := fs.Glob(s.FS, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(s.FS, name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "%s/%s %d\n%s", s.Owner, name, len(text), text)
		}
	}
	copy(sum[:], h.Sum(nil))
	return sum
}

// named is the address of another database of the same server.
func named(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		panic(err) // we made it, or it has been connected to
	}
	u.Path = "/" + name
	return u.String()
}
