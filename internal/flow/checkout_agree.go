package flow

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/paycode"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Agreeing is what both sides say yes to.
type Agreeing struct {
	Wish    offer.Wish
	Tender  checkout.Tender
	Expect  money.Amount // the money that both saw: another sum is refused
	OnPhone bool         // the buyer says so herself, signed in
	Scene   pay.Scene    // where she pays, of a tender with a provider
	Payer   id.ID        // the person who pays, if it can be nobody else
}

// Agreed is a checkout that both sides agreed to: settled at once, or waiting for a
// payment.
type Agreed struct {
	*checkout.Checkout
	Settled *Settled         // nil while a payment is waited for, or when it was settled before
	Payment *payment.Payment // nil of money that the shop takes itself
}

// AgreeCheckout freezes the terms. What is paid at the counter, or needs no money, is
// settled in the same transaction; else offers are counted, vouchers held, entitlement
// set aside and a payment opened. The same agreement again is the first one.
func (f *Flows) AgreeCheckout(ctx context.Context, community id.ID, actor db.Actor, at id.ID, a Agreeing) (out Agreed, err error) {
	defer fault.Wrap(&err, "agree to a checkout")
	c, open, err := f.checkoutAndPayment(ctx, community, at)
	if err != nil {
		return out, err
	}
	if c.Terms != nil {
		if c.Terms.Tender != a.Tender && c.Terms.Tender != checkout.None || c.Terms.Cash != a.Expect {
			return out, checkout.ErrAgreed
		}
		return Agreed{Checkout: c, Payment: open}, nil
	}
	if a.Tender.Provider() != "" && !f.Has(a.Tender.Provider()) {
		return out, ErrNoProvider.On("tender")
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		out, err = f.agree(ctx, tx, at, a)
		return err
	})
	if errors.Is(err, checkout.ErrAgreed) { // twice at the same moment
		if c, open, err := f.checkoutAndPayment(ctx, community, at); err == nil && c.Terms != nil && c.Terms.Cash == a.Expect {
			return Agreed{Checkout: c, Payment: open}, nil
		}
	}
	return out, err
}

// GiveAtCheckout notes what a buyer lets go on her own phone when she pays the rest at the
// counter; the shop then agrees to it when it has the money.
func (f *Flows) GiveAtCheckout(ctx context.Context, community id.ID, actor db.Actor, at id.ID, w offer.Wish, expect money.Amount) (err error) {
	defer fault.Wrap(&err, "consent at a checkout")
	return f.give(ctx, community, actor, at, w, checkout.OnPhone, &expect)
}

// GiveByDigits takes the six digits that the buyer's phone made for the amount: they say
// that her vouchers and entitlement are used as is best for her. What she then pays the
// shop learns by it, not before.
func (f *Flows) GiveByDigits(ctx context.Context, community id.ID, actor db.Actor, at id.ID, digits string) (err error) {
	defer fault.Wrap(&err, "consent by digits")
	c, _, err := f.checkoutAndPayment(ctx, community, at)
	if err != nil {
		return err
	}
	if err := c.May(f.DB.Clock().Now()); err != nil {
		return err
	}
	if err := f.consented(ctx, community, c, digits); err != nil {
		return err
	}
	return f.give(ctx, community, actor, at, offer.Wish{}, checkout.ByDigits, nil)
}

func (f *Flows) give(ctx context.Context, community id.ID, actor db.Actor, at id.ID, w offer.Wish, how checkout.Consent, expect *money.Amount) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		d, err := f.dealing(ctx, tx, at)
		if err != nil {
			return err
		}
		p, err := f.Price(ctx, tx, d.shop, d.buyer, d.List, w, d.ID)
		if err != nil {
			return err
		}
		if expect != nil && p.Cash != *expect {
			return checkout.ErrChanged.With("cash", p.Cash)
		}
		g := checkout.Given{Coins: p.Coins, Cash: p.Cash, How: how}
		for _, v := range p.Vouchers {
			g.Vouchers = append(g.Vouchers, v.Ref)
		}
		if err := f.Checkouts.Give(ctx, tx, d.Checkout, g); err != nil {
			return err
		}
		return f.wake(ctx, tx, d.ID)
	})
}

