// Package payment keeps what a licensed provider was asked to take and to give back,
// and what became of it (D6). What is paid for, and which entry books it, is for the
// flow that asks.
//
// A payment is open until it is paid or closed. What comes for one that is closed goes
// back whole. What goes back of a payment is never more than came.
package payment

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of payments.
var Schema = db.Schema{
	Owner: "module/payment",
	Tables: []db.Table{
		{Name: "payment", Placement: db.Distributed}, {Name: "payment_end", Placement: db.Distributed}, {Name: "payment_late", Placement: db.Distributed},
		{Name: "payment_refund", Placement: db.Distributed}, {Name: "payment_refund_end", Placement: db.Distributed},
		{Name: "payment_open", Placement: db.Distributed}, {Name: "payment_frozen", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Purpose is what a payment is for. It is stored.
type Purpose string

// The purposes.
const (
	Checkout Purpose = "checkout" // a purchase at a till (D1)
	Charge   Purpose = "charge"   // a fee, a deposit, a bundle (S1, E2)
)

// Refusals, in the order in which the methods check them.
var (
	ErrBadPayment = fault.New(fault.Invalid, "payment.bad_payment")
	ErrNotFound   = fault.New(fault.NotFound, "payment.not_found")
	ErrEnded      = fault.New(fault.Conflict, "payment.ended")
	ErrOtherSum   = fault.New(fault.Conflict, "payment.other_sum") // the provider tells another amount or currency
	ErrNotPaid    = fault.New(fault.Conflict, "payment.not_paid")
	ErrTooMuch    = fault.New(fault.Conflict, "payment.refund_too_much")
	ErrNotFailed  = fault.New(fault.Conflict, "payment.refund_not_failed")
	ErrNoNote     = fault.New(fault.Invalid, "payment.no_note")
)

// Payment is one thing that a provider was asked to take.
type Payment struct {
	ID       id.ID
	Purpose  Purpose
	Subject  id.ID // what is paid for
	Provider pay.Kind
	Account  string // the shop's with the provider, "" the house's own
	Scene    pay.Scene
	Payer    id.ID // the person who pays, zero if anybody may
	Amount   money.Amount
	Title    string // what the payer reads with the provider
	OpenedBy string
	OpenedAt time.Time
	DueAt    time.Time // afterwards it is closed

	End     *End  // nil while it is open
	Late    *Late // money that came after it was closed
	Refunds []Refund
}

// EndKind is how a payment ended.
type EndKind string

// The ends.
const (
	Paid   EndKind = "paid"
	Closed EndKind = "closed" // nothing was paid and nothing will be
)

// End is how and when a payment ended.
type End struct {
	Payment id.ID
	Kind    EndKind
	Number  string    // the provider's
	PaidAt  time.Time // the provider's time; zero if closed
	Seq     int64     // of the entry, −1 if none booked it
	Note    string    // why it was closed, or why money that came was not booked
	At      time.Time
}

// Late is money that came for a closed payment.
type Late struct {
	Payment id.ID
	Number  string
	PaidAt  time.Time
	At      time.Time
}

// Refund is money that the provider was asked to give back.
type Refund struct {
	ID      id.ID
	Payment id.ID
	Amount  money.Amount
	Reason  string
	Seq     int64 // of the entry, −1 for money that was never booked
	Again   id.ID // the refund that failed before it, zero for a first one
	AskedBy string
	AskedAt time.Time

	End *RefundEnd // nil while it is under way
}

// RefundEndKind is how a refund ended.
type RefundEndKind string

// The ends of a refund.
const (
	Done   RefundEndKind = "done"
	Failed RefundEndKind = "failed" // the provider will not carry it out; somebody must look
	Handed RefundEndKind = "handed" // given back in another way, by hand
)

// RefundEnd is how and when a refund ended.
type RefundEnd struct {
	Refund id.ID
	Kind   RefundEndKind
	Number string // the provider's, or of the slip
	Note   string
	By     string
	At     time.Time
}

// Key is how the provider knows the payment.
func (p *Payment) Key() string { return p.ID.String() }

// Key is how the provider knows the refund.
func (r *Refund) Key() string { return r.ID.String() }

// Open reports whether the payment waits for its payer.
func (p *Payment) Open() bool { return p.End == nil }

// Paid reports whether it was paid in time.
func (p *Payment) Paid() bool { return p.End != nil && p.End.Kind == Paid }

// Number is the provider's number of money that came, "" if none did.
func (p *Payment) Number() string {
	switch {
	case p.Late != nil:
		return p.Late.Number
	case p.Paid():
		return p.End.Number
	}
	return ""
}

// Refunded is how much of it goes back, or went: refunds that failed do not count.
func (p *Payment) Refunded() (sum money.Amount) {
	for _, r := range p.Refunds {
		if r.End == nil || r.End.Kind != Failed {
			sum += r.Amount
		}
	}
	return sum
}

// AskedAgain reports whether a refund that failed was taken up anew.
func (p *Payment) AskedAgain(failed id.ID) bool {
	for _, r := range p.Refunds {
		if r.Again == failed {
			return true
		}
	}
	return false
}

// Came reports whether any money came for it, in time or late.
func (p *Payment) Came() bool { return p.Paid() || p.Late != nil }

// Match refuses what a provider tells of the payment if it is another sum.
func (p *Payment) Match(told pay.Payment) error {
	if told.Amount != p.Amount || told.Asset != "CNY" {
		return ErrOtherSum.With("payment", p.Key()).With("amount", told.Amount).With("currency", told.Asset)
	}
	return nil
}
