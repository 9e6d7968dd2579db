package duty_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
)

func person(n int) id.ID { return id.ID{7, byte(n)} }

// walk is a breach that goes on without a database.
type walk struct {
	*duty.Breach
	now time.Time
	p   policy.Alliance
}

func begin(kind duty.Kind) *walk {
	w := &walk{&duty.Breach{Kind: kind, By: person(200), Most: policy.TrialAlliance().PenaltyCoinsMax}, time.Date(2026, 12, 20, 3, 0, 0, 0, time.UTC), policy.TrialAlliance()}
	first := duty.Step{State: duty.Opened, Words: "开"}
	if kind == duty.LastPlace {
		w.By = id.ID{} // a rule's
		first = duty.Step{State: duty.Found, Verdict: duty.Verdict{Outcome: duty.SeatLost}, Words: "评分末位", Wording: "评分末位，让出席位"}
	}
	if err := w.take(first); err != nil {
		panic(err)
	}
	return w
}

func (w *walk) take(s duty.Step, deciders ...id.ID) error {
	if err := w.May(s, deciders, w.now); err != nil {
		return err
	}
	s.Number, s.At, s.Due = len(w.Steps)+1, w.now, s.State.Due(w.now, &w.p, shanghai)
	w.Steps = append(w.Steps, s)
	for _, d := range deciders {
		w.Deciders = append(w.Deciders, duty.Decider{Person: d, Number: s.Number})
	}
	return nil
}

func said(state duty.State, v duty.Verdict) duty.Step {
	return duty.Step{State: state, Verdict: v, Words: "写明的理由", Wording: "公示的话", By: person(200)}
}

// balloted is a step that a ballot decided.
func balloted(state duty.State, v duty.Verdict) duty.Step {
	s := said(state, v)
	s.Ballot = ballot
	return s
}

var (
	fined  = duty.Verdict{Outcome: duty.Penalty, Coins: 10_000}
	ballot = id.ID{8}
)

// The paths of docs/breaches.md, with what each costs in the end.
func TestPathsOfABreach(t *testing.T) {
	milder := duty.Verdict{Outcome: duty.Penalty, Coins: 4_000}
	warned := duty.Verdict{Outcome: duty.Warning}
	for _, c := range []struct {
		says   string
		steps  []duty.Step
		state  duty.State
		toTake money.Amount
		counts bool
	}{
		{"stated, found, not appealed", []duty.Step{said(duty.Stated, duty.Verdict{}), said(duty.Found, fined), {State: duty.Stands, Verdict: fined}}, duty.Stands, 10_000, true},
		{"silent, balloted, cleared", []duty.Step{{State: duty.Unanswered}, balloted(duty.Balloted, fined), balloted(duty.Cleared, duty.Verdict{})}, duty.Cleared, 0, false},
		{"silent, nobody decided", []duty.Step{{State: duty.Unanswered}, {State: duty.Dropped}}, duty.Dropped, 0, false},
		{"opened by mistake", []duty.Step{said(duty.Withdrawn, duty.Verdict{})}, duty.Withdrawn, 0, false},
		{"found, appealed, upheld", []duty.Step{said(duty.Stated, duty.Verdict{}), said(duty.Found, fined), said(duty.Appealed, duty.Verdict{}), said(duty.Stands, fined)}, duty.Stands, 10_000, true},
		{"found, appealed, reduced", []duty.Step{said(duty.Stated, duty.Verdict{}), said(duty.Found, fined), said(duty.Appealed, duty.Verdict{}), said(duty.Reduced, milder)}, duty.Reduced, 4_000, true},
		{"found, appealed, a warning instead", []duty.Step{said(duty.Stated, duty.Verdict{}), said(duty.Found, fined), said(duty.Appealed, duty.Verdict{}), said(duty.Reduced, warned)}, duty.Reduced, 0, true},
		{"found, appealed, voted again, lifted", []duty.Step{said(duty.Stated, duty.Verdict{}), said(duty.Found, fined), said(duty.Appealed, duty.Verdict{}), balloted(duty.Reballoted, milder), balloted(duty.Lifted, duty.Verdict{})}, duty.Lifted, 0, false},
		{"an appeal nobody decided is granted", []duty.Step{said(duty.Stated, duty.Verdict{}), said(duty.Found, fined), said(duty.Appealed, duty.Verdict{}), {State: duty.Lifted}}, duty.Lifted, 0, false},
	} {
		w := begin(duty.NoShow)
		for _, s := range c.steps {
			if s.By.IsZero() { // the clock's turn
				w.now = w.Last().Due
			} else {
				w.now = w.now.Add(time.Hour)
			}
			if err := w.take(s); err != nil {
				t.Fatalf("%s: %s is refused: %v", c.says, s.State, err)
			}
		}
		if w.State() != c.state || w.ToTake() != c.toTake || w.Counts() != c.counts || !w.State().AtRest() {
			t.Errorf("%s: %s, %d to take, counts %v", c.says, w.State(), w.ToTake(), w.Counts())
		}
	}
}

