package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// pad is a small module for these tests: one table and one staged counter.
var pad = db.Schema{
	Owner:  "test",
	Tables: []db.Table{{Name: "pad", Placement: db.Distributed}},
	FS: fstest.MapFS{"90001_pad.sql": {Data: []byte(`-- +goose Up
CREATE TABLE pad (community_id BYTEA NOT NULL, k TEXT NOT NULL, v BIGINT NOT NULL, PRIMARY KEY (community_id, k));`)}},
}

var schemas = []db.Schema{db.Own, pad}

var home = id.ID{1}

const upsert = "INSERT INTO pad (community_id, k, v) VALUES (?, ?, ?) ON CONFLICT (community_id, k) DO UPDATE SET v = excluded.v"

func put(ctx context.Context, tx *db.Tx, k string, v int) error {
	_, err := tx.Exec(ctx, upsert, tx.Community[:], k, v)
	return err
}

func keys(t *testing.T, d *db.DB, community id.ID) string {
	t.Helper()
	var got []string
	err := d.View(context.Background(), community, func(r db.Reader) error {
		return db.All(context.Background(), r, &got, "SELECT k FROM pad WHERE community_id = ? ORDER BY k", community[:])
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, " ")
}

func TestARefusalTakesBackItsClosureAlone(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		ctx := context.Background()
		refusal := fault.New(fault.Conflict, "test.no")
		var pending []db.Pending
		hold := make(chan struct{})
		submit := func(fn func(tx *db.Tx) error) {
			t.Helper()
			p, err := env.Submit(ctx, home, db.System, fn)
			if err != nil {
				t.Fatal(err)
			}
			pending = append(pending, p)
		}
		// The first closure keeps the writer busy, so that the others share a batch.
		submit(func(*db.Tx) error { <-hold; return nil })
		submit(func(tx *db.Tx) error { return put(ctx, tx, "a", 1) })
		submit(func(tx *db.Tx) error { return errors.Join(put(ctx, tx, "b", 1), refusal) })
		submit(func(tx *db.Tx) error { _ = put(ctx, tx, "c", 1); panic("poison") })
		submit(func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO pad (community_id, k, v) VALUES (?, ?, ?)", tx.Community[:], "d", nil)
			return err
		})
		submit(func(tx *db.Tx) error { return put(ctx, tx, "e", 1) })
		close(hold)
		var got []string
		for _, p := range pending {
			err := p.Wait(ctx)
			switch {
			case err == nil:
				got = append(got, "ok")
			case errors.Is(err, refusal):
				got = append(got, "refused")
			case strings.Contains(err.Error(), "poison"):
				got = append(got, "panicked")
			default:
				got = append(got, "failed")
			}
		}
		if s := strings.Join(got, " "); s != "ok ok refused panicked failed ok" {
			t.Errorf("outcomes: %s", s)
		}
		if s := keys(t, env.DB, home); s != "a e" {
			t.Errorf("stored: %q, want a e", s)
		}
	})
}

func TestManyCallersShareCommits(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				for j := range 5 {
					if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error {
						return put(ctx, tx, fmt.Sprintf("%02d-%d", i, j), i)
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(strings.Fields(keys(t, env.DB, home))); n != 320 {
			t.Errorf("%d rows, want 320", n)
		}
		if batches := env.Stats().Batches.Load(); batches >= 320 {
			t.Errorf("%d commits for 320 closures: nothing was shared", batches)
		}
	})
}

func TestACancelledRequestIsDroppedBeforeItStarts(t *testing.T) {
	env := dbtest.SQLite(t, schemas)
	ctx, cancel := context.WithCancel(context.Background())
	hold := make(chan struct{})
	first, err := env.Submit(context.Background(), home, db.System, func(*db.Tx) error { <-hold; return nil })
	if err != nil {
		t.Fatal(err)
	}
	ran := false
	second, err := env.Submit(ctx, home, db.System, func(*db.Tx) error { ran = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	close(hold)
	if err := first.Wait(context.Background()); err != nil {
		t.Error(err)
	}
	if err := second.Wait(context.Background()); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("got %v, ran %v", err, ran)
	}
}

func TestAFullQueueIsRefusedWithATime(t *testing.T) {
	env := dbtest.SQLite(t, schemas, func(o *db.Options) { o.Queue = 2; o.MaxBatch = 1 })
	hold, running := make(chan struct{}), make(chan struct{})
	var once sync.Once
	block := func(*db.Tx) error { once.Do(func() { close(running) }); <-hold; return nil }
	var pending []db.Pending
	for i := range 4 {
		p, err := env.Submit(context.Background(), home, db.System, block)
		if i == 0 {
			<-running
		}
		if i < 3 {
			if err != nil {
				t.Fatal(err)
			}
			pending = append(pending, p)
			continue
		}
		if f := fault.Of(err); f == nil || !errors.Is(err, db.ErrBusy) || f.Retry <= 0 {
			t.Errorf("got %v, want busy with a time", err)
		}
	}
	close(hold)
	for _, p := range pending {
		if err := p.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func TestCloseAnswersWhoWaits(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		ctx := context.Background()
		var acknowledged atomic.Int64
		var wg sync.WaitGroup
		for i := range 100 {
			p, err := env.Submit(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, fmt.Sprint(1000+i), 1) })
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if p.Wait(ctx) == nil {
					acknowledged.Add(1)
				}
			})
		}
		if err := env.Close(); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if err := env.Update(ctx, home, db.System, func(*db.Tx) error { return nil }); !errors.Is(err, db.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := env.View(ctx, home, func(db.Reader) error { return nil }); !errors.Is(err, db.ErrClosed) {
			t.Errorf("a reader after Close: %v", err)
		}
		again, err := db.Open(ctx, env.Options)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if n := len(strings.Fields(keys(t, again, home))); n != 100 || acknowledged.Load() != 100 {
			t.Errorf("%d stored, %d acknowledged, want 100", n, acknowledged.Load())
		}
	})
}

