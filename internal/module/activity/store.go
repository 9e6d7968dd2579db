package activity

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
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

// ByIDs reads some activities.
func (s *Service) ByIDs(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (all []*Activity, err error) {
	err = db.EachSome(which, func(in string, args []any) error {
		some, err := readActivities(ctx, r, community, "a.id IN "+in, args...)
		all = append(all, some...)
		return err
	})
	return all, err
}

// Ahead are those with a date that ends after an instant, whatever became of them, by the
// time at which they were made.
func (s *Service) Ahead(ctx context.Context, r db.Reader, community id.ID, after time.Time) ([]*Activity, error) {
	return findActivities(ctx, r, community, "a.ends_at > ?", after.UnixMicro())
}

// Key says where a page of a list by the last date begins: after the one that it names. The
// zero key is the first page.
type Key struct {
	Ends time.Time
	ID   id.ID
}

// KeyOf is the key after an activity.
func KeyOf(a *Activity) Key { return Key{a.Last(), a.ID} }

// String writes a key as it stands in an address.
func (k Key) String() string { return strconv.FormatInt(k.Ends.UnixMicro(), 10) + "-" + k.ID.String() }

// ParseKey reads a key; what is none is the first page.
func ParseKey(text string) Key {
	at, name, _ := strings.Cut(text, "-")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return Key{}
	}
	of, err := id.Parse(name)
	if err != nil {
		return Key{}
	}
	return Key{micros(n), of}
}

// Past are a page of those that were open and have no date that ends after an instant, the
// latest first.
func (s *Service) Past(ctx context.Context, r db.Reader, community id.ID, before time.Time, after Key, limit int) ([]*Activity, error) {
	return findPage(ctx, r, community, after, limit, "a.ends_at <= ? AND EXISTS (SELECT 1 FROM activity_step x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.state = 'open')",
		before.UnixMicro())
}

// Over are a page of those with which nothing is to be done any more: refused, withdrawn,
// called off, or every date has ended; the latest first.
func (s *Service) Over(ctx context.Context, r db.Reader, community id.ID, after Key, limit int) ([]*Activity, error) {
	return findPage(ctx, r, community, after, limit, `(EXISTS (SELECT 1 FROM activity_step x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.state IN ('refused', 'withdrawn', 'off'))
		OR NOT EXISTS (SELECT 1 FROM activity_session x WHERE x.community_id = a.community_id AND x.activity_id = a.id
			AND NOT EXISTS (SELECT 1 FROM activity_session_end e WHERE e.community_id = x.community_id AND e.session_id = x.id)))`)
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

// Closing are those with a date that has ended and is not carried out for all seats.
func (s *Service) Closing(ctx context.Context, r db.Reader, community id.ID) ([]*Activity, error) {
	return findActivities(ctx, r, community, `EXISTS (SELECT 1 FROM activity_session x JOIN activity_session_end e ON e.community_id = x.community_id AND e.session_id = x.id
		WHERE x.community_id = a.community_id AND x.activity_id = a.id AND NOT EXISTS (SELECT 1 FROM activity_session_done d WHERE d.community_id = e.community_id AND d.session_id = e.session_id))`)
}

// Unsettled are those that are open with a date that ended before an instant and that nobody
// ended.
func (s *Service) Unsettled(ctx context.Context, r db.Reader, community id.ID, before time.Time) ([]*Activity, error) {
	return findActivities(ctx, r, community, `EXISTS (SELECT 1 FROM activity_step x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.state = 'open')
		AND EXISTS (SELECT 1 FROM activity_session x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.ends_at <= ?
			AND NOT EXISTS (SELECT 1 FROM activity_session_end e WHERE e.community_id = x.community_id AND e.session_id = x.id))`, before.UnixMicro())
}

// SignedUpBy are those for which a member signed up.
func (s *Service) SignedUpBy(ctx context.Context, r db.Reader, community, member id.ID) ([]*Activity, error) {
	return findActivities(ctx, r, community,
		"EXISTS (SELECT 1 FROM activity_seat x WHERE x.community_id = a.community_id AND x.activity_id = a.id AND x.member_id = ?)", member[:])
}

func findActivities(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) ([]*Activity, error) {
	return readActivities(ctx, r, community, where+" ORDER BY a.made_at DESC, a.id LIMIT "+strconv.Itoa(listMost), args...)
}

// findPage is a page of a list by the last date, the latest first.
func findPage(ctx context.Context, r db.Reader, community id.ID, after Key, limit int, where string, args ...any) ([]*Activity, error) {
	if after != (Key{}) {
		where, args = where+" AND (a.ends_at < ? OR a.ends_at = ? AND a.id > ?)", append(args, after.Ends.UnixMicro(), after.Ends.UnixMicro(), after.ID[:])
	}
	return readActivities(ctx, r, community, where+" ORDER BY a.ends_at DESC, a.id LIMIT ?", append(args, limit)...)
}

func readActivities(ctx context.Context, r db.Reader, community id.ID, rest string, args ...any) (all []*Activity, err error) {
	by := make(map[id.ID]*Activity)
	var which []id.ID
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		a := &Activity{}
		var at int64
		var access, children string
		if err := rows.Scan(&a.ID, &a.Kind, &a.Teacher, &a.Second, &a.Skill, &a.Title, &a.About, &a.Audience, &a.Place, &a.Minutes, &a.Least, &a.Most, &a.Pay, &a.Price, &a.Language,
			&access, &children, &at, &a.By); err != nil {
			return err
		}
		a.StepFree, a.Children, a.At = access == stepFree, children == welcome, micros(at)
		by[a.ID], all, which = a, append(all, a), append(which, a.ID)
		return nil
	}, `SELECT a.id, a.kind, a.teacher_id, a.second_id, a.skill, a.title, a.about, a.audience, a.place, a.minutes, a.least, a.most, a.pay, a.price, a.language, a.access, a.children,
		a.made_at, a.made_by FROM activity a WHERE a.community_id = ? AND `+rest, append([]any{community[:]}, args...)...); err != nil {
		return nil, err
	}
	return all, db.EachSome(which, func(in string, args []any) error {
		if err := findSteps(ctx, r, by, in, args); err != nil {
			return err
		}
		return findSessions(ctx, r, by, in, args)
	}, community[:])
}

