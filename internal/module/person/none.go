package person

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// None reports whether the house knows nobody yet.
func (s *Service) None(ctx context.Context, r db.Reader) (bool, error) {
	var some []id.ID
	err := db.All(ctx, r, &some, "SELECT id FROM person WHERE community_id = ? LIMIT 1", id.Tilde[:])
	return len(some) == 0, err
}
