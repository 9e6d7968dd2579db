package duty

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
)

// May refuses a step that cannot follow at an instant. Who may take it is the flow's
// question, but for what follows from the breach alone: what somebody opened by mistake
// is taken back by nobody else, what a rule opened by nobody at all. deciders are those
// who take part in a decision.
func (b *Breach) May(s Step, deciders []id.ID, now time.Time) error {
	from := b.State()
	if !from.May(s.State) {
		return ErrBadStep.With("state", string(from))
	}
	last := b.Last()
	byItself := last != nil && s.State == from.Overdue() && s.By.IsZero() && s.Ballot.IsZero()
	switch {
	case byItself && now.Before(last.Due):
		return ErrTooEarly
	case !byItself && last != nil && !last.Due.IsZero() && !now.Before(last.Due) && (s.State == Stated || s.State == Appealed):
		return ErrOverdue
	case !byItself && (from == Balloted || from == Reballoted) && s.Ballot.IsZero():
		return ErrBallotRuns
	case s.State == Withdrawn && (b.By.IsZero() || s.By != b.By):
		return ErrNotOpener
	}
	if !slices.Contains(carrying, s.State) && s.Verdict != (Verdict{}) {
		return ErrBadOutcome.On("outcome")
	}
	if err := b.compare(s); err != nil {
		return err
	}
	if !byItself {
		if err := s.said(); err != nil {
			return err
		}
	}
	switch {
	case slices.ContainsFunc(deciders, b.HasDecided):
		return ErrDecided
	case !b.By.IsZero() && slices.Contains(deciders, b.By):
		return ErrAccuser
	}
	return s.Verdict.validate(b.Most)
}

// carrying are the states with a verdict: of a ballot it is what is proposed.
var carrying = []State{Balloted, Found, Reballoted, Stands, Reduced}

// compare holds the verdict of a step against what holds now.
func (b *Breach) compare(s Step) error {
	switch now := b.Verdict(); s.State {
	case Found:
		if s.Outcome == None {
			return ErrBadOutcome.On("outcome")
		}
	case Stands:
		if s.Verdict != now {
			return ErrBadOutcome.On("outcome")
		}
	case Reduced, Reballoted:
		if s.Outcome == None && s.State == Reduced || !s.Verdict.milder(now) {
			return ErrNotMilder.On("outcome")
		}
	}
	return nil
}

// said refuses a step of people without the words that belong to it.
func (s *Step) said() error {
	least, shown := 2, 0
	switch s.State {
	case Found, Stands, Reduced, Lifted:
		shown = 4
	case Stated, Appealed:
		least = 5
	case Opened, Balloted, Reballoted:
		least = 0
	}
	switch {
	case !words(s.Words, least, 1000, true):
		return ErrBadWords.On("words")
	case !words(s.Wording, shown, 300, true):
		return ErrBadWording.On("wording")
	}
	return nil
}
