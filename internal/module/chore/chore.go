// Package chore keeps long work that a person asked for: the import of a file, a
// check of a community's books. It says who asked, which stages were reached, how
// far the present work is, and what was found. What the work is, is not known here.
package chore

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of chores.
var Schema = db.Schema{
	Owner: "module/chore",
	Tables: []db.Table{
		{Name: "chore", Placement: db.Distributed}, {Name: "chore_stage", Placement: db.Distributed},
		{Name: "chore_progress", Placement: db.Distributed}, {Name: "chore_finding", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Kind is what kind of work a chore is.
type Kind string

// The kinds of chore.
const (
	Import Kind = "import" // a file of members, shops or purchases (D8)
	Verify Kind = "verify" // a community's books and its published log (L7)
	Drop   Kind = "drop"   // a job that is not to be done; done as soon as it is asked for
)

// Stage is what has happened to a chore. A chore that has reached none waits for
// its first work.
type Stage string

// The stages. Finished, Failed and Cancelled end a chore.
const (
	Checked   Stage = "checked"   // looked at, nothing written yet
	Confirmed Stage = "confirmed" // a person wants it done as it was shown
	Finished  Stage = "finished"
	Failed    Stage = "failed"
	Cancelled Stage = "cancelled"

	// Attended says that a person has seen to what an ended chore found.
	Attended Stage = "attended"
)

// ends reports whether no more work follows a stage.
func (s Stage) ends() bool { return s == Finished || s == Failed || s == Cancelled }

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound = fault.New(fault.NotFound, "chore.not_found")
	ErrEnded    = fault.New(fault.Conflict, "chore.ended")
	ErrNotEnded = fault.New(fault.Conflict, "chore.not_ended")
	ErrReached  = fault.New(fault.Conflict, "chore.reached_before")
	ErrTaken    = fault.New(fault.Conflict, "chore.taken_over") // somebody else goes on with it
)

// Chore is one piece of work.
type Chore struct {
	ID      id.ID
	Kind    Kind
	Subject id.ID  // the community it is about, zero if it is about several
	Title   string // what people call it: the name of a file
	Detail  string // JSON of the flow that does it
	AskedBy string // kind and id of who asked
	AskedAt time.Time

	Stages   []Reached // in the order in which they were reached
	Progress Progress
}

// Reached is a stage with who and when.
type Reached struct {
	Stage  Stage
	Detail string // JSON of the flow that does it, or a code
	By     string
	At     time.Time
}

// Progress is how far the work is. Position and Total are in the flow's own unit.
type Progress struct {
	Turn            int64 // 0: nobody has begun
	Position, Total int64
	Counts          string // JSON of the flow that does it
	BegunAt         time.Time
	SavedAt         time.Time
}

// Finding is one thing that the work found.
type Finding struct {
	Part   string // of the work: "check", "run"
	Place  int64  // a line of a file, an entry of the books
	Field  string // "" if it is about the whole place
	Code   string // of a refusal
	Detail string // JSON of the refusal's details
}

// At is when a stage was reached, nil if it was not.
func (c *Chore) At(s Stage) *Reached {
	for i := range c.Stages {
		if c.Stages[i].Stage == s {
			return &c.Stages[i]
		}
	}
	return nil
}

// Ended is the stage that ended the chore, nil while it goes on.
func (c *Chore) Ended() *Reached {
	for i := range c.Stages {
		if c.Stages[i].Stage.ends() {
			return &c.Stages[i]
		}
	}
	return nil
}
