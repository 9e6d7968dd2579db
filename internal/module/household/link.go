package household

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

const links = `SELECT l.id, l.household_id, l.person_id, l.kind, l.reason, l.linked_at, l.linked_by, COALESCE(e.ended_at, 0)
	FROM household_link l LEFT JOIN household_link_end e ON e.community_id = l.community_id AND e.link_id = l.id WHERE l.community_id = ?`

// Links lists the duties for each household, past ones too, the oldest first.
func (s *Service) Links(ctx context.Context, r db.Reader, households []id.ID) (map[id.ID][]Link, error) {
	of := make(map[id.ID][]Link)
	return of, db.EachSome(households, func(in string, args []any) error {
		all, err := linked(ctx, r, " AND l.household_id IN "+in, args...)
		for _, l := range all {
			of[l.Household] = append(of[l.Household], l)
		}
		return err
	})
}

// Duties lists what a person does for households, past duties too, the oldest first.
func (s *Service) Duties(ctx context.Context, r db.Reader, person id.ID) ([]Link, error) {
	return linked(ctx, r, " AND l.person_id = ?", person[:])
}

// LinkByID finds a duty.
func (s *Service) LinkByID(ctx context.Context, r db.Reader, link id.ID) (Link, error) {
	all, err := linked(ctx, r, " AND l.id = ?", link[:])
	if err == nil && len(all) == 0 {
		err = ErrNoLink
	}
	if err != nil {
		return Link{}, err
	}
	return all[0], nil
}

func linked(ctx context.Context, r db.Reader, where string, args ...any) (all []Link, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var l Link
		var at, until int64
		if err := rows.Scan(&l.ID, &l.Household, &l.Person, &l.Kind, &l.Reason, &at, &l.By, &until); err != nil {
			return err
		}
		l.At, l.Until = micros(at), micros(until)
		all = append(all, l)
		return nil
	}, links+where+" ORDER BY l.id", append([]any{id.Tilde[:]}, args...)...)
	return all, err
}
