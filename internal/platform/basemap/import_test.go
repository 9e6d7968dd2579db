package basemap

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/osm"
	"github.com/paulmach/osm/osmpbf"

	"gongyi/internal/kernel/geo"
)

// seen is the features of a tile by layer, as another program reads them.
func seen(t *testing.T, a *archive, at Tile) map[string]*mvt.Layer {
	t.Helper()
	e, ok := a.find(at)
	if !ok {
		return nil
	}
	b, err := a.read(e)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.UnmarshalGzipped(b)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*mvt.Layer)
	for _, l := range layers {
		out[l.Name] = l
	}
	return out
}

// tileAt is the tile over a place.
func tileAt(zoom uint8, lat, lon int32) Tile {
	w, size := project(lat, lon), Tile{Z: zoom}.size()
	return Tile{zoom, uint32(w[0] / size), uint32(w[1] / size)}
}

func TestATownIsReadAlikeFromEveryFormat(t *testing.T) {
	want := imported(t, asXML(town()), Options{})
	s := want.about.Summary
	if diff := cmp.Diff(map[string]int{"building": 1, "green": 1, "place": 1, "road": 2, "spot": 2, "water": 1}, s.Features); diff != "" {
		t.Error(diff)
	}
	if s.Incomplete != 2 || s.Bounds != townBounds || s.Tiles < 7 {
		t.Errorf("%+v", s)
	}
	for name, extract := range map[string][]byte{"dense": asPBF(town(), true), "one by one": asPBF(town(), false), "mark of order": append([]byte("\xef\xbb\xbf\n"), asXML(town())...)} {
		got := imported(t, extract, Options{})
		if diff := cmp.Diff(s.Features, got.about.Summary.Features); diff != "" || got.about.Version != want.about.Version {
			t.Errorf("%s: version %s, want %s; %s", name, got.about.Version, want.about.Version, diff)
		}
	}
}

