// Package activity keeps what neighbours sign up for: a class that one of them teaches 课
// (F10), and an activity that the desk or the committee calls 活动 (F12). Both have dates,
// seats, a waiting list and a list of who came.
//
// A seat of a class may cost hours: they are set aside when somebody signs up and paid date
// by date, by the rules of any service (T-01 to T-05). An activity costs nothing and earns
// no hours: those who came are thanked with points, apart from commerce.
package activity

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of classes and activities.
var Schema = db.Schema{
	Owner: "module/activity",
	Tables: []db.Table{
		{Name: "activity", Placement: db.Distributed}, {Name: "activity_step", Placement: db.Distributed},
		{Name: "activity_session", Placement: db.Distributed}, {Name: "activity_session_end", Placement: db.Distributed}, {Name: "activity_reminder", Placement: db.Distributed},
		{Name: "activity_seat", Placement: db.Distributed}, {Name: "activity_seat_step", Placement: db.Distributed}, {Name: "activity_chair", Placement: db.Distributed},
		{Name: "activity_excuse", Placement: db.Distributed}, {Name: "activity_attendance", Placement: db.Distributed},
		{Name: "activity_settlement", Placement: db.Distributed}, {Name: "activity_undo", Placement: db.Distributed},
		{Name: "activity_word", Placement: db.Distributed}, {Name: "activity_list", Placement: db.Distributed}, {Name: "activity_choice", Placement: db.Distributed},
		{Name: "activity_closing", Placement: db.Distributed}, {Name: "activity_session_done", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound    = fault.New(fault.NotFound, "activity.not_found")
	ErrBadTitle    = fault.New(fault.Invalid, "activity.bad_title")
	ErrBadAbout    = fault.New(fault.Invalid, "activity.bad_about")
	ErrBadAudience = fault.New(fault.Invalid, "activity.bad_audience")
	ErrBadPlace    = fault.New(fault.Invalid, "activity.bad_place")
	ErrBadMinutes  = fault.New(fault.Invalid, "activity.bad_minutes") // details: most
	ErrBadDates    = fault.New(fault.Invalid, "activity.bad_dates")   // details: most
	ErrBadSeats    = fault.New(fault.Invalid, "activity.bad_seats")   // details: most
	ErrBadPrice    = fault.New(fault.Invalid, "activity.bad_price")
	ErrNoSecond    = fault.New(fault.Invalid, "activity.no_second")
	ErrNoReason    = fault.New(fault.Invalid, "activity.no_reason")

	ErrNotOpen  = fault.New(fault.Conflict, "activity.not_open")
	ErrAnswered = fault.New(fault.Conflict, "activity.answered")
	ErrOver     = fault.New(fault.Conflict, "activity.over")

	ErrNoSession   = fault.New(fault.NotFound, "activity.no_session")
	ErrSessionOver = fault.New(fault.Conflict, "activity.session_over")
	ErrTooEarly    = fault.New(fault.Conflict, "activity.too_early")
	ErrBegun       = fault.New(fault.Conflict, "activity.begun")

	ErrNoSeat    = fault.New(fault.NotFound, "activity.no_seat")
	ErrBadPeople = fault.New(fault.Invalid, "activity.bad_people") // details: most
	ErrOwn       = fault.New(fault.Conflict, "activity.own")
	ErrSignedUp  = fault.New(fault.Conflict, "activity.signed_up")
	ErrFull      = fault.New(fault.Conflict, "activity.full")
	ErrNotThere  = fault.New(fault.Conflict, "activity.not_there")
	ErrLapsed    = fault.New(fault.Conflict, "activity.offer_lapsed")
	ErrBadCode   = fault.New(fault.Invalid, "activity.bad_code")
	ErrNotCame   = fault.New(fault.Conflict, "activity.not_came")
	ErrUndone    = fault.New(fault.Conflict, "activity.undone")
	ErrThanked   = fault.New(fault.Conflict, "activity.thanked")
	ErrNotEvent  = fault.New(fault.Conflict, "activity.not_event")
	ErrBadThanks = fault.New(fault.Invalid, "activity.bad_thanks")
)

// Bounds that no community passes. LeftOpen is how long after its end the clock settles a
// date that nobody did.
const (
	LeftOpen     = 24 * time.Hour
	PeopleMost   = 4 // on one sign-up: a guardian with children
	SessionsMost = 24
	SeatsMost    = 300
	MinutesMost  = 8 * 60
	minutesLeast = 15
	aheadMost    = 366 * 24 * time.Hour
	tooFewLast   = 15 * time.Minute // leaves the clock time to pass by
	wordsMost    = 200
	aboutMost    = 1_000
)

// Kind says what it is.
type Kind string

// The kinds.
const (
	Class Kind = "class"
	Event Kind = "event"
)

// Pay says who pays for a class.
type Pay string

// The ways.
const (
	Free   Pay = "free"
	BySeat Pay = "seat" // who comes: T-01 to T-03
	ByPool Pay = "pool" // the pool, as for a basic service: T-04
)

// Pays lists them in the order of a form.
var Pays = []Pay{Free, BySeat, ByPool}

// Activity is one class or activity.
type Activity struct {
	ID       id.ID
	Kind     Kind
	Teacher  id.ID // member; zero of what the desk calls
	Second   id.ID // member: the second adult where children come
	Skill    string
	Title    string
	About    string
	Audience string
	Place    string
	Minutes  int
	Least    int // people
	Most     int // people; 0 = no limit
	Pay      Pay
	Price    money.Amount // of a person for a session
	Language string
	StepFree bool
	Children bool // are welcome
	At       time.Time
	By       id.ID
	Steps    []Step
	Sessions []Session // in the order of their dates
}

// State is how far an activity has come.
type State string

// The states.
const (
	Proposed  State = "proposed" // waits for the desk
	Open      State = "open"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Off       State = "off"
)

// Cause is why the clock ended something, or a forgotten member's leaving did.
type Cause string

// The causes. ByWords is that somebody gave a reason.
const (
	ByWords Cause = ""
	TooFew  Cause = "few"    // signed up
	Nobody  Cause = "nobody" // is noted to have come
	Parted  Cause = "gone"   // is who taught it, or stood by: she was forgotten
)

// Step is one state with who brought it about.
type Step struct {
	State State
	Words string // the reason; "" where there is a cause
	Cause Cause
	At    time.Time
	By    id.ID // person; zero for the clock
}

// Session is one date.
type Session struct {
	ID       id.ID
	Activity id.ID
	Begins   time.Time
	Ends     time.Time
	Code     string // six digits that hang at the door
	End      *SessionEnd
}

// SessionEnd is how a date ended. From then on nobody checks in, is marked or excused; for
// those who have a seat it is carried out one by one, until Done.
type SessionEnd struct {
	Held  bool   // else it was called off
	Words string // the reason; "" where there is a cause
	Cause Cause
	At    time.Time
	By    id.ID
	Done  time.Time // zero while it is carried out
}

// State is how far it has come.
func (a *Activity) State() State {
	if len(a.Steps) == 0 {
		return Proposed
	}
	return a.Steps[len(a.Steps)-1].State
}

// step is its last one; zero of what waits for the desk.
func (a *Activity) step() (s Step) {
	if n := len(a.Steps); n > 0 {
		s = a.Steps[n-1]
	}
	return s
}

// Words are those with which it came to its state.
func (a *Activity) Words() string { return a.step().Words }

// Cause is why it came to its state without a reason of somebody's.
func (a *Activity) Cause() Cause { return a.step().Cause }

// Closing are the dates that have ended and are not carried out for all seats.
func (a *Activity) Closing() (all []*Session) {
	for i := range a.Sessions {
		if s := &a.Sessions[i]; s.End != nil && s.End.Done.IsZero() {
			all = append(all, s)
		}
	}
	return all
}

// Ahead are the dates that have not begun at an instant and were not called off.
func (a *Activity) Ahead(now time.Time) (all []Session) {
	for _, s := range a.Sessions {
		if s.End == nil && s.Begins.After(now) {
			all = append(all, s)
		}
	}
	return all
}

// Next is the date that comes next, or runs; nil if there is none.
func (a *Activity) Next(now time.Time) *Session {
	for i := range a.Sessions {
		if s := &a.Sessions[i]; s.End == nil && s.Ends.After(now) {
			return s
		}
	}
	return nil
}

// Last is the end of its last date.
func (a *Activity) Last() time.Time { return a.Sessions[len(a.Sessions)-1].Ends }

// Session is one of its dates, nil if it is none.
func (a *Activity) Session(at id.ID) *Session {
	if i := slices.IndexFunc(a.Sessions, func(s Session) bool { return s.ID == at }); i >= 0 {
		return &a.Sessions[i]
	}
	return nil
}

// TakesPart reports whether seats can be had at an instant.
func (a *Activity) TakesPart(now time.Time) error {
	switch s := a.State(); {
	case s == Off, s == Open && len(a.Ahead(now)) == 0:
		return ErrOver
	case s != Open:
		return ErrNotOpen
	}
	return nil
}

// TooFewAt is from when too few people call it off: so many hours before its first date, but
// no later than tooFewLast before it, which is also when if it was agreed to later than that.
func (a *Activity) TooFewAt(hours int) time.Time {
	begins := a.Sessions[0].Begins
	at, last := begins.Add(-time.Duration(hours)*time.Hour), begins.Add(-tooFewLast)
	if at.After(last) || slices.ContainsFunc(a.Steps, func(s Step) bool { return s.State == Open && s.At.After(at) }) {
		return last
	}
	return at
}

// Validate refuses what cannot be called at an instant. perSession is what the time of a
// session is worth: no seat costs more.
func (a *Activity) Validate(now time.Time, perSession money.Amount) error {
	switch {
	case !text.Line(a.Title, 30):
		return ErrBadTitle.On("title")
	case !text.ShortProse(a.About, aboutMost):
		return ErrBadAbout.On("about")
	case a.Audience != "" && !text.Line(a.Audience, 60), a.Language != "" && !text.Line(a.Language, 20):
		return ErrBadAudience.On("audience")
	case !text.Line(a.Place, 60):
		return ErrBadPlace.On("place")
	case a.Minutes < minutesLeast || a.Minutes > MinutesMost:
		return ErrBadMinutes.On("minutes").With("most", MinutesMost)
	}
	if err := a.validDates(now); err != nil {
		return err
	}
	switch {
	case a.Most < 0 || a.Most > SeatsMost || a.Kind == Class && a.Most == 0:
		return ErrBadSeats.On("most").With("most", SeatsMost)
	case a.Least < 0 || a.Most > 0 && a.Least > a.Most || a.Least > SeatsMost:
		return ErrBadSeats.On("least").With("most", SeatsMost)
	case (a.Pay == BySeat) != (a.Price > 0) || a.Price > perSession || !slices.Contains(Pays, a.Pay) || a.Kind == Event && a.Pay != Free:
		return ErrBadPrice.On("price").With("max", perSession.Grouped(money.Coin))
	case a.Kind == Class && a.Children && (a.Second.IsZero() || a.Second == a.Teacher):
		return ErrNoSecond.On("second")
	}
	return nil
}

func (a *Activity) validDates(now time.Time) error {
	bad := ErrBadDates.On("day").With("most", SessionsMost)
	if len(a.Sessions) < 1 || len(a.Sessions) > SessionsMost || !a.Sessions[0].Begins.After(now) {
		return bad
	}
	for i, s := range a.Sessions {
		if s.Begins.Sub(now) > aheadMost || i > 0 && s.Begins.Before(a.Sessions[i-1].Ends) {
			return bad
		}
	}
	return nil
}

// Dates are the dates of so many weeks, each at the same hour as the first on the clock of
// its zone.
func Dates(first time.Time, weeks, minutes int) (all []Session) {
	for n := range weeks {
		begins := first.AddDate(0, 0, 7*n)
		all = append(all, Session{Begins: begins.UTC(), Ends: begins.Add(time.Duration(minutes) * time.Minute).UTC()})
	}
	return all
}

// ways are the states that may follow each state.
var ways = map[State][]State{Proposed: {Open, Refused, Withdrawn}, Open: {Off}}

// may refuses a step that does not follow.
func (a *Activity) may(next State) error {
	switch now := a.State(); {
	case slices.Contains(ways[now], next):
		return nil
	case now == Off:
		return ErrOver
	case now == Proposed:
		return ErrNotOpen
	}
	return ErrAnswered
}
