package ledger

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/platform/db"
)

// HoldingsOf lists the accounts of one kind of owner in the order in which they
// were opened, a part of them at a time.
func (s *Service) HoldingsOf(ctx context.Context, r db.Reader, community id.ID, kind party.Kind, limit, offset int) (all []Holding, err error) {
	defer fault.Wrap(&err, "ledger: holdings of %s", kind)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var h Holding
		err := rows.Scan(&h.Account.Owner.Kind, &h.Account.Owner.ID, &h.Account.Purpose, &h.Account.Asset, &h.Balance, &h.Last, &h.Entries)
		all = append(all, h)
		return err
	}, `SELECT a.owner_kind, a.owner_id, a.purpose, a.asset, b.balance, b.last_seq, b.entries FROM ledger_account a
		JOIN ledger_balance b ON b.community_id = a.community_id AND b.no = a.no
		WHERE a.community_id = ? AND b.community_id = ? AND a.owner_kind = ? ORDER BY a.no LIMIT ? OFFSET ?`, community[:], community[:], int64(kind), limit, offset)
	return all, err
}

// KindSum is what the accounts of one kind of owner hold together in one asset.
type KindSum struct {
	Kind     party.Kind
	Purpose  Purpose
	Asset    money.Asset
	Accounts int64
	Balance  money.Amount
	Entries  int64
}

// Sums adds the accounts up by line of the chart and asset.
func (s *Service) Sums(ctx context.Context, r db.Reader, community id.ID) (all []KindSum, err error) {
	defer fault.Wrap(&err, "ledger: sums")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var k KindSum
		err := rows.Scan(&k.Kind, &k.Purpose, &k.Asset, &k.Accounts, &k.Balance, &k.Entries)
		all = append(all, k)
		return err
	}, `SELECT a.owner_kind, a.purpose, a.asset, count(*), CAST(sum(b.balance) AS BIGINT), CAST(sum(b.entries) AS BIGINT) FROM ledger_account a
		JOIN ledger_balance b ON b.community_id = a.community_id AND b.no = a.no
		WHERE a.community_id = ? AND b.community_id = ? GROUP BY a.owner_kind, a.purpose, a.asset ORDER BY a.owner_kind, a.purpose, a.asset`, community[:], community[:])
	return all, err
}

// HoldingsAbove lists the accounts of one line of the chart that hold at least so much,
// in the order in which they were opened.
func (s *Service) HoldingsAbove(ctx context.Context, r db.Reader, community id.ID, kind party.Kind, purpose Purpose, asset money.Asset, least money.Amount) (all []Holding, err error) {
	defer fault.Wrap(&err, "ledger: holdings of %s", kind)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		h := Holding{Account: Account{Owner: party.Owner{Kind: kind}, Purpose: purpose, Asset: asset}}
		err := rows.Scan(&h.Account.Owner.ID, &h.Balance, &h.Last, &h.Entries)
		all = append(all, h)
		return err
	}, `SELECT a.owner_id, b.balance, b.last_seq, b.entries FROM ledger_account a
		JOIN ledger_balance b ON b.community_id = a.community_id AND b.no = a.no
		WHERE a.community_id = ? AND b.community_id = ? AND a.owner_kind = ? AND a.purpose = ? AND a.asset = ? AND b.balance >= ? ORDER BY a.no`,
		community[:], community[:], int64(kind), int64(purpose), int64(asset), int64(least))
	return all, err
}
