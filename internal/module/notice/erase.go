package notice

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Erase takes away everything a person was told, how she wanted to be told, and
// where (A7). tx belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "notice: erase %s", person)
	for _, below := range []string{
		"notice_due WHERE community_id = ? AND delivery_id IN (SELECT id FROM notice_delivery WHERE community_id = ? AND person_id = ?)",
		"notice_attempt WHERE community_id = ? AND delivery_id IN (SELECT id FROM notice_delivery WHERE community_id = ? AND person_id = ?)",
		"notice_held WHERE community_id = ? AND digest_id IN (SELECT id FROM notice_delivery WHERE community_id = ? AND person_id = ?)",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+below, id.Tilde[:], id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	for _, own := range []string{
		"notice_delivery WHERE community_id = ? AND person_id = ?",
		"notice WHERE community_id = ? AND person_id = ?",
		"notice_read WHERE community_id = ? AND person_id = ?",
		"notice_read_all WHERE community_id = ? AND person_id = ?",
		"notice_wish WHERE community_id = ? AND person_id = ?",
		"notice_quiet WHERE community_id = ? AND person_id = ?",
		"notice_reader WHERE community_id = ? AND person_id = ?",
		"notice_push WHERE community_id = ? AND person_id = ?",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+own, id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	return nil
}
