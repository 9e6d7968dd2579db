// Package payout takes money out to those to whom it belongs: shops their sales, people
// their rewards, the platform its own income (D5, D6; family P of the charter).
//
// Somebody of finance prepares a batch; other people agree to it, none of whom it pays.
// Then every item is booked first, in one transaction, so that nothing can be paid
// twice; the provider, or somebody at a bank, is told afterwards. What does not arrive
// comes back into the books. States are records.
package payout

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of payouts.
var Schema = db.Schema{
	Owner: "module/payout",
	Tables: append([]db.Table{
		{Name: "payout_account", Placement: db.Distributed}, {Name: "payout_account_end", Placement: db.Distributed},
		{Name: "payout_batch", Placement: db.Distributed}, {Name: "payout_item", Placement: db.Distributed}, {Name: "payout_left", Placement: db.Distributed},
		{Name: "payout_consent", Placement: db.Distributed}, {Name: "payout_batch_end", Placement: db.Distributed}, {Name: "payout_booked", Placement: db.Distributed},
		{Name: "payout_sent", Placement: db.Distributed}, {Name: "payout_outcome", Placement: db.Distributed}, {Name: "payout_due", Placement: db.Distributed},
		{Name: "payout_decision", Placement: db.Distributed},
	}, shareTables...),
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound    = fault.New(fault.NotFound, "payout.not_found")
	ErrBadKind     = fault.New(fault.Invalid, "payout.bad_kind")
	ErrBadDay      = fault.New(fault.Invalid, "payout.bad_day")
	ErrDayOpen     = fault.New(fault.Conflict, "payout.day_open")      // its last day is not closed yet
	ErrBooksBehind = fault.New(fault.Busy, "payout.books_behind")      // a busy till is ahead of what was read
	ErrBatchWaits  = fault.New(fault.Conflict, "payout.batch_waits")   // one of its kind waits already
	ErrNothing     = fault.New(fault.Conflict, "payout.nothing_to_do") // nobody is to be paid
	ErrEnded       = fault.New(fault.Conflict, "payout.ended")
	ErrPastDue     = fault.New(fault.Conflict, "payout.past_due")
	ErrSamePerson  = fault.New(fault.Conflict, "payout.prepared_it_oneself")
	ErrAgreed      = fault.New(fault.Conflict, "payout.agreed_before")
	ErrInterested  = fault.New(fault.Conflict, "payout.interested") // she, or her household, would be paid
	ErrNoReason    = fault.New(fault.Invalid, "payout.no_reason")
	ErrNotBooked   = fault.New(fault.Conflict, "payout.not_booked")
	ErrByProvider  = fault.New(fault.Conflict, "payout.by_provider") // the provider pays it, not a hand
	ErrSettled     = fault.New(fault.Conflict, "payout.settled")
	ErrBadSlip     = fault.New(fault.Invalid, "payout.bad_slip")
	ErrSlipUsed    = fault.New(fault.Conflict, "payout.slip_used")
	ErrBadAmount   = fault.New(fault.Invalid, "payout.bad_amount")
	ErrNoDecision  = fault.New(fault.Conflict, "payout.not_suspended") // the shop needs no decision
)

// Kind is whom a batch pays. It is stored.
type Kind string

// The kinds of batch.
const (
	Shops  Kind = "shops"  // what shops earned by their sales (P-01)
	People Kind = "people" // rewards (P-03)
	Income Kind = "income" // the platform's own (P-04)
)

// Kinds lists them in the order of a form.
var Kinds = []Kind{Shops, People, Income}

// Known reports whether there is such a kind.
func (k Kind) Known() bool { return k == Shops || k == People || k == Income }

// Payee is which kind of owner the batch pays.
func (k Kind) Payee() Owner {
	switch k {
	case Shops:
		return OfShop
	case People:
		return OfPerson
	}
	return OfPlatform
}

// MaxItems is how many items a batch has: they are booked in one transaction. Who does
// not fit in comes into the next batch.
const MaxItems = 300

// Batch is a number of payouts that are agreed to together.
type Batch struct {
	ID      id.ID
	Number  int64 // from 1, within the community
	Kind    Kind
	Cutoff  period.Day
	Through period.Day // the last day that is in it
	Words   string
	By      id.ID // who prepared it
	At      time.Time
	DueAt   time.Time // afterwards it is dropped

	Items    []Item
	Left     []Left
	Consents []Consent
	End      *End // nil while it waits
}

// Item is what one payee gets.
type Item struct {
	ID       id.ID
	Batch    id.ID
	Payee    id.ID        // a shop, a member by pseudonym, zero for the platform
	Held     money.Amount // fen that stood in the payee's account
	Amount   money.Amount // of them paid out
	Since    period.Day   // the first day that is in it
	Account  id.ID
	Decision id.ID // that lets a suspended shop be paid

	Seq      int64 // of the entry that booked it, −1 if none
	Sent     *Sent // nil before the provider took it
	Outcomes []Outcome
}

