package signin

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Edition names the house rules and the privacy notice that the welcome page shows
// now. Whoever agreed to an earlier edition is asked again.
const Edition = "2026-11"

// Agree notes that a person agreed to the current edition. tx belongs to "~".
func (s *Service) Agree(ctx context.Context, tx *db.Tx, person id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO signin_agreement (community_id, person_id, edition, agreed_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		id.Tilde[:], person[:], Edition, tx.Now.UnixMicro())
	return err
}

// Agreed reports whether a person agreed to the current edition.
func (s *Service) Agreed(ctx context.Context, r db.Reader, person id.ID) (bool, error) {
	var n int
	err := db.One(ctx, r, &n, "SELECT COUNT(*) FROM signin_agreement WHERE community_id = ? AND person_id = ? AND edition = ?", id.Tilde[:], person[:], Edition)
	return n > 0, err
}
