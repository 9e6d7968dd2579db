package promotion

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Held lists the vouchers that were given to a member, with what happened to each
// last, the one that ends first first.
func (s *Service) Held(ctx context.Context, r db.Reader, community, member id.ID) (all []*Voucher, err error) {
	defer fault.Wrap(&err, "promotion: vouchers of %s", member)
	all, err = vouchers(ctx, r, community, seriesFrom(ctx, r, community), " AND v.member_id = ?", member[:])
	slices.SortFunc(all, byEnd)
	return all, err
}
