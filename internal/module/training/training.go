// Package training keeps the weekly training of the alliance's shops 培训会: when and
// where, who signed up and who waits, who was there, what was handed out, what was
// said, and what shops thought of it (C9). A shop is one seat, whoever comes for it.
// How often a shop was there in a quarter counts for its score (C6): see Attended.
package training

import (
	"embed"
	"io/fs"
	"net/url"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of training.
var Schema = db.Schema{
	Owner: "module/training",
	Tables: []db.Table{
		{Name: "training_session", Placement: db.Distributed}, {Name: "training_off", Placement: db.Distributed},
		{Name: "training_signup", Placement: db.Distributed}, {Name: "training_signoff", Placement: db.Distributed},
		{Name: "training_attendance", Placement: db.Distributed},
		{Name: "training_material", Placement: db.Distributed}, {Name: "training_material_off", Placement: db.Distributed},
		{Name: "training_feedback", Placement: db.Distributed}, {Name: "training_minutes", Placement: db.Distributed},
		{Name: "training_reminder", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound    = fault.New(fault.NotFound, "training.not_found")
	ErrBadTitle    = fault.New(fault.Invalid, "training.bad_title")
	ErrBadAbout    = fault.New(fault.Invalid, "training.bad_about")
	ErrBadPlace    = fault.New(fault.Invalid, "training.bad_place")
	ErrBadHost     = fault.New(fault.Invalid, "training.bad_host")
	ErrBadTime     = fault.New(fault.Invalid, "training.bad_time")
	ErrBadSeats    = fault.New(fault.Invalid, "training.bad_seats")
	ErrBadWeeks    = fault.New(fault.Invalid, "training.bad_weeks")
	ErrTaken       = fault.New(fault.Conflict, "training.another_then")
	ErrOff         = fault.New(fault.Conflict, "training.called_off")
	ErrBegun       = fault.New(fault.Conflict, "training.begun")
	ErrNotBegun    = fault.New(fault.Conflict, "training.not_begun")
	ErrOver        = fault.New(fault.Conflict, "training.over")
	ErrNotSigned   = fault.New(fault.Conflict, "training.not_signed_up")
	ErrBadCode     = fault.New(fault.Invalid, "training.bad_code")
	ErrNotThere    = fault.New(fault.Conflict, "training.was_not_there")
	ErrBadStars    = fault.New(fault.Invalid, "training.bad_stars")
	ErrGiven       = fault.New(fault.Conflict, "training.feedback_given")
	ErrBadWords    = fault.New(fault.Invalid, "training.bad_words")
	ErrBadMaterial = fault.New(fault.Invalid, "training.bad_material")
	ErrBadLink     = fault.New(fault.Invalid, "training.bad_link")
	ErrNoMaterial  = fault.New(fault.NotFound, "training.no_material")
)

// WeeksMost is how many weeks are planned at once. CodeUntil is how long after the
// end the code still counts; ListUntil how long the list may be mended.
const (
	WeeksMost = 26
	CodeUntil = time.Hour
	ListUntil = 14 * 24 * time.Hour
	seatsMost = 500
)

// Session is one training.
type Session struct {
	ID     id.ID
	Title  string
	About  string
	Place  string
	Host   string
	Begins time.Time
	Ends   time.Time
	Seats  int
	Code   string // shown in the room, by the host alone
	At     time.Time
	By     id.ID
	Off    *Off // nil unless it was called off
}

// Off is how a session was called off.
type Off struct {
	Words string
	At    time.Time
	By    id.ID
}

// Validate refuses a session that cannot be planned at an instant.
func (s *Session) Validate(now time.Time) error {
	switch {
	case !text.Line(s.Title, 40):
		return ErrBadTitle.On("title")
	case !text.ShortProse(s.About, 500):
		return ErrBadAbout.On("about")
	case !text.Line(s.Place, 60):
		return ErrBadPlace.On("place")
	case !text.ShortLine(s.Host, 40):
		return ErrBadHost.On("host")
	case !s.Begins.After(now) || s.Begins.After(now.AddDate(1, 0, 0)) || !s.Ends.After(s.Begins) || s.Ends.Sub(s.Begins) > 12*time.Hour:
		return ErrBadTime.On("begins")
	case s.Seats < 1 || s.Seats > seatsMost:
		return ErrBadSeats.On("seats").With("most", seatsMost)
	}
	return nil
}

// Signup is a shop that wants to come.
type Signup struct {
	Session id.ID
	N       int64 // in the order in which they came
	Shop    id.ID
	At      time.Time
	By      id.ID
	Waiting int // 0: it has a seat; else its place in the queue, from 1
}

// How says how it is known that a shop was there.
type How string

// The ways of knowing it.
const (
	ByCode How = "code"
	ByList How = "list"
	absent How = "absent" // it was noted by mistake
)

// Attendance is a shop that was there.
type Attendance struct {
	Session id.ID
	Shop    id.ID
	How     How
	At      time.Time
	By      id.ID
}

// Material is what was handed out: a link, or a file of module attachment.
type Material struct {
	ID      id.ID
	Session id.ID
	Title   string
	Link    string
	File    id.ID // zero: none
	At      time.Time
}

func (m *Material) validate() error {
	if !text.Line(m.Title, 60) {
		return ErrBadMaterial.On("material_title")
	}
	if m.Link == "" && m.File.IsZero() || m.Link != "" && !WebLink(m.Link) {
		return ErrBadLink.On("link")
	}
	return nil
}

// WebLink reports whether a text leads to a page of the web, by https alone.
func WebLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && text.Line(s, 300) && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// Feedback is what a shop thought of a session.
type Feedback struct {
	Shop  id.ID
	Stars int // 1 to 5
	Words string
	At    time.Time
}

// Minutes are what was said.
type Minutes struct {
	Words string
	At    time.Time
	By    id.ID
}

// seat gives the first of the queue their seats.
func seat(queue []Signup, seats int) []Signup {
	for i := range queue {
		queue[i].Waiting = max(0, i+1-seats)
	}
	return queue
}