// wake tells the pages that wait for a thing to look again, once what happened is durable.
func (f *Flows) wake(ctx context.Context, tx *db.Tx, things ...id.ID) error {
	return tx.After(ctx, func() {
		for _, t := range things {
			f.Live.Wake(t)
		}
	})
}

// checkoutAndPayment reads a checkout with the payment that it waits for.
func (f *Flows) checkoutAndPayment(ctx context.Context, community, at id.ID) (c *checkout.Checkout, open *payment.Payment, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if c, err = f.Checkouts.ByID(ctx, r, community, at); err != nil || c.Terms == nil {
			return err
		}
		all, err := f.Payments.Of(ctx, r, community, at)
		for i := range all {
			if all[i].Open() {
				open = &all[i]
			}
		}
		return err
	})
	return c, open, err
}

// consented uses up the six digits with which the buyer agrees to the amount.
func (f *Flows) consented(ctx context.Context, community id.ID, c *checkout.Checkout, digits string) error {
	if c.Key.IsZero() || len(digits) != 6 {
		return paycode.ErrBadCode.On("digits")
	}
	met, err := f.whenTheyMet(ctx, community, time.Time{})
	if err != nil {
		return err
	}
	var handle string
	err = f.DB.Update(ctx, id.Tilde, byTill, func(tx *db.Tx) error {
		k, err := f.PayCodes.ByID(ctx, tx, c.Key)
		if err != nil {
			return err
		}
		handle = k.Handle
		return f.PayCodes.Consent(ctx, tx, c.Key, digits, c.List, tx.Now, met.skew, paycode.For{Place: community, Checkout: c.ID})
	})
	if errors.Is(err, paycode.ErrBadCode) && handle != "" {
		err = errors.Join(err, f.missed(ctx, handle))
	}
	return onField(err, "digits")
}

// dealing is who deals with whom in a checkout.
type dealing struct {
	*checkout.Checkout
	shop  *merchant.Merchant
	buyer *member.Member // nil if nobody is known
}

func (f *Flows) dealing(ctx context.Context, tx *db.Tx, at id.ID) (d dealing, err error) {
	if d.Checkout, err = f.Checkouts.ByID(ctx, tx, tx.Community, at); err != nil {
		return d, err
	}
	if d.shop, err = f.Merchants.Known(ctx, tx, d.Merchant); err != nil {
		return d, err
	}
	if !d.Member.IsZero() {
		d.buyer, err = f.Members.ByID(ctx, tx, d.Member)
	}
	return d, err
}

// agree is the agreement inside its transaction.
func (f *Flows) agree(ctx context.Context, tx *db.Tx, at id.ID, a Agreeing) (out Agreed, err error) {
	d, err := f.dealing(ctx, tx, at)
	if err != nil {
		return out, err
	}
	switch {
	case d.Terms != nil:
		return out, checkout.ErrAgreed
	case d.May(tx.Now) != nil:
		return out, d.May(tx.Now)
	case !a.Tender.Known():
		return out, checkout.ErrBadTender.On("tender")
	case d.Late() && a.Tender.Provider() != "":
		return out, checkout.ErrLateOnline.On("tender")
	}
	p, err := f.Price(ctx, tx, d.shop, d.buyer, d.List, a.Wish, d.ID)
	if err != nil {
		return out, err
	}
	switch {
	case p.Cash != a.Expect:
		return out, checkout.ErrChanged.With("cash", p.Cash)
	case !a.OnPhone && !d.Given.Covers(&p):
		return out, checkout.ErrNoConsent
	}
	consent := checkout.NoConsent
	switch {
	case a.OnPhone:
		consent = checkout.OnPhone
	case d.Given != nil:
		consent = d.Given.How
	}
	if err := f.TakeOffers(ctx, tx, &p, d.ID); err != nil {
		return out, err
	}
	t := checkout.Terms{Proposal: p, Tender: a.Tender, Cash: p.Cash, Consent: consent}
	if p.Cash == 0 {
		t.Tender = checkout.None
	}
	out.Checkout = d.Checkout
	if t.Tender.Provider() == "" {
		if err := f.Checkouts.Agree(ctx, tx, d.Checkout, t); err != nil {
			return out, err
		}
		out.Settled, err = f.settleCheckout(ctx, tx, d)
		return out, err
	}
	if out.Payment, err = f.keepTerms(ctx, tx, d, t, a); err != nil {
		return out, err
	}
	return out, f.wake(ctx, tx, d.ID)
}

