package basemap

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/geo"
)

func tileOfOrb(t Tile) maptile.Tile { return maptile.New(t.X, t.Y, maptile.Zoom(t.Z)) }

func TestTilesAreNumberedAsTheFormatSays(t *testing.T) {
	for tile, want := range map[Tile]uint64{
		{0, 0, 0}: 0, {1, 0, 0}: 1, {1, 0, 1}: 2, {1, 1, 1}: 3, {1, 1, 0}: 4, {2, 0, 0}: 5, {12, 3423, 1763}: 19078479, // from the specification
	} {
		if got := tile.number(); got != want {
			t.Errorf("%v is %d, want %d", tile, got, want)
		}
	}
	for z := uint8(0); z < 6; z++ { // every tile has a number of its own, and neighbours on the curve touch
		all := make(map[uint64]Tile)
		for x := uint32(0); x < 1<<z; x++ {
			for y := uint32(0); y < 1<<z; y++ {
				all[Tile{z, x, y}.number()] = Tile{z, x, y}
			}
		}
		first := Tile{Z: z}.number()
		for i := range uint64(1) << (2 * z) {
			a, ok := all[first+i]
			if b, more := all[first+i+1]; !ok || more && math.Abs(float64(a.X)-float64(b.X))+math.Abs(float64(a.Y)-float64(b.Y)) != 1 {
				t.Fatalf("level %d: the curve jumps at %d", z, i)
			}
		}
	}
}

func TestAProjectionHasAWayBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{Lat: rapid.Int64Range(-geo.MaxLat+1, geo.MaxLat-1).Draw(t, "lat"), Lon: rapid.Int64Range(-geo.MaxLon, geo.MaxLon).Draw(t, "lon")}
		w := projectPoint(p)
		if w[0] < 0 || w[0] > worldSize || w[1] < -1 || w[1] > worldSize+1 {
			t.Fatalf("%v is outside at %v", p, w)
		}
		if back := unproject(w); back != p {
			t.Fatalf("%v came back as %v", p, back)
		}
	})
}

// somewhere draws a point around Shanghai in units of the map.
func somewhere(t *rapid.T, name string) orb.Point {
	return project(int32(rapid.IntRange(311_000_000, 313_000_000).Draw(t, name+" lat")), int32(rapid.IntRange(1214_000_000, 1216_000_000).Draw(t, name+" lon")))
}

// cut slices shapes and returns what each tile of a level holds.
func cut(t *rapid.T, level uint8, shape orb.Geometry) map[Tile]orb.Geometry {
	got := make(map[Tile]orb.Geometry)
	var descend func(at Tile, pieces []piece)
	descend = func(at Tile, pieces []piece) {
		if pieces = within(at, pieces); len(pieces) == 0 {
			return
		}
		if at.Z == level {
			got[at] = pieces[0].shape
			return
		}
		for _, c := range at.children() {
			descend(c, pieces)
		}
	}
	descend(Tile{}, []piece{{0, shape, shape.Bound()}})
	return got
}

func TestAPointIsInOneTileOfALevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := uint8(rapid.IntRange(0, MaxZoom).Draw(t, "level"))
		if n := len(cut(t, level, somewhere(t, "p"))); n != 1 {
			t.Fatalf("in %d tiles", n)
		}
	})
}

func TestNoPartOfALineIsLostOrDoubled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := orb.LineString{somewhere(t, "a"), somewhere(t, "b"), somewhere(t, "c")}
		sum := 0.0
		for at, g := range cut(t, 12, orb.MultiLineString{line}) {
			if b := at.bound(beyond * 1.01); !b.Contains(g.Bound().Min) || !b.Contains(g.Bound().Max) {
				t.Fatalf("%v goes beyond its tile", at)
			}
			if own := clip.Geometry(at.bound(0), orb.Clone(g)); own != nil {
				sum += planar.Length(own)
			}
		}
		if want := planar.Length(line); math.Abs(sum-want) > want*1e-6+1 {
			t.Fatalf("%f of %f", sum, want)
		}
	})
}

