package member

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// InGoodStanding are the pseudonyms of the members who are at home in a community and
// whose membership is in force.
func (s *Service) InGoodStanding(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]bool, error) {
	good := make(map[id.ID]bool)
	return good, db.Each(ctx, r, func(rows *sql.Rows) error {
		var who id.ID
		err := rows.Scan(&who)
		good[who] = true
		return err
	}, "SELECT id FROM member WHERE community_id = ? AND home_id = ? AND standing = ?", community[:], community[:], string(Good))
}
