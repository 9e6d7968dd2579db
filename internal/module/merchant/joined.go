package merchant

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// JoinedSince lists the shops that joined a community after an instant and take
// part, the newest first.
func (s *Service) JoinedSince(ctx context.Context, r db.Reader, community id.ID, since time.Time) (all []*Merchant, err error) {
	err = db.All(ctx, r, &all, "SELECT "+columns+" FROM merchant WHERE community_id = ? AND joined_at > ? AND status = ? ORDER BY joined_at DESC, ref",
		community[:], since.UnixMicro(), string(Active))
	return all, err
}
