package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/jobs"
)

// The job is done, and the process dies before the outbox knows: the next process
// does it again.
func TestACrashBetweenTheJobAndTheOutbox(t *testing.T) {
	var down atomic.Bool
	dies := func(o *db.Options) {
		o.Fault = func(step db.Step) error {
			if down.Load() && step == db.BeforeCommit {
				return errors.New("the machine is gone")
			}
			return nil
		}
	}
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		down.Store(false)
		t.Cleanup(func() { down.Store(false) })
		o := open(t, env.DB, dir, 100)
		o.Handle("test.crash", func(ctx context.Context, community id.ID, payload string) error {
			down.Store(true)
			return o.keep(ctx, community, payload)
		})
		leave(t, env.DB, home, "test.crash", "note")
		o.start()
		until(t, "the relay is in trouble", func() bool { return o.Status().Trouble[home] != "" })
		o.stop()
		down.Store(false)
		if left := waiting(t, env.DB, home); fmt.Sprint(left) != "[note]" {
			t.Fatalf("the outbox holds %q", left)
		}
		next := open(t, env.DB, dir, 100)
		next.Handle("test.crash", next.keep)
		next.start()
		next.delivered(home)
		if a, b := o.handled(), next.handled(); fmt.Sprint(a, b) != "[note] [note]" {
			t.Errorf("handled %q, then %q", a, b)
		}
	}, dies)
}

func TestAHandlerThatDoesNotEndIsCutOff(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		o := open(t, env.DB, dir, 100)
		begun, cut := make(chan struct{}, 1), make(chan struct{})
		o.Handle("test.note", func(ctx context.Context, _ id.ID, _ string) error {
			begun <- struct{}{}
			<-ctx.Done()
			close(cut)
			return ctx.Err()
		})
		o.must(o.Start(ctx))
		leave(t, env.DB, home, "test.note", "long")
		<-begun
		limit, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		if err := o.Stop(limit); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stopped with %v", err)
		}
		<-cut
		if left := waiting(t, env.DB, home); fmt.Sprint(left) != "[long]" {
			t.Errorf("the outbox holds %q", left)
		}
		o.must(o.Stop(ctx)) // again: nothing is left to stop
	})
}

func TestALostJobStoreIsFilledAgain(t *testing.T) {
	each(t, func(t *testing.T, env dbtest.Env, dir string) {
		for round, lose := range []func(){
			func() { loseStore(t, env, dir) },
			func() {
				if env.Engine() == db.Postgres {
					loseStore(t, env, dir)
				} else if err := os.WriteFile(filepath.Join(dir, jobs.FileName), []byte("this was a job store once"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
		} {
			o := open(t, env.DB, dir, 100)
			tried := make(chan struct{}, 1000)
			o.Handle("test.note", func(context.Context, id.ID, string) error {
				tried <- struct{}{}
				return errors.New("not yet")
			})
			o.start()
			leave(t, env.DB, home, "test.note", "one", "two", "three")
			for range 3 {
				<-tried
			}
			o.stop()
			lose()
			next := open(t, env.DB, dir, 100)
			next.Handle("test.note", next.keep)
			next.start()
			next.delivered(home)
			if got := next.handled(); len(got) != 3 {
				t.Errorf("round %d: handled %q", round, got)
			}
			next.stop()
		}
	})
}

// A process that was killed left jobs that run, and a leader: on one machine nobody
// waits for a sign of life from them.
func TestAProcessThatWasKilledIsNotWaitedFor(t *testing.T) {
	env, dir := dbtest.SQLite(t, schemas), t.TempDir()
	o := open(t, env.DB, dir, 100)
	tried := make(chan struct{}, 1000)
	o.Handle("test.note", func(context.Context, id.ID, string) error { tried <- struct{}{}; return errors.New("not yet") })
	o.start()
	leave(t, env.DB, home, "test.note", "note")
	<-tried
	o.stop()
	file, err := db.OpenBeside(filepath.Join(dir, jobs.FileName))
	o.must(err)
	for _, statement := range []string{
		"UPDATE river_job SET state = 'running'",
		"INSERT INTO river_leader (elected_at, expires_at, leader_id, name) VALUES ('2099-01-01', '2099-01-01', 'ghost', 'default')",
	} {
		_, err := file.ExecContext(ctx, statement)
		o.must(err)
	}
	o.must(file.Close())
	next := open(t, env.DB, dir, 100)
	next.Handle("test.note", next.keep)
	next.start()
	next.delivered(home)
	file, err = db.OpenBeside(filepath.Join(dir, jobs.FileName))
	o.must(err)
	defer file.Close()
	var ghosts int
	o.must(file.QueryRowContext(ctx, "SELECT count(*) FROM river_leader WHERE leader_id = 'ghost'").Scan(&ghosts))
	if ghosts != 0 {
		t.Error("the ghost still leads")
	}
}
