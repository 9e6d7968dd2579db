package town_test

import (
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/sim"
	"gongyi/internal/sim/town"

	"context"
)

// machine is what the town runs on. It fails: the same seed fails in the same way.
type machine struct {
	sim.System
	*flow.Flows // the town's
	t           testing.TB
	seed        uint64
	env         dbtest.Env
	held        *clock.Manual // the town's time
	last        time.Time     // of the step before
	until       int           // steps to the next restart
	often       int           // commits that fail, of a thousand

	mu      sync.Mutex
	r       *rand.Rand
	behind  time.Duration // how far the machine's own clock has jumped back
	failing bool

	lost            struct{ writes, answers int }
	jumps, restarts int
}

func newMachine(t testing.TB, seed uint64) *machine {
	return &machine{t: t, seed: seed, held: clock.NewManual(dbtest.Epoch), often: 5, r: rand.New(rand.NewPCG(seed, 3))}
}

// plain leaves out what costs most: rehearsals and the tracer have tests of their own.
func (m *machine) plain(o *db.Options) { o.Rehearse, o.Trace = false, nil }

// take moves the town onto the machine.
func (m *machine) take(env dbtest.Env) {
	m.env = env
	m.must(env.Close())
	m.open()
	m.until = 1_000
	m.t.Cleanup(func() { m.DB.Close() })
}

func (m *machine) open() {
	opt := m.env.Options
	opt.Clock, opt.Fault = m, m.fault
	opt.Entropy = dbtest.Entropy(byte(m.r.Uint32())) // another after each restart: ids must not repeat
	d, err := db.Open(ctx, opt)
	m.must(err)
	m.System = town.New(d, m.held)
	m.Flows = town.FlowsOf(m.System)
}

// restart ends the program and starts it again. What is derived is brought up to
// date before, as sweepers do all the time.
func (m *machine) restart() {
	m.derive()
	m.must(m.DB.Close())
	m.open()
	m.restarts++
}

// derive reads the entries that are new into the open books and the tables that
// follow them; a step that failed is taken again.
func (m *machine) derive() {
	follower := m.Follower()
	for _, p := range m.places() {
		m.again(func() (int, error) { return m.DeriveOpenBooks(ctx, p.ID, 500) })
		m.again(func() (int, error) { return m.DeriveTrade(ctx, p.ID, 500) })
		for _, name := range ledger.Followers {
			m.again(func() (int, error) { return follower.Step(ctx, p.ID, name, 500) })
		}
	}
}

// again takes steps until there is nothing left to do.
func (m *machine) again(step func() (int, error)) {
	for failed := 0; ; {
		switch n, err := step(); {
		case err != nil && failed == 20:
			m.t.Fatal(err)
		case err != nil:
			failed++
		case n == 0:
			return
		}
	}
}

// Now is the machine's clock. It shows the town's time, except after a jump.
func (m *machine) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held.Now().Add(-m.behind)
}

var errLost = errors.New("the machine failed")

// fault loses a write or an answer now and then. Some writes are lost with their
// connection, and the writer tries them again by itself; some to a full disk.
func (m *machine) fault(step db.Step) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.failing || m.r.IntN(1000) >= m.often {
		return nil
	}
	if step == db.AfterCommit {
		m.lost.answers++
		return errLost
	}
	m.lost.writes++
	switch m.r.IntN(8) {
	case 0:
		return driver.ErrBadConn
	case 1, 2:
		return syscall.ENOSPC
	}
	return errLost
}

// Found implements sim.System.
func (m *machine) Found(ctx context.Context, n *sim.Neighbourhood) error {
	err := m.System.Found(ctx, n)
	m.failing = true
	return err
}

// Apply implements sim.System. A step that happens at the instant of the one
// before it happens on a clock that has jumped back.
func (m *machine) Apply(ctx context.Context, s sim.Step) (sim.Outcome, error) {
	now := s.Where().Now
	still := now.Equal(m.last)
	if m.until--; m.until <= 0 && !still {
		m.restart()
		m.until = 2_000 + m.r.IntN(2_000)
	}
	if still {
		if err := m.jump(ctx, s.Where().Community); err != nil {
			return sim.Outcome{}, err
		}
		defer m.setBehind(0)
	}
	m.last = now
	return m.System.Apply(ctx, s)
}

// jump sets the clock back, after the community's writer has seen its time.
func (m *machine) jump(ctx context.Context, ref string) error {
	place, err := m.Communities.ByRef(ctx, m.DB, ref)
	if err != nil {
		return nil // no such community: nothing will happen
	}
	for { // it too may be lost
		if err := m.DB.Update(ctx, place.ID, db.System, func(*db.Tx) error { return nil }); err == nil {
			break
		}
	}
	m.jumps++
	m.setBehind(time.Duration(1+m.r.IntN(72)) * time.Hour)
	return nil
}

func (m *machine) setBehind(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.behind = d
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) places() []community.Place {
	all, err := m.Communities.List(ctx, m.DB, community.Community)
	m.must(err)
	return all
}

// each looks into the books of every community.
func (m *machine) each(look func(r db.Reader, p community.Place)) {
	for _, p := range m.places() {
		m.must(m.DB.View(ctx, p.ID, func(r db.Reader) error { look(r, p); return nil }))
	}
}
