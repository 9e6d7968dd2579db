package score_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx    = context.Background()
	home   = id.ID{1}
	office = db.Actor{Kind: "person", ID: id.ID{7}}
	owner  = db.Actor{Kind: "person", ID: id.ID{8}}
)

// register is the scores of a community in a test.
type register struct {
	testing.TB
	dbtest.Env
	*score.Service
}

func inRegister(t *testing.T, fn func(g *register)) {
	dbtest.Each(t, []db.Schema{db.Own, score.Schema}, func(t *testing.T, env dbtest.Env) { fn(&register{t, env, score.New()}) })
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

func (g *register) draft(quarter period.Month, q score.Quarter, w score.Weights) (run *score.Run, err error) {
	err = g.Update(ctx, home, office, func(tx *db.Tx) error { run, err = g.Draft(ctx, tx, quarter, 1, w, q); return err })
	return run, err
}

func (g *register) read(quarter period.Month) (run *score.Run) {
	g.Helper()
	g.must(g.View(ctx, home, func(r db.Reader) (err error) { run, err = g.OfQuarter(ctx, r, home, quarter); return err }))
	return run
}

func monthOf(t testing.TB, s string) period.Month {
	t.Helper()
	m, err := period.ParseMonth(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A quarter is over with its last month, over the end of a year as within it.
func TestWhichQuarterIsOver(t *testing.T) {
	for judged, over := range map[string]string{
		"2027-11": "2027-07", "2027-12": "2027-10", "2028-01": "2027-10", "2028-02": "2027-10", "2028-03": "2028-01", "2028-04": "2028-01",
	} {
		if got := score.QuarterOver(monthOf(t, judged)); got != monthOf(t, over) {
			t.Errorf("with %s judged the quarter of %s is over, want %s", judged, got, over)
		}
	}
}

// A quarter is drafted once, of many who press the button at once; anew when the draft
// was no good.
func TestAQuarterIsDraftedOnce(t *testing.T) {
	inRegister(t, func(g *register) {
		quarterOf, w := monthOf(t, "2027-10"), trial()
		var done atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				switch _, err := g.draft(quarterOf, *street(6, nil), w); {
				case err == nil:
					done.Add(1)
				case !errors.Is(err, score.ErrRuns):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("drafted %d times", done.Load())
		}
		_, err := g.draft(quarterOf+1, *street(6, nil), w)
		g.refused("from November on", err, score.ErrBadQuarter)
		_, err = g.draft(quarterOf+3, score.Quarter{}, w)
		g.refused("of no shop", err, score.ErrNoShops)
		run := g.read(quarterOf)
		g.must(g.Update(ctx, home, office, func(tx *db.Tx) error { return g.Discard(ctx, tx, run.ID, "漏了一家店") }))
		if g.read(quarterOf) != nil {
			t.Error("a draft that was no good is the quarter's score")
		}
		again, err := g.draft(quarterOf, *street(7, nil), w)
		g.must(err)
		if now := g.read(quarterOf); now.ID != again.ID || len(now.Last().Scores) != 7 {
			t.Errorf("drafted anew it is %+v", now)
		}
	})
}

// What is kept is all that a score is made of: whoever has it, shops in any order,
// comes to the same places.
func TestAKeptScoreCanBeMadeAgain(t *testing.T) {
	inRegister(t, func(g *register) {
		type made struct {
			q *score.Quarter
			w score.Weights
		}
		any := rapid.Custom(func(t *rapid.T) made { q, w := drawn(t); return made{q, w} }).Filter(func(m made) bool { return len(m.q.Shops) > 4 })
		for n := range 6 {
			x, at := any.Example(n), monthOf(t, "2027-10")+period.Month(3*n)
			_, err := g.draft(at, *x.q, x.w)
			g.must(err)
			run := g.read(at)
			slices.Reverse(run.Input.Shops)
			if !reflect.DeepEqual(run.Last().Scores, score.Rank(&run.Input, &run.Weights)) {
				t.Errorf("quarter %d: what is kept comes to other places", n)
			}
			if !reflect.DeepEqual(run.Last().Scores, score.Rank(x.q, &x.w)) {
				t.Errorf("quarter %d: what is kept is not what was put in", n)
			}
		}
	})
}

// The way of a score: published, objected in time, answered by another, made again,
// final when nothing waits or at the latest.
func TestTheWayOfAScore(t *testing.T) {
	inRegister(t, func(g *register) {
		at := monthOf(t, "2027-10")
		run, err := g.draft(at, *street(6, nil), trial())
		g.must(err)
		until := g.Clock.Now().AddDate(0, 0, 7)
		latest := until.AddDate(0, 0, 30)
		do := func(who db.Actor, fn func(tx *db.Tx) error) error { return g.Update(ctx, home, who, fn) }
		publish := func() error {
			return do(office, func(tx *db.Tx) error { _, err := g.Publish(ctx, tx, run.ID, "", until); return err })
		}
		object := func(shop int, input score.Name, claimed int64) error {
			return do(owner, func(tx *db.Tx) error {
				_, err := g.Object(ctx, tx, score.Objection{Run: run.ID, Merchant: shopID(shop), Input: input, Claimed: claimed, Words: "名单在柜台"})
				return err
			})
		}
		finish := func() error {
			return do(db.System, func(tx *db.Tx) error { _, err := g.Finish(ctx, tx, run.ID, latest); return err })
		}
		g.refused("objected to a draft", object(5, score.InAttended, 6), score.ErrBadStep)
		g.refused("a draft made final", finish(), score.ErrBadStep)
		g.must(publish())
		g.refused("published twice", publish(), score.ErrBadStep)
		g.refused("discarded when it is public", do(office, func(tx *db.Tx) error { return g.Discard(ctx, tx, run.ID, "不要了") }), score.ErrBadStep)
		g.refused("made final early", finish(), score.ErrTooEarly)
		g.refused("by a shop that has no score", object(99, score.InAttended, 6), score.ErrNotScored)
		g.refused("four of three", object(5, score.InDisclosures, 4), score.ErrBadValue)
		g.must(object(5, score.InOffers, 300_00))
		g.refused("twice", object(5, score.InOffers, 300_00), score.ErrObjected)
		g.Clock.Advance(time.Second)
		g.must(object(4, score.InAttended, 6))
		g.Clock.Advance(until.Sub(g.Clock.Now()))
		g.refused("too late", object(3, score.InAttended, 6), score.ErrTooLate)
		g.refused("final while an objection waits", finish(), score.ErrUnanswered)
		var said []score.Objection
		g.must(g.View(ctx, home, func(r db.Reader) (err error) { said, err = g.Objections(ctx, r, home, run.ID); return err }))
		answer := func(who db.Actor, n int, a score.Answer) error {
			return do(who, func(tx *db.Tx) error { _, err := g.Answer(ctx, tx, said[n].ID, a); return err })
		}
		granted := score.Answer{Granted: true, Value: 300_00, Words: "核对过了"}
		g.refused("answered by who objected", answer(owner, 0, granted), score.ErrAnswersItsOwn)
		g.refused("answered without a word", answer(office, 0, score.Answer{}), score.ErrBadWords)
		g.must(answer(office, 0, granted))
		g.refused("answered twice", answer(office, 0, granted), score.ErrAnswered)
		if s := g.read(at).Last().Of(shopID(5)); g.read(at).State() != score.Recomputed || s.Offers != 300_00 || s.Place != 1 {
			t.Errorf("made again it is %+v", s)
		}
		g.Clock.Advance(latest.Sub(g.Clock.Now()))
		g.must(finish())
		g.refused("final twice", finish(), score.ErrBadStep)
		g.refused("answered when it is final", answer(office, 1, score.Answer{Words: "维持"}), score.ErrBadStep)
		final := g.read(at)
		if s := final.Last().Of(shopID(4)); final.State() != score.Final || !s.Excused || s.Last || !final.Until().Equal(until.Truncate(time.Microsecond)) {
			t.Errorf("final: %+v", s)
		}
	})
}
