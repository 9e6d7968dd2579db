package db_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// pg is what a PostgreSQL or Citus server answers; texts are those that were
// seen on Citus 13.2 (docs/adr/0003, rule 7).
func pg(code, message string) error {
	return &pgconn.PgError{Severity: "ERROR", Code: code, Message: message}
}

func TestWhatAnErrorMeans(t *testing.T) {
	const dup = "duplicate key value violates unique constraint "
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"unique key", pg("23505", dup+`"pad_pkey"`), "duplicate"},
		{"unique key of a shard", pg("23505", dup+`"pad_pkey_102075"`), "duplicate"},
		{"unique key without a name", pg("23505", ""), "duplicate"},
		{"unique key inside COPY", pg("XX000", dup+`"pad_pkey_102075"`), "duplicate"},
		{"unique key in the detail", &pgconn.PgError{Code: "XX000", Message: "failure on a worker", Detail: dup + `"pad_pkey_102075"`}, "duplicate"},
		{"a worker is gone", pg("08006", "connection to the remote node worker-1:5432 failed"), "retryable"},
		{"a worker is gone, named XX000", pg("XX000", "connection to the remote node worker-1:5432 failed with the following error: server closed the connection unexpectedly"), "retryable"},
		{"no worker answers", pg("XX000", "could not establish any connections to the node worker-1:5432 after 5000 ms"), "retryable"},
		{"the server goes down", pg("57P01", "terminating connection due to administrator command"), "retryable"},
		{"a worker goes down", pg("XX000", "terminating connection due to administrator command"), "retryable"},
		{"the server starts", pg("57P03", "the database system is starting up"), "retryable"},
		{"serialisation", pg("40001", "could not serialize access due to concurrent update"), "retryable"},
		{"deadlock across workers", pg("40P01", "canceling the transaction since it was involved in a distributed deadlock"), "retryable"},
		{"too many connections", pg("53300", "sorry, too many clients already"), "retryable"},
		{"failover", pg("25006", "cannot execute UPDATE in a read-only transaction"), "retryable"},
		{"disk full", pg("53100", `could not extend file "base/16384/16402": No space left on device`), "disk full"},
		{"disk full on a worker", pg("58000", "could not write to file: No space left on device"), "disk full"},
		{"syntax", pg("42601", `syntax error at or near "SELEC"`), "fatal"},
		{"check", pg("23514", "new row violates check constraint"), "fatal"},
		{"a bug of the server", pg("XX000", "cache lookup failed for relation 16402"), "fatal"},
		{"a query Citus refuses", pg("0A000", "complex joins are only supported when all distributed tables are co-located and joined on their distribution columns"), "fatal"},
		{"dialling", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "retryable"},
		{"cut off", fmt.Errorf("write pad: %w", io.ErrUnexpectedEOF), "retryable"},
		{"thrown away", driver.ErrBadConn, "retryable"},
		{"the machine's disk", fmt.Errorf("wal: %w", syscall.ENOSPC), "disk full"},
		{"a refusal", fault.New(fault.Conflict, "test.no"), "fatal"},
		{"nobody waits", context.Canceled, "fatal"},
		{"anything else", errors.New("odd"), "fatal"},
	} {
		for _, err := range []error{c.err, fmt.Errorf("db: write pad: %w", c.err)} {
			if got := db.Classify(err); got != c.want {
				t.Errorf("%s: %v is %s, want %s", c.name, err, got, c.want)
			}
		}
	}
}

// A duplicate is told by both engines in their own way.
func TestEnginesTellADuplicate(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		ctx := context.Background()
		insert := func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO pad (community_id, k, v) VALUES (?, ?, ?)", tx.Community[:], "a", 1)
			return err
		}
		if err := env.Update(ctx, home, db.System, insert); err != nil {
			t.Fatal(err)
		}
		err := env.Update(ctx, home, db.System, insert)
		if !db.IsDuplicate(err) {
			t.Errorf("the second insert: %v, which is %s", err, db.Classify(err))
		}
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO pad (community_id, k, v) VALUES (?, ?, ?)", tx.Community[:], "b", nil)
			return err
		}); err == nil || db.IsDuplicate(err) {
			t.Errorf("a missing value: %v, which is %s", err, db.Classify(err))
		}
	})
}

// A file that may not grow is what a full disk looks like to SQLite; the request
// gets a refusal that says when to try again, and the books stay readable.
func TestAFullDiskIsARefusal(t *testing.T) {
	env := dbtest.SQLite(t, schemas)
	ctx := context.Background()
	if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "PRAGMA max_page_count = 1") // SQLite takes the present size
		return err
	}); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 1<<20)
	err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, big, 1) })
	if f := fault.Of(err); !errors.Is(err, db.ErrDiskFull) || f == nil || f.Retry <= 0 {
		t.Errorf("got %v, want disk full with a time", err)
	}
	if got := keys(t, env.DB, home); got != "" {
		t.Errorf("%d bytes were stored", len(got))
	}
	// The connection was replaced, and with it the limit: as if room had been made.
	if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, "a", 1) }); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