func TestWhatABreachRefuses(t *testing.T) {
	open := func() *walk { return begin(duty.FalseDiscount) }
	stated := func() *walk { w := open(); _ = w.take(said(duty.Stated, duty.Verdict{}), person(50)); return w }
	found := func() *walk { w := stated(); _ = w.take(said(duty.Found, fined), person(1), person(2)); return w }
	voting := func() *walk { w := stated(); _ = w.take(balloted(duty.Balloted, fined)); return w }
	appealed := func() *walk { w := found(); _ = w.take(said(duty.Appealed, duty.Verdict{})); return w }
	votingAgain := func() *walk { w := appealed(); _ = w.take(balloted(duty.Reballoted, duty.Verdict{})); return w }
	late := func(w *walk) *walk { w.now = w.Last().Due; return w }
	for _, c := range []struct {
		says     string
		w        *walk
		step     duty.Step
		deciders []id.ID
		want     error
	}{
		{"decided before the shop was heard", open(), said(duty.Found, fined), nil, duty.ErrBadStep},
		{"the time to speak ends early", open(), duty.Step{State: duty.Unanswered}, nil, duty.ErrTooEarly},
		{"a statement that comes late", late(open()), said(duty.Stated, duty.Verdict{}), nil, duty.ErrOverdue},
		{"a statement without words", open(), duty.Step{State: duty.Stated, Words: "不", By: person(3)}, nil, duty.ErrBadWords},
		{"found without an outcome", stated(), said(duty.Found, duty.Verdict{}), nil, duty.ErrBadOutcome},
		{"found without a public wording", stated(), duty.Step{State: duty.Found, Verdict: fined, Words: "理由", By: person(3)}, nil, duty.ErrBadWording},
		{"a penalty of nothing", stated(), said(duty.Found, duty.Verdict{Outcome: duty.Penalty}), nil, duty.ErrBadOutcome},
		{"a warning that costs", stated(), said(duty.Found, duty.Verdict{Outcome: duty.Warning, Coins: 5}), nil, duty.ErrBadOutcome},
		{"more than the most", stated(), said(duty.Found, duty.Verdict{Outcome: duty.Penalty, Coins: 50_001}), nil, duty.ErrTooMuch},
		{"decided twice", found(), said(duty.Found, fined), nil, duty.ErrBadStep},
		{"stands before the time to appeal is over", found(), duty.Step{State: duty.Stands, Verdict: fined}, nil, duty.ErrTooEarly},
		{"an appeal that comes late", late(found()), said(duty.Appealed, duty.Verdict{}), nil, duty.ErrOverdue},
		{"an appeal decided by who decided first", appealed(), said(duty.Stands, fined), []id.ID{person(9), person(2)}, duty.ErrDecided},
		{"an appeal that makes it worse", appealed(), said(duty.Reduced, duty.Verdict{Outcome: duty.SeatLost}), nil, duty.ErrNotMilder},
		{"an appeal that changes nothing is no reduction", appealed(), said(duty.Reduced, fined), nil, duty.ErrNotMilder},
		{"upheld with another penalty", appealed(), said(duty.Stands, duty.Verdict{Outcome: duty.Penalty, Coins: 9_999}), nil, duty.ErrBadOutcome},
		{"lifted for half", appealed(), said(duty.Lifted, duty.Verdict{Outcome: duty.Warning}), nil, duty.ErrBadOutcome},
		{"an appeal drops early", appealed(), duty.Step{State: duty.Lifted}, nil, duty.ErrTooEarly},
		{"withdrawn when it is found", found(), said(duty.Withdrawn, duty.Verdict{}), nil, duty.ErrBadStep},
		{"withdrawn by another than who opened it", open(), duty.Step{State: duty.Withdrawn, Words: "立错了", By: person(3)}, nil, duty.ErrNotOpener},
		{"one member decides while others vote", voting(), said(duty.Found, fined), []id.ID{person(3)}, duty.ErrBallotRuns},
		{"one member clears it while others vote", voting(), said(duty.Cleared, duty.Verdict{}), []id.ID{person(3)}, duty.ErrBallotRuns},
		{"a mediator decides while others vote again", votingAgain(), said(duty.Lifted, duty.Verdict{}), []id.ID{person(3)}, duty.ErrBallotRuns},
		{"the ballot is dropped early", voting(), duty.Step{State: duty.Dropped}, nil, duty.ErrTooEarly},
		{"who opened it decides it", stated(), said(duty.Found, fined), []id.ID{person(200)}, duty.ErrAccuser},
	} {
		if err := c.w.May(c.step, c.deciders, c.w.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.says, err, c.want)
		}
	}
	rule := open()
	rule.By = id.ID{}
	if err := rule.May(said(duty.Withdrawn, duty.Verdict{}), nil, rule.now); !errors.Is(err, duty.ErrNotOpener) {
		t.Errorf("what a rule opened is withdrawn: %v", err)
	}
}

