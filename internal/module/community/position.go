package community

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/spot"
)

var positions = spot.Table{Name: "community_position", Thing: "place_id"}

// SetPosition says where a place stands. To say what is known already changes
// nothing. tx belongs to the pseudo-community "~". It refuses a point that is not on
// the map (geo.ErrBadPoint) and an unknown place (ErrNotFound).
func (s *Service) SetPosition(ctx context.Context, tx *db.Tx, place id.ID, at geo.Point) (err error) {
	defer fault.Wrap(&err, "community: position of %s", place)
	if _, err := s.Get(ctx, tx, place); err != nil {
		return err
	}
	return positions.Set(ctx, tx, place, at)
}

// Positions is where the places stand of which that is known, by place.
func (s *Service) Positions(ctx context.Context, r db.Reader) (map[id.ID]spot.Position, error) {
	return positions.All(ctx, r, id.Tilde)
}
