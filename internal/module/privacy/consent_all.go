package privacy

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Allowing are all persons who allow a purpose under its present words.
func (s *Service) Allowing(ctx context.Context, r db.Reader, purpose string) (map[id.ID]bool, error) {
	p, err := PurposeOf(purpose)
	if err != nil {
		return nil, err
	}
	var all []id.ID
	err = db.All(ctx, r, &all, `SELECT c.person_id FROM privacy_consent c
		LEFT JOIN privacy_withdrawal w ON w.community_id = c.community_id AND w.consent_id = c.id
		WHERE c.community_id = ? AND c.purpose = ? AND c.version = ? AND w.withdrawn_at IS NULL`, id.Tilde[:], purpose, p.Version)
	in := make(map[id.ID]bool, len(all))
	for _, who := range all {
		in[who] = true
	}
	return in, err
}
