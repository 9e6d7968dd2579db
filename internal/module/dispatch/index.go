package dispatch

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
)

// Index holds the volunteers who may be asked, found by where they live and by where
// they will be. It is not safe for use while it is changed. The zero Index is empty.
type Index struct {
	rows  []row
	spare []int32 // rows that hold nobody
	byID  map[id.ID]int32
	cells map[cell][]entry
}

// row is a volunteer as compactly as the search reads her. Instants are seconds
// since 1970.
type row struct {
	id, household id.ID
	place         Place
	home          geo.Point
	skills        Set
	languages     Set
	able          Able
	level         uint8
	staff         bool
	noShows       int16
	reach         int32
	mostDay       int32 // minutes
	free          []span
	stays         []stay // in order of their beginning
	served        []Served
}

type span struct{ from, to int64 }

type stay struct {
	span
	at   geo.Point
	task id.ID
	firm bool
}

// cell is a piece of the ground, a third of a kilometre from south to north.
type cell struct{ lat, lon int32 }

const cellSize = 3_000 // micro-degrees

// entry is what a search reads of everybody near: kept together, so that most are
// passed over without looking at their rows, which lie all over the memory.
type entry struct {
	skills   Set
	row      int32
	reach    int32              // metres on foot that she goes from home
	lat, lon int32              // of her home
	marks    [Neighbours]uint16 // of her building, grid and community
}

// mark is two bytes of a place's id: places whose marks differ are different places.
func mark(place id.ID) uint16 { return binary.BigEndian.Uint16(place[len(place)-2:]) }

func entryOf(w *row, n int32) entry {
	e := entry{skills: w.skills, row: n, reach: w.reach, lat: int32(w.home.Lat), lon: int32(w.home.Lon)}
	if e.reach <= 0 { // she named no limit
		e.reach = math.MaxInt32
	}
	for ring := range e.marks {
		e.marks[ring] = mark(w.place.in(Ring(ring)))
	}
	return e
}

func cellOf(p geo.Point) cell {
	return cell{int32(floorDiv(p.Lat, cellSize)), int32(floorDiv(p.Lon, cellSize))}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// NewIndex is an index of volunteers.
func NewIndex(all []Volunteer) *Index {
	ix := &Index{rows: make([]row, 0, len(all)), byID: make(map[id.ID]int32, len(all))}
	for i := range all {
		ix.Put(&all[i])
	}
	return ix
}

// Len is how many volunteers the index holds.
func (ix *Index) Len() int { return len(ix.byID) }

// Put adds a volunteer, or replaces what the index knew of her.
func (ix *Index) Put(v *Volunteer) {
	if ix.byID == nil {
		ix.byID = make(map[id.ID]int32)
	}
	if ix.cells == nil {
		ix.cells = make(map[cell][]entry)
	}
	n, known := ix.byID[v.ID]
	switch {
	case known:
		ix.lift(n)
	case len(ix.spare) > 0:
		n = ix.spare[len(ix.spare)-1]
		ix.spare = ix.spare[:len(ix.spare)-1]
	default:
		n = int32(len(ix.rows))
		ix.rows = append(ix.rows, row{})
	}
	ix.byID[v.ID] = n
	ix.rows[n] = rowOf(v)
	ix.lay(n)
}

// Remove forgets a volunteer.
func (ix *Index) Remove(volunteer id.ID) {
	n, known := ix.byID[volunteer]
	if !known {
		return
	}
	ix.lift(n)
	delete(ix.byID, volunteer)
	ix.rows[n] = row{}
	ix.spare = append(ix.spare, n)
}

// lay puts a row where a search finds it: at her home and at every promised stay.
func (ix *Index) lay(n int32) {
	w := &ix.rows[n]
	e, c := entryOf(w, n), cellOf(w.home)
	ix.cells[c] = append(ix.cells[c], e)
	for _, s := range w.stays {
		if s.firm {
			c := cellOf(s.at)
			ix.cells[c] = append(ix.cells[c], e)
		}
	}
}

// lift takes a row away again.
func (ix *Index) lift(n int32) {
	w := &ix.rows[n]
	take := func(c cell) {
		left := slices.DeleteFunc(ix.cells[c], func(e entry) bool { return e.row == n })
		if len(left) == 0 {
			delete(ix.cells, c)
		} else {
			ix.cells[c] = left
		}
	}
	take(cellOf(w.home))
	for _, s := range w.stays {
		take(cellOf(s.at))
	}
}

func rowOf(v *Volunteer) row {
	w := row{
		id: v.ID, household: v.Household, place: v.Place, home: v.Home, skills: v.Skills, languages: v.Languages, able: v.Able, level: v.Level,
		staff: v.Staff, noShows: int16(min(v.NoShows, 1<<15-1)), reach: int32(v.Reach), mostDay: int32(v.MostDay), served: slices.Clone(v.Served),
	}
	w.free = make([]span, len(v.Free))
	for i, f := range v.Free {
		w.free[i] = spanOf(f)
	}
	slices.SortFunc(w.free, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	w.stays = make([]stay, len(v.Stays))
	for i, s := range v.Stays {
		w.stays[i] = stay{span: spanOf(s.Window), at: s.At, task: s.Task, firm: s.Firm}
	}
	sortStays(w.stays)
	return w
}

func sortStays(all []stay) {
	slices.SortFunc(all, func(a, b stay) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), slices.Compare(a.task[:], b.task[:]))
	})
}

func spanOf(w Window) span { return span{w.From.Unix(), w.To.Unix()} }
