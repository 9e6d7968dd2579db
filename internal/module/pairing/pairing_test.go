package pairing_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx   = context.Background()
	here  = id.ID{1}
	there = id.ID{2}
	desk  = db.Actor{Kind: "person", ID: id.ID{7}}
	most  = pairing.Terms{Limit: 200_00, Month: 40_00}
)

// TestStepsAreASet: in whatever order and however often they come, the same steps give the
// same state, and whatever ends an agreement counts more than what begins it.
func TestStepsAreASet(t *testing.T) {
	all := []pairing.What{pairing.Proposed, pairing.Accepted, pairing.Declined, pairing.Withdrawn, pairing.Ended}
	rapid.Check(t, func(rt *rapid.T) {
		said := rapid.SliceOf(rapid.SampledFrom(all)).Draw(rt, "said")
		state := func(in []pairing.What) pairing.What {
			p := pairing.Pairing{}
			for _, w := range in {
				p.Steps = append(p.Steps, pairing.Step{What: w})
			}
			return p.State()
		}
		other := rapid.Permutation(said).Draw(rt, "in another order")
		if state(said) != state(other) || state(said) != state(append(other, said...)) {
			rt.Fatalf("%v is %s, %v is %s", said, state(said), other, state(other))
		}
	})
}

// TestTheWayOfAnAgreement: proposed, learnt of twice and late, accepted, ended; and what is
// refused on the way.
func TestTheWayOfAnAgreement(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, pairing.Schema}, func(t *testing.T, env dbtest.Env) {
		s, one := pairing.New(), id.ID{9}
		refused := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		update := func(at id.ID, do func(tx *db.Tx) error) error {
			env.Clock.Advance(time.Second)
			return env.Update(ctx, at, desk, do)
		}
		var said pairing.Step
		var p *pairing.Pairing
		propose := func(which id.ID, t pairing.Terms, words string) error {
			return update(here, func(tx *db.Tx) error {
				made, step, err := s.Propose(ctx, tx, which, there, t, most, words)
				if err == nil {
					p, said = made, step
				}
				return err
			})
		}
		refused("nothing", propose(one, pairing.Terms{Month: 1}, ""), pairing.ErrBadLimit)
		refused("more than is allowed", propose(one, pairing.Terms{Limit: 1_00, Month: 40_01}, ""), pairing.ErrBadMonth)
		refused("a speech", propose(one, most, strings.Repeat("长", 201)), pairing.ErrBadWords)
		for range 2 {
			if err := propose(one, most, "隔一条街"); err != nil {
				t.Fatal(err)
			}
		}
		refused("another one", propose(id.ID{8}, most, ""), pairing.ErrThere)
		news := p.NewsOf(here, said)
		for n := range 2 {
			var first bool
			if err := update(there, func(tx *db.Tx) (err error) { _, first, err = s.Learn(ctx, tx, news); return err }); err != nil {
				t.Fatal(err)
			}
			if first != (n == 0) {
				t.Errorf("time %d: first %v", n+1, first)
			}
		}
		say := func(at id.ID, w pairing.What, words string, allows pairing.Terms) error {
			return update(at, func(tx *db.Tx) error {
				p, err := s.ByID(ctx, tx, at, one)
				if err != nil {
					return err
				}
				_, err = s.Say(ctx, tx, p, w, words, allows)
				return err
			})
		}
		refused("its own", say(here, pairing.Accepted, "", most), pairing.ErrNoWay)
		refused("beyond what they allow", say(there, pairing.Accepted, "", pairing.Terms{Limit: 1, Month: 1}), pairing.ErrBadLimit)
		refused("no reason", say(there, pairing.Declined, " ", most), pairing.ErrNoReason)
		if err := say(there, pairing.Accepted, "", most); err != nil {
			t.Fatal(err)
		}
		refused("too late", say(there, pairing.Declined, "不了", most), pairing.ErrNoWay)
		if err := env.View(ctx, there, func(r db.Reader) error {
			with, err := s.With(ctx, r, there, here)
			if err == nil && (with == nil || with.Limit != 200_00 || with.Last().By != desk.ID || len(with.Steps) != 2) {
				t.Errorf("in force: %+v", with)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := say(there, pairing.Ended, "人手不够了", most); err != nil {
			t.Fatal(err)
		}
		if left := inForce(t, env, s); left != 0 {
			t.Errorf("%d are in force after its end", left)
		}
	})
}

// inForce counts what is in force in the other community.
func inForce(t *testing.T, env dbtest.Env, s *pairing.Service) (n int) {
	t.Helper()
	if err := env.View(ctx, there, func(r db.Reader) error {
		some, err := s.InForce(ctx, r, there)
		n = len(some)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
