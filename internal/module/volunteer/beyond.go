package volunteer

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Beyond is what somebody says of helping in the communities that hers is paired with (F5).
// Who never said anything helps at home only.
type Beyond struct {
	Helps     bool      // she may be asked there
	HoursHome bool      // what she earns there comes home by itself
	At        time.Time // since when; zero for who never said
}

// Beyond notes what a volunteer says of it, under the conditions of Change. The same again
// notes nothing.
func (s *Service) Beyond(ctx context.Context, tx *db.Tx, person id.ID, helps, hoursHome bool) (err error) {
	defer fault.Wrap(&err, "volunteer: beyond")
	v, err := s.here(ctx, tx, person)
	if err != nil || !v.Beyond.At.IsZero() && v.Beyond.Helps == helps && v.Beyond.HoursHome == hoursHome {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO volunteer_beyond (community_id, person_id, n, helps, hours_home, said_at, said_by)
		SELECT ?, ?, COALESCE(MAX(n), 0) + 1, ?, ?, ?, ? FROM volunteer_beyond WHERE community_id = ? AND person_id = ?`,
		tx.Community[:], person[:], helps, hoursHome, tx.Now.UnixMicro(), tx.Actor.ID[:], tx.Community[:], person[:]); err != nil {
		return err
	}
	return touch(ctx, tx)
}

func readBeyond(ctx context.Context, r db.Reader, by map[id.ID]*Volunteer, of func(string) (string, []any)) error {
	where, args := of("b.")
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var person id.ID
		var b Beyond
		var at int64
		if err := rows.Scan(&person, &b.Helps, &b.HoursHome, &at); err != nil {
			return err
		}
		b.At = micros(at)
		if v := by[person]; v != nil {
			v.Beyond = b
		}
		return nil
	}, `SELECT b.person_id, b.helps, b.hours_home, b.said_at FROM volunteer_beyond b
		LEFT JOIN volunteer_beyond l ON l.community_id = b.community_id AND l.person_id = b.person_id AND l.n > b.n
		WHERE `+where+" AND l.n IS NULL", args...)
}
