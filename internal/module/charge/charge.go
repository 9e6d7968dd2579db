// Package charge keeps what members and shops are asked to pay outside of a
// purchase, and whether they did: a membership, a seat in the alliance, an ad slot
// (S1). What is paid for and which rule books it is for the flow that asks.
//
// A charge is open until it is paid, cancelled or expired. Money of a paid charge may
// go back in parts, never more than was paid, and the way it came.
package charge

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of charges.
var Schema = db.Schema{
	Owner: "module/charge",
	Tables: []db.Table{
		{Name: "charge", Placement: db.Distributed}, {Name: "charge_end", Placement: db.Distributed},
		{Name: "charge_refund", Placement: db.Distributed}, {Name: "charge_handed", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Purpose is what a charge is for. It is stored.
type Purpose string

// The purposes.
const (
	Membership  Purpose = "membership"   // a term of membership (B1)
	MerchantFee Purpose = "merchant_fee" // a shop's fee for a term of its seat (C2)
	Deposit     Purpose = "deposit"      // a shop's deposit, into custody (C2)
	Profit      Purpose = "profit"       // a share of profit for the welfare fund (C4)
	Ad          Purpose = "ad"           // an ad slot (C10)
	Bundle      Purpose = "bundle"       // a bundle, a pack for new members (E2, E3)
	Hours       Purpose = "hours"        // hours that an organisation orders for the public good (F7)
)

// Purposes lists them in the order of a form.
var Purposes = []Purpose{Membership, MerchantFee, Deposit, Profit, Ad, Bundle, Hours}

// InCustody reports whether the money must never pass the platform's own hands. What is
// paid ahead for goods of shops is theirs or the buyer's, at no time ours;
// what is paid for hours stands behind them.
func (p Purpose) InCustody() bool { return p == Deposit || p == Profit || p == Bundle || p == Hours }

// PayerKind says who owes a charge.
type PayerKind string

// The kinds of payer.
const (
	ByMember   PayerKind = "member"   // by pseudonym
	ByMerchant PayerKind = "merchant" // a shop
	ByPerson   PayerKind = "person"   // who applies for a seat and has no shop yet
)

// Refusals, in the order in which the methods check them.
var (
	ErrBadCharge    = fault.New(fault.Invalid, "charge.bad_charge")
	ErrNotFound     = fault.New(fault.NotFound, "charge.not_found")
	ErrEnded        = fault.New(fault.Conflict, "charge.ended")
	ErrPastDue      = fault.New(fault.Conflict, "charge.past_due")
	ErrBadMeans     = fault.New(fault.Invalid, "charge.bad_means")
	ErrCustody      = fault.New(fault.Invalid, "charge.custody") // this money may not pass the platform's hands
	ErrBadReference = fault.New(fault.Invalid, "charge.bad_reference")
	ErrSlipUsed     = fault.New(fault.Conflict, "charge.slip_used") // the slip paid another charge
	ErrNotPaid      = fault.New(fault.Conflict, "charge.not_paid")
	ErrTooMuch      = fault.New(fault.Conflict, "charge.refund_too_much")
	ErrNoReason     = fault.New(fault.Invalid, "charge.no_reason")
	ErrHanded       = fault.New(fault.Conflict, "charge.handed_before")
)

// Charge is one thing to pay.
type Charge struct {
	ID       id.ID
	Code     string // eight digits, as people say it at a counter
	Purpose  Purpose
	Subject  id.ID // what is paid for: a term, an application, a booking
	Kind     PayerKind
	Payer    id.ID
	Amount   money.Amount // fen
	Title    string       // what it is about, in the words of data: a shop's name, a month; "" where the purpose says all
	OpenedBy string
	OpenedAt time.Time
	DueAt    time.Time // afterwards it expires

	End     *End // nil while it is open
	Refunds []Refund
}

// EndKind is how a charge ended.
type EndKind string

// The ends.
const (
	Paid      EndKind = "paid"
	Cancelled EndKind = "cancelled" // by who asked for it, before it was paid
	Expired   EndKind = "expired"
)

// End is how and when a charge ended.
type End struct {
	Charge    id.ID
	Kind      EndKind
	Means     charter.Means
	Reference string // number of the slip, unique among the means
	Seq       int64  // of the entry, −1 unless paid
	Reason    string
	By        string
	At        time.Time
}

// Refund is money that goes back.
type Refund struct {
	Charge id.ID
	Seq    int64 // of the entry
	Amount money.Amount
	Reason string
	By     string
	At     time.Time

	Handed *Handed // nil while it waits at the till
}

// Handed says that a refund reached who paid.
type Handed struct {
	Charge    id.ID
	Seq       int64
	Reference string
	By        string
	At        time.Time
}

// Open reports whether the charge waits to be paid.
func (c *Charge) Open() bool { return c.End == nil }

// Paid reports whether it was paid.
func (c *Charge) Paid() bool { return c.End != nil && c.End.Kind == Paid }

// Refunded is how much of it went back.
func (c *Charge) Refunded() (sum money.Amount) {
	for _, r := range c.Refunds {
		sum += r.Amount
	}
	return sum
}

// Payment is how a charge is paid.
type Payment struct {
	Means     charter.Means
	Reference string // number of the provider's, the bank's or our own slip
}

// maxReference bounds the number of a slip.
const maxReference = 64

// Validate refuses what cannot pay the charge at a moment.
func (c *Charge) Validate(p Payment, now time.Time) error {
	switch {
	case !c.Open():
		return ErrEnded.With("kind", string(c.End.Kind))
	case !now.Before(c.DueAt):
		return ErrPastDue
	case !p.Means.Known():
		return ErrBadMeans.On("means")
	case c.Purpose.InCustody() && !p.Means.Held():
		return ErrCustody.On("means")
	case p.Reference == "" || len(p.Reference) > maxReference:
		return ErrBadReference.On("reference")
	}
	return nil
}
