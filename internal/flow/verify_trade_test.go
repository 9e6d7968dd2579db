package flow_test

import (
	"strings"
	"testing"

	"gongyi/internal/platform/db"
)

// TestVerifyTradeFindsDamage: a fen in any column of any table is told of.
func TestVerifyTradeFindsDamage(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p1", "ben", "bakery", 10_00)
		w.must(err)
		w.deriveTrade(100)
		w.checkTrade()
		for _, damage := range []string{
			"UPDATE trade_visit SET saved = saved + 1 WHERE community_id = ?", "UPDATE trade_visit SET days = days * 2 WHERE community_id = ?",
			"UPDATE trade_shop SET guests = guests + 1 WHERE community_id = ?", "UPDATE trade_tie SET first_day = first_day - 1 WHERE community_id = ?",
			"UPDATE trade_gain SET amount = amount + 1 WHERE community_id = ?", "DELETE FROM trade_visit WHERE community_id = ?",
			"DELETE FROM trade_shop WHERE community_id = ?", "DELETE FROM trade_tie WHERE community_id = ?", "DELETE FROM trade_gain WHERE community_id = ?",
		} {
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, damage, w.home[:]); return err }))
			if d, err := w.CheckTrade(ctx, w.home); len(d) != 1 || err != nil || !strings.HasPrefix(d[0], "trade: ") {
				t.Errorf("after %q: %v, %v", damage, d, err)
			}
			w.must(w.RebuildTrade(ctx, w.home))
			w.deriveTrade(100)
			w.checkTrade()
		}
	})
}
