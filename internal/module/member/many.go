package member

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// ByIDs finds several members of a community by pseudonym; who is not there is left
// out.
func (s *Service) ByIDs(ctx context.Context, r db.Reader, community id.ID, members []id.ID) (map[id.ID]*Member, error) {
	found := make(map[id.ID]*Member, len(members))
	return found, db.EachSome(members, func(in string, args []any) error {
		var rows []row
		if err := db.All(ctx, r, &rows, `SELECT id, ref, home_id, standing, level, leader_id, version, joined_at, age_band, household_size, kids
			FROM member WHERE community_id = ? AND id IN `+in, args...); err != nil {
			return err
		}
		for _, v := range rows {
			found[v.ID] = &Member{ID: v.ID, Ref: v.Ref, Home: v.Home, Standing: v.Standing, Level: policy.Level(v.Level), Leader: v.Leader, Version: v.Version,
				JoinedAt: micros(v.JoinedAt), Profile: Profile{v.AgeBand, v.HouseholdSize, v.Kids}}
		}
		return nil
	}, community[:])
}
