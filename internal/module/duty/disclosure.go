package duty

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/policy"
)

// Refusals of a disclosure, in the order in which they are checked.
var (
	ErrNoDisclosure  = fault.New(fault.NotFound, "duty.no_disclosure")
	ErrBadDisclosure = fault.New(fault.Invalid, "duty.bad_disclosure")
	ErrNoItems       = fault.New(fault.Invalid, "duty.no_items")
	ErrBadItem       = fault.New(fault.Invalid, "duty.bad_item")
	ErrBadStandard   = fault.New(fault.Invalid, "duty.bad_standard")
	ErrBadQuarter    = fault.New(fault.Invalid, "duty.bad_quarter")
	ErrBadProfit     = fault.New(fault.Invalid, "duty.bad_profit")
	ErrDeclared      = fault.New(fault.Conflict, "duty.declared")
	ErrBadFinding    = fault.New(fault.Invalid, "duty.bad_finding")
)

// Topic is one of the three disclosures 三公开 (C4).
type Topic string

// The topics.
const (
	Goods    Topic = "goods"    // cost price of the items that draw customers
	Standard Topic = "standard" // how the shop serves
	Profit   Topic = "profit"   // what it earned in a quarter, and the share of it for the welfare fund
)

// Topics lists them.
var Topics = []Topic{Goods, Standard, Profit}

// ItemsMost is how many items a disclosure names at most.
const ItemsMost = 20

// profitMost is the most a shop declares for a quarter, in fen.
const profitMost money.Amount = 100_000_000_00

// Item is one item that draws customers.
type Item struct {
	Name  string
	Unit  string       // "500 克", "" for a piece
	Cost  money.Amount // fen, what the shop pays for it
	Price money.Amount // fen, what the customer pays
}

// Disclosure is what a shop made public. It is the shop's own statement.
type Disclosure struct {
	ID       id.ID
	Merchant id.ID
	Topic    Topic
	Words    string       // the standard; a note to the others
	Items    []Item       // of Goods
	Quarter  period.Month // of Profit: first month
	Profit   money.Amount // below zero for a loss
	Rate     money.Rate   // of Profit: the share, as the policy had it on that day
	Day      period.Day
	Until    period.Day // holds up to and with it; of Profit its quarter has it for good
	At       time.Time
	By       id.ID
	Checks   []Check // by supervisors, the oldest first
}

// Share is what a declared profit brings the welfare fund; nothing of a loss.
func (d *Disclosure) Share() money.Amount {
	if d.Topic != Profit {
		return 0
	}
	return d.Rate.Of(max(0, d.Profit))
}

// Check is what somebody found who looked after a disclosure.
type Check struct {
	ID     id.ID
	Agrees bool
	Words  string
	At     time.Time
	By     id.ID
}

// validate refuses what cannot be disclosed on a day.
func (d *Disclosure) validate(today period.Day) error {
	switch d.Topic {
	case Goods:
		if len(d.Items) == 0 || len(d.Items) > ItemsMost {
			return ErrNoItems.On("items").With("most", ItemsMost)
		}
		for _, i := range d.Items {
			if !words(i.Name, 1, 40, false) || !words(i.Unit, 0, 20, false) || i.Cost <= 0 || i.Price <= 0 || i.Cost > worthMost || i.Price > worthMost {
				return ErrBadItem.On("items").With("item", i.Name)
			}
		}
	case Standard:
		if !words(d.Words, 20, 2000, true) {
			return ErrBadStandard.On("words")
		}
		return nil
	case Profit:
		switch {
		case d.Quarter != d.Quarter.Quarter() || d.Quarter+2 >= today.Month() || d.Quarter < today.Month()-24:
			return ErrBadQuarter.On("quarter")
		case d.Profit < -profitMost || d.Profit > profitMost:
			return ErrBadProfit.On("profit")
		}
	default:
		return ErrBadDisclosure
	}
	if !words(d.Words, 0, 200, true) {
		return ErrBadNote.On("words")
	}
	return nil
}

// Claim is one disclosure that a shop owes: until when, and which one keeps it.
type Claim struct {
	Topic   Topic
	Quarter period.Month // of Profit
	Due     period.Day   // the last day on which it may be made
	By      *Disclosure  // that keeps it, nil if none does
}

// Missing reports whether it should have been made before a day.
func (c *Claim) Missing(today period.Day) bool { return c.By == nil && today > c.Due }

// Grave reports whether it has been missing for a quarter: that is a breach (C4).
func (c *Claim) Grave(today period.Day) bool { return c.By == nil && today > c.Due.Plus(3) }

// Key names a claim where it is stored.
func (c *Claim) Key() string { return string(c.Topic) + "/" + c.Due.String() }

// Owed are the disclosures that a seated shop owes on a day, in the order of Topics;
// all are what it disclosed so far. A new shop has its first full month to make the
// first ones; each has to be made anew when it does not hold any more. The profit of
// a quarter is declared after it, by a shop that had its seat for the whole of it; its
// share is a debt of its own and does not matter here.
func Owed(p *policy.Alliance, s *Seat, all []*Disclosure, today period.Day) (owed []Claim) {
	first := s.From.Month()
	if s.From > first.First() {
		first++
	}
	for _, t := range []Topic{Goods, Standard} {
		c := Claim{Topic: t, Due: first.Last()}
		if d := latest(all, func(d *Disclosure) bool { return d.Topic == t && d.Day <= today }); d != nil {
			if c.Due = d.Until; d.Until >= today {
				c.By = d
			}
			if c.Due < first.Last() { // made in an earlier seat
				c.Due = first.Last()
			}
		}
		owed = append(owed, c)
	}
	q := today.Month().Quarter() - 3
	if s.From <= q.First() {
		c := Claim{Topic: Profit, Quarter: q, Due: (q + 2).Last() + period.Day(p.ProfitDays)}
		c.By = latest(all, func(d *Disclosure) bool { return d.Topic == Profit && d.Quarter == q && d.Day <= today })
		owed = append(owed, c)
	}
	return owed
}

// Standing is how many of the three were in order on a day: those that a shop owes and
// made, and those that it does not owe yet.
func Standing(owed []Claim, today period.Day) int {
	n := len(Topics)
	for i := range owed {
		if owed[i].Missing(today) {
			n--
		}
	}
	return n
}

func latest(all []*Disclosure, fits func(d *Disclosure) bool) *Disclosure {
	for _, d := range slices.Backward(all) {
		if fits(d) {
			return d
		}
	}
	return nil
}
