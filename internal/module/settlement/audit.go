package settlement

import (
	"context"
	"database/sql"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// CapOf names a leader's cap of a civil month.
type CapOf struct {
	Leader id.ID
	Month  period.Month
}

// Caps are all caps of a community as far as they are used, for an audit.
func (s *Service) Caps(ctx context.Context, r db.Reader, community id.ID) (map[CapOf]money.Amount, error) {
	used := make(map[CapOf]money.Amount)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var c CapOf
		var v money.Amount
		err := rows.Scan(&c.Leader, &c.Month, &v)
		used[c] = v
		return err
	}, "SELECT leader_id, month, used FROM settlement_cap WHERE community_id = ?", community[:])
	return used, err
}

// Noted is a refund as it was noted beside the books.
type Noted struct {
	Purchase int64
	RefundOf
}

// String is the note as findings show it.
func (n Noted) String() string {
	if n == (Noted{}) {
		return "—"
	}
	return fmt.Sprintf("%s of purchase %d", n.Amount.Decimal(money.CNY), n.Purchase)
}

// AllRefunds are the refunds of a community by their entry, for an audit.
func (s *Service) AllRefunds(ctx context.Context, r db.Reader, community id.ID) (map[int64]Noted, error) {
	all := make(map[int64]Noted)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Noted
		err := rows.Scan(&n.Purchase, &n.Seq, &n.Amount)
		all[n.Seq] = n
		return err
	}, "SELECT purchase_seq, seq, amount FROM settlement_refund WHERE community_id = ?", community[:])
	return all, err
}
