package jobs

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

const (
	page   = 500 // notes read, and handed over, at once
	asks   = 100 // jobs that River is asked about in one look
	ending = 256 // notes taken off the outbox in one closure
)

// actor is who takes notes off the outbox.
var actor = db.Actor{Kind: "job"}

// stir notes that a community is to be looked at. Writers call it: it waits for
// nothing.
func (j *Jobs) stir(community id.ID, again bool) {
	j.mu.Lock()
	j.stirred[community] = j.stirred[community] || again
	j.mu.Unlock()
	select {
	case j.wake <- struct{}{}:
	default: // it is awake
	}
}

// relay brings notes to River and ended jobs back to the outbox. Writers wake it; by
// itself it looks now and then, for notes of owners who are gone and for jobs that
// another instance ended.
func (j *Jobs) relay(ctx context.Context) {
	p := &j.opt.pace
	tick := time.NewTicker(p.look)
	defer tick.Stop()
	var all time.Time
	for {
		if now := time.Now(); now.Sub(all) >= p.all {
			all = now
			j.stirAll(ctx)
		}
		for community, again := range j.takeStirred() {
			if ctx.Err() != nil {
				return
			}
			// A round that has begun comes to its end: what it learns would be lost.
			j.note(community, j.round(context.WithoutCancel(ctx), community, again))
		}
		// What comes in meanwhile goes together.
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.linger):
		}
		select {
		case <-ctx.Done():
			return
		case <-j.wake:
		case <-tick.C:
			j.stirUnfinished()
		}
	}
}

// stirAll marks every community, also those that this instance has not met yet.
func (j *Jobs) stirAll(ctx context.Context) {
	communities, err := j.opt.Communities(ctx)
	if err != nil && ctx.Err() == nil {
		j.opt.Log.Warn("jobs: list of communities", "err", err)
	}
	for _, c := range append(communities, id.Tilde) {
		j.stir(c, true)
	}
}

// stirUnfinished marks the communities with notes under way, or with trouble.
func (j *Jobs) stirUnfinished() {
	j.mu.Lock()
	var unfinished []id.ID
	for c, b := range j.boxes {
		if len(b.handed) > 0 {
			unfinished = append(unfinished, c)
		}
	}
	unfinished = slices.AppendSeq(unfinished, maps.Keys(j.trouble))
	j.mu.Unlock()
	for _, c := range unfinished {
		j.stir(c, true)
	}
}

func (j *Jobs) takeStirred() map[id.ID]bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	stirred := j.stirred
	j.stirred = make(map[id.ID]bool)
	return stirred
}

// note remembers what kept the relay from getting through a community; the log
// hears of it once.
func (j *Jobs) note(community id.ID, err error) {
	j.mu.Lock()
	before := j.trouble[community]
	if err == nil {
		delete(j.trouble, community)
	} else {
		j.trouble[community] = err
	}
	j.mu.Unlock()
	if err != nil && (before == nil || before.Error() != err.Error()) {
		j.opt.Log.Warn("jobs: relay", "community", community, "err", err)
	}
}

// round takes ended notes off a community's outbox and hands over new ones.
func (j *Jobs) round(ctx context.Context, community id.ID, again bool) error {
	ours, err := j.ours(ctx, community)
	if err != nil {
		return err
	}
	if ours {
		if err = j.deliver(ctx, community); err == nil {
			err = j.look(ctx, community, again)
		}
	}
	if !ours || errors.Is(err, db.ErrElsewhere) { // the new owner looks after it
		j.mu.Lock()
		delete(j.boxes, community)
		j.mu.Unlock()
		return nil
	}
	return err
}

// deliver takes the notes whose jobs are completed off the outbox.
func (j *Jobs) deliver(ctx context.Context, community id.ID) error {
	b := j.boxOf(community)
	j.mu.Lock()
	done := b.done()
	j.mu.Unlock()
	for some := range slices.Chunk(done, ending) {
		if err := j.opt.DB.Update(ctx, community, actor, func(tx *db.Tx) error { return db.Delivered(ctx, tx, some...) }); err != nil {
			return err
		}
		j.mu.Lock()
		for _, n := range some {
			delete(b.handed, n)
		}
		j.mu.Unlock()
	}
	return nil
}

