package flow_test

import (
	"fmt"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// verify is the whole report.
func (w *town) verify() flow.Report {
	w.t.Helper()
	report, err := w.Verify(ctx, w.home, flow.VerifyOptions{})
	w.must(err)
	return report
}

// TestVerifyFindsNothingInHonestBooks: whatever happens to a town, its books are
// whole, before and after derived tables follow.
func TestVerifyFindsNothingInHonestBooks(t *testing.T) {
	inTown(t, func(w *town) {
		w.live(uint64(w.home[8]), 500)
		for _, f := range w.verify().Findings {
			t.Errorf("%+v", f)
		}
		follower := w.Follower()
		for _, name := range ledger.Followers {
			for n := 1; n > 0; {
				var err error
				n, err = follower.Step(ctx, w.home, name, 100)
				w.must(err)
			}
		}
		report := w.verify()
		for _, f := range report.Findings {
			t.Errorf("with derived tables: %+v", f)
		}
		if report.Purchases < 100 || report.Refunds < 10 || report.Erased < 10 || report.Entries < 250 || report.Outstanding <= 0 {
			t.Errorf("not much of a life: %d purchases, %d refunds, %d erased of %d entries", report.Purchases, report.Refunds, report.Erased, report.Entries)
		}
		for _, name := range ledger.Followers {
			if report.Followed[name] != report.Entries {
				t.Errorf("%s was compared up to %d of %d", name, report.Followed[name], report.Entries)
			}
		}
		log, err := w.Ledger.Log(ctx, w.home)
		w.must(err)
		if _, root := log.Head(); root != report.Root {
			t.Errorf("verified root %x, the log's is %x", report.Root, root)
		}
		if empty, err := w.Verify(ctx, w.away, flow.VerifyOptions{}); err != nil || !empty.Whole() {
			t.Errorf("a community where nothing happened: %+v (%v)", empty.Findings, err)
		}
	})
}

// TestVerifyBesideAWriter: a second program verifies, read-only, while the till
// is busy; it sees one moment of the books and finds them whole.
func TestVerifyBesideAWriter(t *testing.T) {
	inTown(t, func(w *town) {
		opt := w.env.Options
		opt.ReadOnly = true
		beside, err := db.Open(ctx, opt)
		w.must(err)
		defer beside.Close()
		auditor := flow.New(beside)
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := w.buy(fmt.Sprint("p", i), "ben", "bakery", 10_00); err != nil {
					t.Error(err)
				}
			}
		}()
		var sizes []int64
		for range 8 {
			r, err := auditor.Verify(ctx, w.home, flow.VerifyOptions{})
			w.must(err)
			for _, f := range r.Findings {
				t.Errorf("after %d entries: %+v", r.Entries, f)
			}
			sizes = append(sizes, r.Entries)
		}
		close(stop)
		<-stopped
		if sizes[0] == sizes[len(sizes)-1] {
			t.Errorf("nothing was settled meanwhile: %v", sizes)
		}
	})
}

// TestVerifyOnBothEngines: what was damaged is found wherever it is stored.
func TestVerifyOnBothEngines(t *testing.T) {
	inTown(t, func(w *town) {
		for i := range 5 {
			_, err := w.buy(fmt.Sprint("p", i), "ben", "bakery", 10_00)
			w.must(err)
		}
		for statement, want := range map[string]string{
			"UPDATE ledger_balance SET balance = balance + 1 WHERE community_id = ? AND no = 1":    "verify.balance_differs",
			"UPDATE ledger_entry SET leaf = content WHERE community_id = ? AND seq = 2":            "verify.leaf_differs",
			"UPDATE settlement_cap SET used = used + 1 WHERE community_id = ?":                     "verify.cap_differs",
			"DELETE FROM ledger_head WHERE community_id = ?":                                       "verify.log_size_differs",
			"UPDATE ledger_entry SET booked_on = booked_on + 1 WHERE community_id = ? AND seq = 3": "verify.booked_differs",
			"UPDATE policy_version SET reason = 'another' WHERE community_id = ?":                  "verify.policy_differs",
		} {
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, statement, w.home[:]); return err }))
			found := false
			for _, f := range w.verify().Findings {
				found = found || f.Code == want
			}
			if !found {
				t.Errorf("%s is not found after %s", want, statement)
			}
		}
	})
}
