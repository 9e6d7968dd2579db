package basemap

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"gongyi/internal/kernel/geo"
)

// collector takes from an extract what the map shows. It reads the extract three
// times, so that it never holds more than that: relations (and which nodes lie
// inside, if a part is cut out), then ways, then the places of the nodes that
// kept ways are made of.
type collector struct {
	limits Limits
	cut    geo.Box // what is cut out; the zero box: everything
	inside []int64 // nodes inside, if a part is cut out

	looks  []look
	lookNo map[look]int32

	multis  []multi
	members map[int64]bool // ways that a multipolygon is made of
	ways    []way
	wayNo   map[int64]int32 // of members
	slab    []byte          // node numbers of ways, packed
	points  int

	nodeIDs    []int64 // sorted
	lats, lons []int32
	spots      []spot
}

// none stands where there is no look or no coordinate.
const none = math.MinInt32

// way is one way that is kept; its nodes lie packed in the slab.
type way struct {
	area, line, spot int32 // looks, or none
	from, to         int
	touches          bool // a node lies inside
}

// multi is an area of many ways.
type multi struct {
	area, spot int32
	outer      []int64
	inner      []int64
}

// spot is a point with a name or a use.
type spot struct {
	look int32
	at   world
}

func (c *collector) collect(ctx context.Context, x extract, at func(pass int, read int64)) error {
	c.lookNo, c.members, c.wayNo = make(map[look]int32), make(map[int64]bool), make(map[int64]int32)
	first := relations
	if c.cut.Valid() {
		first |= nodes
	}
	passes := []struct {
		want  kind
		visit func(*element) error
		end   func()
	}{{first, c.first, c.sortInside}, {ways, c.way, c.drop}, {nodes, c.node, func() {}}}
	for i, p := range passes {
		if err := x.scan(ctx, p.want, func(read int64) { at(i, read) }, p.visit); err != nil {
			return err
		}
		p.end()
	}
	return nil
}

// keep remembers a look once.
func (c *collector) keep(l look, ok bool) int32 {
	if !ok {
		return none
	}
	n, known := c.lookNo[l]
	if !known {
		n = int32(len(c.looks))
		c.looks, c.lookNo[l] = append(c.looks, l), n
	}
	return n
}

// first notes nodes inside and areas of many ways.
func (c *collector) first(e *element) error {
	if e.kind == nodes {
		if c.cut.Has(micro(e.lat, e.lon)) {
			if len(c.inside) >= c.limits.Points {
				return tooLarge("points", c.limits.Points)
			}
			c.inside = append(c.inside, e.id)
		}
		return nil
	}
	if e.get("type") != "multipolygon" {
		return nil
	}
	l, ok := lookOfArea(e)
	if !ok {
		return nil
	}
	m := multi{area: c.keep(l, true), spot: c.keep(lookOfSpot(e))}
	for _, part := range e.members {
		if part.kind != ways {
			continue
		}
		if len(c.members) >= c.limits.Ways {
			return tooLarge("ways", c.limits.Ways)
		}
		c.members[part.ref] = true
		if part.role == "inner" {
			m.inner = append(m.inner, part.ref)
		} else {
			m.outer = append(m.outer, part.ref)
		}
	}
	c.multis = append(c.multis, m)
	return nil
}

func (c *collector) sortInside() { slices.Sort(c.inside) }

// way keeps a way that the map shows, or that an area is made of.
func (c *collector) way(e *element) error {
	if len(e.refs) < 2 {
		return nil
	}
	w := way{area: none, line: none, spot: none, touches: !c.cut.Valid() || slices.ContainsFunc(e.refs, c.isInside)}
	member := c.members[e.id]
	if w.touches {
		if closed := len(e.refs) >= 4 && e.refs[0] == e.refs[len(e.refs)-1]; closed {
			w.area, w.spot = c.keep(lookOfArea(e)), c.keep(lookOfSpot(e))
		}
		if w.area == none {
			w.line = c.keep(lookOfLine(e))
		}
	}
	if !member && w.area == none && w.line == none && w.spot == none {
		return nil
	}
	switch {
	case len(c.ways) >= c.limits.Ways:
		return tooLarge("ways", c.limits.Ways)
	case c.points+len(e.refs) > c.limits.Points:
		return tooLarge("points", c.limits.Points)
	}
	c.points += len(e.refs)
	w.from = len(c.slab)
	last := int64(0)
	for _, ref := range e.refs {
		c.slab = binary.AppendVarint(c.slab, ref-last)
		last = ref
	}
	w.to = len(c.slab)
	if member {
		c.wayNo[e.id] = int32(len(c.ways))
	}
	c.ways = append(c.ways, w)
	return nil
}

func (c *collector) isInside(node int64) bool {
	_, ok := slices.BinarySearch(c.inside, node)
	return ok
}

// refs calls fn with the nodes of a way.
func (c *collector) refs(w *way, fn func(node int64)) {
	node := int64(0)
	for b := c.slab[w.from:w.to]; len(b) > 0; {
		d, n := binary.Varint(b)
		node, b = node+d, b[n:]
		fn(node)
	}
}

// drop forgets areas that lie outside as a whole, and lists the nodes that the
// last pass must find.
func (c *collector) drop() {
	c.inside = nil
	needed := make([]bool, len(c.ways))
	for i, w := range c.ways {
		needed[i] = w.area != none || w.line != none || w.spot != none
	}
	c.multis = slices.DeleteFunc(c.multis, func(m multi) bool {
		touches := false
		for _, id := range slices.Concat(m.outer, m.inner) {
			n, ok := c.wayNo[id]
			touches = touches || ok && c.ways[n].touches
		}
		if touches {
			for _, id := range slices.Concat(m.outer, m.inner) {
				if n, ok := c.wayNo[id]; ok {
					needed[n] = true
				}
			}
		}
		return !touches
	})
	for i := range c.ways {
		if needed[i] {
			c.refs(&c.ways[i], func(node int64) { c.nodeIDs = append(c.nodeIDs, node) })
		}
	}
	slices.Sort(c.nodeIDs)
	c.nodeIDs = slices.Clip(slices.Compact(c.nodeIDs))
	c.lats, c.lons = make([]int32, len(c.nodeIDs)), make([]int32, len(c.nodeIDs))
	for i := range c.lats {
		c.lats[i] = none
	}
}

// node notes where a node is, and whether it is a spot by itself.
func (c *collector) node(e *element) error {
	if i, ok := slices.BinarySearch(c.nodeIDs, e.id); ok {
		c.lats[i], c.lons[i] = e.lat, e.lon
	}
	if len(e.tags) == 0 || c.cut.Valid() && !c.cut.Has(micro(e.lat, e.lon)) {
		return nil
	}
	if n := c.keep(lookOfSpot(e)); n != none {
		if len(c.spots) >= c.limits.Spots {
			return tooLarge("spots", c.limits.Spots)
		}
		c.spots = append(c.spots, spot{n, project(e.lat, e.lon)})
	}
	return nil
}

// find is where a node is on the map, if the extract has it.
func (c *collector) find(node int64) (world, bool) {
	i, ok := slices.BinarySearch(c.nodeIDs, node)
	if !ok || c.lats[i] == none {
		return world{}, false
	}
	return project(c.lats[i], c.lons[i]), true
}
