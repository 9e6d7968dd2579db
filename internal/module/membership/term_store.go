package membership

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// PlaceOrder notes what somebody wants to pay for. Its id becomes that of the term.
func (s *Service) PlaceOrder(ctx context.Context, tx *db.Tx, o Order) (_ Order, err error) {
	defer fault.Wrap(&err, "membership: order")
	o.ID, o.By, o.At = tx.NewID(), tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO membership_order (community_id, id, ref, member_id, fee, months, cooling_days, free_services, how, ordered_by, ordered_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], o.ID[:], o.Ref, o.Member, int64(o.Fee), o.Months, o.CoolingDays, o.FreeServices, o.How, o.By, o.At.UnixMicro())
	return o, err
}

// OrderByID finds an order.
func (s *Service) OrderByID(ctx context.Context, r db.Reader, community, order id.ID) (Order, error) {
	all, err := orders(ctx, r, community, "id = ?", order[:])
	if err == nil && len(all) == 0 {
		err = ErrNoOrder
	}
	if err != nil {
		return Order{}, err
	}
	return all[0], nil
}

// OrdersOf lists the orders of a reference, the latest first.
func (s *Service) OrdersOf(ctx context.Context, r db.Reader, community id.ID, ref string) ([]Order, error) {
	return orders(ctx, r, community, "ref = ? ORDER BY id DESC LIMIT 50", ref)
}

func orders(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (all []Order, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var o Order
		var at int64
		err := rows.Scan(&o.ID, &o.Ref, &o.Member, &o.Fee, &o.Months, &o.CoolingDays, &o.FreeServices, &o.How, &o.By, &at)
		o.At = micros(at)
		all = append(all, o)
		return err
	}, `SELECT id, ref, member_id, fee, months, cooling_days, free_services, how, ordered_by, ordered_at
		FROM membership_order WHERE community_id = ? AND `+where, community[:], arg)
	return all, err
}

