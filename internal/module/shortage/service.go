package shortage

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to early warning. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Warn notes that an hour lacks hands, with the first reading.
func (s *Service) Warn(ctx context.Context, tx *db.Tx, w Warning) (_ *Warning, err error) {
	defer fault.Wrap(&err, "shortage: warn of %s", w.Kind)
	w.ID, w.First = tx.NewID(), tx.Now
	w.Last.N, w.Last.At = 1, tx.Now
	if _, err := tx.Exec(ctx, "INSERT INTO shortage_warning (community_id, id, kind, hour_at, over) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], w.ID[:], w.Kind, w.Hour.UnixMicro(), int64(w.Over)); err != nil {
		return nil, err
	}
	return &w, insertReading(ctx, tx, w.ID, &w.Last)
}

// Read notes what is counted of a warning by now. The same figures again are no reading.
func (s *Service) Read(ctx context.Context, tx *db.Tx, w *Warning, f Figures) error {
	if w.End != nil {
		return ErrEnded
	}
	if w.Last.Figures == f {
		return nil
	}
	w.Last = Reading{N: w.Last.N + 1, Figures: f, At: tx.Now}
	return insertReading(ctx, tx, w.ID, &w.Last)
}

// End notes that a warning stands no more.
func (s *Service) End(ctx context.Context, tx *db.Tx, w *Warning, why Why) error {
	if w.End != nil {
		return ErrEnded
	}
	w.End = &End{Why: why, At: tx.Now, By: tx.Actor.String()}
	_, err := tx.Exec(ctx, "INSERT INTO shortage_end (community_id, warning_id, why, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], w.ID[:], string(why), tx.Now.UnixMicro(), w.End.By)
	return err
}

// TakeOrder notes that somebody of a shop took an order while a warning stood, once for
// each assignment.
func (s *Service) TakeOrder(ctx context.Context, tx *db.Tx, o Order) error {
	_, err := tx.Exec(ctx, `INSERT INTO shortage_order (community_id, warning_id, assignment_id, request_id, shop_id, pool, seq, ordered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, warning_id, assignment_id) DO NOTHING`,
		tx.Community[:], o.Warning[:], o.Assignment[:], o.Request[:], o.Shop[:], int64(o.Pool), o.Seq, tx.Now.UnixMicro())
	return err
}

// EndOrder notes that the place of an order was given up, and the entry by which the pool
// took its share back.
func (s *Service) EndOrder(ctx context.Context, tx *db.Tx, assignment id.ID, seq int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO shortage_order_end (community_id, assignment_id, seq, ended_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, assignment_id) DO NOTHING`, tx.Community[:], assignment[:], seq, tx.Now.UnixMicro())
	return err
}

// Publish calls for people. One call of a kind stands at a time.
func (s *Service) Publish(ctx context.Context, tx *db.Tx, c Call) (_ *Call, err error) {
	defer fault.Wrap(&err, "shortage: call for %s", c.Kind)
	c.Words = text.Clean(c.Words)
	switch {
	case len(c.Hours) == 0 || len(c.Hours) > hoursMost:
		return nil, ErrNoHours
	case !text.ShortProse(c.Words, wordsMost):
		return nil, ErrBadWords.On("words").With("most", wordsMost)
	}
	standing, err := s.Calls(ctx, tx, tx.Community, tx.Now)
	if err != nil {
		return nil, err
	}
	for _, other := range standing {
		if other.Kind == c.Kind {
			return nil, ErrCalled
		}
	}
	c.ID, c.At, c.By, c.Until = tx.NewID(), tx.Now, tx.Actor.ID, c.Hours[len(c.Hours)-1].Add(Hour)
	_, err = tx.Exec(ctx, `INSERT INTO shortage_call (community_id, id, kind, skill, words, hours, missing, until_at, published_at, published_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], c.ID[:], c.Kind, c.Skill, c.Words, spell(c.Hours), c.Missing, c.Until.UnixMicro(), tx.Now.UnixMicro(), c.By[:])
	return &c, err
}

// Ask notes that a call is sent to a member, in a civil month.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, call, member id.ID, month period.Month) error {
	_, err := tx.Exec(ctx, "INSERT INTO shortage_asked (community_id, call_id, member_id, month, asked_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], call[:], member[:], int64(month), tx.Now.UnixMicro())
	return err
}

// EndCall ends a call before its hours are over.
func (s *Service) EndCall(ctx context.Context, tx *db.Tx, call id.ID, words string) (err error) {
	defer fault.Wrap(&err, "shortage: end a call")
	if words = text.Clean(words); !text.ShortProse(words, wordsMost) {
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	c, err := s.CallByID(ctx, tx, tx.Community, call)
	switch {
	case err != nil:
		return err
	case !c.Open(tx.Now):
		return ErrEnded
	}
	_, err = tx.Exec(ctx, "INSERT INTO shortage_call_end (community_id, call_id, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], call[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Decline notes that a kind needs no call until a day, and why.
func (s *Service) Decline(ctx context.Context, tx *db.Tx, kind, words string, today period.Day) error {
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	which := tx.NewID()
	_, err := tx.Exec(ctx, "INSERT INTO shortage_declined (community_id, id, kind, words, until_day, declined_at, declined_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], which[:], kind, words, int64(today)+DeclinedDays, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Forget takes away to whom calls were sent, of a member who is forgotten (A7).
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM shortage_asked WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return err
}

// Covers finds a standing warning of a kind for a service that begins at an instant and
// takes some time; nil if there is none.
func (s *Service) Covers(ctx context.Context, r db.Reader, community id.ID, kind string, from, to time.Time) (*Warning, error) {
	all, err := find(ctx, r, community, " AND w.kind = ? AND w.hour_at > ? AND w.hour_at < ? AND e.why IS NULL ORDER BY w.hour_at, w.id", kind, from.Add(-Hour).UnixMicro(), to.UnixMicro())
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}
