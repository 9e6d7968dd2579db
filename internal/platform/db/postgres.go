package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresBackend draws connections from one pool; a lane holds one for a batch.
type postgresBackend struct {
	opt   Options
	pool  *sql.DB
	texts sync.Map // textKey → INSERT … unnest
}

// maxConns is the size of the pool: writers and readers together.
const maxConns = 20

func openPostgres(ctx context.Context, opt Options) (backend, error) {
	cfg, err := pgx.ParseConfig(opt.URL)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.RuntimeParams["application_name"] = "gongyi"
	// An idle transaction of a dead instance must not hold a community's fence.
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "10000"
	cfg.ConnectTimeout = 5 * time.Second
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	if opt.NoSync {
		// Tests only: the commit does not wait for the disk.
		cfg.RuntimeParams["synchronous_commit"] = "off"
		pool.Close()
		pool = stdlib.OpenDB(*cfg)
		pool.SetMaxOpenConns(maxConns)
		pool.SetMaxIdleConns(maxConns)
	}
	return &postgresBackend{opt: opt, pool: pool}, nil
}

func (b *postgresBackend) writer(ctx context.Context) (*session, error) { return b.connect(ctx) }
func (b *postgresBackend) reader(ctx context.Context) (*session, error) { return b.connect(ctx) }

func (b *postgresBackend) connect(ctx context.Context) (*session, error) {
	conn, err := b.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{engine: Postgres, conn: conn, trace: b.opt.Trace}, nil
}

func (b *postgresBackend) release(s *session, err error) {
	if s.broken || err != nil && connectionLost(err) {
		// Raw with ErrBadConn makes database/sql throw the connection away.
		_ = s.conn.Raw(func(any) error { return errBadConn })
	}
	s.conn.Close()
}

// fenceSQL proves ownership inside the transaction: no row means that another
// instance has taken the community. A SELECT would not hold anybody off. The
// count that it returns is what a lost answer to COMMIT is looked up by.
const fenceSQL = "UPDATE writer SET batch = batch + 1 WHERE community_id = $1 AND fence = $2 RETURNING batch"

func (b *postgresBackend) begin(ctx context.Context, bt *batch) error {
	pb := &pgx.Batch{}
	if err := b.queueBegin(bt, pb); err != nil {
		return err
	}
	return b.sendBatch(ctx, bt, pb, nil)
}

// queueBegin adds BEGIN and the fence to a pipeline.
func (b *postgresBackend) queueBegin(bt *batch, pb *pgx.Batch) error {
	f, err := bt.lane.db.leases.fence(bt)
	if err != nil {
		return err
	}
	bt.fence = f
	pb.Queue("BEGIN")
	pb.Queue(fenceSQL, f.community[:], f.number)
	return nil
}

// flush sends everything in one round trip, with BEGIN and the fence if no
// closure needed them earlier.
func (b *postgresBackend) flush(ctx context.Context, bt *batch, bulks []*Bulk) error {
	pb := &pgx.Batch{}
	if !bt.open {
		if err := b.queueBegin(bt, pb); err != nil {
			return err
		}
	}
	for _, bulk := range bulks {
		args := make([]any, len(bulk.Columns))
		for i := range bulk.Columns {
			args[i] = bulk.Columns[i].array()
		}
		if bt.session.trace != nil {
			bt.session.trace(b.text(bulk), args)
		}
		pb.Queue(b.text(bulk), args...)
	}
	return b.sendBatch(ctx, bt, pb, bulks)
}

// sendBatch runs a pipeline and reads its answers in order.
func (b *postgresBackend) sendBatch(ctx context.Context, bt *batch, pb *pgx.Batch, bulks []*Bulk) error {
	opened := !bt.open
	err := bt.session.conn.Raw(func(dc any) error {
		res := dc.(*stdlib.Conn).Conn().SendBatch(ctx, pb)
		return errors.Join(readBatch(bt, res, opened, bulks), res.Close())
	})
	if opened {
		bt.open = true // BEGIN went out; a ROLLBACK is due whatever came back
	}
	return err
}

func readBatch(bt *batch, res pgx.BatchResults, opened bool, bulks []*Bulk) error {
	if opened {
		if _, err := res.Exec(); err != nil {
			return err
		}
		var batch int64
		switch err := res.QueryRow().Scan(&batch); {
		case errors.Is(err, pgx.ErrNoRows):
			bt.lane.db.leases.lose(bt.fence)
			return errLeaseLost
		case err != nil:
			return err
		}
		bt.fence.batch = batch - 1
	}
	var short error
	for _, bulk := range bulks {
		tag, err := res.Exec()
		if err != nil {
			return fmt.Errorf("write %s: %w", bulk.Table, err)
		}
		if short == nil {
			short = checkShort(bulk, tag.RowsAffected())
		}
	}
	return short
}

func (b *postgresBackend) text(bulk *Bulk) string {
	key := textKey{bulk.Table, bulk.Conflict, len(bulk.Columns), 0}
	if t, ok := b.texts.Load(key); ok {
		return t.(string)
	}
	params := make([]string, len(bulk.Columns))
	for i := range bulk.Columns {
		params[i] = fmt.Sprintf("$%d::%s", i+1, bulk.Columns[i].pgType())
	}
	t := "INSERT INTO " + bulk.Table + " (" + bulk.columnNames() + ") SELECT * FROM unnest(" + strings.Join(params, ", ") + ") " + bulk.Conflict
	b.texts.Store(key, t)
	return t
}

func (b *postgresBackend) plain() *sql.DB { return b.pool }

func (b *postgresBackend) close() error { return b.pool.Close() }

// settleUnknown finds out whether a batch whose COMMIT got no answer is in: the
// writer row counts batches, and only this fence may count it on.
func (b *batch) settleUnknown(ctx context.Context, cause error) error {
	b.session.broken = true
	if b.fence == nil {
		return cause
	}
	var refused *pgconn.PgError
	if errors.As(cause, &refused) && classifyPostgres(refused) == fatal {
		return cause // the server answered: rolled back
	}
	committed, err := b.lane.db.leases.committed(ctx, b.fence)
	switch {
	case err != nil:
		return &unknownError{errors.Join(cause, err)}
	case committed:
		b.fence.batch++
		return nil
	}
	return &lostWriteError{cause}
}

// lostWriteError says that a COMMIT is known not to have happened.
type lostWriteError struct{ cause error }

func (e *lostWriteError) Error() string { return "db: commit lost: " + e.cause.Error() }
