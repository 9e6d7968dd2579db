package basemap

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// half keeps the part of a convex ring that lies on the side of a line to which its
// normal does not point. The ring is open: its last corner is not its first.
func half(ring []orb.Point, on, normal orb.Point) []orb.Point {
	beyond := func(p orb.Point) float64 { return (p[0]-on[0])*normal[0] + (p[1]-on[1])*normal[1] }
	out := make([]orb.Point, 0, len(ring)+1)
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		a, b := beyond(p), beyond(q)
		if a <= 0 {
			out = append(out, p)
		}
		if a < 0 && b > 0 || a > 0 && b < 0 {
			t := a / (a - b)
			out = append(out, orb.Point{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
		}
	}
	return out
}

// cellOf is what of a convex ring is nearer to one site than to all others.
func cellOf(ring []orb.Point, sites []orb.Point, i int) []orb.Point {
	cell := ring
	for j, other := range sites {
		if j == i || len(cell) < 3 {
			continue
		}
		a := sites[i]
		cell = half(cell, orb.Point{(a[0] + other[0]) / 2, (a[1] + other[1]) / 2}, orb.Point{other[0] - a[0], other[1] - a[1]})
	}
	return cell
}

// inset moves every edge of a convex ring inwards.
func inset(ring []orb.Point, by float64) []orb.Point {
	out := ring
	around := math.Copysign(1, doubleArea(ring))
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		dx, dy := q[0]-p[0], q[1]-p[1]
		length := math.Hypot(dx, dy)
		if length == 0 {
			continue
		}
		normal := orb.Point{dy / length * around, -dx / length * around} // out of the ring
		out = half(out, orb.Point{p[0] - normal[0]*by, p[1] - normal[1]*by}, normal)
	}
	return out
}

func centerOf(ring []orb.Point) orb.Point {
	c, area := planar.CentroidArea(append(orb.Ring(ring[:len(ring):len(ring)]), ring[0]))
	if area == 0 {
		return ring[0]
	}
	return c
}

// holds reports whether a point lies in a convex ring.
func holds(ring []orb.Point, p orb.Point) bool {
	return planar.RingContains(append(orb.Ring(ring[:len(ring):len(ring)]), ring[0]), p)
}

// settled is how often sites are moved into the middle of their cells: enough to
// make cells of like size.
const settled = 40

// spread puts n sites into a convex ring, evenly, always the same way; those that
// are fixed stay where they are.
func spread(ring []orb.Point, n int, fixed map[int]orb.Point) []orb.Point {
	sites := make([]orb.Point, n)
	box := orb.Ring(ring).Bound()
	seed := 0
	for i := range sites {
		if at, ok := fixed[i]; ok {
			sites[i] = at
			continue
		}
		for { // a sequence without clumps; the ring fills a good part of its box
			seed++
			at := orb.Point{box.Min[0] + halton(seed, 2)*(box.Max[0]-box.Min[0]), box.Min[1] + halton(seed, 3)*(box.Max[1]-box.Min[1])}
			if holds(ring, at) || seed > 100*n+1000 {
				sites[i] = at
				break
			}
		}
	}
	apart(sites, box)
	for range settled {
		next := make([]orb.Point, n)
		for i := range sites {
			next[i] = sites[i]
			if _, stays := fixed[i]; stays {
				continue
			}
			if cell := cellOf(ring, sites, i); len(cell) >= 3 {
				next[i] = centerOf(cell)
			}
		}
		sites = next
	}
	return sites
}

// halton is the i-th number of the Halton sequence of a base, between 0 and 1.
func halton(i, base int) (v float64) {
	f := 1.0
	for ; i > 0; i /= base {
		f /= float64(base)
		v += f * float64(i%base)
	}
	return v
}

// apart moves sites away from each other that stand too near for two cells.
func apart(sites []orb.Point, box orb.Bound) {
	least := math.Sqrt((box.Max[0]-box.Min[0])*(box.Max[1]-box.Min[1])/float64(len(sites))) * 0.3
	for range 60 {
		moved := false
		for i := range sites {
			for j := range i {
				a, b := sites[i], sites[j]
				d := planar.Distance(a, b)
				if d >= least {
					continue
				}
				turn := orb.Point{math.Cos(float64(i) * golden), math.Sin(float64(i) * golden)}
				if d > least/1000 {
					turn = orb.Point{(a[0] - b[0]) / d, (a[1] - b[1]) / d}
				}
				by := (least - d) * 0.51
				sites[i] = orb.Point{a[0] + turn[0]*by, a[1] + turn[1]*by}
				sites[j] = orb.Point{b[0] - turn[0]*by, b[1] - turn[1]*by}
				moved = true
			}
		}
		for i, p := range sites { // nobody is pushed over the edge
			mx, my := (box.Max[0]-box.Min[0])/50, (box.Max[1]-box.Min[1])/50
			sites[i] = orb.Point{min(max(p[0], box.Min[0]+mx), box.Max[0]-mx), min(max(p[1], box.Min[1]+my), box.Max[1]-my)}
		}
		if !moved {
			return
		}
	}
}

// golden is the angle by which things turn that shall not line up.
const golden = 2.399963
