// Package dbtest runs a test on every engine: SQLite always, PostgreSQL from the
// machine's own server binaries, Citus when GONGYI_TEST_CITUS_URL is set.
//
// Closures run twice (db.Options.Rehearse), statements pass the tracer of
// docs/adr/0003, and time and randomness are the test's own.
package dbtest

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
)

// Epoch is where the clock of a test stands at first.
var Epoch = time.Date(2025, 10, 15, 10, 24, 0, 0, time.UTC)

// Env is an open, migrated, empty database and its clock.
type Env struct {
	*db.DB
	Clock   *clock.Manual
	Options db.Options
}

// Each runs fn as a subtest on every engine. opts may change the options.
func Each(t *testing.T, schemas []db.Schema, fn func(t *testing.T, env Env), opts ...func(*db.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		if os.Getenv("GONGYI_TEST_ENGINE") == "postgres" {
			t.Skip("GONGYI_TEST_ENGINE is postgres")
		}
		fn(t, open(t, schemas, db.Options{Dir: migratedFolder(t, schemas)}, opts))
	})
	t.Run("postgres", func(t *testing.T) {
		fn(t, open(t, schemas, db.Options{URL: migratedDatabase(t, server(t), schemas)}, opts))
	})
	t.Run("citus", func(t *testing.T) {
		url := os.Getenv("GONGYI_TEST_CITUS_URL")
		if url == "" {
			t.Skip("GONGYI_TEST_CITUS_URL is not set")
		}
		env := open(t, schemas, db.Options{URL: freshDatabase(t, url)}, opts)
		if err := env.Distribute(context.Background(), schemas); err != nil {
			t.Fatal(err)
		}
		fn(t, env)
	})
}

// SQLite opens an empty embedded database.
func SQLite(t testing.TB, schemas []db.Schema, opts ...func(*db.Options)) Env {
	t.Helper()
	return open(t, schemas, db.Options{Dir: migratedFolder(t, schemas)}, opts)
}

func open(t testing.TB, schemas []db.Schema, opt db.Options, opts []func(*db.Options)) Env {
	t.Helper()
	ctx := context.Background()
	held := clock.NewManual(Epoch)
	opt.Clock, opt.Entropy = held, Entropy(1)
	opt.NoSync, opt.Rehearse = true, true
	opt.Budget = 30 * time.Second // the race detector is slow, and rehearses
	opt.Trace = Tracer(t, schemas)
	for _, o := range opts {
		o(&opt)
	}
	d, err := db.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(ctx, schemas); err != nil {
		t.Fatal(err)
	}
	return Env{DB: d, Clock: held, Options: opt}
}

// Entropy is a stream of bytes that is the same for the same seed.
func Entropy(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }
