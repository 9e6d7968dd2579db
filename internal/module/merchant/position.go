package merchant

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/spot"
)

var positions = spot.Table{Name: "merchant_position", Thing: "merchant_id"}

// SetPosition says where a shop of tx's community stands. To say what is known
// already changes nothing. It refuses a point that is not on the map
// (geo.ErrBadPoint) and an unknown shop (ErrNotFound).
func (s *Service) SetPosition(ctx context.Context, tx *db.Tx, merchant id.ID, at geo.Point) (err error) {
	defer fault.Wrap(&err, "merchant: position of %s", merchant)
	if _, err := s.ByID(ctx, tx, tx.Community, merchant); err != nil {
		return err
	}
	return positions.Set(ctx, tx, merchant, at)
}

// Positions is where the shops of a community stand of which that is known, by
// shop.
func (s *Service) Positions(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]spot.Position, error) {
	return positions.All(ctx, r, community)
}