// afterDue is how much longer than the payment what it is for is kept: until then the
// provider has been asked.
const afterDue = time.Hour

// keepTerms sets aside what the buyer pays with besides money, and opens the payment. The
// purchase is tried first, so that what will be refused is refused before money moves.
func (f *Flows) keepTerms(ctx context.Context, tx *db.Tx, d dealing, t checkout.Terms, a Agreeing) (*payment.Payment, error) {
	purchase := d.purchase(t, tx.Now)
	if _, err := f.foresee(ctx, tx, &purchase); err != nil {
		return nil, err
	}
	until := d.DueAt.Add(afterDue)
	for _, v := range t.Proposal.Vouchers {
		if err := f.Promotions.Hold(ctx, tx, v.ID, d.ID, until); err != nil {
			return nil, err
		}
	}
	var err error
	if t.Proposal.Coins > 0 {
		if t.Hold, err = f.setAside(ctx, tx, d, t.Proposal.Coins, until); err != nil {
			return nil, err
		}
	}
	if err := f.Checkouts.Agree(ctx, tx, d.Checkout, t); err != nil {
		return nil, err
	}
	account, err := f.accountAt(ctx, tx, t.Tender.Provider(), d.shop)
	if err != nil {
		return nil, err
	}
	p, err := f.Payments.Open(ctx, tx, payment.Payment{
		Purpose: payment.Checkout, Subject: d.ID, Provider: t.Tender.Provider(), Account: account, Scene: a.Scene, Payer: a.Payer,
		Amount: t.Cash, Title: ShopName(d.shop), DueAt: d.DueAt,
	})
	return &p, err
}

// setAside holds the buyer's entitlement for the checkout.
func (f *Flows) setAside(ctx context.Context, tx *db.Tx, d dealing, coins money.Amount, until time.Time) (id.ID, error) {
	day, err := f.openDay(ctx, tx)
	if err != nil {
		return id.ID{}, err
	}
	key := d.Ref() + "/hold"
	h, err := f.Ledger.PlaceHold(ctx, tx, ledger.Posting{Key: key, Content: sha256.Sum256([]byte(key)), BookedOn: day, Subject: d.buyer.ID}, coinsHeldBy(d.buyer.ID), coins, until)
	return h.ID, err
}

// release gives held entitlement back to its owner: to be spent in the same transaction,
// or because nothing came of the checkout.
func (f *Flows) release(ctx context.Context, tx *db.Tx, c *checkout.Checkout) error {
	if c.Terms.Hold.IsZero() {
		return nil
	}
	day, err := f.openDay(ctx, tx)
	if err != nil {
		return err
	}
	key := c.Ref() + "/release"
	err = f.Ledger.ReleaseHold(ctx, tx, c.Terms.Hold, ledger.Posting{Key: key, Content: sha256.Sum256([]byte(key)), BookedOn: day, Subject: c.Member})
	if errors.Is(err, ledger.ErrHoldEnded) { // it expired meanwhile: she has it back
		return nil
	}
	return err
}

// freeTerms gives back what an agreed checkout kept.
func (f *Flows) freeTerms(ctx context.Context, tx *db.Tx, c *checkout.Checkout) error {
	if err := f.release(ctx, tx, c); err != nil {
		return err
	}
	if err := f.Promotions.Free(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.FreeOffers(ctx, tx, c.ID)
}