// post books what is to be taken or given back now, and fails on what must not be.
func (w *walk) post(t *rapid.T) {
	due := w.ToTake()
	if !w.State().AtRest() && due != 0 {
		t.Fatalf("%d is taken while it is %s", due, w.State())
	}
	if due == 0 {
		return
	}
	n := len(w.Postings) + 1
	if (n == 1) != (due > 0) {
		t.Fatalf("posting %d is %d", n, due)
	}
	w.Postings = append(w.Postings, duty.Posting{Number: n, Coins: max(due, -due)})
	if w.Taken() < 0 || w.Taken() > w.Most {
		t.Fatalf("%d is taken of at most %d", w.Taken(), w.Most)
	}
	if w.Taken() != w.Verdict().Coins {
		t.Fatalf("%d is taken, %d holds", w.Taken(), w.Verdict().Coins)
	}
}

// drawnStep is a step that somebody may think of, whether it can follow or not.
func drawnStep(t *rapid.T) (s duty.Step, deciders []id.ID) {
	s = duty.Step{State: rapid.SampledFrom(duty.States).Draw(t, "state"), Words: "写明的理由", Wording: "公示的话"}
	if s.Outcome = rapid.SampledFrom(duty.Outcomes).Draw(t, "outcome"); s.Outcome == duty.Penalty {
		s.Coins = money.Amount(rapid.Int64Range(-5, 60_000).Draw(t, "coins"))
	}
	if rapid.Bool().Draw(t, "by somebody") {
		s.By = rapid.SampledFrom([]id.ID{person(100), person(200)}).Draw(t, "by")
	}
	if rapid.Bool().Draw(t, "by ballot") {
		s.Ballot = ballot
	}
	for range rapid.IntRange(0, 3).Draw(t, "deciders") {
		if d := person(rapid.IntRange(1, 8).Draw(t, "decider")); !slices.Contains(deciders, d) {
			deciders = append(deciders, d)
		}
	}
	return s, deciders
}

// goHome leaves a breach to the clock alone until it comes to rest.
func (w *walk) goHome(t *rapid.T) {
	for range 6 {
		if w.State().AtRest() {
			return
		}
		over := w.State().Overdue()
		if over == "" || w.Last().Due.IsZero() {
			t.Fatalf("nothing moves a breach that is %s", w.State())
		}
		w.now = w.Last().Due
		s := duty.Step{State: over}
		if over == duty.Stands {
			s.Verdict = w.Verdict()
		}
		if err := w.take(s); err != nil {
			t.Fatalf("the clock is refused: %v", err)
		}
		w.post(t)
	}
	t.Fatalf("it does not end: %s", w.State())
}

// Whatever people do, and however late they are, a breach comes to a place of rest by
// the clock alone; what is decided is decided once; nobody decides twice; nothing is
// taken before the time to appeal is over, never more than the bound, and what was
// taken and given back is in the end what holds.
func TestEveryPathEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := begin(rapid.SampledFrom([]duty.Kind{duty.MissedDuty, duty.FalseDiscount, duty.LastPlace}).Draw(t, "kind"))
		w.now = w.now.AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "begun"))
		found, voted, held := 0, make(map[id.ID]int), time.Time{}
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			w.now = w.now.Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, "later")))
			before := w.State()
			s, deciders := drawnStep(t)
			if w.take(s, deciders...) != nil {
				continue
			}
			for _, d := range deciders {
				if voted[d]++; voted[d] > 1 {
					t.Fatal("somebody decides twice")
				}
			}
			if s.State == duty.Found {
				if found++; found > 1 {
					t.Fatal("it is decided twice")
				}
			}
			if s.State == duty.Withdrawn && s.By != w.By {
				t.Fatal("somebody takes back what another opened")
			}
			if (before == duty.Balloted || before == duty.Reballoted) && s.Ballot.IsZero() && !s.By.IsZero() {
				t.Fatalf("somebody makes it %s while others vote", s.State)
			}
			if !held.IsZero() && !w.HoldsSince().Equal(held) {
				t.Fatal("a correction begins anew what held before")
			}
			held = w.HoldsSince()
			w.post(t)
		}
		w.goHome(t)
		w.post(t)
		if w.Counts() && w.HoldsSince().IsZero() {
			t.Fatalf("it counts, and never came to hold: %s", w.State())
		}
	})
}

// Each state has its turn: what leads nowhere is a place of rest, and every other one
// has a clock.
func TestStatesAreWired(t *testing.T) {
	p := policy.TrialAlliance()
	for _, s := range duty.States {
		due := s.Due(time.Unix(0, 0), &p, shanghai)
		switch {
		case s.AtRest() != due.IsZero(), s.AtRest() != (s.Overdue() == ""):
			t.Errorf("%s: at rest %v, due %v, then %q", s, s.AtRest(), due, s.Overdue())
		case !s.AtRest() && !s.May(s.Overdue()):
			t.Errorf("the clock leads %s where it may not go", s)
		}
	}
	p.BallotDays = 60 // longer than the time to decide
	for _, s := range []duty.State{duty.Balloted, duty.Reballoted} {
		if due := s.Due(time.Unix(0, 0), &p, shanghai); due.Before(time.Unix(0, 0).AddDate(0, 0, 2*60)) {
			t.Errorf("%s: over on %s, before two rounds of the ballot are", s, due)
		}
	}
}
