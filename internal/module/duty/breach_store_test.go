package duty_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx     = context.Background()
	home    = id.ID{1}
	shop    = id.ID{2}
	officer = db.Actor{Kind: "person", ID: person(200)}
	trial   = policy.TrialAlliance()
	rules   = duty.Rules{Alliance: &trial, Version: 1, Zone: shanghai}
)

// register is the duties of a community in a test.
type register struct {
	testing.TB
	dbtest.Env
	*duty.Service
}

func inRegister(t *testing.T, fn func(g *register)) {
	dbtest.Each(t, []db.Schema{db.Own, duty.Schema}, func(t *testing.T, env dbtest.Env) { fn(&register{t, env, duty.New()}) })
}

func (g *register) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

func (g *register) refused(says string, err, want error) {
	g.Helper()
	if !errors.Is(err, want) {
		g.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (g *register) update(fn func(tx *db.Tx) error) error { return g.Update(ctx, home, officer, fn) }

func (g *register) today() period.Day { return period.DayOf(g.Clock.Now(), shanghai) }

// open opens a breach, by the officer or by a rule.
func (g *register) open(rule string) (b *duty.Breach) {
	g.Helper()
	source := duty.ByOfficer
	if rule != "" {
		source = duty.ByRule
	}
	g.must(g.update(func(tx *db.Tx) (err error) {
		b, _, err = g.Open(ctx, tx, duty.Breach{Merchant: shop, Tenure: id.ID{3}, Kind: duty.NoShow, Source: source, Rule: rule, About: "约好上门，没有来"}, duty.Step{State: duty.Opened, By: officer.ID}, rules)
		return err
	}))
	return b
}

func (g *register) step(b *duty.Breach, s duty.Step, deciders ...id.ID) error {
	return g.update(func(tx *db.Tx) error { _, err := g.Advance(ctx, tx, b.ID, s, deciders, rules); return err })
}

func (g *register) read(b *duty.Breach) (found *duty.Breach) {
	g.Helper()
	g.must(g.View(ctx, home, func(r db.Reader) (err error) { found, err = g.BreachByID(ctx, r, home, b.ID); return err }))
	return found
}

// atOnce lets many do the same thing, and says how many could; the others must have
// been told why not.
func (g *register) atOnce(n int, refusal error, do func(n int) error) (done int64) {
	g.Helper()
	var count atomic.Int64
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			switch err := do(i); {
			case err == nil:
				count.Add(1)
			case !errors.Is(err, refusal):
				g.Error(err)
			}
		})
	}
	all.Wait()
	return count.Load()
}

// What is stored is what was said, and one of many takes the next step.
func TestABreachIsKept(t *testing.T) {
	inRegister(t, func(g *register) {
		b := g.open("")
		g.must(g.step(b, said(duty.Stated, duty.Verdict{})))
		if n := g.atOnce(8, duty.ErrBadStep, func(n int) error { return g.step(b, said(duty.Found, fined), person(n)) }); n != 1 {
			t.Errorf("%d found it", n)
		}
		kept := g.read(b)
		if s := kept.Last(); kept.State() != duty.Found || s.Verdict != fined || s.Words != "写明的理由" || s.Wording != "公示的话" || s.Number != 3 || len(kept.Deciders) != 1 || kept.By != officer.ID ||
			!s.Due.Equal(duty.Deadline(s.At, trial.AppealDays, shanghai)) {
			t.Errorf("kept: %+v", kept)
		}
		first := kept.Deciders[0].Person
		g.must(g.step(b, said(duty.Appealed, duty.Verdict{})))
		g.refused("who decided first decides the appeal", g.step(b, said(duty.Stands, fined), first), duty.ErrDecided)
		g.refused("who opened it decides the appeal", g.step(b, said(duty.Stands, fined), officer.ID), duty.ErrAccuser)
		g.must(g.step(b, said(duty.Stands, fined), person(100)))
		var waiting []*duty.Breach
		var said []duty.Notice
		g.must(g.View(ctx, home, func(r db.Reader) (err error) {
			if waiting, err = g.Waiting(ctx, r, home); err != nil {
				return err
			}
			said, err = g.Notices(ctx, r, home, time.Time{})
			return err
		}))
		if len(waiting) != 0 || len(said) != 2 || said[0].Said != duty.SaidStands || said[1].Said != duty.SaidFound {
			t.Errorf("%d wait, said %+v", len(waiting), said)
		}
		g.refused("evidence that comes too late", g.update(func(tx *db.Tx) error {
			_, err := g.Show(ctx, tx, duty.Evidence{Breach: b.ID, Side: duty.For, Kind: duty.Text, Words: "还有一张条"})
			return err
		}), duty.ErrClosed)
		if !reflect.DeepEqual(g.read(b), g.read(b)) {
			t.Error("a breach is read in two ways")
		}
	})
}

// A penalty is taken once, comes back once, and never for more than is due.
func TestWhatAPenaltyPosts(t *testing.T) {
	inRegister(t, func(g *register) {
		b := g.open("")
		g.must(g.step(b, said(duty.Stated, duty.Verdict{})))
		g.must(g.step(b, said(duty.Found, fined), person(1)))
		post := func(coins money.Amount) error {
			return g.update(func(tx *db.Tx) error {
				x, err := g.BreachByID(ctx, tx, home, b.ID)
				if err != nil {
					return err
				}
				return g.Posted(ctx, tx, x, coins, 7)
			})
		}
		g.refused("while an appeal may come", post(10_000), duty.ErrBadStep)
		g.Clock.Advance(b.At.AddDate(0, 2, 0).Sub(g.Clock.Now()))
		g.must(g.step(b, duty.Step{State: duty.Stands, Verdict: fined}))
		g.refused("more than is due", post(10_001), duty.ErrBadStep)
		g.refused("nothing", post(0), duty.ErrBadStep)
		if n := g.atOnce(6, duty.ErrBadStep, func(int) error { return post(10_000) }); n != 1 {
			t.Errorf("taken %d times", n)
		}
		g.must(g.step(b, said(duty.Lifted, duty.Verdict{}), person(2)))
		if n := g.atOnce(6, duty.ErrBadStep, func(int) error { return post(10_000) }); n != 1 {
			t.Errorf("given back %d times", n)
		}
		if x := g.read(b); x.Taken() != 0 || x.ToTake() != 0 || len(x.Postings) != 2 {
			t.Errorf("in the end %d is taken, %d to take", x.Taken(), x.ToTake())
		}
	})
}

// One side gives twenty pieces of evidence, and the other as many.
func TestEvidenceHasAnEnd(t *testing.T) {
	inRegister(t, func(g *register) {
		b := g.open("")
		show := func(side duty.Side) func(int) error {
			return func(int) error {
				return g.update(func(tx *db.Tx) error {
					_, err := g.Show(ctx, tx, duty.Evidence{Breach: b.ID, Side: side, Kind: duty.Text, Words: "两张价签"})
					return err
				})
			}
		}
		if against, own := g.atOnce(23, duty.ErrBadEvidence, show(duty.Against)), g.atOnce(22, duty.ErrBadEvidence, show(duty.For)); against != 20 || own != 20 {
			t.Errorf("%d pieces against, %d for", against, own)
		}
	})
}
