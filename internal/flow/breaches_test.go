package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/db"
)

func (w *alley) breaches(shop string) (all []*duty.Breach) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		all, err = w.Duties.BreachesOf(ctx, r, w.home, w.shops[shop])
		return err
	}))
	return all
}

func (w *alley) breach(b *duty.Breach) *duty.Breach {
	w.t.Helper()
	var found *duty.Breach
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { found, err = w.Duties.BreachByID(ctx, r, w.home, b.ID); return err }))
	return found
}

// accused opens a breach of the wine shop by somebody and lets it speak.
func (w *alley) accused(by id.ID) *duty.Breach {
	w.t.Helper()
	b, err := w.OpenBreach(ctx, w.home, as(by), "", flow.Accusation{Shop: w.shops["wine"], Kind: duty.FalseDiscount, Source: duty.ByOfficer, About: "标价先抬高再打折",
		Evidence: []duty.Evidence{{Kind: duty.Text, Words: "两张价签的照片在柜台"}}})
	w.must(err)
	_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Stated, Words: "是进价涨了，不是先抬价"})
	w.must(err)
	return w.breach(b)
}

var hundred = duty.Verdict{Outcome: duty.Penalty, Coins: 100_00}

// TestABreachByBallot: heard, voted, public, taken after the time to appeal, corrected
// later (C5, M-13, M-13R).
func TestABreachByBallot(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer, mediator := w.somebody("officer", 81), w.somebody("mediator", 82)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		if b.State() != duty.Balloted || len(ballot.Options) != 4 {
			t.Fatalf("it is %s with %d options", b.State(), len(ballot.Options))
		}
		for _, e := range ballot.Electors {
			_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
			w.must(err)
		}
		b = w.breach(b)
		if b.State() != duty.Found || b.Verdict() != hundred || len(b.Deciders) != 5 || len(b.Postings) != 0 {
			t.Fatalf("after the vote it is %s: %+v", b.State(), b.Verdict())
		}
		w.expect("")
		w.env.Clock.Advance(b.Last().Due.Sub(w.env.Clock.Now()) - time.Second)
		w.due()
		w.expect("")
		w.env.Clock.Advance(time.Second)
		w.due()
		w.due()
		if b = w.breach(b); b.State() != duty.Stands || b.Taken() != 100_00 || !b.Counts() {
			t.Fatalf("after the time to appeal it is %s, %d taken", b.State(), b.Taken())
		}
		w.expect(`
			merchant:shop-wine/owed COIN -100.00
			pool/coins COIN 100.00`)
		correct := duty.Step{State: duty.Reduced, Verdict: duty.Verdict{Outcome: duty.Penalty, Coins: 30_00}, Words: "查到进货单，一部分属实", Wording: "更正：一部分属实，扣减改为 30.00。"}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(ballot.Electors[0].Person), b.ID, correct)
		w.refused("who decided first corrects", err, flow.ErrPartial)
		_, err = w.DecideBreachAppeal(ctx, w.home, as(w.owners["wine"]), b.ID, correct)
		w.refused("the shop corrects", err, flow.ErrPartial)
		_, err = w.DecideBreachAppeal(ctx, w.home, as(mediator), b.ID, correct)
		w.must(err)
		w.expect(`
			merchant:shop-wine/owed COIN -30.00
			pool/coins COIN 30.00`)
		var said []duty.Notice
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { said, err = w.Duties.Notices(ctx, r, w.home, time.Time{}); return err }))
		if len(said) != 2 || said[0].Said != duty.SaidReduced || !said[0].Said.Correction() || said[1].Said != duty.SaidFound || said[0].Until.Sub(said[0].From) < 7*oneDay {
			t.Errorf("said in public: %+v", said)
		}
		w.whole()
	})
}

// TestAnAppealIsDecidedByOthers: by a mediator, or by those of the committee who did not
// decide first; nothing is taken meanwhile, and nobody decides about herself.
func TestAnAppealIsDecidedByOthers(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer, mediator := w.somebody("officer", 81), w.somebody("mediator", 82)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		for _, e := range ballot.Electors[:3] { // two do not come
			_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
			w.must(err)
		}
		w.later(8 * oneDay)
		if b = w.breach(b); b.State() != duty.Found || len(b.Deciders) != 3 {
			t.Fatalf("it is %s by %d", b.State(), len(b.Deciders))
		}
		_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Appealed, Words: "有进货单，请再看一次"})
		w.must(err)
		b, err = w.PutAppealToVote(ctx, w.home, as(officer), b.ID, duty.Verdict{Outcome: duty.Warning}, "申诉结果见下。")
		w.must(err)
		again, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		if again.Eligible() != 2 {
			t.Errorf("%d may vote again, want the 2 who did not", again.Eligible())
		}
		for _, e := range again.Electors {
			_, err := w.Vote(ctx, w.home, as(e.Person), again.ID, 1)
			if (err == nil) != e.May() {
				t.Errorf("%+v: %v", e, err)
			}
		}
		if b = w.breach(b); b.State() != duty.Lifted || b.ToTake() != 0 || b.Counts() {
			t.Errorf("the appeal made it %s", b.State())
		}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(mediator), b.ID, duty.Step{State: duty.Stands, Words: "再来一次", Wording: "再来一次"})
		w.refused("decided again", err, duty.ErrBadStep)
		w.later(60 * oneDay)
		w.due()
		w.expect("")
		w.whole()
	})
}

