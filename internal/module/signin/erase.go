package signin

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Erase signs a person out everywhere and takes away every way in: sessions,
// passkeys, WeChat accounts, what she agreed to (A7). tx belongs to "~".
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

// ErasePhone drops the codes that were sent to a number. tx belongs to "~".
func (s *Service) ErasePhone(ctx context.Context, tx *db.Tx, phone string) error {
	for _, q := range []string{
		"DELETE FROM signin_code WHERE community_id = ? AND phone = ?",
		"DELETE FROM signin_miss WHERE community_id = ? AND phone = ?",
		"DELETE FROM signin_code_use WHERE community_id = ? AND phone = ?",
	} {
		if _, err := tx.Exec(ctx, q, id.Tilde[:], phone); err != nil {
			return err
		}
	}
	return nil
}
