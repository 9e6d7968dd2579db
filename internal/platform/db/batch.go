package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

var errRehearsal = errors.New("db: rehearsal")

// maxRuns bounds how often a batch runs again after a passing failure.
const maxRuns = 12

// batch is one database transaction and the closures inside it.
type batch struct {
	lane    *lane
	session *session
	fence   *fence // PostgreSQL: proof of ownership, checked inside the transaction
	open    bool   // the database transaction was begun
	dirty   bool   // a closure wrote directly
	broken  error  // the transaction can only be rolled back
	touched []*Memory
	refused int
}

// commit runs a batch to its end: every request gets exactly one answer.
func (l *lane) commit(reqs []*request) {
	reqs = dropCancelled(reqs)
	for run := 1; len(reqs) > 0; run++ {
		err := l.attempt(reqs)
		if err == nil {
			return
		}
		switch class := classify(err); {
		case errors.As(err, new(*shortError)):
			continue // a key exists already: the overlay knows it now
		case class == diskFull:
			l.answerAll(reqs, ErrDiskFull.After(5*time.Second))
			return
		case errors.Is(err, ErrElsewhere):
			l.answerAll(reqs, err)
			return
		case class == unknown:
			l.answerAll(reqs, fmt.Errorf("%w: %w", ErrUnknown, err))
			return
		case class == retryable && run < maxRuns:
			l.db.stats.Retries.Add(1)
			time.Sleep(backoff(run))
			continue
		case class == retryable:
			l.answerAll(reqs, fmt.Errorf("%w: %w", ErrBusy.After(time.Second), err))
			return
		case len(reqs) > 1:
			l.oneByOne(reqs)
			return
		default:
			l.answerAll(reqs, err)
			return
		}
	}
}

// backoff grows from 2 ms to a second; a restart of the server takes a few.
func backoff(run int) time.Duration {
	return min(time.Duration(1<<min(2*run-1, 10))*time.Millisecond, time.Second)
}

// oneByOne finds the request that breaks the batch: each one runs alone.
func (l *lane) oneByOne(reqs []*request) {
	for _, r := range reqs {
		l.commit([]*request{r})
	}
}

func (l *lane) answerAll(reqs []*request, err error) {
	for _, r := range reqs {
		r.answer(err)
	}
}

func dropCancelled(reqs []*request) []*request {
	kept := reqs[:0]
	for _, r := range reqs {
		if err := r.ctx.Err(); err != nil {
			r.answer(err)
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// attempt runs every closure, flushes, commits and answers. An error means that
// nobody was answered and nothing remains.
func (l *lane) attempt(reqs []*request) (err error) {
	ctx := context.Background()
	b := &batch{lane: l}
	if b.session, err = l.db.backend.writer(ctx); err != nil {
		return err
	}
	defer func() { l.db.backend.release(b.session, err) }()
	if err = b.run(ctx, reqs); err == nil {
		err = b.finish(ctx)
	}
	var short *shortError
	if errors.As(err, &short) { // learn what exists, then run the batch again
		if e := short.learn(ctx, b.session); e != nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	for _, m := range b.touched {
		m.committed()
	}
	stats := &l.db.stats
	stats.Batches.Add(1)
	stats.Closures.Add(int64(len(reqs) - b.refused))
	stats.Refused.Add(int64(b.refused))
	stats.LastBatch.Store(int64(len(reqs)))
	for _, r := range reqs {
		r.answer(r.err)
	}
	return nil
}

// run calls the closures in order and flushes what they staged.
func (b *batch) run(ctx context.Context, reqs []*request) error {
	for _, r := range reqs {
		r.err = b.call(r)
		if r.err != nil {
			b.refused++
		}
		if b.broken != nil {
			return b.abort(ctx, b.broken)
		}
	}
	f := &Flush{batch: b}
	for _, m := range b.touched {
		if err := m.flush(ctx, f); err != nil {
			return b.abort(ctx, err)
		}
	}
	if err := f.send(ctx); err != nil {
		return b.abort(ctx, err)
	}
	if b.lane.db.leases != nil {
		// Also an answer that wrote nothing must come from the owner's memory.
		if err := b.begin(ctx); err != nil {
			return b.abort(ctx, err)
		}
	}
	return nil
}

// finish commits. An error at COMMIT leaves the outcome unknown on a network:
// then the writer row tells whether this batch is in.
func (b *batch) finish(ctx context.Context) error {
	if !b.open {
		return nil // nothing was read or written
	}
	if err := b.inject(BeforeCommit); err != nil {
		return b.abort(ctx, err)
	}
	if _, err := b.session.exec(ctx, "COMMIT"); err != nil {
		b.lane.forget()
		return b.settleUnknown(ctx, err)
	}
	if b.fence != nil {
		b.fence.batch++
	}
	if err := b.inject(AfterCommit); err != nil {
		b.lane.forget()
		return &unknownError{err}
	}
	return nil
}

// abort rolls back; the memory returns to the last commit.
func (b *batch) abort(ctx context.Context, cause error) error {
	for _, m := range b.touched {
		m.revertBatch()
	}
	if b.open {
		if _, err := b.session.exec(ctx, "ROLLBACK"); err != nil {
			b.session.broken = true
		}
	}
	if errors.Is(cause, errLeaseLost) || errors.Is(cause, ErrElsewhere) {
		b.lane.forget()
	}
	return cause
}

func (b *batch) inject(step Step) error {
	if b.lane.db.opt.Fault == nil {
		return nil
	}
	return b.lane.db.opt.Fault(step)
}

// begin opens the database transaction, on PostgreSQL together with the fence.
func (b *batch) begin(ctx context.Context) error {
	if b.open {
		return nil
	}
	if err := b.lane.db.backend.begin(ctx, b); err != nil {
		b.broke(err)
		return err
	}
	b.open = true
	return nil
}

// broke remembers that the database transaction cannot go on.
func (b *batch) broke(err error) {
	if b.broken == nil {
		b.broken = err
	}
}

// memoryOf is the community's memory, noted as touched by this batch.
func (b *batch) memoryOf(community id.ID) *Memory {
	m := b.lane.memoryOf(community)
	for _, t := range b.touched {
		if t == m {
			return m
		}
	}
	b.touched = append(b.touched, m)
	return m
}

// shortError says that a bulk insert met rows that exist already.
type shortError struct {
	bulk  *Bulk
	found func(ctx context.Context, r Reader) error
}

func (e *shortError) Error() string { return "db: rows exist already in " + e.bulk.Table }

func (e *shortError) learn(ctx context.Context, s *session) error { return e.found(ctx, s) }

// unknownError says that nobody can tell whether the batch was committed.
type unknownError struct{ cause error }

func (e *unknownError) Error() string { return "db: outcome unknown: " + e.cause.Error() }
func (e *unknownError) Unwrap() error { return e.cause }

// errLeaseLost tells that another instance has taken this community.
var errLeaseLost = fault.New(fault.Busy, "db.lease_lost")
