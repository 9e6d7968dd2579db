// Package marketday keeps the market days of the time bank 开市: when and where, which
// neighbour or shop stands at which table, what was done there on the spot, and what it
// came to (F9).
//
// Services are paid in hours, by the rules T-01 to T-03 like any other; the record of a
// payment here names the entry. Goods are given, swapped or sold for cash between
// neighbours: that is none of the books' business, and only how many pieces changed hands
// is counted, if the stallholder says so. Hours buy services alone.
package marketday

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of market days.
var Schema = db.Schema{
	Owner: "module/marketday",
	Tables: []db.Table{
		{Name: "marketday_day", Placement: db.Distributed}, {Name: "marketday_step", Placement: db.Distributed}, {Name: "marketday_reminder", Placement: db.Distributed},
		{Name: "marketday_stall", Placement: db.Distributed}, {Name: "marketday_stall_end", Placement: db.Distributed}, {Name: "marketday_table", Placement: db.Distributed},
		{Name: "marketday_goods", Placement: db.Distributed}, {Name: "marketday_payment", Placement: db.Distributed},
		{Name: "marketday_undo_word", Placement: db.Distributed}, {Name: "marketday_undo", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound  = fault.New(fault.NotFound, "marketday.not_found")
	ErrBadTitle  = fault.New(fault.Invalid, "marketday.bad_title")
	ErrBadAbout  = fault.New(fault.Invalid, "marketday.bad_about")
	ErrBadPlace  = fault.New(fault.Invalid, "marketday.bad_place")
	ErrBadTime   = fault.New(fault.Invalid, "marketday.bad_time")
	ErrBadTables = fault.New(fault.Invalid, "marketday.bad_tables") // details: most
	ErrOver      = fault.New(fault.Conflict, "marketday.over")
	ErrOpened    = fault.New(fault.Conflict, "marketday.opened")
	ErrTooEarly  = fault.New(fault.Conflict, "marketday.too_early")
	ErrNotOpen   = fault.New(fault.Conflict, "marketday.not_open")
	ErrNoReason  = fault.New(fault.Invalid, "marketday.no_reason")

	ErrNoStall    = fault.New(fault.NotFound, "marketday.no_stall")
	ErrBadSort    = fault.New(fault.Invalid, "marketday.bad_sort")
	ErrBadMinutes = fault.New(fault.Invalid, "marketday.bad_minutes") // details: most
	ErrNoHolder   = fault.New(fault.Invalid, "marketday.no_holder")
	ErrHasStall   = fault.New(fault.Conflict, "marketday.has_stall")
	ErrFull       = fault.New(fault.Conflict, "marketday.full")
	ErrEnded      = fault.New(fault.Conflict, "marketday.stall_ended")
	ErrPaidThere  = fault.New(fault.Conflict, "marketday.paid_there")
	ErrBadGoods   = fault.New(fault.Invalid, "marketday.bad_goods") // details: most

	ErrNotService  = fault.New(fault.Conflict, "marketday.not_service")
	ErrOwnStall    = fault.New(fault.Conflict, "marketday.own_stall")
	ErrNoPayment   = fault.New(fault.NotFound, "marketday.no_payment")
	ErrUndone      = fault.New(fault.Conflict, "marketday.undone")
	ErrUndoTooLate = fault.New(fault.Conflict, "marketday.undo_too_late")
	ErrSaid        = fault.New(fault.Conflict, "marketday.said")
)

// Bounds that no community passes. OpenEarly is how long before its hour a day may be
// opened; LeftOpen how long after it the clock closes it.
const (
	OpenEarly   = 2 * time.Hour
	LeftOpen    = 6 * time.Hour
	MinutesMost = 4 * 60 // of one service on the spot
	tablesMost  = 200
	goodsMost   = 9_999
	lastsMost   = 14 * time.Hour
	aheadMost   = 366 * 24 * time.Hour
	wordsMost   = 200
)

// Day is one market day.
type Day struct {
	ID     id.ID
	Title  string
	About  string
	Place  string
	Begins time.Time
	Ends   time.Time
	Tables int
	At     time.Time
	By     id.ID
	Steps  []Step // in the order in which they came
}

// State is how far a day has come.
type State string

// The states.
const (
	Called State = "called"
	Opened State = "opened"
	Closed State = "closed"
	Off    State = "off" // called off
)

// Step is one state with who brought it about.
type Step struct {
	State State
	Words string
	At    time.Time
	By    id.ID // person; zero for the clock
}

// State is how far the day has come.
func (d *Day) State() State {
	if len(d.Steps) == 0 {
		return Called
	}
	return d.Steps[len(d.Steps)-1].State
}

// Over reports whether nothing can happen any more.
func (d *Day) Over() bool { s := d.State(); return s == Closed || s == Off }

// When is when the day came into a state, zero if it never did.
func (d *Day) When(s State) time.Time {
	for _, x := range d.Steps {
		if x.State == s {
			return x.At
		}
	}
	return time.Time{}
}

// Words are those with which it came to its state.
func (d *Day) Words() string {
	if len(d.Steps) == 0 {
		return ""
	}
	return d.Steps[len(d.Steps)-1].Words
}

// PaysAt reports whether a service that was done at an instant may be paid: between
// opening and closing, at the latest LeftOpen after its end, whenever the clock comes to
// close it. A scan may wait for the network until long after.
func (d *Day) PaysAt(at time.Time) bool {
	if opened := d.When(Opened); opened.IsZero() || at.Before(opened) || at.After(d.Ends.Add(LeftOpen)) {
		return false
	}
	return !d.Over() || !at.After(d.Steps[len(d.Steps)-1].At)
}

// Validate refuses a day that cannot be called at an instant.
func (d *Day) Validate(now time.Time) error {
	switch {
	case !text.Line(d.Title, 30):
		return ErrBadTitle.On("title")
	case !text.ShortProse(d.About, 500):
		return ErrBadAbout.On("about")
	case !text.Line(d.Place, 60):
		return ErrBadPlace.On("place")
	case !d.Ends.After(d.Begins) || d.Ends.Sub(d.Begins) > lastsMost || !d.Ends.After(now) || d.Begins.Sub(now) > aheadMost:
		return ErrBadTime.On("begins")
	case d.Tables < 1 || d.Tables > tablesMost:
		return ErrBadTables.On("tables").With("most", tablesMost)
	}
	return nil
}

// ways are the states that may follow each state.
var ways = map[State][]State{Called: {Opened, Off}, Opened: {Closed, Off}}

// may refuses a step that does not follow.
func (d *Day) may(next State) error {
	for _, s := range ways[d.State()] {
		if s == next {
			return nil
		}
	}
	switch {
	case d.Over():
		return ErrOver
	case next == Opened:
		return ErrOpened
	}
	return ErrNotOpen
}