// deliverAll is the last round, when nothing runs any more.
func (j *Jobs) deliverAll(ctx context.Context) {
	for _, community := range slices.Collect(maps.Keys(j.boxes)) {
		if err := j.deliver(ctx, community); err != nil && !errors.Is(err, db.ErrElsewhere) {
			j.opt.Log.Warn("jobs: notes that are done stay in the outbox and will be handled again", "community", community, "err", err)
		}
	}
}

// look reads the outbox from where the last look ended, or again from the first
// note on, and hands over what River does not have.
func (j *Jobs) look(ctx context.Context, community id.ID, again bool) error {
	b := j.boxOf(community)
	s := b.begin(again)
	for {
		var notes []db.Note
		if err := j.opt.DB.View(ctx, community, func(r db.Reader) (err error) {
			notes, err = db.WaitingAfter(ctx, r, community, s.after, page)
			return err
		}); err != nil {
			return err
		}
		j.mu.Lock()
		due := b.sort(s, notes, j.handlers, &j.opt.pace)
		j.mu.Unlock()
		if len(due) > 0 {
			if err := j.hand(ctx, community, b, due); err != nil {
				return err
			}
		}
		if len(notes) < page || s.full {
			break
		}
	}
	j.mu.Lock()
	b.end(s)
	fresh := b.unknown()
	ended := len(b.done()) > 0
	j.mu.Unlock()
	for _, kind := range fresh {
		j.opt.Log.Warn("jobs: nobody handles these notes", "community", community, "kind", kind)
	}
	if ended {
		return j.deliver(ctx, community)
	}
	return nil
}

// hand makes sure that each note has its job, and learns how the job is. What was
// completed before this process began is not believed: the books may be restored
// ones, in which it never happened.
func (j *Jobs) hand(ctx context.Context, community id.ID, b *box, notes []db.Note) error {
	rows, err := j.insert(ctx, community, notes)
	if err != nil {
		j.mu.Lock()
		b.forget(notes)
		j.mu.Unlock()
		return err
	}
	var stale []db.Note
	var old []int64
	j.mu.Lock()
	for i, row := range rows {
		if row.State == rivertype.JobStateCompleted && row.FinalizedAt.Before(j.began) {
			stale, old = append(stale, notes[i]), append(old, row.ID)
			continue
		}
		b.learn(notes[i].ID, row)
	}
	j.mu.Unlock()
	if len(stale) == 0 {
		return nil
	}
	for _, job := range old {
		if _, err := j.store.JobDelete(ctx, job); err != nil && !errors.Is(err, river.ErrNotFound) {
			return err
		}
	}
	_, err = j.insert(ctx, community, stale)
	return err
}

func (j *Jobs) insert(ctx context.Context, community id.ID, notes []db.Note) ([]*rivertype.JobRow, error) {
	params := make([]river.InsertManyParams, len(notes))
	for i, n := range notes {
		params[i] = river.InsertManyParams{
			Args:       noteArgs{kind: n.Kind, Community: community, Note: n.ID},
			InsertOpts: &river.InsertOpts{Queue: queue, UniqueOpts: oneJob},
		}
	}
	results, err := j.store.InsertMany(ctx, params)
	rows := make([]*rivertype.JobRow, len(results))
	for i, r := range results {
		rows[i] = r.Job
	}
	return rows, err
}

// hear learns how a job of this instance ended. It may miss some: then look asks.
func (j *Jobs) hear(e *river.Event) {
	a, err := noteOf(e.Job.EncodedArgs)
	if err != nil {
		return // not a job of ours
	}
	j.mu.Lock()
	b := j.boxes[a.Community]
	if b != nil {
		b.learn(a.Note, e.Job)
	}
	j.mu.Unlock()
	if e.Kind == river.EventKindJobCompleted {
		j.handled.Add(1)
		j.stir(a.Community, false)
	} else {
		j.failed.Add(1)
	}
}

func (j *Jobs) boxOf(community id.ID) *box {
	j.mu.Lock()
	defer j.mu.Unlock()
	b := j.boxes[community]
	if b == nil {
		b = newBox()
		j.boxes[community] = b
	}
	return b
}
