package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
)

// OrderBundle takes one of a bundle for a member and asks her for the price: the charge
// that she pays online like any (E2). One that she has ordered and not paid for is the
// order that she gets; unpaid in time it lapses, and its place is free again.
func (f *Flows) OrderBundle(ctx context.Context, community id.ID, actor db.Actor, member, at id.ID) (c *charge.Charge, err error) {
	defer fault.Wrap(&err, "order a bundle")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		b, err := f.Bundles.ByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		before, err := f.Bundles.OfMember(ctx, tx, community, member)
		if err != nil {
			return err
		}
		for _, sale := range before {
			if sale.Of.ID == at && sale.Open() {
				if c, err = f.chargeOfSale(ctx, tx, community, sale); err == nil && c.Open() && tx.Now.Before(c.DueAt) {
					return nil
				}
				if err != nil {
					return err
				}
			}
		}
		c, err = f.orderBundle(ctx, tx, b, member)
		return err
	})
	return c, err
}

func (f *Flows) orderBundle(ctx context.Context, tx *db.Tx, b *bundle.Bundle, member id.ID) (*charge.Charge, error) {
	today, v, err := f.onClock(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := f.mayOrder(ctx, tx, b, member, today, v.Params.WelcomeDays); err != nil {
		return nil, err
	}
	sale, err := f.Bundles.Order(ctx, tx, b, member, today)
	if err != nil {
		return nil, err
	}
	if err := f.Promotions.Promise(ctx, tx, sale.PromisedIn, sale.Gift, v.Params.PromotionBudget); err != nil {
		return nil, err
	}
	c, err := f.Charges.Open(ctx, tx, charge.Charge{Purpose: charge.Bundle, Subject: sale.ID, Kind: charge.ByMember, Payer: member, Amount: sale.Price, Title: b.Name,
		DueAt: tx.Now.Add(time.Duration(v.Params.CheckoutMinutes) * time.Minute)})
	return &c, err
}

// inForceMember is a member whose membership is in force: who left or is suspended gets
// nothing that members get.
func (f *Flows) inForceMember(ctx context.Context, tx *db.Tx, which id.ID) (*member.Member, error) {
	m, err := f.Members.ByID(ctx, tx, which)
	if err == nil && m.Standing != member.Good {
		err = membership.ErrNotGood
	}
	return m, err
}

// mayOrder refuses a bundle of which no shop could give a part, whose membership is not in
// force, and a pack for new members to who is none.
func (f *Flows) mayOrder(ctx context.Context, tx *db.Tx, b *bundle.Bundle, member id.ID, today period.Day, newDays int) error {
	for _, p := range b.Parts {
		var closed error
		for _, shop := range p.Shops {
			if closed = f.active(ctx, tx, shop); closed == nil {
				break
			}
		}
		if closed != nil {
			return closed
		}
	}
	m, err := f.inForceMember(ctx, tx, member)
	if err != nil || !b.New {
		return err
	}
	joined, err := f.civilDay(ctx, tx, m.JoinedAt)
	if err == nil && (m.Home != tx.Community || today > joined+period.Day(newDays)) {
		err = bundle.ErrNotNew.With("days", newDays)
	}
	return err
}

// bundlePrice books the price of a bundle: the money stays the buyer's. A bundle that was
// stopped meanwhile takes none; what came for it goes back at once.
func (f *Flows) bundlePrice(ctx context.Context, tx *db.Tx, c *charge.Charge, p charge.Payment) (charter.Move, error) {
	sale, err := f.Bundles.Sale(ctx, tx, tx.Community, c.Subject)
	switch {
	case err != nil:
		return nil, err
	case !sale.Open():
		return nil, bundle.ErrSettled
	case sale.Of.Has(pact.Stopped):
		return nil, bundle.ErrNotOnSale
	}
	return charter.BundleBought{Member: sale.Member, Charge: c.ID, Sale: sale.ID, Price: c.Amount, Means: p.Means}, nil
}

// bundlePaid is what follows: the parts may be used until the last day.
func (f *Flows) bundlePaid(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
	sale, err := f.Bundles.Sale(ctx, tx, tx.Community, c.Subject)
	if err != nil {
		return err
	}
	until, err := f.endOfDay(ctx, tx, sale.Of.Days)
	if err != nil {
		return err
	}
	if err := f.Bundles.Begin(ctx, tx, sale, c.End.Seq, until); err != nil {
		return err
	}
	return f.tellMember(ctx, tx, sale.Member, notice.Notice{Kind: notice.BundleBought, Cause: "bundle/" + sale.ID.String(), Link: bundlePath(tx.Community, sale.ID),
		Args: []notice.Arg{notice.Text(sale.Of.Name, ""), notice.Moment(until.Add(-time.Minute))}})
}

// bundleDropped frees the place of what was not paid for.
func (f *Flows) bundleDropped(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
	sale, err := f.Bundles.Sale(ctx, tx, tx.Community, c.Subject)
	if err != nil {
		return err
	}
	if err := f.Bundles.Drop(ctx, tx, sale, c.End.Reason); err != nil {
		return err
	}
	return f.Promotions.Unpromise(ctx, tx, sale.PromisedIn, sale.Gift)
}

// bundlePath is where a buyer reads of her bundle.
func bundlePath(community, sale id.ID) string {
	return "/me/bundles/" + community.String() + "/" + sale.String()
}

// ReturnBundle gives a member back what she paid for the uses of a part that nobody took,
// or of all parts (part −1), the way it came. Nothing is kept (E2).
func (f *Flows) ReturnBundle(ctx context.Context, community id.ID, actor db.Actor, member, at id.ID, part int) (back money.Amount, err error) {
	defer fault.Wrap(&err, "return a bundle")
	var sale *bundle.Sale
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if sale, err = f.Bundles.Sale(ctx, tx, community, at); err != nil {
			return err
		}
		if sale.Member != member {
			return bundle.ErrNoSale
		}
		back, err = f.giveBundleBack(ctx, tx, sale, part, "given back by the buyer")
		return err
	})
	if err == nil {
		_ = f.carryBundle(ctx, community, sale) // what the provider does not hear now it hears from the sweeper
	}
	return back, err
}

