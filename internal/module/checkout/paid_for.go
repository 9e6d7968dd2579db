package checkout

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// For says which service at home a sale paid for: a request of the time bank whose price is
// paid at the shop's till (F2). The sale settles as any other.
type For struct {
	Checkout   id.ID
	N          int   // from 1; the latest counts
	Request    id.ID // zero: for none after all
	Assignment id.ID
	Merchant   id.ID // who sold
	Member     id.ID // who bought, zero if she is not known
	Seq        int64 // of the purchase
	At         time.Time
	By         string
}

// NoteFor notes which service a sale paid for; zeros take it back.
func (s *Service) NoteFor(ctx context.Context, tx *db.Tx, c *Checkout, request, assignment id.ID) (err error) {
	defer fault.Wrap(&err, "checkout: note what %s is for", c.ID)
	if !c.Settled() {
		return ErrUnpaid
	}
	before, err := s.ForOf(ctx, tx, tx.Community, c.ID)
	if err != nil || before.Assignment == assignment {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO checkout_for (community_id, checkout_id, n, request_id, assignment_id, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], before.N+1, request[:], assignment[:], tx.Now.UnixMicro(), tx.Actor.String())
	return err
}

// ForOf is what a sale was for; the zero For if nobody said anything.
func (s *Service) ForOf(ctx context.Context, r db.Reader, community, checkout id.ID) (x For, err error) {
	all, err := paidFor(ctx, r, community, " AND f.checkout_id = ?", checkout[:])
	if err == nil && len(all) > 0 {
		x = all[0]
	}
	return x, err
}

// PaidFor are the sales that paid for a request of the time bank, the first first.
func (s *Service) PaidFor(ctx context.Context, r db.Reader, community, request id.ID) ([]For, error) {
	return paidFor(ctx, r, community, " AND f.request_id = ?", request[:])
}

// AllFor are the sales of a community that paid for services.
func (s *Service) AllFor(ctx context.Context, r db.Reader, community id.ID) ([]For, error) {
	return paidFor(ctx, r, community, "")
}

func paidFor(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []For, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x For
		var when int64
		err := rows.Scan(&x.Checkout, &x.N, &x.Request, &x.Assignment, &x.Merchant, &x.Member, &x.Seq, &when, &x.By)
		x.At = at(when)
		all = append(all, x)
		return err
	}, `SELECT f.checkout_id, f.n, f.request_id, f.assignment_id, c.merchant_id, c.member_id, e.seq, f.noted_at, f.noted_by
		FROM checkout_for f JOIN checkout c ON c.community_id = f.community_id AND c.id = f.checkout_id
		JOIN checkout_end e ON e.community_id = f.community_id AND e.checkout_id = f.checkout_id
		WHERE f.community_id = ? AND NOT EXISTS (SELECT 1 FROM checkout_for g WHERE g.community_id = f.community_id AND g.checkout_id = f.checkout_id AND g.n > f.n)`+
		where+" ORDER BY f.noted_at, f.checkout_id", append([]any{community[:]}, args...)...)
	return all, err
}
