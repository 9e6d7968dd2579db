package duty

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// Refusals about breaches, in the order in which they are checked.
var (
	ErrNoBreach    = fault.New(fault.NotFound, "duty.no_breach")
	ErrBadKind     = fault.New(fault.Invalid, "duty.bad_kind")
	ErrBadAbout    = fault.New(fault.Invalid, "duty.bad_about")
	ErrBadStep     = fault.New(fault.Conflict, "duty.bad_step")
	ErrOverdue     = fault.New(fault.Conflict, "duty.overdue")
	ErrTooEarly    = fault.New(fault.Conflict, "duty.too_early")
	ErrBallotRuns  = fault.New(fault.Conflict, "duty.ballot_runs") // nobody decides alone what is put to vote
	ErrNotOpener   = fault.New(fault.Forbidden, "duty.not_opener") // what somebody opened only she takes back
	ErrBadWords    = fault.New(fault.Invalid, "duty.bad_words")
	ErrBadOutcome  = fault.New(fault.Invalid, "duty.bad_outcome")
	ErrTooMuch     = fault.New(fault.Invalid, "duty.too_much")
	ErrBadWording  = fault.New(fault.Invalid, "duty.bad_wording")
	ErrNotMilder   = fault.New(fault.Invalid, "duty.not_milder")
	ErrDecided     = fault.New(fault.Forbidden, "duty.decided_before") // the same person never decides twice
	ErrAccuser     = fault.New(fault.Forbidden, "duty.accuser")        // who opened it does not decide it
	ErrBadEvidence = fault.New(fault.Invalid, "duty.bad_evidence")
	ErrClosed      = fault.New(fault.Conflict, "duty.breach_closed")
)

// Kind is what a shop did not keep to.
type Kind string

// The kinds.
const (
	MissedDuty        Kind = "missed_duty"        // months running (C3)
	FalseDiscount     Kind = "false_discount"     // a member did not pay less (C5)
	MissingDisclosure Kind = "missing_disclosure" // for a quarter (C4)
	NoShow            Kind = "no_show"            // a promised service was not given
	Other             Kind = "other"
	LastPlace         Kind = "last_place" // no breach: last of a quarter, on the same way (C6)
)

// Kinds lists those that somebody may open.
var Kinds = []Kind{MissedDuty, FalseDiscount, MissingDisclosure, NoShow, Other}

// Source is who opened it.
type Source string

// The sources.
const (
	ByRule      Source = "rule"
	ByOfficer   Source = "officer"
	ByCommittee Source = "committee"
)

// Outcome is what a breach costs.
type Outcome string

// The outcomes, the mildest first.
const (
	None     Outcome = ""
	Warning  Outcome = "warning"
	Penalty  Outcome = "penalty" // entitlement, M-13
	SeatLost Outcome = "seat"    // the shop loses its seat
)

// Outcomes lists them, the mildest first.
var Outcomes = []Outcome{None, Warning, Penalty, SeatLost}

// State is where a breach stands: the name of the step that led there.
type State string

// The states. The last six are places of rest.
const (
	Opened     State = "opened"     // the shop may say what it has to say
	Stated     State = "stated"     // it did
	Unanswered State = "unanswered" // it had time and said nothing
	Balloted   State = "balloted"   // the committee votes
	Found      State = "found"      // decided and public; the shop may appeal
	Appealed   State = "appealed"   // others are to decide
	Reballoted State = "reballoted" // they vote

	Withdrawn State = "withdrawn" // opened by mistake
	Cleared   State = "cleared"   // found to be none
	Dropped   State = "dropped"   // nobody decided in time
	Stands    State = "stands"    // the decision holds: it is carried out
	Reduced   State = "reduced"   // something milder holds
	Lifted    State = "lifted"    // nothing of it holds
)

// next is which states may follow each. Stands and Reduced are places of rest that a
// correction may still leave: what was wrong is put right whenever it is found.
var next = map[State][]State{
	"":         {Opened, Found}, // Found: decided by a rule whose score was public (LastPlace)
	Opened:     {Stated, Unanswered, Withdrawn},
	Stated:     {Balloted, Cleared, Found, Dropped, Withdrawn},
	Unanswered: {Balloted, Cleared, Found, Dropped, Withdrawn},
	Balloted:   {Cleared, Found, Dropped},
	Found:      {Appealed, Stands},
	Appealed:   {Reballoted, Stands, Reduced, Lifted},
	Reballoted: {Stands, Reduced, Lifted},
	Stands:     {Reduced, Lifted},
	Reduced:    {Reduced, Lifted},
}

// States lists every state, in the order of a life.
var States = []State{Opened, Stated, Unanswered, Balloted, Found, Appealed, Reballoted, Withdrawn, Cleared, Dropped, Stands, Reduced, Lifted}

// resting are the states in which nothing waits any more.
var resting = []State{Withdrawn, Cleared, Dropped, Stands, Reduced, Lifted}

// AtRest reports whether nothing waits any more.
func (s State) AtRest() bool { return slices.Contains(resting, s) }

