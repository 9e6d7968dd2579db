package payment

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Frozen is a payment on a shop's account that the provider holds, until parts of it have
// gone to others and the rest is released to the shop (D6).
type Frozen struct {
	Payment
	Shop id.ID
}

// AtProvider is how much of a payment the provider gave back, or is asked to: what was
// given back in another way lies there still.
func (p *Payment) AtProvider() (sum money.Amount) {
	for _, r := range p.Refunds {
		if r.End == nil || r.End.Kind == Done {
			sum += r.Amount
		}
	}
	return sum
}

// Refunding reports whether a refund is under way.
func (p *Payment) Refunding() bool {
	for _, r := range p.Refunds {
		if r.End == nil {
			return true
		}
	}
	return false
}

// Freeze notes that money on a shop's account waits to be shared and released.
func (s *Service) Freeze(ctx context.Context, tx *db.Tx, p *Payment, shop id.ID, paidAt time.Time) (err error) {
	defer fault.Wrap(&err, "payment: freeze %s", p.ID)
	_, err = tx.Exec(ctx, "INSERT INTO payment_frozen (community_id, payment_id, provider, shop_id, paid_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], string(p.Provider), shop[:], micros(paidAt))
	return err
}

// Thaw notes that nothing of a payment waits any more. To be told again changes nothing.
func (s *Service) Thaw(ctx context.Context, tx *db.Tx, payment id.ID) (err error) {
	defer fault.Wrap(&err, "payment: thaw %s", payment)
	_, err = tx.Exec(ctx, "DELETE FROM payment_frozen WHERE community_id = ? AND payment_id = ?", tx.Community[:], payment[:])
	return err
}

// Frozen lists what a provider holds of payments before a time on shops' accounts, with
// what was refunded, the oldest first.
func (s *Service) Frozen(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, before time.Time) (all []Frozen, err error) {
	defer fault.Wrap(&err, "payment: what is frozen")
	const rows = "FROM payment_frozen f WHERE f.community_id = ? AND f.provider = ? AND f.paid_at < ?"
	args := []any{community[:], string(provider), before.UnixMicro()}
	shops := make(map[id.ID]id.ID)
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var payment, shop id.ID
		err := rows.Scan(&payment, &shop)
		shops[payment] = shop
		return err
	}, "SELECT f.payment_id, f.shop_id "+rows, args...); err != nil || len(shops) == 0 {
		return nil, err
	}
	found, err := read(ctx, r, community, "p.id IN (SELECT f.payment_id "+rows+") ORDER BY e.paid_at, p.id", args...)
	for _, p := range found {
		all = append(all, Frozen{p, shops[p.ID]})
	}
	return all, err
}

// FrozenShops tells with which provider something of payments before a time waits on each
// shop's account; with several, the first by name.
func (s *Service) FrozenShops(ctx context.Context, r db.Reader, community id.ID, before time.Time) (by map[id.ID]pay.Kind, err error) {
	defer fault.Wrap(&err, "payment: shops with something frozen")
	by = make(map[id.ID]pay.Kind)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var shop id.ID
		var provider pay.Kind
		err := rows.Scan(&shop, &provider)
		if _, known := by[shop]; !known && err == nil {
			by[shop] = provider
		}
		return err
	}, "SELECT DISTINCT shop_id, provider FROM payment_frozen WHERE community_id = ? AND paid_at < ? ORDER BY provider", community[:], before.UnixMicro())
	return by, err
}

// FrozenSince counts what a provider holds of payments before a time on shops' accounts,
// and tells when the oldest was paid; zero if there is none.
func (s *Service) FrozenSince(ctx context.Context, r db.Reader, community id.ID, before time.Time) (n int, sum money.Amount, oldest time.Time, err error) {
	var first sql.NullInt64
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&n, &sum, &first) },
		`SELECT count(*), CAST(coalesce(sum(p.amount), 0) AS BIGINT), min(f.paid_at) FROM payment_frozen f JOIN payment p ON p.community_id = f.community_id AND p.id = f.payment_id
		WHERE f.community_id = ? AND f.paid_at < ?`, community[:], before.UnixMicro())
	return n, sum, at(first.Int64), err
}
