package alliance

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Announce opens a vacant seat of tx's community to bids until an instant. A seat that
// somebody holds, and one that is open already, are refused.
func (s *Service) Announce(ctx context.Context, tx *db.Tx, seat id.ID, to time.Time, why string) (_ *Opening, err error) {
	defer fault.Wrap(&err, "alliance: announce seat %s", seat)
	at, err := s.SeatByID(ctx, tx, tx.Community, seat)
	if err != nil {
		return nil, err
	}
	running, err := s.Running(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	for _, t := range running {
		if t.Seat == seat && t.Holds(tx.Now) {
			return nil, ErrSeatTaken
		}
	}
	open, err := s.OpenOpenings(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	for _, o := range open {
		if o.Seat == seat {
			return o, ErrOpeningRuns
		}
	}
	if err := reasoned(why); err != nil {
		return nil, err
	}
	o := &Opening{ID: tx.NewID(), Seat: seat, Trade: at.Trade, Number: at.Number, From: tx.Now, To: to, Why: why, By: tx.Actor.ID}
	_, err = tx.Exec(ctx, "INSERT INTO alliance_opening (community_id, id, seat_id, opens_at, closes_at, why, opened_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], seat[:], o.From.UnixMicro(), o.To.UnixMicro(), why, tx.Actor.ID)
	return o, err
}

// EndOpening notes how an opening of tx's community ended.
func (s *Service) EndOpening(ctx context.Context, tx *db.Tx, opening id.ID, outcome Outcome) error {
	n, err := tx.Exec(ctx, "INSERT INTO alliance_opening_end (community_id, opening_id, outcome, ended_at, ended_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, opening_id) DO NOTHING",
		tx.Community[:], opening[:], string(outcome), tx.Now.UnixMicro(), tx.Actor.ID)
	if err == nil && n == 0 {
		err = ErrOpeningClosed
	}
	return err
}

// OpenOpenings lists the openings of a community that are not decided, the oldest
// first; the window of some is over.
func (s *Service) OpenOpenings(ctx context.Context, r db.Reader, community id.ID) ([]*Opening, error) {
	return openings(ctx, r, " AND e.ended_at IS NULL", community[:])
}

// Openings lists the openings of a community, the oldest first.
func (s *Service) Openings(ctx context.Context, r db.Reader, community id.ID) ([]*Opening, error) {
	return openings(ctx, r, "", community[:])
}

// OpeningByID finds an opening.
func (s *Service) OpeningByID(ctx context.Context, r db.Reader, community, opening id.ID) (*Opening, error) {
	all, err := openings(ctx, r, " AND o.id = ?", community[:], opening[:])
	if err == nil && len(all) == 0 {
		err = ErrNoOpening
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func openings(ctx context.Context, r db.Reader, where string, args ...any) (all []*Opening, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		o := &Opening{}
		var from, to, ended int64
		if err := rows.Scan(&o.ID, &o.Seat, &o.Trade, &o.Number, &from, &to, &o.Why, &o.By, &ended, &o.Outcome); err != nil {
			return err
		}
		o.From, o.To, o.Ended = micros(from), micros(to), micros(ended)
		all = append(all, o)
		return nil
	}, `SELECT o.id, o.seat_id, s.trade, s.number, o.opens_at, o.closes_at, o.why, o.opened_by, COALESCE(e.ended_at, 0), COALESCE(e.outcome, '')
		FROM alliance_opening o JOIN alliance_seat s ON s.community_id = o.community_id AND s.id = o.seat_id
		LEFT JOIN alliance_opening_end e ON e.community_id = o.community_id AND e.opening_id = o.id
		WHERE o.community_id = ?`+where+" ORDER BY o.opens_at, o.id", args...)
	return all, err
}
