package coin

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Refusals of hours that are taken along.
var (
	ErrNotAbroad = fault.New(fault.Conflict, "coin.not_abroad") // she is at home here
	ErrOtherSent = fault.New(fault.Conflict, "coin.other_sent") // the same number took something else along
)

// Transfer is hours of a member on their way to, or from, another community.
type Transfer struct {
	ID     id.ID
	Member id.ID
	Other  id.ID // the community
	Coins  money.Amount
	Seq    int64
}

// Sent finds what left under a number, nil if nothing did.
func (s *Service) Sent(ctx context.Context, r db.Reader, community, transfer id.ID) (*Transfer, error) {
	return findTransfer(ctx, r, "coin_sent", community, transfer)
}

// Arrived finds what arrived under a number, nil if nothing did.
func (s *Service) Arrived(ctx context.Context, r db.Reader, community, transfer id.ID) (*Transfer, error) {
	return findTransfer(ctx, r, "coin_arrived", community, transfer)
}

func findTransfer(ctx context.Context, r db.Reader, table string, community, transfer id.ID) (t *Transfer, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		t = &Transfer{ID: transfer}
		return rows.Scan(&t.Member, &t.Other, &t.Coins, &t.Seq)
	}, "SELECT member_id, other_id, coins, seq FROM "+table+" WHERE community_id = ? AND id = ?", community[:], transfer[:])
	return t, err
}

// Send notes what left.
func (s *Service) Send(ctx context.Context, tx *db.Tx, t Transfer) (err error) {
	defer fault.Wrap(&err, "coin: send")
	_, err = tx.Exec(ctx, "INSERT INTO coin_sent (community_id, id, member_id, other_id, coins, seq, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], t.Member[:], t.Other[:], int64(t.Coins), t.Seq, tx.Now.UnixMicro())
	return err
}

// Arrive notes what arrived.
func (s *Service) Arrive(ctx context.Context, tx *db.Tx, t Transfer) (err error) {
	defer fault.Wrap(&err, "coin: arrive")
	_, err = tx.Exec(ctx, "INSERT INTO coin_arrived (community_id, id, member_id, other_id, coins, seq, arrived_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], t.Member[:], t.Other[:], int64(t.Coins), t.Seq, tx.Now.UnixMicro())
	return err
}
