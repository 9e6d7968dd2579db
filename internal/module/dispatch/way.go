package dispatch

import (
	"math"

	"gongyi/internal/kernel/geo"
)

// microMetres is the length of a micro-degree of latitude, in micrometres.
const microMetres = 111_195

// ground measures short ways near one point: the earth is flat there, which is wrong
// by less than a metre in a kilometre.
type ground struct {
	east   int64 // of a million: how much shorter a degree of longitude is
	detour int64
	speed  int64
}

func (r *Rules) groundAt(p geo.Point) ground {
	lat := float64(p.Lat) / geo.Degree * math.Pi / 180
	return ground{east: int64(math.Round(math.Cos(lat) * million)), detour: int64(r.Detour), speed: int64(r.Speed)}
}

// walk is how far it is from a to b on foot, in metres.
func (g ground) walk(a, b geo.Point) int64 {
	x, y := (a.Lon-b.Lon)*g.east/million, a.Lat-b.Lat
	crow := int64(math.Sqrt(float64(x*x + y*y))) // whole numbers below 2^53: exact
	return crow * microMetres / million * g.detour / 1000
}

// seconds is how long somebody walks so many metres.
func (g ground) seconds(metres int64) int64 { return metres * 60 / g.speed }

// way is the ground with somebody's home on it.
type way struct {
	ground
	home   geo.Point
	linger int64
}

// leg is how far she walks between two stays: straight on if they follow each other
// closely, else home and back. Without the one or the other she comes from home or
// goes there.
func (w way) leg(from, to *stay) int64 {
	switch {
	case from == nil && to == nil:
		return 0
	case from == nil:
		return w.walk(w.home, to.at)
	case to == nil:
		return w.walk(from.at, w.home)
	}
	there, back := w.walk(from.at, w.home), w.walk(w.home, to.at)
	if gap := to.from - from.to; gap <= w.linger || gap < w.seconds(there+back) {
		return w.walk(from.at, to.at)
	}
	return there + back
}

// Walked is how many metres somebody walks who keeps these promises, in order, and
// goes home wherever there is time for it.
func Walked(v *Volunteer, r *Rules) int {
	w := rowOf(v)
	on := way{r.groundAt(v.Home), v.Home, int64(r.Linger.Seconds())}
	var last *stay
	total := int64(0)
	for i := range w.stays {
		if s := &w.stays[i]; s.firm {
			total += on.leg(last, s)
			last = s
		}
	}
	return int(total + on.leg(last, nil))
}
