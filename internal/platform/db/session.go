package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
)

// backend is what differs between the engines.
type backend interface {
	writer(ctx context.Context) (*session, error)
	reader(ctx context.Context) (*session, error)
	release(s *session, err error)
	begin(ctx context.Context, b *batch) error
	flush(ctx context.Context, b *batch, bulks []*Bulk) error
	plain() *sql.DB // for migrations
	close() error
}

// session is one connection with its prepared statements.
type session struct {
	engine Engine
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt // SQLite; pgx keeps its own
	trace  func(query string, args []any)
	broken bool
	back   chan *session // where it returns to
}

// Engine implements Reader.
func (s *session) Engine() Engine { return s.engine }

// Query implements Reader for View.
func (s *session) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.query(ctx, query, args...)
}

func (s *session) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s.trace != nil {
		s.trace(query, args)
	}
	if s.engine == Postgres {
		return s.conn.QueryContext(ctx, rebind(query), args...)
	}
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *session) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if s.trace != nil {
		s.trace(query, args)
	}
	var res sql.Result
	var err error
	if s.engine == Postgres {
		res, err = s.conn.ExecContext(ctx, rebind(query), args...)
	} else {
		var stmt *sql.Stmt
		if stmt, err = s.prepared(ctx, query); err == nil {
			res, err = stmt.ExecContext(ctx, args...)
		}
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// prepared compiles a statement once; the texts are those of the program, so
// their number is bounded.
func (s *session) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := s.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = stmt
	return stmt, nil
}

func (s *session) closeConn() {
	for _, stmt := range s.stmts {
		stmt.Close()
	}
	if s.broken { // Close alone would hand the same connection to whoever connects next
		_ = s.conn.Raw(func(any) error { return errBadConn })
	}
	s.conn.Close()
}

var rebound sync.Map // query with "?" → with "$1"

// rebind writes "$1", "$2" … for "?" outside of quotes.
func rebind(query string) string {
	if q, ok := rebound.Load(query); ok {
		return q.(string)
	}
	var b strings.Builder
	quoted, n := false, 0
	for i := range len(query) {
		switch c := query[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteString("$" + strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	rebound.Store(query, b.String())
	return b.String()
}
