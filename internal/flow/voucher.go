package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
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
// purchase at the target. The same voucher again gets the same answer, whatever
// has changed since. A shop that owes too much may issue none.
func (f *Flows) IssueVoucher(ctx context.Context, community id.ID, actor db.Actor, v VoucherIssue) (issued promotion.Voucher, err error) {
	err = f.updateWith(ctx, community, actor, v.Member, func(tx *db.Tx) error {
		wanted, err := f.voucherOf(ctx, tx, &v)
		if err != nil {
			return err
		}
		given, err := f.Promotions.Given(ctx, tx, wanted)
		switch {
		case err != nil:
			return err
		case given != nil:
			issued = *given
			return nil
		case !wanted.ExpiresAt.After(tx.Now):
			return ErrExpired.On("expires_at")
		}
		if err := f.mayIssue(ctx, tx, wanted.Issuer); err != nil {
			return err
		}
		promise, err := f.promiseOf(ctx, tx, wanted.Amount)
		if err != nil {
			return err
		}
		issued, err = f.Promotions.Issue(ctx, tx, wanted, promise)
		return err
	})
	return issued, err
}

// promiseOf is what the platform promises with a voucher of no series, and its budget
// of the month.
func (f *Flows) promiseOf(ctx context.Context, tx *db.Tx, amount money.Amount) (promotion.Promise, error) {
	today, v, err := f.onClock(ctx, tx)
	if err != nil {
		return promotion.Promise{}, err
	}
	return promotion.Promise{Share: v.Params.VoucherPlatformShare.Of(amount), Budget: v.Params.PromotionBudget, Month: today.Month()}, nil
}

// voucherOf finds the parties that a request names.
func (f *Flows) voucherOf(ctx context.Context, tx *db.Tx, v *VoucherIssue) (w promotion.Voucher, err error) {
	shops := make(map[string]id.ID)
	for _, ref := range append([]string{v.Issuer, v.Target}, v.Sharers...) {
		m, err := f.Merchants.ByRef(ctx, tx, ref)
		if err != nil {
			return w, onField(err, "merchant_ref")
		}
		shops[ref] = m.ID
	}
	holder, err := f.Members.ByRef(ctx, tx, v.Member)
	if err != nil {
		return w, onField(err, "member_ref")
	}
	w = promotion.Voucher{Ref: v.Ref, Issuer: shops[v.Issuer], Target: shops[v.Target], Member: holder.ID, Amount: v.Amount,
		Sharers: []id.ID{shops[v.Issuer]}, ExpiresAt: v.ExpiresAt.UTC().Truncate(time.Microsecond)}
	if len(v.Sharers) > 0 {
		w.Sharers = nil
	}
	for _, ref := range v.Sharers {
		w.Sharers = append(w.Sharers, shops[ref])
	}
	return w, nil
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

// Recommendation says that a shop recommended a member to another shop.
type Recommendation struct {
	Ref         string // idempotency key within the community
	Recommender string
	Member      string
	Target      string
}

// Recommend records a recommendation, which is a claim of the recommending shop.
// The same one again gets the same answer.
func (f *Flows) Recommend(ctx context.Context, community id.ID, actor db.Actor, r Recommendation) (c promotion.Claim, err error) {
	err = f.updateWith(ctx, community, actor, r.Member, func(tx *db.Tx) error {
		from, err := f.Merchants.ByRef(ctx, tx, r.Recommender)
		if err != nil {
			return onField(err, "recommender_ref")
		}
		to, err := f.Merchants.ByRef(ctx, tx, r.Target)
		if err != nil {
			return onField(err, "target_ref")
		}
		m, err := f.Members.ByRef(ctx, tx, r.Member)
		if err != nil {
			return onField(err, "member_ref")
		}
		c, err = f.Promotions.Recommend(ctx, tx, r.Ref, from.ID, m.ID, to.ID)
		return err
	})
	return c, err
}
