package points

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Forget empties what was written by a member of tx's community, or about her: the
// words and pictures of claims, her account with the property manager and her door,
// what was noted with points that she got, her reference on lists. What moved stays,
// under a pseudonym that leads to nobody (A7). The caller drops the pictures.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID, ref string) (pictures []id.ID, err error) {
	defer fault.Wrap(&err, "points: forget %s", member)
	all, err := redemptions(ctx, tx, tx.Community, "r.member_id = ? AND c.redemption_id IS NOT NULL", member[:])
	if err != nil {
		return nil, err
	}
	for i := range all {
		if _, err := tx.Exec(ctx, "UPDATE points_claim SET words = '', picture_id = ? WHERE community_id = ? AND redemption_id = ?", id.ID{}, tx.Community[:], all[i].ID[:]); err != nil {
			return nil, err
		}
		if picture := all[i].Claim.Picture; !picture.IsZero() {
			pictures = append(pictures, picture)
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE points_offset SET account = '', door = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:]); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "UPDATE points_list_line SET ref = '' WHERE community_id = ? AND ref = ?", tx.Community[:], ref); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "UPDATE points_grant SET words = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return pictures, err
}
