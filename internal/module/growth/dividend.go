package growth

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// How a proposal ended, beside Refused and Withdrawn.
const Approved = "approved"

// Dividend is a proposal to share a closed month with the directors, and what became
// of it (M-05).
type Dividend struct {
	ID     id.ID
	Month  period.Month
	Result money.Amount // fen: what the platform kept in the month, without membership fees
	Rate   money.Rate   // of it, when it was proposed
	Cap    money.Amount
	Words  string
	By     id.ID
	At     time.Time
	Shares []Share // in the order of appointment

	End         *Stepped // nil while it waits
	First, Last int64    // its entries, −1 unless it was approved
}

// Share is what one director gets.
type Share struct {
	Member id.ID
	Amount money.Amount
}

// Sum is what the directors get together.
func (d *Dividend) Sum() (sum money.Amount) {
	for _, s := range d.Shares {
		sum += s.Amount
	}
	return sum
}

// Approved reports whether it was paid out.
func (d *Dividend) Approved() bool { return d.End != nil && d.End.Step == Approved }

// Dividends lists the proposals of a community, the newest first.
func (s *Service) Dividends(ctx context.Context, r db.Reader, community id.ID) ([]*Dividend, error) {
	return readDividends(ctx, r, " ORDER BY d.id DESC", community[:])
}

// Dividend finds one.
func (s *Service) Dividend(ctx context.Context, r db.Reader, community, at id.ID) (*Dividend, error) {
	all, err := readDividends(ctx, r, " AND d.id = ?", community[:], at[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func readDividends(ctx context.Context, r db.Reader, where string, args ...any) (all []*Dividend, err error) {
	byID := make(map[id.ID]*Dividend)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Dividend
		var at int64
		var kind, words sql.NullString
		var by []byte
		var ended, first, last sql.NullInt64
		if err := rows.Scan(&d.ID, &d.Month, &d.Result, &d.Rate, &d.Cap, &d.Words, &d.By, &at, &kind, &words, &by, &ended, &first, &last); err != nil {
			return err
		}
		if d.At, d.First, d.Last = micros(at), -1, -1; kind.Valid {
			d.End = &Stepped{Step: kind.String, Words: words.String, By: idOf(by), At: micros(ended.Int64)}
		}
		if first.Valid {
			d.First, d.Last = first.Int64, last.Int64
		}
		all, byID[d.ID] = append(all, &d), &d
		return nil
	}, `SELECT d.id, d.month, d.result, d.rate, d.cap, d.words, d.proposed_by, d.proposed_at, e.kind, e.words, e.ended_by, e.ended_at, p.first_seq, p.last_seq
		FROM growth_dividend d
		LEFT JOIN growth_dividend_end e ON e.community_id = d.community_id AND e.dividend_id = d.id
		LEFT JOIN growth_dividend_paid p ON p.community_id = d.community_id AND p.dividend_id = d.id
		WHERE d.community_id = ?`+where, args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var v Share
		if err := rows.Scan(&of, &v.Member, &v.Amount); err != nil {
			return err
		}
		if d := byID[of]; d != nil {
			d.Shares = append(d.Shares, v)
		}
		return nil
	}, "SELECT dividend_id, member_id, amount FROM growth_dividend_share WHERE community_id = ? ORDER BY dividend_id, place", args[0])
}

// Propose notes a proposal. A month is proposed once at a time and paid once.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, d Dividend) (_ *Dividend, err error) {
	defer fault.Wrap(&err, "growth: dividend of %s", d.Month)
	all, err := s.Dividends(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	for _, old := range all {
		switch {
		case old.Month != d.Month:
		case old.Approved():
			return nil, ErrPaid.With("month", d.Month.String())
		case old.End == nil:
			return nil, ErrWaits
		}
	}
	switch {
	case d.Result <= 0:
		return nil, ErrNothing
	case len(d.Shares) == 0:
		return nil, ErrNobody
	}
	if err := reasoned(d.Words); err != nil {
		return nil, err
	}
	d.ID, d.By, d.At, d.First, d.Last = tx.NewID(), tx.Actor.ID, tx.Now, -1, -1
	if _, err := tx.Exec(ctx, "INSERT INTO growth_dividend (community_id, id, month, result, rate, cap, words, proposed_by, proposed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], int64(d.Month), int64(d.Result), int64(d.Rate), int64(d.Cap), d.Words, d.By[:], tx.Now.UnixMicro()); err != nil {
		return nil, err
	}
	for i, v := range d.Shares {
		if _, err := tx.Exec(ctx, "INSERT INTO growth_dividend_share (community_id, dividend_id, place, member_id, amount) VALUES (?, ?, ?, ?, ?)",
			tx.Community[:], d.ID[:], i, v.Member[:], int64(v.Amount)); err != nil {
			return nil, err
		}
	}
	return &d, nil
}

// Approve notes that a second person approves a proposal that still says what is so;
// now is what would be proposed today. The caller posts it in the same transaction and
// notes its entries with Paid.
func (s *Service) Approve(ctx context.Context, tx *db.Tx, d *Dividend, now Dividend) error {
	switch {
	case d.End != nil:
		return ErrSettled
	case tx.Actor.ID == d.By:
		return ErrSamePerson
	case d.Result != now.Result, !slices.Equal(d.Shares, now.Shares):
		return ErrChanged
	}
	return s.endDividend(ctx, tx, d, Approved, "")
}

// Paid notes the entries that paid an approved month.
func (s *Service) Paid(ctx context.Context, tx *db.Tx, d *Dividend, first, last int64) error {
	n, err := tx.Exec(ctx, "INSERT INTO growth_dividend_paid (community_id, month, dividend_id, first_seq, last_seq) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, month) DO NOTHING",
		tx.Community[:], int64(d.Month), d.ID[:], first, last)
	if err == nil && n == 0 {
		err = ErrPaid.With("month", d.Month.String())
	}
	d.First, d.Last = first, last
	return err
}

// Drop ends a proposal that is not paid: another person refuses it, or who proposed it
// withdraws it.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, d *Dividend, reason string) error {
	if d.End != nil {
		return ErrSettled
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	kind := Refused
	if tx.Actor.ID == d.By {
		kind = Withdrawn
	}
	return s.endDividend(ctx, tx, d, kind, reason)
}

func (s *Service) endDividend(ctx context.Context, tx *db.Tx, d *Dividend, kind, words string) error {
	_, err := tx.Exec(ctx, "INSERT INTO growth_dividend_end (community_id, dividend_id, kind, words, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], kind, words, tx.Actor.ID[:], tx.Now.UnixMicro())
	d.End = &Stepped{Step: kind, Words: words, By: tx.Actor.ID, At: tx.Now}
	return err
}

// SharesOf are the dividends that reached a member, by month, the newest first.
func (s *Service) SharesOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Dividend, error) {
	all, err := s.Dividends(ctx, r, community)
	return slices.DeleteFunc(all, func(d *Dividend) bool {
		return !d.Approved() || !slices.ContainsFunc(d.Shares, func(v Share) bool { return v.Member == member })
	}), err
}

// Payouts are the months that were paid: the auditor compares them with the books.
func (s *Service) Payouts(ctx context.Context, r db.Reader, community id.ID) (map[period.Month]Dividend, error) {
	all, err := s.Dividends(ctx, r, community)
	paid := make(map[period.Month]Dividend)
	for _, d := range all {
		if d.First >= 0 {
			paid[d.Month] = *d
		}
	}
	return paid, err
}
