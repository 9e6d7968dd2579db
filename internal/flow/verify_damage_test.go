package flow_test

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/i18n"
)

// lived is a data directory in which a town has lived; tests damage copies of it.
var lived struct {
	once sync.Once
	file []byte
	home id.ID
}

func livedTown(t *testing.T) ([]byte, id.ID) {
	t.Helper()
	lived.once.Do(func() {
		dir := t.TempDir()
		env := dbtest.SQLite(t, flow.Schemas, func(o *db.Options) { o.Dir = dir; o.Rehearse = false })
		w := settled(t, env)
		w.live(7, 1200)
		follower := w.Follower()
		for _, name := range ledger.Followers {
			for n := 1; n > 0; {
				var err error
				n, err = follower.Step(ctx, w.home, name, 1000)
				w.must(err)
			}
		}
		if r := w.verify(); !r.Whole() {
			t.Fatalf("damaged from the start: %+v", r.Findings)
		}
		w.must(env.Close())
		var err error
		lived.file, err = os.ReadFile(filepath.Join(dir, db.FileName))
		w.must(err)
		lived.home = w.home
	})
	if lived.file == nil {
		t.Fatal("the town did not live")
	}
	return lived.file, lived.home
}

// damage is a way to spoil the books, and what verify must say about it.
type damage struct {
	name string
	do   func(t *testing.T, d *wreck)
	want []string // codes, "@entry" added where the entry is known
	most int      // findings; one wrong number is not reported a hundred times
}

// wreck is a data directory that is being spoilt.
type wreck struct {
	t    *testing.T
	raw  *sql.DB
	home id.ID
	note string // the entry or account that was hit
}

func (d *wreck) exec(query string, args ...any) {
	d.t.Helper()
	res, err := d.raw.Exec(query, args...)
	if err != nil {
		d.t.Fatal(err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		d.t.Fatalf("changed nothing: %s", query)
	}
}

func (d *wreck) one(query string, args ...any) (v int64) {
	d.t.Helper()
	if err := d.raw.QueryRow(query, args...).Scan(&v); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return v
}

// sealed is an entry of a kind whose subject was not erased, after a number.
func (d *wreck) sealed(kind ledger.Kind, after int64) int64 {
	d.t.Helper()
	rows, err := d.raw.Query("SELECT seq, body FROM ledger_entry WHERE kind = ? AND seq > ? ORDER BY seq", int64(kind), after)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var body []byte
		if err := rows.Scan(&seq, &body); err != nil {
			d.t.Fatal(err)
		}
		subject := []byte{}
		if body[1] == 1 {
			subject = body[2:18]
		}
		var known int
		if err := d.raw.QueryRow("SELECT count(*) FROM ledger_secret WHERE community_id = ? AND subject_id = ? AND length(secret) = 16", d.home[:], subject).Scan(&known); err != nil {
			d.t.Fatal(err)
		}
		if known == 1 {
			d.note = fmt.Sprintf("@%d", seq)
			return seq
		}
	}
	d.t.Fatalf("no sealed entry of kind %s", kind)
	return 0
}

// erased is an entry whose subject was erased.
func (d *wreck) erased() int64 {
	d.t.Helper()
	seq := d.one(`SELECT max(seq) FROM ledger_entry WHERE kind = 1 AND seq < 256 AND substr(body, 3, 16) IN (SELECT subject_id FROM ledger_secret WHERE length(secret) = 0)`)
	d.note = fmt.Sprintf("@%d", seq)
	return seq
}

// body changes an entry's body.
func (d *wreck) body(seq int64, edit func(b []byte) []byte) {
	d.t.Helper()
	var b []byte
	if err := d.raw.QueryRow("SELECT body FROM ledger_entry WHERE seq = ? AND community_id = ?", seq, d.home[:]).Scan(&b); err != nil {
		d.t.Fatal(err)
	}
	d.exec("UPDATE ledger_entry SET body = ? WHERE seq = ? AND community_id = ?", edit(b), seq, d.home[:])
}

// places finds, in a body, where the first touch's balance and the first leg's
// amount begin.
func places(b []byte) (balance, amount int) {
	at := 2
	if b[1] == 1 {
		at = 18
	}
	number := func() uint64 {
		v, n := binary.Uvarint(b[at:])
		at += n
		return v
	}
	for i := range number() {
		number()
		number()
		if i == 0 {
			balance = at
		}
		number()
	}
	number()
	return balance, at + 4
}

// onCopy damages a copy of the town and verifies it as a command would: read-only.
func onCopy(t *testing.T, spoil func(d *wreck)) flow.Report {
	t.Helper()
	file, home := livedTown(t)
	dir := t.TempDir()
	path := filepath.Join(dir, db.FileName)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	spoil(&wreck{t: t, raw: raw, home: home})
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	return verifyDir(t, dir, home)
}

func verifyDir(t *testing.T, dir string, home id.ID) flow.Report {
	t.Helper()
	d, err := db.Open(ctx, db.Options{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f := flow.New(d)
	report, err := f.Verify(ctx, home, flow.VerifyOptions{Most: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	file, err := f.VerifyFile(ctx)
	if err != nil {
		t.Fatal(err)
	}
	report.Findings, report.Total = append(report.Findings, file...), report.Total+len(file)
	return report
}

// inWords checks that findings can be told to people, in both languages.
func inWords(t *testing.T, r flow.Report) {
	t.Helper()
	for _, f := range r.Findings {
		if !slices.ContainsFunc(flow.Findings, func(known *fault.Fault) bool { return known.Code == f.Code }) {
			t.Errorf("%s is in no list", f.Code)
		}
		for _, lang := range i18n.Langs {
			if said, ok := i18n.Refusal(i18n.With(ctx, lang), f.Fault()); !ok || strings.ContainsAny(said, "{}") {
				t.Errorf("%s in %s: %q", f.Code, lang, said)
			}
		}
	}
}

// codes are what was found, with and without the entry.
func codes(r flow.Report) map[string]bool {
	got := make(map[string]bool)
	for _, f := range r.Findings {
		code := strings.TrimPrefix(f.Code, "verify.")
		got[code] = true
		if f.Entry >= 0 {
			got[fmt.Sprintf("%s@%d", code, f.Entry)] = true
		}
	}
	return got
}

func TestVerifyNamesEveryDamage(t *testing.T) {
	if testing.Short() {
		t.Skip("it shares no memory, and is long under the race detector")
	}
	livedTown(t)
	for _, c := range slicesOf(damagedEntries, damagedRecords, damagedDerived) {
		t.Run(c.name, func(t *testing.T) {
			var note string
			r := onCopy(t, func(d *wreck) { c.do(t, d); note = d.note })
			got := codes(r)
			inWords(t, r)
			for _, want := range c.want {
				if want = strings.ReplaceAll(want, "@!", note); !got[want] {
					t.Errorf("%s was not found", want)
				}
			}
			if r.Total > c.most {
				t.Errorf("%d findings, want at most %d", r.Total, c.most)
			}
			if t.Failed() {
				for _, f := range r.Findings[:min(len(r.Findings), 8)] {
					t.Logf("%+v", f)
				}
			}
		})
	}
}

func slicesOf(lists ...[]damage) (all []damage) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
