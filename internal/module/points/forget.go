package points

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Forget empties what was written by a member of tx's community, or about her: the
// words and pictures of claims, her account with the property manager and her door,
// what was noted with points that she got, her reference on lists. What moved stays, under a pseudonym that
// leads to nobody (A7).
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID, ref string) error {
	all, err := redemptions(ctx, tx, tx.Community, "r.member_id = ? AND c.redemption_id IS NOT NULL", member[:])
	if err != nil {
		return err
	}
	for i := range all {
		if _, err := tx.Exec(ctx, "UPDATE points_claim SET words = '' WHERE community_id = ? AND redemption_id = ?", tx.Community[:], all[i].ID[:]); err != nil {
			return err
		}
		if picture := all[i].Claim.Picture; !picture.IsZero() {
			if _, err := tx.Exec(ctx, "DELETE FROM points_picture WHERE community_id = ? AND id = ?", tx.Community[:], picture[:]); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE points_offset SET account = '', door = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:]); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE points_list_line SET ref = '' WHERE community_id = ? AND ref = ?", tx.Community[:], ref); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE points_grant SET words = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return err
}
