package basemap

import (
	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"
)

// encoder writes one vector tile (Mapbox Vector Tile, version 2). Layers, keys
// and values come in a fixed order, so that the same features make the same bytes.
type encoder struct{ layers [layers]tileLayer }

type tileLayer struct {
	features []byte
	keys     words
	values   words
}

// words number strings in the order in which they came.
type words struct {
	all []string
	no  map[string]uint64
}

func (w *words) number(s string) uint64 {
	n, ok := w.no[s]
	if !ok {
		if w.no == nil {
			w.no = make(map[string]uint64)
		}
		n = uint64(len(w.all))
		w.all, w.no[s] = append(w.all, s), n
	}
	return n
}

// Kinds and commands of the format.
const (
	pointShape, lineShape, areaShape = 1, 2, 3
	moveTo, lineTo, closePath        = 1, 2, 7
)

// add puts a feature into its layer; its shape is in units of the tile.
func (e *encoder) add(l look, g orb.Geometry) {
	to := &e.layers[l.layer]
	var tags, path []byte
	for _, t := range [...]tag{{"class", l.class}, {"name", l.name}, {"name_en", l.en}} {
		if t.value != "" {
			tags = protowire.AppendVarint(tags, to.keys.number(t.key))
			tags = protowire.AppendVarint(tags, to.values.number(t.value))
		}
	}
	pen, shape := pen{}, uint64(0)
	switch g := g.(type) {
	case orb.Point:
		shape = pointShape
		path = pen.draw(path, []orb.Point{g}, false)
	case orb.MultiLineString:
		shape = lineShape
		for _, line := range g {
			path = pen.draw(path, line, false)
		}
	case orb.MultiPolygon:
		shape = areaShape
		for _, polygon := range g {
			for _, ring := range polygon {
				path = pen.draw(path, ring[:len(ring)-1], true)
			}
		}
	}
	var f []byte
	f = protowire.AppendTag(f, 2, protowire.BytesType)
	f = protowire.AppendBytes(f, tags)
	f = protowire.AppendTag(f, 3, protowire.VarintType)
	f = protowire.AppendVarint(f, shape)
	f = protowire.AppendTag(f, 4, protowire.BytesType)
	f = protowire.AppendBytes(f, path)
	to.features = protowire.AppendTag(to.features, 2, protowire.BytesType)
	to.features = protowire.AppendBytes(to.features, f)
}

// pen is where the last point of a feature was: the next one is relative to it.
type pen struct{ x, y int64 }

func (p *pen) draw(path []byte, points []orb.Point, closed bool) []byte {
	command := func(id, count int) { path = protowire.AppendVarint(path, uint64(id|count<<3)) }
	for i, at := range points {
		switch i {
		case 0:
			command(moveTo, 1)
		case 1:
			command(lineTo, len(points)-1)
		}
		x, y := int64(at[0]), int64(at[1])
		path = protowire.AppendVarint(path, protowire.EncodeZigZag(x-p.x))
		path = protowire.AppendVarint(path, protowire.EncodeZigZag(y-p.y))
		p.x, p.y = x, y
	}
	if closed {
		command(closePath, 1)
	}
	return path
}

// bytes is the tile, nil if nothing is in it.
func (e *encoder) bytes() (out []byte) {
	for i := range e.layers {
		l := &e.layers[i]
		if len(l.features) == 0 {
			continue
		}
		var b []byte
		b = protowire.AppendTag(b, 15, protowire.VarintType)
		b = protowire.AppendVarint(b, 2)
		b = protowire.AppendTag(b, 1, protowire.BytesType)
		b = protowire.AppendString(b, layerNames[i])
		b = append(b, l.features...)
		for _, k := range l.keys.all {
			b = protowire.AppendTag(b, 3, protowire.BytesType)
			b = protowire.AppendString(b, k)
		}
		for _, v := range l.values.all {
			var text []byte
			text = protowire.AppendTag(text, 1, protowire.BytesType)
			text = protowire.AppendString(text, v)
			b = protowire.AppendTag(b, 4, protowire.BytesType)
			b = protowire.AppendBytes(b, text)
		}
		b = protowire.AppendTag(b, 5, protowire.VarintType)
		b = protowire.AppendVarint(b, extent)
		out = protowire.AppendTag(out, 3, protowire.BytesType)
		out = protowire.AppendBytes(out, b)
	}
	return out
}
