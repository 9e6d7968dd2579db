package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// ProposeBundle notes a bundle or a pack and asks every shop that has a part of it, and
// the desk (E2, E3): in a shop's name by its owner, else by the desk.
func (f *Flows) ProposeBundle(ctx context.Context, community id.ID, actor db.Actor, token string, t bundle.Terms) error {
	return f.seriesDo(ctx, community, actor, token, func(tx *db.Tx, people map[id.ID][]id.ID) error {
		today, v, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		if err := t.Validate(boundsOfBundle(&v.Params, today)); err != nil {
			return err
		}
		shops := t.Shops()
		if !t.Shop.IsZero() {
			shops = append(shops, t.Shop)
		}
		for _, shop := range shops {
			if err := f.active(ctx, tx, shop); err != nil {
				return err
			}
		}
		made, err := f.Bundles.Propose(ctx, tx, t)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, made.Missing(), bundleNews(made, "请您看看要不要一起做", ""))
	})
}

// boundsOfBundle are the numbers of the policy that a bundle keeps to.
func boundsOfBundle(p *policy.Params, today period.Day) bundle.Bounds {
	return bundle.Bounds{Off: p.BundleOffMin, Days: p.BundleDaysMax, PackPrice: p.WelcomePrice, PackDays: p.WelcomeCollect, Sum: p.ListAmountMax, Count: p.SeriesCountMax, Today: today}
}

// AgreeBundle notes that a shop agrees to its part, or the desk (zero) to the bundle. Who
// agrees last publishes it; nobody agrees for the desk to what he proposed for it.
func (f *Flows) AgreeBundle(ctx context.Context, community id.ID, actor db.Actor, at, party id.ID) error {
	return f.bundleStep(ctx, community, actor, func(tx *db.Tx) (*bundle.Bundle, error) { return f.Bundles.Agree(ctx, tx, at, party) })
}

// DeclineBundle ends a bundle that a party was asked for; zero is the desk.
func (f *Flows) DeclineBundle(ctx context.Context, community id.ID, actor db.Actor, at, party id.ID, words string) error {
	return f.bundleStep(ctx, community, actor, func(tx *db.Tx) (*bundle.Bundle, error) { return f.Bundles.Decline(ctx, tx, at, party, words) })
}

// WithdrawBundle takes a bundle back that is not agreed to by all; party is the shop that
// proposed it, or zero.
func (f *Flows) WithdrawBundle(ctx context.Context, community id.ID, actor db.Actor, at, party id.ID, words string) error {
	return f.bundleStep(ctx, community, actor, func(tx *db.Tx) (*bundle.Bundle, error) { return f.Bundles.Withdraw(ctx, tx, at, party, words) })
}

// StopBundle ends the selling of a bundle: by the shop that proposed it, or by the desk
// (zero), which may stop any. What was paid for stands; what was ordered and not paid for
// is dropped, and money that still comes for it goes back.
func (f *Flows) StopBundle(ctx context.Context, community id.ID, actor db.Actor, at, party id.ID, words string) error {
	return f.bundleStep(ctx, community, actor, func(tx *db.Tx) (*bundle.Bundle, error) {
		b, err := f.Bundles.Stop(ctx, tx, at, party, words)
		if err != nil {
			return nil, err
		}
		open, err := f.Bundles.OpenOf(ctx, tx, community, at)
		for _, sale := range open {
			if err := f.dropOrder(ctx, tx, sale, "the bundle was stopped"); err != nil {
				return nil, err
			}
		}
		return b, err
	})
}

// dropOrder cancels the charge of a sale that nobody has paid for, and with it the sale.
func (f *Flows) dropOrder(ctx context.Context, tx *db.Tx, sale *bundle.Sale, why string) error {
	c, err := f.chargeOfSale(ctx, tx, tx.Community, sale)
	if err != nil {
		return err
	}
	if err := f.drop(ctx, tx, c, charge.Cancelled, why); err != nil {
		return err
	}
	return f.wake(ctx, tx, c.ID)
}

// chargeOfSale is the one charge that asks for the price of a sale.
func (f *Flows) chargeOfSale(ctx context.Context, r db.Reader, community id.ID, sale *bundle.Sale) (*charge.Charge, error) {
	all, err := f.Charges.Of(ctx, r, community, sale.ID)
	if err == nil && len(all) == 0 {
		err = charge.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// bundleStep takes a step and tells the shops that the bundle concerns.
func (f *Flows) bundleStep(ctx context.Context, community id.ID, actor db.Actor, take func(tx *db.Tx) (*bundle.Bundle, error)) error {
	return f.seriesDo(ctx, community, actor, "", func(tx *db.Tx, people map[id.ID][]id.ID) error {
		b, err := take(tx)
		if err != nil {
			return err
		}
		last, shops := b.Steps[len(b.Steps)-1], b.Shops()
		if !b.Shop.IsZero() && !slices.Contains(shops, b.Shop) {
			shops = append(shops, b.Shop)
		}
		return f.tellShops(ctx, tx, people, shops, bundleNews(b, saidOfBundle[last.What], last.Words))
	})
}

// saidOfBundle is what a notice says of a step.
var saidOfBundle = map[pact.What]string{
	pact.Agreed: "有一方同意了", pact.Declined: "有一方不同意，这个套餐不做了", pact.Withdrawn: "提出的一方收回了",
	pact.Published: "各方都同意，可以卖了", pact.Stopped: "不再卖了，卖出去的照样能用",
}

func bundleNews(b *bundle.Bundle, said, words string) notice.Notice {
	return notice.Notice{Kind: notice.BundleNews, Cause: "bundle/" + b.ID.String() + "/" + period.Day(len(b.Steps)).String(), Link: "/my-shop/bundles",
		Args: []notice.Arg{notice.Text(b.Name, ""), notice.Say(said), notice.Text(words, "")}}
}
