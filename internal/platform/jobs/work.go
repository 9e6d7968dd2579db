package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// noteArgs is all that a job carries: which note it is for.
type noteArgs struct {
	kind      string
	Community id.ID `json:"community" river:"unique"`
	Note      id.ID `json:"note" river:"unique"`
}

// Kind implements river.JobArgs: the note's kind.
func (a noteArgs) Kind() string { return a.kind }

// oneJob makes River keep one job for a note, in whatever state it is.
var oneJob = river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()}

// worker calls the handler of one kind.
type worker struct {
	river.WorkerDefaults[noteArgs]
	jobs *Jobs
	fn   Handler
	most time.Duration // 0: River's own
}

// Timeout implements river.Worker.
func (w *worker) Timeout(*river.Job[noteArgs]) time.Duration { return w.most }

// Work implements river.Worker. A note that is gone was delivered before.
func (w *worker) Work(ctx context.Context, job *river.Job[noteArgs]) error {
	a := job.Args
	var note db.Note
	var found bool
	err := w.jobs.opt.DB.View(ctx, a.Community, func(r db.Reader) (err error) {
		note, found, err = db.FindNote(ctx, r, a.Community, a.Note)
		return err
	})
	if err == nil && found {
		err = w.fn(ctx, a.Community, note.Payload)
	}
	return notNow(job.JobRow, err)
}

// A refusal that says "not now" is no failure at first: the writer is busy, or
// another instance has to do it. After these many in a row it counts as one.
const (
	maxSnoozes  = 20
	elsewhere   = 250 * time.Millisecond // by then any instance may take it up
	firstSnooze = 100 * time.Millisecond
	longSnooze  = 10 * time.Second
)

// notNow turns such a refusal into a pause.
func notNow(job *rivertype.JobRow, err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Busy {
		return err
	}
	var meta struct {
		Snoozes int `json:"snoozes"`
	}
	if json.Unmarshal(job.Metadata, &meta) != nil || meta.Snoozes >= maxSnoozes {
		return err
	}
	pause := elsewhere
	if !errors.Is(err, db.ErrElsewhere) {
		pause = max(f.Retry, min(firstSnooze<<min(meta.Snoozes, 10), longSnooze))
	}
	return river.JobSnooze(pause)
}
