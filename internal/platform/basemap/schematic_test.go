package basemap

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/geo"
)

// tree draws a street with communities and grids, some with a place of their own.
func tree(t *rapid.T) (areas []Area) {
	at := func(name string) *geo.Point {
		if !rapid.Bool().Draw(t, name+" is known") {
			return nil
		}
		return &geo.Point{Lat: rapid.Int64Range(31_200_000, 31_250_000).Draw(t, name+" lat"), Lon: rapid.Int64Range(121_450_000, 121_500_000).Draw(t, name+" lon")}
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "communities") {
		c := fmt.Sprint("C", i)
		areas = append(areas, Area{ID: c, Parent: "S1", Name: c, At: at(c)})
		for j := range rapid.IntRange(0, 6).Draw(t, "grids of "+c) {
			areas = append(areas, Area{ID: fmt.Sprint(c, "-", j), Parent: c, Name: fmt.Sprint("网格", j)})
		}
	}
	return areas
}

func onMapOf(c Cell) []orb.Point {
	var ring []orb.Point
	for _, p := range c.Ring[:len(c.Ring)-1] {
		ring = append(ring, projectPoint(p))
	}
	return ring
}

func TestCellsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		areas := tree(t)
		cells := Layout(areas)
		if len(cells) != len(areas) {
			t.Fatalf("%d cells for %d areas", len(cells), len(areas))
		}
		rings := make(map[string][]orb.Point)
		for _, c := range cells {
			rings[c.ID] = onMapOf(c)
			if !holds(rings[c.ID], projectPoint(c.Label)) {
				t.Fatalf("the name of %s stands outside", c.ID)
			}
		}
		for i, a := range cells {
			for _, b := range cells[:i] {
				if a.Depth == b.Depth {
					for _, p := range rings[a.ID] {
						if holds(inset(rings[b.ID], 0.5), p) { // micro-degrees are rounded
							t.Fatalf("%s overlaps %s", a.ID, b.ID)
						}
					}
				}
			}
		}
		for _, a := range areas {
			if a.Parent != "S1" && !holds(rings[a.Parent], centerOf(rings[a.ID])) {
				t.Fatalf("%s is not inside %s", a.ID, a.Parent)
			}
		}
		if diff := cmp.Diff(cells, Layout(areas)); diff != "" {
			t.Fatal("laid out differently the second time", diff)
		}
	})
}

func TestAKnownPlaceIsInItsCell(t *testing.T) {
	a, b := &geo.Point{Lat: 31_230_000, Lon: 121_470_000}, &geo.Point{Lat: 31_236_000, Lon: 121_479_000}
	shop := geo.Point{Lat: 31_228_000, Lon: 121_460_000}
	cells := Layout([]Area{{ID: "C1", At: a}, {ID: "C2", At: b}, {ID: "C3"}}, shop)
	for i, at := range []*geo.Point{a, b} {
		if !holds(onMapOf(cells[i]), projectPoint(*at)) {
			t.Errorf("%s is elsewhere", cells[i].ID)
		}
	}
	if !slices.ContainsFunc(cells, func(c Cell) bool { return holds(onMapOf(c), projectPoint(shop)) }) {
		t.Error("a shop stands beside the ground")
	}
	if Layout(nil) != nil {
		t.Error("cells of nothing")
	}
}

// Areas of which nothing is known get ground of like size.
func TestUnknownAreasShareTheGround(t *testing.T) {
	var areas []Area
	for i := range 15 {
		areas = append(areas, Area{ID: fmt.Sprint(i)})
	}
	least, most := math.Inf(1), 0.0
	for _, c := range Layout(areas) {
		size := math.Abs(doubleArea(onMapOf(c)))
		least, most = min(least, size), max(most, size)
	}
	if most > 1.6*least {
		t.Errorf("from %f to %f", least, most)
	}
}

func TestADrawingHoldsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := Layout(tree(t))
		var marks []Mark
		for i, c := range cells {
			marks = append(marks, Mark{ID: fmt.Sprint(i), Kind: "shop", At: c.Label}, Mark{ID: fmt.Sprint("again ", i), At: c.Label})
		}
		d := Draw(480, cells, marks)
		for _, m := range d.Marks {
			if m.X < 0 || m.Y < 0 || m.X > d.Width || m.Y > d.Height {
				t.Fatalf("%+v is outside of %d × %d", m, d.Width, d.Height)
			}
		}
		for _, c := range d.Cells {
			if c.X < 0 || c.Y < 0 || c.X > d.Width || c.Y > d.Height || c.Path[0] != 'M' || c.Path[len(c.Path)-1] != 'Z' {
				t.Fatalf("%+v is outside of %d × %d", c, d.Width, d.Height)
			}
		}
		for i := 0; i+1 < len(d.Marks); i += 2 {
			if a, b := d.Marks[i], d.Marks[i+1]; a.X == b.X && a.Y == b.Y {
				t.Fatal("one mark hides another")
			}
		}
		b, err := GeoJSON(cells)
		var back struct {
			Features []struct {
				Geometry struct{ Coordinates [][][2]float64 }
			}
		}
		if err != nil || json.Unmarshal(b, &back) != nil || len(back.Features) != len(cells) {
			t.Fatal(err, string(b))
		}
		for _, f := range back.Features {
			if ring := f.Geometry.Coordinates[0]; len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				t.Fatal("a ring that is open")
			}
		}
	})
	if d := Draw(480, nil, []Mark{{At: geo.Point{Lat: 1}}}); d.Height <= 0 || len(d.Marks) != 1 {
		t.Errorf("%+v", d)
	}
}
