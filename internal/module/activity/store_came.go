package activity

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Words of columns.
const (
	stepFree = "stepfree"
	stairs   = "stairs"
	welcome  = "welcome"
	no       = "no"
	held     = "held"
	off      = "off"
)

// ofSessions joins a table x of dates to their activity.
const ofSessions = " JOIN activity_session s ON s.community_id = x.community_id AND s.id = x.session_id WHERE x.community_id = ? AND s.activity_id = ? ORDER BY s.begins_at, x.session_id"

// Attendance is who came to an activity, by date.
func (s *Service) Attendance(ctx context.Context, r db.Reader, community, activity id.ID) ([]Came, error) {
	return findCame(ctx, r, ofSessions+", x.seat_id", community[:], activity[:])
}

func findCame(ctx context.Context, r db.Reader, rest string, args ...any) (all []Came, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Came
		var at int64
		err := rows.Scan(&x.Session, &x.Seat, &x.How, &at, &x.By)
		x.At = micros(at)
		all = append(all, x)
		return err
	}, "SELECT x.session_id, x.seat_id, x.how, x.came_at, x.noted_by FROM activity_attendance x"+rest, args...)
	return all, err
}

// Excused is when somebody said of a date that she cannot come, by date and seat.
func (s *Service) Excused(ctx context.Context, r db.Reader, community, activity id.ID) (map[[2]id.ID]time.Time, error) {
	return findExcused(ctx, r, ofSessions, community[:], activity[:])
}

func findExcused(ctx context.Context, r db.Reader, rest string, args ...any) (map[[2]id.ID]time.Time, error) {
	all := make(map[[2]id.ID]time.Time)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var session, seat id.ID
		var at int64
		err := rows.Scan(&session, &seat, &at)
		all[[2]id.ID{session, seat}] = micros(at)
		return err
	}, "SELECT x.session_id, x.seat_id, x.said_at FROM activity_excuse x"+rest, args...)
}

// Closed are the seats for which dates that have ended are carried out, by date and seat.
func (s *Service) Closed(ctx context.Context, r db.Reader, community, activity id.ID) (map[[2]id.ID]bool, error) {
	return findClosed(ctx, r, ofSessions, community[:], activity[:])
}

func findClosed(ctx context.Context, r db.Reader, rest string, args ...any) (map[[2]id.ID]bool, error) {
	all := make(map[[2]id.ID]bool)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var session, seat id.ID
		err := rows.Scan(&session, &seat)
		all[[2]id.ID{session, seat}] = true
		return err
	}, "SELECT x.session_id, x.seat_id FROM activity_closing x"+rest, args...)
}

// Settlements are what the dates of an activity came to.
func (s *Service) Settlements(ctx context.Context, r db.Reader, community, activity id.ID) ([]*Settlement, error) {
	return findSettlements(ctx, r, ofSessions+", x.seat_id", community[:], activity[:])
}

// Settled is what a date came to for a seat, the zero seat for the pool's part.
func (s *Service) Settled(ctx context.Context, r db.Reader, community, session, seat id.ID) (*Settlement, error) {
	all, err := findSettlements(ctx, r, " WHERE x.community_id = ? AND x.session_id = ? AND x.seat_id = ?", community[:], session[:], seat[:])
	if err == nil && len(all) == 0 {
		err = ErrNoSeat
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// AllSettlements are those of a community, for who checks them against the books.
func (s *Service) AllSettlements(ctx context.Context, r db.Reader, community id.ID) ([]*Settlement, error) {
	return findSettlements(ctx, r, " WHERE x.community_id = ? ORDER BY x.seq", community[:])
}

func findSettlements(ctx context.Context, r db.Reader, rest string, args ...any) (all []*Settlement, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Settlement{}
		var at int64
		var undo *int64
		err := rows.Scan(&x.Session, &x.Seat, &x.ID, &x.Kind, &x.Coins, &x.Seq, &at, &undo)
		x.At = micros(at)
		if undo != nil {
			x.UndoSeq = *undo
		}
		all = append(all, x)
		return err
	}, `SELECT x.session_id, x.seat_id, x.id, x.kind, x.coins, x.seq, x.settled_at, u.seq FROM activity_settlement x
		LEFT JOIN activity_undo u ON u.community_id = x.community_id AND u.session_id = x.session_id AND u.seat_id = x.seat_id`+rest, args...)
	return all, err
}

// Reminded reports whether people were reminded of a date.
func (s *Service) Reminded(ctx context.Context, r db.Reader, community, session id.ID) (is bool, err error) {
	err = db.Each(ctx, r, func(*sql.Rows) error { is = true; return nil },
		"SELECT 1 FROM activity_reminder WHERE community_id = ? AND session_id = ?", community[:], session[:])
	return is, err
}

