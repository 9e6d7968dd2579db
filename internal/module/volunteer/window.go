package volunteer

import (
	"cmp"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
)

// Window is a time of each week at which somebody is free, on the community's clock.
// One that crosses midnight is two windows.
type Window struct {
	Weekday  time.Weekday
	From, To int // minutes after midnight; To is not included, period.Midnight at most
}

func (w Window) valid() bool {
	return w.Weekday >= time.Sunday && w.Weekday <= time.Saturday && w.From >= 0 && w.From < w.To && w.To <= period.Midnight
}

// tidy puts windows in order and joins those that touch.
func tidy(all []Window) (joined []Window) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Window) int {
		return cmp.Or(cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	for _, w := range all {
		if n := len(joined); n > 0 && joined[n-1].Weekday == w.Weekday && w.From <= joined[n-1].To {
			joined[n-1].To = max(joined[n-1].To, w.To)
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

// Span is a stretch of time; To is not included.
type Span struct{ From, To time.Time }

// ExceptionKind says what is other than usual.
type ExceptionKind string

// The kinds of exception.
const (
	Away  ExceptionKind = "away"  // she is not there
	Extra ExceptionKind = "extra" // she is free besides
)

// Exception is a stretch of time that is other than usual.
type Exception struct {
	ID   id.ID
	Kind ExceptionKind
	Span
	Words string // what she calls it, to herself
}

// exceptionMost is how long an exception lasts at most. Who is away longer pauses.
const exceptionMost = 184 * 24 * time.Hour

// Free is when somebody is free within a span: the windows of her week and what she
// added, without what she is away, in order, apart from each other and nothing of it
// empty. Being away wins over everything, and who has paused or stopped is never
// free. What she is asked for already, and her limits, are the caller's to subtract.
func Free(v *Volunteer, within Span, zone *time.Location) []Span {
	if v.State != Active || !within.To.After(within.From) {
		return nil
	}
	free := make([]Span, 0, 8)
	for day := period.DayOf(within.From, zone); !day.Start(zone).After(within.To); day++ {
		for _, w := range v.Windows {
			if w.Weekday == day.Weekday() {
				free = append(free, Span{at(day, w.From, zone), at(day, w.To, zone)})
			}
		}
	}
	for _, e := range v.Exceptions {
		if e.Kind == Extra {
			free = append(free, e.Span)
		}
	}
	free = join(free)
	for _, e := range v.Exceptions {
		if e.Kind == Away {
			free = without(free, e.Span)
		}
	}
	return clip(free, within)
}

// FreeAt reports whether somebody is free during all of a span.
func FreeAt(v *Volunteer, all Span, zone *time.Location) bool {
	free := Free(v, all, zone)
	return len(free) == 1 && free[0].From.Equal(all.From) && free[0].To.Equal(all.To)
}

// at is a time of day by the clock on the wall.
func at(day period.Day, minute int, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, minute, 0, 0, zone)
}

// join puts spans in order and makes one of those that touch.
func join(all []Span) (joined []Span) {
	slices.SortFunc(all, func(a, b Span) int { return a.From.Compare(b.From) })
	for _, s := range all {
		if n := len(joined); n > 0 && !s.From.After(joined[n-1].To) {
			if s.To.After(joined[n-1].To) {
				joined[n-1].To = s.To
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// without takes a span out of others.
func without(all []Span, gone Span) (left []Span) {
	for _, s := range all {
		if !gone.From.Before(s.To) || !s.From.Before(gone.To) {
			left = append(left, s)
			continue
		}
		if s.From.Before(gone.From) {
			left = append(left, Span{s.From, gone.From})
		}
		if gone.To.Before(s.To) {
			left = append(left, Span{gone.To, s.To})
		}
	}
	return left
}

// clip leaves what lies within a span.
func clip(all []Span, within Span) (left []Span) {
	for _, s := range all {
		if s.From.Before(within.From) {
			s.From = within.From
		}
		if s.To.After(within.To) {
			s.To = within.To
		}
		if s.From.Before(s.To) {
			left = append(left, s)
		}
	}
	return left
}
