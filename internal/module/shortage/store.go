package shortage

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// spell writes instants as they are kept, read reads them.
func spell(hours []time.Time) string {
	words := make([]string, len(hours))
	for i, h := range hours {
		words[i] = strconv.FormatInt(h.UnixMicro(), 10)
	}
	return strings.Join(words, " ")
}

func read(hours string) (all []time.Time, err error) {
	for word := range strings.FieldsSeq(hours) {
		at, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, micros(at))
	}
	return all, nil
}

func insertReading(ctx context.Context, tx *db.Tx, warning id.ID, x *Reading) error {
	_, err := tx.Exec(ctx, "INSERT INTO shortage_reading (community_id, warning_id, n, booked, able, helpers, reserve, ratio, read_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], warning[:], x.N, x.Booked, x.Able, x.Helpers, x.Reserve, int64(x.Ratio), tx.Now.UnixMicro())
	return err
}

// warnings have their first reading as f and their latest as l.
const warnings = `SELECT w.id, w.kind, w.hour_at, w.over, f.read_at, l.n, l.booked, l.able, l.helpers, l.reserve, l.ratio, l.read_at, e.why, e.ended_at, e.ended_by
	FROM shortage_warning w
	JOIN shortage_reading f ON f.community_id = w.community_id AND f.warning_id = w.id AND f.n = 1
	JOIN shortage_reading l ON l.community_id = w.community_id AND l.warning_id = w.id
	LEFT JOIN shortage_reading m ON m.community_id = l.community_id AND m.warning_id = l.warning_id AND m.n > l.n
	LEFT JOIN shortage_end e ON e.community_id = w.community_id AND e.warning_id = w.id
	WHERE w.community_id = ? AND m.n IS NULL`

func find(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Warning, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		w := &Warning{}
		var at, first, last int64
		var why, by *string
		var ended *int64
		if err := rows.Scan(&w.ID, &w.Kind, &at, &w.Over, &first, &w.Last.N, &w.Last.Booked, &w.Last.Able, &w.Last.Helpers, &w.Last.Reserve, &w.Last.Ratio, &last, &why, &ended, &by); err != nil {
			return err
		}
		w.Hour, w.First, w.Last.At = micros(at), micros(first), micros(last)
		if why != nil {
			w.End = &End{Why: Why(*why), At: micros(*ended), By: *by}
		}
		all = append(all, w)
		return nil
	}, warnings+where, append([]any{community[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, countOrders(ctx, r, community, all)
}

// countOrders adds to warnings what followed.
func countOrders(ctx context.Context, r db.Reader, community id.ID, all []*Warning) error {
	by := make(map[id.ID]*Warning, len(all))
	for _, w := range all {
		by[w.ID] = w
	}
	return db.EachSomeOf(all, func(w *Warning) any { return w.ID[:] }, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var which id.ID
			var n int
			var pool money.Amount
			err := rows.Scan(&which, &n, &pool)
			if w := by[which]; w != nil {
				w.Orders, w.Pool = n, pool
			}
			return err
		}, `SELECT o.warning_id, COUNT(*), CAST(COALESCE(SUM(CASE WHEN e.seq IS NULL THEN o.pool ELSE 0 END), 0) AS BIGINT) FROM shortage_order o
		LEFT JOIN shortage_order_end e ON e.community_id = o.community_id AND e.assignment_id = o.assignment_id
		WHERE o.community_id = ? AND o.warning_id IN `+in+" GROUP BY o.warning_id", args...)
	}, community[:])
}

// Standing are the warnings that have not ended, by hour and kind.
func (s *Service) Standing(ctx context.Context, r db.Reader, community id.ID) ([]*Warning, error) {
	return find(ctx, r, community, " AND e.why IS NULL ORDER BY w.hour_at, w.kind, w.id")
}

// StandingAt are those whose hour is not over at an instant, also while the clock has not
// come to end the others.
func (s *Service) StandingAt(ctx context.Context, r db.Reader, community id.ID, now time.Time) ([]*Warning, error) {
	return find(ctx, r, community, " AND w.hour_at > ? AND e.why IS NULL ORDER BY w.hour_at, w.kind, w.id", now.Add(-Hour).UnixMicro())
}

// CountAt is how many StandingAt are.
func (s *Service) CountAt(ctx context.Context, r db.Reader, community id.ID, now time.Time) (n int, err error) {
	err = db.One(ctx, r, &n, `SELECT COUNT(*) FROM shortage_warning w LEFT JOIN shortage_end e ON e.community_id = w.community_id AND e.warning_id = w.id
		WHERE w.community_id = ? AND w.hour_at > ? AND e.why IS NULL`, community[:], now.Add(-Hour).UnixMicro())
	return n, err
}

