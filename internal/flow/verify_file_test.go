package flow_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// covered are the tables whose content verify answers for.
var covered = []string{"ledger_entry", "ledger_account", "ledger_balance", "ledger_mark", "ledger_node", "ledger_head", "ledger_leg", "ledger_flow",
	"ledger_turnover", "ledger_buyer", "ledger_party", "settlement_cap", "settlement_refund", "promotion_voucher_event", "promotion_claim_use"}

// TestVerifyFindsFlippedBytes: a byte of the database's file that is not what it
// was is found, wherever it is: in a row, in an index, in the structure between.
// Only where nothing of the content changed may verify say nothing.
func TestVerifyFindsFlippedBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("it shares no memory, and is long under the race detector")
	}
	file, home := livedTown(t)
	pages := pagesOf(t, file)
	rng := rand.New(rand.NewPCG(3, 4))
	whole := content(t, file, home)
	found, harmless := 0, 0
	for i := range 120 {
		at := pages[rng.IntN(len(pages))] + rng.IntN(4096)
		spoilt := slices.Clone(file)
		spoilt[at] ^= 1 << rng.IntN(8)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, db.FileName), spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		r := verifySpoilt(t, dir, home)
		switch {
		case r.Total > 0:
			found++
		case content(t, spoilt, home) == whole:
			harmless++
		default:
			t.Errorf("flip %d: byte %d of page %d: the content has changed and nothing was found: %s", i, at%4096, at/4096+1, firstDifference(whole, content(t, spoilt, home)))
		}
	}
	t.Logf("%d flips were found, %d changed nothing", found, harmless)
	if found < 60 {
		t.Errorf("only %d flips were found", found)
	}
}

// verifySpoilt verifies a file that may not even open.
func verifySpoilt(t *testing.T, dir string, home [16]byte) (r flow.Report) {
	t.Helper()
	d, err := db.Open(ctx, db.Options{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatalf("the file does not open: %v", err)
	}
	defer d.Close()
	f := flow.New(d)
	if r, err = f.Verify(ctx, home, flow.VerifyOptions{}); err != nil {
		t.Errorf("an error instead of a finding: %v", err)
	}
	more, err := f.VerifyFile(ctx)
	if err != nil {
		t.Errorf("an error instead of a finding: %v", err)
	}
	r.Total += len(more)
	return r
}

// pagesOf are the places of the pages that hold covered tables and their indexes.
func pagesOf(t *testing.T, file []byte) (at []int) {
	t.Helper()
	raw := openBytes(t, file)
	defer raw.Close()
	for _, table := range covered {
		rows, err := raw.Query("SELECT pageno FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)", table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			at = append(at, (n-1)*4096)
		}
		rows.Close()
	}
	return at
}

// content is everything of a community that can be read from the covered tables and that verify
// answers for: of the entries of erased persons only the leaves, as nobody can
// make their texts any more.
func content(t *testing.T, file []byte, home id.ID) string {
	t.Helper()
	raw := openBytes(t, file)
	defer raw.Close()
	var all []byte
	for _, table := range covered {
		query := "SELECT * FROM " + table
		if table == "ledger_entry" {
			const erased = "substr(body, 3, 16) IN (SELECT subject_id FROM ledger_secret WHERE length(secret) = 0)"
			query = "SELECT community_id, seq, leaf, CASE WHEN " + erased + " THEN '' ELSE hex(body) || hex(content) || idem_key || kind || ' ' || posted_at || ' ' || booked_on END FROM ledger_entry"
		}
		rows, err := raw.Query(query+" WHERE community_id = ?", home[:])
		if err != nil {
			return err.Error()
		}
		columns, _ := rows.Columns()
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return err.Error()
			}
			all = fmt.Appendf(all, "%s %x\n", table, values)
		}
		if err := rows.Close(); err != nil {
			return err.Error()
		}
	}
	return string(all)
}

func openBytes(t *testing.T, file []byte) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "\n" + x[i] + "\n" + y[i]
		}
	}
	return "length"
}
