// Package merchantday keeps the calendar of merchant days 商家日 and member days
// 会员日: every Wednesday the supermarket, shops that take turns, a single day; what
// each offers, in words; and which of them was called off or changed places with
// another (C8, B6). An offer is told here and settled nowhere: what it is worth a
// shop grants at its own till, or with vouchers.
package merchantday

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of the calendar.
var Schema = db.Schema{
	Owner: "module/merchantday",
	Tables: []db.Table{
		{Name: "merchant_day", Placement: db.Distributed}, {Name: "merchant_day_shop", Placement: db.Distributed},
		{Name: "merchant_day_end", Placement: db.Distributed}, {Name: "merchant_day_change", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound  = fault.New(fault.NotFound, "merchantday.not_found")
	ErrBadKind   = fault.New(fault.Invalid, "merchantday.bad_kind")
	ErrBadTitle  = fault.New(fault.Invalid, "merchantday.bad_title")
	ErrBadOffer  = fault.New(fault.Invalid, "merchantday.bad_offer")
	ErrBadLink   = fault.New(fault.Invalid, "merchantday.bad_link")
	ErrBadDay    = fault.New(fault.Invalid, "merchantday.bad_day")
	ErrBadEvery  = fault.New(fault.Invalid, "merchantday.bad_every")
	ErrNoShops   = fault.New(fault.Invalid, "merchantday.no_shops")
	ErrThere     = fault.New(fault.Conflict, "merchantday.there_already")
	ErrNoWords   = fault.New(fault.Invalid, "merchantday.no_words")
	ErrNoSuchDay = fault.New(fault.NotFound, "merchantday.no_such_day")
	ErrPast      = fault.New(fault.Conflict, "merchantday.past")
	ErrOff       = fault.New(fault.Conflict, "merchantday.called_off")
	ErrEnded     = fault.New(fault.Conflict, "merchantday.ended")
	ErrSame      = fault.New(fault.Invalid, "merchantday.same_day")
)

// Kind says whose day it is.
type Kind string

// The kinds.
const (
	OfMerchants Kind = "merchant_day"
	OfMembers   Kind = "member_day"
)

// Kinds lists them.
var Kinds = []Kind{OfMerchants, OfMembers}

// OfferKind is what sort of thing is offered.
type OfferKind string

// The kinds of offer.
const (
	MemberPrice OfferKind = "price"   // members pay less
	OnSpend     OfferKind = "voucher" // a voucher from so much on: 满 100 元送干洗券
	Gift        OfferKind = "gift"
	Activity    OfferKind = "activity" // a tasting, a class
)

// OfferKinds lists them.
var OfferKinds = []OfferKind{MemberPrice, OnSpend, Gift, Activity}

// Longest is how long a rule reaches at most; then it is thought about anew.
const (
	Longest   = 366
	everyMost = 8
	shopsMost = 60
)

// Once stands for the weekday of a single day.
const Once = -1

// Rule is what comes again.
type Rule struct {
	ID        id.ID
	Kind      Kind
	Title     string
	OfferKind OfferKind
	Offer     string
	Link      string
	Weekday   int // time.Weekday, or Once
	Every     int // weeks
	Rotate    bool
	First     period.Day
	Last      period.Day
	Shops     []id.ID // in their turns
	At        time.Time
	By        id.ID
	End       *End // nil while it runs as planned
}

// End is how a rule ended before its last day.
type End struct {
	Last  period.Day
	Words string
	At    time.Time
}

func (r *Rule) validate(today period.Day) error {
	switch {
	case !slices.Contains(Kinds, r.Kind):
		return ErrBadKind.On("kind")
	case !text.Line(r.Title, 20):
		return ErrBadTitle.On("title")
	case !slices.Contains(OfferKinds, r.OfferKind) || !text.Line(r.Offer, 60):
		return ErrBadOffer.On("offer")
	case r.Link != "" && (!strings.HasPrefix(r.Link, "/") || strings.HasPrefix(r.Link, "//") || strings.ContainsAny(r.Link, "\\ ") || !text.Line(r.Link, 200)):
		return ErrBadLink.On("link")
	case r.Weekday < Once || r.Weekday > int(time.Saturday):
		return ErrBadDay.On("weekday")
	case r.First < today || r.Last < r.First || r.Last-r.First > Longest || r.Weekday == Once && r.Last != r.First:
		return ErrBadDay.On("first")
	case r.Every < 1 || r.Every > everyMost:
		return ErrBadEvery.On("every").With("most", everyMost)
	case r.Kind == OfMerchants && len(r.Shops) == 0 || len(r.Shops) > shopsMost || twice(r.Shops):
		return ErrNoShops.On("shops")
	}
	return nil
}

func twice(shops []id.ID) bool {
	seen := make(map[id.ID]bool, len(shops))
	for _, s := range shops {
		if seen[s] {
			return true
		}
		seen[s] = true
	}
	return false
}

// last is the last day on which the rule may fall.
func (r *Rule) last() period.Day {
	if r.End != nil {
		return min(r.Last, r.End.Last)
	}
	return r.Last
}

// Days are the days on which a rule falls, as it was planned.
func (r *Rule) Days() (days []period.Day) {
	if r.Weekday == Once {
		if r.First <= r.last() {
			days = append(days, r.First)
		}
		return days
	}
	first := r.First + period.Day((r.Weekday-int(r.First.Weekday())+7)%7)
	for d := first; d <= r.last(); d += period.Day(7 * r.Every) {
		days = append(days, d)
	}
	return days
}

// on are the shops whose turn it is on the nth of the rule's days.
func (r *Rule) on(n int) []id.ID {
	if !r.Rotate || len(r.Shops) == 0 {
		return r.Shops
	}
	return r.Shops[n%len(r.Shops) : n%len(r.Shops)+1]
}

// Change is that one of a rule's days was called off or moved.
type Change struct {
	Rule  id.ID
	Day   period.Day // as it was planned
	To    period.Day // Off: called off
	Words string
	At    time.Time
	By    id.ID
}

// Off stands for the day of what was called off.
const Off period.Day = -1

// Occurrence is one day of a rule.
type Occurrence struct {
	*Rule
	Planned period.Day
	Day     period.Day // where it lies now
	Whose   []id.ID    // shops whose turn it is
	Off     bool
	Words   string // why it was changed, "" if it was not
}

// Moved reports whether it lies on another day than was planned.
func (o *Occurrence) Moved() bool { return !o.Off && o.Day != o.Planned }

// Calendar lays rules out over the days from one to another, with their latest
// changes: by day, then by title. What was called off stands on its own day.
func Calendar(rules []*Rule, changes []Change, from, to period.Day) (all []Occurrence) {
	latest := make(map[id.ID]map[period.Day]Change, len(rules))
	for _, c := range changes { // in their order
		if latest[c.Rule] == nil {
			latest[c.Rule] = make(map[period.Day]Change)
		}
		latest[c.Rule][c.Day] = c
	}
	for _, r := range rules {
		for n, day := range r.Days() {
			o := Occurrence{Rule: r, Planned: day, Day: day, Whose: r.on(n)}
			if c, ok := latest[r.ID][day]; ok {
				if o.Words = c.Words; c.To == Off {
					o.Off = true
				} else {
					o.Day = c.To
				}
			}
			if o.Day >= from && o.Day <= to {
				all = append(all, o)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int {
		if a.Day != b.Day {
			return int(a.Day - b.Day)
		}
		return strings.Compare(a.Title, b.Title)
	})
	return all
}
