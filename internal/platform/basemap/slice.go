package basemap

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
)

// beyond is how far lines and areas go on outside of a tile, as a share of it.
const beyond = 1.0 / 64

// piece is a feature, or what is left of it in a tile.
type piece struct {
	look  int32
	shape orb.Geometry
	box   orb.Bound
}

// slicer cuts features into the tiles of some levels.
type slicer struct {
	looks []look
	cover orb.Bound // tiles outside are not made
	emit  func(Tile, []byte) error
}

// slice makes a tile from what lies in it, and then the tiles below it, down to a
// level. Each level cuts what the one above has left.
func (s *slicer) slice(ctx context.Context, t Tile, deepest uint8, pieces []piece) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !t.bound(0).Intersects(s.cover) {
		return nil
	}
	pieces = within(t, pieces)
	if len(pieces) == 0 {
		return nil
	}
	if data := s.draw(t, pieces); data != nil {
		if err := s.emit(t, data); err != nil {
			return err
		}
	}
	if t.Z == deepest {
		return nil
	}
	for _, child := range t.children() {
		if err := s.slice(ctx, child, deepest, pieces); err != nil {
			return err
		}
	}
	return nil
}

// within is what lies in a tile. A point belongs to one tile only.
func within(t Tile, pieces []piece) (in []piece) {
	bound, own := t.bound(beyond), t.bound(0)
	for _, p := range pieces {
		if at, ok := p.shape.(orb.Point); ok {
			if at[0] >= own.Min[0] && at[0] < own.Max[0] && at[1] >= own.Min[1] && at[1] < own.Max[1] {
				in = append(in, p)
			}
			continue
		}
		switch {
		case !p.box.Intersects(bound):
			continue
		case bound.Contains(p.box.Min) && bound.Contains(p.box.Max):
		default:
			// The clipper works in the shape that it is given.
			if p.shape = clip.Geometry(bound, orb.Clone(p.shape)); p.shape == nil {
				continue
			}
			p.box = p.shape.Bound()
		}
		in = append(in, p)
	}
	return in
}

// draw encodes a tile, nil if it shows nothing at its level.
func (s *slicer) draw(t Tile, pieces []piece) []byte {
	var e encoder
	for _, p := range pieces {
		l := s.looks[p.look]
		if l.zoom > t.Z {
			continue
		}
		if g := inTile(t, p.shape); g != nil {
			e.add(l, g)
		}
	}
	return e.bytes()
}

// inTile is a shape in the whole units of a tile, with what cannot be seen at its
// level left out; nil if that is everything.
func inTile(t Tile, g orb.Geometry) orb.Geometry {
	o, scale := t.bound(0).Min, extent/t.size()
	put := func(p orb.Point) orb.Point {
		return orb.Point{math.Round((p[0] - o[0]) * scale), math.Round((p[1] - o[1]) * scale)}
	}
	least, tolerance := 6.0, 2.0 // units; a screen shows about eight in a point
	if t.Z == MaxZoom {
		least, tolerance = 1, 0 // enlarged further by the browser
	}
	switch g := g.(type) {
	case orb.Point:
		return put(g)
	case orb.LineString:
		return lineInTile(orb.MultiLineString{g}, put, least, tolerance)
	case orb.MultiLineString:
		return lineInTile(g, put, least, tolerance)
	case orb.Polygon:
		return areaInTile(orb.MultiPolygon{g}, put, least, tolerance)
	case orb.MultiPolygon:
		return areaInTile(g, put, least, tolerance)
	}
	return nil
}

func lineInTile(lines orb.MultiLineString, put func(orb.Point) orb.Point, least, tolerance float64) orb.Geometry {
	var out orb.MultiLineString
	for _, l := range lines {
		l = orb.LineString(settle(l, put))
		if len(l) > 2 && tolerance > 0 {
			l = simplify.DouglasPeucker(tolerance).LineString(l)
		}
		if len(l) > 1 && planar.Length(l) >= least {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func areaInTile(area orb.MultiPolygon, put func(orb.Point) orb.Point, least, tolerance float64) orb.Geometry {
	var out orb.MultiPolygon
	for _, p := range area {
		var polygon orb.Polygon
		for i, r := range p {
			around := i == 0
			r = orb.Ring(settle(r, put))
			if len(r) > 4 && tolerance > 0 {
				r = simplify.DouglasPeucker(tolerance).Ring(r)
			}
			if a := doubleArea(r); len(r) < 4 || math.Abs(a) < 2*least*least || (a > 0) != around {
				if around {
					break // what is too small has no holes
				}
				continue
			}
			polygon = append(polygon, r)
		}
		if polygon != nil {
			out = append(out, polygon)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// settle puts points into a tile and leaves out those that fall together.
func settle(points []orb.Point, put func(orb.Point) orb.Point) []orb.Point {
	out := make([]orb.Point, 0, len(points))
	for _, p := range points {
		if q := put(p); len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	return slices.Clip(out)
}
