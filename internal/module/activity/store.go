package activity

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// listMost bounds a list.
const listMost = 2_000

// ByID finds an activity.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, activity id.ID) (*Activity, error) {
	all, err := findActivities(ctx, r, community, "a.id = ?", activity[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// endsAfter is true of an activity a with a date that ends after an instant.
const endsAfter = "EXISTS (SELECT 1 FROM activity_session x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.ends_at > ?)"

// Ahead are those with a date that ends after an instant, whatever became of them, by the
// time at which they were made.
func (s *Service) Ahead(ctx context.Context, r db.Reader, community id.ID, after time.Time) ([]*Activity, error) {
	return findActivities(ctx, r, community, endsAfter, after.UnixMicro())
}

// Past are those without a date that ends after an instant.
func (s *Service) Past(ctx context.Context, r db.Reader, community id.ID, before time.Time) ([]*Activity, error) {
	return findActivities(ctx, r, community, "NOT "+endsAfter, before.UnixMicro())
}

// Unanswered are classes that wait for the desk.
func (s *Service) Unanswered(ctx context.Context, r db.Reader, community id.ID) ([]*Activity, error) {
	return findActivities(ctx, r, community,
		"a.kind = 'class' AND NOT EXISTS (SELECT 1 FROM activity_step x WHERE x.community_id = a.community_id AND x.activity_id = a.id)")
}

// TaughtBy are a member's own, the latest first.
func (s *Service) TaughtBy(ctx context.Context, r db.Reader, community, member id.ID) ([]*Activity, error) {
	return findActivities(ctx, r, community, "a.teacher_id = ?", member[:])
}

// WithChildrenBy are those where children come and a member is the second adult.
func (s *Service) WithChildrenBy(ctx context.Context, r db.Reader, community, member id.ID) ([]*Activity, error) {
	return findActivities(ctx, r, community, "a.second_id = ? AND a.children = '"+welcome+"'", member[:])
}

// Unsettled are those with a date that ended before an instant and that nobody ended.
func (s *Service) Unsettled(ctx context.Context, r db.Reader, community id.ID, before time.Time) ([]*Activity, error) {
	return findActivities(ctx, r, community, `EXISTS (SELECT 1 FROM activity_session x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.ends_at <= ?
		AND NOT EXISTS (SELECT 1 FROM activity_session_end e WHERE e.community_id = x.community_id AND e.session_id = x.id))`, before.UnixMicro())
}

// SignedUpBy are those for which a member signed up.
func (s *Service) SignedUpBy(ctx context.Context, r db.Reader, community, member id.ID) ([]*Activity, error) {
	return findActivities(ctx, r, community,
		"EXISTS (SELECT 1 FROM activity_seat x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.member_id = ?)", member[:])
}

func findActivities(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Activity, err error) {
	by := make(map[id.ID]*Activity)
	args = append([]any{community[:]}, args...)
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		a := &Activity{}
		var at int64
		var access, children string
		if err := rows.Scan(&a.ID, &a.Kind, &a.Teacher, &a.Second, &a.Skill, &a.Title, &a.About, &a.Audience, &a.Place, &a.Minutes, &a.Least, &a.Most, &a.Pay, &a.Price, &a.Language,
			&access, &children, &at, &a.By); err != nil {
			return err
		}
		a.StepFree, a.Children, a.At = access == stepFree, children == welcome, micros(at)
		by[a.ID], all = a, append(all, a)
		return nil
	}, `SELECT a.id, a.kind, a.teacher_id, a.second_id, a.skill, a.title, a.about, a.audience, a.place, a.minutes, a.least, a.most, a.pay, a.price, a.language, a.access, a.children,
		a.made_at, a.made_by FROM activity a WHERE a.community_id = ? AND `+where+" ORDER BY a.made_at DESC, a.id LIMIT "+limit, args...); err != nil || len(all) == 0 {
		return nil, err
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var at int64
		var x Step
		err := rows.Scan(&of, &x.State, &x.Words, &at, &x.By)
		if a := by[of]; a != nil {
			x.At = micros(at)
			a.Steps = append(a.Steps, x)
		}
		return err
	}, `SELECT s.activity_id, s.state, s.words, s.taken_at, s.taken_by FROM activity_step s JOIN activity a ON a.community_id = s.community_id AND a.id = s.activity_id
		WHERE a.community_id = ? AND `+where+" ORDER BY s.taken_at, s.state DESC", args...); err != nil { // of one instant, open comes before off
		return nil, err
	}
	return all, findSessions(ctx, r, by, where, args)
}