func TestNoPartOfAnAreaIsLostOrDoubled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := somewhere(t, "a"), somewhere(t, "b"), somewhere(t, "c")
		area := orb.Polygon{turned(orb.Ring{a, b, c, a}, true)}
		want := math.Abs(planar.Area(area))
		sum := 0.0
		for at, g := range cut(t, 12, orb.MultiPolygon{area.Clone()}) {
			if own := clip.Geometry(at.bound(0), orb.Clone(g)); own != nil {
				sum += math.Abs(planar.Area(own))
			}
		}
		if math.Abs(sum-want) > want*1e-6+1000 {
			t.Fatalf("%f of %f", sum, want)
		}
	})
}

// What we encode, another program decodes to the same shapes and words, inside
// the tile and the margin around it.
func TestTilesAreDecodedAsTheyWereDrawn(t *testing.T) {
	looks := []look{{layer: roadLayer, class: "street", name: "竹园路", en: "Zhuyuan Road"}, {layer: waterLayer, area: true, class: "water"}, {layer: spotLayer, class: "toilets"}}
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := somewhere(t, "a"), somewhere(t, "b"), somewhere(t, "c")
		shapes := []orb.Geometry{orb.MultiLineString{{a, b, c}}, orb.MultiPolygon{{turned(orb.Ring{a, b, c, a}, true)}}, a}
		var pieces []piece
		for i, g := range shapes {
			pieces = append(pieces, piece{int32(i), g, g.Bound()})
		}
		s := slicer{looks: looks, cover: orb.Bound{Max: orb.Point{worldSize, worldSize}}, emit: func(at Tile, data []byte) error {
			layers, err := mvt.Unmarshal(data)
			if err != nil {
				return err
			}
			for _, l := range layers {
				i := slices.IndexFunc(looks, func(k look) bool { return layerNames[k.layer] == l.Name })
				k := looks[i]
				for _, f := range l.Features {
					bound := f.Geometry.Bound()
					if least := -extent*beyond - 1; bound.Min[0] < least || bound.Min[1] < least || bound.Max[0] > extent-least || bound.Max[1] > extent-least {
						return errors.New("outside of the tile")
					}
					want := map[string]any{"class": k.class}
					if k.name != "" {
						want["name"], want["name_en"] = k.name, k.en
					}
					if diff := cmp.Diff(want, map[string]any(f.Properties)); diff != "" {
						return errors.New(diff)
					}
					if p, ok := f.Geometry.(orb.Polygon); ok && (p[0][0] != p[0][len(p[0])-1] || doubleArea(p[0]) <= 0) {
						return errors.New("a ring that is open or runs the wrong way")
					}
				}
			}
			return nil
		}}
		if err := s.slice(context.Background(), Tile{}, 12, pieces); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDirectoriesAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []entry
		tile := uint64(0)
		for range rapid.IntRange(0, 50).Draw(t, "n") {
			tile += rapid.Uint64Range(1, 1<<30).Draw(t, "step")
			all = append(all, entry{tile, rapid.Uint64Range(0, 1<<40).Draw(t, "offset"), rapid.Uint32().Draw(t, "length"), rapid.Uint32Range(1, 9).Draw(t, "run")})
		}
		back, err := decodeDirectory(encodeDirectory(all))
		if err != nil || len(back) != len(all) || len(all) > 0 && !slices.Equal(all, back) {
			t.Fatalf("%v came back as %v, %v", all, back, err)
		}
	})
}

func FuzzDirectory(f *testing.F) {
	f.Add(encodeDirectory([]entry{{1, 0, 10, 1}, {5, 10, 3, 2}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if all, err := decodeDirectory(b); err == nil && len(all) > len(b) {
			t.Fatal("more entries than bytes")
		}
	})
}
