package alliance

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
)

// State is where an application stands: the name of the step that led there.
type State string

// The states.
const (
	Draft      State = "draft"      // being written
	Submitted  State = "submitted"  // its documents are being checked
	Returned   State = "returned"   // something is missing, the applicant mends it
	Checked    State = "checked"    // a visit is due
	Visited    State = "visited"    // waits for the ballot of its opening
	Balloted   State = "balloted"   // the committee votes
	ElectedOne State = "elected"    // charges are to be made
	Listed     State = "listed"     // on the waiting list
	Offered    State = "offered"    // the next on the list is asked
	Accepted   State = "accepted"   // and said yes: charges are to be made
	Charged    State = "charged"    // deposit and fee are to be paid
	Paid       State = "paid"       // the contract is to be made
	Contracted State = "contracted" // both sides are to confirm it
	Signed     State = "signed"     // one of them has
	Refused    State = "refused"    // with a reason; may appeal
	Appealed   State = "appealed"   // the appeal is to be decided
	Upheld     State = "upheld"     // the refusal was wrong: it goes on at once
	Admitted   State = "admitted"   // final: the shop holds the seat
	Withdrawn  State = "withdrawn"  // final: the applicant took it back
	Lapsed     State = "lapsed"     // final: a time ran out
	Declined   State = "declined"   // final: an offer was not wanted
	Settled    State = "settled"    // final: the refusal stands, the time to appeal is over
	Dismissed  State = "dismissed"  // final: so was the appeal
)

// Final reports whether nothing follows any more.
func (s State) Final() bool { return len(next[s]) == 0 }

// next is which states may follow each. Everything else is refused.
var next = map[State][]State{
	Draft:      {Submitted, Withdrawn, Lapsed},
	Submitted:  {Checked, Returned, Refused, Withdrawn},
	Returned:   {Submitted, Refused, Withdrawn, Lapsed},
	Checked:    {Visited, Refused, Withdrawn},
	Visited:    {Balloted, Listed, Refused, Withdrawn}, // Listed: the seat was taken meanwhile
	Balloted:   {ElectedOne, Listed, Refused, Withdrawn},
	ElectedOne: {Charged, Withdrawn, Lapsed},
	Listed:     {Offered, Withdrawn},
	Offered:    {Accepted, Declined, Withdrawn, Lapsed},
	Accepted:   {Charged, Withdrawn, Lapsed},
	Charged:    {Paid, Withdrawn, Lapsed},
	Paid:       {Contracted, Withdrawn, Lapsed},
	Contracted: {Signed, Withdrawn, Lapsed},
	Signed:     {Admitted, Withdrawn, Lapsed},
	Refused:    {Appealed, Settled},
	Appealed:   {Upheld, Dismissed},
	Upheld:     {Submitted, Listed},
}

// States lists every state, in the order of a life.
var States = []State{Draft, Submitted, Returned, Checked, Visited, Balloted, ElectedOne, Listed, Offered, Accepted, Charged, Paid, Contracted, Signed,
	Refused, Appealed, Upheld, Admitted, Withdrawn, Lapsed, Declined, Settled, Dismissed}

// Next lists what may follow a state.
func (s State) Next() []State { return slices.Clone(next[s]) }

// May reports whether a state may follow.
func (s State) May(to State) bool { return slices.Contains(next[s], to) }

// The office's own times to act, in days: they make a queue late, nothing lapses by
// them.
const (
	checkDays = 3
	visitDays = 5
	makeDays  = 2
)

// Due is until when something should happen in a state that began at an instant; zero
// for no time. What happens by itself then, Overdue tells.
func (s State) Due(at time.Time, p *policy.Alliance, zone *time.Location) time.Time {
	days := 0
	switch s {
	case Submitted:
		days = checkDays
	case Checked:
		days = visitDays
	case Paid:
		days = makeDays
	case Returned, Offered:
		days = p.SeatOfferDays
	case ElectedOne, Accepted, Charged, Contracted, Signed:
		days = p.AdmissionDays
	case Refused, Appealed:
		days = p.AppealDays
	default:
		return time.Time{}
	}
	return DaysFrom(at, days, zone)
}

// Overdue is the state in which an application gets by itself when the time of its
// own is over; "" if people must act however late it is.
func (s State) Overdue() State {
	switch s {
	case Draft, Returned, Offered, ElectedOne, Accepted, Charged, Contracted, Signed:
		return Lapsed
	case Refused:
		return Settled
	}
	return ""
}

// Office reports whether a state waits for the office, not for the applicant.
func (s State) Office() bool {
	return slices.Contains([]State{Submitted, Checked, Visited, ElectedOne, Accepted, Paid, Appealed}, s)
}

// ErrBadStep refuses a step that does not follow from where an application stands.
var ErrBadStep = fault.New(fault.Conflict, "alliance.bad_step")

// Step is one change of an application: where it got to, who did so, when and why.
type Step struct {
	Number int
	State  State
	Note   string // what the applicant is told
	Place  int    // on the waiting list, of Listed: how she came out of the ballot
	At     time.Time
	Due    time.Time // until when something should follow
	By     id.ID     // zero: the clock
}
