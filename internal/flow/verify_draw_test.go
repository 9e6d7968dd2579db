package flow_test

import (
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// TestVerifyFindsForgedDraws: whatever of a draw is changed afterwards is found.
func TestVerifyFindsForgedDraws(t *testing.T) {
	for _, c := range []struct{ says, statement string }{
		{"verify.draw_unfair", "UPDATE draw_entry SET ticket = '99999999' WHERE community_id = ? AND ticket = (SELECT min(e.ticket) FROM draw_entry e WHERE e.community_id = draw_entry.community_id)"},
		{"verify.draw_unfair", "DELETE FROM draw_entry WHERE community_id = ? AND ticket = (SELECT min(e.ticket) FROM draw_entry e WHERE e.community_id = draw_entry.community_id)"},
		{"verify.draw_unfair", "UPDATE draw_win SET ticket = '99999999' WHERE community_id = ? AND place = 1"},
		{"verify.draw_unfair", "UPDATE draw_win SET bag = 1 WHERE community_id = ? AND place = 0"},
		{"verify.draw_unfair", "UPDATE draw_seed SET seed = (SELECT d.seed_hash FROM draw d WHERE d.community_id = draw_seed.community_id) WHERE community_id = ?"},
		{"verify.draw_unfair", "UPDATE draw_outcome SET size = size - 1 WHERE community_id = ?"},
		{"verify.draw_differs", "UPDATE draw SET title = 'x' WHERE community_id = ?"},
		{"verify.draw_differs", "UPDATE draw_bag SET count = count + 1 WHERE community_id = ?"},
		{"verify.draw_differs", "DELETE FROM draw_end WHERE community_id = ?"},
		{"verify.bag_differs", "UPDATE draw_given SET seq = 1 WHERE community_id = ?"},
		{"verify.bag_differs", "DELETE FROM draw_given WHERE community_id = ?"},
		{"verify.bag_differs", `INSERT INTO draw_given (community_id, draw_id, place, kind, seq, given_by, given_at)
			SELECT w.community_id, w.draw_id, w.place, 'handed', -1, w.draw_id, 0 FROM draw_win w WHERE w.community_id = ? AND w.place = 0`},
	} {
		inBureau(t, func(w *bureau) {
			d := w.fair()
			for _, n := range w.neighbours(9) {
				_, err := w.enter(d, n, "")
				w.must(err)
			}
			w.env.Clock.Advance(24 * time.Hour)
			w.must(w.SweepDraws(ctx, w.home))
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