// Left is a payee who is owed something and is not in a batch.
type Left struct {
	Payee id.ID
	Held  money.Amount
	Why   Reason
}

// Reason is why somebody is not paid by a batch. It is stored.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	TooFresh  Reason = "fresh"     // all of it is held back still
	TooSmall  Reason = "small"     // less than payout_min
	Owes      Reason = "owes"      // more than owed_limit
	Suspended Reason = "suspended" // and nobody decided that the shop is paid all the same
	NoAccount Reason = "account"   // nobody knows where to
	OwnMatter Reason = "own"       // it would pay who prepared it, or her household
	NoRoom    Reason = "full"      // the batch has as many items as it may
	Moved     Reason = "moved"     // something changed between preparing and agreeing
)

// Consent is one person who agreed to a batch.
type Consent struct {
	Person id.ID
	At     time.Time
}

// EndKind is how a batch ended.
type EndKind string

// The ends of a batch.
const (
	Agreed    EndKind = "agreed"
	Refused   EndKind = "refused"
	Withdrawn EndKind = "withdrawn" // by who prepared it
	Lapsed    EndKind = "lapsed"    // not agreed to in time
)

// End is how and when a batch, or a wish for an account, ended.
type End struct {
	Kind  EndKind
	Words string
	By    id.ID
	At    time.Time
}

// Sent says that the provider has taken an item's instruction.
type Sent struct {
	Number string // the provider's
	At     time.Time
}

// OutcomeKind is what became of an item.
type OutcomeKind string

// The outcomes.
const (
	Confirmed OutcomeKind = "confirmed" // it reached the payee
	Failed    OutcomeKind = "failed"    // nothing left the provider
	Returned  OutcomeKind = "returned"  // it left, and came back
	LeftOut   OutcomeKind = "left"      // it was not booked when the batch was agreed to
)

// Outcome is one thing that became of an item. What comes back may be a part.
type Outcome struct {
	Kind      OutcomeKind
	Amount    money.Amount
	Reference string // the provider's number, or of the bank's slip
	Reason    string // why; of the provider's words only their code
	Seq       int64  // of the entry that booked it, −1 if none
	By        id.ID  // zero: the house
	At        time.Time
}

// Decision is somebody answering for it that a suspended shop is paid.
type Decision struct {
	ID       id.ID
	Merchant id.ID
	Words    string
	By       id.ID
	At       time.Time
}

// Waits reports whether the batch can still be agreed to.
func (b *Batch) Waits() bool { return b.End == nil }

// Passed reports whether enough people agreed.
func (b *Batch) Passed() bool { return b.End != nil && b.End.Kind == Agreed }

// Sum is what all items come to.
func (b *Batch) Sum() (sum money.Amount) {
	for i := range b.Items {
		sum += b.Items[i].Amount
	}
	return sum
}

// ConsentOf is when somebody agreed, false if she did not.
func (b *Batch) ConsentOf(who id.ID) (at time.Time, ok bool) {
	for _, c := range b.Consents {
		if c.Person == who {
			return c.At, true
		}
	}
	return at, false
}

// State is where an item stands.
type State string

// The states of an item.
const (
	Proposed State = "proposed" // its batch waits
	Dropped  State = "dropped"  // its batch was not agreed to
	Ready    State = "ready"    // booked, to be instructed
	Underway State = "underway" // the provider has it
	Arrived  State = "arrived"
	Bounced  State = "bounced" // all of it is back in the payee's account
	Skipped  State = "skipped" // left out when the batch was agreed to
)

// State is where the item stands, with its batch.
func (i *Item) State(b *Batch) State {
	last := OutcomeKind("")
	if n := len(i.Outcomes); n > 0 {
		last = i.Outcomes[n-1].Kind
	}
	switch {
	case last == LeftOut:
		return Skipped
	case b.Waits():
		return Proposed
	case !b.Passed():
		return Dropped
	case i.Seq < 0:
		return Skipped
	case i.Back() == i.Amount:
		return Bounced
	case last != "":
		return Arrived
	case i.Sent != nil:
		return Underway
	}
	return Ready
}

// Back is how much of the item came back.
func (i *Item) Back() (sum money.Amount) {
	for _, o := range i.Outcomes {
		if o.Kind == Failed || o.Kind == Returned {
			sum += o.Amount
		}
	}
	return sum
}

// ArrivedAt is when the item is known to have reached its payee, zero if it is not.
func (i *Item) ArrivedAt() (at time.Time) {
	for _, o := range i.Outcomes {
		if o.Kind == Confirmed {
			return o.At
		}
	}
	return at
}

// Key is how a provider knows the item.
func (i *Item) Key() string { return i.ID.String() }
