package flow

import (
	"context"
	"errors"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/paycode"
	"gongyi/internal/platform/db"
)

// Opening is what a till says when somebody stands there with goods (D1).
type Opening struct {
	Shop  id.ID
	List  money.Amount // sum of the shelf prices
	Code  string       // that the buyer shows, "" if none
	Shown time.Time    // when she showed it, by the till's clock; zero: now
	Self  id.ID        // the person who scanned the shop's code herself, zero else
	Token string       // tells a form that comes again

	at id.ID // of what a code is used for, if that is known before; zero: a new one
}

// buyer is who stands at the till.
type buyer struct {
	person id.ID
	ref    string // as a member, "" if she is none
	key    id.ID  // the phone that showed a code
}

// OpenCheckout begins a checkout. The same form again is the checkout that it opened; a
// code counts once, whoever sends it how often.
func (f *Flows) OpenCheckout(ctx context.Context, community id.ID, actor db.Actor, o Opening) (c *checkout.Checkout, err error) {
	defer fault.Wrap(&err, "open a checkout")
	if c, err := f.checkoutByToken(ctx, community, o.Token); err == nil || !errors.Is(err, checkout.ErrNotFound) {
		return c, err
	}
	met, err := f.whenTheyMet(ctx, community, o.Shown)
	if err != nil {
		return nil, err
	}
	at, who, err := f.whoStandsThere(ctx, community, o, met)
	if errors.Is(err, paycode.ErrUsed) { // perhaps by this very form, a moment ago
		if c, err := f.checkoutByToken(ctx, community, o.Token); err == nil {
			return c, nil
		}
	}
	if err != nil {
		return nil, err
	}
	open := func(tx *db.Tx) (err error) {
		c, err = f.openCheckout(ctx, tx, o, at, who, met)
		return err
	}
	if who.ref == "" {
		return c, f.DB.Update(ctx, community, actor, open)
	}
	return c, f.updateWith(ctx, community, actor, who.ref, open)
}

func (f *Flows) checkoutByToken(ctx context.Context, community id.ID, token string) (c *checkout.Checkout, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		c, err = f.Checkouts.ByToken(ctx, r, community, token)
		return err
	})
	return c, err
}

// meeting is when shop and buyer met, and what the rules of then allow.
type meeting struct {
	at   time.Time // zero: now, by the house's clock
	skew time.Duration
}

// onItsWay is how long a form may take; a till's clock that is off by no more does not
// matter either.
const onItsWay = 2 * time.Minute

// whenTheyMet believes a till's clock only for a scan that waited for the network.
func (f *Flows) whenTheyMet(ctx context.Context, community id.ID, shown time.Time) (m meeting, err error) {
	here, err := f.StandingIn(ctx, community)
	if err != nil {
		return m, err
	}
	m.skew = time.Duration(here.Rules.PayCodeSkew) * time.Second
	late := here.Now.Sub(shown)
	switch {
	case shown.IsZero() || late.Abs() <= onItsWay:
		return m, nil
	case late < 0 || late > time.Duration(here.Rules.LateScanHours)*time.Hour:
		return m, checkout.ErrLateScan.With("hours", here.Rules.LateScanHours)
	}
	m.at = shown
	return m, nil
}

// whoStandsThere finds the buyer: by the code she shows, which is used up, or herself.
func (f *Flows) whoStandsThere(ctx context.Context, community id.ID, o Opening, met meeting) (at id.ID, who buyer, err error) {
	switch {
	case o.Code != "":
		at, who, err = f.spendCode(ctx, community, o.at, o.Code, met)
	case !o.Self.IsZero():
		who.person = o.Self
	}
	if err != nil || who.person.IsZero() {
		return at, who, err
	}
	who.ref, err = f.memberRefIn(ctx, community, who.person)
	return at, who, err
}

// spendCode uses a code up. A wrong one is noted apart from it: a refusal leaves no trace
// of its own.
func (f *Flows) spendCode(ctx context.Context, community, use id.ID, code string, met meeting) (at id.ID, who buyer, err error) {
	err = f.DB.Update(ctx, id.Tilde, byTill, func(tx *db.Tx) error {
		if at = use; at.IsZero() {
			at = tx.NewID()
		}
		shown := met.at
		if shown.IsZero() {
			shown = tx.Now
		}
		k, err := f.PayCodes.Spend(ctx, tx, code, shown, met.skew, paycode.For{Place: community, Checkout: at})
		if err != nil {
			return err
		}
		switch lives, err := f.SignIn.Lives(ctx, tx, k.Session, tx.Now); {
		case err != nil:
			return err
		case !lives:
			return paycode.ErrBadCode.On("code")
		}
		who.person, who.key = k.Person, k.ID
		return nil
	})
	if errors.Is(err, paycode.ErrBadCode) {
		if handle, _, bad := paycode.Split(code); bad == nil {
			err = errors.Join(err, f.missed(ctx, handle))
		}
	}
	return at, who, err
}

