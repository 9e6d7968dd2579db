package alliance

import (
	"context"
	"database/sql"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Seats lists the seats of a community, by trade and number.
func (s *Service) Seats(ctx context.Context, r db.Reader, community id.ID) ([]*Seat, error) {
	return seats(ctx, r, "", community[:])
}

// SeatByID finds a seat.
func (s *Service) SeatByID(ctx context.Context, r db.Reader, community, seat id.ID) (*Seat, error) {
	all, err := seats(ctx, r, " AND id = ?", community[:], seat[:])
	if err == nil && len(all) == 0 {
		err = ErrNoSeat
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func seats(ctx context.Context, r db.Reader, where string, args ...any) (all []*Seat, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Seat{}
		var at int64
		if err := rows.Scan(&x.ID, &x.Trade, &x.Number, &x.Radius, &x.Demand.Asked, &x.Demand.Unmet, &x.Demand.Days, &x.Demand.Source, &x.Reason, &at, &x.By); err != nil {
			return err
		}
		x.At = micros(at)
		all = append(all, x)
		return nil
	}, "SELECT id, trade, number, radius, asked, unmet, measured_days, source, reason, opened_at, opened_by FROM alliance_seat WHERE community_id = ?"+where+" ORDER BY trade, number", args...)
	return all, err
}

// Tenures lists every tenure of a community that ever was, by trade, seat and time:
// who held what from when until when. Holding leaves those of an instant.
func (s *Service) Tenures(ctx context.Context, r db.Reader, community id.ID) ([]*Tenure, error) {
	all, err := tenures(ctx, r, "", community[:])
	slices.SortStableFunc(all, byTrade)
	return all, err
}

// Running lists the tenures that nobody has ended; some may have lapsed.
func (s *Service) Running(ctx context.Context, r db.Reader, community id.ID) ([]*Tenure, error) {
	all, err := tenures(ctx, r, " AND t.ended_at = 0", community[:])
	slices.SortStableFunc(all, byTrade)
	return all, err
}

// TenuresOf lists the tenures of one shop, the latest first.
func (s *Service) TenuresOf(ctx context.Context, r db.Reader, community, merchant id.ID) ([]*Tenure, error) {
	all, err := tenures(ctx, r, " AND t.merchant_id = ?", community[:], merchant[:])
	slices.Reverse(all)
	return all, err
}

// TenureByID finds a tenure.
func (s *Service) TenureByID(ctx context.Context, r db.Reader, community, tenure id.ID) (*Tenure, error) {
	all, err := tenures(ctx, r, " AND t.id = ?", community[:], tenure[:])
	if err == nil && len(all) == 0 {
		err = ErrNoTenure
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func tenures(ctx context.Context, r db.Reader, where string, args ...any) (all []*Tenure, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Tenure{}
		var from, until, ended int64
		if err := rows.Scan(&x.ID, &x.Seat, &x.Trade, &x.Number, &x.Merchant, &from, &until, &x.Basis, &x.Application, &ended, &x.Why, &x.Reason, &x.EndedBy); err != nil {
			return err
		}
		x.From, x.Until, x.Ended = micros(from), micros(until), micros(ended)
		all = append(all, x)
		return nil
	}, `SELECT t.id, t.seat_id, s.trade, s.number, t.merchant_id, t.held_from, t.held_until, t.basis, t.application_id, t.ended_at,
			COALESCE(v.why, ''), COALESCE(v.reason, ''), v.noted_by
		FROM alliance_tenure t JOIN alliance_seat s ON s.community_id = t.community_id AND s.id = t.seat_id
		LEFT JOIN alliance_vacancy v ON v.community_id = t.community_id AND v.tenure_id = t.id
		WHERE t.community_id = ?`+where+" ORDER BY t.held_from, t.id", args...)
	return all, err
}
