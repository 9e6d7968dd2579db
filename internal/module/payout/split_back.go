package payout

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// Given is a part of an order that a receiver got.
type Given struct {
	Share    string // key of the request
	Kind     Owner
	ID       id.ID
	Amount   money.Amount
	Returned money.Amount // of it, so far
	At       time.Time
}

// GiveBack asks a receiver to give a part of a share back to the order's shop.
type GiveBack struct {
	Share  string
	Kind   Owner
	ID     id.ID
	Amount money.Amount
}

// Why what a refund takes from a receiver is not asked back.
const (
	FromPerson Carry = "person" // nothing is ever asked back of a person
	TooLate    Carry = "late"   // the provider takes no returns of it any more
	NotShared  Carry = "not_shared"
)

// GiveBacks is the plan of returns after a refund of an order that was shared (D6, D3):
// wants is what the refund takes from each receiver by the books. The latest shares come
// back first. What cannot be asked back is named: the books owe it, and the next payout
// of its receiver is less by so much.
func GiveBacks(given []Given, wants []Claim, limits pay.Limits, now time.Time) (back []GiveBack, left []Carried) {
	given = slices.Clone(given)
	slices.SortStableFunc(given, func(a, b Given) int { return b.At.Compare(a.At) })
	for _, w := range wants {
		if w.Amount <= 0 {
			continue
		}
		if w.Kind == OfPerson {
			left = append(left, Carried{Claim: w, Why: FromPerson})
			continue
		}
		why := NotShared
		for n := range given {
			g := &given[n]
			v := min(w.Amount, g.Amount-g.Returned)
			if g.Kind != w.Kind || g.ID != w.ID || v <= 0 {
				continue
			}
			if now.After(g.At.AddDate(0, 0, limits.ReturnDays)) {
				why = TooLate
				continue
			}
			back = append(back, GiveBack{g.Share, g.Kind, g.ID, v})
			g.Returned += v
			w.Amount -= v
		}
		if w.Amount > 0 {
			left = append(left, Carried{Claim: w, Why: why})
		}
	}
	return back, left
}
