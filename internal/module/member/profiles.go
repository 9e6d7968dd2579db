package member

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Profiles is what members of a community told of themselves, by pseudonym; who told
// nothing is left out. Who calls has made sure that they allow it to be used.
func (s *Service) Profiles(ctx context.Context, r db.Reader, community id.ID, members []id.ID) (map[id.ID]Profile, error) {
	all := make(map[id.ID]Profile)
	return all, db.EachSome(members, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var who id.ID
			var p Profile
			if err := rows.Scan(&who, &p.AgeBand, &p.HouseholdSize, &p.Kids); err != nil {
				return err
			}
			if p != (Profile{}) {
				all[who] = p
			}
			return nil
		}, "SELECT id, age_band, household_size, kids FROM member WHERE community_id = ? AND id IN "+in, args...)
	}, community[:])
}
