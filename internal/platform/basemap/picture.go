package basemap

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"gongyi/internal/kernel/geo"
)

// Mark is something of ours that stands on the map.
type Mark struct {
	ID   string
	Kind string
	Name string
	At   geo.Point
}

// Picture is a map as lines of SVG, for readers without script and for paper. Its
// user draws the paths and gives them colours; x and y are in its own units.
type Picture struct {
	Width, Height int
	Streets       []DrawnStreets // of a base map, from the ground up
	Cells         []DrawnCell    // of a schematic
	Marks         []DrawnMark
}

// DrawnStreets are all shapes of one class: "water", "green", "road", "path" …
type DrawnStreets struct{ Class, Path string }

// DrawnCell is an area: the path of its edge, and its name in the middle.
type DrawnCell struct {
	ID, Name string
	Depth    int
	Path     string
	X, Y     int
	Fits     bool // the name, in letters of LabelSize
}

// DrawnMark is a mark and where it stands.
type DrawnMark struct {
	Mark
	X, Y int
}

// LabelSize is the height of a name in units of a drawing, for which Fits is true.
const LabelSize = 18

// sheet is where a part of the map lies on a picture.
type sheet struct {
	width, height          int
	left, top, scale, edge float64
}

// sheetOf puts a part of the map on a sheet of a width.
func sheetOf(width int, b orb.Bound) sheet {
	edge := float64(width) / 40
	reach := max(b.Max[0]-b.Min[0], (b.Max[1]-b.Min[1])/2, 200) // of one point too
	scale := (float64(width) - 2*edge) / reach
	return sheet{
		width: width, height: max(int(math.Round((b.Max[1]-b.Min[1])*scale+2*edge)), width/3),
		left: b.Center()[0] - reach/2, top: b.Min[1], scale: scale, edge: edge,
	}
}

func (s sheet) x(w world) int { return int(math.Round(s.edge + (w[0]-s.left)*s.scale)) }
func (s sheet) y(w world) int { return int(math.Round(s.edge + (w[1]-s.top)*s.scale)) }

// Draw draws cells and marks, width units wide; height follows from what there is.
// Marks on one spot are moved a little, so that each can be seen.
func Draw(width int, cells []Cell, marks []Mark) Picture {
	var all []geo.Point
	for _, c := range cells {
		all = append(all, c.Ring...)
	}
	for _, m := range marks {
		all = append(all, m.At)
	}
	if len(all) == 0 {
		return Picture{}
	}
	s := sheetOf(width, worldBox(geo.Around(all...)))
	d := Picture{Width: s.width, Height: s.height}
	for _, c := range cells {
		label := projectPoint(c.Label)
		drawn := DrawnCell{ID: c.ID, Name: c.Name, Depth: c.Depth, X: s.x(label), Y: s.y(label)}
		var path strings.Builder
		least, most := math.MaxInt, 0
		for i, p := range c.Ring[:len(c.Ring)-1] {
			w := projectPoint(p)
			path.WriteByte("ML"[min(i, 1)])
			path.WriteString(strconv.Itoa(s.x(w)) + " " + strconv.Itoa(s.y(w)))
			least, most = min(least, s.x(w)), max(most, s.x(w))
		}
		drawn.Path = path.String() + "Z"
		drawn.Fits = float64(most-least)*0.85 > wide(c.Name)
		d.Cells = append(d.Cells, drawn)
	}
	d.put(s, marks)
	for i := range d.Cells {
		d.evade(&d.Cells[i])
	}
	return d
}

// put puts marks on the picture.
func (d *Picture) put(s sheet, marks []Mark) {
	taken := make(map[[2]int]bool)
	for _, m := range marks {
		w := projectPoint(m.At)
		x, y := s.x(w), s.y(w)
		at := [2]int{x, y}
		for step := 1.0; taken[room(at)] && step < 900; step++ { // outwards, as seeds lie in a sunflower
			at[0] = clamp(x+int(markRoom*math.Sqrt(step)*math.Cos(step*golden)), s.width)
			at[1] = clamp(y+int(markRoom*math.Sqrt(step)*math.Sin(step*golden)), s.height)
		}
		taken[room(at)] = true
		d.Marks = append(d.Marks, DrawnMark{m, at[0], at[1]})
	}
}

// evade moves a name up or down if a mark would stand on it.
func (d *Picture) evade(c *DrawnCell) {
	reach := int(wide(c.Name)/2) + markRoom*2/3
	for _, by := range []int{0, -1, 1, -2, 2} {
		y := c.Y + by*LabelSize
		if !slices.ContainsFunc(d.Marks, func(m DrawnMark) bool {
			return max(m.X-c.X, c.X-m.X) < reach && max(m.Y-y, y-m.Y) < markRoom/2+LabelSize*2/3
		}) {
			c.Y = clamp(y, d.Height)
			return
		}
	}
}

// room is which part of a drawing a mark takes up.
func room(at [2]int) [2]int { return [2]int{at[0] / markRoom, at[1] / markRoom} }

// markRoom is what a mark needs, in units of a drawing.
const markRoom = 20

func clamp(v, most int) int { return min(max(v, markRoom/2), most-markRoom/2) }

// wide is how wide a name is in letters of LabelSize; Han are as wide as high.
func wide(s string) (w float64) {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		if r < 0x2e80 {
			w += LabelSize * 0.56
		} else {
			w += LabelSize
		}
	}
	return w
}

// GeoJSON is cells as a map draws them: polygons with id, name and depth, those on
// the ground first.
func GeoJSON(cells []Cell) ([]byte, error) {
	type feature struct {
		Type       string         `json:"type"`
		Properties map[string]any `json:"properties"`
		Geometry   map[string]any `json:"geometry"`
	}
	features := make([]feature, 0, len(cells))
	for depth := range 2 {
		for _, c := range cells {
			if c.Depth != depth {
				continue
			}
			ring := make([][2]float64, len(c.Ring))
			for i, p := range c.Ring {
				ring[i] = [2]float64{degrees(p.Lon), degrees(p.Lat)}
			}
			features = append(features, feature{"Feature", map[string]any{"id": c.ID, "name": c.Name, "depth": c.Depth},
				map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}}})
		}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
}
