package flow_test

import (
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// TestVerifyFindsForgedRecords: what was written past the house is found.
func TestVerifyFindsForgedRecords(t *testing.T) {
	for says, statement := range map[string]string{
		"verify.coin_differs":     "UPDATE badge_event SET seq = 0 WHERE kind = 'redeemed'",
		"verify.coins_missing":    "UPDATE badge_event SET kind = 'melted' WHERE coin = 2",
		"verify.points_differ":    "UPDATE points_redemption SET points = points + 1",
		"verify.stock_below_zero": "UPDATE points_batch SET quantity = 0",
		"verify.property_differs": "UPDATE points_offset SET amount = amount + 100",
	} {
		inTown(t, func(w *town) {
			w.pilot()
			b, codes := w.mint(3, 100)
			w.must(w.GiveBadges(ctx, w.home, office, b.Number, 1, 3, "发", ""))
			w.must(w.take("bakery", codes[0], ""))
			w.give("anna", 1_000)
			g := w.good("甲", 100, 10, 1)
			_, err := w.redeem("anna", g.ID, "a")
			w.must(err)
			w.offset("anna", w.manager().ID, 3_00)
			w.whole()
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, statement+map[bool]string{true: " AND", false: " WHERE"}[strings.Contains(statement, "WHERE")]+" community_id = ?", w.home[:])
				return err
			}))
			report, err := w.Verify(ctx, w.home, flow.VerifyOptions{})
			w.must(err)
			found := false
			for _, f := range report.Findings {
				found = found || f.Code == says
			}
			if !found {
				w.t.Errorf("%s after %q: %v", says, statement, report.Findings)
			}
		})
	}
}
