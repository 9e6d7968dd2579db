package signin

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Erase signs a person out everywhere and takes away every way in: sessions,
// passkeys, WeChat accounts, what she agreed to (A7). Codes that were sent to her
// number go by themselves within a day. tx belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "signin: erase %s", person)
	if _, err := s.RevokeOthers(ctx, tx, person, id.ID{}); err != nil {
		return err
	}
	for _, below := range []string{
		"signin_session_end WHERE community_id = ? AND session_id IN (SELECT id FROM signin_session WHERE community_id = ? AND person_id = ?)",
		"signin_passkey_end WHERE community_id = ? AND passkey_id IN (SELECT id FROM signin_passkey WHERE community_id = ? AND person_id = ?)",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+below, id.Tilde[:], id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	for _, own := range []string{
		"signin_session WHERE community_id = ? AND person_id = ?",
		"signin_passkey WHERE community_id = ? AND person_id = ?",
		"signin_wechat WHERE community_id = ? AND person_id = ?",
		"signin_wechat_end WHERE community_id = ? AND person_id = ?",
		"signin_agreement WHERE community_id = ? AND person_id = ?",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+own, id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	return nil
}
