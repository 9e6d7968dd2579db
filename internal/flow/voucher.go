package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// Refusals of a voucher that no module has.
var (
	ErrOwesTooMuch = fault.New(fault.Conflict, "voucher.issuer_owes_too_much") // settlement.md, "Short accounts"
	ErrExpired     = fault.New(fault.Invalid, "voucher.expires_in_the_past")
)

// VoucherIssue asks for a voucher of one shop for another (E1).
type VoucherIssue struct {
	Ref       string
	Issuer    string
	Target    string
	Member    string
	Amount    money.Amount
	Sharers   []string // "" means the issuer alone
	ExpiresAt time.Time
}

// IssueVoucher gives a member a voucher, and the issuer its claim on her first
// purchase at the target. A shop that owes too much may issue none.
func (f *Flows) IssueVoucher(ctx context.Context, community id.ID, actor db.Actor, v VoucherIssue) (issued promotion.Voucher, err error) {
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if !v.ExpiresAt.After(tx.Now) {
			return ErrExpired.On("expires_at")
		}
		shops := make(map[string]*merchant.Merchant)
		for _, ref := range append([]string{v.Issuer, v.Target}, v.Sharers...) {
			m, err := f.Merchants.ByRef(ctx, tx, ref)
			if err != nil {
				return onField(err, "merchant_ref")
			}
			shops[ref] = m
		}
		holder, err := f.Members.ByRef(ctx, tx, v.Member)
		if err != nil {
			return onField(err, "member_ref")
		}
		if err := f.mayIssue(ctx, tx, shops[v.Issuer].ID); err != nil {
			return err
		}
		sharers := []id.ID{shops[v.Issuer].ID}
		if len(v.Sharers) > 0 {
			sharers = nil
		}
		for _, ref := range v.Sharers {
			sharers = append(sharers, shops[ref].ID)
		}
		issued, err = f.Promotions.Issue(ctx, tx, promotion.Voucher{
			Ref: v.Ref, Issuer: shops[v.Issuer].ID, Target: shops[v.Target].ID, Member: holder.ID, Amount: v.Amount,
			Sharers: sharers, ExpiresAt: v.ExpiresAt.UTC().Truncate(time.Microsecond),
		})
		return err
	})
	return issued, err
}

// mayIssue refuses a shop whose debt passes the policy's limit.
func (f *Flows) mayIssue(ctx context.Context, tx *db.Tx, shop id.ID) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	owed, err := f.Ledger.Balance(ctx, tx, ledger.In(party.Owner{Kind: party.Merchant, ID: shop}, ledger.Owed, money.CNY))
	if err != nil {
		return err
	}
	if -owed > v.Params.OwedLimit {
		return ErrOwesTooMuch.With("owed", (-owed).Decimal(money.CNY))
	}
	return nil
}

// Recommend records that shop a recommended a member to shop b.
func (f *Flows) Recommend(ctx context.Context, community string, actor db.Actor, a, member, b string) (made time.Time, err error) {
	place, err := f.Communities.ByRef(ctx, f.DB, community)
	if err != nil {
		return made, err
	}
	err = f.DB.Update(ctx, place.ID, actor, func(tx *db.Tx) error {
		from, err := f.Merchants.ByRef(ctx, tx, a)
		if err != nil {
			return onField(err, "recommender_ref")
		}
		to, err := f.Merchants.ByRef(ctx, tx, b)
		if err != nil {
			return onField(err, "target_ref")
		}
		m, err := f.Members.ByRef(ctx, tx, member)
		if err != nil {
			return onField(err, "member_ref")
		}
		c, err := f.Promotions.Recommend(ctx, tx, from.ID, m.ID, to.ID)
		made = c.MadeAt
		return err
	})
	return made, err
}
