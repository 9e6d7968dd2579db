package flow_test

import (
	"testing"

	"gongyi/internal/platform/db"
)

// TestVerifyFindsForgedBundles: what was written past the house about bundles is found.
func TestVerifyFindsForgedBundles(t *testing.T) {
	for _, c := range []struct{ says, statement string }{
		{"", "UPDATE bundle_sale SET price = price WHERE community_id = ?"},
		{"verify.bundle_differs", "UPDATE bundle_sale SET price = price + 1 WHERE community_id = ?"},
		{"verify.bundle_differs", "UPDATE bundle_gone SET share = share + 1 WHERE community_id = ?"},
		{"verify.bundle_differs", "UPDATE bundle_gone SET n = 1 WHERE what = 'used' AND community_id = ?"},
		{"verify.bundle_differs", "UPDATE bundle_gone SET shop_id = sale_id WHERE what = 'used' AND community_id = ?"},
		{"verify.bundle_differs", "DELETE FROM bundle_gone WHERE what = 'back' AND community_id = ?"},
		{"verify.bundle_money_differs", "DELETE FROM bundle_gone WHERE what = 'used' AND community_id = ?"},
		{"verify.bundle_of_no_entry", "UPDATE bundle_begin SET seq = 9999 WHERE community_id = ?"},
		{"verify.bundle_of_no_entry", "UPDATE bundle_gone SET seq = 9999 WHERE community_id = ?"},
		{"verify.bundle_count_differs", "UPDATE bundle_count SET taken = taken + 1 WHERE community_id = ?"},
		{"verify.bundle_count_differs", "DELETE FROM bundle_count WHERE community_id = ?"},
		{"verify.month_promise_differs", "UPDATE bundle_sale SET promised_in = promised_in - 1 WHERE community_id = ?"},
	} {
		inTown(t, func(w *town) {
			s := w.bought("anna", w.sold(w.weekend()))
			_, err := w.takePart("bakery", s.Codes[1], "")
			w.must(err)
			_, err = w.ReturnBundle(ctx, w.home, office, s.Member, s.ID, 0)
			w.must(err)
			w.bought("ben", w.sold(w.welcome()))
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, c.statement, w.home[:]); return err }))
			found := c.says == ""
			report := w.verify()
			for _, f := range report.Findings {
				found = found || f.Code == c.says
			}
			if !found || c.says == "" && !report.Whole() {
				w.t.Errorf("%s after %q: %v", c.says, c.statement, report.Findings)
			}
		})
	}
}
