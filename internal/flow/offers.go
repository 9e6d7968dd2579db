package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// MakeOffer makes an offer of a shop that takes part; the same form again makes no
// second one (E4).
func (f *Flows) MakeOffer(ctx context.Context, community id.ID, actor db.Actor, token string, shop id.ID, t offer.Terms) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if first, err := once.First(ctx, tx, actor.ID, token); err != nil || !first {
			return err
		}
		if err := f.offerable(ctx, tx, shop, &t); err != nil {
			return err
		}
		_, err := f.Offers.Make(ctx, tx, shop, t)
		return err
	})
}

// ChangeOffer makes a new version of a shop's offer. Who was proposed the old one and
// has not yet agreed is asked again.
func (f *Flows) ChangeOffer(ctx context.Context, community id.ID, actor db.Actor, shop, changed id.ID, t offer.Terms) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if err := f.offerable(ctx, tx, shop, &t); err != nil {
			return err
		}
		_, err := f.Offers.Change(ctx, tx, shop, changed, t)
		return err
	})
}

// EndOffer ends a shop's offer at once.
func (f *Flows) EndOffer(ctx context.Context, community id.ID, actor db.Actor, shop, ended id.ID, words string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		return f.Offers.Finish(ctx, tx, shop, ended, words)
	})
}

// offerable refuses terms that the policy in force does not allow, and a shop that
// does not take part.
func (f *Flows) offerable(ctx context.Context, tx *db.Tx, shop id.ID, t *offer.Terms) error {
	m, err := f.Merchants.Known(ctx, tx, shop)
	if err != nil {
		return err
	}
	if m.Status != merchant.Active {
		return merchant.ErrSuspended
	}
	version, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	return t.Validate(version.Params.AlliancePrice, version.Params.ListAmountMax)
}
