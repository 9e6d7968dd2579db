package checkout

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Back is why a shop gave money back at its till.
type Back struct {
	Refund int64 // entry of the refund
	Sale   int64 // entry of the purchase
	Reason string
	By     string
	At     time.Time
}

// NoteBack notes why a refund was given.
func (s *Service) NoteBack(ctx context.Context, tx *db.Tx, b Back) (err error) {
	defer fault.Wrap(&err, "checkout: note a refund")
	_, err = tx.Exec(ctx, "INSERT INTO checkout_back (community_id, refund_seq, sale_seq, reason, given_by, given_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.Refund, b.Sale, b.Reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// BacksOf are the refunds of a sale that its shop gave, by the entry of the refund.
func (s *Service) BacksOf(ctx context.Context, r db.Reader, community id.ID, sale int64) (map[int64]Back, error) {
	all := make(map[int64]Back)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		b := Back{Sale: sale}
		var when int64
		if err := rows.Scan(&b.Refund, &b.Reason, &b.By, &when); err != nil {
			return err
		}
		b.At = at(when)
		all[b.Refund] = b
		return nil
	}, "SELECT refund_seq, reason, given_by, given_at FROM checkout_back WHERE community_id = ? AND sale_seq = ?", community[:], sale)
	return all, err
}

// Booked is what the tables say of the entry that settled a checkout, for those who verify.
type Booked struct {
	Checkout id.ID
	Cash     money.Amount
}

// AllBooked is every entry that settled a checkout.
func (s *Service) AllBooked(ctx context.Context, r db.Reader, community id.ID) (map[int64]Booked, error) {
	all := make(map[int64]Booked)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Booked
		var seq int64
		err := rows.Scan(&seq, &b.Checkout, &b.Cash)
		all[seq] = b
		return err
	}, `SELECT e.seq, e.checkout_id, t.cash FROM checkout_end e JOIN checkout_terms t ON t.community_id = e.community_id AND t.checkout_id = e.checkout_id
		WHERE e.community_id = ? AND e.seq >= 0`, community[:])
}
