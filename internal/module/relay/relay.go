// Package relay keeps the joint sets that shops complete one after another 商家群接龙:
// one shop begins a breakfast set and says which parts it needs, others take a part
// each with its price, and when the last part is taken the set is shown to everybody
// (C12). A set costs clearly less than its parts, or it is not completed. No money
// moves here: each shop takes its own share at its own till.
package relay

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of joint sets.
var Schema = db.Schema{
	Owner: "module/relay",
	Tables: []db.Table{
		{Name: "relay", Placement: db.Distributed}, {Name: "relay_part", Placement: db.Distributed}, {Name: "relay_join", Placement: db.Distributed},
		{Name: "relay_leave", Placement: db.Distributed}, {Name: "relay_held", Placement: db.Distributed}, {Name: "relay_step", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound = fault.New(fault.NotFound, "relay.not_found")
	ErrBadTitle = fault.New(fault.Invalid, "relay.bad_title")
	ErrBadAbout = fault.New(fault.Invalid, "relay.bad_about")
	ErrBadParts = fault.New(fault.Invalid, "relay.bad_parts")
	ErrBadUntil = fault.New(fault.Invalid, "relay.bad_until")
	ErrBadLast  = fault.New(fault.Invalid, "relay.bad_last_day")
	ErrThere    = fault.New(fault.Conflict, "relay.there_already")
	ErrOver     = fault.New(fault.Conflict, "relay.over")
	ErrComplete = fault.New(fault.Conflict, "relay.complete_already")
	ErrNoPart   = fault.New(fault.NotFound, "relay.no_part")
	ErrTaken    = fault.New(fault.Conflict, "relay.part_taken")
	ErrInIt     = fault.New(fault.Conflict, "relay.in_it_already")
	ErrNotInIt  = fault.New(fault.Conflict, "relay.not_in_it")
	ErrBadPrice = fault.New(fault.Invalid, "relay.bad_price")
	ErrTooDear  = fault.New(fault.Conflict, "relay.too_dear")
	ErrStarter  = fault.New(fault.Conflict, "relay.starter_stays")
	ErrNotYours = fault.New(fault.NotFound, "relay.not_yours")
	ErrNoWords  = fault.New(fault.Invalid, "relay.no_words")
)

// Bounds of a set: how many parts and pieces, what a piece may cost, how long it
// waits for its shops and how long it is sold.
const (
	PartsMost  = 8
	piecesMost = 20
	priceMost  = 10_000_00
	WaitMost   = 60 * 24 * time.Hour
	soldMost   = 180
)

// Part is one thing in a set, and who brings it.
type Part struct {
	N      int
	Trade  string // whose it could be: 早点铺
	What   string // 豆浆一杯
	Pieces int64
	Join   *Join // nil while nobody took it on
}

// Join is a shop that took a part on.
type Join struct {
	ID    id.ID
	Shop  id.ID
	Shelf money.Amount // fen a piece on its shelf
	Share money.Amount // fen a piece in the set
	At    time.Time
	By    id.ID
}

// Prices are what a shop asks for a piece.
type Prices struct{ Shelf, Share money.Amount }

func (p Prices) validate() error {
	switch {
	case p.Shelf <= 0 || p.Shelf > priceMost:
		return ErrBadPrice.On("shelf")
	case p.Share <= 0 || p.Share > p.Shelf:
		return ErrBadPrice.On("share")
	}
	return nil
}

// Step is what became of a set. One without any waits for shops.
type Step string

// The steps.
const (
	Complete  Step = "complete"  // every part is taken: it is shown and sold
	Expired   Step = "expired"   // it was not complete in time
	Withdrawn Step = "withdrawn" // the shop that began it gave it up
	Stopped   Step = "stopped"   // it is not sold any more
)

// Stepped is a step with who took it.
type Stepped struct {
	Step  Step
	Words string
	At    time.Time
	By    id.ID
}

// Relay is one joint set.
type Relay struct {
	ID       id.ID
	Title    string
	About    string
	Starter  id.ID // the shop
	Discount money.Rate
	Until    time.Time
	Last     period.Day
	Parts    []Part
	Steps    []Stepped
	At       time.Time
	By       id.ID
}

// State is the latest step, "" while it waits for shops.
func (r *Relay) State() Step {
	for _, s := range []Step{Stopped, Withdrawn, Expired, Complete} {
		for _, x := range r.Steps {
			if x.Step == s {
				return s
			}
		}
	}
	return ""
}

// Open reports whether shops can still take parts on.
func (r *Relay) Open(now time.Time) bool { return r.State() == "" && now.Before(r.Until) }

// Sold reports whether residents can buy it on a day.
func (r *Relay) Sold(today period.Day) bool { return r.State() == Complete && today <= r.Last }

// Sum is what the taken parts cost on the shelf and in the set, and how many parts
// are free.
func (r *Relay) Sum() (shelf, share money.Amount, free int) {
	for _, p := range r.Parts {
		if p.Join == nil {
			free++
			continue
		}
		shelf += p.Join.Shelf * money.Amount(p.Pieces)
		share += p.Join.Share * money.Amount(p.Pieces)
	}
	return shelf, share, free
}

// Cheap reports whether a set is at least the discount under the sum of its parts;
// a fraction of a fen counts against it.
func Cheap(shelf, share money.Amount, discount money.Rate) bool {
	return share <= shelf-money.MulDivUp(shelf, money.Amount(discount), money.Amount(money.One))
}

// Saved is how much less a set costs than its parts, of the parts.
func Saved(shelf, share money.Amount) money.Rate {
	if shelf <= 0 {
		return 0
	}
	return money.Rate(money.MulDiv(shelf-share, money.Amount(money.One), shelf))
}

// Of is the part that a shop took on, nil if none.
func (r *Relay) Of(shop id.ID) *Part {
	for i := range r.Parts {
		if j := r.Parts[i].Join; j != nil && j.Shop == shop {
			return &r.Parts[i]
		}
	}
	return nil
}

func (r *Relay) validate(now time.Time, today period.Day) error {
	switch {
	case !text.Line(r.Title, 20):
		return ErrBadTitle.On("title")
	case !text.ShortProse(r.About, 300):
		return ErrBadAbout.On("about")
	case len(r.Parts) < 2 || len(r.Parts) > PartsMost:
		return ErrBadParts.On("parts").With("most", PartsMost)
	}
	for _, p := range r.Parts {
		if !text.Line(p.Trade, 12) || !text.Line(p.What, 30) || p.Pieces < 1 || p.Pieces > piecesMost {
			return ErrBadParts.On("parts").With("most", PartsMost)
		}
	}
	switch {
	case !r.Until.After(now) || r.Until.Sub(now) > WaitMost:
		return ErrBadUntil.On("until")
	case r.Last < today || r.Last > today+soldMost:
		return ErrBadLast.On("last")
	}
	return nil
}