// byTill is who acts on codes: no person of the community, they belong to none.
var byTill = db.Actor{Kind: "till"}

func (f *Flows) missed(ctx context.Context, handle string) error {
	return f.DB.Update(ctx, id.Tilde, byTill, func(tx *db.Tx) error { return f.PayCodes.Miss(ctx, tx, handle) })
}

// memberRefIn is the reference under which a person buys in a community: her membership
// there, else the first that she has, else "".
func (f *Flows) memberRefIn(ctx context.Context, community, person id.ID) (ref string, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err := f.People.Memberships(ctx, r, person)
		for _, m := range all {
			if m.Home == community || ref == "" {
				ref = m.Ref
			}
			if m.Home == community {
				break
			}
		}
		return err
	})
	return ref, err
}

func (f *Flows) openCheckout(ctx context.Context, tx *db.Tx, o Opening, at id.ID, who buyer, met meeting) (*checkout.Checkout, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	shop, err := f.shopAtTill(ctx, tx, o.Shop)
	if err != nil {
		return nil, err
	}
	c := checkout.Checkout{
		ID: at, Merchant: shop.ID, Key: who.key, Way: checkout.ByGuest, List: o.List, Token: strings.TrimSpace(o.Token),
		ShownAt: tx.Now, DueAt: tx.Now.Add(time.Duration(v.Params.CheckoutMinutes) * time.Minute),
	}
	if c.ID.IsZero() {
		c.ID = tx.NewID()
	}
	if !met.at.IsZero() {
		c.ShownAt = met.at
	}
	switch {
	case !who.key.IsZero():
		c.Way = checkout.ByCode
	case !who.person.IsZero():
		c.Way = checkout.BySelf
	}
	if who.ref != "" {
		m, err := f.knownMember(ctx, tx, who.ref)
		if err != nil {
			return nil, err
		}
		c.Member = m.ID
	}
	opened, err := f.Checkouts.Open(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return opened, f.wake(ctx, tx, who.key, shop.ID)
}

// shopAtTill is a shop that may take money.
func (f *Flows) shopAtTill(ctx context.Context, tx *db.Tx, shop id.ID) (*merchant.Merchant, error) {
	m, err := f.Merchants.Known(ctx, tx, shop)
	if err == nil && m.Status != merchant.Active {
		err = merchant.ErrSuspended
	}
	return m, err
}

// knownMember is a member who is known well enough to buy.
func (f *Flows) knownMember(ctx context.Context, tx *db.Tx, ref string) (*member.Member, error) {
	m, err := f.Members.ByRef(ctx, tx, ref)
	if err == nil && m.LeadsOnly() {
		err = member.ErrNotFound
	}
	return m, err
}

// CancelCheckout ends a checkout that nobody has paid. What was asked of a provider is
// stopped there first; if it was paid meanwhile, it is settled instead.
func (f *Flows) CancelCheckout(ctx context.Context, community id.ID, actor db.Actor, at id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "cancel a checkout")
	c, open, err := f.checkoutAndPayment(ctx, community, at)
	if err != nil {
		return err
	}
	if c.End != nil && c.End.Kind != checkout.Settled {
		return nil
	}
	if open != nil {
		return f.StopPayment(ctx, community, open, reason)
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error { return f.dropCheckout(ctx, tx, at, checkout.Cancelled, reason) })
}

// dropCheckout ends a checkout that is not paid, and gives free what it kept.
func (f *Flows) dropCheckout(ctx context.Context, tx *db.Tx, at id.ID, kind checkout.EndKind, reason string) error {
	c, err := f.Checkouts.ByID(ctx, tx, tx.Community, at)
	if err != nil {
		return err
	}
	if c.Terms != nil && c.End == nil {
		if err := f.freeTerms(ctx, tx, c); err != nil {
			return err
		}
	}
	if err := f.Checkouts.Finish(ctx, tx, c, kind, -1, reason); err != nil {
		return err
	}
	return f.wake(ctx, tx, c.ID)
}

// ExpireCheckouts ends what nobody agreed to in time; what a provider was asked for ends
// with its payment. It is a sweeper's work.
func (f *Flows) ExpireCheckouts(ctx context.Context, community id.ID) (err error) {
	var due []checkout.Checkout
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		due, err = f.Checkouts.Due(ctx, r, community, f.DB.Clock().Now(), 500)
		return err
	}); err != nil {
		return err
	}
	for i := range due {
		if due[i].Terms != nil {
			continue
		}
		if err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			c, err := f.Checkouts.ByID(ctx, tx, community, due[i].ID)
			if err != nil || c.End != nil || c.Terms != nil {
				return err
			}
			return f.dropCheckout(ctx, tx, c.ID, checkout.Expired, "past due")
		}); err != nil {
			return err
		}
	}
	return nil
}