// May reports whether a state may follow.
func (s State) May(to State) bool { return slices.Contains(next[s], to) }

// Next lists what may follow a state.
func (s State) Next() []State { return slices.Clone(next[s]) }

// rulingDays are for the operator and the residents' committee where too few voted twice.
const rulingDays = 7

// Due is until when something has to happen in a state that began at an instant; zero
// for no time.
func (s State) Due(at time.Time, p *policy.Alliance, zone *time.Location) time.Time {
	days := 0
	switch s {
	case Opened:
		days = p.StatementDays
	case Stated, Unanswered, Appealed:
		days = p.DecisionDays
	case Balloted, Reballoted:
		days = max(p.DecisionDays, 2*p.BallotDays+rulingDays) // a second round and a ruling fit in, however long a ballot is
	case Found:
		days = p.AppealDays
	default:
		return time.Time{}
	}
	return Deadline(at, days, zone)
}

// Overdue is the state in which a breach gets by itself when its time is over, ""
// where none is. Who is silent is not guilty for it; what nobody decides is dropped;
// an appeal nobody decides is granted; what nobody appeals against stands.
func (s State) Overdue() State {
	switch s {
	case Opened:
		return Unanswered
	case Stated, Unanswered, Balloted:
		return Dropped
	case Found:
		return Stands
	case Appealed, Reballoted:
		return Lifted
	}
	return ""
}

// Verdict is what a decision says.
type Verdict struct {
	Outcome Outcome
	Coins   money.Amount // hundredths, of Penalty only
}

// milder reports whether a verdict costs less than another.
func (v Verdict) milder(than Verdict) bool {
	a, b := slices.Index(Outcomes, v.Outcome), slices.Index(Outcomes, than.Outcome)
	return a < b || a == b && v.Coins < than.Coins
}

// validate refuses a verdict that is none; most is the bound of a penalty.
func (v Verdict) validate(most money.Amount) error {
	switch {
	case !slices.Contains(Outcomes, v.Outcome) || (v.Outcome == Penalty) != (v.Coins != 0) || v.Coins < 0:
		return ErrBadOutcome.On("outcome")
	case v.Coins > most:
		return ErrTooMuch.On("coins").With("most", most)
	}
	return nil
}

// Step is one change of a breach: where it got to, who did so, when and why.
type Step struct {
	Number int
	State  State
	Verdict
	Words   string // what was said: a statement, an appeal, the reason of a decision
	Wording string // what is said in public, of a decision
	Ballot  id.ID  // of Balloted and Reballoted, and of what was decided by one
	At      time.Time
	Due     time.Time // until when something should follow; zero: no time
	By      id.ID     // zero: the clock, or a rule
}

// Breach is one matter of one shop.
type Breach struct {
	ID       id.ID
	Merchant id.ID
	Tenure   id.ID
	Kind     Kind
	Source   Source
	Rule     string // what made it: "missed/2026-10"; "" if somebody opened it
	About    string // what the shop is told it is about
	Policy   int    // number of the version in force
	Most     money.Amount
	At       time.Time
	By       id.ID
	Steps    []Step // in order
	Deciders []Decider
	Postings []Posting
}

// Decider is somebody who decided.
type Decider struct {
	Person id.ID
	Number int // of the step
}

// Last is the latest step, nil before the first.
func (b *Breach) Last() *Step {
	if len(b.Steps) == 0 {
		return nil
	}
	return &b.Steps[len(b.Steps)-1]
}

// State is where it stands.
func (b *Breach) State() State {
	if s := b.Last(); s != nil {
		return s.State
	}
	return ""
}

// Reached is the latest step into a state, nil if there is none.
func (b *Breach) Reached(s State) *Step {
	for i := range slices.Backward(b.Steps) {
		if b.Steps[i].State == s {
			return &b.Steps[i]
		}
	}
	return nil
}

// Verdict is what holds now, or would if no appeal is made: nothing before a decision.
func (b *Breach) Verdict() Verdict {
	switch b.State() {
	case Found, Stands, Reduced:
		return b.Last().Verdict
	case Appealed, Reballoted:
		return b.Reached(Found).Verdict
	}
	return Verdict{}
}

// Counts reports whether it was found, and holds: it takes points from the score (C6).
// Being last takes none.
func (b *Breach) Counts() bool {
	s := b.State()
	return b.Kind != LastPlace && (s == Stands || s == Reduced)
}

// HoldsSince is when a decision first came to hold, zero if none did. A correction
// that leaves something of it does not begin it anew: it counts in one quarter.
func (b *Breach) HoldsSince() time.Time {
	for i := range b.Steps {
		if s := b.Steps[i].State; s == Stands || s == Reduced {
			return b.Steps[i].At
		}
	}
	return time.Time{}
}

// HasDecided reports whether somebody took part in a decision about it.
func (b *Breach) HasDecided(person id.ID) bool {
	return slices.ContainsFunc(b.Deciders, func(d Decider) bool { return d.Person == person })
}
