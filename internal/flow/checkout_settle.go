package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// purchase is what settlement gets of an agreed checkout.
func (d *dealing) purchase(t checkout.Terms, now time.Time) Purchase {
	p := Purchase{
		Ref: d.Ref(), PurchasedAt: now, Merchant: d.shop.Ref, List: d.List, Price: t.Proposal.Price, Coins: t.Proposal.Coins, Checkout: d.ID,
	}
	if d.Late() {
		p.PurchasedAt = d.ShownAt
	}
	if d.buyer != nil {
		p.Member = d.buyer.Ref
	}
	for _, v := range t.Proposal.Vouchers {
		p.Vouchers = append(p.Vouchers, v.Ref)
	}
	if t.Tender.Provider() != "" {
		p.Held = t.Cash
	} else {
		p.Direct = t.Cash
	}
	return p
}

// settleCheckout posts the purchase of an agreed checkout and ends it. The purchase is of
// the moment in which both agreed: whatever the rules said then, they say now.
func (f *Flows) settleCheckout(ctx context.Context, tx *db.Tx, d dealing) (*Settled, error) {
	purchase := d.purchase(*d.Terms, d.Terms.At)
	out := &Settled{Community: tx.Community}
	if err := f.settle(ctx, tx, &purchase, purchase.Content(), out); err != nil {
		return nil, err
	}
	if err := f.Checkouts.Finish(ctx, tx, d.Checkout, checkout.Settled, out.Seq, ""); err != nil {
		return nil, err
	}
	return out, f.wake(ctx, tx, d.ID)
}

// checkoutPaid settles a checkout whose money the provider has.
func (f *Flows) checkoutPaid(ctx context.Context, tx *db.Tx, p *payment.Payment, told pay.Payment) (int64, error) {
	d, err := f.dealing(ctx, tx, p.Subject)
	if err != nil {
		return 0, err
	}
	if d.Terms == nil {
		return 0, checkout.ErrUnpaid
	}
	if d.End != nil {
		return 0, checkout.ErrEnded
	}
	if err := f.release(ctx, tx, d.Checkout); err != nil {
		return 0, err
	}
	s, err := f.settleCheckout(ctx, tx, d)
	if err == nil && p.Account != "" {
		err = f.Payments.Freeze(ctx, tx, p, d.shop.ID, told.PaidAt)
	}
	if err != nil {
		return 0, err
	}
	return s.Seq, nil
}

// checkoutFallen ends a checkout whose payment came to nothing.
func (f *Flows) checkoutFallen(ctx context.Context, tx *db.Tx, p *payment.Payment, why string) error {
	c, err := f.Checkouts.ByID(ctx, tx, tx.Community, p.Subject)
	if err != nil || c.End != nil {
		return err
	}
	kind := checkout.Cancelled
	if !tx.Now.Before(c.DueAt) {
		kind = checkout.Expired
	}
	return f.dropCheckout(ctx, tx, c.ID, kind, why)
}

// Foreseen is what a purchase would do, before it is one.
type Foreseen struct {
	Lines []settlement.Line // every rule, with why
	Moved [settlement.Rules]money.Amount
	Facts settlement.Facts
	Net   money.Amount // what the shop keeps, entitlement at face value included
}

// foresee runs the rules over a purchase and posts nothing. What they refuse is refused.
func (f *Flows) foresee(ctx context.Context, tx *db.Tx, p *Purchase) (out Foreseen, err error) {
	version, err := f.gather(ctx, tx, p, &out.Facts)
	if err != nil {
		return out, err
	}
	balances, err := f.Ledger.Balances(ctx, tx)
	if err != nil {
		return out, err
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	result, err := settlement.Settle(&version.Params, &out.Facts, balances, &s.settlement)
	if err != nil {
		return out, err
	}
	out.Moved = result.Moved
	out.Lines = settlement.Explain(&version.Params, &out.Facts, result.Legs)
	for _, part := range settlement.Where(&version.Params, &out.Facts) {
		if part.Owner == (party.Owner{Kind: party.Merchant, ID: out.Facts.Merchant.ID}) {
			out.Net += part.Amount
		}
	}
	return out, nil
}

// Proposed is a checkout with how it would be paid and what that would do.
type Proposed struct {
	*checkout.Checkout
	Shop     *merchant.Merchant
	Buyer    string // the member's reference, "" if nobody is known
	Proposal offer.Proposal
	Foreseen
}

// ProposeCheckout works out a checkout as somebody wishes to pay it, and foresees what that
// would do; of one that was agreed to it tells the terms. It changes nothing.
func (f *Flows) ProposeCheckout(ctx context.Context, community, at id.ID, w offer.Wish, tender checkout.Tender) (out Proposed, err error) {
	err = f.DB.Update(ctx, community, byTill, func(tx *db.Tx) error {
		d, err := f.dealing(ctx, tx, at)
		if err != nil {
			return err
		}
		out = Proposed{Checkout: d.Checkout, Shop: d.shop}
		if d.buyer != nil {
			out.Buyer = d.buyer.Ref
		}
		if d.Terms != nil {
			out.Proposal = d.Terms.Proposal
			return nil
		}
		if out.Proposal, err = f.Price(ctx, tx, d.shop, d.buyer, d.List, w, d.ID); err != nil {
			return err
		}
		purchase := d.purchase(checkout.Terms{Tender: tender, Proposal: out.Proposal, Cash: out.Proposal.Cash}, tx.Now)
		out.Foreseen, err = f.foresee(ctx, tx, &purchase)
		return err
	})
	return out, err
}

// openDay is the day on which something that happens now is booked.
func (f *Flows) openDay(ctx context.Context, tx *db.Tx) (period.Day, error) {
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return 0, err
	}
	return f.Ledger.BookedOn(ctx, tx, day)
}

func coinsHeldBy(member id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: member}, ledger.Coins)
}

// accountAt is the number of a shop's account with a provider, on which payments for it
// land, "" the house's own.
func (f *Flows) accountAt(ctx context.Context, tx *db.Tx, provider pay.Kind, shop *merchant.Merchant) (string, error) {
	return f.Payouts.Landing(ctx, tx, shop.ID, provider)
}
