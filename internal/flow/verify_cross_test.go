package flow_test

import (
	"slices"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestVerifyFindsForgedCrossings: sums that are not those of the transfers, and a transfer
// that the two communities do not tell alike.
func TestVerifyFindsForgedCrossings(t *testing.T) {
	w := newCrossing(&bank{settled(t, dbtest.SQLite(t, flow.Schemas))})
	w.agree(pairing.Terms{Limit: 25_00, Month: 30_00})
	w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, w.known(w.home, "guest"), 10_00))
	carry(t, w.Flows, w.home, w.away)
	w.verified()
	for _, forged := range []struct{ statement, code string }{
		{"UPDATE coin_clearing SET sent = sent + 1 WHERE community_id = ?", "verify.hours_clearing_differs"},
		{"UPDATE coin_sent SET other_id = id WHERE community_id = ?", "verify.hours_crossed_differ"},
	} {
		w.must(w.in(func(tx *db.Tx) error { _, err := tx.Exec(ctx, forged.statement, w.home[:]); return err }))
		var codes []string
		for _, at := range []id.ID{w.home, w.away} {
			report, err := w.Verify(ctx, at, flow.VerifyOptions{})
			w.must(err)
			for _, f := range report.Findings {
				codes = append(codes, f.Code)
			}
		}
		if !slices.Contains(codes, forged.code) {
			t.Errorf("%s after %q: %v", forged.code, forged.statement, codes)
		}
	}
}
