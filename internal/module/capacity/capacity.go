// Package capacity holds what is booked against what neighbours can do, by kind of
// service and hour of the day (F6). It is pure: bookings, helpers and numbers come in,
// cells with every figure that made them go out. Everything is counted in whole minutes
// of one person, so that every machine finds the same.
package capacity

import (
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// hour and day are in minutes.
const (
	hour = 60
	day  = period.Midnight
	week = 7
)

// Minute is a minute of a community's clock, counted from the first of January 1970
// there.
type Minute int64

// At is a minute of a day.
func At(d period.Day, minute int) Minute { return Minute(d)*day + Minute(minute) }

// Hour is the hour in which a minute lies.
func (m Minute) Hour() Hour { return Hour(m / hour) }

// Hour is an hour of a community's clock, counted like Minute.
type Hour int64

// HourOf is an hour of a day, 0 to 23.
func HourOf(d period.Day, clock int) Hour { return Hour(d)*(day/hour) + Hour(clock) }

// Day is the day in which an hour lies.
func (h Hour) Day() period.Day { return period.Day(h / (day / hour)) }

// Clock is the hour of the day.
func (h Hour) Clock() int { return int(h % (day / hour)) }

func (h Hour) start() Minute { return Minute(h) * hour }

// Booking is something that was asked for: a request, or a day of a plan for which there
// is no request yet.
type Booking struct {
	Kind    string
	From    Minute
	Minutes int // that it takes
	People  int // that it takes
	Planned bool
}

// Span is a stretch of time; To is not included.
type Span struct{ From, To Minute }

// Promise is something that a helper has said yes to.
type Promise struct {
	Kind string
	Span
}

// Helper is a neighbour, or one of a shop's reserve, as far as her hours go.
type Helper struct {
	Kinds    []string // that she may be asked for
	Free     []Span   // in order, apart from each other
	Promised []Promise
	DayMost  int  // minutes on a day
	WeekMost int  // minutes from Monday to Sunday
	Served   int  // minutes that she has served in the week in which the question is asked
	Staff    bool // of a shop: not counted among the neighbours
}

// Rules are a community's numbers (policy.TimeBank).
type Rules struct {
	Over   money.Rate // beyond capacity, from which it counts as a gap
	Least  int        // minutes booked in an hour under which nothing is said
	Days   int        // how far ahead is looked, today included
	Weeks  int        // of the past that a forecast is made from; 0: none is made
	Shrink int        // weeks for which the mean of all days counts beside a day's own
}

// Question is what a table is made of.
type Question struct {
	Now      Minute
	Bookings []Booking // from now on
	Past     []Booking // that were not taken back, of as many weeks as the rules say
	Helpers  []Helper
	Rules    Rules
}

// Cell is one kind in one hour.
type Cell struct {
	Kind     string
	Hour     Hour
	Booked   int // minutes of requests and plans
	Planned  int // of them, minutes of plans that have made no request yet
	Requests int // that lie in the hour
	Able     int // minutes that neighbours can give
	Helpers  int // neighbours of whom these are
	Reserve  int // minutes that the reserve of shops can give besides
	Expected Forecast
}

// Ratio is what is booked against what neighbours can do. Where they can do nothing it
// is RatioMost.
func (c *Cell) Ratio() money.Rate { return ratio(c.Booked, c.Able) }

// Outlook is the same of what is to be expected: what is booked, or what is usual at that
// hour, whichever is more.
func (c *Cell) Outlook() money.Rate { return ratio(max(c.Booked, c.Expected.Minutes), c.Able) }

// RatioMost is the highest ratio that is told.
const RatioMost = 10 * money.One

func ratio(booked, able int) money.Rate {
	switch {
	case booked <= 0:
		return 0
	case able <= 0 || int64(booked) >= int64(able)*int64(RatioMost/money.One):
		return RatioMost
	}
	return money.Rate(int64(booked) * int64(money.One) / int64(able))
}

// Level says how a cell stands.
type Level string

// The levels. Only what is booked makes a gap; a forecast moves no value.
const (
	Quiet  Level = "quiet"  // nothing booked, nothing usual
	Fine   Level = "fine"   // there are hands enough
	Full   Level = "full"   // all hands are needed, and not too many missing
	Likely Level = "likely" // by what is usual there will be a gap
	Gap    Level = "gap"    // more is booked than Rules.Over allows
)

// Level is how a cell stands by a community's numbers.
func (c *Cell) Level(r *Rules) Level {
	switch {
	case over(c.Booked, c.Able, r):
		return Gap
	case over(max(c.Booked, c.Expected.Minutes), c.Able, r):
		return Likely
	case c.Booked == 0 && c.Expected.Minutes == 0:
		return Quiet
	case c.Booked > c.Able:
		return Full
	}
	return Fine
}

// Missing is how many minutes are booked that neighbours cannot do.
func (c *Cell) Missing() int { return max(0, c.Booked-c.Able) }

// over compares without dividing, so that nothing is rounded.
func over(booked, able int, r *Rules) bool {
	return booked > 0 && booked >= r.Least && int64(booked)*int64(money.One) > int64(able)*int64(money.One+r.Over)
}

// Table is the question answered: the cells in which anything is booked, usual or
// possible, by kind and then by hour.
func Table(q Question) []Cell {
	t := table{q: &q, cells: make(map[spot]*Cell)}
	t.from, t.to = q.Now.Hour(), HourOf(period.Day(q.Now/day)+period.Day(max(q.Rules.Days, 1)), 0)
	for i := range q.Bookings {
		t.book(&q.Bookings[i])
	}
	for i := range q.Helpers {
		t.help(&q.Helpers[i])
	}
	t.foresee()
	all := make([]Cell, 0, len(t.cells))
	for _, c := range t.cells {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Cell) int {
		if a.Kind != b.Kind {
			return slices.Compare([]byte(a.Kind), []byte(b.Kind))
		}
		return int(a.Hour - b.Hour)
	})
	return all
}

