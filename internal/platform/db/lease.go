package db

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

var errBadConn = driver.ErrBadConn

// ErrElsewhere says that another instance writes this community; the detail
// "address" tells where, so that the request can be forwarded there.
var ErrElsewhere = fault.New(fault.Busy, "db.owned_elsewhere")

// leases are the communities whose writer this instance is (PostgreSQL only).
//
// A row of table writer names the owner, until when it holds, and a fence that
// grows with every change of owner. The fence is what keeps the books safe: every
// batch updates the row under its fence, so an owner that was declared dead writes
// nothing more. The expiry only decides when another may try.
type leases struct {
	db    *DB
	owner id.ID // this instance
	mu    sync.Mutex
	held  map[id.ID]*fence
	stop  chan struct{}
	done  sync.WaitGroup

	address atomic.Pointer[string] // where others send what is ours
	frozen  atomic.Bool            // tests: no sign of life
}

// fence is one period of ownership.
type fence struct {
	community id.ID
	number    int64
	batch     int64 // batches committed under it, as far as known
	until     time.Time
	lost      bool
}

func newLeases(d *DB) *leases {
	l := &leases{db: d, held: make(map[id.ID]*fence), stop: make(chan struct{})}
	l.address.Store(&d.opt.Address)
	d.random.read(l.owner[:])
	if !d.opt.ReadOnly {
		l.done.Go(l.renewAll)
	}
	return l
}

// hold makes sure that the community's lease is ours.
func (l *leases) hold(ctx context.Context, community id.ID) error {
	l.mu.Lock()
	f := l.held[community]
	ours := f != nil && !f.lost
	l.mu.Unlock()
	if ours {
		return nil
	}
	return l.acquire(ctx, community)
}

// acquire takes a lease that is free or has run out.
func (l *leases) acquire(ctx context.Context, community id.ID) error {
	now := time.Now()
	until := now.Add(l.db.opt.Lease)
	var f *fence
	err := l.withConn(ctx, func(c *session) error {
		if _, err := c.exec(ctx, `INSERT INTO writer (community_id, owner_id, address, fence, batch, expires_at)
			VALUES (?, ?, '', 0, 0, 0) ON CONFLICT (community_id) DO NOTHING`, community[:], []byte{}); err != nil {
			return err
		}
		rows, err := c.query(ctx, `UPDATE writer SET owner_id = ?, address = ?, fence = fence + 1, expires_at = ?
			WHERE community_id = ? AND expires_at < ? RETURNING fence, batch`,
			l.owner[:], *l.address.Load(), until.UnixMicro(), community[:], now.UnixMicro())
		if err != nil {
			return err
		}
		defer rows.Close()
		if rows.Next() {
			f = &fence{community: community, until: until}
			return rows.Scan(&f.number, &f.batch)
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	if f == nil {
		return l.elsewhere(ctx, community)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[community] = f
	return nil
}

// elsewhere tells who owns the community.
func (l *leases) elsewhere(ctx context.Context, community id.ID) error {
	var address string
	var owner []byte
	err := l.withConn(ctx, func(c *session) error {
		rows, err := c.query(ctx, "SELECT address, owner_id FROM writer WHERE community_id = ?", community[:])
		if err != nil {
			return err
		}
		defer rows.Close()
		if rows.Next() {
			return rows.Scan(&address, &owner)
		}
		return sql.ErrNoRows
	})
	if err != nil {
		return err
	}
	if bytes.Equal(owner, l.owner[:]) {
		return nil // another goroutine of ours was faster
	}
	return ErrElsewhere.With("address", address).After(l.db.opt.Lease)
}

// fence is the proof of ownership for a batch, whose closures are all of one
// community. What the lane remembers is true only under the fence it was read
// under: with a new one the closures run again on fresh memory.
func (l *leases) fence(b *batch) (*fence, error) {
	community := b.touched[0].community
	if err := l.hold(context.Background(), community); err != nil {
		return nil, err
	}
	l.mu.Lock()
	f := l.held[community]
	l.mu.Unlock()
	if f == nil {
		return nil, errLeaseLost
	}
	if f.number != b.lane.fence {
		b.lane.fence = f.number
		if len(b.touched[0].order) > 0 {
			return nil, errLeaseLost
		}
	}
	return f, nil
}

// lose marks a lease that another instance took.
func (l *leases) lose(f *fence) {
	l.mu.Lock()
	already := f.lost
	f.lost = true
	delete(l.held, f.community)
	l.mu.Unlock()
	if !already && l.db.opt.Lost != nil {
		l.db.opt.Lost(f.community)
	}
}

// committed asks whether the batch after f.batch is in. If another owner has come
// meanwhile the count tells nothing: then the outcome stays unknown.
func (l *leases) committed(ctx context.Context, f *fence) (bool, error) {
	var err error
	for try := range 40 {
		var number, batch int64
		err = l.withConn(ctx, func(c *session) error {
			// The UPDATE waits for a backend of ours that may still be committing.
			rows, err := c.query(ctx, "UPDATE writer SET expires_at = expires_at WHERE community_id = ? RETURNING fence, batch", f.community[:])
			if err != nil {
				return err
			}
			defer rows.Close()
			if !rows.Next() {
				return errors.Join(sql.ErrNoRows, rows.Err())
			}
			return rows.Scan(&number, &batch)
		})
		if err == nil {
			if number != f.number {
				l.lose(f)
				return false, errLeaseLost
			}
			return batch == f.batch+1, nil
		}
		time.Sleep(min(backoff(try/8+1), 250*time.Millisecond))
	}
	return false, err
}

// renewAll keeps the leases alive while the program runs.
func (l *leases) renewAll() {
	tick := time.NewTicker(l.db.opt.Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
		}
		if l.frozen.Load() {
			continue
		}
		for _, f := range l.snapshot() {
			l.renew(f)
		}
	}
}

func (l *leases) renew(f *fence) {
	until := time.Now().Add(l.db.opt.Lease)
	ctx, cancel := context.WithTimeout(context.Background(), l.db.opt.Lease/2)
	defer cancel()
	var n int64
	err := l.withConn(ctx, func(c *session) (err error) {
		n, err = c.exec(ctx, "UPDATE writer SET expires_at = ?, address = ? WHERE community_id = ? AND fence = ?", until.UnixMicro(), *l.address.Load(), f.community[:], f.number)
		return err
	})
	if err == nil && n == 0 {
		l.lose(f)
	}
}

func (l *leases) snapshot() []*fence {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*fence, 0, len(l.held))
	for _, f := range l.held {
		all = append(all, f)
	}
	return all
}

// release lets others take over at once.
func (l *leases) release() error {
	close(l.stop)
	l.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var errs []error
	for _, f := range l.snapshot() {
		errs = append(errs, l.withConn(ctx, func(c *session) error {
			_, err := c.exec(ctx, "UPDATE writer SET expires_at = 0 WHERE community_id = ? AND fence = ?", f.community[:], f.number)
			return err
		}))
	}
	return errors.Join(errs...)
}

func (l *leases) withConn(ctx context.Context, fn func(c *session) error) (err error) {
	c, err := l.db.backend.writer(ctx)
	if err != nil {
		return err
	}
	defer func() { l.db.backend.release(c, err) }()
	return fn(c)
}
