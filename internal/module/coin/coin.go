// Package coin keeps what the hours of the time bank are held for and given to, beside
// the books: what is set aside for requests, what services earned, gifts, the common
// pot and its grants, donations of shops, orders of organisations, and hours that are
// taken along to another community (F2, F4–F8).
//
// The books say how much; the records of this package say what it was about and make
// sure that each thing happens once. Every amount is in hundredths of a coin and moves by
// a rule of family T (docs/rules-hours.md). To people coins are shown as service hours or
// as an entitlement, never as money.
package coin

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

// Schema are the tables of coins.
var Schema = db.Schema{
	Owner: "module/coin",
	Tables: []db.Table{
		{Name: "coin_hold", Placement: db.Distributed}, {Name: "coin_share", Placement: db.Distributed}, {Name: "coin_share_end", Placement: db.Distributed}, {Name: "coin_hold_end", Placement: db.Distributed},
		{Name: "coin_service", Placement: db.Distributed}, {Name: "coin_service_undo", Placement: db.Distributed}, {Name: "coin_due", Placement: db.Distributed},
		{Name: "coin_budget", Placement: db.Distributed}, {Name: "coin_opening", Placement: db.Distributed},
		{Name: "coin_gift", Placement: db.Distributed}, {Name: "coin_grant", Placement: db.Distributed}, {Name: "coin_grant_end", Placement: db.Distributed},
		{Name: "coin_donation", Placement: db.Distributed}, {Name: "coin_order", Placement: db.Distributed}, {Name: "coin_order_step", Placement: db.Distributed},
		{Name: "coin_sent", Placement: db.Distributed}, {Name: "coin_arrived", Placement: db.Distributed}, {Name: "coin_lapse", Placement: db.Distributed},
		{Name: "coin_clearing", Placement: db.Distributed}, {Name: "coin_crossed", Placement: db.Distributed},
		{Name: "coin_arrived_got", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals of services.
var (
	ErrBadAmount  = fault.New(fault.Invalid, "coin.bad_amount")
	ErrSoftLimit  = fault.New(fault.Conflict, "coin.soft_limit")  // details: short
	ErrGuestShort = fault.New(fault.Conflict, "coin.guest_short") // details: short; a visitor owes nothing
	ErrGuestGone  = fault.New(fault.Conflict, "coin.guest_gone")  // what she had set aside is gone, and the pool pays for no visitor
	ErrHeld       = fault.New(fault.Conflict, "coin.held")        // something else is set aside for the request
	ErrNoHold     = fault.New(fault.NotFound, "coin.no_hold")
	ErrHoldUsed   = fault.New(fault.Conflict, "coin.hold_used") // something of it was paid already
	ErrPaid       = fault.New(fault.Conflict, "coin.paid")      // the assignment was paid otherwise
	ErrNotPaid    = fault.New(fault.NotFound, "coin.not_paid")
	ErrUndone     = fault.New(fault.Conflict, "coin.undone")        // it was taken back otherwise
	ErrMoreUndone = fault.New(fault.Invalid, "coin.more_than_paid") // details: most
)

// Service is the door to coins. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Hold is what is set aside for a request.
type Hold struct {
	Request id.ID
	Part    int
	Member  id.ID        // who asked
	Coins   money.Amount // she set aside at first
	Pool    money.Amount // the pool's share, if it stands
	Back    money.Amount // that came back to her when the pool joined
	Shares  int          // that the pool ever gave of the request; the last is the one that stands
	Shared  period.Month // against whose budget it counts
	Paid    money.Amount // to those who served
	Ended   bool
	HeldAt  time.Time
	Seq     int64
}

// Whole is all that was set aside.
func (h *Hold) Whole() money.Amount { return h.Coins - h.Back + h.Pool }

// Left is what is still set aside.
func (h *Hold) Left() money.Amount {
	if h.Ended {
		return 0
	}
	return h.Whole() - h.Paid
}

// OfPool is the pool's part of an amount of the hold, rounded down.
func (h *Hold) OfPool(v money.Amount) money.Amount {
	if h.Whole() <= 0 {
		return 0
	}
	return money.MulDiv(v, h.Pool, h.Whole())
}

// Kind is what somebody got hours for. It is stored.
type Kind string

// The kinds.
const (
	Priced    Kind = "service"   // a service that costs hours (T-02)
	Basic     Kind = "basic"     // a free one that the pool paid (T-04)
	Cancelled Kind = "cancelled" // the time was kept free for nothing (T-05)
)

// Earned is what somebody got for one assignment.
type Earned struct {
	Assignment id.ID
	Request    id.ID
	Part       int
	Kind       Kind
	Asker      id.ID
	Helper     id.ID // zero if the staff of a shop served
	Shop       id.ID
	Minutes    int
	Coins      money.Amount // that were paid at first
	Pool       money.Amount // of them, the pool's share
	Due        money.Amount // that the pool had not got at first
	Seq        int64
	PaidAt     time.Time
}

// Undone is what was taken back of it after a dispute.
type Undone struct {
	Whole money.Amount // with what was only due
	Coins money.Amount // from who had served
	Pool  money.Amount // of them, to the pool
	Seq   int64
}

// Due is what the pool still has to pay a helper.
type Due struct {
	Earned
	Left     money.Amount
	Payments int
	Since    time.Time
}
