// Package shortage keeps what became of hours in which more was booked than neighbours
// could do 人手预警 (F6): each warning with its figures and its end, the orders that went
// to the staff of shops while it stood, the calls for people and what the desk decided.
// How much is booked and possible is counted by module capacity; what is paid moves by
// the charter's rule T-06. Nothing here is changed afterwards: what is new is a new row.
package shortage

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of early warning.
var Schema = db.Schema{
	Owner: "module/shortage",
	Tables: []db.Table{
		{Name: "shortage_warning", Placement: db.Distributed}, {Name: "shortage_reading", Placement: db.Distributed}, {Name: "shortage_end", Placement: db.Distributed},
		{Name: "shortage_order", Placement: db.Distributed}, {Name: "shortage_order_end", Placement: db.Distributed},
		{Name: "shortage_call", Placement: db.Distributed}, {Name: "shortage_call_end", Placement: db.Distributed}, {Name: "shortage_asked", Placement: db.Distributed},
		{Name: "shortage_declined", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound = fault.New(fault.NotFound, "shortage.not_found")
	ErrEnded    = fault.New(fault.Conflict, "shortage.ended")
	ErrNoHours  = fault.New(fault.Conflict, "shortage.no_hours")
	ErrCalled   = fault.New(fault.Conflict, "shortage.called_already")
	ErrBadWords = fault.New(fault.Invalid, "shortage.bad_words")
)

// Hour is how long a warning holds from its beginning.
const Hour = time.Hour

// Figures are what was counted of a kind in an hour, in minutes of one person.
type Figures struct {
	Booked  int
	Able    int // by neighbours
	Helpers int // neighbours of whom these are
	Reserve int // by the reserve of shops, besides
	Ratio   money.Rate
}

// Warning is an hour in which more is booked of a kind than neighbours can do.
type Warning struct {
	ID     id.ID
	Kind   string
	Hour   time.Time  // its beginning
	Over   money.Rate // beyond capacity from which it counts
	Last   Reading    // the latest one
	First  time.Time  // when it was first read
	End    *End       // nil while it stands
	Orders int        // that shops' staff took
	Pool   money.Amount
}

// Reading is what was counted at an instant.
type Reading struct {
	N int // from 1
	Figures
	At time.Time
}

// Why says why a warning stands no more.
type Why string

// The ends of a warning.
const (
	Eased  Why = "eased"  // fewer bookings, or more hands
	Passed Why = "passed" // the hour is over
	Off    Why = "off"    // the community looks no further ahead, or offers the kind no more
)

// End is how a warning ended.
type End struct {
	Why Why
	At  time.Time
	By  string
}

// Order is an order that somebody of a shop took while a warning stood.
type Order struct {
	Warning    id.ID
	Assignment id.ID
	Request    id.ID
	Shop       id.ID
	Pool       money.Amount // that the pool gives; 0: nothing, or not for this one
	Seq        int64        // of the entry, 0 for none
	At         time.Time
	Back       int64 // entry by which the pool took its share back, since the place was given up
}

// Call calls for people who can do a kind in hours that lack somebody.
type Call struct {
	ID      id.ID
	Kind    string
	Skill   string // that the kind asks for, "" for none
	Words   string // of the desk, for everybody
	Hours   []time.Time
	Missing int       // minutes of one person
	Until   time.Time // the end of the last hour
	At      time.Time
	By      id.ID
	Asked   int // people to whom it was sent
	End     *CallEnd
}

// Open reports whether a call stands at an instant.
func (c *Call) Open(now time.Time) bool { return c.End == nil && now.Before(c.Until) }

// CallEnd is how the desk ended a call before its hours were over.
type CallEnd struct {
	Words string
	At    time.Time
	By    id.ID
}

// Declined is the desk's word that a kind needs no call for a while.
type Declined struct {
	Kind  string
	Words string
	Until period.Day
	At    time.Time
	By    id.ID
}

// Bounds of what the desk writes, and how long its no holds.
const (
	wordsMost    = 100
	hoursMost    = 31 * 24
	DeclinedDays = 7
)
