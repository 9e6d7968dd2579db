package basemap

import (
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"

	"gongyi/internal/kernel/geo"
)

// Draw draws the streets around marks, width units wide, for readers without a
// script and for paper. It reports false if there are no marks, or no streets there.
func (m *Map) Draw(width int, marks []Mark) (d Picture, ok bool) {
	if len(marks) == 0 {
		return d, false
	}
	points := make([]geo.Point, len(marks))
	for i, k := range marks {
		points[i] = k.At
	}
	s := sheetOf(width, ample(worldBox(geo.Around(points...))))
	ink := drawing{sheet: s, paths: make(map[string][]byte)}
	for _, t := range tilesOver(s.bound()) {
		packed, _, err := m.tile(t)
		if err != nil || len(packed) == 0 {
			continue
		}
		if data, err := unpackTile(packed); err == nil {
			_ = ink.tile(t, data) // what a tile does not say is not drawn
		}
	}
	d = Picture{Width: s.width, Height: s.height}
	for _, class := range pictured {
		if path := ink.paths[class]; len(path) > 0 {
			d.Streets = append(d.Streets, DrawnStreets{class, string(path)})
		}
	}
	d.put(s, marks)
	return d, len(d.Streets) > 0
}

// pictured are the classes of a picture, from the ground up. Houses would make it
// heavier than the whole page.
var pictured = []string{"green", "water", "waterway", "rail", "path", "street", "road"}

// classIn is how a class of a layer is drawn in a picture, "" if it is not.
func classIn(layer, class string) string {
	switch layer {
	case "green", "water", "waterway", "rail":
		return layer
	case "road":
		switch class {
		case "path", "steps", "service":
			return "path"
		case "street", "pedestrian", "tertiary":
			return "street"
		}
		return "road"
	}
	return ""
}

// ample makes a part of the map larger, to three by four and at least about 900 m.
func ample(b orb.Bound) orb.Bound {
	c := b.Center()
	x, y := max((b.Max[0]-b.Min[0])*0.6, 1200), max((b.Max[1]-b.Min[1])*0.6, 900)
	x, y = max(x, y*4/3), max(y, x*3/4)
	return orb.Bound{Min: world{c[0] - x, c[1] - y}, Max: world{c[0] + x, c[1] + y}}
}

// bound is what of the map a sheet shows.
func (s sheet) bound() orb.Bound {
	return orb.Bound{Min: world{s.left - s.edge/s.scale, s.top - s.edge/s.scale}, Max: world{s.left + float64(s.width)/s.scale, s.top + float64(s.height)/s.scale}}
}

// tilesOver are the tiles over a part of the map, of the deepest level of which a few
// are enough.
func tilesOver(b orb.Bound) (all []Tile) {
	z := uint8(MaxZoom - 1)
	for size := (Tile{Z: z}).size(); z > MinZoom && max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]) > 2*size; size *= 2 {
		z--
	}
	size, last := Tile{Z: z}.size(), float64(uint32(1)<<z-1)
	index := func(v float64) uint32 { return uint32(min(max(math.Floor(v/size), 0), last)) }
	for x := index(b.Min[0]); x <= index(b.Max[0]); x++ {
		for y := index(b.Min[1]); y <= index(b.Max[1]); y++ {
			all = append(all, Tile{z, x, y})
		}
	}
	return all
}

// drawing collects the paths of a picture by class.
type drawing struct {
	sheet
	paths map[string][]byte
}

// tile draws the shapes of a tile.
func (d *drawing) tile(t Tile, data []byte) error {
	return fields(data, func(num protowire.Number, _ uint64, data []byte) error {
		if num != 3 {
			return nil
		}
		var name string
		var features [][]byte
		var keys, values []string
		err := fields(data, func(num protowire.Number, _ uint64, data []byte) error {
			switch num {
			case 1:
				name = string(data)
			case 2:
				features = append(features, data)
			case 3:
				keys = append(keys, string(data))
			case 4:
				values = append(values, "")
				return fields(data, func(num protowire.Number, _ uint64, text []byte) error {
					if num == 1 {
						values[len(values)-1] = string(text)
					}
					return nil
				})
			}
			return nil
		})
		for _, f := range features {
			if err == nil {
				err = d.feature(t, name, f, keys, values)
			}
		}
		return err
	})
}

func (d *drawing) feature(t Tile, layer string, data []byte, keys, values []string) error {
	var class string
	var path []byte
	err := fields(data, func(num protowire.Number, _ uint64, data []byte) error {
		switch num {
		case 2:
			for l := list(data); len(l) > 0; {
				k, ok := l.next()
				v, too := l.next()
				if !ok || !too || k >= uint64(len(keys)) || v >= uint64(len(values)) {
					return broken("a feature without words")
				}
				if keys[k] == "class" {
					class = values[v]
				}
			}
		case 4:
			path = data
		}
		return nil
	})
	if to := classIn(layer, class); err == nil && to != "" {
		d.paths[to] = d.shape(d.paths[to], t, path)
	}
	return err
}

// shape adds the commands of a shape to a path; points that fall together on the
// picture are one.
func (d *drawing) shape(path []byte, t Tile, commands list) []byte {
	origin, unit := t.bound(0).Min, t.size()/extent
	var at, first, last [2]int64
	number := func(v int64) { path = strconv.AppendInt(path, v, 10) }
	for len(commands) > 0 {
		c, _ := commands.next()
		if c&7 == closePath {
			path = append(path, 'Z')
			continue
		}
		for range min(c>>3, uint64(len(commands))) {
			dx, _ := commands.signed()
			dy, ok := commands.signed()
			if !ok {
				return path
			}
			at = [2]int64{at[0] + dx, at[1] + dy}
			w := world{origin[0] + float64(at[0])*unit, origin[1] + float64(at[1])*unit}
			p := [2]int64{int64(d.x(w)), int64(d.y(w))}
			switch {
			case c&7 == moveTo:
				path, first = append(path, 'M'), p
			case p == last && p != first:
				continue
			default:
				path = append(path, 'L')
			}
			last = p
			number(p[0])
			path = append(path, ' ')
			number(p[1])
		}
	}
	return slices.Clip(path)
}
