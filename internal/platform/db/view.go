package db

import (
	"context"
	"database/sql"

	"github.com/georgysavva/scany/v2/dbscan"
	"github.com/georgysavva/scany/v2/sqlscan"

	"gongyi/internal/kernel/id"
)

// View runs fn on one consistent state of the database, the latest that is
// committed. It never waits for a writer. community says whose data is read: on
// many machines it chooses the machine.
func (d *DB) View(ctx context.Context, community id.ID, fn func(r Reader) error) (err error) {
	s, err := d.backend.reader(ctx)
	if err != nil {
		return d.orClosed(err)
	}
	defer func() { d.backend.release(s, err) }()
	if _, err = s.exec(ctx, beginRead[s.engine]); err != nil {
		s.broken = true
		return err
	}
	err = fn(s)
	if _, e := s.exec(context.WithoutCancel(ctx), "ROLLBACK"); e != nil {
		s.broken = true
	}
	return err
}

// orClosed is the plainer cause of an error after Close.
func (d *DB) orClosed(err error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return ErrClosed
	}
	return err
}

var beginRead = map[Engine]string{SQLite: "BEGIN", Postgres: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}

var scanner = newScanner()

func newScanner() *sqlscan.API {
	d, err := dbscan.NewAPI(dbscan.WithAllowUnknownColumns(false), dbscan.WithStructTagKey("db"))
	if err != nil {
		panic(err) // the options are constants
	}
	api, err := sqlscan.NewAPI(d)
	if err != nil {
		panic(err)
	}
	return api
}

// One reads exactly one row into dst, a struct with db tags or a plain value.
// Without a row it returns sql.ErrNoRows.
func One(ctx context.Context, r Reader, dst any, query string, args ...any) error {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	err = scanner.ScanOne(dst, rows)
	if sqlscan.NotFound(err) {
		return sql.ErrNoRows
	}
	return err
}

// All reads every row into dst, a slice of structs with db tags or plain values.
func All(ctx context.Context, r Reader, dst any, query string, args ...any) error {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return scanner.ScanAll(dst, rows)
}

// Each calls fn for every row; fn scans it. It is for long results.
func Each(ctx context.Context, r Reader, fn func(rows *sql.Rows) error, query string, args ...any) error {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
