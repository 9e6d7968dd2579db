// Package offer is what a shop takes off its shelf price for a buyer, and how
// offers, vouchers and coins go together (E4, D1): member price, money off from so
// much on (满减), offers of a season, a weekday or an hour, a welcome for who buys
// for the first time. An offer belongs to a shop and costs only that shop: the price
// that settlement reads is the price after it. Propose is the whole of the
// arithmetic, a pure function; docs/offers.md tells it in words, with cases.
package offer

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of offers and of how far they are used.
var Schema = db.Schema{
	Owner: "module/offer",
	Tables: []db.Table{
		{Name: "offer", Placement: db.Distributed}, {Name: "offer_version", Placement: db.Distributed}, {Name: "offer_end", Placement: db.Distributed},
		{Name: "offer_count", Placement: db.Distributed}, {Name: "offer_person", Placement: db.Distributed}, {Name: "offer_take", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound    = fault.New(fault.NotFound, "offer.not_found")
	ErrBadName     = fault.New(fault.Invalid, "offer.bad_name")
	ErrBadKind     = fault.New(fault.Invalid, "offer.bad_kind")
	ErrBadCategory = fault.New(fault.Invalid, "offer.bad_category")
	ErrBadRate     = fault.New(fault.Invalid, "offer.bad_rate")
	ErrTooDear     = fault.New(fault.Invalid, "offer.member_price_too_high") // B1; details: most
	ErrBadSteps    = fault.New(fault.Invalid, "offer.bad_steps")
	ErrBadCaps     = fault.New(fault.Invalid, "offer.bad_caps")
	ErrBadBudget   = fault.New(fault.Invalid, "offer.bad_budget")
	ErrBadDays     = fault.New(fault.Invalid, "offer.bad_days")
	ErrBadHours    = fault.New(fault.Invalid, "offer.bad_hours")
	ErrTooMany     = fault.New(fault.Conflict, "offer.too_many") // details: most
	ErrEnded       = fault.New(fault.Conflict, "offer.ended")
	ErrNoWords     = fault.New(fault.Invalid, "offer.no_words")
	ErrChanged     = fault.New(fault.Conflict, "offer.changed") // since it was proposed
	ErrUsedUp      = fault.New(fault.Conflict, "offer.used_up") // since it was proposed
)

// Kind is the sort of an offer. Offers of one purchase are applied in the order of
// their kinds, each to what the earlier ones left.
type Kind string

// The kinds, in the order in which they are applied.
const (
	MemberPrice Kind = "member_price" // 会员价: members pay so much of the shelf price (B1)
	TimeLimited Kind = "time_limited" // of a season, a weekday, an hour, a merchant day (C8)
	FullOff     Kind = "full_off"     // 满减: from so much on, so much less
	FirstTime   Kind = "first_time"   // for a member's first purchase in the shop
)

// Kinds lists them in their order.
var Kinds = []Kind{MemberPrice, TimeLimited, FullOff, FirstTime}

// Category groups offers that exclude each other: of each, a purchase uses one. An
// offer is of the category of its kind unless its shop says otherwise.
type Category string

// The categories.
const (
	OfPrice   Category = "price"
	OfSeason  Category = "season"
	OfFull    Category = "full"
	OfWelcome Category = "welcome"
)

// Categories lists them.
var Categories = []Category{OfPrice, OfSeason, OfFull, OfWelcome}

var ofKind = map[Kind]Category{MemberPrice: OfPrice, TimeLimited: OfSeason, FullOff: OfFull, FirstTime: OfWelcome}

// Of is the category that offers of a kind have unless the shop says otherwise.
func (k Kind) Of() Category { return ofKind[k] }

// Whom says for whom an offer is.
type Whom string

// For whom an offer is.
const (
	Everybody Whom = "everybody"
	Members   Whom = "members" // in good standing
)

// Step is one step of money off: from a price on, so much less.
type Step struct {
	From money.Amount `json:"from"`
	Off  money.Amount `json:"off"`
}

// Terms are what an offer says; a change of them is a new version.
type Terms struct {
	Name      string       `json:"name"`
	Kind      Kind         `json:"kind"`
	Category  Category     `json:"category"`
	Whom      Whom         `json:"whom"`
	Rate      money.Rate   `json:"rate"`       // what is paid of the price before; 0 if the offer has steps
	Steps     []Step       `json:"steps"`      // rising; empty if it has a rate
	Every     bool         `json:"every"`      // 每满: the one step counts as often as the price holds it
	PerPerson int          `json:"per_person"` // uses a member; 0 = any number
	Total     int          `json:"total"`      // uses; 0 = any number
	Budget    money.Amount `json:"budget"`     // fen that the offer may take off in all; 0 = as it comes
	When      Window       `json:"when"`
}

// Offer is one offer of a shop as it stands: its latest version.
type Offer struct {
	ID       id.ID
	Merchant id.ID
	Version  int
	Terms
	MadeAt time.Time // the first version
	At     time.Time // this version
	By     id.ID     // who made this version
	End    *End      // nil while it runs
}

// End is how an offer ended before its last day.
type End struct {
	At    time.Time
	By    id.ID
	Words string
}

// The bounds of an offer.
const (
	nameMost   = 24
	stepsMost  = 6
	usesMost   = 1_000_000
	RunningMax = 12 // offers of one shop that have not ended: more could not be weighed in time
)

// Validate refuses terms that no offer can have. alliance is the most that a member
// price may be of the shelf price (B1); most bounds every amount, in fen.
func (t *Terms) Validate(alliance money.Rate, most money.Amount) error {
	switch {
	case !text.Line(t.Name, nameMost):
		return ErrBadName.On("name")
	case !slices.Contains(Kinds, t.Kind):
		return ErrBadKind.On("kind")
	case !slices.Contains(Categories, t.Category):
		return ErrBadCategory.On("category")
	case t.Whom != Everybody && t.Whom != Members, t.Whom == Everybody && (t.Kind == MemberPrice || t.Kind == FirstTime):
		return ErrBadKind.On("whom")
	}
	if err := t.reduces(alliance, most); err != nil {
		return err
	}
	switch {
	case t.PerPerson < 0 || t.PerPerson > usesMost || t.Kind == FirstTime && t.PerPerson != 1:
		return ErrBadCaps.On("per_person")
	case t.Total < 0 || t.Total > usesMost:
		return ErrBadCaps.On("total")
	case t.Budget < 0 || t.Budget > most:
		return ErrBadBudget.On("budget")
	}
	return t.When.validate()
}

// reduces checks what the offer takes off: a rate, or steps.
func (t *Terms) reduces(alliance money.Rate, most money.Amount) error {
	byRate := len(t.Steps) == 0
	switch {
	case byRate && (t.Rate <= 0 || t.Rate >= money.One), !byRate && t.Rate != 0, t.Kind == FullOff && byRate:
		return ErrBadRate.On("rate")
	case t.Kind == MemberPrice && !byRate:
		return ErrBadSteps.On("steps")
	case t.Kind == MemberPrice && t.Rate > alliance:
		return ErrTooDear.On("rate").With("most", alliance.Percent())
	case len(t.Steps) > stepsMost || t.Every && (len(t.Steps) != 1 || t.Steps[0].From == 0):
		return ErrBadSteps.On("steps")
	}
	last := Step{From: -1}
	for _, s := range t.Steps {
		if s.From <= last.From || s.Off <= last.Off || s.From > most || s.Off > most || s.From > 0 && s.Off >= s.From || s.From == 0 && t.Kind == FullOff {
			return ErrBadSteps.On("steps")
		}
		last = s
	}
	return nil
}

// Off is what the offer takes off a price, before its budget and the share that
// offers may take off together.
func (t *Terms) Off(price money.Amount) (off money.Amount) {
	if len(t.Steps) == 0 {
		return price - t.Rate.Of(price)
	}
	for _, s := range t.Steps {
		if price >= s.From {
			off = s.Off
		}
	}
	if t.Every {
		off = t.Steps[0].Off * (price / t.Steps[0].From)
	}
	return off
}

// least is the price from which the offer takes anything off.
func (t *Terms) least() money.Amount {
	if len(t.Steps) == 0 {
		return 0
	}
	return t.Steps[0].From
}

// UsedUp reports whether nobody can use the offer any more.
func (s *Stand) UsedUp() bool {
	return s.Total > 0 && s.Uses >= s.Total || s.Budget > 0 && s.Saved >= s.Budget
}