// Thanks are lines for who teaches an activity, the latest first.
func (s *Service) Thanks(ctx context.Context, r db.Reader, community, activity id.ID) (all []Word, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Word
		var at int64
		err := rows.Scan(&x.Seat, &x.Words, &at)
		x.At = micros(at)
		all = append(all, x)
		return err
	}, `SELECT w.seat_id, w.words, w.said_at FROM activity_word w JOIN activity_seat s ON s.community_id = w.community_id AND s.id = w.seat_id
		WHERE w.community_id = ? AND s.activity_id = ? ORDER BY w.said_at DESC, w.seat_id`, community[:], activity[:])
	return all, err
}

// Rewarded are the dates whose people were given points, with the list that gave them.
func (s *Service) Rewarded(ctx context.Context, r db.Reader, community, activity id.ID) (map[id.ID]id.ID, error) {
	all := make(map[id.ID]id.ID)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var session, list id.ID
		err := rows.Scan(&session, &list)
		all[session] = list
		return err
	}, "SELECT x.session_id, x.list_id FROM activity_list x"+ofSessions, community[:], activity[:])
}

// Choice is by which rule those who came on a date are given points, and on which list.
type Choice struct{ Rule, List id.ID }

// Chosen are the choices for the dates of an activity.
func (s *Service) Chosen(ctx context.Context, r db.Reader, community, activity id.ID) (map[id.ID]Choice, error) {
	return s.chosen(ctx, r, community, "s.activity_id = ?", activity[:])
}

func (s *Service) chosen(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (map[id.ID]Choice, error) {
	all := make(map[id.ID]Choice)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var session id.ID
		var c Choice
		err := rows.Scan(&session, &c.Rule, &c.List)
		all[session] = c
		return err
	}, "SELECT x.session_id, x.rule_id, x.list_id FROM activity_choice x JOIN activity_session s ON s.community_id = x.community_id AND s.id = x.session_id WHERE x.community_id = ? AND "+where,
		community[:], arg)
}

