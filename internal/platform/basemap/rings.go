package basemap

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// feature is one thing on the map: what it looks like, where its shape comes
// from, and what it covers.
type feature struct {
	look int32
	from source
	n    int32 // number of the way, the area or the spot
	box  orb.Bound
}

type source uint8

const (
	fromWay source = iota
	fromMulti
	fromSpot
	middleOfWay
	middleOfMulti
)

// features lists everything that can be shown, and counts what cannot because
// the extract lacks a part of it.
func (c *collector) features() (all []feature, incomplete int) {
	add := func(look int32, from source, n int) {
		if look == none {
			return
		}
		f := feature{look: look, from: from, n: int32(n)}
		shape := c.shape(f)
		if shape == nil {
			incomplete++
			return
		}
		f.box = shape.Bound()
		all = append(all, f)
	}
	for i, m := range c.multis {
		add(m.area, fromMulti, i)
		add(m.spot, middleOfMulti, i)
	}
	for i, w := range c.ways {
		add(w.area, fromWay, i)
		add(w.line, fromWay, i)
		add(w.spot, middleOfWay, i)
	}
	for i, s := range c.spots {
		add(s.look, fromSpot, i)
	}
	return all, incomplete
}

// shape is a feature on the map, nil if the extract does not hold all of it.
func (c *collector) shape(f feature) orb.Geometry {
	area := c.looks[f.look].area
	switch f.from {
	case fromSpot:
		return c.spots[f.n].at
	case fromMulti:
		return polygons(c.areaOf(c.multis[f.n]))
	case middleOfMulti:
		if all := c.areaOf(c.multis[f.n]); len(all) > 0 {
			return middle(all[0][0])
		}
		return nil
	}
	lines := c.lines(&c.ways[f.n])
	if !area && f.from == fromWay {
		if len(lines) == 0 {
			return nil
		}
		return lines
	}
	if len(lines) != 1 || len(lines[0]) < 4 || lines[0][0] != lines[0][len(lines[0])-1] {
		return nil
	}
	ring := orb.Ring(lines[0])
	if f.from == middleOfWay {
		return middle(ring)
	}
	return polygons(orb.MultiPolygon{{turned(ring, true)}})
}

func polygons(m orb.MultiPolygon) orb.Geometry {
	if len(m) == 0 {
		return nil
	}
	return m
}

// middle is where the name of an area stands.
func middle(r orb.Ring) orb.Geometry {
	center, area := planar.CentroidArea(r)
	if area == 0 {
		return r.Bound().Center()
	}
	return center
}

// turned is a ring that runs as vector tiles want it: around an area clockwise on
// the screen, around a hole the other way.
func turned(r orb.Ring, around bool) orb.Ring {
	if (doubleArea(r) > 0) != around {
		slices.Reverse(r)
	}
	return r
}

// doubleArea is twice the area of a ring, positive if it runs clockwise on a
// screen, where y grows downwards.
func doubleArea(r orb.Ring) (sum float64) {
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		sum += (a[0]-r[0][0])*(b[1]-r[0][1]) - (b[0]-r[0][0])*(a[1]-r[0][1])
	}
	return sum
}

// lines is a way in the parts of it that the extract holds.
func (c *collector) lines(w *way) (all orb.MultiLineString) {
	var part orb.LineString
	end := func() {
		if len(part) > 1 {
			all = append(all, part)
		}
		part = nil
	}
	c.refs(w, func(node int64) {
		p, ok := c.find(node)
		if !ok {
			end()
			return
		}
		part = append(part, p)
	})
	end()
	return all
}

// areaOf puts the ways of an area together into rings, and holes into the ring
// that is around them.
func (c *collector) areaOf(m multi) (area orb.MultiPolygon) {
	for _, r := range c.ringsOf(m.outer) {
		area = append(area, orb.Polygon{turned(r, true)})
	}
	for _, hole := range c.ringsOf(m.inner) {
		for i := range area {
			if area[i][0].Bound().Contains(hole[0]) && planar.RingContains(area[i][0], hole[0]) {
				area[i] = append(area[i], turned(hole, false))
				break
			}
		}
	}
	return area
}

// ringsOf joins ways at their ends. What does not close is left out.
func (c *collector) ringsOf(ids []int64) (rings []orb.Ring) {
	type end struct {
		line     int
		backward bool
	}
	var lines [][]int64
	ends := make(map[int64][]end) // by node
	for _, id := range ids {
		n, ok := c.wayNo[id]
		if !ok {
			continue
		}
		var line []int64
		c.refs(&c.ways[n], func(node int64) { line = append(line, node) })
		ends[line[0]] = append(ends[line[0]], end{len(lines), false})
		ends[line[len(line)-1]] = append(ends[line[len(line)-1]], end{len(lines), true})
		lines = append(lines, line)
	}
	used := make([]bool, len(lines))
	for i := range lines {
		if used[i] {
			continue
		}
		used[i] = true
		ring := slices.Clone(lines[i])
		for ring[0] != ring[len(ring)-1] {
			at := ring[len(ring)-1]
			k := slices.IndexFunc(ends[at], func(e end) bool { return !used[e.line] })
			if k < 0 {
				break
			}
			next := ends[at][k]
			used[next.line] = true
			more := lines[next.line]
			if next.backward {
				more = slices.Clone(more)
				slices.Reverse(more)
			}
			ring = append(ring, more[1:]...)
		}
		if r := c.placed(ring); r != nil {
			rings = append(rings, r)
		}
	}
	return rings
}

// maxRing bounds the corners of one area; a whole ocean is no part of a town.
const maxRing = 500_000

// placed is a closed ring of nodes on the map.
func (c *collector) placed(line []int64) orb.Ring {
	if len(line) < 4 || len(line) > maxRing || line[0] != line[len(line)-1] {
		return nil
	}
	ring := make(orb.Ring, 0, len(line))
	for _, node := range line {
		p, ok := c.find(node)
		if !ok {
			return nil
		}
		ring = append(ring, p)
	}
	return ring
}
