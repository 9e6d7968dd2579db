package assist

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Erase takes away whom a person trusted, what was done for her and what she asked
// for, and ends what she was trusted with (A7). tx belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "assist: erase %s", person)
	trusted, err := s.ConsentsTo(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, c := range trusted {
		if c.Ended != nil {
			continue
		}
		if _, err := s.Revoke(ctx, tx, c.ID, "资料已删除"); err != nil {
			return err
		}
	}
	for _, below := range []string{
		"assist_act WHERE community_id = ? AND session_id IN (SELECT id FROM assist_session WHERE community_id = ? AND subject_id = ?)",
		"assist_session_end WHERE community_id = ? AND session_id IN (SELECT id FROM assist_session WHERE community_id = ? AND subject_id = ?)",
		"assist_consent_end WHERE community_id = ? AND consent_id IN (SELECT id FROM assist_consent WHERE community_id = ? AND subject_id = ?)",
		"assist_request_step WHERE community_id = ? AND request_id IN (SELECT id FROM assist_request WHERE community_id = ? AND subject_id = ?)",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+below, id.Tilde[:], id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	for _, own := range []string{
		"assist_session WHERE community_id = ? AND subject_id = ?",
		"assist_consent WHERE community_id = ? AND subject_id = ?",
		"assist_request WHERE community_id = ? AND subject_id = ?",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+own, id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	return s.forget(ctx, tx)
}
