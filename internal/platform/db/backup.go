package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gongyi/internal/kernel/fault"
)

// Refusals of a backup and of a restore, in the order in which they are checked.
var (
	ErrFileExists  = fault.New(fault.Conflict, "db.file_exists")
	ErrNotABackup  = fault.New(fault.Invalid, "db.not_a_backup")
	ErrNotEmpty    = fault.New(fault.Conflict, "db.not_empty")
	ErrBackupNewer = fault.New(fault.Conflict, "db.backup_newer")
)

// Backup writes one consistent state of the database into a file, while others
// go on writing. A backup is an embedded database whatever the engine, so that
// any engine restores it; it holds no keys (docs/operations.md).
func (d *DB) Backup(ctx context.Context, schemas []Schema, file string) (err error) {
	defer fault.Wrap(&err, "db: backup to %s", file)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(ErrFileExists.With("file", file), err)
	}
	part := file + ".part"
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	defer os.Remove(part)
	os.Remove(part)
	if d.engine == SQLite {
		err = d.vacuumInto(ctx, part)
	} else {
		err = d.dumpInto(ctx, schemas, part)
	}
	if err != nil {
		return err
	}
	return settleFile(part, file)
}

// settleFile makes a finished file durable under its name.
func settleFile(part, file string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (d *DB) vacuumInto(ctx context.Context, part string) error {
	from, err := openFile(filepath.Join(d.opt.Dir, FileName), d.opt, false)
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = from.ExecContext(ctx, "VACUUM INTO ?", part)
	return err
}

// dumpInto copies every table of one snapshot into a fresh embedded database.
func (d *DB) dumpInto(ctx context.Context, schemas []Schema, part string) error {
	to, err := freshFile(ctx, schemas, part)
	if err != nil {
		return err
	}
	defer to.Close()
	return d.View(ctx, [16]byte{}, func(r Reader) error {
		for _, t := range tables(schemas) {
			if err := copyRows(ctx, r, t.Name, to); err != nil {
				return err
			}
		}
		return nil
	})
}

// freshFile is a migrated, empty embedded database in one file without a WAL.
func freshFile(ctx context.Context, schemas []Schema, path string) (*sql.DB, error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), "backup-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	empty, err := Open(ctx, Options{Dir: dir, NoSync: true})
	if err != nil {
		return nil, err
	}
	_, err = empty.Migrate(ctx, schemas)
	err = errors.Join(err, empty.vacuumInto(ctx, path), empty.Close())
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", fileURI(path)+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
}

// copyRows copies a table into the embedded database, many rows a transaction.
func copyRows(ctx context.Context, r Reader, table string, to *sql.DB) (err error) {
	// Past the tracer: a backup is the one reader of all communities at once.
	rows, err := r.(*session).conn.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	tx, err := to.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	put, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.TrimSuffix(strings.Repeat("?,", len(names)), ",")+")")
	if err != nil {
		return err
	}
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if _, err := put.ExecContext(ctx, values...); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return errors.Join(rows.Err(), put.Close(), tx.Commit())
}

// CheckBackup opens a backup and tells whether this program can restore it.
func CheckBackup(ctx context.Context, schemas []Schema, file string) (version int64, err error) {
	defer fault.Wrap(&err, "db: check backup %s", file)
	if _, err := os.Stat(file); err != nil {
		return 0, err
	}
	b, err := sql.Open("sqlite", fileURI(file)+"?mode=ro&_pragma=query_only(1)")
	if err != nil {
		return 0, err
	}
	defer b.Close()
	var verdict string
	if err := b.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
		return 0, errors.Join(ErrNotABackup.With("detail", verdict), err)
	}
	if err := b.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version); err != nil {
		return 0, errors.Join(ErrNotABackup, err)
	}
	return version, nil
}

// RestoreFile puts a backup into a data directory that has no database yet.
func RestoreFile(ctx context.Context, schemas []Schema, file, dir string) (err error) {
	defer fault.Wrap(&err, "db: restore %s", file)
	if _, err := CheckBackup(ctx, schemas, file); err != nil {
		return err
	}
	to := filepath.Join(dir, FileName)
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(ErrNotEmpty.With("directory", dir), err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return err
	}
	defer lock.release()
	b, err := sql.Open("sqlite", fileURI(file)+"?mode=ro")
	if err != nil {
		return err
	}
	defer b.Close()
	part := to + ".part"
	os.Remove(part)
	defer os.Remove(part)
	if _, err := b.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	return settleFile(part, to)
}

// RestoreRows copies a backup of the program's own schema version into this
// empty, migrated database: how a community moves to PostgreSQL.
func (d *DB) RestoreRows(ctx context.Context, schemas []Schema, file string) (err error) {
	defer fault.Wrap(&err, "db: restore %s", file)
	have, err := CheckBackup(ctx, schemas, file)
	if err != nil {
		return err
	}
	if _, want, err := d.Versions(ctx, schemas); err != nil || have != want {
		return errors.Join(ErrBackupNewer.With("have", have).With("want", want), err)
	}
	b, err := sql.Open("sqlite", fileURI(file)+"?mode=ro&_pragma=query_only(1)")
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := d.backend.writer(ctx)
	if err != nil {
		return err
	}
	defer func() { d.backend.release(s, err) }()
	if _, err := s.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	for _, t := range tables(schemas) {
		if err := restoreTable(ctx, b, t.Name, s); err != nil {
			s.broken = true
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	_, err = s.exec(ctx, "COMMIT")
	return err
}

// restoreTable copies one table. The lease table starts afresh: its owners are
// long gone.
func restoreTable(ctx context.Context, from *sql.DB, table string, to *session) error {
	if table == "writer" {
		return nil
	}
	rows, err := from.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	var held int
	if err := to.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&held); err != nil || held > 0 {
		return errors.Join(ErrNotEmpty.With("table", table), err)
	}
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	return batches(ctx, rows, values, into, func(flat []any, n int) error {
		row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(names)), ",") + ")"
		_, err := to.exec(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES "+strings.TrimSuffix(strings.Repeat(row+",", n), ","), flat...)
		return err
	})
}

// batches hands rows on, up to 256 at a time.
func batches(ctx context.Context, rows *sql.Rows, values, into []any, put func(flat []any, n int) error) error {
	var flat []any
	n := 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range values {
			if b, ok := values[i].([]byte); ok {
				values[i] = append([]byte{}, b...)
			}
		}
		flat = append(flat, values...)
		if n++; n == 256 {
			if err := put(flat, n); err != nil {
				return err
			}
			flat, n = flat[:0], 0
		}
	}
	if n > 0 {
		if err := put(flat, n); err != nil {
			return err
		}
	}
	return rows.Err()
}
