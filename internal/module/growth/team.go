package growth

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// How somebody left a team.
const (
	Quit      = "quit"      // by herself, at once and without a reason (L-05)
	Dissolved = "dissolved" // its leader leads no more (L-10)
	Rose      = "rose"      // she leads a team of her own now (L-04)
	Gone      = "gone"      // she is no member any more
)

// Place is a member's place on a team.
type Place struct {
	ID     id.ID
	Member id.ID
	Leader id.ID
	Joined time.Time
	End    *Stepped // nil while she is on it
}

// On reports whether she is on the team now.
func (p *Place) On() bool { return p.End == nil }

// Places lists the teams that a member was on, the oldest first.
func (s *Service) Places(ctx context.Context, r db.Reader, community, member id.ID) ([]*Place, error) {
	return readPlaces(ctx, r, " AND t.member_id = ? ORDER BY t.id", community[:], member[:])
}

// Team lists who is or was on a leader's team, in the order of joining.
func (s *Service) Team(ctx context.Context, r db.Reader, community, leader id.ID) ([]*Place, error) {
	return readPlaces(ctx, r, " AND t.leader_id = ? ORDER BY t.id", community[:], leader[:])
}

// Teams lists everybody who is on a team now, by leader.
func (s *Service) Teams(ctx context.Context, r db.Reader, community id.ID) (map[id.ID][]id.ID, error) {
	all, err := readPlaces(ctx, r, " AND e.kind IS NULL ORDER BY t.id", community[:])
	teams := make(map[id.ID][]id.ID)
	for _, p := range all {
		teams[p.Leader] = append(teams[p.Leader], p.Member)
	}
	return teams, err
}

// Quitters are those who left some team by themselves: nobody takes them back onto
// one without being asked (L-05).
func (s *Service) Quitters(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]bool, error) {
	all, err := counts(ctx, r, `SELECT t.member_id, count(*) FROM growth_team t JOIN growth_team_end e ON e.community_id = t.community_id AND e.team_id = t.id
		WHERE t.community_id = ? AND e.kind = 'quit' GROUP BY t.member_id`, community[:])
	left := make(map[id.ID]bool, len(all))
	for who := range all {
		left[who] = true
	}
	return left, err
}

func readPlaces(ctx context.Context, r db.Reader, where string, args ...any) (all []*Place, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var p Place
		var joined int64
		var kind sql.NullString
		var ended sql.NullInt64
		if err := rows.Scan(&p.ID, &p.Member, &p.Leader, &joined, &kind, &ended); err != nil {
			return err
		}
		if p.Joined = micros(joined); kind.Valid {
			p.End = &Stepped{Step: kind.String, At: micros(ended.Int64)}
		}
		all = append(all, &p)
		return nil
	}, `SELECT t.id, t.member_id, t.leader_id, t.joined_at, e.kind, e.ended_at FROM growth_team t
		LEFT JOIN growth_team_end e ON e.community_id = t.community_id AND e.team_id = t.id WHERE t.community_id = ?`+where, args...)
	return all, err
}

// Join notes that a member is on a leader's team. Nobody is on two, and a leader is on
// her own.
func (s *Service) Join(ctx context.Context, tx *db.Tx, member, leader id.ID) error {
	all, err := s.Places(ctx, tx, tx.Community, member)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.On() {
			return ErrOnTeam
		}
	}
	at := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO growth_team (community_id, id, member_id, leader_id, joined_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], at[:], member[:], leader[:], tx.Now.UnixMicro())
	return err
}

// Leave notes that a member is on no team any more, and how that came; she was on one
// if left is true.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, member id.ID, kind string) (left bool, err error) {
	all, err := s.Places(ctx, tx, tx.Community, member)
	if err != nil {
		return false, err
	}
	for _, p := range all {
		if !p.On() {
			continue
		}
		_, err = tx.Exec(ctx, "INSERT INTO growth_team_end (community_id, team_id, kind, ended_at) VALUES (?, ?, ?, ?)", tx.Community[:], p.ID[:], kind, tx.Now.UnixMicro())
		return true, err
	}
	return false, nil
}
