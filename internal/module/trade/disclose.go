package trade

import (
	"math/bits"
	"slices"
)

// set is a set of people or purchases, by their place in the sample.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) put(i int) { s[i/64] |= 1 << (i % 64) }

func (s set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// less is what of s is not in t; ok says that all of t is in s.
func (s set) less(t set) (rest set, ok bool) {
	rest = make(set, len(s))
	for i := range s {
		if t[i]&^s[i] != 0 {
			return nil, false
		}
		rest[i] = s[i] &^ t[i]
	}
	return rest, true
}

func (s set) with(t set) set {
	sum := slices.Clone(s)
	for i := range sum {
		sum[i] |= t[i]
	}
	return sum
}

// guard lets figures out. It knows which it has let out already.
type guard struct {
	k     int
	owner []int // of purchases: who made each; nil for sets of people
	out   []set
}

// people is how many people stand behind a set.
func (g *guard) people(s set) int {
	if g.owner == nil {
		return s.count()
	}
	seen := make(map[int]bool)
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			seen[g.owner[i*64+bits.TrailingZeros64(w)]] = true
		}
	}
	return len(seen)
}

// large reports whether a set is empty or has k people.
func (g *guard) large(s set) bool {
	n := g.people(s)
	return n == 0 || n >= g.k
}

// fits reports whether a figure may stand beside another: what one of them holds more
// than the other, if the other is a part of it, is large.
func (g *guard) fits(a, b set) bool {
	if rest, part := a.less(b); part && !g.large(rest) {
		return false
	}
	rest, part := b.less(a)
	return !part || g.large(rest)
}

// let lets figures out together, or none of them.
func (g *guard) let(figures ...set) bool {
	for i, a := range figures {
		if !g.large(a) {
			return false
		}
		for _, b := range g.out {
			if !g.fits(a, b) {
				return false
			}
		}
		for _, b := range figures[:i] {
			if !g.fits(a, b) {
				return false
			}
		}
	}
	g.out = append(g.out, figures...)
	return true
}

// cell is a figure that may be let out.
type cell struct {
	key string
	set set
}

// divided is a group on its way out: cells, and what is folded.
type divided struct {
	name  string
	cells []cell
	rest  set
}

// fold lets a group out with as many cells as may be shown; false if none may.
func (g *guard) fold(d divided) (divided, bool) {
	out := divided{name: d.name, rest: d.rest}
	for _, c := range d.cells {
		if n := g.people(c.set); n >= g.k {
			out.cells = append(out.cells, c)
		} else if n > 0 {
			out.rest = out.rest.with(c.set)
		}
	}
	for len(out.cells) > 0 {
		figures := []set{out.rest}
		for _, c := range out.cells {
			figures = append(figures, c.set)
		}
		if g.let(figures...) {
			return out, true
		}
		least := 0
		for i, c := range out.cells {
			if g.people(c.set) < g.people(out.cells[least].set) {
				least = i
			}
		}
		out.rest = out.rest.with(out.cells[least].set)
		out.cells = slices.Delete(out.cells, least, least+1)
	}
	return out, false
}

// told is the group as it is shown.
func (d *divided) told() Group {
	g := Group{Name: d.name, Cells: []Cell{}, Rest: int64(d.rest.count())}
	for _, c := range d.cells {
		g.Cells = append(g.Cells, Cell{c.key, int64(c.set.count())})
	}
	return g
}

// draft is a view with the sets behind its figures.
type draft struct {
	buyers, purchases set
	owner             []int
	groups            []divided
	baskets, heat     *divided
	grain             Grain
	trades, wheel     []cell
	months            []draftMonth
}

type draftMonth struct {
	MonthCount
	in, again set
}

// Disclose makes what a shop may see of a sample, and what it may take along: no
// figure of the first stands for fewer than screen people, none of the second for
// fewer than export.
func Disclose(s *Sample, screen, export int) (View, View) {
	d := s.draft()
	shown, kept := d.disclose(screen, s)
	taken, _ := kept.disclose(max(screen, export), nil)
	return shown, taken
}

// disclose tells what may be told, and keeps the sets behind that: the next, coarser
// view is made of them. s is the sample, from which the grain of the week is chosen.
func (d *draft) disclose(k int, s *Sample) (View, draft) {
	v := View{K: k}
	kept := draft{owner: d.owner, grain: d.grain}
	people, purchases := guard{k: k}, guard{k: k, owner: d.owner}
	if d.buyers == nil || people.people(d.buyers) < k {
		return v, kept
	}
	people.let(d.buyers)
	v.Buyers, kept.buyers = int64(d.buyers.count()), d.buyers
	for _, g := range d.groups {
		if out, ok := people.fold(g); ok {
			v.Groups, kept.groups = append(v.Groups, out.told()), append(kept.groups, out)
		}
	}
	d.tellMonths(&people, &v, &kept)
	d.tellWheel(&people, &v, &kept)
	for _, t := range d.trades {
		if people.people(t.set) >= k && people.let(t.set) {
			v.Trades, kept.trades = append(v.Trades, Cell{t.key, int64(t.set.count())}), append(kept.trades, t)
		}
	}
	if d.purchases != nil && purchases.people(d.purchases) >= k && purchases.let(d.purchases) {
		v.Purchases, kept.purchases = int64(d.purchases.count()), d.purchases
		d.tellPurchases(&purchases, &v, &kept, s)
	}
	return v, kept
}

func (d *draft) tellMonths(g *guard, v *View, kept *draft) {
	for _, m := range d.months {
		out := MonthCount{Month: m.Month}
		if m.in != nil && g.people(m.in) > 0 && g.let(m.in) {
			out.Buyers, out.Told = int64(m.in.count()), true
			if m.again != nil && g.let(m.again) {
				out.Returning, out.ToldBack = int64(m.again.count()), true
			} else {
				m.again = nil
			}
		} else {
			m.in, m.again = nil, nil
		}
		v.Months, kept.months = append(v.Months, out), append(kept.months, m)
	}
}

// tellWheel tells as many steps as may be told, from the first on.
func (d *draft) tellWheel(g *guard, v *View, kept *draft) {
	for _, c := range d.wheel {
		if len(v.Wheel) == 0 && g.people(c.set) < g.k || !g.let(c.set) {
			return
		}
		v.Wheel, kept.wheel = append(v.Wheel, Cell{c.key, int64(c.set.count())}), append(kept.wheel, c)
	}
}

func (d *draft) tellPurchases(g *guard, v *View, kept *draft, s *Sample) {
	if d.baskets != nil {
		if out, ok := g.fold(*d.baskets); ok {
			told := out.told()
			v.Baskets, kept.baskets = &told, &out
		}
	}
	heat := d.heat
	if s != nil {
		heat, kept.grain = s.heat(g)
	}
	if heat == nil {
		return
	}
	if out, ok := g.fold(*heat); ok {
		told := out.told()
		v.Heat, kept.heat = &Heat{Grain: kept.grain, Cells: told.Cells, Rest: told.Rest}, &out
	}
}
