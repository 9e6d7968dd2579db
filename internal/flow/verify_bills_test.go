package flow_test

import (
	"testing"

	"gongyi/internal/platform/db"
)

// TestAForgedFeeIsFound: a record that says another sum than the books, and one that names
// an entry which is none.
func TestAForgedFeeIsFound(t *testing.T) {
	atTill(t, func(w *till) {
		w.taken(100_00, true)
		w.morning()
		w.whole()
		for _, forged := range []string{"UPDATE reconciliation_fee SET kept = kept + 1 WHERE community_id = ?", "UPDATE reconciliation_fee SET kept_seq = kept_seq + 1000 WHERE community_id = ?"} {
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, forged, w.home[:]); return err }))
			found := false
			for _, f := range w.verify().Findings {
				found = found || f.Code == "verify.bill_differs"
			}
			if !found {
				t.Errorf("not found: %s", forged)
			}
		}
	})
}
