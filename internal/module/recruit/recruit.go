// Package recruit keeps the calls for people 招贤令 of a community: whom it looks for,
// who applied, what those who review it noted, and how it ended (A6). Being appointed
// is a grant of module access, made in the same transaction. All of it belongs to
// people and lives under "~"; what refused applicants wrote goes after a time.
package recruit

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of calls and applications.
var Schema = db.Schema{
	Owner: "module/recruit",
	Tables: []db.Table{
		{Name: "recruit_call", Placement: db.Distributed}, {Name: "recruit_call_end", Placement: db.Distributed}, {Name: "recruit_application", Placement: db.Distributed},
		{Name: "recruit_note", Placement: db.Distributed}, {Name: "recruit_answer", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNoCall        = fault.New(fault.NotFound, "recruit.no_call")
	ErrNoApplication = fault.New(fault.NotFound, "recruit.no_application")
	ErrBadRole       = fault.New(fault.Invalid, "recruit.bad_role")
	ErrBadTitle      = fault.New(fault.Invalid, "recruit.bad_title")
	ErrBadConditions = fault.New(fault.Invalid, "recruit.bad_conditions")
	ErrBadWanted     = fault.New(fault.Invalid, "recruit.bad_wanted")
	ErrBadMonths     = fault.New(fault.Invalid, "recruit.bad_months")
	ErrBadUntil      = fault.New(fault.Invalid, "recruit.bad_until")
	ErrThere         = fault.New(fault.Conflict, "recruit.there_already")
	ErrClosed        = fault.New(fault.Conflict, "recruit.closed")
	ErrBadWords      = fault.New(fault.Invalid, "recruit.bad_words")
	ErrAnswered      = fault.New(fault.Conflict, "recruit.answered")
	ErrFull          = fault.New(fault.Conflict, "recruit.full")
	ErrOwn           = fault.New(fault.Forbidden, "recruit.own_application")
	ErrBadInterview  = fault.New(fault.Invalid, "recruit.bad_interview")
	ErrFound         = fault.New(fault.Conflict, "recruit.somebody_fits")
)

const (
	wantedMost = 100
	monthsMost = 36
	openMost   = 180 * 24 * time.Hour
)

// Call is a call for people.
type Call struct {
	ID         id.ID
	Home       id.ID // the community that calls
	Role       authz.Role
	Title      string
	Conditions string
	Wanted     int
	Months     int // term of the appointment
	Until      time.Time
	Reopens    id.ID // an earlier call that found nobody, zero for none
	At         time.Time
	By         id.ID
	Ended      *End // nil unless it was closed before its time
}

// End is how a call was closed.
type End struct {
	Words string
	At    time.Time
}

// Open reports whether people can apply.
func (c *Call) Open(now time.Time) bool { return c.Ended == nil && now.Before(c.Until) }

func (c *Call) validate(now time.Time) error {
	switch {
	case c.Role == "" || c.Home.IsZero():
		return ErrBadRole.On("role")
	case !text.Line(c.Title, 30):
		return ErrBadTitle.On("title")
	case !text.Prose(c.Conditions, 1_000):
		return ErrBadConditions.On("conditions")
	case c.Wanted < 1 || c.Wanted > wantedMost:
		return ErrBadWanted.On("wanted").With("most", wantedMost)
	case c.Months < 1 || c.Months > monthsMost:
		return ErrBadMonths.On("months").With("most", monthsMost)
	case !c.Until.After(now) || c.Until.Sub(now) > openMost:
		return ErrBadUntil.On("until")
	}
	return nil
}

// Answer is how an application ended.
type Answer string

// The answers.
const (
	Appointed Answer = "appointed"
	Refused   Answer = "refused"
	Withdrawn Answer = "withdrawn" // by who applied
)

// Application is one person's answer to a call.
type Application struct {
	ID       id.ID
	Call     id.ID
	Person   id.ID
	Words    string
	Named    bool // her name may stand in the result
	At       time.Time
	Answered *Answered // nil while it waits
}

// Answered is an answer with who gave it.
type Answered struct {
	Answer Answer
	Words  string
	At     time.Time
	By     id.ID
}

// Note is what a reviewer wrote.
type Note struct {
	Words     string
	Interview time.Time // zero: none
	At        time.Time
	By        id.ID
}
