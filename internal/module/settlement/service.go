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
	})}
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
	used += amount
	if _, err := tx.Exec(ctx, `INSERT INTO settlement_cap (community_id, leader_id, month, used) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, leader_id, month) DO UPDATE SET used = excluded.used`, tx.Community[:], leader[:], int64(month), int64(used)); err != nil {
		return err
	}
	return s.caps.Put(ctx, tx, capKey{leader, month}, used)
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
