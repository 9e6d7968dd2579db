package db

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/id"
)

// Update runs fn inside a transaction of one community and returns once it is
// durable. It refuses with what fn returned, and then nothing of fn remains.
//
// fn may run more than once, so it touches nothing outside tx. A context that is
// cancelled before fn starts drops the request; afterwards the work commits even
// if nobody waits for it any more.
func (d *DB) Update(ctx context.Context, community id.ID, actor Actor, fn func(tx *Tx) error) error {
	p, err := d.Submit(ctx, community, actor, fn)
	if err != nil {
		return err
	}
	return p.Wait(ctx)
}

// Pending is the answer to a request that a writer has taken.
type Pending struct{ done chan error }

// Wait returns the outcome. If ctx ends first it returns the context's error,
// and the outcome stays unknown to the caller.
func (p Pending) Wait(ctx context.Context) error {
	select {
	case err := <-p.done:
		return err
	default:
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Submit hands fn to the community's writer and returns at once; requests of one
// caller for one community run in the order in which they were submitted.
func (d *DB) Submit(ctx context.Context, community id.ID, actor Actor, fn func(tx *Tx) error) (Pending, error) {
	r := &request{ctx: ctx, community: community, actor: actor, fn: fn, done: make(chan error, 1)}
	if d.opt.ReadOnly {
		return Pending{}, ErrReadOnly
	}
	l, err := d.lane(ctx, community)
	if err != nil {
		return Pending{}, err
	}
	// The lock keeps Close from closing the queue under our feet.
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return Pending{}, ErrClosed
	}
	select {
	case l.queue <- r:
		return Pending{r.done}, nil
	default:
		d.stats.Busy.Add(1)
		return Pending{}, ErrBusy.After(l.patience())
	}
}

// lane is the community's writer; on SQLite all communities share one.
func (d *DB) lane(ctx context.Context, community id.ID) (*lane, error) {
	key := community
	if d.engine == SQLite {
		key = id.Tilde
	}
	d.mu.RLock()
	l, closed := d.lanes[key], d.closed
	d.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	if l != nil {
		return l, d.owns(ctx, community)
	}
	if err := d.owns(ctx, community); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, ErrClosed
	}
	if l := d.lanes[key]; l != nil {
		return l, nil
	}
	l = newLane(d)
	d.lanes[key] = l
	d.wg.Go(l.run)
	return l, nil
}

// owns makes sure that this instance holds the community's lease. While the
// server is away nobody can tell; nothing was written, so the caller may ask again.
func (d *DB) owns(ctx context.Context, community id.ID) error {
	if d.leases == nil {
		return nil
	}
	err := d.leases.hold(ctx, community)
	if classify(err) == retryable {
		err = fmt.Errorf("%w: %w", ErrBusy.After(time.Second), err)
	}
	return err
}

// request is one closure that waits for its commit.
type request struct {
	ctx       context.Context
	community id.ID
	actor     Actor
	fn        func(tx *Tx) error
	done      chan error
	err       error
}

func (r *request) answer(err error) { r.done <- err }

// lane is one writer: a queue and the goroutine that empties it.
type lane struct {
	db     *DB
	queue  chan *request
	memory map[id.ID]*Memory
	last   time.Time // the clock of this lane never goes backwards
	fence  int64     // PostgreSQL: the period of ownership the memory belongs to
}

func newLane(d *DB) *lane {
	return &lane{db: d, queue: make(chan *request, d.opt.Queue), memory: make(map[id.ID]*Memory)}
}

// patience is how long a full queue takes to drain.
func (l *lane) patience() time.Duration {
	d := time.Duration(cap(l.queue)) * 100 * time.Microsecond
	return max(d.Round(time.Second), time.Second)
}

// run is the writer: take what waits, commit it, answer, again.
func (l *lane) run() {
	batch := make([]*request, 0, l.db.opt.MaxBatch)
	for first := range l.queue {
		batch = append(batch[:0], first)
		batch = l.take(batch)
		l.commit(batch)
		clear(batch)
	}
}

// take adds the requests that wait already; it never waits for more.
func (l *lane) take(batch []*request) []*request {
	for len(batch) < cap(batch) {
		select {
		case r, open := <-l.queue:
			if !open {
				return batch
			}
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// now is the time of the next closure.
func (l *lane) now() time.Time {
	now := l.db.opt.Clock.Now().Truncate(time.Microsecond)
	if now.Before(l.last) {
		now = l.last
	}
	l.last = now
	return now
}

// memoryOf is what this writer remembers of a community.
func (l *lane) memoryOf(community id.ID) *Memory {
	m := l.memory[community]
	if m == nil {
		m = newMemory(community)
		l.memory[community] = m
	}
	return m
}

// forget drops what the writer remembers: after a doubt about what is stored.
func (l *lane) forget() { clear(l.memory) }

// panicked turns a panic of a closure into an error that carries its stack.
func panicked(v any, stack []byte) error {
	return fmt.Errorf("db: a closure panicked: %v\n%s", v, stack)
}
