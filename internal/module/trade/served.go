package trade

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Served counts for each shop those of some members who bought there, and kept at least
// one purchase, in the months from ≤ month ≤ to; each once (C6).
func (s *Service) Served(ctx context.Context, r db.Reader, community id.ID, from, to period.Month, members map[id.ID]bool) (_ map[id.ID]int64, err error) {
	defer fault.Wrap(&err, "trade: members served")
	count, met := make(map[id.ID]int64), make(map[tieKey]bool)
	var shop, buyer sql.RawBytes
	return count, db.Each(ctx, r, func(rows *sql.Rows) error {
		if err := rows.Scan(&shop, &buyer); err != nil {
			return err
		}
		var k tieKey
		copy(k.shop[:], shop)
		copy(k.buyer[:], buyer)
		if members[k.buyer] && !met[k] {
			met[k] = true
			count[k.shop]++
		}
		return nil
	}, "SELECT shop_id, buyer_id FROM trade_visit WHERE community_id = ? AND month >= ? AND month <= ? AND purchases > undone", community[:], int64(from), int64(to))
}
