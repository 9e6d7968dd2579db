package basemap

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	Cells         []DrawnCell
	Marks         []DrawnMark
}

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
	b := worldBox(geo.Around(all...))
	margin := float64(width) / 40
	reach := max(b.Max[0]-b.Min[0], (b.Max[1]-b.Min[1])/2, 200) // of one point too
	scale := (float64(width) - 2*margin) / reach
	left := b.Center()[0] - reach/2
	x := func(w world) int { return int(math.Round(margin + (w[0]-left)*scale)) }
	y := func(w world) int { return int(math.Round(margin + (w[1]-b.Min[1])*scale)) }
	d := Picture{Width: width, Height: int(math.Round((b.Max[1]-b.Min[1])*scale + 2*margin))}
	for _, c := range cells {
		drawn := DrawnCell{ID: c.ID, Name: c.Name, Depth: c.Depth, X: x(projectPoint(c.Label)), Y: y(projectPoint(c.Label))}
		var path strings.Builder
		least, most := math.MaxInt, 0
		for i, p := range c.Ring[:len(c.Ring)-1] {
			w := projectPoint(p)
			path.WriteByte("ML"[min(i, 1)])
			path.WriteString(strconv.Itoa(x(w)) + " " + strconv.Itoa(y(w)))
			least, most = min(least, x(w)), max(most, x(w))
		}
		drawn.Path = path.String() + "Z"
		drawn.Fits = float64(most-least)*0.85 > wide(c.Name)
		d.Cells = append(d.Cells, drawn)
	}
	d.Height = max(d.Height, width/3)
	taken := make(map[[2]int]bool)
	for _, m := range marks {
		px, py := x(projectPoint(m.At)), y(projectPoint(m.At))
		at := [2]int{px, py}
		for step := 1.0; taken[room(at)] && step < 900; step++ { // outwards, as seeds lie in a sunflower
			at[0] = clamp(px+int(markRoom*math.Sqrt(step)*math.Cos(step*golden)), width)
			at[1] = clamp(py+int(markRoom*math.Sqrt(step)*math.Sin(step*golden)), d.Height)
		}
		taken[room(at)] = true
		d.Marks = append(d.Marks, DrawnMark{m, at[0], at[1]})
	}
	for i := range d.Cells {
		d.evade(&d.Cells[i])
	}
	return d
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
