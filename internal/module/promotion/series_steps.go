package promotion

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
)

// What is a step in the life of a series.
type What string

// The steps.
const (
	Agreed    What = "agreed" // by a sharing shop, or for the platform
	Declined  What = "declined"
	Withdrawn What = "withdrawn"
	Published What = "published"
	Stopped   What = "stopped" // nothing more is given; what was given stays good
)

// Step is one of them: for whom it was taken, zero for the platform.
type Step struct {
	What  What
	Shop  id.ID
	Words string
	At    time.Time
	By    id.ID
}

// Series is a series of vouchers with what became of it.
type Series struct {
	ID id.ID
	Terms
	MadeAt time.Time
	By     id.ID
	Steps  []Step
}

// State is where a series stands.
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

// State is where it stands on a day.
func (s *Series) State(today period.Day) State {
	if len(s.Steps) > 0 {
		switch s.Steps[len(s.Steps)-1].What {
		case Declined:
			return Refused
		case Withdrawn:
			return Back
		case Stopped:
			return Ended
		}
	}
	switch {
	case !s.Has(Published):
		return Waiting
	case today < s.Opens:
		return Coming
	case today > s.Closes:
		return Over
	}
	return Running
}

// Has reports whether a step was taken.
func (s *Series) Has(w What) bool {
	return slices.ContainsFunc(s.Steps, func(st Step) bool { return st.What == w })
}

// Missing are those who pay and have not agreed yet; zero stands for the platform.
func (s *Series) Missing() (parties []id.ID) {
	for _, sharer := range s.Sharers {
		if !s.agreed(sharer.Shop) {
			parties = append(parties, sharer.Shop)
		}
	}
	if s.asksPlatform() && !s.agreed(id.ID{}) {
		parties = append(parties, id.ID{})
	}
	return parties
}

// asksPlatform reports whether the platform must agree: it pays, or it is issued in
// no shop's name.
func (s *Series) asksPlatform() bool { return s.Platform > 0 || s.Issuer != OfShop }

func (s *Series) agreed(party id.ID) bool {
	return party == s.Shop && !party.IsZero() || slices.ContainsFunc(s.Steps, func(st Step) bool { return st.What == Agreed && st.Shop == party })
}

// decided reports whether it is no longer waiting for anybody.
func (s *Series) decided() bool { return s.Has(Published) || s.Has(Declined) || s.Has(Withdrawn) }

// agree is the step by which a party agrees; party zero is the platform. Nobody
// agrees for the platform to what he himself proposed.
func (s *Series) agree(party, by id.ID) error {
	switch {
	case s.decided():
		return ErrSettled
	case s.agreed(party):
		return ErrAgreed
	case !slices.Contains(s.Missing(), party):
		return ErrNotAParty
	case party.IsZero() && by == s.By:
		return ErrOwnSeries
	}
	return nil
}

// decline refuses whoever is not asked.
func (s *Series) decline(party id.ID) error {
	switch {
	case s.decided():
		return ErrSettled
	case !slices.Contains(s.Missing(), party):
		return ErrNotAParty
	}
	return nil
}

// stop refuses what does not run; a shop stops only its own.
func (s *Series) stop(party id.ID) error {
	switch {
	case !party.IsZero() && party != s.Shop:
		return ErrNotAParty
	case !s.Has(Published) || s.Has(Stopped):
		return ErrNotRunning
	}
	return nil
}

// withdraw refuses what is decided, and whoever did not propose it.
func (s *Series) withdraw(party id.ID) error {
	switch {
	case party != s.Shop:
		return ErrNotAParty
	case s.decided():
		return ErrSettled
	}
	return nil
}
