// Package dispatch chooses which neighbour is asked to help with which request (F3).
// It is pure: who could help, what is asked for and the community's numbers come in,
// offers with their reasons go out. It keeps nothing, asks no clock and writes
// nothing; a flow calls Plan every few seconds and stores what it answers.
//
// Requests ask ring by ring: the building, the grid, the community, neighbouring
// communities, the staff of shops, then the desk and the operator. Within a ring one
// round weighs all open requests together, so that nobody is asked for what another
// does with less walking. docs/dispatch.md tells it in words, with figures.
package dispatch

import (
	"math/bits"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
)

// Set is a set of up to 64 things that the caller numbers from 0: skills, languages.
type Set uint64

// SetOf is the set of some numbers.
func SetOf(numbers ...int) (s Set) {
	for _, n := range numbers {
		s |= 1 << n
	}
	return s
}

// Has reports whether all of o is in s.
func (s Set) Has(o Set) bool { return s&o == o }

// Meets reports whether s and o have anything in common.
func (s Set) Meets(o Set) bool { return s&o != 0 }

// Len is how many things the set holds.
func (s Set) Len() int { return bits.OnesCount64(uint64(s)) }

// Able are things that not everybody does and that some requests ask for.
type Able uint8

// What a request may ask for besides skill.
const (
	Lifts Able = 1 << iota // carries what is heavy
	Pets                   // goes where there are animals
)

// Window is a span of time; To is not in it.
type Window struct{ From, To time.Time }

// Place is where in the tree of places somebody lives or something is to be done. A
// zero id is a level that is not known and equals no other.
type Place struct{ Building, Grid, Community id.ID }

// in is the place of a ring; zero for rings that are no place.
func (p *Place) in(r Ring) id.ID {
	switch r {
	case Building:
		return p.Building
	case Grid:
		return p.Grid
	case Community:
		return p.Community
	}
	return id.ID{}
}

// Stay is what somebody has promised to do, or is being asked to: she is at a place
// from one moment to another. From there she goes on to what is near instead of
// walking home between.
type Stay struct {
	Task id.ID
	Window
	At   geo.Point
	Firm bool // she has said yes; else an offer is out
}

// Served are the minutes that somebody served on one day, apart from her stays.
type Served struct {
	Day     int32 // period.Day
	Minutes int
}

// Volunteer is somebody who may be asked.
type Volunteer struct {
	ID        id.ID
	Household id.ID // zero if not known
	Place     Place
	Home      geo.Point
	Skills    Set
	Languages Set
	Able      Able
	Level     uint8 // how well her identity is known; a request may ask for a level
	Staff     bool  // of a shop or paid: asked from ring Staff on
	Reach     int   // metres on foot from her home that she goes at most; 0 = the community's
	MostDay   int   // minutes that she serves on one day at most; 0 = the community's
	NoShows   int   // promises not kept, within the span that the community looks back
	Free      []Window
	Stays     []Stay   // of today and later, in any order
	Served    []Served // of this week
}

// Urgency says how soon a request must find somebody.
type Urgency uint8

// The urgencies.
const (
	Urgent  Urgency = iota // within 30 minutes
	Today                  // some time today
	Planned                // on another day
	Urgencies
)

// Ring is how far a request asks. Each ring holds those before it.
type Ring uint8

// The rings. Staff is the reserve; Desk and Operator are people who look after the
// request themselves: reaching them is an alarm, not an offer.
const (
	Building Ring = iota
	Grid
	Community
	Neighbours // whoever else is in the index and near enough
	Staff
	Desk
	Operator
	Rings
)

// Answer is what came of an offer.
type Answer uint8

// The answers.
const (
	Waiting   Answer = iota // silence so far; after its end it counts as Silent
	Ready                   // yes; whether it is her who goes is settled soon
	Accepted                // yes, and it is her who goes
	Refused                 // no, or a yes taken back
	Silent                  // nothing until the offer ended
	Withdrawn               // somebody else was quicker, or the request changed
)

// Asked is an offer that was made for a request, with its answer.
type Asked struct {
	Volunteer id.ID
	At        time.Time // when she was asked
	Start     time.Time // when she would begin
	Until     time.Time // when the offer ends or ended
	Walk      int       // as the offer said
	Answered  time.Time // when she said yes
	Answer    Answer
}

// Bond is a volunteer whom the asker knows from earlier services.
type Bond struct {
	Volunteer id.ID
	Times     int  // services that went well
	Never     bool // one of the two does not want to meet the other again
}

// Task is one request for help that is open, or one that still has offers out.
type Task struct {
	ID        id.ID
	Asker     id.ID // never asked herself
	Household id.ID // nobody of it is asked; zero if not known
	Place     Place
	At        geo.Point
	Needs     Set // every one of these skills
	Languages Set // at least one of these, if any
	Asks      Able
	Level     uint8
	Window    Window        // it begins and ends within
	Length    time.Duration // how long it takes
	People    int           // how many are needed; 0 counts as 1
	Pair      bool          // two-person rule: at least two, of different households
	Urgency   Urgency
	Short     bool // more is asked for then than neighbours can do: the reserve is asked at once (F6)
	Local     bool // nobody of another community is asked
	Beyond    bool // neighbouring communities are asked at once
	Rests     bool // nobody is asked now; who has said yes may be sent all the same
	AskedAt   time.Time
	Asked     []Asked // every offer made for it so far
	Bonds     []Bond
}

// people is how many the request needs.
func (t *Task) people() int {
	if t.Pair {
		return max(t.People, 2)
	}
	return max(t.People, 1)
}
