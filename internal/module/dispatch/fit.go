package dispatch

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
)

// fitting is when somebody would begin, and what it adds to her way.
type fitting struct {
	start int64
	walk  int64 // added
	home  int64 // from her home
	day   int64 // minutes of service on the day before this one
	week  int64 // and in the week
	there bool  // she comes from a stay, or goes on to one
}

// check is a step of the sieve through which everybody near falls.
type check uint8

// The steps, in order; what a gap says is the last one that anybody reached.
const (
	unskilled check = iota
	unsuited
	barred
	far
	busy
	tired
	askedBefore
	fits
)

var gapOf = [fits]Code{NoSkill, NotSuited, NotAllowed, TooFar, NobodyFree, OverLimits, AllAsked}

// sieve says how far a volunteer comes, and how she would do it if all the way.
func (p *planner) sieve(a *ask, n int32) (fitting, check) {
	w := &p.ix.rows[n]
	r := p.rules
	switch {
	case !w.skills.Has(a.Needs):
		return fitting{}, unskilled
	case w.able&a.Asks != a.Asks, w.level < max(a.Level, r.Level), a.Languages != 0 && !w.languages.Meets(a.Languages):
		return fitting{}, unsuited
	case a.Local && !same(w.place.Community, a.Place.Community), w.id == a.Asker, !w.household.IsZero() && (w.household == a.Household || slices.Contains(a.house, w.household)),
		a.bond(w.id).Never, r.NoShows > 0 && int(w.noShows) >= r.NoShows:
		return fitting{}, barred
	}
	home := a.walk(w.home, a.At)
	reach := int64(r.Reach[a.ring])
	if w.reach > 0 {
		reach = min(reach, int64(w.reach))
	}
	if home > reach || !a.inRing(w) {
		return fitting{}, far
	}
	if a.asked[w.id] {
		return fitting{}, askedBefore
	}
	f, ok := p.fit(a, w, p.stays(n), home)
	if !ok {
		return f, busy
	}
	if !p.rested(a, w, p.stays(n), &f) {
		return f, tired
	}
	return f, fits
}

// inRing reports whether the ring that is open reaches a volunteer.
func (a *ask) inRing(w *row) bool {
	switch {
	case a.ring >= Staff:
		return true
	case w.staff:
		return false
	}
	return a.ring == Neighbours || same(w.place.in(a.ring), a.Place.in(a.ring))
}

func same(x, y id.ID) bool { return x == y && !x.IsZero() }

// bond is what the asker and a volunteer are to each other.
func (a *ask) bond(volunteer id.ID) Bond {
	for _, b := range a.Bonds {
		if b.Volunteer == volunteer {
			return b
		}
	}
	return Bond{}
}

// fit finds when somebody can do it with the least walking, the earliest among these.
func (p *planner) fit(a *ask, w *row, stays []stay, home int64) (best fitting, ok bool) {
	on := way{a.ground, w.home, p.linger}
	leaves := a.until + a.seconds(home) // an offer ends before she has to leave
	consider := func(start, low, high int64) {
		if start < low || start > high {
			return
		}
		added, fromStay, free := on.insert(a, stays, start)
		if !free || !fromStay && start < leaves {
			return
		}
		if !ok || added < best.walk || added == best.walk && start < best.start {
			best, ok = fitting{start: start, walk: added, home: home, there: fromStay}, true
		}
	}
	for _, f := range w.free {
		low, high := minuteUp(max(f.from, a.from)), min(f.to, a.to)-a.length
		if low > high {
			continue
		}
		consider(max(low, minuteUp(leaves)), low, high)
		for i := range stays {
			s := &stays[i]
			between := a.seconds(a.walk(s.at, a.At))
			consider(max(low, minuteUp(s.to+between)), low, high)
			consider((s.from-between-a.length)/60*60, low, high)
		}
	}
	return best, ok
}

func minuteUp(at int64) int64 { return (at + 59) / 60 * 60 }

// insert puts the task between somebody's stays: how much farther she walks, and
// whether she comes from one of them or goes on to one. An offer that is out takes
// her time and is not counted as a way she goes.
func (w way) insert(a *ask, stays []stay, start int64) (added int64, there, free bool) {
	t := stay{span: span{start, start + a.length}, at: a.At}
	var before, after *stay
	for i := range stays {
		s := &stays[i]
		switch between := w.seconds(w.walk(s.at, t.at)); {
		case s.to <= start:
			if s.to+between > start {
				return 0, false, false
			}
			if s.firm {
				before = s
			}
		case s.from >= t.to:
			if t.to+between > s.from {
				return 0, false, false
			}
			if s.firm && after == nil {
				after = s
			}
		default:
			return 0, false, false
		}
	}
	added = w.leg(before, &t) + w.leg(&t, after) - w.leg(before, after)
	there = before != nil && start-before.to <= w.linger || after != nil && after.from-t.to <= w.linger
	return added, there, true
}

// rested checks the hours of the day and the week; it notes what is served already.
func (p *planner) rested(a *ask, w *row, stays []stay, f *fitting) bool {
	day := p.dayOf(f.start)
	monday := day - (day+3)%7 // 1970-01-01 was a Thursday
	count := func(on int32, minutes int64) {
		if on == day {
			f.day += minutes
		}
		if on >= monday && on < monday+7 {
			f.week += minutes
		}
	}
	for _, s := range w.served {
		count(s.Day, int64(s.Minutes))
	}
	for i := range stays {
		count(p.dayOf(stays[i].from), (stays[i].to-stays[i].from)/60)
	}
	most := int64(p.rules.MostDay.Minutes())
	if w.mostDay > 0 {
		most = min(most, int64(w.mostDay))
	}
	length := a.length / 60
	return f.day+length <= most && f.week+length <= int64(p.rules.MostWeek.Minutes())
}

func (p *planner) dayOf(at int64) int32 {
	return int32(period.DayOf(time.Unix(at, 0), p.rules.Zone))
}
