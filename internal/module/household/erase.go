package household

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Erase takes a person out of every household, as if she had never lived there, and
// takes her duties for households away (A7). tx belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "household: erase %s", person)
	for _, below := range []string{
		"household_move_out WHERE community_id = ? AND residence_id IN (SELECT id FROM household_move_in WHERE community_id = ? AND person_id = ?)",
		"household_link_end WHERE community_id = ? AND link_id IN (SELECT id FROM household_link WHERE community_id = ? AND person_id = ?)",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+below, id.Tilde[:], id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	for _, own := range []string{
		"household_move_in WHERE community_id = ? AND person_id = ?",
		"household_link WHERE community_id = ? AND person_id = ?",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+own, id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	return nil
}
