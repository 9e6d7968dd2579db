// Package db is the one way to the database: Update writes, View reads.
//
// Update is a group commit. A writer takes the requests that wait, runs every
// closure inside one database transaction, commits once and then answers all of
// them, so that state, money, evidence and the outbox become durable together
// and the cost of durability is shared. On SQLite there is one writer for the
// file, on PostgreSQL one for each community, owned through a lease; no rule may
// rely on either. docs/adr/0001 and 0002 tell why.
package db

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/clock"
)

// Refusals of the database itself, in the order in which a request meets them.
var (
	ErrClosed   = fault.New(fault.Busy, "db.closed")
	ErrReadOnly = fault.New(fault.Conflict, "db.read_only")
	ErrBusy     = fault.New(fault.Busy, "db.busy")
	ErrDiskFull = fault.New(fault.Busy, "db.disk_full")
	ErrTooSlow  = fault.New(fault.Busy, "db.closure_too_slow")
	ErrUnknown  = fault.New(fault.Busy, "db.outcome_unknown")
)

// Engine is the kind of database.
type Engine string

// The engines. Citus is Postgres with a distributed schema.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Actor is who asks for a change: a person, an API key or a job. It is stored
// with what changed, never used to decide; permissions are checked before.
type Actor struct {
	Kind string // "person", "key", "job", "system"
	ID   id.ID
}

// System is the actor of work that nobody in particular asked for.
var System = Actor{Kind: "system"}

// Options say where the database is and how it may behave. The zero value of a
// field takes its default.
type Options struct {
	Dir      string // data directory of the embedded database
	URL      string // postgres://… ; then Dir is not used
	ReadOnly bool   // never take the lock or a lease; Update is refused

	Clock   clock.Clock
	Entropy io.Reader
	Log     *slog.Logger

	Queue    int           // requests that may wait for a writer (4096)
	MaxBatch int           // closures in one commit (512)
	Budget   time.Duration // time a closure has (50 ms)
	Readers  int           // connections for View (4)
	NoSync   bool          // do not wait for the disk: tests and soaks only

	Address string        // where other instances reach this one; "" until Announce tells
	Lease   time.Duration // how long a community stays owned without a sign of life (4 s)

	// Lost, if set, hears of a community that another instance writes now.
	Lost func(community id.ID)

	// Rehearse runs every closure twice, the first time rolled back: tests use
	// it to find closures that touch anything outside their transaction.
	Rehearse bool
	// Trace sees every statement before it runs; a test fails from within.
	Trace func(sql string, args []any)
	// Fault, if set, is asked at each step of a commit; tests inject "write
	// lost" and "answer lost" here.
	Fault func(step Step) error
}

// Step is a point in a batch at which a test may inject a fault.
type Step string

// The steps, in order.
const (
	BeforeCommit Step = "before commit" // an error here: nothing was written
	AfterCommit  Step = "after commit"  // an error here: written, answer lost
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	opt     Options
	engine  Engine
	backend backend
	leases  *leases // PostgreSQL only

	mu     sync.RWMutex
	lanes  map[id.ID]*lane
	closed bool
	wg     sync.WaitGroup
	random randomness

	stats   Stats
	emitted atomic.Pointer[func(community id.ID)] // see OnEmitted
}

// Stats counts what the writers did since the database was opened.
type Stats struct {
	Batches   atomic.Int64 // commits
	Closures  atomic.Int64 // closures that committed
	Refused   atomic.Int64 // closures that refused
	Retries   atomic.Int64 // batches that ran again
	Busy      atomic.Int64 // requests turned away
	LastBatch atomic.Int64 // closures in the latest commit
}

// Stats are the counters of this database.
func (d *DB) Stats() *Stats { return &d.stats }

// Engine tells which engine is behind the database.
func (d *DB) Engine() Engine { return d.engine }

// Clock is the clock of this database's transactions.
func (d *DB) Clock() clock.Clock { return d.opt.Clock }

// Open opens a database; it does not migrate it (see Migrate).
func Open(ctx context.Context, opt Options) (_ *DB, err error) {
	defer fault.Wrap(&err, "db: open")
	opt = opt.withDefaults()
	d := &DB{opt: opt, lanes: make(map[id.ID]*lane), random: randomness{src: opt.Entropy}}
	if opt.URL != "" {
		d.engine = Postgres
		d.backend, err = openPostgres(ctx, opt)
		d.leases = newLeases(d)
	} else {
		d.engine = SQLite
		d.backend, err = openSQLite(ctx, opt)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (o Options) withDefaults() Options {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.Queue, 4096)
	def(&o.MaxBatch, 512)
	def(&o.Readers, 4)
	if o.Budget == 0 {
		o.Budget = 50 * time.Millisecond
	}
	if o.Lease == 0 {
		o.Lease = 4 * time.Second
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Entropy == nil {
		o.Entropy = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Close answers every request that waits, gives up the leases and closes the
// connections. Requests that come later are refused with ErrClosed.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	for _, l := range d.lanes {
		close(l.queue)
	}
	d.mu.Unlock()
	d.wg.Wait()
	var errs []error
	if d.leases != nil {
		errs = append(errs, d.leases.release())
	}
	return errors.Join(append(errs, d.backend.close())...)
}

// randomness hands out random bytes in small pieces from a buffered source.
type randomness struct {
	mu  sync.Mutex
	src io.Reader
	buf [1024]byte
	at  int
	len int
}

func (r *randomness) read(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(b) > 0 {
		if r.at == r.len {
			if _, err := io.ReadFull(r.src, r.buf[:]); err != nil {
				panic(fmt.Sprintf("db: no randomness: %v", err)) // ids and keys would repeat
			}
			r.at, r.len = 0, len(r.buf)
		}
		n := copy(b, r.buf[r.at:r.len])
		clear(r.buf[r.at : r.at+n])
		r.at += n
		b = b[n:]
	}
}
