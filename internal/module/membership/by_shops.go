package membership

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ShopCount is how many newcomers a shop recommended: those that came to count, and
// those that may yet.
type ShopCount struct{ Counted, Pending int }

// ByShops counts for each shop the newcomers that came to count in the months from ≤
// month ≤ to: a newcomer counts in the month in which that is decided, so that a month
// that was judged does not change (C3). Pending are all that wait, whenever they came.
func (s *Service) ByShops(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (_ map[id.ID]ShopCount, err error) {
	defer fault.Wrap(&err, "membership: recommended by shops")
	all, err := recommendations(ctx, r, community, "n.by_kind = ? AND (o.member_id IS NULL OR o.decided_day >= ? AND o.decided_day <= ?)", string(ByMerchant), int64(from.First()), int64(to.Last()))
	count := make(map[id.ID]ShopCount)
	for i := range all {
		c := count[all[i].ID]
		switch all[i].State() {
		case Counts:
			c.Counted++
		case Pending, Held:
			c.Pending++
		}
		count[all[i].ID] = c
	}
	return count, err
}
