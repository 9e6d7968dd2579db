package basemap

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/geo"
)

// city is a made-up town of side × side kilometres: a street each 100 m, with a name
// and bends, 30 houses in each block, some parks, spots and a river.
func city(side int) (all []thing) {
	dice := rand.New(rand.NewPCG(1, 2))
	const metre = 90 // of latitude, in 1e-7 degrees
	var shapes []thing
	id := int64(0)
	at := func(x, y int) int64 {
		id++
		all = append(all, thing{kind: nodes, id: id, lat: 311000000 + int64(y*metre), lon: 1213000000 + int64(x*metre*117/100)})
		return id
	}
	way := func(refs []int64, tags ...tag) {
		shapes = append(shapes, thing{kind: ways, id: int64(len(shapes) + 1), refs: refs, tags: tags})
	}
	class := func(i int) string {
		return []string{"primary", "residential", "tertiary", "residential", "service"}[i%5]
	}
	blocks := side * 10
	for i := range blocks {
		for k := range blocks / 10 {
			var across, along []int64
			for j := range 21 {
				across = append(across, at((k*10*100)+j*50, i*100+dice.IntN(6)))
				along = append(along, at(i*100+dice.IntN(6), (k*10*100)+j*50))
			}
			way(across, tag{"highway", class(i)}, tag{"name", fmt.Sprintf("东%d路", i)}, tag{"name:en", fmt.Sprintf("East Road %d", i)})
			way(along, tag{"highway", class(i + 1)}, tag{"name", fmt.Sprintf("北%d路", i)})
		}
		for j := range blocks {
			if dice.IntN(20) == 0 {
				a, b, c, d := at(i*100+10, j*100+10), at(i*100+90, j*100+10), at(i*100+90, j*100+90), at(i*100+10, j*100+90)
				way([]int64{a, b, c, d, a}, tag{"leisure", "park"}, tag{"name", fmt.Sprintf("公园%d", id)})
				continue
			}
			for h := range 30 {
				x, y := i*100+8+h%6*15, j*100+8+h/6*17
				a, b, c, d := at(x, y), at(x+10+dice.IntN(3), y), at(x+11, y+12), at(x, y+12)
				way([]int64{a, b, c, d, a}, tag{"building", "residential"})
			}
		}
	}
	for range blocks * 4 {
		n := at(dice.IntN(side*1000), dice.IntN(side*1000))
		all[n-1].tags = []tag{{"amenity", "toilets"}}
	}
	return append(all, shapes...)
}

// cityExtract is that town as a file.
func cityExtract(side int) []byte {
	box := geo.Box{Min: geo.Point{Lat: 31_100_000, Lon: 121_300_000}}
	box.Max = geo.Point{Lat: box.Min.Lat + int64(side)*9000, Lon: box.Min.Lon + int64(side)*10530}
	return append(fileBlob("OSMHeader", headerOf(box, "OsmSchema-V0.6", "DenseNodes"), true), blobs(city(side), true)...)
}

// BenchmarkImport takes a town of 12 × 12 km over: about 420,000 houses.
func BenchmarkImport(b *testing.B) {
	source := filepath.Join(b.TempDir(), "city.osm.pbf")
	extract := cityExtract(12)
	if err := os.WriteFile(source, extract, 0o644); err != nil {
		b.Fatal(err)
	}
	target := filepath.Join(b.TempDir(), "base.pmtiles")
	runtime.GC()
	var peak atomic.Uint64
	for b.Loop() {
		s, err := Import(b.Context(), source, target, Options{Progress: func(Step, int64, int64) {
			var m runtime.MemStats
			if runtime.ReadMemStats(&m); m.HeapInuse > peak.Load() {
				peak.Store(m.HeapInuse)
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(s.Tiles), "tiles")
		b.ReportMetric(float64(s.Features["building"]), "houses")
		b.ReportMetric(float64(s.Bytes)/1e6, "MB_out")
	}
	b.ReportMetric(float64(len(extract))/1e6, "MB_in")
	b.ReportMetric(float64(peak.Load())/1e6, "MB_heap")
}

// BenchmarkTile asks for tiles all over that town, in no order, as a browser does.
func BenchmarkTile(b *testing.B) {
	file := filepath.Join(b.TempDir(), "base.pmtiles")
	if _, err := importing(b, cityExtract(6), file, Options{}); err != nil {
		b.Fatal(err)
	}
	h := served(b, file)
	dice := rand.New(rand.NewPCG(3, 4))
	var took []time.Duration
	bytes := 0
	for b.Loop() {
		at := tileAt(uint8(14+dice.IntN(3)), int32(311000000+dice.IntN(540000)), int32(1213000000+dice.IntN(630000)))
		began := time.Now()
		w := get(h, address(at), "Accept-Encoding: gzip")
		took = append(took, time.Since(began))
		if w.Code != 200 {
			b.Fatal(w.Code, at)
		}
		bytes += w.Body.Len()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95_µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99_µs")
	b.ReportMetric(float64(bytes)/float64(len(took))/1e3, "KB/tile")
}
