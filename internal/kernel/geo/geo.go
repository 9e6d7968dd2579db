// Package geo says where things stand: points and boxes on the ground, in whole
// micro-degrees of WGS-84, so that a place is stored, compared and sent without
// rounding. One micro-degree is 11 cm of latitude.
//
// WGS-84 is what satellites and OpenStreetMap use. Chinese map providers show
// GCJ-02, which is shifted by 100 to 700 m: a position copied from one of them
// must be converted before it comes here. Nothing in the house uses GCJ-02.
package geo

import (
	"math"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
)

// Refusals.
var (
	ErrBadPoint = fault.New(fault.Invalid, "geo.bad_point")
	ErrBadBox   = fault.New(fault.Invalid, "geo.bad_box")
)

// Limits of latitude and longitude in micro-degrees. Maps are drawn in the
// Mercator projection, which ends at 85.05 degrees; nobody lives beyond.
const (
	MaxLat = 85_051_128
	MaxLon = 180_000_000
	Degree = 1_000_000
)

// Point is a place on the ground in micro-degrees of WGS-84: north and east are
// positive.
type Point struct{ Lat, Lon int64 }

// Valid reports whether a map can show the point.
func (p Point) Valid() bool {
	return p.Lat >= -MaxLat && p.Lat <= MaxLat && p.Lon >= -MaxLon && p.Lon <= MaxLon
}

// String is the point in degrees: "31.230416,121.473701".
func (p Point) String() string { return degrees(p.Lat) + "," + degrees(p.Lon) }

// ParsePoint reads "31.230416,121.473701", latitude first, as people write it.
func ParsePoint(s string) (Point, error) {
	lat, lon, _ := strings.Cut(s, ",")
	p := Point{}
	var ok, too bool
	p.Lat, ok = parseDegrees(lat)
	p.Lon, too = parseDegrees(lon)
	if !ok || !too || !p.Valid() {
		return Point{}, ErrBadPoint.With("point", clip(s))
	}
	return p, nil
}

// earth is the mean radius of WGS-84 in metres.
const earth = 6_371_008.8

// Distance is how far it is from p to q as the crow flies, in whole metres. It is
// the haversine formula on a sphere: wrong by at most 0.6% of the distance, for
// showing people how far they walk and for sorting by it.
func (p Point) Distance(q Point) int64 {
	lat1, lat2 := radians(p.Lat), radians(q.Lat)
	a := math.Sin((lat2 - lat1) / 2)
	b := math.Sin(radians(q.Lon-p.Lon) / 2)
	h := a*a + math.Cos(lat1)*math.Cos(lat2)*b*b
	return int64(math.Round(2 * earth * math.Asin(math.Sqrt(min(h, 1)))))
}

func radians(micro int64) float64 { return float64(micro) / Degree * math.Pi / 180 }

// Box is what lies between two corners, edges included. No box crosses the date
// line.
type Box struct{ Min, Max Point }

// ParseBox reads "west,south,east,north" in degrees, the order of OpenStreetMap
// and of GeoJSON.
func ParseBox(s string) (Box, error) {
	parts := strings.Split(s, ",")
	var v [4]int64
	if len(parts) != len(v) {
		return Box{}, ErrBadBox.With("box", clip(s))
	}
	for i, part := range parts {
		n, ok := parseDegrees(part)
		if !ok {
			return Box{}, ErrBadBox.With("box", clip(s))
		}
		v[i] = n
	}
	b := Box{Min: Point{Lat: v[1], Lon: v[0]}, Max: Point{Lat: v[3], Lon: v[2]}}
	if !b.Valid() {
		return Box{}, ErrBadBox.With("box", clip(s))
	}
	return b, nil
}

// Valid reports whether the box has an area and lies on the map.
func (b Box) Valid() bool {
	return b.Min.Valid() && b.Max.Valid() && b.Min.Lat < b.Max.Lat && b.Min.Lon < b.Max.Lon
}

// Has reports whether p lies in the box.
func (b Box) Has(p Point) bool {
	return p.Lat >= b.Min.Lat && p.Lat <= b.Max.Lat && p.Lon >= b.Min.Lon && p.Lon <= b.Max.Lon
}

// Around is the smallest box that holds all points; of no points it is empty.
func Around(points ...Point) Box {
	if len(points) == 0 {
		return Box{}
	}
	b := Box{Min: points[0], Max: points[0]}
	for _, p := range points[1:] {
		b.Min = Point{Lat: min(b.Min.Lat, p.Lat), Lon: min(b.Min.Lon, p.Lon)}
		b.Max = Point{Lat: max(b.Max.Lat, p.Lat), Lon: max(b.Max.Lon, p.Lon)}
	}
	return b
}

// Center is the middle of the box.
func (b Box) Center() Point {
	return Point{Lat: (b.Min.Lat + b.Max.Lat) / 2, Lon: (b.Min.Lon + b.Max.Lon) / 2}
}

// String is the box as ParseBox reads it.
func (b Box) String() string {
	return strings.Join([]string{degrees(b.Min.Lon), degrees(b.Min.Lat), degrees(b.Max.Lon), degrees(b.Max.Lat)}, ",")
}

// degrees writes micro-degrees as degrees with six decimals.
func degrees(micro int64) string {
	sign := ""
	if micro < 0 {
		sign, micro = "-", -micro
	}
	rest := strconv.FormatInt(micro%Degree, 10)
	return sign + strconv.FormatInt(micro/Degree, 10) + "." + strings.Repeat("0", 6-len(rest)) + rest
}

// parseDegrees reads degrees; what stands behind the sixth decimal is cut off.
func parseDegrees(s string) (micro int64, ok bool) {
	s = strings.TrimSpace(s)
	s, negative := strings.CutPrefix(s, "-")
	whole, rest, dotted := strings.Cut(s, ".")
	if whole == "" || len(whole) > 3 || dotted && rest == "" || !digits(whole) || !digits(rest) {
		return 0, false
	}
	rest = (rest + "000000")[:6]
	micro, err := strconv.ParseInt(whole+rest, 10, 64)
	if negative {
		micro = -micro
	}
	return micro, err == nil
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// clip keeps what a refusal quotes short.
func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