func findSessions(ctx context.Context, r db.Reader, by map[id.ID]*Activity, where string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Session
		var begins, ends int64
		var how, words *string
		var ended *int64
		var who []byte
		if err := rows.Scan(&x.ID, &x.Activity, &begins, &ends, &x.Code, &how, &words, &ended, &who); err != nil {
			return err
		}
		x.Begins, x.Ends = micros(begins), micros(ends)
		if how != nil {
			x.End = &SessionEnd{Held: *how == held, Words: *words, At: micros(*ended)}
			copy(x.End.By[:], who)
		}
		if a := by[x.Activity]; a != nil {
			a.Sessions = append(a.Sessions, x)
		}
		return nil
	}, `SELECT s.id, s.activity_id, s.begins_at, s.ends_at, s.code, e.how, e.words, e.ended_at, e.ended_by
		FROM activity_session s JOIN activity a ON a.community_id = s.community_id AND a.id = s.activity_id
		LEFT JOIN activity_session_end e ON e.community_id = s.community_id AND e.session_id = s.id WHERE a.community_id = ? AND `+where+" ORDER BY s.begins_at, s.id", args...)
}

// Seats are all sign-ups of an activity in the order in which they came.
func (s *Service) Seats(ctx context.Context, r db.Reader, community, activity id.ID) ([]*Seat, error) {
	return findSeats(ctx, r, community, "s.activity_id = ?", activity[:])
}

// SeatsOf are a member's.
func (s *Service) SeatsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Seat, error) {
	return findSeats(ctx, r, community, "s.member_id = ?", member[:])
}

// SeatByID finds a sign-up.
func (s *Service) SeatByID(ctx context.Context, r db.Reader, community, seat id.ID) (*Seat, error) {
	all, err := findSeats(ctx, r, community, "s.id = ?", seat[:])
	if err == nil && len(all) == 0 {
		err = ErrNoSeat
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Unclaimed are sign-ups whose offer ended before an instant.
func (s *Service) Unclaimed(ctx context.Context, r db.Reader, community id.ID, before time.Time) (late []*Seat, err error) {
	all, err := findSeats(ctx, r, community, `EXISTS (SELECT 1 FROM activity_seat_step x WHERE x.community_id = s.community_id AND x.seat_id = s.id AND x.state = 'offered' AND x.until_at < ?)
		AND NOT EXISTS (SELECT 1 FROM activity_seat_step x WHERE x.community_id = s.community_id AND x.seat_id = s.id AND x.state IN ('in', 'left', 'lapsed', 'off'))`, before.UnixMicro())
	return all, err
}

func findSeats(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Seat, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Seat{}
		var at, since, until int64
		var state SeatState
		if err := rows.Scan(&x.ID, &x.Activity, &x.Member, &x.People, &at, &x.By, &state, &until, &since); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].ID == x.ID {
			x = all[n-1] // a later step
		} else {
			x.At = micros(at)
			all = append(all, x)
		}
		x.State, x.Since, x.Until = state, micros(since), time.Time{}
		if until != 0 {
			x.Until = micros(until)
		}
		x.steps++
		return nil
	}, `SELECT s.id, s.activity_id, s.member_id, s.people, s.signed_at, s.signed_by, t.state, t.until_at, t.taken_at
		FROM activity_seat s JOIN activity_seat_step t ON t.community_id = s.community_id AND t.seat_id = s.id WHERE s.community_id = ? AND `+where+
		" ORDER BY s.signed_at, s.id, t.rank", append([]any{community[:]}, args...)...)
	return all, err
}
