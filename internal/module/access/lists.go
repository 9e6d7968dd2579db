package access

import (
	"context"
	"time"

	"gongyi/internal/platform/db"
)

// Between lists the grants that were given or ended in from ≤ time < to, the oldest
// first.
func (s *Service) Between(ctx context.Context, r db.Reader, from, to time.Time) ([]*Grant, error) {
	return read(ctx, r, "(g.granted_at >= ? AND g.granted_at < ? OR e.ended_at >= ? AND e.ended_at < ?) ORDER BY g.id",
		from.UnixMicro(), to.UnixMicro(), from.UnixMicro(), to.UnixMicro())
}

// Lapsing lists the grants that hold now and end by themselves before an instant, the
// first to end first: their holders are told in time.
func (s *Service) Lapsing(ctx context.Context, r db.Reader, now, before time.Time) ([]*Grant, error) {
	return read(ctx, r, "g.held_until > ? AND g.held_until < ? AND g.held_from <= ? AND e.ended_at IS NULL ORDER BY g.held_until, g.id", now.UnixMicro(), before.UnixMicro(), now.UnixMicro())
}
