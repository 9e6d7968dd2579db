package marketday

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
)

// Sort says what is done at a stall.
type Sort string

// The sorts. Services are paid in hours on the spot; goods are given, swapped or sold
// between neighbours, outside the books.
const (
	OnTheSpot Sort = "service"
	Goods     Sort = "goods"
)

// Sorts lists them, in the order of a form.
var Sorts = []Sort{OnTheSpot, Goods}

// Stall is a table that a neighbour or a shop has taken.
type Stall struct {
	ID      id.ID
	Day     id.ID
	Number  int   // of the table, from 1
	Member  id.ID // zero for a shop's
	Shop    id.ID // zero for a neighbour's
	Sort    Sort
	Title   string
	About   string
	Minutes int // how long a service takes as a rule
	At      time.Time
	By      id.ID
	End     *End // nil while it stands
}

// End is how a stall was given up.
type End struct {
	Words string
	At    time.Time
	By    id.ID
}

// Validate refuses a stall that says nothing.
func (s *Stall) Validate() error {
	switch {
	case s.Sort != OnTheSpot && s.Sort != Goods:
		return ErrBadSort.On("sort")
	case !text.Line(s.Title, 20):
		return ErrBadTitle.On("title")
	case !text.ShortProse(s.About, wordsMost):
		return ErrBadAbout.On("about")
	case s.Sort == OnTheSpot && (s.Minutes < 1 || s.Minutes > MinutesMost) || s.Sort == Goods && s.Minutes != 0:
		return ErrBadMinutes.On("minutes").With("most", MinutesMost)
	case s.Member.IsZero() == s.Shop.IsZero():
		return ErrNoHolder.On("who")
	}
	return nil
}

// Pieces are goods that changed hands at a stall, as its holder says.
type Pieces struct{ Given, Swapped, Sold int }

// All are all of them.
func (p Pieces) All() int { return p.Given + p.Swapped + p.Sold }

// Validate refuses counts that nobody can mean.
func (p Pieces) Validate() error {
	for _, n := range []struct {
		field string
		n     int
	}{{"given", p.Given}, {"swapped", p.Swapped}, {"sold", p.Sold}} {
		if n.n < 0 || n.n > goodsMost {
			return ErrBadGoods.On(n.field).With("most", goodsMost)
		}
	}
	return nil
}

// How says how a payment came about.
type How string

// The ways.
const (
	ByCode How = "code" // the payer's turning code, scanned by the stallholder
	BySelf How = "self" // on the payer's own phone, by the stall's code
)

// Payment is a service that was done on the spot and paid.
type Payment struct {
	ID      id.ID
	Day     id.ID
	Stall   id.ID
	Payer   id.ID // member
	How     How
	Minutes int
	Coins   money.Amount
	Shown   time.Time // when the two stood there
	At      time.Time // when it was paid
	By      id.ID     // person
	Token   string
	Seq     int64
	Wants   []Want // who wants it undone
	Undone  *Undone
}

// Late reports whether it waited for the network.
func (p *Payment) Late() bool { return p.At.Sub(p.Shown) > time.Minute }

// Side says who wants a payment undone.
type Side string

// The sides.
const (
	Payer  Side = "payer"
	Holder Side = "holder"
	Desk   Side = "desk"
)

// Want is somebody who wants a payment undone.
type Want struct {
	Side  Side
	Words string
	At    time.Time
	By    id.ID
}

// Undone is how a payment was undone.
type Undone struct {
	Seq int64
	At  time.Time
	By  id.ID
}

// Wanted reports whether a side wants it undone.
func (p *Payment) Wanted(s Side) bool {
	for _, w := range p.Wants {
		if w.Side == s {
			return true
		}
	}
	return false
}

// Agreed reports whether enough want it undone: both sides, or the desk.
func (p *Payment) Agreed() bool {
	return p.Wanted(Desk) || p.Wanted(Payer) && p.Wanted(Holder)
}

// MayUndo refuses to undo what was undone, and what is older than its own day. The end of
// the day on the community's clock is given.
func (p *Payment) MayUndo(now, until time.Time) error {
	switch {
	case p.Undone != nil:
		return ErrUndone
	case !now.Before(until):
		return ErrUndoTooLate
	}
	return nil
}
