package db

import (
	"context"
	"errors"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gongyi/internal/kernel/id"
)

// IsPassing reports whether an error passes by itself: a connection that was
// lost, a server that comes up. What reads may try again.
func IsPassing(err error) bool { return classify(err) == retryable }

// mostDamage bounds how many places CheckFile names.
const mostDamage = 50

// CheckFile asks the engine whether its own file is whole: that every page can be
// read, that rows stand where indexes say. What the rows mean is for others to
// check. PostgreSQL looks after its files itself; there nothing is asked.
func (d *DB) CheckFile(ctx context.Context) (damage []string, err error) {
	if d.engine != SQLite {
		return nil, nil
	}
	var found []string
	err = d.View(ctx, id.Tilde, func(r Reader) error {
		return All(ctx, r, &found, "PRAGMA integrity_check(50)")
	})
	switch {
	case err != nil && isDamage(err):
		return []string{err.Error()}, nil
	case err != nil:
		return nil, err
	case len(found) == 1 && found[0] == "ok":
		return nil, nil
	}
	return found[:min(len(found), mostDamage)], nil
}

// isDamage tells an error of the engine about its file.
func isDamage(err error) bool {
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return false
	}
	code := lite.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB || code == sqlite3.SQLITE_IOERR
}
