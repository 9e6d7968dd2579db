package geo_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/geo"
)

func point(t *rapid.T, name string) geo.Point {
	return geo.Point{
		Lat: rapid.Int64Range(-geo.MaxLat, geo.MaxLat).Draw(t, name+" lat"),
		Lon: rapid.Int64Range(-geo.MaxLon, geo.MaxLon).Draw(t, name+" lon"),
	}
}

func TestAPointIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := point(t, "p")
		if back, err := geo.ParsePoint(p.String()); err != nil || back != p {
			t.Fatalf("%v came back as %v, %v", p, back, err)
		}
	})
}

func TestWhatIsNoPointIsRefused(t *testing.T) {
	for _, s := range []string{"", "31", "31,", ",121", "a,b", "91.0,0", "0,181", "85.06,0", "1e3,4", "31.,121", "+1,2", "--1,2", "1,2,3", "1234,0", "99999999999999999999,1"} {
		if p, err := geo.ParsePoint(s); !errors.Is(err, geo.ErrBadPoint) {
			t.Errorf("%q was read as %v", s, p)
		}
	}
	if p, err := geo.ParsePoint(" 31.2304169, -0.5 "); err != nil || p != (geo.Point{Lat: 31_230_416, Lon: -500_000}) {
		t.Errorf("%v %v", p, err)
	}
}

func TestDistancesAreThoseOfTheGround(t *testing.T) {
	for _, c := range []struct {
		from, to geo.Point
		want     int64 // measured on the ellipsoid
	}{
		{geo.Point{Lat: 31_230_416, Lon: 121_473_701}, geo.Point{Lat: 39_904_211, Lon: 116_407_395}, 1_065_900}, // Shanghai to Beijing
		{geo.Point{}, geo.Point{Lat: 1_000_000}, 110_574},
		{geo.Point{}, geo.Point{Lon: 1_000_000}, 111_320},
		{geo.Point{Lat: 31_000_000, Lon: 121_000_000}, geo.Point{Lat: 31_000_900, Lon: 121_000_000}, 100},
	} {
		got := c.from.Distance(c.to)
		if off := math.Abs(float64(got-c.want)) / float64(c.want); off > 0.006 {
			t.Errorf("from %v to %v: %d m, want %d", c.from, c.to, got, c.want)
		}
	}
}

func TestDistanceIsAMeasure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, r := point(t, "p"), point(t, "q"), point(t, "r")
		if p.Distance(p) != 0 || p.Distance(q) != q.Distance(p) {
			t.Fatalf("%v %v: %d %d", p, q, p.Distance(q), q.Distance(p))
		}
		if p.Distance(r) > p.Distance(q)+q.Distance(r)+2 { // each is rounded
			t.Fatalf("a detour over %v is shorter", q)
		}
	})
}

func TestABoxHoldsWhatItWasDrawnAround(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := []geo.Point{point(t, "a"), point(t, "b"), point(t, "c")}
		b := geo.Around(all...)
		for _, p := range append(all, b.Center()) {
			if !b.Has(p) {
				t.Fatalf("%v lacks %v", b, p)
			}
		}
		if b.Valid() {
			if back, err := geo.ParseBox(b.String()); err != nil || back != b {
				t.Fatalf("%v came back as %v, %v", b, back, err)
			}
		}
	})
}

func TestWhatIsNoBoxIsRefused(t *testing.T) {
	for _, s := range []string{"", "1,2,3", "1,2,3,x", "3,2,1,4", "1,4,3,2", "1,2,1,3", "170,0,190,1", "1,2,3,4,5"} {
		if b, err := geo.ParseBox(s); !errors.Is(err, geo.ErrBadBox) {
			t.Errorf("%q was read as %v", s, b)
		}
	}
	b, err := geo.ParseBox("121.40,31.20,121.50,31.30")
	if err != nil || b.Has(geo.Point{Lat: 31_190_000, Lon: 121_450_000}) || !b.Has(geo.Point{Lat: 31_200_000, Lon: 121_400_000}) {
		t.Errorf("%v %v", b, err)
	}
}
