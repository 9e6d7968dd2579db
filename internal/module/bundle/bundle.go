// Package bundle keeps what several shops sell together at one price, and what became of
// each that was bought (E2, E3). A scene bundle has a part of each of several shops; a pack
// has one part, collected in one of some shops, for a price that is little more than
// nothing.
//
// Who buys one pays at once and uses its parts one by one. Until a part is used its share
// of the price is hers: it goes to the shop when the shop gives the part, and back to her
// when she wants it back, or by itself when the time is over. Nothing is forfeited.
package bundle

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of bundles.
var Schema = db.Schema{
	Owner: "module/bundle",
	Tables: []db.Table{
		{Name: "bundle", Placement: db.Distributed}, {Name: "bundle_step", Placement: db.Distributed}, {Name: "bundle_count", Placement: db.Distributed},
		{Name: "bundle_sale", Placement: db.Distributed}, {Name: "bundle_drop", Placement: db.Distributed}, {Name: "bundle_begin", Placement: db.Distributed},
		{Name: "bundle_code", Placement: db.Distributed}, {Name: "bundle_gone", Placement: db.Distributed}, {Name: "bundle_due", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals of terms, in the order in which they are checked.
var (
	ErrNoBundle   = fault.New(fault.NotFound, "bundle.no_bundle")
	ErrBadName    = fault.New(fault.Invalid, "bundle.bad_name")
	ErrBadKind    = fault.New(fault.Invalid, "bundle.bad_kind")
	ErrBadParts   = fault.New(fault.Invalid, "bundle.bad_parts")
	ErrBadPart    = fault.New(fault.Invalid, "bundle.bad_part")  // details: part
	ErrBadPrice   = fault.New(fault.Invalid, "bundle.bad_price") // details: most
	ErrBadGift    = fault.New(fault.Invalid, "bundle.bad_gift")  // details: most
	ErrBadDays    = fault.New(fault.Invalid, "bundle.bad_days")  // details: most
	ErrBadCount   = fault.New(fault.Invalid, "bundle.bad_count") // details: most
	ErrOnlyByDesk = fault.New(fault.Invalid, "bundle.only_by_desk")
)

// Kind is what sort of bundle it is. It is stored.
type Kind string

// The kinds.
const (
	Scene Kind = "scene" // parts of several shops (E2)
	Pack  Kind = "pack"  // one part for next to nothing (E3)
)

// Kinds lists them.
var Kinds = []Kind{Scene, Pack}

// Sponsor says who pays for what a pack costs beyond its price.
type Sponsor string

// The sponsors.
const (
	ByShops    Sponsor = "shops"    // each shop for what is collected there
	ByPlatform Sponsor = "platform" // of its budget for promotions
)

// Sponsors lists them.
var Sponsors = []Sponsor{ByShops, ByPlatform}

// Part is what one shop gives of a bundle, so many times.
type Part struct {
	What  string       `json:"what"`
	Shops []id.ID      `json:"shops"` // one of a scene; of a pack those where it can be collected
	Times int          `json:"times"`
	Price money.Amount `json:"price"` // fen that one of it costs by itself
}

// Terms are what a bundle says. They are agreed to as they are and never change.
type Terms struct {
	Name  string       `json:"name"`
	Words string       `json:"words,omitempty"`
	Kind  Kind         `json:"kind"`
	Shop  id.ID        `json:"shop"` // who proposes it, zero: the desk
	Parts []Part       `json:"parts"`
	Price money.Amount `json:"price"` // fen

	Sponsor Sponsor      `json:"sponsor,omitempty"` // of a pack
	Gift    money.Amount `json:"gift,omitempty"`    // fen that the platform adds to each pack that is collected
	New     bool         `json:"new,omitempty"`     // for new members only

	Opens     period.Day `json:"opens"`  // the days on which it is sold
	Closes    period.Day `json:"closes"` // …
	Days      int        `json:"days"`   // after the day on which it was paid for, in which it is used
	PerPerson int        `json:"per_person"`
	Total     int        `json:"total"`
}

// Bounds are the numbers of the policy that terms keep to.
type Bounds struct {
	Off       money.Rate   // a scene costs so much less than its parts
	Days      int          // of a scene
	PackPrice money.Amount // the most that a pack costs
	PackDays  int          // of a pack
	Sum       money.Amount // the most that the parts may cost by themselves
	Count     int
	Today     period.Day
}

// The bounds of names and lists.
const (
	nameMost  = 24
	wordsMost = 300
	whatMost  = 30
	PartsMost = 8
	shopsMost = 30
	timesMost = 50
	soldDays  = 366 // the longest that one is on sale
)

// Sum is what the parts cost by themselves.
func (t *Terms) Sum() (sum money.Amount) {
	for _, p := range t.Parts {
		sum += p.Price * money.Amount(p.Times)
	}
	return sum
}

// Most is the highest price that terms may have.
func (t *Terms) Most(b Bounds) money.Amount {
	if t.Kind == Pack {
		return min(b.PackPrice, t.Sum())
	}
	return (money.One - b.Off).FloorOf(t.Sum())
}

// Shares are how much of the price each use of each part is: first among the parts by
// what they cost by themselves, then among the uses of a part alike, both by largest
// remainder. They add up to the price exactly (D7).
func (t *Terms) Shares() [][]money.Amount {
	weights := make([]money.Amount, len(t.Parts))
	for i, p := range t.Parts {
		weights[i] = p.Price * money.Amount(p.Times)
	}
	shares := make([][]money.Amount, len(t.Parts))
	for i, whole := range money.Allot(t.Price, weights) {
		alike := make([]money.Amount, t.Parts[i].Times)
		for n := range alike {
			alike[n] = 1
		}
		shares[i] = money.Allot(whole, alike)
	}
	return shares
}

// Shops are those that have a part, each once, in their order.
func (t *Terms) Shops() (shops []id.ID) {
	for _, p := range t.Parts {
		for _, s := range p.Shops {
			if !slices.Contains(shops, s) {
				shops = append(shops, s)
			}
		}
	}
	return shops
}

// Validate refuses terms that no bundle can have.
func (t *Terms) Validate(b Bounds) error {
	switch {
	case !text.Line(t.Name, nameMost) || !text.ShortProse(t.Words, wordsMost):
		return ErrBadName.On("name")
	case !slices.Contains(Kinds, t.Kind):
		return ErrBadKind.On("kind")
	}
	for _, check := range []func(Bounds) error{t.parts, t.prices, t.life} {
		if err := check(b); err != nil {
			return err
		}
	}
	return nil
}

func (t *Terms) parts(b Bounds) error {
	if len(t.Parts) == 0 || len(t.Parts) > PartsMost || t.Kind == Pack && len(t.Parts) != 1 {
		return ErrBadParts.On("parts")
	}
	for i, p := range t.Parts {
		bad := ErrBadPart.On("parts").With("part", i+1)
		switch {
		case !text.Line(p.What, whatMost) || p.Times < 1 || p.Times > timesMost || p.Price < 1 || p.Price > b.Sum:
			return bad
		case len(p.Shops) == 0 || len(p.Shops) > shopsMost || slices.ContainsFunc(p.Shops, id.ID.IsZero) || twice(p.Shops):
			return bad
		case t.Kind == Scene && len(p.Shops) != 1 || t.Kind == Pack && p.Times != 1:
			return bad
		}
	}
	if t.Kind == Scene && len(t.Shops()) < 2 {
		return ErrBadParts.On("parts")
	}
	return nil
}

func twice(shops []id.ID) bool {
	for i, s := range shops {
		if slices.Contains(shops[:i], s) {
			return true
		}
	}
	return false
}

// prices checks what it costs and who pays what it does not cost.
func (t *Terms) prices(b Bounds) error {
	most := t.Most(b)
	if t.Sum() > b.Sum || t.Price < 1 || t.Price > most {
		return ErrBadPrice.On("price").With("most", most.Grouped(money.CNY))
	}
	for _, part := range t.Shares() {
		if slices.Contains(part, 0) { // a use that costs nothing would be no purchase
			return ErrBadPrice.On("price").With("most", most.Grouped(money.CNY))
		}
	}
	room := t.Sum() - t.Price
	switch {
	case t.Kind == Scene && (t.Sponsor != "" || t.Gift != 0 || t.New):
		return ErrBadKind.On("kind")
	case t.Kind == Scene:
		return nil
	case !slices.Contains(Sponsors, t.Sponsor):
		return ErrBadGift.On("sponsor").With("most", room.Grouped(money.CNY))
	case t.Sponsor == ByShops && t.Gift != 0 || t.Sponsor == ByPlatform && (t.Gift < 1 || t.Gift > room):
		return ErrBadGift.On("gift").With("most", room.Grouped(money.CNY))
	case t.Sponsor == ByPlatform && !t.Shop.IsZero():
		return ErrOnlyByDesk.On("sponsor")
	}
	return nil
}

// life checks when it is sold and used, and how many there are.
func (t *Terms) life(b Bounds) error {
	most := b.Days
	if t.Kind == Pack {
		most = b.PackDays
	}
	switch {
	case t.Opens < b.Today || t.Closes < t.Opens || int(t.Closes-t.Opens) > soldDays:
		return ErrBadDays.On("closes").With("most", most)
	case t.Days < 1 || t.Days > most:
		return ErrBadDays.On("days").With("most", most)
	case t.Total < 1 || t.Total > b.Count:
		return ErrBadCount.On("total").With("most", b.Count)
	case t.PerPerson < 1 || t.PerPerson > t.Total || t.Kind == Pack && t.PerPerson != 1:
		return ErrBadCount.On("per_person").With("most", b.Count)
	}
	return nil
}

// Bundle is a bundle with what became of it: every shop that has a part agrees, and the
// desk publishes. Stopped, what was sold of it stands.
type Bundle struct {
	ID id.ID
	Terms
	pact.Pact
	MadeAt time.Time
}

// State is where a bundle stands on a day.
func (b *Bundle) State(today period.Day) pact.State { return b.Pact.State(b.Opens, b.Closes, today) }

// proposed is a bundle as a person proposed it.
func proposed(at id.ID, t Terms, by id.ID, when time.Time) *Bundle {
	return &Bundle{ID: at, Terms: t, MadeAt: when, Pact: pact.Pact{Owner: t.Shop, By: by, Parties: append(t.Shops(), id.ID{})}}
}
