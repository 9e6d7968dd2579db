package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// ConfirmPayout notes that somebody paid an item at a bank, with the number of its slip.
// The same slip again changes nothing.
func (f *Flows) ConfirmPayout(ctx context.Context, community id.ID, actor db.Actor, item id.ID, slip string) (err error) {
	defer fault.Wrap(&err, "confirm a payout")
	return f.onPayout(ctx, community, actor, item, false, func(tx *db.Tx, b *payout.Batch, i *payout.Item, ears payoutEars) error {
		for _, o := range i.Outcomes {
			if o.Kind == payout.Confirmed && o.Reference == slip {
				return nil
			}
		}
		switch got, err := f.Payouts.Delivered(ctx, tx, community, i); {
		case err != nil:
			return err
		case got.Open > 0 || got.Amount > 0: // shares were asked for while a provider was there
			return payout.ErrByProvider
		}
		if err := f.Payouts.Slip(ctx, tx, i, slip); err != nil {
			return err
		}
		if err := f.payoutArrived(ctx, tx, b, i, slip, ears); err != nil {
			return err
		}
		return f.Payouts.Ask(ctx, tx, i.ID, time.Time{})
	})
}

// ReturnPayout notes that a bank gave an item, or a part of it, back: P-01R, P-03R.
func (f *Flows) ReturnPayout(ctx context.Context, community id.ID, actor db.Actor, item id.ID, v money.Amount, reference, reason string) (err error) {
	defer fault.Wrap(&err, "a payout came back")
	if reason == "" {
		return payout.ErrNoReason.On("reason")
	}
	return f.onPayout(ctx, community, actor, item, true, func(tx *db.Tx, b *payout.Batch, i *payout.Item, ears payoutEars) error {
		switch got, err := f.Payouts.Delivered(ctx, tx, community, i); {
		case err != nil:
			return err
		case v > i.Amount-i.Back()-got.Amount: // what a share brought does not come back
			return payout.ErrSettled
		}
		kind := payout.Returned
		if i.ArrivedAt().IsZero() {
			kind = payout.Failed
		}
		if err := f.payoutBack(ctx, tx, b, i, payout.Outcome{Kind: kind, Amount: v, Reference: reference, Reason: reason}, ears); err != nil {
			return err
		}
		return f.Payouts.Ask(ctx, tx, i.ID, time.Time{})
	})
}

// onPayout does something by hand to an item that no provider carries out. What came
// back of one that arrived may be known to a bank alone.
func (f *Flows) onPayout(ctx context.Context, community id.ID, actor db.Actor, item id.ID, back bool, do func(tx *db.Tx, b *payout.Batch, i *payout.Item, ears payoutEars) error) error {
	own, err := f.interests(ctx, community, actor.ID)
	if err != nil {
		return err
	}
	ears, err := f.payoutEars(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		i, b, err := f.Payouts.Item(ctx, tx, community, item)
		if err != nil {
			return err
		}
		to, err := f.Payouts.AccountByID(ctx, tx, community, i.Account)
		switch {
		case err != nil:
			return err
		case i.Seq < 0:
			return payout.ErrNotBooked
		case (!f.paidByHand(to.Provider) || i.Sent != nil) && !(back && !i.ArrivedAt().IsZero()):
			return payout.ErrByProvider
		case own[i.Payee] && b.Kind != payout.Income:
			return payout.ErrInterested
		}
		return do(tx, b, i, ears)
	})
}
