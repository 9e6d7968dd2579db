package settlement

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables that settlement keeps beside the books.
var Schema = db.Schema{
	Owner:  "module/settlement",
	Tables: []db.Table{{Name: "settlement_cap", Placement: db.Distributed}, {Name: "settlement_refund", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Service remembers what one purchase must know of earlier ones: how far a
// leader's cap is used, and what was refunded.
type Service struct {
	caps *db.Memo[capKey, money.Amount]
}

type capKey struct {
	leader id.ID
	month  period.Month
}

// New makes the service.
func New() *Service {
	return &Service{caps: db.NewMemo(20_000, func(ctx context.Context, tx *db.Tx, k capKey) (used money.Amount, err error) {
		err = db.One(ctx, tx, &used, "SELECT used FROM settlement_cap WHERE community_id = ? AND leader_id = ? AND month = ?", tx.Community[:], k.leader[:], int64(k.month))
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return used, err
	}).WriteBehind(writeCaps)}
}

// writeCaps writes the caps that a batch has changed.
func writeCaps(community id.ID, keys []capKey, used []money.Amount) *db.Bulk {
	n := len(keys)
	communities, leaders, months, amounts := make([][]byte, n), make([][]byte, n), make([]int64, n), make([]int64, n)
	for i := range keys {
		communities[i], leaders[i], months[i], amounts[i] = community[:], keys[i].leader[:], int64(keys[i].month), int64(used[i])
	}
	return &db.Bulk{
		Table: "settlement_cap", Conflict: "ON CONFLICT (community_id, leader_id, month) DO UPDATE SET used = excluded.used",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "leader_id", Bytes: leaders}, {Name: "month", Ints: months}, {Name: "used", Ints: amounts}},
	}
}

// CapUsed is how much S-08 paid a leader for a civil month of booked_on,
// reversals taken off.
func (s *Service) CapUsed(ctx context.Context, tx *db.Tx, leader id.ID, month period.Month) (money.Amount, error) {
	return s.caps.Get(ctx, tx, capKey{leader, month})
}

// UseCap adds to what a leader has used of a month's cap; a refund takes off.
func (s *Service) UseCap(ctx context.Context, tx *db.Tx, leader id.ID, month period.Month, amount money.Amount) error {
	if amount == 0 {
		return nil
	}
	used, err := s.CapUsed(ctx, tx, leader, month)
	if err != nil {
		return err
	}
	return s.caps.Put(ctx, tx, capKey{leader, month}, used+amount)
}

// RefundOf is one refund of a purchase.
type RefundOf struct {
	Seq    int64        `db:"seq"`
	Amount money.Amount `db:"amount"`
}

// Refunds lists the refunds of a purchase, the first first.
func (s *Service) Refunds(ctx context.Context, r db.Reader, community id.ID, purchase int64) (all []RefundOf, err error) {
	err = db.All(ctx, r, &all, "SELECT seq, amount FROM settlement_refund WHERE community_id = ? AND purchase_seq = ? ORDER BY seq", community[:], purchase)
	return all, err
}

// NoteRefund records that entry seq refunded amount of a purchase.
func (s *Service) NoteRefund(ctx context.Context, tx *db.Tx, purchase, seq int64, amount money.Amount) error {
	_, err := tx.Exec(ctx, "INSERT INTO settlement_refund (community_id, purchase_seq, seq, amount) VALUES (?, ?, ?, ?)", tx.Community[:], purchase, seq, int64(amount))
	return err
}
