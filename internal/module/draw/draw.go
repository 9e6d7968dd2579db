// Package draw keeps draws and lucky bags (E5): what is in the bags, who entered, and who
// got one by chance that anybody can make again (chance.go).
//
// Entering costs nothing and asks for no purchase; how likely a bag is stands on the
// page. A bag is somebody's once: given, handed over at a counter, or lapsed.
package draw

import (
	"embed"
	"io/fs"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of draws.
var Schema = db.Schema{
	Owner: "module/draw",
	Tables: []db.Table{
		{Name: "draw", Placement: db.Distributed}, {Name: "draw_seed", Placement: db.Distributed}, {Name: "draw_bag", Placement: db.Distributed},
		{Name: "draw_entry", Placement: db.Distributed}, {Name: "draw_end", Placement: db.Distributed}, {Name: "draw_outcome", Placement: db.Distributed},
		{Name: "draw_win", Placement: db.Distributed}, {Name: "draw_given", Placement: db.Distributed},
		{Name: "draw_told", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound  = fault.New(fault.NotFound, "draw.not_found")
	ErrBadTitle  = fault.New(fault.Invalid, "draw.bad_title")
	ErrBadWords  = fault.New(fault.Invalid, "draw.bad_words")
	ErrBadClose  = fault.New(fault.Invalid, "draw.bad_close")
	ErrNoBags    = fault.New(fault.Invalid, "draw.no_bags")
	ErrBadBag    = fault.New(fault.Invalid, "draw.bad_bag")
	ErrTooMany   = fault.New(fault.Invalid, "draw.too_many_bags")
	ErrTooDear   = fault.New(fault.Invalid, "draw.too_dear") // the law bounds what a prize is worth
	ErrNoCounter = fault.New(fault.Invalid, "draw.no_counter")
	ErrOver      = fault.New(fault.Conflict, "draw.over")
	ErrEntered   = fault.New(fault.Conflict, "draw.entered_before")
	ErrNotYet    = fault.New(fault.Conflict, "draw.not_for_you")
	ErrInsider   = fault.New(fault.Conflict, "draw.insider")
	ErrBadNonce  = fault.New(fault.Invalid, "draw.bad_nonce")
	ErrNoReason  = fault.New(fault.Invalid, "draw.no_reason")
	ErrNoBag     = fault.New(fault.NotFound, "draw.no_such_code")
	ErrTaken     = fault.New(fault.Conflict, "draw.taken")
	ErrLapsed    = fault.New(fault.Conflict, "draw.lapsed")
	ErrOtherShop = fault.New(fault.Conflict, "draw.other_counter")
	ErrNotDrawn  = fault.New(fault.NotFound, "draw.not_drawn")
)

// BagKind is what is in a bag. It is stored.
type BagKind string

// The kinds of bag.
const (
	Goods  BagKind = "goods"  // collected at a shop
	Points BagKind = "points" // given at once (M-06)
)

// BagKinds lists them in the order of a form.
var BagKinds = []BagKind{Goods, Points}

// Bag is so many bags of one kind.
type Bag struct {
	Kind   BagKind
	Name   string
	Count  int
	Worth  money.Amount // fen, as stated
	Points money.Amount
	Cost   money.Amount // fen that the shop gets for goods (M-09); 0: it gives them
}

// Moves reports whether an entry moves something when the bag of a win is given: points, or
// what its shop gets for goods.
func (d *Draw) Moves(w *Win) bool {
	return w.Bag >= 0 && w.Bag < len(d.Bags) && (d.Bags[w.Bag].Points > 0 || d.Bags[w.Bag].Cost > 0)
}

// Draw is one draw.
type Draw struct {
	ID          id.ID
	Title       string
	Words       string
	Shop        id.ID        // where goods are collected, zero if there are none
	Least       policy.Level // of growth that may enter
	ClosesAt    time.Time
	CollectDays int
	SeedHash    Hash
	Seq         int64 // of the entry that published it
	By          id.ID
	At          time.Time

	Bags    []Bag
	Entries int
	End     *End     // nil while it is open
	Outcome *Outcome // nil before it was drawn
}

// EndKind is how the entries of a draw ended.
type EndKind string

// The ends.
const (
	Closed    EndKind = "closed"
	Cancelled EndKind = "cancelled"
)

// End is when the entries ended, and the hash of their list.
type End struct {
	Kind    EndKind
	Entries int
	List    Hash
	Words   string
	Seq     int64
	By      id.ID
	At      time.Time
}

// Outcome is the drawing.
type Outcome struct {
	Size int64 // of the log
	Root Hash
	Seed Hash
	Seq  int64
	At   time.Time
	Wins []Win
}

// Win is one bag that somebody drew.
type Win struct {
	Draw   id.ID
	Place  int // from 0, in the order of the drawing
	Ticket string
	Bag    int // place of the bag in the draw
	Code   string

	Given *Given // nil while it waits
}

// GivenKind is what became of a bag.
type GivenKind string

// What becomes of bags.
const (
	AtOnce GivenKind = "given"
	Handed GivenKind = "handed"
	Lapsed GivenKind = "lapsed"
)

// Given is what became of a bag.
type Given struct {
	Kind GivenKind
	Seq  int64
	By   id.ID
	At   time.Time
}

// Entry is one member's entry.
type Entry struct {
	Draw   id.ID
	Member id.ID
	Ticket string
	Nonce  string
	Hash   Hash
	At     time.Time
}

// LawfulPrize is what one bag may be worth in a draw (规范促销行为暂行规定, art. 17): fen.
const LawfulPrize money.Amount = 50_000_00

const (
	maxTitle, maxWords, maxName, maxNonce = 40, 1000, 40, 40
	maxBagKinds                           = 8
	longest                               = 60 * 24 * time.Hour
)

// Count is how many bags there are.
func (d *Draw) Count() (n int) {
	for _, b := range d.Bags {
		n += b.Count
	}
	return n
}

// Open reports whether members may enter.
func (d *Draw) Open(now time.Time) bool { return d.End == nil && now.Before(d.ClosesAt) }

// CollectUntil is when a bag of goods lapses.
func (d *Draw) CollectUntil() time.Time {
	if d.Outcome == nil {
		return time.Time{}
	}
	return d.Outcome.At.AddDate(0, 0, d.CollectDays)
}

// BagOf is which bag the n-th winner gets, −1 if there are not so many.
func (d *Draw) BagOf(n int) int {
	for i, b := range d.Bags {
		if n < b.Count {
			return i
		}
		n -= b.Count
	}
	return -1
}

// Validate refuses a draw that cannot be held under the policy.
func (d *Draw) Validate(p *policy.Promotions, now time.Time) error {
	switch {
	case d.Title == "" || utf8.RuneCountInString(d.Title) > maxTitle:
		return ErrBadTitle.On("title")
	case d.Words == "" || utf8.RuneCountInString(d.Words) > maxWords:
		return ErrBadWords.On("words")
	case !d.ClosesAt.After(now) || d.ClosesAt.Sub(now) > longest:
		return ErrBadClose.On("closes")
	case len(d.Bags) == 0 || len(d.Bags) > maxBagKinds:
		return ErrNoBags.On("bags")
	}
	for i := range d.Bags {
		if err := d.Bags[i].validate(d.Shop); err != nil {
			return err
		}
	}
	if d.Count() > p.DrawWinnersMax {
		return ErrTooMany.On("bags").With("most", p.DrawWinnersMax)
	}
	return nil
}

func (b *Bag) validate(shop id.ID) error {
	switch {
	case b.Name == "" || utf8.RuneCountInString(b.Name) > maxName || b.Count < 1 || b.Worth < 0 || b.Points < 0 || b.Cost < 0:
		return ErrBadBag.On("bags")
	case b.Worth > LawfulPrize || b.Cost > LawfulPrize:
		return ErrTooDear.On("bags")
	case b.Kind == Goods && shop.IsZero():
		return ErrNoCounter.On("shop")
	case b.Kind == Points && b.Points == 0, b.Kind != Points && b.Points != 0, b.Kind != Goods && b.Cost != 0:
		return ErrBadBag.On("bags")
	case b.Kind != Goods && b.Kind != Points:
		return ErrBadBag.On("bags")
	}
	return nil
}
