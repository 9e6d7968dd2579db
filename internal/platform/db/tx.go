package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime/debug"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// Reader reads one consistent state of the database: a Tx, or what View gives.
// Statements use "?" on every engine and bind community_id (docs/adr/0003).
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Engine() Engine
}

// Tx is the transaction of one closure: its time, its actor, and statements that
// take effect with the batch or not at all. It has no Commit.
type Tx struct {
	Now       time.Time // fixed for the closure, never before an earlier closure's
	Actor     Actor
	Community id.ID

	batch   *batch
	memory  *Memory
	saved   bool // the savepoint of this closure was taken
	began   time.Time
	allowed time.Duration // what loading memory took
	loading bool
}

// NewID makes a time-ordered id.
func (tx *Tx) NewID() id.ID {
	var random [10]byte
	tx.batch.lane.db.random.read(random[:])
	return id.V7(tx.Now, random)
}

// NewPseudonym makes an id that tells nothing: for persons in the evidence.
func (tx *Tx) NewPseudonym() id.ID { return id.V4(tx.NewSecret()) }

// NewSecret makes sixteen random bytes.
func (tx *Tx) NewSecret() [16]byte {
	var random [16]byte
	tx.batch.lane.db.random.read(random[:])
	return random
}

// Engine implements Reader.
func (tx *Tx) Engine() Engine { return tx.batch.lane.db.engine }

// Query implements Reader; it sees what earlier closures of the batch wrote
// directly, and not what modules have staged: ask their Service for that.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := tx.batch.session.query(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		tx.batch.broke(err)
	}
	return rows, err
}

// Exec runs a statement that writes and tells how many rows it changed. The first
// one of a closure takes a savepoint, so that a refusal takes back this closure
// alone. After an error the closure must return it.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := tx.ready(ctx); err != nil {
		return 0, err
	}
	if err := tx.save(ctx); err != nil {
		return 0, err
	}
	n, err := tx.batch.session.exec(context.WithoutCancel(ctx), query, args...)
	return n, err
}

// ready opens the batch's database transaction and minds the closure's time.
func (tx *Tx) ready(ctx context.Context) error {
	if !tx.loading && tx.elapsed()-tx.allowed > tx.batch.lane.db.opt.Budget {
		return ErrTooSlow
	}
	return tx.batch.begin(context.WithoutCancel(ctx))
}

func (tx *Tx) save(ctx context.Context) error {
	if tx.saved {
		return nil
	}
	if _, err := tx.batch.session.exec(context.WithoutCancel(ctx), "SAVEPOINT closure"); err != nil {
		tx.batch.broke(err)
		return err
	}
	tx.saved, tx.batch.dirty = true, true
	return nil
}

// elapsed is the closure's time, which runs on while memory is loaded.
func (tx *Tx) elapsed() time.Duration { return time.Since(tx.began) }

// settle keeps or takes back what the closure wrote.
func (tx *Tx) settle(ctx context.Context, err error) error {
	if !tx.saved {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		if _, e := tx.batch.session.exec(ctx, "ROLLBACK TO SAVEPOINT closure"); e != nil {
			return e
		}
	}
	_, e := tx.batch.session.exec(ctx, "RELEASE SAVEPOINT closure")
	return e
}

// call runs the closure and keeps or takes back what it did.
func (b *batch) call(r *request) error {
	m := b.memoryOf(r.community)
	if b.lane.db.opt.Rehearse {
		if err := b.callOnce(r, m, true); err != nil && b.broken != nil {
			return err
		}
	}
	return b.callOnce(r, m, false)
}

func (b *batch) callOnce(r *request, m *Memory, rehearsal bool) error {
	tx := &Tx{Now: b.lane.now(), Actor: r.actor, Community: r.community, batch: b, memory: m, began: time.Now()}
	m.mark()
	err := protect(r.fn, tx)
	undo := err
	if undo == nil && rehearsal {
		undo = errRehearsal
	}
	if undo != nil {
		m.revert()
	}
	if e := tx.settle(r.ctx, undo); e != nil {
		// A full disk or a lost connection ends the whole transaction, so that the
		// savepoint is gone too: the closure's own error tells what happened.
		if fault.Of(err) == nil {
			e = errors.Join(err, e)
		}
		b.broke(e)
		return e
	}
	return err
}

// protect makes a panic a refusal of this closure alone.
func protect(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v, debug.Stack())
		}
	}()
	return fn(tx)
}