// ByID finds a warning.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, warning id.ID) (*Warning, error) {
	all, err := find(ctx, r, community, " AND w.id = ?", warning[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// History are warnings whose hour lies in a span, the latest first, past some, so many at
// most.
func (s *Service) History(ctx context.Context, r db.Reader, community id.ID, from, to time.Time, past, limit int) ([]*Warning, error) {
	return find(ctx, r, community, " AND w.hour_at >= ? AND w.hour_at < ? ORDER BY w.hour_at DESC, w.kind, w.id LIMIT ? OFFSET ?", from.UnixMicro(), to.UnixMicro(), limit, past)
}

// Count is how many warnings History has.
func (s *Service) Count(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT COUNT(*) FROM shortage_warning WHERE community_id = ? AND hour_at >= ? AND hour_at < ?", community[:], from.UnixMicro(), to.UnixMicro())
	return n, err
}

// Readings are all of a warning's, the first one first.
func (s *Service) Readings(ctx context.Context, r db.Reader, community, warning id.ID) (all []Reading, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Reading
		var at int64
		if err := rows.Scan(&x.N, &x.Booked, &x.Able, &x.Helpers, &x.Reserve, &x.Ratio, &at); err != nil {
			return err
		}
		x.At = micros(at)
		all = append(all, x)
		return nil
	}, "SELECT n, booked, able, helpers, reserve, ratio, read_at FROM shortage_reading WHERE community_id = ? AND warning_id = ? ORDER BY n", community[:], warning[:])
	return all, err
}

// Orders are those of a warning, in the order in which they were taken.
func (s *Service) Orders(ctx context.Context, r db.Reader, community, warning id.ID) (all []Order, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		o := Order{Warning: warning}
		var at int64
		if err := rows.Scan(&o.Assignment, &o.Request, &o.Shop, &o.Pool, &o.Seq, &at, &o.Back); err != nil {
			return err
		}
		o.At = micros(at)
		all = append(all, o)
		return nil
	}, `SELECT o.assignment_id, o.request_id, o.shop_id, o.pool, o.seq, o.ordered_at, COALESCE(e.seq, 0) FROM shortage_order o
		LEFT JOIN shortage_order_end e ON e.community_id = o.community_id AND e.assignment_id = o.assignment_id
		WHERE o.community_id = ? AND o.warning_id = ? ORDER BY o.ordered_at, o.assignment_id`, community[:], warning[:])
	return all, err
}

const calls = `SELECT c.id, c.kind, c.skill, c.words, c.hours, c.missing, c.until_at, c.published_at, c.published_by, e.words, e.ended_at, e.ended_by,
	(SELECT COUNT(*) FROM shortage_asked a WHERE a.community_id = c.community_id AND a.call_id = c.id)
	FROM shortage_call c LEFT JOIN shortage_call_end e ON e.community_id = c.community_id AND e.call_id = c.id WHERE c.community_id = ?`

func findCalls(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Call, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Call{}
		var hours string
		var until, at int64
		var words *string
		var ended *int64
		var by []byte
		if err := rows.Scan(&c.ID, &c.Kind, &c.Skill, &c.Words, &hours, &c.Missing, &until, &at, &c.By, &words, &ended, &by, &c.Asked); err != nil {
			return err
		}
		c.Until, c.At = micros(until), micros(at)
		if words != nil {
			c.End = &CallEnd{Words: *words, At: micros(*ended)}
			copy(c.End.By[:], by)
		}
		c.Hours, err = read(hours)
		all = append(all, c)
		return err
	}, calls+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Calls are those that stand at an instant, the newest first.
func (s *Service) Calls(ctx context.Context, r db.Reader, community id.ID, now time.Time) ([]*Call, error) {
	return findCalls(ctx, r, community, " AND c.until_at > ? AND e.words IS NULL ORDER BY c.published_at DESC, c.id", now.UnixMicro())
}

// PastCalls are the newest calls, standing or not.
func (s *Service) PastCalls(ctx context.Context, r db.Reader, community id.ID, limit int) ([]*Call, error) {
	return findCalls(ctx, r, community, " ORDER BY c.published_at DESC, c.id LIMIT ?", limit)
}

// CallByID finds a call.
func (s *Service) CallByID(ctx context.Context, r db.Reader, community, call id.ID) (*Call, error) {
	all, err := findCalls(ctx, r, community, " AND c.id = ?", call[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Sent counts for each member the calls that were sent to her in a civil month.
func (s *Service) Sent(ctx context.Context, r db.Reader, community id.ID, month period.Month) (map[id.ID]int, error) {
	sent := make(map[id.ID]int)
	return sent, db.Each(ctx, r, func(rows *sql.Rows) error {
		var who id.ID
		var n int
		err := rows.Scan(&who, &n)
		sent[who] = n
		return err
	}, "SELECT member_id, COUNT(*) FROM shortage_asked WHERE community_id = ? AND month = ? GROUP BY member_id", community[:], int64(month))
}

// SentTo are the calls that were sent to a member, the newest first.
func (s *Service) SentTo(ctx context.Context, r db.Reader, community, member id.ID) ([]*Call, error) {
	return findCalls(ctx, r, community, " AND c.id IN (SELECT a.call_id FROM shortage_asked a WHERE a.community_id = c.community_id AND a.member_id = ?) ORDER BY c.published_at DESC, c.id", member[:])
}

// DeclinedOn are the kinds that the desk wants no call for on a day, each by its latest
// word.
func (s *Service) DeclinedOn(ctx context.Context, r db.Reader, community id.ID, day period.Day) (map[string]Declined, error) {
	all := make(map[string]Declined)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Declined
		var until, at int64
		if err := rows.Scan(&d.Kind, &d.Words, &until, &at, &d.By); err != nil {
			return err
		}
		d.Until, d.At = period.Day(until), micros(at)
		all[d.Kind] = d
		return nil
	}, "SELECT kind, words, until_day, declined_at, declined_by FROM shortage_declined WHERE community_id = ? AND until_day >= ? ORDER BY declined_at, id", community[:], int64(day))
}