// spot is where a cell stands.
type spot struct {
	kind string
	hour Hour
}

type table struct {
	q        *Question
	from, to Hour // to is not included
	cells    map[spot]*Cell
}

func (t *table) at(kind string, h Hour) *Cell {
	c := t.cells[spot{kind, h}]
	if c == nil {
		c = &Cell{Kind: kind, Hour: h}
		t.cells[spot{kind, h}] = c
	}
	return c
}

// ahead is what is left of a span: of the running hour nobody can give more.
func (t *table) ahead(s Span) Span { return Span{max(s.From, t.q.Now), s.To} }

// book adds what lies within the table of a booking to its hours.
func (t *table) book(b *Booking) {
	each(t.ahead(Span{b.From, b.From + Minute(b.Minutes)}), t.from, t.to, func(h Hour, minutes int) {
		c := t.at(b.Kind, h)
		c.Booked += minutes * b.People
		c.Requests++
		if b.Planned {
			c.Planned += minutes * b.People
		}
	})
}

// help adds what a helper can give to the hours of each of her kinds. What she has
// promised to another kind is taken out there; what she has promised to the kind itself
// stands among the bookings.
func (t *table) help(v *Helper) {
	free := t.rested(v)
	for _, kind := range v.Kinds {
		for _, f := range free {
			minutes := f.minutes
			for _, p := range v.Promised {
				if p.Kind != kind {
					minutes -= overlap(t.ahead(p.Span), f.hour)
				}
			}
			if minutes <= 0 {
				continue
			}
			c := t.at(kind, f.hour)
			if v.Staff {
				c.Reserve += minutes
			} else {
				c.Able += minutes
				c.Helpers++
			}
		}
	}
}

// share is what somebody can give in an hour.
type share struct {
	hour    Hour
	minutes int
}

// rested are a helper's free hours, shortened in proportion where her limits of a day or
// a week are less than what she is free: nobody knows yet which of them she will be asked
// for.
func (t *table) rested(v *Helper) (free []share) {
	for _, s := range v.Free {
		each(s, t.from, t.to, func(h Hour, minutes int) {
			if n := len(free); n > 0 && free[n-1].hour == h {
				free[n-1].minutes = min(hour, free[n-1].minutes+minutes)
				return
			}
			free = append(free, share{h, minutes})
		})
	}
	shorten(free, func(h Hour) int64 { return int64(h.Day()) }, func(int64) int { return v.DayMost })
	now := weekOf(t.from.Day())
	shorten(free, func(h Hour) int64 { return weekOf(h.Day()) }, func(w int64) int {
		if w == now {
			return max(0, v.WeekMost-v.Served)
		}
		return v.WeekMost
	})
	return free
}

// weekOf numbers the weeks from Monday to Sunday; the first of January 1970 was a
// Thursday.
func weekOf(d period.Day) int64 { return (int64(d) + 3) / week }

// shorten cuts each part of free hours down to its most, the hours in proportion, rounded
// down.
func shorten(free []share, part func(Hour) int64, most func(part int64) int) {
	for from := 0; from < len(free); {
		which, to, sum := part(free[from].hour), from, 0
		for ; to < len(free) && part(free[to].hour) == which; to++ {
			sum += free[to].minutes
		}
		if m := most(which); sum > m {
			for i := from; i < to; i++ {
				free[i].minutes = free[i].minutes * m / sum
			}
		}
		from = to
	}
}

// each calls do with the minutes of a span in each hour of a table.
func each(s Span, from, to Hour, do func(h Hour, minutes int)) {
	for h := max(s.From.Hour(), from); h < to && h.start() < s.To; h++ {
		if minutes := overlap(s, h); minutes > 0 {
			do(h, minutes)
		}
	}
}

// overlap is how many minutes of a span lie in an hour.
func overlap(s Span, h Hour) int {
	return int(max(0, min(s.To, h.start()+hour)-max(s.From, h.start())))
}
