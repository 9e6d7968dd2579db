// Package errands plays days of a made-up street in which neighbours help each other,
// to see what dispatch does to walking and waiting. Everything falls out of a seed:
// who lives where, who is free when, who asks for what, who would say yes to what and
// after how long. Each way to choose meets the same days, and the same person gives
// the same answer to the same request, so that ways differ in nothing but the choosing.
package errands

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/dispatch"
)

// Settings say how large the street is and how long it is watched.
type Settings struct {
	Seed       uint64
	Days       int
	Residents  int
	Volunteers int
	Requests   int // a day
	Askers     int // residents among whom the requests fall
}

// Defaults is the street of the requirement's benchmark.
func Defaults() Settings {
	return Settings{Seed: 1, Days: 7, Residents: 50_000, Volunteers: 2_000, Requests: 1_500, Askers: 3_000}
}

// Zone is the street's time.
var Zone = time.FixedZone("CST", 8*3600)

// first is a Monday.
var first = period.Date(2026, time.March, 2)

// Shape of the street: communities in rows, buildings on a lattice, a grid of
// buildings each.
const (
	communityRows, communityColumns = 2, 4
	gridsEach, buildingsEach        = 15, 7 // grids in a community, buildings in a grid
	acrossLat, acrossLon            = 5_800, 7_200
	skills                          = 10
)

var corner = geo.Point{Lat: 36_800_000, Lon: 118_050_000}

// dice gives numbers of its own to each thing that is thrown for, so that one more
// throw in one place changes nothing in another.
func dice(seed uint64, what string, n uint64) *rand.Rand {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], n)
	copy(key[16:], what)
	return rand.New(rand.NewChaCha8(key))
}

func idOf(kind byte, n int) (v id.ID) {
	v[0] = kind
	binary.BigEndian.PutUint64(v[8:], uint64(n))
	return v
}

// building is where people live.
type building struct {
	place dispatch.Place
	at    geo.Point
	grid  int
}

// street is who lives where and who may be asked.
type street struct {
	Settings
	buildings  []building
	volunteers []dispatch.Volunteer
	tasks      []dispatch.Task // in order of AskedAt
}

func build(s Settings) *street {
	st := &street{Settings: s}
	r := dice(s.Seed, "buildings", 0)
	columns := gridsEach * buildingsEach / 7
	for c := range communityRows * communityColumns {
		south := corner.Lat + int64(c/communityColumns)*acrossLat
		west := corner.Lon + int64(c%communityColumns)*acrossLon
		for b := range gridsEach * buildingsEach {
			grid := c*gridsEach + b/buildingsEach
			st.buildings = append(st.buildings, building{
				place: dispatch.Place{Building: idOf('b', len(st.buildings)+1), Grid: idOf('g', grid+1), Community: idOf('c', c+1)},
				at: geo.Point{
					Lat: south + int64(b%buildingsEach)*acrossLat/buildingsEach + r.Int64N(500),
					Lon: west + int64(b/buildingsEach)*acrossLon/int64(columns) + r.Int64N(400),
				},
				grid: grid,
			})
		}
	}
	st.people()
	st.ask()
	return st
}

// people gives the street its volunteers: two hours a day, two of ten skills.
func (st *street) people() {
	for n := range st.Volunteers {
		r := dice(st.Seed, "volunteer", uint64(n))
		b := st.buildings[r.IntN(len(st.buildings))]
		v := dispatch.Volunteer{
			ID: idOf('v', n+1), Household: idOf('h', r.IntN(st.Residents/3)+1), Place: b.place, Home: b.at,
			Languages: 1, Level: uint8(1 + r.IntN(2)),
		}
		one := r.IntN(skills)
		v.Skills = dispatch.SetOf(one, (one+1+r.IntN(skills-1))%skills)
		if r.IntN(10) < 3 {
			v.Languages |= dispatch.SetOf(1)
		}
		if r.IntN(10) < 8 {
			v.Able |= dispatch.Lifts
		}
		if r.IntN(10) < 8 {
			v.Able |= dispatch.Pets
		}
		for d := range st.Days + 2 {
			from := (first + period.Day(d)).Start(Zone).Add(time.Duration(8*60+15*r.IntN(4*10+1)) * time.Minute)
			v.Free = append(v.Free, dispatch.Window{From: from, To: from.Add(2 * time.Hour)})
		}
		st.volunteers = append(st.volunteers, v)
	}
}

// hours weigh when requests are made: a peak in the morning, one in the afternoon.
var hours = [24]int{8: 8, 9: 16, 10: 12, 11: 7, 12: 4, 13: 5, 14: 8, 15: 12, 16: 14, 17: 8, 18: 6}

func hourOf(r *rand.Rand) int {
	total := 0
	for _, w := range hours {
		total += w
	}
	n := r.IntN(total)
	for h, w := range hours {
		if n -= w; n < 0 {
			return h
		}
	}
	return 0
}

// ask makes the requests of all days: a quarter urgent, half for the same day, the
// rest for the next.
func (st *street) ask() {
	for n := range st.Requests * st.Days {
		r := dice(st.Seed, "request", uint64(n))
		asker := r.IntN(st.Askers)
		b := st.buildings[dice(st.Seed, "asker", uint64(asker)).IntN(len(st.buildings))]
		day := first + period.Day(n/st.Requests)
		at := day.Start(Zone).Add(time.Duration(hourOf(r))*time.Hour + time.Duration(r.IntN(3600))*time.Second)
		t := dispatch.Task{
			ID: idOf('t', n+1), Asker: idOf('a', asker+1), Household: idOf('h', asker+1), Place: b.place, At: b.at,
			Needs: dispatch.SetOf(r.IntN(skills)), AskedAt: at, Length: time.Duration(15+5*r.IntN(7)) * time.Minute, People: 1, Level: 1,
		}
		switch kind := r.IntN(4); kind {
		case 0:
			t.Urgency, t.Window = dispatch.Urgent, dispatch.Window{From: at, To: at.Add(2 * time.Hour)}
		case 3:
			from := (day + 1).Start(Zone).Add(time.Duration(8+r.IntN(8)) * time.Hour)
			t.Urgency, t.Window = dispatch.Planned, dispatch.Window{From: from, To: from.Add(4 * time.Hour)}
		default:
			t.Urgency, t.Window = dispatch.Today, dispatch.Window{From: at.Add(30 * time.Minute), To: at.Add(4 * time.Hour)}
		}
		switch more := r.IntN(100); {
		case more < 3:
			t.People = 2
		case more < 5:
			t.Pair = true
		case more < 10:
			t.Languages = dispatch.SetOf(1)
		case more < 20:
			t.Asks = dispatch.Lifts
		case more < 25:
			t.Asks = dispatch.Pets
		case more < 30:
			t.Level = 2
		}
		st.tasks = append(st.tasks, t)
	}
	slices.SortStableFunc(st.tasks, func(a, b dispatch.Task) int { return a.AskedAt.Compare(b.AskedAt) })
}
