package basemap

import (
	"math"

	"github.com/paulmach/orb"

	"gongyi/internal/kernel/geo"
)

// extent is how many units a tile has from side to side.
const extent = 4096

// worldSize is the whole map in units of the deepest tiles; x grows to the east, y
// to the south.
const worldSize = 1 << (MaxZoom + 12)

// world is a point of the map in these units.
type world = orb.Point

// project puts a coordinate of 1e-7 degrees onto the map (Mercator). What lies
// beyond its ends is put there.
func project(lat, lon int32) world {
	phi := min(max(float64(lat)/1e7, -85.051128), 85.051128) * math.Pi / 180
	return world{
		(float64(lon)/1e7 + 180) / 360 * worldSize,
		(1 - math.Asinh(math.Tan(phi))/math.Pi) / 2 * worldSize,
	}
}

// projectPoint does the same with a point of the house.
func projectPoint(p geo.Point) world { return project(int32(p.Lat*10), int32(p.Lon*10)) }

// unproject is the way back from the map.
func unproject(w world) geo.Point {
	return geo.Point{
		Lat: int64(math.Round(math.Atan(math.Sinh(math.Pi*(1-2*w[1]/worldSize))) * 180 / math.Pi * geo.Degree)),
		Lon: int64(math.Round((w[0]/worldSize*360 - 180) * geo.Degree)),
	}
}

// worldBox is a box of the house on the map.
func worldBox(b geo.Box) orb.Bound {
	nw := projectPoint(geo.Point{Lat: b.Max.Lat, Lon: b.Min.Lon})
	se := projectPoint(geo.Point{Lat: b.Min.Lat, Lon: b.Max.Lon})
	return orb.Bound{Min: nw, Max: se}
}

// Tile is one square of the map at a zoom level; x counts from the west, y from
// the north.
type Tile struct {
	Z    uint8
	X, Y uint32
}

// Valid reports whether there is such a tile at all.
func (t Tile) Valid() bool { return t.Z <= 30 && t.X>>t.Z == 0 && t.Y>>t.Z == 0 }

// size of a tile in units of the map.
func (t Tile) size() float64 { return worldSize / float64(uint64(1)<<t.Z) }

// bound is what a tile covers, made larger by a share of its size: lines and
// areas go on a little beyond the edge, so that no seam is seen.
func (t Tile) bound(beyond float64) orb.Bound {
	s := t.size()
	x, y := float64(t.X)*s, float64(t.Y)*s
	return orb.Bound{Min: world{x - s*beyond, y - s*beyond}, Max: world{x + s*(1+beyond), y + s*(1+beyond)}}
}

// children are the four tiles that show a tile at the next level.
func (t Tile) children() [4]Tile {
	z, x, y := t.Z+1, t.X*2, t.Y*2
	return [4]Tile{{z, x, y}, {z, x + 1, y}, {z, x, y + 1}, {z, x + 1, y + 1}}
}

// number is a tile's place on the Hilbert curve through all levels, by which
// PMTiles files it.
func (t Tile) number() uint64 {
	n := (uint64(1)<<(2*t.Z) - 1) / 3 // tiles of the levels above
	x, y, last := t.X, t.Y, uint32(1)<<t.Z-1
	for s := uint32(1) << t.Z >> 1; s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s > 0 {
			rx = 1
		}
		if y&s > 0 {
			ry = 1
		}
		n += uint64(s) * uint64(s) * uint64(3*rx^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = last-x, last-y
			}
			x, y = y, x
		}
	}
	return n
}
