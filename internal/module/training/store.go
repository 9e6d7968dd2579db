package training

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

const sessions = `SELECT s.id, s.title, s.about, s.place, s.host, s.begins_at, s.ends_at, s.seats, s.code, s.made_at, s.made_by, o.words, o.off_at, o.off_by
	FROM training_session s LEFT JOIN training_off o ON o.community_id = s.community_id AND o.session_id = s.id WHERE s.community_id = ?`

func find(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Session, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		s := &Session{}
		var begins, ends, made int64
		var words *string
		var offAt *int64
		var offBy []byte
		if err := rows.Scan(&s.ID, &s.Title, &s.About, &s.Place, &s.Host, &begins, &ends, &s.Seats, &s.Code, &made, &s.By, &words, &offAt, &offBy); err != nil {
			return err
		}
		s.Begins, s.Ends, s.At = micros(begins), micros(ends), micros(made)
		if words != nil {
			s.Off = &Off{Words: *words, At: micros(*offAt)}
			copy(s.Off.By[:], offBy)
		}
		all = append(all, s)
		return nil
	}, sessions+where, append([]any{community[:]}, args...)...)
	return all, err
}

// ByID finds a session.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, session id.ID) (*Session, error) {
	all, err := find(ctx, r, community, " AND s.id = ?", session[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Between lists the sessions that begin in a span, the earliest first.
func (s *Service) Between(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) ([]*Session, error) {
	return find(ctx, r, community, " AND s.begins_at >= ? AND s.begins_at < ? ORDER BY s.begins_at, s.id LIMIT 1000", from.UnixMicro(), to.UnixMicro())
}

// Before lists sessions that began before an instant, the latest first.
func (s *Service) Before(ctx context.Context, r db.Reader, community id.ID, at time.Time, limit int) ([]*Session, error) {
	return find(ctx, r, community, " AND s.begins_at < ? ORDER BY s.begins_at DESC, s.id DESC LIMIT ?", at.UnixMicro(), limit)
}

func insertSession(ctx context.Context, tx *db.Tx, s *Session) error {
	_, err := tx.Exec(ctx, `INSERT INTO training_session (community_id, id, title, about, place, host, begins_at, ends_at, seats, code, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], s.ID[:], s.Title, s.About, s.Place, s.Host, s.Begins.UnixMicro(), s.Ends.UnixMicro(),
		s.Seats, s.Code, s.At.UnixMicro(), s.By[:])
	return err
}

// Queue are the shops that want to come, those with a seat first.
func (s *Service) Queue(ctx context.Context, r db.Reader, community id.ID, at *Session) (queue []Signup, err error) {
	err = signups(ctx, r, &queue, " AND u.session_id = ? AND f.left_at IS NULL ORDER BY u.n", community, at.ID[:])
	return seat(queue, at.Seats), err
}

// SignedUp lists the sessions among some that a shop has signed up for.
func (s *Service) SignedUp(ctx context.Context, r db.Reader, community, shop id.ID) (map[id.ID]bool, error) {
	var all []Signup
	err := signups(ctx, r, &all, " AND u.shop_id = ? AND f.left_at IS NULL ORDER BY u.signed_at DESC LIMIT 500", community, shop[:])
	in := make(map[id.ID]bool, len(all))
	for _, u := range all {
		in[u.Session] = true
	}
	return in, err
}

func signups(ctx context.Context, r db.Reader, into *[]Signup, where string, community id.ID, arg any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var u Signup
		var at int64
		if err := rows.Scan(&u.Session, &u.N, &u.Shop, &at, &u.By); err != nil {
			return err
		}
		u.At = micros(at)
		*into = append(*into, u)
		return nil
	}, `SELECT u.session_id, u.n, u.shop_id, u.signed_at, u.signed_by FROM training_signup u
		LEFT JOIN training_signoff f ON f.community_id = u.community_id AND f.session_id = u.session_id AND f.n = u.n WHERE u.community_id = ?`+where, community[:], arg)
}

// attendances leaves the latest line of each shop, unless that takes it back.
const attendances = ` FROM training_attendance a LEFT JOIN training_attendance l ON l.community_id = a.community_id AND l.session_id = a.session_id
	AND l.shop_id = a.shop_id AND l.noted_at > a.noted_at WHERE a.community_id = ? AND l.noted_at IS NULL AND a.how <> 'absent'`

// Attendances are the shops that were at a session, in the order in which they were
// noted.
func (s *Service) Attendances(ctx context.Context, r db.Reader, community, session id.ID) (all []Attendance, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		a := Attendance{Session: session}
		var at int64
		if err := rows.Scan(&a.Shop, &a.How, &at, &a.By); err != nil {
			return err
		}
		a.At = micros(at)
		all = append(all, a)
		return nil
	}, "SELECT a.shop_id, a.how, a.noted_at, a.noted_by"+attendances+" AND a.session_id = ? ORDER BY a.noted_at, a.shop_id", community[:], session[:])
	return all, err
}

// WasThere reports whether a shop was at a session.
func (s *Service) WasThere(ctx context.Context, r db.Reader, community, session, shop id.ID) (bool, error) {
	var n []int64
	err := db.All(ctx, r, &n, "SELECT a.noted_at"+attendances+" AND a.session_id = ? AND a.shop_id = ?", community[:], session[:], shop[:])
	return len(n) > 0, err
}

// Attended counts for each shop the sessions of a span at which it was: what the
// quarterly score counts (C6). Sessions that were called off afterwards count for
// nobody; shops that were at none are missing.
func (s *Service) Attended(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) (map[id.ID]int, error) {
	count := make(map[id.ID]int)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var shop id.ID
		var n int
		err := rows.Scan(&shop, &n)
		count[shop] = n
		return err
	}, `SELECT a.shop_id, COUNT(*) FROM training_attendance a
		JOIN training_session s ON s.community_id = a.community_id AND s.id = a.session_id
		LEFT JOIN training_off o ON o.community_id = s.community_id AND o.session_id = s.id
		LEFT JOIN training_attendance l ON l.community_id = a.community_id AND l.session_id = a.session_id AND l.shop_id = a.shop_id AND l.noted_at > a.noted_at
		WHERE a.community_id = ? AND s.begins_at >= ? AND s.begins_at < ? AND o.off_at IS NULL AND l.noted_at IS NULL AND a.how <> 'absent' GROUP BY a.shop_id`,
		community[:], from.UnixMicro(), to.UnixMicro())
	return count, err
}

func note(ctx context.Context, tx *db.Tx, session, shop id.ID, how How, words string) error {
	_, err := tx.Exec(ctx, `INSERT INTO training_attendance (community_id, session_id, shop_id, noted_at, how, words, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, session_id, shop_id, noted_at) DO UPDATE SET how = excluded.how, words = excluded.words`,
		tx.Community[:], session[:], shop[:], tx.Now.UnixMicro(), string(how), words, tx.Actor.ID[:])
	return err
}

// Materials are what is handed out at a session.
func (s *Service) Materials(ctx context.Context, r db.Reader, community, session id.ID) (all []Material, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		m := Material{Session: session}
		var at int64
		if err := rows.Scan(&m.ID, &m.Title, &m.Link, &m.File, &at); err != nil {
			return err
		}
		m.At = micros(at)
		all = append(all, m)
		return nil
	}, `SELECT m.id, m.title, m.link, m.file_id, m.added_at FROM training_material m
		LEFT JOIN training_material_off f ON f.community_id = m.community_id AND f.material_id = m.id
		WHERE m.community_id = ? AND m.session_id = ? AND f.off_at IS NULL ORDER BY m.id`, community[:], session[:])
	return all, err
}

// Feedbacks are what shops thought of a session, the latest first.
func (s *Service) Feedbacks(ctx context.Context, r db.Reader, community, session id.ID) (all []Feedback, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var f Feedback
		var at int64
		if err := rows.Scan(&f.Shop, &f.Stars, &f.Words, &at); err != nil {
			return err
		}
		f.At = micros(at)
		all = append(all, f)
		return nil
	}, "SELECT shop_id, stars, words, given_at FROM training_feedback WHERE community_id = ? AND session_id = ? ORDER BY given_at DESC, shop_id", community[:], session[:])
	return all, err
}

// MinutesOf are all versions of a session's minutes, the latest first.
func (s *Service) MinutesOf(ctx context.Context, r db.Reader, community, session id.ID) (all []Minutes, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var m Minutes
		var at int64
		if err := rows.Scan(&m.Words, &at, &m.By); err != nil {
			return err
		}
		m.At = micros(at)
		all = append(all, m)
		return nil
	}, "SELECT words, written_at, written_by FROM training_minutes WHERE community_id = ? AND session_id = ? ORDER BY written_at DESC", community[:], session[:])
	return all, err
}

// Unreminded leaves of some sessions those of which nobody was reminded yet.
func (s *Service) Unreminded(ctx context.Context, r db.Reader, community id.ID, all []*Session) ([]*Session, error) {
	var done []id.ID
	err := db.EachSomeOf(all, func(a *Session) any { return a.ID[:] }, func(in string, args []any) error {
		var some []id.ID
		err := db.All(ctx, r, &some, "SELECT session_id FROM training_reminder WHERE community_id = ? AND session_id IN "+in, args...)
		done = append(done, some...)
		return err
	}, community[:])
	return slices.DeleteFunc(all, func(a *Session) bool { return slices.Contains(done, a.ID) }), err
}
