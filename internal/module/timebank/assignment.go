package timebank

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
)

// State is how far an assignment has come.
type State string

// The states. Those after Disputed end it.
const (
	Promised  State = "promised"
	Begun     State = "begun"
	Finished  State = "finished"
	Disputed  State = "disputed"
	Accepted  State = "accepted"   // paid in full
	Settled   State = "settled"    // paid in part or not at all, as was decided
	GivenBack State = "given_back" // by the helper, before it began
	Called    State = "called_off" // by who asked
	Missed    State = "missed"     // the helper did not come
	Excused   State = "excused"    // she had a reason, or it was noted by mistake
	Lapsed    State = "lapsed"     // nobody said what became of it
	Undone    State = "undone"     // accepted, and taken back by the desk: it was not as noted
)

// Ways are the states that may follow each state: every path ends, since each state
// that is no end has one that the clock brings.
var Ways = map[State][]State{
	Promised: {Begun, Finished, GivenBack, Called, Missed, Lapsed}, // Finished: entered from paper
	Begun:    {Finished, Called},
	Finished: {Accepted, Disputed},
	Disputed: {Accepted, Settled},
	Missed:   {Excused, Settled}, // Settled: she came after all, as the desk finds
	Excused:  {Settled},
	Accepted: {Undone},
	Settled:  {Undone},
}

// Over reports whether an assignment is at an end; a place whose assignment ended
// before it began is free again.
func (s State) Over() bool { return s != Promised && s != Begun && s != Finished && s != Disputed }

// Freed reports whether the place is to be filled again.
func (s State) Freed() bool { return s == GivenBack || s == Missed || s == Excused }

// Served reports whether somebody was served.
func (s State) Served() bool { return s == Finished || s == Disputed || s == Accepted || s == Settled }

// May reports whether a state may follow.
func (s State) May(next State) bool { return slices.Contains(Ways[s], next) }

// How says how an assignment came about.
type How string

// The ways.
const (
	ByOffer How = "offer" // she was asked and said yes
	ByOwn   How = "own"   // she found it on the list of what is open and said yes
	ByHand  How = "desk"  // the desk chose her, with a reason
	OnPaper How = "paper" // written on a sheet, entered afterwards
)

// Assignment is one helper's promise to fill one place of a request.
type Assignment struct {
	ID      id.ID
	Request id.ID
	Place   int   // from 0
	Helper  id.ID // member
	Shop    id.ID // whose staff she is here, zero for a neighbour
	Offer   id.ID // zero for none
	How     How
	Reason  string // why the desk chose her
	Code    string // six digits that the served person says at the door
	At      time.Time
	By      id.ID
	Steps   []Step
}

// Step is one state with who brought it about.
type Step struct {
	State   State
	At      time.Time
	By      id.ID  // person; zero for the clock
	Words   string // why
	Minutes int    // how long it took, from Finished on
	Near    int    // metres from the door at the check-in by place, −1 for none
}

// State is how far it has come.
func (a *Assignment) State() State {
	if len(a.Steps) == 0 {
		return Promised
	}
	return a.Steps[len(a.Steps)-1].State
}

// When is when it came into a state, zero if it never did.
func (a *Assignment) When(s State) time.Time {
	for _, step := range a.Steps {
		if step.State == s {
			return step.At
		}
	}
	return time.Time{}
}

// Minutes are those that count, as the latest step says.
func (a *Assignment) Minutes() int {
	for _, step := range slices.Backward(a.Steps) {
		if step.Minutes > 0 || step.State == Settled {
			return step.Minutes
		}
	}
	return 0
}

// Took is how long it took by the clock: from the check-in to the check-out, no more
// than half as much again as the kind says, so that a forgotten check-out costs nobody.
func (a *Assignment) Took(now time.Time, planned int) int {
	begun := a.When(Begun)
	if begun.IsZero() {
		return planned
	}
	return min(max(int(now.Sub(begun).Minutes()), 1), planned+planned/2)
}

// CodeLength is how many digits a check-in code has.
const CodeLength = 6
