// Package jobs does the work that is due after a commit, and the work that is due
// at a time.
//
// Work after a commit. A closure leaves a note in its community's outbox
// (db.Tx.Emit), and the note commits with it. The relay hands the note to River as
// a job, one job a note, and takes it off the outbox once the job is completed.
// So a note is handled at least once, in no particular order, and perhaps twice:
// handlers are idempotent. A job carries only the name of its note; what the note
// says stays in the outbox until it is handled, and nowhere else.
//
// Work at a time. What must happen at a time is a row with that time. A sweep looks
// for such rows in every community that this instance writes.
//
// The job store (River's tables: a file of their own beside the embedded database, a
// schema of their own on PostgreSQL) is worth nothing by itself. Lost, it is filled
// again from the outbox.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Handler does what a note of its kind asks for. It may be called again for the
// same note, also while another call is under way elsewhere.
type Handler func(ctx context.Context, community id.ID, payload string) error

// Options say whose work is done. Log may be nil.
type Options struct {
	DB  *db.DB
	Dir string // where the file of jobs lies (embedded database only)
	// Communities lists the places that keep books. "~" is looked after besides.
	Communities func(ctx context.Context) ([]id.ID, error)
	Log         *slog.Logger

	pace pace
}

// pace is how patient the parts are; tests are less so.
type pace struct {
	poll   time.Duration           // River looks for jobs whose retry is due
	linger time.Duration           // between two rounds of the relay
	look   time.Duration           // at communities with notes under way
	all    time.Duration           // at every community: the safety net
	trust  time.Duration           // how long a job counts as alive unasked, at first
	bound  int                     // jobs of one community that are under way at once
	retry  river.ClientRetryPolicy // nil: River's
}

var usual = pace{poll: time.Second, linger: 10 * time.Millisecond, look: 5 * time.Second, all: 30 * time.Second, trust: 10 * time.Second, bound: 2000}

// Jobs is the relay, the handlers and the sweeps of one instance.
type Jobs struct {
	opt      Options
	handlers map[string]Handler
	long     map[string]time.Duration // how long a handler may take, where it is not patience
	sweeps   []*sweep

	store  *store
	began  time.Time
	wake   chan struct{}
	cancel context.CancelFunc
	loops  sync.WaitGroup
	events sync.WaitGroup

	handled, failed atomic.Int64

	mu      sync.Mutex
	boxes   map[id.ID]*box
	stirred map[id.ID]bool  // communities to be looked at; true: from the first note on
	trouble map[id.ID]error // why the relay did not get through a community
}

// New makes an instance's jobs; Handle and Sweep say what they are, Start begins.
func New(opt Options) *Jobs {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.pace == (pace{}) {
		opt.pace = usual
	}
	return &Jobs{
		opt: opt, handlers: make(map[string]Handler), long: make(map[string]time.Duration), wake: make(chan struct{}, 1),
		boxes: make(map[id.ID]*box), stirred: make(map[id.ID]bool), trouble: make(map[id.ID]error),
	}
}

// Handle says who does the notes of a kind, once for each kind, before Start. Notes
// of kinds that nobody handles stay in the outbox, and Status tells of them.
func (j *Jobs) Handle(kind string, fn Handler) {
	if j.handlers[kind] != nil {
		panic("jobs: two handlers for " + kind) // wiring is written down in one place
	}
	j.handlers[kind] = fn
}

// Kinds lists the kinds of notes that are handled.
func (j *Jobs) Kinds() []string { return slices.Sorted(maps.Keys(j.handlers)) }

// HandleLong is Handle for work that may take longer than a minute. Where the
// instance dies with it, it is taken up again only after that time.
func (j *Jobs) HandleLong(kind string, most time.Duration, fn Handler) {
	j.Handle(kind, fn)
	j.long[kind] = most
}

// Sweep calls fn for every community that this instance writes, at the start and
// then every so often. fn finds what is due and may find it twice.
func (j *Jobs) Sweep(name string, every time.Duration, fn func(ctx context.Context, community id.ID) error) {
	j.sweeps = append(j.sweeps, &sweep{name: name, every: every, fn: fn, last: make(map[id.ID]string)})
}

// SweepPeople calls fn at the start and then every so often on the instance that
// writes "~", for what is due to people rather than to a community.
func (j *Jobs) SweepPeople(name string, every time.Duration, fn func(ctx context.Context) error) {
	j.Sweep(name, every, func(ctx context.Context, _ id.ID) error { return fn(ctx) })
	j.sweeps[len(j.sweeps)-1].people = true
}

// Start opens the job store and begins; ctx is for the opening only.
func (j *Jobs) Start(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "jobs: start")
	j.began = time.Now()
	base := context.WithoutCancel(ctx)
	if len(j.handlers) > 0 {
		if j.store, err = j.openStore(ctx); err != nil {
			return err
		}
		events, _ := j.store.SubscribeConfig(&river.SubscribeConfig{ChanSize: 1 << 14, Kinds: []river.EventKind{river.EventKindJobCompleted, river.EventKindJobFailed}})
		if err = j.store.Start(base); err != nil {
			j.store.close()
			return err
		}
		j.events.Go(func() {
			for e := range events {
				j.hear(e)
			}
		})
	}
	j.opt.DB.OnEmitted(func(community id.ID) { j.stir(community, false) })
	run, cancel := context.WithCancel(base)
	j.cancel = cancel
	j.loops.Go(func() { j.relay(run) })
	for _, s := range j.sweeps {
		j.loops.Go(func() { j.keepSweeping(run, s) })
	}
	return nil
}

// Stop hands over no more notes, lets the handlers that run come to their end until
// ctx ends, writes down what they did, and closes the job store.
func (j *Jobs) Stop(ctx context.Context) (err error) {
	if j.cancel == nil {
		return nil
	}
	defer fault.Wrap(&err, "jobs: stop")
	j.opt.DB.OnEmitted(nil)
	j.cancel()
	j.cancel = nil
	err = wait(ctx, &j.loops)
	if j.store == nil {
		return err
	}
	defer j.store.close()
	if e := j.store.Stop(ctx); e != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, e, j.store.StopAndCancel(hard))
	}
	if e := wait(ctx, &j.events); e != nil || err != nil {
		return errors.Join(err, e)
	}
	j.deliverAll(ctx)
	return nil
}

// wait waits for a group, not longer than ctx.
func wait(ctx context.Context, group *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ours tells whether this instance writes a community; one that nobody writes
// becomes ours.
func (j *Jobs) ours(ctx context.Context, community id.ID) (bool, error) {
	address, err := j.opt.DB.Route(ctx, community)
	if errors.Is(err, db.ErrElsewhere) {
		return false, nil
	}
	return err == nil && address == "", err
}

// noteOf reads which note a job is for.
func noteOf(encoded []byte) (args noteArgs, err error) {
	err = json.Unmarshal(encoded, &args)
	return args, err
}