// TestOneMemberConfirmsWhatARuleOpened: the usual penalty and no more; not a competitor,
// not the shop itself, and only who sits in the committee.
func TestOneMemberConfirmsWhatARuleOpened(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending("butcher")
		w.shopElsewhere(w.owners["pharmacy"], "butcher")
		first := w.today().Month() + 1
		w.until((first + 1).Last() + 5)
		b := w.breaches("butcher")[0]
		confirm := func(who string, v duty.Verdict) error {
			_, err := w.ConfirmBreach(ctx, w.home, as(w.owners[who]), b.ID, v, "没有做到", "连续两个月没有做到责任。")
			return err
		}
		w.refused("before it was heard", confirm("florist", hundred), duty.ErrBadStep)
		w.env.Clock.Advance(b.Last().Due.Sub(w.env.Clock.Now()))
		w.due()
		w.refused("itself", confirm("butcher", hundred), flow.ErrPartial)
		w.refused("a competitor", confirm("pharmacy", hundred), flow.ErrPartial)
		w.refused("who does not sit there", confirm("restaurant", hundred), flow.ErrNotSitting)
		w.refused("more than usual", confirm("florist", duty.Verdict{Outcome: duty.Penalty, Coins: 200_00}), flow.ErrNeedsBallot)
		w.refused("the seat", confirm("florist", duty.Verdict{Outcome: duty.SeatLost}), flow.ErrNeedsBallot)
		w.must(confirm("florist", hundred))
		w.refused("twice", confirm("bakery", hundred), duty.ErrBadStep)
		if b = w.breach(b); b.State() != duty.Found || !b.HasDecided(w.owners["florist"]) {
			t.Errorf("it is %s", b.State())
		}
	})
}

// TestManyDecideAtOnce: of many who decide an appeal in the same second one does, and a
// penalty is taken once.
func TestManyDecideAtOnce(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer := w.somebody("officer", 81)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		for _, e := range ballot.Electors {
			_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
			w.must(err)
		}
		_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Appealed, Words: "有进货单，请再看一次"})
		w.must(err)
		var mediators []id.ID
		for n := range 12 {
			mediators = append(mediators, w.somebody(fmt.Sprint("mediator", n), 60+n))
		}
		var done atomic.Int64
		var all sync.WaitGroup
		for _, m := range mediators {
			all.Go(func() {
				_, err := w.DecideBreachAppeal(ctx, w.home, as(m), b.ID, duty.Step{State: duty.Stands, Words: "证据清楚", Wording: "申诉结果：维持。"})
				if err == nil {
					done.Add(1)
				} else if !errors.Is(err, duty.ErrBadStep) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("%d decided", done.Load())
		}
		w.expect(`
			merchant:shop-wine/owed COIN -100.00
			pool/coins COIN 100.00`)
		w.whole()
	})
}

// TestABallotThatNobodyComesTo ends by the clock.
func TestABallotThatNobodyComesTo(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer := w.somebody("officer", 81)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		for range 9 {
			w.later(5 * oneDay)
			w.due()
		}
		if b = w.breach(b); b.State() != duty.Dropped || len(b.Deciders) != 0 {
			t.Errorf("it is %s", b.State())
		}
		var all []*committee.Ballot
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
			all, err = w.Committee.BallotsOn(ctx, r, w.home, committee.Subject{Kind: flow.OnBreach, ID: b.ID})
			return err
		}))
		if len(all) != 2 || all[1].Tally.Outcome != committee.Referred {
			t.Fatalf("%d rounds", len(all))
		}
		_, err = w.RuleOnBallot(ctx, w.home, as(officer), all[1].ID, committee.ByOperator, 3, "应当扣")
		w.refused("who opened it rules", err, committee.ErrRecused)
		for n, side := range []committee.Ruler{committee.ByOperator, committee.ByResidents} { // too late
			_, err := w.RuleOnBallot(ctx, w.home, as(w.somebody(string(side), 90+n)), all[1].ID, side, 3, "应当扣")
			w.must(err)
		}
		if b = w.breach(b); b.State() != duty.Dropped {
			t.Errorf("a late ruling makes it %s", b.State())
		}
		w.expect("")
	})
}
