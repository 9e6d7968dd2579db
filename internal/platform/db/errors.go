package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gongyi/internal/kernel/fault"
)

// class says what a database error means for the work that met it.
type class uint8

const (
	fatal     class = iota // this statement is wrong; running it again is too
	retryable              // nothing was written; running it again may succeed
	unknown                // it may have been committed
	diskFull               // nothing was written; there is no room
	duplicate              // a unique key exists already
)

// classify maps an error of either engine, also through Citus: there the
// constraint's name is missing or carries a shard's number, and a violation inside
// COPY arrives as XX000 with the truth in its text (docs/adr/0003, rule 7).
func classify(err error) class {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	var lost *unknownError
	switch {
	case err == nil:
		return fatal
	case errors.As(err, &lost):
		return unknown
	case errors.Is(err, errLeaseLost), errors.As(err, new(*lostWriteError)):
		return retryable
	case errors.As(err, &pg):
		return classifyPostgres(pg)
	case errors.As(err, &lite):
		return classifySQLite(lite.Code())
	case errors.Is(err, syscall.ENOSPC):
		return diskFull
	case fault.Of(err) != nil, errors.Is(err, context.Canceled):
		return fatal
	case connectionLost(err):
		return retryable
	}
	return fatal
}

func classifyPostgres(e *pgconn.PgError) class {
	switch e.Code {
	case "40001", "40P01": // serialisation failure, deadlock
		return retryable
	case "55P03", "57014": // lock not available, statement cancelled
		return retryable
	case "57P01", "57P02", "57P03": // the server is going down or coming up
		return retryable
	case "53100":
		return diskFull
	case "53200", "53300": // out of memory, too many connections
		return retryable
	case "23505":
		return duplicate
	case "25006": // read-only: a failover is under way
		return retryable
	}
	if strings.HasPrefix(e.Code, "08") {
		return retryable
	}
	if e.Code == "XX000" || e.Code == "58000" {
		return classifyCitusText(e.Message + " " + e.Detail)
	}
	return fatal
}

// classifyCitusText reads what a Citus coordinator forwards from its workers.
func classifyCitusText(text string) class {
	switch {
	case strings.Contains(text, "duplicate key value violates unique constraint"):
		return duplicate
	case strings.Contains(text, "connection to the remote node"),
		strings.Contains(text, "terminating connection"),
		strings.Contains(text, "server closed the connection"),
		strings.Contains(text, "could not establish any connections"):
		return retryable
	case strings.Contains(text, "No space left on device"):
		return diskFull
	}
	return fatal
}

func classifySQLite(code int) class {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return diskFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return retryable
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM: // out of file handles, out of memory
		return retryable
	case sqlite3.SQLITE_IOERR: // writing past a limit or a full disk under the WAL
		if code == sqlite3.SQLITE_IOERR_WRITE || code == sqlite3.SQLITE_IOERR_FSYNC || code == sqlite3.SQLITE_IOERR_TRUNCATE || code == sqlite3.SQLITE_IOERR_SHMSIZE {
			return diskFull
		}
		return fatal
	case sqlite3.SQLITE_CONSTRAINT:
		if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			return duplicate
		}
	}
	return fatal
}

func connectionLost(err error) bool {
	var network net.Error
	var dial *pgconn.ConnectError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || errors.As(err, &network) || errors.As(err, &dial) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool")
}

// IsDuplicate reports whether err says that a unique key exists already. Inside
// an Update prefer ON CONFLICT: no closure goes on after an SQL error.
func IsDuplicate(err error) bool { return classify(err) == duplicate }
