package basemap

import (
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"gongyi/internal/kernel/geo"
)

func TestAPictureShowsTheStreetsAroundTheMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "base.pmtiles")
	m := New(file, slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer m.Close()
	marks := []Mark{{ID: "a", At: geo.Point{Lat: 31_226_000, Lon: 121_478_000}}, {ID: "b", At: geo.Point{Lat: 31_236_000, Lon: 121_482_000}}}
	if _, ok := m.Draw(480, marks); ok {
		t.Error("streets without a map")
	}
	if _, err := importing(t, asPBF(town(), true), file, Options{}); err != nil {
		t.Fatal(err)
	}
	d, ok := m.Draw(480, marks)
	if !ok || d.Width != 480 || d.Height < 300 || d.Height > 500 || len(d.Marks) != 2 {
		t.Fatalf("%v %d × %d", ok, d.Width, d.Height)
	}
	var classes []string
	for _, s := range d.Streets {
		classes = append(classes, s.Class)
		if !regexp.MustCompile(`^(M-?\d+ -?\d+(L-?\d+ -?\d+)*Z?)+$`).MatchString(s.Path) {
			t.Errorf("%s: %s", s.Class, s.Path)
		}
	}
	if !slices.Equal(classes, []string{"green", "water", "path", "street"}) {
		t.Errorf("shows %v", classes)
	}
	for _, k := range d.Marks {
		if k.X < 20 || k.X > d.Width-20 || k.Y < 20 || k.Y > d.Height-20 {
			t.Errorf("a mark at the edge: %v", k)
		}
	}
	if _, ok := m.Draw(480, nil); ok {
		t.Error("streets around nothing")
	}
	if _, ok := m.Draw(480, []Mark{{At: geo.Point{Lat: 10_000_000, Lon: 10_000_000}}}); ok {
		t.Error("streets of another town")
	}
}

func FuzzStreets(f *testing.F) {
	var e encoder
	f.Add(e.bytes())
	f.Add([]byte{0x1a, 8, 0x0a, 4, 'r', 'o', 'a', 'd', 0x12, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := drawing{sheet: sheetOf(480, ample(worldBox(geo.Box{}))), paths: make(map[string][]byte)}
		_ = d.tile(Tile{14, 1, 1}, b)
	})
}
