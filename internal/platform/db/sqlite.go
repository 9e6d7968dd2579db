package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// FileName is the embedded database inside a data directory.
const FileName = "gongyi.db"

// sqliteBackend holds one connection that writes and a few that read.
type sqliteBackend struct {
	opt     Options
	lock    *dirLock
	write   *sql.DB
	read    *sql.DB
	migrate *sql.DB
	writers chan *session
	readers chan *session
	closed  chan struct{}
	args    []any       // scratch of the one writer
	lax     atomic.Bool // commits do not wait for the disk: see SyncEach

	textsMu sync.Mutex
	texts   map[textKey]string
}

func openSQLite(ctx context.Context, opt Options) (_ backend, err error) {
	b := &sqliteBackend{opt: opt, closed: make(chan struct{}), texts: make(map[textKey]string)}
	path := filepath.Join(opt.Dir, FileName)
	if opt.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
	} else {
		if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
			return nil, err
		}
		if b.lock, err = lockDir(opt.Dir); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if !opt.ReadOnly {
		if b.write, err = openFile(path, opt, false); err != nil {
			return nil, err
		}
		if b.writers, err = b.sessions(ctx, b.write, 1); err != nil {
			return nil, err
		}
	}
	if b.read, err = openFile(path, opt, true); err != nil {
		return nil, err
	}
	if b.migrate, err = openFile(path, opt, opt.ReadOnly); err != nil {
		return nil, err
	}
	b.readers, err = b.sessions(ctx, b.read, opt.Readers)
	return b, err
}

// openFile opens the file with what durability and many readers need. A reader's
// connection is opened for writing (WAL needs its shared memory) but may not write.
func openFile(path string, opt Options, readOnly bool) (*sql.DB, error) {
	q := url.Values{}
	pragma := func(s string) { q.Add("_pragma", s) }
	pragma("busy_timeout(10000)")
	pragma("journal_mode(WAL)")
	pragma("cache_size(-16384)")
	pragma("temp_store(MEMORY)")
	if opt.NoSync {
		pragma("synchronous(OFF)")
	} else {
		pragma("synchronous(FULL)")
	}
	if readOnly {
		pragma("query_only(1)")
	} else {
		pragma("wal_autocheckpoint(8192)")
		pragma("journal_size_limit(67108864)")
	}
	d, err := sql.Open("sqlite", fileURI(path)+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	return d, nil
}

// fileURI names a file to SQLite. In a URI "?" begins the settings, "#" ends the
// name and "%" an escape: unescaped, a folder called "2025#1" would be another.
func fileURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

func (b *sqliteBackend) sessions(ctx context.Context, d *sql.DB, n int) (chan *session, error) {
	pool := make(chan *session, n)
	d.SetMaxOpenConns(n)
	for range n {
		s, err := b.connect(ctx, d, pool)
		if err != nil {
			return nil, err
		}
		pool <- s
	}
	return pool, nil
}

func (b *sqliteBackend) connect(ctx context.Context, d *sql.DB, pool chan *session) (*session, error) {
	conn, err := d.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{engine: SQLite, conn: conn, stmts: make(map[string]*sql.Stmt), trace: b.opt.Trace, back: pool}
	if d == b.write && b.lax.Load() {
		if err := b.sync(ctx, s); err != nil {
			s.closeConn()
			return nil, err
		}
	}
	return s, nil
}

func (b *sqliteBackend) writer(ctx context.Context) (*session, error) { return b.take(ctx, b.writers) }
func (b *sqliteBackend) reader(ctx context.Context) (*session, error) { return b.take(ctx, b.readers) }

func (b *sqliteBackend) take(ctx context.Context, pool chan *session) (*session, error) {
	select {
	case <-b.closed: // also if a session that was out came back since
		return nil, ErrClosed
	default:
	}
	select {
	case s := <-pool:
		return b.mend(s)
	default:
	}
	select {
	case s := <-pool:
		return b.mend(s)
	case <-b.closed: // nobody brings a session back any more
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// release gives a session back; one whose state is in doubt loses its connection, and so
// does one that comes home after the rest was closed.
func (b *sqliteBackend) release(s *session, _ error) {
	if s.broken {
		s.closeConn()
	}
	s.back <- s
	select {
	case <-b.closed:
		drain(s.back)
	default:
	}
}

// mend puts a new connection in place of one that was closed. If there is none to
// be had now, out of file handles say, the next request tries again.
func (b *sqliteBackend) mend(s *session) (*session, error) {
	if !s.broken {
		return s, nil
	}
	d := b.read
	if s.back == b.writers {
		d = b.write
	}
	fresh, err := b.connect(context.Background(), d, s.back)
	if err != nil {
		s.back <- s
		return nil, err
	}
	return fresh, nil
}

func (b *sqliteBackend) begin(ctx context.Context, bt *batch) error {
	_, err := bt.session.exec(ctx, "BEGIN IMMEDIATE")
	return err
}

// flush runs multi-row inserts with "?" parameters; chunks have few sizes, so that
// few statements are compiled.
func (b *sqliteBackend) flush(ctx context.Context, bt *batch, bulks []*Bulk) error {
	if err := bt.begin(ctx); err != nil {
		return err
	}
	for _, bulk := range bulks {
		var written int64
		for from := 0; from < bulk.Len(); {
			n := chunk(bulk.Len() - from)
			b.args = b.args[:0]
			for row := from; row < from+n; row++ {
				for c := range bulk.Columns {
					b.args = append(b.args, bulk.Columns[c].value(row))
				}
			}
			count, err := bt.session.exec(ctx, b.text(bulk, n), b.args...)
			if err != nil {
				return fmt.Errorf("write %s: %w", bulk.Table, err)
			}
			written += count
			from += n
		}
		if err := checkShort(bulk, written); err != nil {
			return err
		}
	}
	return nil
}

// chunk is the largest power of two up to 64 that fits.
func chunk(left int) int {
	n := 64
	for n > left {
		n /= 2
	}
	return n
}

type textKey struct {
	table    string
	conflict string
	columns  int
	rows     int
}

// text is the INSERT for a number of rows.
func (b *sqliteBackend) text(bulk *Bulk, rows int) string {
	b.textsMu.Lock()
	defer b.textsMu.Unlock()
	key := textKey{bulk.Table, bulk.Conflict, len(bulk.Columns), rows}
	if t := b.texts[key]; t != "" {
		return t
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(bulk.Columns)), ",") + ")"
	t := "INSERT INTO " + bulk.Table + " (" + bulk.columnNames() + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(row+",", rows), ",") + " " + bulk.Conflict
	b.texts[key] = t
	return t
}

// plain is a handle of its own for migrations.
func (b *sqliteBackend) plain() *sql.DB { return b.migrate }

func (b *sqliteBackend) close() error {
	close(b.closed)
	var errs []error
	for _, part := range []struct {
		db   *sql.DB
		pool chan *session
	}{{b.read, b.readers}, {b.write, b.writers}, {b.migrate, nil}} {
		if part.db == nil {
			continue
		}
		drain(part.pool)
		errs = append(errs, part.db.Close())
	}
	if b.lock != nil {
		errs = append(errs, b.lock.release())
	}
	return errors.Join(errs...)
}

// drain closes the sessions that are home; one that is out closes with its DB.
func drain(pool chan *session) {
	for {
		select {
		case s := <-pool:
			s.closeConn()
		default:
			return
		}
	}
}
