// Package reconciliation keeps how a payment provider's bills agree with the books (D5):
// which bill of which day was read, what of it the books know alike, and each difference
// with what was done about it. Nothing is dropped: a difference stays open until it is
// settled by a named way.
//
// Which money the books know is asked by the flow; what a bill says comes from the
// provider's port.
package reconciliation

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of reconciliation.
var Schema = db.Schema{
	Owner: "module/reconciliation",
	Tables: []db.Table{
		{Name: "reconciliation_bill", Placement: db.Distributed}, {Name: "reconciliation_difference", Placement: db.Distributed},
		{Name: "reconciliation_step", Placement: db.Distributed}, {Name: "reconciliation_open", Placement: db.Distributed},
		{Name: "reconciliation_fee", Placement: db.Distributed}, {Name: "reconciliation_seen", Placement: db.Distributed},
		{Name: "reconciliation_attempt", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Source is where a bill came from. It is stored.
type Source string

// The sources.
const (
	ByProvider Source = "provider" // fetched
	ByFile     Source = "file"     // uploaded by a person
)

// Totals are what a bill says of a community, and how much of it the books know alike.
type Totals struct {
	Payments, Refunds int64
	Matched           int64 // of both
	Paid, Back        money.Amount
	Kept, Returned    money.Amount // fees
}

// Bill is a provider's bill of a day as it was read for a community.
type Bill struct {
	ID       id.ID
	Provider pay.Kind
	Day      period.Day
	Source   Source
	Digest   [32]byte
	Totals
	ReadBy string
	ReadAt time.Time
}

// Kind is in what a bill and the books differ. It is stored.
type Kind string

// The kinds of difference.
const (
	MissingHere  Kind = "missing_here"  // the provider moved money that the books do not know
	MissingThere Kind = "missing_there" // the books know money that the provider did not move
	OtherAmount  Kind = "amount"
	Twice        Kind = "twice" // it stands in the bill more than once
	OtherFee     Kind = "fee"   // the provider kept another fee than was expected
)

// Kinds lists them in the order of a page.
var Kinds = []Kind{MissingHere, MissingThere, OtherAmount, Twice, OtherFee}

// Thing is what a difference is about. It is stored.
type Thing string

// The things.
const (
	Payment Thing = "payment"
	Refund  Thing = "refund"
	Fees    Thing = "fees" // of a day
)

// Way is how a difference was settled. It is stored.
type Way string

// The ways.
const (
	FoundLate  Way = "found_late"  // the side that did not know it knows it now
	GivenBack  Way = "given_back"  // the payer has the money again
	Corrected  Way = "corrected"   // the provider mended its bill or its books
	Accepted   Way = "accepted"    // a fee that is as agreed, though not as expected
	WrittenOff Way = "written_off" // by two people
)

// Difference is one thing in which a bill and the books differ.
type Difference struct {
	ID       id.ID
	Bill     id.ID // in which it was found
	Provider pay.Kind
	Day      period.Day // of the bill
	Kind     Kind
	Thing    Thing
	Payment  string // our key of the payment, as the provider knows it
	Refund   string // our key of the refund, "" of a payment
	Number   string // the provider's number of the payment
	Account  string // whose, with the provider
	Ours     money.Amount
	Theirs   money.Amount
	Line     int // of the bill, 0 if it stands in none
	At       time.Time
	FoundAt  time.Time
	DueAt    time.Time

	Steps []Step // in their order
}

// Short is how much less the provider has than the books say, below zero if it has more.
func (d *Difference) Short() money.Amount {
	if d.Thing == Refund {
		return d.Theirs - d.Ours // what it gave away
	}
	return d.Ours - d.Theirs
}

// StepKind is one thing that is done about a difference. It is stored.
type StepKind string

// The kinds of step.
const (
	Taken     StepKind = "taken"     // a person takes it on
	Noted     StepKind = "noted"     // somebody found something out
	Asked     StepKind = "asked"     // the provider was asked to give the money back
	Proposed  StepKind = "proposed"  // to be written off
	Declined  StepKind = "declined"  // it is not written off
	Settled   StepKind = "settled"   // by a way
	Recovered StepKind = "recovered" // what was written off was found after all
)

// Step is one thing that was done about a difference.
type Step struct {
	Kind      StepKind
	Way       Way   // of Settled
	Person    id.ID // of Taken
	Words     string
	Reference string // number of a slip, a ticket, a bill
	Seq       int64  // of the entry, −1 if none
	By        string
	At        time.Time
}

// last is the latest step of some kinds, nil if there is none.
func (d *Difference) last(kinds ...StepKind) *Step {
	for i := len(d.Steps) - 1; i >= 0; i-- {
		for _, k := range kinds {
			if d.Steps[i].Kind == k {
				return &d.Steps[i]
			}
		}
	}
	return nil
}

// Settlement is how it was settled, nil while it is open.
func (d *Difference) Settlement() *Step { return d.last(Settled) }

// Owner is who has taken it on, zero if nobody has.
func (d *Difference) Owner() id.ID {
	if s := d.last(Taken); s != nil {
		return s.Person
	}
	return id.ID{}
}

// Proposal is the write-off that waits for a second person, nil if none does.
func (d *Difference) Proposal() *Step {
	if s := d.last(Proposed, Declined, Settled); s != nil && s.Kind == Proposed {
		return s
	}
	return nil
}

// Asking is the refund that the provider was asked for, nil if it was not.
func (d *Difference) Asking() *Step { return d.last(Asked) }

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound   = fault.New(fault.NotFound, "reconciliation.not_found")
	ErrSettled    = fault.New(fault.Conflict, "reconciliation.settled")
	ErrBadWay     = fault.New(fault.Invalid, "reconciliation.bad_way") // this difference is not settled so
	ErrNoWords    = fault.New(fault.Invalid, "reconciliation.no_words")
	ErrNoSlip     = fault.New(fault.Invalid, "reconciliation.no_slip")
	ErrProposed   = fault.New(fault.Conflict, "reconciliation.proposed")
	ErrNoProposal = fault.New(fault.Conflict, "reconciliation.no_proposal")
	ErrSameHand   = fault.New(fault.Forbidden, "reconciliation.same_hand") // who proposed it does not decide
	ErrManifold   = fault.New(fault.Conflict, "reconciliation.manifold")   // a bill of somebody else, or of another day
	ErrOtherDay   = fault.New(fault.Invalid, "reconciliation.other_day")
	ErrNotABill   = fault.New(fault.Invalid, "reconciliation.not_a_bill")
	ErrNotYet     = fault.New(fault.Conflict, "reconciliation.not_yet")
	ErrUnreached  = fault.New(fault.Busy, "reconciliation.unreached")
	ErrNoProvider = fault.New(fault.NotFound, "reconciliation.no_provider")
	ErrMissing    = fault.New(fault.Conflict, "reconciliation.still_missing")
	ErrDayOpen    = fault.New(fault.Conflict, "reconciliation.day_open")
)

// settling says by which ways people settle what. What the provider has and the books do
// not know is never written off, nor is a refund that a payer waits for.
var settling = map[Kind]map[Thing][]Way{
	MissingHere:  {Payment: {FoundLate, GivenBack, Corrected}, Refund: {FoundLate, Corrected, WrittenOff}},
	MissingThere: {Payment: {FoundLate, Corrected, WrittenOff}, Refund: {FoundLate, Corrected}},
	OtherAmount:  {Payment: {Corrected, GivenBack, WrittenOff}, Refund: {Corrected, WrittenOff}},
	Twice:        {Payment: {Corrected}, Refund: {Corrected}},
	OtherFee:     {Fees: {Accepted, Corrected}},
}

// Ways are those by which it may be settled. Only what is short is written off.
func (d *Difference) Ways() (ways []Way) {
	for _, w := range settling[d.Kind][d.Thing] {
		if w == WrittenOff && d.Short() <= 0 || w == GivenBack && d.Short() >= 0 {
			continue
		}
		ways = append(ways, w)
	}
	return ways
}

// Fee is what was booked of a day's fees.
type Fee struct {
	Provider             pay.Kind
	Day                  period.Day
	N                    int
	Bill                 id.ID
	Kept, Returned       money.Amount
	KeptSeq, ReturnedSeq int64 // −1 if nothing was to be booked
	At                   time.Time
}

// Outcome is why a bill was not read. It is stored.
type Outcome string

// The outcomes.
const (
	NotYet     Outcome = "not_yet"
	Unreached  Outcome = "unreached"
	Unreadable Outcome = "unreadable"
	Manifold   Outcome = "manifold" // nearly all of it differs
)

// Attempt is a bill that could not be read.
type Attempt struct {
	Provider pay.Kind
	Day      period.Day
	At       time.Time
	Outcome  Outcome
	Note     string
	By       string
}
