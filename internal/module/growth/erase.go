package growth

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// gone stands where words about a person were.
const gone = "—"

// Erase forgets a member who is forgotten (A7): she holds no level and is on no team
// any more, and what was written about her is emptied. That somebody under her
// pseudonym led a team stays, as her purchases do.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "growth: erase %s", member)
	if _, err := s.Leave(ctx, tx, member, Gone); err != nil {
		return err
	}
	held, err := s.Appointments(ctx, tx, tx.Community, member)
	if err != nil {
		return err
	}
	for _, a := range held {
		if a.Holds() {
			if err := s.Finish(ctx, tx, a, Left, gone); err != nil {
				return err
			}
		}
		if err := s.emptyCases(ctx, tx, a.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE growth_appointment SET reason = ? WHERE community_id = ? AND member_id = ?", gone, tx.Community[:], member[:]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE growth_candidate_step SET words = ? WHERE community_id = ? AND candidate_id IN (SELECT id FROM growth_candidate WHERE community_id = ? AND member_id = ?)",
		gone, tx.Community[:], tx.Community[:], member[:])
	return err
}

func (s *Service) emptyCases(ctx context.Context, tx *db.Tx, appointment id.ID) error {
	if _, err := tx.Exec(ctx, "UPDATE growth_case SET allegation = ? WHERE community_id = ? AND appointment_id = ?", gone, tx.Community[:], appointment[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE growth_case_step SET words = ? WHERE community_id = ? AND case_id IN (SELECT id FROM growth_case WHERE community_id = ? AND appointment_id = ?)",
		gone, tx.Community[:], tx.Community[:], appointment[:])
	return err
}
