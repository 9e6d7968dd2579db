package promotion

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Sent are the claims that were made on purchases at a shop in from ≤ time < to: who
// was recommended to it, by whom (C7). The oldest first.
func (s *Service) Sent(ctx context.Context, r db.Reader, community, target id.ID, from, to time.Time) (all []Claim, err error) {
	defer fault.Wrap(&err, "promotion: sent to %s", target)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := Claim{Target: target}
		var at int64
		err := rows.Scan(&c.ID, &c.Recommender, &c.Member, &at)
		c.MadeAt = time.UnixMicro(at).UTC()
		all = append(all, c)
		return err
	}, `SELECT id, recommender_id, member_id, made_at FROM promotion_claim
		WHERE community_id = ? AND target_id = ? AND made_at >= ? AND made_at < ? ORDER BY made_at, id`, community[:], target[:], from.UnixMicro(), to.UnixMicro())
	return all, err
}
