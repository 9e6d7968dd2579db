package privacy

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// AllowedOf are those of some people who allow a purpose under its present words.
func (s *Service) AllowedOf(ctx context.Context, r db.Reader, people []id.ID, purpose string) (map[id.ID]bool, error) {
	p, err := PurposeOf(purpose)
	if err != nil {
		return nil, err
	}
	allowed := make(map[id.ID]bool)
	return allowed, db.EachSome(people, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var who id.ID
			err := rows.Scan(&who)
			allowed[who] = true
			return err
		}, `SELECT c.person_id FROM privacy_consent c
			LEFT JOIN privacy_withdrawal w ON w.community_id = c.community_id AND w.consent_id = c.id
			WHERE c.purpose = ? AND c.version = ? AND w.consent_id IS NULL AND c.community_id = ? AND c.person_id IN `+in, args...)
	}, purpose, p.Version, id.Tilde[:])
}
