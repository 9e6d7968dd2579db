package db

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
)

// Sizes tells how many bytes each table takes on disk, its indexes included. On
// SQLite the WAL is written back first.
func (d *DB) Sizes(ctx context.Context, schemas []Schema) (map[string]int64, error) {
	s, err := d.backend.writer(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { d.backend.release(s, err) }()
	sizes := make(map[string]int64)
	if d.engine == SQLite {
		var busy, log, done int
		if err := s.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
			return nil, err
		}
		rows, err := s.conn.QueryContext(ctx, "SELECT m.tbl_name, sum(b.pgsize) FROM dbstat b JOIN sqlite_schema m ON m.name = b.name WHERE b.aggregate = 1 GROUP BY m.tbl_name")
		if err != nil {
			return nil, err
		}
		return sizes, scanSizes(rows, sizes)
	}
	for _, t := range tables(schemas) {
		var n int64
		if err := s.conn.QueryRowContext(ctx, "SELECT pg_total_relation_size('"+t.Name+"')").Scan(&n); err != nil {
			return nil, err
		}
		sizes[t.Name] = n
	}
	return sizes, nil
}

func scanSizes(rows *sql.Rows, sizes map[string]int64) error {
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return err
		}
		sizes[name] = n
	}
	return rows.Err()
}

// TreeSize is the size of all files below a directory.
func TreeSize(dir string) (sum int64) {
	_ = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}