// giveBundleBack gives back what is left of a part, or of all.
func (f *Flows) giveBundleBack(ctx context.Context, tx *db.Tx, sale *bundle.Sale, part int, reason string) (back money.Amount, err error) {
	left := sale.Left(part)
	switch {
	case sale.Begun == nil:
		return 0, bundle.ErrNotPaid
	case len(left) == 0:
		return 0, bundle.ErrUsedUp
	}
	c, err := f.chargeOfSale(ctx, tx, tx.Community, sale)
	if err != nil {
		return 0, err
	}
	back = sale.Worth(left)
	move := charter.BundleBack{Member: sale.Member, Charge: c.ID, Sale: sale.ID, Uses: len(left), Amount: back, Means: c.End.Means}
	if err := f.refundCharge(ctx, tx, c, move, back, reason); err != nil {
		return 0, err
	}
	if sale.Promises() {
		if err := f.Promotions.Unpromise(ctx, tx, sale.PromisedIn, sale.Gift); err != nil {
			return 0, err
		}
	}
	return back, f.Bundles.Back(ctx, tx, sale, left, c.Refunds[len(c.Refunds)-1].Seq)
}

// carryBundle hands what goes back of a bundle to the provider.
func (f *Flows) carryBundle(ctx context.Context, community id.ID, sale *bundle.Sale) error {
	var paid *payment.Payment
	if err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		paid, err = f.Payments.ByEntry(ctx, r, community, sale.Begun.Seq)
		return err
	}); err != nil {
		return err
	}
	return f.carryRefunds(ctx, community, paid)
}

// ReturnDueBundles gives back by itself what nobody used by the last day. It is a
// sweeper's work; the provider is asked by AskProviders.
func (f *Flows) ReturnDueBundles(ctx context.Context, community id.ID) error {
	for {
		var due []*bundle.Sale
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			due, err = f.Bundles.Due(ctx, r, community, f.DB.Clock().Now(), sweepMost)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		var errs []error // one that cannot go back now does not keep the others waiting
		for _, found := range due {
			errs = append(errs, f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.returnDue(ctx, tx, found.ID) }))
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
}

func (f *Flows) returnDue(ctx context.Context, tx *db.Tx, at id.ID) error {
	sale, err := f.Bundles.Sale(ctx, tx, tx.Community, at)
	if err != nil || len(sale.Left(-1)) == 0 || tx.Now.Before(sale.Begun.Until) {
		return err
	}
	back, err := f.giveBundleBack(ctx, tx, sale, -1, "not used by the last day")
	if err != nil {
		return err
	}
	return f.tellMember(ctx, tx, sale.Member, notice.Notice{Kind: notice.BundleBack, Cause: "bundle/" + sale.ID.String(), Link: bundlePath(tx.Community, sale.ID),
		Args: []notice.Arg{notice.Text(sale.Of.Name, ""), notice.Yuan(back)}})
}

// forgetBundles gives a member back what she has not used, before she is forgotten: her
// sales stay under a pseudonym that leads to nobody.
func (f *Flows) forgetBundles(ctx context.Context, tx *db.Tx, member id.ID) error {
	all, err := f.Bundles.OfMember(ctx, tx, tx.Community, member)
	for _, sale := range all {
		switch {
		case sale.Open():
			err = f.dropOrder(ctx, tx, sale, "she was forgotten")
		case len(sale.Left(-1)) > 0:
			_, err = f.giveBundleBack(ctx, tx, sale, -1, "she was forgotten")
		}
		if err != nil {
			return err
		}
	}
	return err
}
