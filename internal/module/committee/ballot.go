package committee

import (
	"cmp"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// Refusals about ballots, in the order in which they are checked.
var (
	ErrNoBallot    = fault.New(fault.NotFound, "committee.no_ballot")
	ErrRuns        = fault.New(fault.Conflict, "committee.ballot_runs")
	ErrBadQuestion = fault.New(fault.Invalid, "committee.bad_question")
	ErrNoElectors  = fault.New(fault.Conflict, "committee.no_electors")
	ErrNoVoter     = fault.New(fault.Forbidden, "committee.no_voter")
	ErrRecused     = fault.New(fault.Forbidden, "committee.recused")    // A-23 … A-26; details: the rule
	ErrTermOver    = fault.New(fault.Forbidden, "committee.term_over")
	ErrVoted       = fault.New(fault.Conflict, "committee.voted")
	ErrOver        = fault.New(fault.Conflict, "committee.ballot_over")
	ErrNoOption    = fault.New(fault.Invalid, "committee.no_option")
	ErrStillRuns   = fault.New(fault.Conflict, "committee.still_runs")
	ErrNotReferred = fault.New(fault.Conflict, "committee.not_referred")
)

// Subject is what a ballot is about: something of another room.
type Subject struct {
	Kind string // "opening", "breach", "item"
	ID   id.ID
}

// Concern is somebody or some shop that a ballot is about: who competes with it, owns
// it or shares its home does not vote.
type Concern struct {
	Person id.ID  // zero: not known
	Shop   id.ID  // in the register of the community, zero: not there
	Trade  string // code, "" if it is not about a trade
}

// Elector is somebody who is asked in a ballot, or would be if a rule did not stop her.
type Elector struct {
	Person id.ID
	Seat   Standing
	Rule   string // the rule that stops her, "" if none does
}

// May reports whether she may vote.
func (e *Elector) May() bool { return e.Rule == "" }

// Standing is as what somebody votes.
type Standing string

// The standings.
const (
	AsMember     Standing = "member"
	AsSubstitute Standing = "substitute" // fewer than FewestVoters members were left
)

// FewestVoters is how many must be able to vote; below it the community's property
// manager and residents' committee are asked too.
const FewestVoters = 3

// Option is one answer of a ballot.
type Option struct {
	Number int
	Key    id.ID     // what it stands for in the room of the subject, zero for none
	Label  string    // a name, or a message key
	Small  bool      // a small local shop: first at a tie
	Since  time.Time // the earlier one is next
	Yields bool      // wins only by more votes than any other: "none of them", "yes" to a penalty
}

// Outcome is how a ballot closed.
type Outcome string

// The outcomes.
const (
	Decided  Outcome = "decided"
	NoQuorum Outcome = "no_quorum" // reopened once
	Referred Outcome = "referred"  // failed twice: the operator and the residents' committee decide
)

// Tally is the result of a ballot.
type Tally struct {
	Outcome  Outcome
	Ranking  []int // option numbers, the winner first
	Counts   []int // by option number less one
	Cast     int
	Eligible int
	At       time.Time
}

// Winner is the option that won, 0 where nothing was decided.
func (t *Tally) Winner() int {
	if t.Outcome != Decided || len(t.Ranking) == 0 {
		return 0
	}
	return t.Ranking[0]
}

// Ballot is a question to the committee.
type Ballot struct {
	ID       id.ID
	Subject  Subject
	Question string // a message key with one %s
	About    string // what stands there, in Chinese
	AboutEn  string
	Round    int   // 1, or 2 after a failed quorum
	Previous id.ID // the first round's ballot
	From, To time.Time
	Quorum   money.Rate // of those who may vote
	By       id.ID
	Options  []Option
	Electors []Elector
	Concerns []Concern
	Voted    []id.ID // who has, in no order that tells anything
	Tally    *Tally  // nil while it runs
	Rulings  []Ruling
}

// Elector finds somebody among those who are asked, nil if she is not.
func (b *Ballot) Elector(person id.ID) *Elector {
	i := slices.IndexFunc(b.Electors, func(e Elector) bool { return e.Person == person })
	if i < 0 {
		return nil
	}
	return &b.Electors[i]
}

// Eligible is how many may vote.
func (b *Ballot) Eligible() (n int) {
	for i := range b.Electors {
		if b.Electors[i].May() {
			n++
		}
	}
	return n
}

// HasVoted reports whether somebody has.
func (b *Ballot) HasVoted(person id.ID) bool { return slices.Contains(b.Voted, person) }

// Runs reports whether votes are taken at an instant.
func (b *Ballot) Runs(at time.Time) bool {
	return b.Tally == nil && !at.Before(b.From) && at.Before(b.To)
}

// DueFor reports whether somebody still has to vote at an instant.
func (b *Ballot) DueFor(person id.ID, at time.Time) bool {
	e := b.Elector(person)
	return b.Runs(at) && e != nil && e.May() && !b.HasVoted(person)
}

// Option finds an answer, nil if there is none.
func (b *Ballot) Option(number int) *Option {
	if number < 1 || number > len(b.Options) {
		return nil
	}
	return &b.Options[number-1]
}

// Answer is the option that was decided on, by votes or by both who ruled; nil while
// nothing is.
func (b *Ballot) Answer() *Option {
	if b.Tally == nil {
		return nil
	}
	if b.Tally.Outcome == Referred {
		return b.Option(b.ruled())
	}
	return b.Option(b.Tally.Winner())
}

// Ruling is what one side said where a quorum failed twice.
type Ruling struct {
	Side   Ruler
	Choice int
	Reason string
	At     time.Time
	By     id.ID
}

// Ruler is who decides where a quorum failed twice: both must agree.
type Ruler string

// The two.
const (
	ByOperator  Ruler = "operator"
	ByResidents Ruler = "residents"
)

// ruled is the option on which the last words of both sides agree, 0 for none.
func (b *Ballot) ruled() int {
	last := make(map[Ruler]int)
	for _, r := range b.Rulings {
		last[r.Side] = r.Choice
	}
	if last[ByOperator] == last[ByResidents] {
		return last[ByOperator]
	}
	return 0
}

// count makes the tally of a ballot from its papers: a pure function of what is
// published. Votes of too few decide nothing.
func (b *Ballot) count(choices []int) Tally {
	t := Tally{Outcome: Decided, Counts: make([]int, len(b.Options)), Cast: len(choices), Eligible: b.Eligible()}
	for _, c := range choices {
		t.Counts[c-1]++
	}
	if t.Cast == 0 || int64(t.Cast)*int64(money.One) < int64(t.Eligible)*int64(b.Quorum) {
		if t.Outcome = NoQuorum; b.Round > 1 {
			t.Outcome = Referred
		}
		return t
	}
	order := slices.Clone(b.Options)
	slices.SortStableFunc(order, func(x, y Option) int {
		return cmp.Or(t.Counts[y.Number-1]-t.Counts[x.Number-1], after(x.Yields, y.Yields), after(y.Small, x.Small), x.Since.Compare(y.Since), x.Number-y.Number)
	})
	for _, o := range order {
		t.Ranking = append(t.Ranking, o.Number)
	}
	return t
}

// after orders what is false before what is true.
func after(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return 1
	}
	return -1
}

// Order are the option numbers from the winner down: by votes, or where both sides ruled
// their choice first and the others as they stand on the ballot.
func (b *Ballot) Order() []int {
	if b.Tally == nil {
		return nil
	}
	if b.Tally.Outcome == Decided {
		return b.Tally.Ranking
	}
	order := []int{}
	if n := b.ruled(); n != 0 {
		order = append(order, n)
		for _, o := range b.Options {
			if o.Number != n {
				order = append(order, o.Number)
			}
		}
	}
	return order
}