// The PBF that these tests write is the one that others read.
func TestAnotherReaderReadsTheSamePBF(t *testing.T) {
	s := osmpbf.New(context.Background(), bytes.NewReader(asPBF(town(), true)), 1)
	defer s.Close()
	var theirs, ours []thing
	for s.Scan() {
		var g thing
		add := func(tags osm.Tags) {
			for _, x := range tags {
				g.tags = append(g.tags, tag{x.Key, x.Value})
			}
		}
		switch o := s.Object().(type) {
		case *osm.Node:
			g = thing{kind: nodes, id: int64(o.ID), lat: int64(o.Lat*1e7 + 0.5), lon: int64(o.Lon*1e7 + 0.5)}
			add(o.Tags)
		case *osm.Way:
			g = thing{kind: ways, id: int64(o.ID)}
			for _, n := range o.Nodes {
				g.refs = append(g.refs, int64(n.ID))
			}
			add(o.Tags)
		case *osm.Relation:
			g = thing{kind: relations, id: int64(o.ID)}
			for _, m := range o.Members {
				g.members = append(g.members, member{xmlKinds[string(m.Type)], m.Ref, m.Role})
			}
			add(o.Tags)
		}
		theirs = append(theirs, g)
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	for _, extract := range [][]byte{asPBF(town(), true), asPBF(town(), false), asXML(town())} {
		ours = nil
		x, err := openExtract(bytes.NewReader(extract), int64(len(extract)))
		if err != nil {
			t.Fatal(err)
		}
		if err := x.scan(context.Background(), everything, func(int64) {}, func(e *element) error {
			ours = append(ours, thing{kind: e.kind, id: e.id, lat: int64(e.lat), lon: int64(e.lon), tags: append([]tag(nil), e.tags...), refs: append([]int64(nil), e.refs...), members: append([]member(nil), e.members...)})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(theirs, ours, cmp.AllowUnexported(thing{}, tag{}, member{})); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTilesShowWhatStandsThere(t *testing.T) {
	a := imported(t, asPBF(town(), true), Options{})
	road := seen(t, a, tileAt(16, 312251000, 1214800000))["road"]
	if road == nil || len(road.Features) != 1 {
		t.Fatal("no road")
	}
	if diff := cmp.Diff(map[string]any{"class": "street", "name": "竹园路", "name_en": "Zhuyuan Road"}, map[string]any(road.Features[0].Properties)); diff != "" {
		t.Error(diff)
	}
	house := seen(t, a, tileAt(16, 312292000, 1214793000))
	if house["building"] == nil || house["spot"] == nil && seen(t, a, tileAt(16, 312300000, 1214800000))["spot"] == nil {
		t.Error("no house or no toilet")
	}
	// The corner of the house is where the extract says, to half a unit of the tile.
	at := tileAt(16, 312290000, 1214790000)
	layers := seen(t, a, at)
	layers["building"].ProjectToWGS84(tileOfOrb(at))
	ring := layers["building"].Features[0].Geometry.(orb.Polygon)[0]
	near := slices.ContainsFunc(ring, func(p orb.Point) bool {
		q := geo.Point{Lat: int64(p[1] * 1e6), Lon: int64(p[0] * 1e6)}
		return q.Distance(geo.Point{Lat: 31_229_000, Lon: 121_479_000}) == 0
	})
	if !near {
		t.Errorf("the house stands at %v", ring)
	}
	lake := seen(t, a, tileAt(14, 312350000, 1214760000))["water"]
	polygon, ok := lake.Features[0].Geometry.(orb.Polygon)
	if !ok || len(polygon) != 2 || lake.Features[0].Properties["name"] != "镜湖" {
		t.Fatalf("a lake with an island: %v", lake.Features[0].Geometry)
	}
	if planar.Area(polygon) >= planar.Area(orb.Polygon{polygon[0]}) || doubleArea(polygon[0]) <= 0 || doubleArea(polygon[1]) >= 0 {
		t.Error("rings run the wrong way")
	}
	if seen(t, a, tileAt(12, 312292000, 1214793000))["building"] != nil {
		t.Error("a house is seen from afar")
	}
	if seen(t, a, tileAt(16, 312320000, 1214810000))["spot"] != nil {
		t.Error("a bench is no spot")
	}
}

func TestAPartIsCutOut(t *testing.T) {
	box, _ := geo.ParseBox("121.470,31.233,121.490,31.240") // the lake and the way to it
	a := imported(t, asPBF(town(), true), Options{Bounds: box})
	if diff := cmp.Diff(map[string]int{"green": 1, "road": 1, "spot": 1, "water": 1}, a.about.Summary.Features); diff != "" {
		t.Error(diff)
	}
	if a.box != box {
		t.Error(a.box)
	}
	if _, ok := a.find(tileAt(16, 312251000, 1214800000)); ok {
		t.Error("a tile outside")
	}
}

func TestImportsReplaceEachOther(t *testing.T) {
	target := filepath.Join(t.TempDir(), "map", "base.pmtiles")
	first, err := importing(t, asXML(town()), target, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(target)
	again, err := importing(t, asPBF(town(), true), target, Options{})
	after, _ := os.ReadFile(target)
	if err != nil || again.Version != first.Version || !bytes.Equal(before, after) {
		t.Errorf("the same town makes another file: %v %v", again, err)
	}
	moved := town()
	moved[0].lat += 100_000
	other, err := importing(t, asXML(moved), target, Options{})
	if err != nil || other.Version == first.Version {
		t.Errorf("another town has the same version: %v %v", other, err)
	}
	for name, extract := range map[string][]byte{"nothing": nil, "words": []byte("no map"), "half": asXML(town())[:900], "half of the other": asPBF(town(), true)[:300]} {
		if _, err := importing(t, extract, target, Options{}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	entries, _ := os.ReadDir(filepath.Dir(target))
	if i, err := Read(target); err != nil || i.Version != other.Version || len(entries) != 1 {
		t.Errorf("a refused import left a trace: %v %v %v", i, err, entries)
	}
}

func TestAnImportStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	source := filepath.Join(dir, "x")
	for _, extract := range [][]byte{asXML(town()), asPBF(town(), true)} {
		if err := os.WriteFile(source, extract, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Import(ctx, source, filepath.Join(dir, "t"), Options{}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}
