package jobs_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// two opens two instances on one PostgreSQL: the first writes home, the second away.
func two(t *testing.T) (*db.DB, *db.DB) {
	t.Helper()
	url := dbtest.PostgresURL(t)
	var all [2]*db.DB
	for i, community := range []id.ID{home, away} {
		d, err := db.Open(ctx, db.Options{URL: url, NoSync: true, Entropy: dbtest.Entropy(byte(i)), Address: fmt.Sprintf("host-%d:80", i), Budget: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		if i == 0 {
			if _, err := d.Migrate(ctx, schemas); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Update(ctx, community, db.System, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		all[i] = d
	}
	return all[0], all[1]
}

// tally counts how often each note was handled, by anybody.
type tally struct {
	mu    sync.Mutex
	times map[string]int
}

// write is a handler that needs the community's writer: one that the note names, or
// the note's own.
func (y *tally) write(d *db.DB, where *id.ID) func(context.Context, id.ID, string) error {
	return func(ctx context.Context, community id.ID, payload string) error {
		if where != nil {
			community = *where
		}
		if err := d.Update(ctx, community, db.System, func(*db.Tx) error { return nil }); err != nil {
			return err
		}
		y.mu.Lock()
		defer y.mu.Unlock()
		y.times[payload]++
		return nil
	}
}

func TestTwoInstancesDeliverEveryNote(t *testing.T) {
	d1, d2 := two(t)
	all := &tally{times: make(map[string]int)}
	var offices []*office
	for _, d := range []*db.DB{d1, d2} {
		o := open(t, d, "", 100)
		o.Handle("test.note", all.write(d, nil))
		offices = append(offices, o)
	}
	var started sync.WaitGroup // both make the tables of the job store
	for _, o := range offices {
		started.Go(func() { o.start() })
	}
	started.Wait()
	var want []string
	for i := range 40 {
		a, b := fmt.Sprintf("home %02d", i), fmt.Sprintf("away %02d", i)
		leave(t, d1, home, "test.note", a)
		leave(t, d2, away, "test.note", b)
		want = append(want, a, b)
	}
	offices[0].delivered(home)
	offices[1].delivered(away)
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(all.times)); !slices.Equal(got, want) {
		t.Errorf("handled %q", got)
	}
	for _, o := range offices {
		if s := o.Status(); s.Failed != 0 || len(s.Failing) != 0 {
			t.Errorf("failures: %+v", s)
		}
	}
}

// The note is at home with one instance, and what it asks for is the other's to
// write: the other does it, and the first takes it off.
func TestWorkForTheOtherInstance(t *testing.T) {
	d1, d2 := two(t)
	all := &tally{times: make(map[string]int)}
	o1, o2 := open(t, d1, "", 100), open(t, d2, "", 100)
	o1.Handle("test.visit", all.write(d1, &away))
	o2.Handle("test.visit", all.write(d2, &away))
	o1.start()
	o2.start()
	for i := range 10 {
		leave(t, d1, home, "test.visit", fmt.Sprint("note ", i))
	}
	o1.delivered(home)
	if len(all.times) != 10 {
		t.Errorf("handled %v", all.times)
	}
	if n := o1.Status().Handled; n != 0 {
		t.Errorf("the first instance says it handled %d", n)
	}
}

func TestNotesOfAnOwnerWhoIsGone(t *testing.T) {
	d1, d2 := two(t)
	leave(t, d1, home, "test.note", "one", "two")
	o := open(t, d2, "", 100)
	o.Handle("test.note", o.keep)
	o.start()
	until(t, "somebody looked at home", func() bool { address, err := d2.Route(ctx, home); return err == nil && address != "" })
	if got := o.handled(); len(got) != 0 {
		t.Errorf("handled %q while the owner lives", got)
	}
	if err := d1.Close(); err != nil {
		t.Fatal(err)
	}
	o.delivered(home)
	if got := o.handled(); len(got) != 2 {
		t.Errorf("handled %q", got)
	}
}
