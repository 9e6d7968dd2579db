package coin

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// EarnedFor is what was paid for an assignment, nil if nothing was yet.
func (s *Service) EarnedFor(ctx context.Context, r db.Reader, community, assignment id.ID) (*Earned, error) {
	all, err := readEarned(ctx, r, community, "assignment_id = ?", assignment[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// EarnedAll lists what was paid for every assignment, the oldest first.
func (s *Service) EarnedAll(ctx context.Context, r db.Reader, community id.ID) ([]*Earned, error) {
	return readEarned(ctx, r, community, "1 = 1 ORDER BY seq")
}

const earnedColumns = "assignment_id, request_id, part, kind, asker_id, helper_id, shop_id, minutes, coins, pool, due, seq, paid_at"

func readEarned(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Earned, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var e Earned
		if err := e.scan(rows); err != nil {
			return err
		}
		all = append(all, &e)
		return nil
	}, "SELECT "+earnedColumns+" FROM coin_service WHERE community_id = ? AND "+where, append([]any{community[:]}, args...)...)
	return all, err
}

func (e *Earned) scan(rows *sql.Rows, more ...any) error {
	var at int64
	err := rows.Scan(append([]any{&e.Assignment, &e.Request, &e.Part, &e.Kind, &e.Asker, &e.Helper, &e.Shop, &e.Minutes, &e.Coins, &e.Pool, &e.Due, &e.Seq, &at}, more...)...)
	e.PaidAt = micros(at)
	return err
}

// Earn notes what was paid for an assignment. What the pool had not got is due from now on.
func (s *Service) Earn(ctx context.Context, tx *db.Tx, e Earned) (err error) {
	defer fault.Wrap(&err, "coin: pay for %s", e.Assignment)
	_, err = tx.Exec(ctx, "INSERT INTO coin_service (community_id, "+earnedColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], e.Assignment[:], e.Request[:], e.Part, string(e.Kind), e.Asker[:], e.Helper[:], e.Shop[:], e.Minutes,
		int64(e.Coins), int64(e.Pool), int64(e.Due), e.Seq, tx.Now.UnixMicro())
	if err != nil || e.Due == 0 {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO coin_due (community_id, assignment_id, coins, payments, since) VALUES (?, ?, ?, 0, ?)",
		tx.Community[:], e.Assignment[:], int64(e.Due), tx.Now.UnixMicro())
	return err
}

// UndoneOf is what was taken back of an assignment's pay, nil if nothing was.
func (s *Service) UndoneOf(ctx context.Context, r db.Reader, community, assignment id.ID) (u *Undone, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		u = new(Undone)
		return rows.Scan(&u.Whole, &u.Coins, &u.Pool, &u.Seq)
	}, "SELECT whole, coins, pool, seq FROM coin_service_undo WHERE community_id = ? AND assignment_id = ?", community[:], assignment[:])
	return u, err
}

// Undo notes what is taken back after a dispute, and what is left of what was due.
func (s *Service) Undo(ctx context.Context, tx *db.Tx, assignment id.ID, u Undone, left money.Amount) (err error) {
	defer fault.Wrap(&err, "coin: take back of %s", assignment)
	_, err = tx.Exec(ctx, "INSERT INTO coin_service_undo (community_id, assignment_id, whole, coins, pool, seq, undone_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], assignment[:], int64(u.Whole), int64(u.Coins), int64(u.Pool), u.Seq, tx.Now.UnixMicro())
	if err != nil {
		return err
	}
	return s.leave(ctx, tx, assignment, left)
}

// leave sets what is still due for an assignment.
func (s *Service) leave(ctx context.Context, tx *db.Tx, assignment id.ID, left money.Amount) (err error) {
	if left == 0 {
		_, err = tx.Exec(ctx, "DELETE FROM coin_due WHERE community_id = ? AND assignment_id = ?", tx.Community[:], assignment[:])
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE coin_due SET coins = ? WHERE community_id = ? AND assignment_id = ?", int64(left), tx.Community[:], assignment[:])
	return err
}

// DueFor is what the pool still has to pay for an assignment.
func (s *Service) DueFor(ctx context.Context, r db.Reader, community, assignment id.ID) (money.Amount, error) {
	n, err := number(ctx, r, "SELECT coins FROM coin_due WHERE community_id = ? AND assignment_id = ?", community[:], assignment[:])
	return money.Amount(n), err
}

// Dues lists what the pool still has to pay, the oldest first.
func (s *Service) Dues(ctx context.Context, r db.Reader, community id.ID, limit int) (all []*Due, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Due
		var since int64
		if err := d.Earned.scan(rows, &d.Left, &d.Payments, &since); err != nil {
			return err
		}
		d.Since = micros(since)
		all = append(all, &d)
		return nil
	}, `SELECT p.assignment_id, p.request_id, p.part, p.kind, p.asker_id, p.helper_id, p.shop_id, p.minutes, p.coins, p.pool, p.due, p.seq, p.paid_at, d.coins, d.payments, d.since
		FROM coin_due d JOIN coin_service p ON p.community_id = d.community_id AND p.assignment_id = d.assignment_id
		WHERE d.community_id = ? ORDER BY d.since, d.assignment_id LIMIT ?`, community[:], limit)
	return all, err
}

// DueOf is what the pool still has to pay a helper in all.
func (s *Service) DueOf(ctx context.Context, r db.Reader, community, helper id.ID) (money.Amount, error) {
	n, err := number(ctx, r, `SELECT CAST(COALESCE(sum(d.coins), 0) AS BIGINT) FROM coin_due d
		JOIN coin_service p ON p.community_id = d.community_id AND p.assignment_id = d.assignment_id
		WHERE d.community_id = ? AND p.helper_id = ?`, community[:], helper[:])
	return money.Amount(n), err
}

// DueInAll is what the pool still has to pay, and to how many.
func (s *Service) DueInAll(ctx context.Context, r db.Reader, community id.ID) (sum money.Amount, n int, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&sum, &n) },
		"SELECT CAST(COALESCE(sum(coins), 0) AS BIGINT), count(*) FROM coin_due WHERE community_id = ?", community[:])
	return sum, n, err
}

// PayDue notes a payment of what was due.
func (s *Service) PayDue(ctx context.Context, tx *db.Tx, d *Due, paid money.Amount) (err error) {
	defer fault.Wrap(&err, "coin: pay what is due for %s", d.Assignment)
	d.Left, d.Payments = d.Left-paid, d.Payments+1
	if _, err = tx.Exec(ctx, "UPDATE coin_due SET payments = ? WHERE community_id = ? AND assignment_id = ?", d.Payments, tx.Community[:], d.Assignment[:]); err != nil {
		return err
	}
	return s.leave(ctx, tx, d.Assignment, d.Left)
}

// Spent is what the pool paid for services in a month.
func (s *Service) Spent(ctx context.Context, r db.Reader, community id.ID, m period.Month) (money.Amount, error) {
	n, err := number(ctx, r, "SELECT spent FROM coin_budget WHERE community_id = ? AND month = ?", community[:], int64(m))
	return money.Amount(n), err
}

// Spend adds to it.
func (s *Service) Spend(ctx context.Context, tx *db.Tx, m period.Month, v money.Amount) (err error) {
	if v == 0 {
		return nil
	}
	defer fault.Wrap(&err, "coin: spend of %s", m)
	_, err = tx.Exec(ctx, `INSERT INTO coin_budget (community_id, month, spent) VALUES (?, ?, ?)
		ON CONFLICT (community_id, month) DO UPDATE SET spent = coin_budget.spent + excluded.spent`, tx.Community[:], int64(m), int64(v))
	return err
}
