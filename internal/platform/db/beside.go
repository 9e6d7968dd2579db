package db

import (
	"context"
	"database/sql"
	"net/url"

	"github.com/jackc/pgx/v5/pgxpool"
)

// OpenBeside opens an embedded database of its own, for a part whose tables must
// not share the writer of the books (the job store). A commit does not wait for
// the disk: a power cut may take the latest ones, never the file.
func OpenBeside(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "journal_size_limit(16777216)"}}
	// Times are compared as text: one that is bound with a zone would be hours off.
	q.Set("_timezone", "UTC")
	d, err := sql.Open("sqlite", fileURI(path)+"?"+q.Encode())
	if err == nil {
		d.SetMaxOpenConns(1)
	}
	return d, err
}

// PoolBeside opens connections of their own to the same PostgreSQL database, for
// the same purpose; name is what the server shows.
func (d *DB) PoolBeside(ctx context.Context, name string, size int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(d.opt.URL)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = size
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = name
	return pgxpool.NewWithConfig(ctx, cfg)
}
