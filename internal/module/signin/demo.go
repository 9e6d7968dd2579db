package signin

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// ErrNotADemo refuses to let anybody be somebody else where people are real.
var ErrNotADemo = fault.New(fault.Forbidden, "signin.not_a_demo")

// IsDemo reports whether the database was marked as a demo's.
func (s *Service) IsDemo(ctx context.Context, r db.Reader) (bool, error) {
	var n int
	err := db.One(ctx, r, &n, "SELECT COUNT(*) FROM signin_demo WHERE community_id = ?", id.Tilde[:])
	return n > 0, err
}

// MarkDemo marks the database as a demo's. Whoever calls it has seen in the same
// transaction that it is empty. tx belongs to "~".
func (s *Service) MarkDemo(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO signin_demo (community_id, marked_at) VALUES (?, ?) ON CONFLICT DO NOTHING", id.Tilde[:], tx.Now.UnixMicro())
	return err
}

// onlyInDemo refuses a guise outside of a demo.
func (s *Service) onlyInDemo(ctx context.Context, r db.Reader, way Way) error {
	if way != ByGuise {
		return nil
	}
	demo, err := s.IsDemo(ctx, r)
	if err == nil && !demo {
		err = ErrNotADemo
	}
	return err
}
