package jobs

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// ErrNoNote refuses a note that is not in the outbox, or that nobody handles.
var ErrNoNote = fault.New(fault.NotFound, "jobs.no_such_note")

// Retry has a note handled now that failed before, also one that was given up.
func (j *Jobs) Retry(ctx context.Context, community, note id.ID) (err error) {
	defer fault.Wrap(&err, "jobs: retry %s", note)
	n, err := j.find(ctx, community, note)
	if err != nil {
		return err
	}
	rows, err := j.insert(ctx, community, []db.Note{n})
	if err != nil {
		return err
	}
	row, err := j.store.JobRetry(ctx, rows[0].ID)
	if err != nil {
		return err
	}
	b := j.boxOf(community)
	j.mu.Lock()
	b.learn(note, row)
	j.mu.Unlock()
	return nil
}

// Drop takes a note off the outbox without its work being done: what it asked for
// never happens. actor is who decided that. River's job, if it is tried again,
// finds no note and ends.
func (j *Jobs) Drop(ctx context.Context, actor db.Actor, community, note id.ID) (dropped db.Note, err error) {
	defer fault.Wrap(&err, "jobs: drop %s", note)
	if dropped, err = j.find(ctx, community, note); err != nil {
		return dropped, err
	}
	if err := j.opt.DB.Update(ctx, community, actor, func(tx *db.Tx) error { return db.Delivered(ctx, tx, note) }); err != nil {
		return dropped, err
	}
	b := j.boxOf(community)
	j.mu.Lock()
	delete(b.handed, note)
	j.mu.Unlock()
	return dropped, nil
}

func (j *Jobs) find(ctx context.Context, community, note id.ID) (n db.Note, err error) {
	var found bool
	err = j.opt.DB.View(ctx, community, func(r db.Reader) (err error) {
		n, found, err = db.FindNote(ctx, r, community, note)
		return err
	})
	if err == nil && (!found || j.handlers[n.Kind] == nil || j.store == nil) {
		err = ErrNoNote
	}
	return n, err
}
