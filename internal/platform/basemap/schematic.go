package basemap

import (
	"math"

	"github.com/paulmach/orb"

	"gongyi/internal/kernel/geo"
)

// Area is a place of the tree that a schematic shows.
type Area struct {
	ID     string
	Parent string // "" or one that is not shown: it stands on the ground itself
	Name   string
	At     *geo.Point // where it is, nil if that is not known
}

// Cell is an area laid out on the ground.
type Cell struct {
	ID    string
	Name  string
	Depth int         // 0 on the ground, 1 inside another
	Ring  []geo.Point // convex, closed
	Label geo.Point
}

// Layout puts areas on the ground as cells that touch nearly and never overlap:
// those whose place is known around it, the others evenly into what is left; areas
// with a parent inside of it. The same areas in the same order give the same cells.
// The ground holds all points of around too; where nothing is known at all it lies
// at 0°, 0°, and only the arrangement means something.
func Layout(areas []Area, around ...geo.Point) []Cell {
	known := make(map[string]bool, len(areas))
	for _, a := range areas {
		known[a.ID] = true
	}
	var top []Area
	below := make(map[string][]Area)
	for _, a := range areas {
		if a.Parent != "" && known[a.Parent] && a.Parent != a.ID {
			below[a.Parent] = append(below[a.Parent], a)
			continue
		}
		top = append(top, a)
		if a.At != nil {
			around = append(around, *a.At)
		}
	}
	if len(top) == 0 {
		return nil
	}
	var cells []Cell
	place(groundFor(len(top), around), top, 0, func(c Cell, ring []orb.Point) {
		cells = append(cells, c)
		if children := below[c.ID]; len(children) > 0 {
			place(ring, children, 1, func(c Cell, _ []orb.Point) { cells = append(cells, c) })
		}
	})
	return cells
}

// side is how wide an area is drawn of which nothing is known, in units of the map
// (about 400 m).
const side = 1100.0

// groundFor is the rectangle on which everything stands, three to four.
func groundFor(n int, around []geo.Point) []orb.Point {
	area := geo.Around(around...)
	center := projectPoint(area.Center())
	reach := orb.Point{side / 2 * math.Sqrt(float64(n)) * 1.15, side / 2 * math.Sqrt(float64(n)) / 1.15}
	for _, p := range around {
		w := projectPoint(p)
		reach[0] = max(reach[0], math.Abs(w[0]-center[0])*1.25)
		reach[1] = max(reach[1], math.Abs(w[1]-center[1])*1.25)
	}
	reach[0] = max(reach[0], reach[1]*4/3)
	reach[1] = max(reach[1], reach[0]*3/4)
	return []orb.Point{
		{center[0] - reach[0], center[1] - reach[1]}, {center[0] + reach[0], center[1] - reach[1]},
		{center[0] + reach[0], center[1] + reach[1]}, {center[0] - reach[0], center[1] + reach[1]},
	}
}

// place lays areas out in a ring and hands over each with its ring on the map.
func place(ground []orb.Point, areas []Area, depth int, put func(Cell, []orb.Point)) {
	fixed := make(map[int]orb.Point)
	for i, a := range areas {
		if a.At != nil {
			if w := projectPoint(*a.At); holds(ground, w) {
				fixed[i] = w
			}
		}
	}
	sites := spread(ground, len(areas), fixed)
	gap := math.Sqrt(math.Abs(doubleArea(ground))/2/float64(len(areas))) * 0.03
	for i, a := range areas {
		whole := cellOf(ground, sites, i)
		cell := whole
		for by := gap; by > gap/20; by /= 2 { // a narrow cell keeps a narrow path
			if cell = inset(whole, by); len(cell) >= 3 {
				break
			}
		}
		if len(cell) < 3 {
			continue // no room is left
		}
		c := Cell{ID: a.ID, Name: a.Name, Depth: depth, Label: unproject(centerOf(cell))}
		for _, p := range cell {
			c.Ring = append(c.Ring, unproject(p))
		}
		c.Ring = append(c.Ring, c.Ring[0])
		put(c, cell)
	}
}
