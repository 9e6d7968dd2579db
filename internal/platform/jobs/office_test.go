package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/jobs"
)

// TestMain stands where the program runs: eight hours east of the clock of the
// databases, which compare times as text.
func TestMain(m *testing.M) {
	time.Local = time.FixedZone("CST", 8*3600)
	os.Exit(m.Run())
}

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own}
	home    = id.ID{1}
	away    = id.ID{2}
)

// office is one instance with its jobs.
type office struct {
	*jobs.Jobs
	t   *testing.T
	db  *db.DB
	dir string
	log *bytes.Buffer

	mu  sync.Mutex
	got []string // payloads that were handled well, in their order
}

// open makes an office whose jobs are not yet wired.
func open(t *testing.T, d *db.DB, dir string, bound int) *office {
	o := &office{t: t, db: d, dir: dir, log: &bytes.Buffer{}}
	o.Jobs = jobs.New(jobs.Quick(jobs.Options{
		DB: d, Dir: dir, Log: slog.New(slog.NewTextHandler(&locked{o: o}, nil)),
		Communities: func(context.Context) ([]id.ID, error) { return []id.ID{home, away}, nil },
	}, bound))
	return o
}

// locked lets several goroutines write to the office's log.
type locked struct{ o *office }

func (l *locked) Write(p []byte) (int, error) {
	l.o.mu.Lock()
	defer l.o.mu.Unlock()
	return l.o.log.Write(p)
}

// each runs fn on both engines, with the folder for a file of jobs.
func each(t *testing.T, fn func(t *testing.T, env dbtest.Env, dir string), opts ...func(*db.Options)) {
	t.Helper()
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(t, env, t.TempDir()) }, opts...)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) start() *office {
	o.t.Helper()
	o.must(o.Start(ctx))
	o.t.Cleanup(o.stop)
	return o
}

func (o *office) stop() {
	o.t.Helper()
	limit, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := o.Stop(limit); err != nil {
		o.t.Error(err)
	}
}

// keep is a handler that notes down what it got.
func (o *office) keep(_ context.Context, _ id.ID, payload string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.got = append(o.got, payload)
	return nil
}

func (o *office) handled() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.got)
}

func (o *office) logged() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.log.String()
}

// leave puts notes into a community's outbox, all in one transaction.
func leave(t *testing.T, d *db.DB, community id.ID, kind string, payloads ...string) {
	t.Helper()
	err := d.Update(ctx, community, db.System, func(tx *db.Tx) error {
		for _, p := range payloads {
			if err := tx.Emit(ctx, kind, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// waiting are the payloads that stand in a community's outbox.
func waiting(t *testing.T, d *db.DB, community id.ID) (payloads []string) {
	t.Helper()
	err := d.View(ctx, community, func(r db.Reader) error {
		notes, err := db.Waiting(ctx, r, community, 100_000)
		for _, n := range notes {
			payloads = append(payloads, n.Payload)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return payloads
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(60 * time.Second)
	for tick := time.Tick(5 * time.Millisecond); !ok(); {
		select {
		case <-limit:
			t.Fatalf("not in time: %s", what)
		case <-tick:
		}
	}
}

// delivered waits until a community's outbox holds these notes and no others.
func (o *office) delivered(community id.ID, left ...string) {
	o.t.Helper()
	until(o.t, fmt.Sprintf("outbox holds %q only", left), func() bool {
		return strings.Join(waiting(o.t, o.db, community), " ") == strings.Join(left, " ")
	})
}

// loseStore destroys the job store of a stopped office.
func loseStore(t *testing.T, env dbtest.Env, dir string) {
	t.Helper()
	if env.Engine() == db.SQLite {
		for _, tail := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(filepath.Join(dir, jobs.FileName) + tail); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		return
	}
	conn, err := pgx.Connect(ctx, env.Options.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP SCHEMA "+jobs.Schema+" CASCADE"); err != nil {
		t.Fatal(err)
	}
}
