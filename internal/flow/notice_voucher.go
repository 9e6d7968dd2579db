package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// brought tells a buyer of the vouchers that her purchase brought (E1).
func (t *telling) brought(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	all, err := t.flows.Promotions.Brought(ctx, r, t.community, e.Seq)
	for _, v := range all {
		t.found = append(t.found, tidings{v.Member, id.ID{}, notice.Notice{
			Kind: notice.VoucherGot, Cause: notice.EntryCause(t.community, e.Seq) + "/" + v.ID.String(), Place: t.community, At: e.PostedAt, Link: "/me/wallet",
			Args: []notice.Arg{notice.Text(v.Series.Name, ""), notice.Yuan(v.Amount), notice.Until(v.ExpiresAt)},
		}})
	}
	return err
}

// kept tells the owner of the shop that issued a voucher that it was used before the
// purchase that had brought it was refunded in full: the shops that share it bear it.
func (t *telling) kept(ctx context.Context, r db.Reader, e *ledger.Entry, purchase int64) error {
	all, err := t.flows.Promotions.Brought(ctx, r, t.community, purchase)
	if err != nil {
		return err
	}
	for _, v := range all {
		if !v.Used || v.Issuer.IsZero() {
			continue
		}
		shop, err := t.flows.Merchants.ByID(ctx, r, t.community, v.Issuer)
		if err != nil {
			return err
		}
		if shop.Owner.IsZero() {
			continue
		}
		t.found = append(t.found, tidings{shop.Owner, id.ID{}, notice.Notice{
			Kind: notice.SeriesNews, Cause: notice.EntryCause(t.community, e.Seq) + "/" + v.ID.String(), Place: t.community, At: e.PostedAt, Link: "/my-shop/vouchers",
			Args: []notice.Arg{notice.Text(v.Series.Name, ""), notice.Say("送出它的那一单退了，券已经用掉"), notice.Yuan(v.Amount)},
		}})
	}
	return nil
}
