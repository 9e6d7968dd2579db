// Package campaign keeps the festivals of a community's shops (E6): culture, neighbours,
// shopping. Each has its days, a joint calendar, shops that take part with what they do
// and mean to spend, the platform's budget, and the offers and vouchers that belong to
// it. What those cost, and what came of it all, is read from where it happened.
package campaign

import (
	"cmp"
	"embed"
	"io/fs"
	"slices"
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

// Schema are the tables of festivals.
var Schema = db.Schema{
	Owner: "module/campaign",
	Tables: []db.Table{
		{Name: "campaign", Placement: db.Distributed}, {Name: "campaign_step", Placement: db.Distributed}, {Name: "campaign_part", Placement: db.Distributed},
		{Name: "campaign_link", Placement: db.Distributed}, {Name: "campaign_event", Placement: db.Distributed}, {Name: "campaign_event_off", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound  = fault.New(fault.NotFound, "campaign.not_found")
	ErrBadKind   = fault.New(fault.Invalid, "campaign.bad_kind")
	ErrBadTitle  = fault.New(fault.Invalid, "campaign.bad_title")
	ErrBadAbout  = fault.New(fault.Invalid, "campaign.bad_about")
	ErrBadPlace  = fault.New(fault.Invalid, "campaign.bad_place")
	ErrBadDays   = fault.New(fault.Invalid, "campaign.bad_days") // details: most
	ErrBadBudget = fault.New(fault.Invalid, "campaign.bad_budget")
	ErrOver      = fault.New(fault.Conflict, "campaign.over")
	ErrCancelled = fault.New(fault.Conflict, "campaign.cancelled")
	ErrPublished = fault.New(fault.Conflict, "campaign.published")
	ErrNoWords   = fault.New(fault.Invalid, "campaign.no_words")
	ErrNotIn     = fault.New(fault.Conflict, "campaign.not_taking_part")
	ErrNotYours  = fault.New(fault.NotFound, "campaign.not_yours") // an offer or a series of another shop
	ErrBadEvent  = fault.New(fault.Invalid, "campaign.bad_event")
	ErrNoEvent   = fault.New(fault.NotFound, "campaign.no_event")
	ErrEventOff  = fault.New(fault.Conflict, "campaign.event_off")
)

// Kind is the sort of a festival.
type Kind string

// The kinds.
const (
	Culture    Kind = "culture"
	Neighbours Kind = "neighbours"
	Shopping   Kind = "shopping"
)

// Kinds lists them.
var Kinds = []Kind{Culture, Neighbours, Shopping}

// Plan is what a festival is when it is planned.
type Plan struct {
	Kind   Kind
	Title  string
	About  string
	Place  string
	First  period.Day
	Last   period.Day
	Budget money.Amount // fen that the platform means to spend
}

// Campaign is a festival with everything that belongs to it.
type Campaign struct {
	ID id.ID
	Plan
	MadeAt    time.Time
	By        id.ID
	Published *Step
	Cancelled *Step
	Parts     []Part  // shops that take part, in the order in which they joined
	Links     []Link  // in the order in which they were made
	Events    []Event // by day and hour, those that were called off too
}

// Step is that it was published or cancelled.
type Step struct {
	Words string
	At    time.Time
	By    id.ID
}

// Part is a shop that takes part.
type Part struct {
	Shop   id.ID
	Budget money.Amount // fen that it means to spend
	Words  string       // what it does
	At     time.Time
}

// Thing is what can belong to a festival.
type Thing string

// The things.
const (
	Offer  Thing = "offer"
	Series Thing = "series"
)

// Link is an offer or a series of vouchers that belongs to it.
type Link struct {
	What  Thing
	Thing id.ID
	Shop  id.ID // whose; zero: the alliance's or the platform's
	At    time.Time
}

// Event is one entry of the joint calendar.
type Event struct {
	ID    id.ID
	Day   period.Day
	From  int // minutes after midnight
	To    int
	Title string
	Place string
	Shop  id.ID // zero: everybody's
	Off   string
}

// The bounds of a festival.
const (
	titleMost  = 20
	aboutMost  = 300
	placeMost  = 40
	lineMost   = 40
	longest    = 62 // days
	aheadMost  = 366
	budgetMost = 100_000_000
)

func (p *Plan) validate(today period.Day) error {
	switch {
	case !slices.Contains(Kinds, p.Kind):
		return ErrBadKind.On("kind")
	case !text.Line(p.Title, titleMost):
		return ErrBadTitle.On("title")
	case !text.Prose(p.About, aboutMost):
		return ErrBadAbout.On("about")
	case !text.Line(p.Place, placeMost):
		return ErrBadPlace.On("place")
	case p.First < today || p.First > today+aheadMost || p.Last < p.First || p.Last-p.First >= longest:
		return ErrBadDays.On("last").With("most", longest)
	case p.Budget < 0 || p.Budget > budgetMost:
		return ErrBadBudget.On("budget")
	}
	return nil
}

// State is where a festival stands.
type State string

// The states.
const (
	Planned State = "planned" // shops are asked
	Coming  State = "coming"  // published, its first day lies ahead
	Running State = "running"
	Over    State = "over"
	Called  State = "cancelled"
)

// State is where it stands on a day.
func (c *Campaign) State(today period.Day) State {
	switch {
	case c.Cancelled != nil:
		return Called
	case today > c.Last:
		return Over
	case c.Published == nil:
		return Planned
	case today < c.First:
		return Coming
	}
	return Running
}

// Open refuses a change to what is over or cancelled.
func (c *Campaign) open(today period.Day) error {
	switch c.State(today) {
	case Called:
		return ErrCancelled
	case Over:
		return ErrOver
	}
	return nil
}

// Of is the part of a shop, nil if it takes none.
func (c *Campaign) Of(shop id.ID) *Part {
	for i := range c.Parts {
		if c.Parts[i].Shop == shop {
			return &c.Parts[i]
		}
	}
	return nil
}

// Shops are those that take part.
func (c *Campaign) Shops() (shops []id.ID) {
	for _, p := range c.Parts {
		shops = append(shops, p.Shop)
	}
	return shops
}

// Has reports whether a thing belongs to it.
func (c *Campaign) Has(what Thing, thing id.ID) bool {
	return slices.ContainsFunc(c.Links, func(l Link) bool { return l.What == what && l.Thing == thing })
}

// Things are those of a sort that belong to it.
func (c *Campaign) Things(what Thing) (all []id.ID) {
	for _, l := range c.Links {
		if l.What == what {
			all = append(all, l.Thing)
		}
	}
	return all
}

// Days is how long it lasts.
func (c *Campaign) Days() int { return int(c.Last-c.First) + 1 }

// Before is the nth span of as many days before it, on the same days of the week.
func (c *Campaign) Before(n int) (from, to period.Day) {
	weeks := period.Day((c.Days() + 6) / 7 * 7 * n)
	return c.First - weeks, c.Last - weeks
}

// validate refuses an entry that the calendar cannot have.
func (e *Event) validate(c *Campaign) error {
	if !text.Line(e.Title, lineMost) || !text.Line(e.Place, placeMost) || e.Day < c.First || e.Day > c.Last || e.From < 0 || e.To <= e.From || e.To > period.Midnight {
		return ErrBadEvent.On("title")
	}
	return nil
}

func byTime(a, b Event) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.From, b.From), cmp.Compare(a.Title, b.Title))
}
