package payout

import (
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// ErrPlanned refuses a second plan of a batch.
var ErrPlanned = fault.New(fault.Conflict, "payout.planned")

// shareTables keep what providers were asked to share, and what became of it.
var shareTables = []db.Table{
	{Name: "payout_plan", Placement: db.Distributed}, {Name: "payout_carried", Placement: db.Distributed},
	{Name: "payout_share", Placement: db.Distributed}, {Name: "payout_part", Placement: db.Distributed}, {Name: "payout_share_sent", Placement: db.Distributed},
	{Name: "payout_part_end", Placement: db.Distributed}, {Name: "payout_share_end", Placement: db.Distributed}, {Name: "payout_share_due", Placement: db.Distributed},
	{Name: "payout_recovered", Placement: db.Distributed}, {Name: "payout_over", Placement: db.Distributed},
	{Name: "payout_give_back", Placement: db.Distributed}, {Name: "payout_give_back_end", Placement: db.Distributed}, {Name: "payout_borne", Placement: db.Distributed},
}

// Plan is how the money of a batch, which lies on shops' accounts with providers, reaches
// everybody (D6).
type Plan struct {
	ID        id.ID
	Batch     id.ID
	Shares    []Share
	Carried   []Carried
	Recovered []Recovered
}

// Recovered is what of an item counts as delivered, because its shop had got so much more
// than it should have before.
type Recovered struct {
	Item   id.ID
	Shop   id.ID
	Amount money.Amount
}

// Share is one request to a provider about a payment on a shop's account: parts of it go to
// others, or, with Release and no parts, what is left goes to the shop.
type Share struct {
	ID       id.ID
	Batch    id.ID
	Place    int // in which order a plan's requests are asked for
	Provider pay.Kind
	Payment  id.ID
	Number   string // the provider's of the payment
	Account  string // of the shop with the provider
	Shop     id.ID
	Item     id.ID        // of the shop in the batch, zero if it has none
	Amount   money.Amount // of the payment
	PaidAt   time.Time
	Parts    []SharePart
	Release  bool

	Sent *ShareSent // nil before the provider is asked
	End  *ShareEnd  // nil while it is under way
}

// SharePart is what one receiver gets by a request.
type SharePart struct {
	Kind   Owner
	Owner  id.ID // zero for the platform
	Item   id.ID // that it pays, zero for the platform
	Number string
	Name   string
	Amount money.Amount

	State  pay.State // Pending, Done or Closed
	Reason string
	At     time.Time // when it ended
}

// ShareSent says that the provider is being asked.
type ShareSent struct {
	Brings money.Amount // what a release brings its shop
	At     time.Time
}

// ShareEndKind is how a request ended. It is stored.
type ShareEndKind string

// The ends of a request.
const (
	ShareDone   ShareEndKind = "done"   // the provider carried it out; a part may have failed
	ShareLate   ShareEndKind = "late"   // the provider had released the order by itself
	ShareFailed ShareEndKind = "failed" // nothing moved
)

// Why a request was not made, beside the provider's own codes.
const (
	AfterRefund = "refunded" // too little is left of the order
	PastTime    = "late"     // the provider takes no shares of it any more
	AfterFailed = "before"   // an earlier request about the order failed
)

// ShareEnd is how and when a request ended.
type ShareEnd struct {
	Kind    ShareEndKind
	Number  string // the provider's
	Reason  string
	Brought money.Amount // what the shop got by a release
	At      time.Time
}

// Key is how the provider knows the request.
func (s *Share) Key() string { return s.ID.String() }

// Sum is what its parts come to.
func (s *Share) Sum() (sum money.Amount) {
	for _, p := range s.Parts {
		sum += p.Amount
	}
	return sum
}

// Given is what of its parts went to others, or is on its way.
func (s *Share) Given() (sum money.Amount) {
	if s.Sent == nil {
		return 0
	}
	for _, p := range s.Parts {
		if p.State != pay.Closed {
			sum += p.Amount
		}
	}
	return sum
}

// Whole reports whether it was carried out and every part arrived.
func (s *Share) Whole() bool {
	if s.End == nil || s.End.Kind == ShareFailed {
		return false
	}
	for _, p := range s.Parts {
		if p.State != pay.Done {
			return false
		}
	}
	return true
}

// Asking reports whether the provider is being asked and has not answered for good.
func (s *Share) Asking() bool { return s.Sent != nil && s.End == nil }

// Freed reports whether the order's money has been released by it, or was before it.
func (s *Share) Freed() bool {
	return s.End != nil && (s.End.Kind == ShareLate || s.Release && s.End.Kind == ShareDone)
}

// Instruction is what the provider is asked; before and requests are what was shared of
// the payment earlier.
func (s *Share) Instruction(before money.Amount, requests int, why string) pay.Share {
	x := pay.Share{Key: s.Key(), Payment: s.Number, Account: s.Account, Release: s.Release, Total: s.Amount, PaidAt: s.PaidAt, Before: before, Requests: requests}
	for _, p := range s.Parts {
		kind := pay.ToMerchant
		if p.Kind == OfPerson {
			kind = pay.ToPerson
		}
		x.Parts = append(x.Parts, pay.Part{Kind: kind, Account: p.Number, Name: p.Name, Amount: p.Amount, Why: why})
	}
	return x
}

// Delivery is how much of an item reached its payee by requests to share.
type Delivery struct {
	Planned   bool         // the batch has a plan
	Open      int          // requests that have not ended
	Amount    money.Amount // that arrived, also what counts as delivered
	Reference string       // the provider's number of the last request that brought something
}

// OverCause is by what a shop got more than it should have. It is stored.
type OverCause string

// The causes.
const (
	OverLate   OverCause = "late"   // the provider released an order by itself
	OverShare  OverCause = "share"  // a release brought more than the item
	OverRefund OverCause = "refund" // what was given back for a refund that failed
)

// Over is what a shop got more than it should have: finance sees it, and the shop's next
// items count it as delivered.
type Over struct {
	ID     id.ID
	Shop   id.ID
	Cause  OverCause
	Of     id.ID // batch, item or refund
	Amount money.Amount
	At     time.Time
}

// Return is a part that a receiver is asked to give back to the order's shop.
type Return struct {
	ID      id.ID
	Refund  id.ID // the first of those that were asked for anew
	Payment id.ID
	Share   id.ID
	Place   int // of the part in the share
	Amount  money.Amount
	End     *ReturnEnd // nil while it is under way
}

// ReturnEnd is how a return ended.
type ReturnEnd struct {
	State  pay.State // Done or Closed
	Reason string
	At     time.Time
}

// Key is how the provider knows the return.
func (r *Return) Key() string { return r.ID.String() }

// Borne is what a shop's own account paid of a refund (P-06).
type Borne struct {
	Refund  id.ID
	Payment id.ID
	Shop    id.ID
	Taken   money.Amount // by the provider
	Amount  money.Amount // of it booked: less what receivers gave back
	Seq     int64        // of the entry, −1 if receivers gave all of it back
	At      time.Time
}
