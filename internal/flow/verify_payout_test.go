package flow_test

import (
	"slices"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// TestVerifyFindsForgedPayouts: what was written past the house is found.
func TestVerifyFindsForgedPayouts(t *testing.T) {
	for _, c := range []struct{ says, statement string }{
		{"verify.payouts_differ", "UPDATE payout_booked SET amount = amount + 1 WHERE community_id = ?"},
		{"verify.payouts_differ", "DELETE FROM payout_outcome WHERE community_id = ? AND seq >= 0"},
		{"verify.payouts_differ", "UPDATE payout_booked SET seq = 1 WHERE community_id = ?"},
		{"verify.payout_not_agreed", "DELETE FROM payout_consent WHERE community_id = ?"},
		{"verify.payout_not_agreed", "UPDATE payout_batch SET prepared_by = (SELECT c.person_id FROM payout_consent c WHERE c.community_id = payout_batch.community_id ORDER BY c.person_id LIMIT 1) WHERE community_id = ?"},
		{"verify.payout_not_agreed", "UPDATE payout_item SET amount = amount - 1 WHERE community_id = ?"},
		{"verify.payout_not_agreed", "UPDATE payout_batch SET through = through - 1 WHERE community_id = ?"},
		{"verify.payout_not_agreed", "UPDATE payout_batch_end SET kind = 'refused' WHERE community_id = ?"},
	} {
		inBureau(t, func(w *bureau) {
			w.sell("p1", "anna", "bakery", 100_00, 0)
			b := w.pays(payout.Shops)
			w.must(w.ReturnPayout(ctx, w.home, w.act("fang"), b.Items[0].ID, 7_00, "R-1", "户名不符"))
			w.whole()
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, c.statement, w.home[:]); return err }))
			report, err := w.Verify(ctx, w.home, flow.VerifyOptions{})
			w.must(err)
			found := false
			for _, f := range report.Findings {
				found = found || f.Code == c.says
			}
			if !found {
				w.t.Errorf("%s after %q: %v", c.says, c.statement, report.Findings)
			}
		})
	}
}

// TestVerifyFindsForgedShares: shares that nothing pays for, of more than there was, or
// that bring other than what was booked.
func TestVerifyFindsForgedShares(t *testing.T) {
	for _, c := range []struct{ says, statement string }{
		{"verify.share_of_nobody", "UPDATE payout_share SET shop_id = payment_id WHERE community_id = ?"},
		{"verify.share_of_nobody", "UPDATE payout_part SET owner_id = share_id WHERE community_id = ?"},
		{"verify.share_too_much", "UPDATE payout_part SET amount = amount + 5000 WHERE community_id = ?"},
		{"verify.share_too_much", "UPDATE payout_share SET amount = amount + 1 WHERE community_id = ?"},
		{"verify.share_item_differs", "UPDATE payout_share_end SET brought = brought - 1 WHERE community_id = ?"},
		{"verify.share_item_differs", "DELETE FROM payout_share_end WHERE community_id = ?"},
		{"verify.payouts_differ", "UPDATE payout_borne SET amount = amount - 1 WHERE community_id = ?"},
		{"verify.payouts_differ", "DELETE FROM payout_borne WHERE community_id = ?"},
	} {
		inMall(t, func(w *mall) {
			w.env.Clock.Set(payday.AddDate(0, 0, -3))
			_, seq := w.sells("bakery", "ben", 100_00)
			w.env.Clock.Set(payday)
			w.carries(w.batch())
			w.fund(atProvider["bakery"], 100_00)
			w.refunds("r1", seq, 50_00)
			w.refundsEnded()
			w.whole()
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, c.statement, w.home[:]); return err }))
			if found := w.findings(); !slices.ContainsFunc(found, func(f flow.Finding) bool { return f.Code == c.says }) {
				w.t.Errorf("%s after %q: %v", c.says, c.statement, found)
			}
		})
	}
}

func (w *mall) findings() []flow.Finding {
	report, err := w.Verify(ctx, w.home, flow.VerifyOptions{})
	w.must(err)
	return report.Findings
}