// Begin notes a term. Its id is the caller's: the order's, or a new one.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, t Term) (_ Term, err error) {
	defer fault.Wrap(&err, "membership: begin")
	if t.Until <= t.From {
		return t, ErrBadDays.On("until")
	}
	all, err := s.TermsOf(ctx, tx, tx.Community, t.Member)
	if err != nil {
		return t, err
	}
	for _, o := range all {
		if o.Stands() && t.From < o.Until && o.From < t.Until {
			return t, ErrOverlap.On("from")
		}
	}
	t.By, t.At, t.End = tx.Actor.String(), tx.Now, nil
	_, err = tx.Exec(ctx, `INSERT INTO membership_term (community_id, id, member_id, charge_id, seq, origin, fee, from_day, until_day, paid_day, cooling_days, free_services, reason, recorded_by, recorded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], t.ID[:], t.Member[:], t.Charge, t.Seq, string(t.Origin), int64(t.Fee),
		int64(t.From), int64(t.Until), int64(t.PaidDay), t.CoolingDays, t.FreeServices, t.Reason, t.By, t.At.UnixMicro())
	return t, err
}

// EndTerm notes that a term was given up on a day.
func (s *Service) EndTerm(ctx context.Context, tx *db.Tx, t *Term, e TermEnd) (err error) {
	defer fault.Wrap(&err, "membership: end term %s", t.ID)
	if !t.Stands() || e.Day >= t.Until {
		return ErrOver
	}
	e.By, e.At = tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, "INSERT INTO membership_term_end (community_id, term_id, end_day, refunded, taken, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], int64(e.Day), int64(e.Refunded), int64(e.Taken), e.Reason, e.By, e.At.UnixMicro())
	if err == nil {
		t.End = &e
	}
	return err
}

// TermsOf lists every term of a member by its days, those given up too.
func (s *Service) TermsOf(ctx context.Context, r db.Reader, community, member id.ID) (Terms, error) {
	return terms(ctx, r, community, "t.member_id = ? ORDER BY t.from_day, t.recorded_at", member[:])
}

// TermByID finds a term.
func (s *Service) TermByID(ctx context.Context, r db.Reader, community, term id.ID) (*Term, error) {
	all, err := terms(ctx, r, community, "t.id = ?", term[:])
	if err == nil && len(all) == 0 {
		err = ErrNoTerm
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// TermsOfMany lists the terms of some members; none: of everybody.
func (s *Service) TermsOfMany(ctx context.Context, r db.Reader, community id.ID, members []id.ID) (map[id.ID]Terms, error) {
	of := make(map[id.ID]Terms)
	take := func(all Terms, err error) error {
		for _, t := range all {
			of[t.Member] = append(of[t.Member], t)
		}
		return err
	}
	if len(members) == 0 {
		return of, take(terms(ctx, r, community, "t.until_day > ? ORDER BY t.from_day, t.recorded_at", -1<<40))
	}
	return of, db.EachSome(members, func(in string, args []any) error {
		return take(terms(ctx, r, community, "t.member_id IN "+in+" ORDER BY t.from_day, t.recorded_at", args...))
	})
}

// Ending lists the standing terms that end on the days from ≤ until_day < to and lack
// a mark, the first first.
func (s *Service) Ending(ctx context.Context, r db.Reader, community id.ID, from, to period.Day, lacks string, limit int) (Terms, error) {
	return terms(ctx, r, community, `t.until_day >= ? AND t.until_day < ? AND e.term_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM membership_mark m WHERE m.community_id = t.community_id AND m.term_id = t.id AND m.mark = ?)
		ORDER BY t.until_day, t.id LIMIT ?`, int64(from), int64(to), lacks, limit)
}

// The marks of a term's end.
const (
	Soon   = "soon"   // told some weeks before
	Last   = "last"   // told some days before
	Ended  = "ended"  // told that it is over and the grace runs
	Lapsed = "lapsed" // the grace is over
)

// Mark notes that something was done about the end of a term, or need not be; false
// if it was before.
func (s *Service) Mark(ctx context.Context, tx *db.Tx, term id.ID, mark string) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO membership_mark (community_id, term_id, mark, marked_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, term_id, mark) DO NOTHING",
		tx.Community[:], term[:], mark, tx.Now.UnixMicro())
	return n == 1, err
}

func terms(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all Terms, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var t Term
		var at int64
		var day, ended sql.NullInt64
		var refunded, taken sql.NullInt64
		var reason, by sql.NullString
		if err := rows.Scan(&t.ID, &t.Member, &t.Charge, &t.Seq, &t.Origin, &t.Fee, &t.From, &t.Until, &t.PaidDay, &t.CoolingDays, &t.FreeServices, &t.Reason, &t.By, &at,
			&day, &refunded, &taken, &reason, &by, &ended); err != nil {
			return err
		}
		t.At = micros(at)
		if day.Valid {
			t.End = &TermEnd{Day: period.Day(day.Int64), Refunded: money.Amount(refunded.Int64), Taken: money.Amount(taken.Int64), Reason: reason.String, By: by.String, At: micros(ended.Int64)}
		}
		all = append(all, t)
		return nil
	}, `SELECT t.id, t.member_id, t.charge_id, t.seq, t.origin, t.fee, t.from_day, t.until_day, t.paid_day, t.cooling_days, t.free_services, t.reason, t.recorded_by, t.recorded_at,
		e.end_day, e.refunded, e.taken, e.reason, e.ended_by, e.ended_at
		FROM membership_term t LEFT JOIN membership_term_end e ON e.community_id = t.community_id AND e.term_id = t.id
		WHERE t.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// keys are the ids of a map in an order that does not change.
func keys[V any](m map[id.ID]V) []id.ID {
	return slices.SortedFunc(maps.Keys(m), func(a, b id.ID) int { return strings.Compare(string(a[:]), string(b[:])) })
}

// none makes "no row" a false.
func none(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
