package bundle

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Refusals of a sale and of its parts, in the order in which they are checked.
var (
	ErrNotOnSale = fault.New(fault.Conflict, "bundle.not_on_sale")
	ErrNotNew    = fault.New(fault.Conflict, "bundle.not_new")   // details: days
	ErrHadYours  = fault.New(fault.Conflict, "bundle.had_yours") // details: most
	ErrSoldOut   = fault.New(fault.Conflict, "bundle.sold_out")
	ErrNoSale    = fault.New(fault.NotFound, "bundle.no_sale")
	ErrNotPaid   = fault.New(fault.Conflict, "bundle.not_paid")
	ErrSettled   = fault.New(fault.Conflict, "bundle.settled") // it was paid for, or dropped
	ErrBadCode   = fault.New(fault.Invalid, "bundle.bad_code")
	ErrElsewhere = fault.New(fault.Conflict, "bundle.elsewhere")
	ErrOver      = fault.New(fault.Conflict, "bundle.over")
	ErrUsedUp    = fault.New(fault.Conflict, "bundle.used_up")
	ErrNoneHere  = fault.New(fault.Conflict, "bundle.none_here")  // she has no part that this shop gives
	ErrWhich     = fault.New(fault.Conflict, "bundle.which_part") // she has several
)

// Sale is a bundle that a member ordered.
type Sale struct {
	ID         id.ID
	Of         *Bundle
	Member     id.ID
	Price      money.Amount
	Gift       money.Amount // fen that the platform promised with it
	PromisedIn period.Month
	OrderedAt  time.Time

	Dropped *Dropped // nil unless it was not paid for
	Begun   *Begun   // nil until it is paid for
	Codes   []string // of its parts, once it is paid for
	Gone    []Gone
}

// Dropped says that a sale was not paid for.
type Dropped struct {
	Why string
	At  time.Time
}

// Begun says when a sale was paid for.
type Begun struct {
	Seq   int64 // of the entry
	Until time.Time
	At    time.Time
}

// What became of a use of a part.
type What string

// The ends of a use.
const (
	Used What = "used" // a shop gave the part
	Back What = "back" // its money went back to the buyer
)

// Slot is one use of a part, both counted from 0.
type Slot struct{ Part, N int }

// Gone is what became of one use of a part.
type Gone struct {
	Slot
	What     What
	Share    money.Amount
	Shop     id.ID // that took it, zero of what went back
	Seq      int64 // of the purchase, or of the entry that gave it back
	Released int64 // the entry that let its money go, −1 of what went back
	By       string
	At       time.Time
}

// Open reports whether it waits to be paid for.
func (s *Sale) Open() bool { return s.Begun == nil && s.Dropped == nil }

// gone is what became of a use, nil if nothing did yet.
func (s *Sale) gone(at Slot) *Gone {
	if i := slices.IndexFunc(s.Gone, func(g Gone) bool { return g.Slot == at }); i >= 0 {
		return &s.Gone[i]
	}
	return nil
}

// Left are the uses of a part that nothing became of yet; part −1 is every part.
func (s *Sale) Left(part int) (left []Slot) {
	if s.Begun == nil {
		return nil
	}
	for i, p := range s.Of.Parts {
		for n := range p.Times {
			if at := (Slot{i, n}); (part < 0 || part == i) && s.gone(at) == nil {
				left = append(left, at)
			}
		}
	}
	return left
}

// Worth is how much of the price uses are.
func (s *Sale) Worth(of []Slot) (sum money.Amount) {
	shares := s.Of.Shares()
	for _, at := range of {
		sum += shares[at.Part][at.N]
	}
	return sum
}

// Held is how much of what she paid is still hers.
func (s *Sale) Held() money.Amount { return s.Worth(s.Left(-1)) }

// Went is how much of what she paid went a way.
func (s *Sale) Went(w What) (sum money.Amount) {
	for _, g := range s.Gone {
		if g.What == w {
			sum += g.Share
		}
	}
	return sum
}

// Took is how many uses of a part went a way.
func (s *Sale) Took(part int, w What) (n int) {
	for _, g := range s.Gone {
		if g.Part == part && g.What == w {
			n++
		}
	}
	return n
}

// Promises reports whether the platform's gift is promised or given.
func (s *Sale) Promises() bool {
	return s.Gift > 0 && s.Dropped == nil && s.Went(Back) == 0
}

// MayUse refuses a part that a shop cannot take at a moment, and finds its next use.
func (s *Sale) MayUse(part int, shop id.ID, now time.Time) (Slot, error) {
	switch {
	case s.Begun == nil:
		return Slot{}, ErrNotPaid
	case part < 0 || part >= len(s.Of.Parts):
		return Slot{}, ErrBadCode.On("code")
	case !slices.Contains(s.Of.Parts[part].Shops, shop):
		return Slot{}, ErrElsewhere.On("code")
	}
	left := s.Left(part)
	switch {
	case len(left) == 0:
		return Slot{}, ErrUsedUp.On("code")
	case !now.Before(s.Begun.Until):
		return Slot{}, ErrOver.On("code")
	}
	return left[0], nil
}
