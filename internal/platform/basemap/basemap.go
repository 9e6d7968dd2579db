// Package basemap is the ground under every map of the house: streets, houses,
// water and green of a town, taken once from an OpenStreetMap extract and served
// by us as vector tiles, so that no map loads anything from elsewhere. Without an
// extract the places of the tree are laid out as a calm schematic.
//
// Import reads an extract in passes and writes one file in the PMTiles format,
// which replaces the one before it in one step. A Map serves that file and
// notices when it was replaced. All coordinates are WGS-84, as in OpenStreetMap.
//
// The readers are our own: an extract comes from elsewhere, and the usual decoder
// panics in its own goroutines, out of reach of a caller, on a string number that
// is not in the table.
package basemap

import (
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
)

// Attribution is what the licence of the data (ODbL) wants to be said on every
// map that shows it.
const Attribution = "© OpenStreetMap contributors"

// Zoom levels with tiles of their own; a browser enlarges the last ones further.
const (
	MinZoom = 10
	MaxZoom = 16
)

// Refusals of an import and of a file that cannot be shown.
var (
	ErrNotOSM        = fault.New(fault.Invalid, "basemap.not_osm")
	ErrBroken        = fault.New(fault.Invalid, "basemap.broken")
	ErrTooLarge      = fault.New(fault.TooLarge, "basemap.too_large")
	ErrNothingInside = fault.New(fault.NotFound, "basemap.nothing_inside")
	ErrNoMap         = fault.New(fault.NotFound, "basemap.no_map")
	ErrNoSuchTile    = fault.New(fault.NotFound, "basemap.no_such_tile")
)

// Limits bound what an import keeps in memory and writes. A city fits ten times;
// of a country a part is cut out with Options.Bounds.
type Limits struct {
	Ways   int   // kept
	Points int   // of kept ways, each as often as it is named
	Spots  int   // points with a name or a use
	Tiles  int   // written
	Bytes  int64 // of tiles
	Span   int64 // of the map from side to side, in micro-degrees
}

// DefaultLimits need about 1.5 GB at worst.
var DefaultLimits = Limits{Ways: 4_000_000, Points: 40_000_000, Spots: 1_000_000, Tiles: 1_000_000, Bytes: 8 << 30, Span: 4 * geo.Degree}

// broken says what is wrong with an extract.
func broken(what string) error { return ErrBroken.With("what", what) }

// tooLarge says which limit an extract passes.
func tooLarge(what string, most int) error {
	return ErrTooLarge.With("what", what).With("most", most)
}
