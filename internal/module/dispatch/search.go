package dispatch

import (
	"math/bits"
	"slices"

	"gongyi/internal/kernel/geo"
)

// near finds who could do a task, the least cost first, at most so many as the rules
// weigh. It looks around the task in widening squares, at homes and at where people
// will be anyway, and ends where nobody farther out can be among the best.
func (p *planner) near(a *ask) (found []find) {
	p.search++
	most := p.rules.Candidates
	try := func(n int32) {
		if p.seen[n] == p.search {
			return
		}
		p.seen[n] = p.search
		f, got := p.sieve(a, n)
		if got != fits {
			return
		}
		found = p.keep(found, find{n, p.cost(a, n, &f), f}, most)
	}
	for _, b := range a.Bonds { // what speaks for them may outweigh any distance
		if n, known := p.ix.byID[b.Volunteer]; known {
			try(n)
		}
	}
	reach := int64(p.rules.Reach[a.ring])
	here := mark(a.Place.in(a.ring))
	middle := cellOf(a.At)
	for ring := int32(0); ; ring++ {
		// The way from the task to the nearest edge of this square; east is the shorter side.
		least := a.walk(geo.Point{}, geo.Point{Lon: int64(max(0, ring-1)) * cellSize})
		if least > reach || len(found) == most && 2*int(least) > found[most-1].cost {
			return found
		}
		square(middle, ring, func(c cell) {
			near := p.ix.cells[c]
			for i := range near {
				if e := &near[i]; e.may(a, here, reach) {
					try(e.row)
				}
			}
		})
	}
}

// may is a quick sieve before the sieve: false of who cannot do it for what stands in the
// entry, in the order in which it is found out soonest.
func (e *entry) may(a *ask, here uint16, reach int64) bool {
	return e.skills.Has(a.Needs) && (a.ring >= Neighbours || e.marks[a.ring] == here) &&
		a.walk(geo.Point{Lat: int64(e.lat), Lon: int64(e.lon)}, a.At) <= min(reach, int64(e.reach))
}

// keep puts a find where it belongs among the best.
func (p *planner) keep(found []find, f find, most int) []find {
	at, _ := slices.BinarySearchFunc(found, f, func(x, y find) int {
		if x.cost != y.cost {
			return x.cost - y.cost
		}
		a, b := &p.ix.rows[x.row].id, &p.ix.rows[y.row].id
		return slices.Compare(a[:], b[:])
	})
	if at == most {
		return found
	}
	if len(found) == most {
		found = found[:most-1]
	}
	return slices.Insert(found, at, f)
}

// square calls fn with the cells of a square's edge.
func square(middle cell, ring int32, fn func(cell)) {
	for d := -ring; d <= ring; d++ {
		fn(cell{middle.lat - ring, middle.lon + d})
		if ring > 0 {
			fn(cell{middle.lat + ring, middle.lon + d})
		}
		if -ring < d && d < ring {
			fn(cell{middle.lat + d, middle.lon - ring})
			fn(cell{middle.lat + d, middle.lon + ring})
		}
	}
}

// cost weighs somebody who fits, in metres.
func (p *planner) cost(a *ask, n int32, f *fitting) int {
	w := &p.rules.Weights
	cost := w.Reserve*spare(a, &p.ix.rows[n]) + int(f.walk) + w.Today*int(f.day)/60 + w.Week*int(f.week)/60 + w.NoShow*int(p.ix.rows[n].noShows)
	return cost - min(w.BondMost, w.Bond*a.bond(p.ix.rows[n].id).Times)
}

// spare is how much more somebody can than a task asks for, skills apart: who carries
// what is heavy is kept for what is heavy.
func spare(a *ask, w *row) int {
	more := bits.OnesCount8(uint8(w.able&^a.Asks)) + max(0, int(w.level)-int(a.Level))
	if a.Languages == 0 {
		more += max(0, w.languages.Len()-1)
	}
	return more
}

// why is the last step of the sieve that anybody reached.
func (p *planner) why(a *ask) Reason {
	furthest, many := unskilled, int64(0)
	for n := range p.ix.rows {
		if p.ix.rows[n].id.IsZero() {
			continue
		}
		switch _, got := p.sieve(a, int32(n)); {
		case got > furthest:
			furthest, many = got, 1
		case got == furthest:
			many++
		}
	}
	if furthest == unskilled {
		many = 0
	}
	return Reason{gapOf[min(furthest, askedBefore)], many}
}
