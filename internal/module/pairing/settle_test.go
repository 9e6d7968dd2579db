package pairing_test

import (
	"flag"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// street is two communities and what the one has not heard of the other yet.
type street struct {
	env   dbtest.Env
	s     *pairing.Service
	sides [2]id.ID
	mu    sync.Mutex
	news  []pairing.News
}

func (w *street) across(from id.ID) id.ID {
	if from == w.sides[0] {
		return w.sides[1]
	}
	return w.sides[0]
}

// does lets a community do something; what it says waits for the other.
func (w *street) does(at id.ID, do func(tx *db.Tx) (*pairing.Pairing, pairing.Step, error)) error {
	var said []pairing.News
	err := w.env.Update(ctx, at, desk, func(tx *db.Tx) error {
		said = nil
		p, step, err := do(tx)
		if err == nil && p != nil {
			said = append(said, p.NewsOf(at, step))
		}
		return err
	})
	if err == nil {
		w.mu.Lock()
		w.news = append(w.news, said...)
		w.mu.Unlock()
	}
	return err
}

func (w *street) propose(at id.ID, which byte, limit money.Amount) error {
	return w.does(at, func(tx *db.Tx) (*pairing.Pairing, pairing.Step, error) {
		return w.s.Propose(ctx, tx, id.ID{which}, w.across(at), pairing.Terms{Limit: limit, Month: 1_00}, most, "")
	})
}

func (w *street) says(at id.ID, which byte, what pairing.What) error {
	return w.does(at, func(tx *db.Tx) (*pairing.Pairing, pairing.Step, error) {
		p, err := w.s.ByID(ctx, tx, at, id.ID{which})
		if err != nil {
			return nil, pairing.Step{}, err
		}
		step, err := w.s.Say(ctx, tx, p, what, "走了", most)
		return p, step, err
	})
}

// hears brings one piece of news where it goes; what is said because of it waits in turn.
func (w *street) hears(n pairing.News) error {
	var said []pairing.News
	err := w.env.Update(ctx, n.To, db.System, func(tx *db.Tx) error {
		said = nil
		if _, _, err := w.s.Learn(ctx, tx, n); err != nil {
			return err
		}
		replaced, err := w.s.Settle(ctx, tx, n.From)
		for _, p := range replaced {
			said = append(said, p.NewsOf(n.To, p.Last()))
		}
		return err
	})
	w.news = append(w.news, said...)
	return err
}

// inForceAt are the agreements in force at a community.
func (w *street) inForceAt(at id.ID) (some []id.ID, err error) {
	return some, w.env.View(ctx, at, func(r db.Reader) error {
		all, err := w.s.InForce(ctx, r, at)
		for _, p := range all {
			some = append(some, p.ID)
		}
		return err
	})
}

// TestTwoAcceptedAtOnce: each proposes to the other, each accepts what the other proposed at
// the same moment; the stricter one stays, on both sides, and its end revives nothing.
func TestTwoAcceptedAtOnce(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, pairing.Schema}, func(t *testing.T, env dbtest.Env) {
		w := &street{env: env, s: pairing.New(), sides: [2]id.ID{here, there}}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		carry := func() {
			for len(w.news) > 0 {
				n := w.news[len(w.news)-1]
				w.news = w.news[:len(w.news)-1]
				must(w.hears(n))
			}
		}
		must(w.propose(here, 1, 30_00))
		must(w.propose(there, 2, 20_00))
		carry()
		var both sync.WaitGroup
		for at, which := range map[id.ID]byte{here: 2, there: 1} {
			both.Go(func() {
				if err := w.says(at, which, pairing.Accepted); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		carry()
		for _, at := range []id.ID{here, there} {
			some, err := w.inForceAt(at)
			must(err)
			if !slices.Equal(some, []id.ID{{2}}) {
				t.Errorf("in force: %v", some)
			}
		}
		env.Clock.Advance(time.Second)
		must(w.says(here, 2, pairing.Ended))
		carry()
		if n := inForce(t, env, w.s); n != 0 {
			t.Errorf("%d in force after its end", n)
		}
		must(env.View(ctx, here, func(r db.Reader) error {
			p, err := w.s.ByID(ctx, r, here, id.ID{1})
			if err == nil && p.State() != pairing.Replaced {
				t.Errorf("the other is %s", p.State())
			}
			return err
		}))
	})
}

// TestOneAgreementAtMost: whatever the two desks say, in whatever order news come, each has at
// most one agreement in force at any time, and once both have heard all, both have the same.
func TestOneAgreementAtMost(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, pairing.Schema}, func(t *testing.T, env dbtest.Env) {
		world := 0
		few(t)
		rapid.Check(t, func(rt *rapid.T) {
			world++ // its own pair of communities
			w := &street{env: env, s: pairing.New(), sides: [2]id.ID{{1, 0xff, byte(world >> 8), byte(world)}, {2, 0xff, byte(world >> 8), byte(world)}}}
			one := func() {
				for _, at := range w.sides {
					if some, err := w.inForceAt(at); err != nil || len(some) > 1 {
						rt.Fatalf("in force at %s: %v %v", at, some, err)
					}
				}
			}
			for i := range rapid.IntRange(4, 24).Draw(rt, "steps") {
				at := rapid.SampledFrom(w.sides[:]).Draw(rt, "who")
				which := byte(rapid.IntRange(1, 3).Draw(rt, "which"))
				env.Clock.Advance(time.Second)
				switch rapid.IntRange(0, 5).Draw(rt, "does") {
				case 0, 1:
					_ = w.propose(at, byte(i+4)<<3|which, money.Amount(rapid.IntRange(1, 3).Draw(rt, "limit")))
				case 2, 3, 4:
					var all []*pairing.Pairing
					if err := env.View(ctx, at, func(r db.Reader) (err error) { all, err = w.s.All(ctx, r, at); return err }); err != nil {
						rt.Fatal(err)
					}
					if len(all) > 0 {
						p := rapid.SampledFrom(all).Draw(rt, "agreement")
						what := rapid.SampledFrom([]pairing.What{pairing.Accepted, pairing.Accepted, pairing.Declined, pairing.Withdrawn, pairing.Ended}).Draw(rt, "what")
						_ = w.says(at, p.ID[0], what)
					}
				case 5:
					if len(w.news) > 0 {
						n := w.news[rapid.IntRange(0, len(w.news)-1).Draw(rt, "note")] // and once more at the end
						if err := w.hears(n); err != nil {
							rt.Fatal(err)
						}
					}
				}
				one()
			}
			for i := 0; i < len(w.news); i++ {
				if err := w.hears(w.news[i]); err != nil {
					rt.Fatal(err)
				}
				one()
			}
			ours, err := w.inForceAt(w.sides[0])
			theirs, err2 := w.inForceAt(w.sides[1])
			if err != nil || err2 != nil || !slices.Equal(ours, theirs) {
				rt.Fatalf("here %v, there %v (%v %v)", ours, theirs, err, err2)
			}
		})
	})
}

// few lets rapid look at so many ways as a database has time for.
func few(t *testing.T) {
	t.Helper()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = checks.Value.Set(checks.DefValue) })
	}
}
