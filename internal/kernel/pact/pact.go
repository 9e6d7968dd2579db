// Package pact says who must agree before something runs that several pay for: steps,
// each with who and when, and what may follow on what.
package pact

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
)

// Refusals of a step.
var (
	ErrNotAParty  = fault.New(fault.Conflict, "pact.not_a_party")
	ErrAgreed     = fault.New(fault.Conflict, "pact.agreed_already")
	ErrOwn        = fault.New(fault.Forbidden, "pact.own_proposal") // who proposed it does not agree for the platform
	ErrSettled    = fault.New(fault.Conflict, "pact.settled")
	ErrNotRunning = fault.New(fault.Conflict, "pact.not_running")
	ErrNoWords    = fault.New(fault.Invalid, "pact.no_words")
)

// What is a step.
type What string

// The steps.
const (
	Agreed    What = "agreed" // by a party for itself
	Declined  What = "declined"
	Withdrawn What = "withdrawn"
	Published What = "published"
	Stopped   What = "stopped" // nothing new comes of it; what came of it stands
)

// Step is one of them, for whom it was taken; the zero party is the platform.
type Step struct {
	What  What
	Party id.ID
	Words string
	At    time.Time
	By    id.ID
}

// Pact is a proposal with what became of it.
type Pact struct {
	Owner   id.ID   // the party that proposed it, zero for the desk
	By      id.ID   // the person who did
	Parties []id.ID // who must agree, zero for the platform; the owner's agreement is its proposal
	Steps   []Step
}

// With is the pact after a step.
func (p Pact) With(st Step) Pact {
	p.Steps = append(slices.Clip(p.Steps), st)
	return p
}

// Has reports whether a step was taken.
func (p *Pact) Has(w What) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.What == w })
}

// Missing are those who have not agreed yet.
func (p *Pact) Missing() (parties []id.ID) {
	for _, party := range p.Parties {
		if !p.agreed(party) {
			parties = append(parties, party)
		}
	}
	return parties
}

func (p *Pact) agreed(party id.ID) bool {
	return party == p.Owner && !party.IsZero() || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.What == Agreed && s.Party == party })
}

// Decided reports whether it waits for nobody any more.
func (p *Pact) Decided() bool { return p.Has(Published) || p.Has(Declined) || p.Has(Withdrawn) }

// May refuses a step that cannot follow.
func (p *Pact) May(st Step) error {
	if st.What == Declined || st.What == Withdrawn || st.What == Stopped {
		if !text.Line(st.Words, 60) {
			return ErrNoWords.On("words")
		}
	}
	switch st.What {
	case Agreed:
		return p.mayAgree(st)
	case Declined:
		if p.Decided() {
			return ErrSettled
		}
		if !slices.Contains(p.Missing(), st.Party) {
			return ErrNotAParty
		}
	case Withdrawn:
		if st.Party != p.Owner {
			return ErrNotAParty
		}
		if p.Decided() {
			return ErrSettled
		}
	case Stopped: // the desk may stop anything
		if !st.Party.IsZero() && st.Party != p.Owner {
			return ErrNotAParty
		}
		if !p.Has(Published) || p.Has(Stopped) {
			return ErrNotRunning
		}
	}
	return nil
}

// mayAgree: nobody agrees for the platform to what he himself proposed.
func (p *Pact) mayAgree(st Step) error {
	switch {
	case p.Decided():
		return ErrSettled
	case !slices.Contains(p.Parties, st.Party):
		return ErrNotAParty
	case p.agreed(st.Party):
		return ErrAgreed
	case st.Party.IsZero() && st.By == p.By:
		return ErrOwn
	}
	return nil
}

// State is where a proposal stands.
type State string

// The states.
const (
	Waiting State = "waiting" // somebody who pays has not agreed yet
	Coming  State = "coming"  // agreed to by all, and its first day lies ahead
	Running State = "running"
	Over    State = "over" // its last day has passed
	Ended   State = "ended"
	Refused State = "refused"
	Back    State = "back" // withdrawn by who proposed it
)

// State is where it stands on a day, if it may run from a day to another.
func (p *Pact) State(opens, closes, today period.Day) State {
	switch {
	case p.Has(Declined):
		return Refused
	case p.Has(Withdrawn):
		return Back
	case p.Has(Stopped):
		return Ended
	case !p.Has(Published):
		return Waiting
	case today < opens:
		return Coming
	case today > closes:
		return Over
	}
	return Running
}
