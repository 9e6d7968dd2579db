package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// ErrPledgeAbove refuses a care pledge above what the policy in force lets a shop
// promise: above it no purchase is proved to leave the shop enough (L8).
var ErrPledgeAbove = fault.New(fault.Invalid, "merchant.pledge_above_policy")

// AmendShop changes a shop's terms, within the policy in force (C2).
func (f *Flows) AmendShop(ctx context.Context, community id.ID, actor db.Actor, ref string, before, after merchant.Terms, reason string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if after.CarePledge > v.Params.CarePledgeMax {
			return ErrPledgeAbove.On("care_pledge").With("most", v.Params.CarePledgeMax.Percent())
		}
		return f.Merchants.Amend(ctx, tx, ref, before, after, reason)
	})
}