func insertActivity(ctx context.Context, tx *db.Tx, a *Activity) error {
	access, children := stairs, no
	if a.StepFree {
		access = stepFree
	}
	if a.Children {
		children = welcome
	}
	if _, err := tx.Exec(ctx, `INSERT INTO activity (community_id, id, kind, teacher_id, second_id, skill, title, about, audience, place, minutes, least, most, pay, price, language, access, children,
		made_at, made_by, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], a.ID[:], string(a.Kind), a.Teacher[:], a.Second[:], a.Skill, a.Title, a.About,
		a.Audience, a.Place, a.Minutes, a.Least, a.Most, string(a.Pay), int64(a.Price), a.Language, access, children, a.At.UnixMicro(), a.By[:], a.Last().UnixMicro()); err != nil {
		return err
	}
	for i := range a.Sessions {
		x := &a.Sessions[i]
		if _, err := tx.Exec(ctx, "INSERT INTO activity_session (community_id, id, activity_id, begins_at, ends_at, code) VALUES (?, ?, ?, ?, ?, ?)",
			tx.Community[:], x.ID[:], a.ID[:], x.Begins.UnixMicro(), x.Ends.UnixMicro(), x.Code); err != nil {
			return err
		}
	}
	return nil
}

func insertStep(ctx context.Context, tx *db.Tx, activity id.ID, x Step) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_step (community_id, activity_id, state, words, cause, taken_at, taken_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], activity[:], string(x.State), x.Words, string(x.Cause), x.At.UnixMicro(), x.By[:])
	return err
}

func insertSessionEnd(ctx context.Context, tx *db.Tx, x *Session) error {
	how := off
	if x.End.Held {
		how = held
	}
	_, err := tx.Exec(ctx, "INSERT INTO activity_session_end (community_id, session_id, how, words, cause, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], how, x.End.Words, string(x.End.Cause), x.End.At.UnixMicro(), x.End.By[:])
	return err
}

func insertSeat(ctx context.Context, tx *db.Tx, x *Seat) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_seat (community_id, id, activity_id, member_id, people, way, signed_at, signed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], x.Activity[:], x.Member[:], x.People, string(x.Way), x.At.UnixMicro(), x.By[:])
	return err
}

func insertSeatStep(ctx context.Context, tx *db.Tx, x *Seat) error {
	until := int64(0)
	if !x.Until.IsZero() {
		until = x.Until.UnixMicro()
	}
	_, err := tx.Exec(ctx, "INSERT INTO activity_seat_step (community_id, seat_id, state, until_at, taken_at, taken_by, rank) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], string(x.State), until, tx.Now.UnixMicro(), tx.Actor.ID[:], x.steps)
	return err
}

// chairs are the numbers of those that are taken.
func chairs(ctx context.Context, tx *db.Tx, activity id.ID) (map[int]bool, error) {
	taken := make(map[int]bool)
	return taken, db.Each(ctx, tx, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		taken[n] = true
		return err
	}, "SELECT number FROM activity_chair WHERE community_id = ? AND activity_id = ?", tx.Community[:], activity[:])
}

// occupy reports whether a chair was free for a seat.
func occupy(ctx context.Context, tx *db.Tx, activity id.ID, number int, seat id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO activity_chair (community_id, activity_id, number, seat_id) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, activity_id, number) DO NOTHING",
		tx.Community[:], activity[:], number, seat[:])
	return n == 1, err
}

func standUp(ctx context.Context, tx *db.Tx, x *Seat) error {
	_, err := tx.Exec(ctx, "DELETE FROM activity_chair WHERE community_id = ? AND activity_id = ? AND seat_id = ?", tx.Community[:], x.Activity[:], x.ID[:])
	return err
}

func insertExcuse(ctx context.Context, tx *db.Tx, session, seat id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_excuse (community_id, session_id, seat_id, said_at, said_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, session_id, seat_id) DO NOTHING",
		tx.Community[:], session[:], seat[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

func insertCame(ctx context.Context, tx *db.Tx, x Came) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_attendance (community_id, session_id, seat_id, how, came_at, noted_by) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (community_id, session_id, seat_id) DO NOTHING",
		tx.Community[:], x.Session[:], x.Seat[:], string(x.How), x.At.UnixMicro(), x.By[:])
	return err
}

func deleteCame(ctx context.Context, tx *db.Tx, session, seat id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM activity_attendance WHERE community_id = ? AND session_id = ? AND seat_id = ?", tx.Community[:], session[:], seat[:])
	return err
}

func insertSettlement(ctx context.Context, tx *db.Tx, x Settlement) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_settlement (community_id, session_id, seat_id, id, kind, coins, seq, settled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.Session[:], x.Seat[:], x.ID[:], string(x.Kind), int64(x.Coins), x.Seq, x.At.UnixMicro())
	return err
}

func insertUndo(ctx context.Context, tx *db.Tx, x *Settlement, words string) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_undo (community_id, session_id, seat_id, words, seq, undone_at, undone_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.Session[:], x.Seat[:], words, x.UndoSeq, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

func putWord(ctx context.Context, tx *db.Tx, seat id.ID, words string) error {
	_, err := tx.Exec(ctx, `INSERT INTO activity_word (community_id, seat_id, words, said_at, said_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, seat_id) DO UPDATE SET words = excluded.words, said_at = excluded.said_at, said_by = excluded.said_by`,
		tx.Community[:], seat[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

func insertList(ctx context.Context, tx *db.Tx, session, list id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_list (community_id, session_id, list_id, given_at, given_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, session_id) DO NOTHING",
		tx.Community[:], session[:], list[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// forgottenTitle is what a class is called once its teacher was forgotten.
const forgottenTitle = "-"

func forget(ctx context.Context, tx *db.Tx, member id.ID) error {
	const hers = "(SELECT id FROM activity_seat WHERE community_id = ? AND member_id = ?)"
	const taught = `(SELECT s.id FROM activity_session s
		JOIN activity a ON a.community_id = s.community_id AND a.id = s.activity_id WHERE s.community_id = ? AND a.teacher_id = ?)`
	for _, query := range []string{
		"DELETE FROM activity_word WHERE community_id = ? AND seat_id IN " + hers,
		"UPDATE activity_undo SET words = '' WHERE community_id = ? AND seat_id IN " + hers,
		"UPDATE activity_undo SET words = '' WHERE community_id = ? AND session_id IN " + taught,
		"UPDATE activity_step SET words = '' WHERE community_id = ? AND activity_id IN (SELECT id FROM activity WHERE community_id = ? AND teacher_id = ?)",
		"UPDATE activity_session_end SET words = '' WHERE community_id = ? AND session_id IN " + taught,
	} {
		if _, err := tx.Exec(ctx, query, tx.Community[:], tx.Community[:], member[:]); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "UPDATE activity SET title = ?, about = '', audience = '', place = '' WHERE community_id = ? AND teacher_id = ?", forgottenTitle, tx.Community[:], member[:])
	return err
}