func findSteps(ctx context.Context, r db.Reader, by map[id.ID]*Activity, in string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var at int64
		var x Step
		err := rows.Scan(&of, &x.State, &x.Words, &x.Cause, &at, &x.By)
		x.At = micros(at)
		by[of].Steps = append(by[of].Steps, x)
		return err
	}, "SELECT s.activity_id, s.state, s.words, s.cause, s.taken_at, s.taken_by FROM activity_step s WHERE s.community_id = ? AND s.activity_id IN "+in+
		" ORDER BY s.taken_at, s.state DESC", args...) // of one instant, open comes before off
}

func findSessions(ctx context.Context, r db.Reader, by map[id.ID]*Activity, in string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Session
		var begins, ends int64
		var how, words *string
		var cause *Cause
		var ended, done *int64
		var who []byte
		if err := rows.Scan(&x.ID, &x.Activity, &begins, &ends, &x.Code, &how, &words, &cause, &ended, &who, &done); err != nil {
			return err
		}
		x.Begins, x.Ends = micros(begins), micros(ends)
		if how != nil {
			x.End = &SessionEnd{Held: *how == held, Words: *words, Cause: *cause, At: micros(*ended)}
			if done != nil {
				x.End.Done = micros(*done)
			}
			copy(x.End.By[:], who)
		}
		by[x.Activity].Sessions = append(by[x.Activity].Sessions, x)
		return nil
	}, `SELECT s.id, s.activity_id, s.begins_at, s.ends_at, s.code, e.how, e.words, e.cause, e.ended_at, e.ended_by, d.done_at
		FROM activity_session s LEFT JOIN activity_session_end e ON e.community_id = s.community_id AND e.session_id = s.id
		LEFT JOIN activity_session_done d ON d.community_id = s.community_id AND d.session_id = s.id
		WHERE s.community_id = ? AND s.activity_id IN `+in+" ORDER BY s.begins_at, s.id", args...)
}

// Taken are for how many people chairs are kept, of activities with a limit.
func (s *Service) Taken(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]int, error) {
	taken := make(map[id.ID]int, len(which))
	return taken, db.EachSome(which, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var of id.ID
			var n int
			err := rows.Scan(&of, &n)
			taken[of] = n
			return err
		}, "SELECT activity_id, COUNT(*) FROM activity_chair WHERE community_id = ? AND activity_id IN "+in+" GROUP BY activity_id", args...)
	}, community[:])
}

// Seats are all sign-ups of an activity in the order in which they came.
func (s *Service) Seats(ctx context.Context, r db.Reader, community, activity id.ID) ([]*Seat, error) {
	return findSeats(ctx, r, community, "s.activity_id = ?", activity[:])
}

// SeatsOf are a member's.
func (s *Service) SeatsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Seat, error) {
	return findSeats(ctx, r, community, "s.member_id = ?", member[:])
}

// AllSeats are those of a community, for who checks them against the books.
func (s *Service) AllSeats(ctx context.Context, r db.Reader, community id.ID) ([]*Seat, error) {
	return findSeats(ctx, r, community, "1 = 1")
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
		if err := rows.Scan(&x.ID, &x.Activity, &x.Member, &x.People, &x.Way, &at, &x.By, &state, &until, &since); err != nil {
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
	}, `SELECT s.id, s.activity_id, s.member_id, s.people, s.way, s.signed_at, s.signed_by, t.state, t.until_at, t.taken_at
		FROM activity_seat s JOIN activity_seat_step t ON t.community_id = s.community_id AND t.seat_id = s.id WHERE s.community_id = ? AND `+where+
		" ORDER BY s.signed_at, s.id, t.rank", append([]any{community[:]}, args...)...)
	return all, err
}
