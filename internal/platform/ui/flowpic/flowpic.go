// Package flowpic draws where money came from and where it went (K3): sources
// run into one pot, the pot runs out to its uses, and a band is as thick as its
// money. It is drawn on the server with whole numbers (tenths of a pixel).
//
// A fund's five thousandths would be a hair beside what the shops keep. So the
// small uses may be seen through a lens: their whole leaves the pot at its true
// thickness, and behind the lens it is drawn a stated number of times larger.
package flowpic

import (
	"gongyi/internal/kernel/money"
)

// Part is one source or one use.
type Part struct {
	Name   string // in the page's language
	Amount money.Amount
	Hue    int    // 0 … 6: the chart colours of the style sheet
	Href   string // the entries behind it
}

// Picture is what is drawn. The sources and the uses should come to the same
// sum; the page says so when they do not.
type Picture struct {
	Title string
	Pot   string // the name of the pot
	Hue   int
	Asset money.Asset
	From  []Part
	Main  []Part // uses at true thickness
	Small []Part // uses behind the lens
	Share string // the name of the small uses together
	Lens  func(times int) string
}

// Total is what came in.
func (p Picture) Total() money.Amount { return sum(p.From) }

func sum(parts []Part) (total money.Amount) {
	for _, p := range parts {
		total += p.Amount
	}
	return total
}

// drawn leaves out what has nothing to draw.
func drawn(parts []Part) []Part {
	var out []Part
	for _, p := range parts {
		if p.Amount > 0 {
			out = append(out, p)
		}
	}
	return out
}

// px is a length in tenths of a pixel.
type px int64

// span is a stretch along the axis across the flow.
type span struct{ at, size px }

func (s span) end() px    { return s.at + s.size }
func (s span) middle() px { return s.at + s.size/2 }

// least is the thinnest that can be seen.
const least px = 15

// lenses are the enlargements people can picture.
var lenses = []int{500, 200, 100, 50, 20, 10, 5}

// magnify is the largest enlargement with which part, drawn to scale out of
// whole = size, still fits into room; 1 if that would show too little, or nothing more.
func magnify(part, whole money.Amount, size, room px) int {
	if part <= 0 {
		return 1
	}
	for _, n := range lenses {
		if seen := scaled(part, whole, size*px(n)); seen <= room && seen >= room/6 {
			return n
		}
	}
	return 1
}

// scaled is how long amount is when whole is size long.
func scaled(amount, whole money.Amount, size px) px {
	if whole <= 0 {
		return 0
	}
	if amount > whole {
		amount = whole
	}
	return px(money.MulDiv(amount, money.Amount(size), whole))
}

// stack lays parts end to end from at on, whole = size long. Ends are rounded,
// not lengths, so that nothing is lost between neighbours.
func stack(parts []Part, whole money.Amount, size, at px) []span {
	out := make([]span, len(parts))
	var before money.Amount
	for i, p := range parts {
		from := scaled(before, whole, size)
		before += p.Amount
		out[i] = span{at + from, scaled(before, whole, size) - from}
	}
	return out
}

// spread gives each span its own slot of at least slot length, with gap
// between two spans, starting at from; each keeps its size and lies in the
// middle of its slot.
func spread(spans []span, from, slot, gap px) []span {
	out := make([]span, len(spans))
	for i, s := range spans {
		s.size = max(s.size, least)
		room := max(s.size+gap, slot)
		out[i] = span{from + (room-s.size)/2, s.size}
		from += room
	}
	return out
}

// length is the room that spread takes.
func length(spans []span, slot, gap px) (total px) {
	for _, s := range spans {
		total += max(max(s.size, least)+gap, slot)
	}
	return total
}