// "Write lost" and "answer lost" are different faults (docs/adr/0001).
func TestFaultsAtCommit(t *testing.T) {
	for _, c := range []struct {
		step   db.Step
		stored string
	}{{db.BeforeCommit, ""}, {db.AfterCommit, "a"}} {
		t.Run(string(c.step), func(t *testing.T) {
			var broken atomic.Bool
			dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
				ctx := context.Background()
				broken.Store(true)
				err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, "a", 1) })
				broken.Store(false)
				if err == nil {
					t.Error("no error")
				}
				if got := keys(t, env.DB, home); got != c.stored {
					t.Errorf("stored %q, want %q", got, c.stored)
				}
				if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, "a", 2) }); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			}, func(o *db.Options) {
				o.Fault = func(s db.Step) error {
					if broken.Load() && s == c.step {
						return errors.New("injected")
					}
					return nil
				}
			})
		})
	}
}

func TestASecondProcessIsRefusedByName(t *testing.T) {
	env := dbtest.SQLite(t, schemas)
	_, err := db.Open(context.Background(), env.Options)
	f := fault.Of(err)
	if f == nil || !errors.Is(err, db.ErrLocked) || !strings.Contains(fmt.Sprint(f.Details["holder"]), "pid") {
		t.Fatalf("got %v", err)
	}
	reader := env.Options
	reader.ReadOnly = true
	second, err := db.Open(context.Background(), reader)
	if err != nil {
		t.Fatalf("a reader must be let in: %v", err)
	}
	defer second.Close()
	if err := second.Update(context.Background(), home, db.System, func(*db.Tx) error { return nil }); !errors.Is(err, db.ErrReadOnly) {
		t.Errorf("a reader may write: %v", err)
	}
}

func TestAnOwnerThatWasReplacedWritesNothingMore(t *testing.T) {
	ctx := context.Background()
	url := dbtest.PostgresURL(t)
	open := func(address string) *db.DB {
		d, err := db.Open(ctx, db.Options{URL: url, Address: address, Lease: 400 * time.Millisecond, NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := open("first:1")
	defer first.Close()
	if _, err := first.Migrate(ctx, schemas); err != nil {
		t.Fatal(err)
	}
	remember := db.NewMemo(10, func(ctx context.Context, tx *db.Tx, k string) (int, error) {
		var v int
		err := db.One(ctx, tx, &v, "SELECT v FROM pad WHERE community_id = ? AND k = ?", tx.Community[:], k)
		return v, err
	})
	increment := func(d *db.DB) error {
		return d.Update(ctx, home, db.System, func(tx *db.Tx) error {
			v, err := remember.Get(ctx, tx, "n")
			if err != nil {
				return err
			}
			if err := put(ctx, tx, "n", v+1); err != nil {
				return err
			}
			return remember.Put(ctx, tx, "n", v+1)
		})
	}
	if err := first.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, "n", 0) }); err != nil {
		t.Fatal(err)
	}
	if err := increment(first); err != nil {
		t.Fatal(err)
	}
	second := open("second:1")
	defer second.Close()
	err := increment(second)
	if f := fault.Of(err); !errors.Is(err, db.ErrElsewhere) || f.Details["address"] != "first:1" {
		t.Fatalf("want a pointer to the owner, got %v", err)
	}
	first.Freeze(true) // as if the process hung: it neither renews nor notices
	deadline := time.Now().Add(10 * time.Second)
	for err = increment(second); errors.Is(err, db.ErrElsewhere) && time.Now().Before(deadline); err = increment(second) {
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		t.Fatalf("no takeover: %v", err)
	}
	first.Freeze(false)
	if err := increment(first); !errors.Is(err, db.ErrElsewhere) {
		t.Errorf("the replaced owner: %v", err)
	}
	if err := increment(second); err != nil {
		t.Error(err)
	}
	var n int
	if err := second.View(ctx, home, func(r db.Reader) error {
		return db.One(ctx, r, &n, "SELECT v FROM pad WHERE community_id = ? AND k = 'n'", home[:])
	}); err != nil || n != 3 {
		t.Errorf("n = %d (%v), want 3: an update was lost or doubled", n, err)
	}
}
