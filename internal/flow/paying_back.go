package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// refundKey is how the provider knows a refund. A provider tells of a refund by its key
// alone, so the key says where it belongs: two ids, 64 digits, the most it takes.
func refundKey(community id.ID, r *payment.Refund) string { return community.String() + r.Key() }

// carryRefunds hands the refunds of a payment that are under way to the provider. The
// same refund again is the same refund.
func (f *Flows) carryRefunds(ctx context.Context, community id.ID, p *payment.Payment) error {
	if p == nil {
		return nil
	}
	var errs []error
	for i := range p.Refunds {
		if p.Refunds[i].End == nil {
			errs = append(errs, f.carryRefund(ctx, community, p, &p.Refunds[i]))
		}
	}
	return errors.Join(errs...)
}

func (f *Flows) carryRefund(ctx context.Context, community id.ID, p *payment.Payment, r *payment.Refund) error {
	provider, err := f.provider(p.Provider)
	if err != nil {
		return err
	}
	if ready, err := f.sharesBack(ctx, community, p, r); err != nil || !ready {
		return err
	}
	told, err := provider.Refund(ctx, pay.Refund{
		Key: refundKey(community, r), Payment: p.Key(), Account: p.Account, Amount: r.Amount, Total: p.Amount, Reason: "退款",
	})
	var refused *pay.Refused
	switch {
	case errors.Is(err, pay.ErrUnknown):
		return nil // asked again by the sweeper
	case errors.As(err, &refused) && refused.Code == pay.CodeNotEnough:
		return nil // the shop's account has too little now; asked again under the same key
	case errors.As(err, &refused):
		return f.endRefund(ctx, community, p.ID, r.ID, payment.Failed, "", refused.Code)
	case err != nil:
		return err
	}
	told.Key = refundKey(community, r)
	return f.ToldRefund(ctx, told)
}

// ToldRefund takes what a provider tells of a refund, asked or not.
func (f *Flows) ToldRefund(ctx context.Context, told pay.RefundResult) (err error) {
	defer fault.Wrap(&err, "told of a refund")
	if len(told.Key) != 64 {
		return payment.ErrNotFound
	}
	community, err := id.Parse(told.Key[:32])
	if err != nil {
		return payment.ErrNotFound
	}
	refund, err := id.Parse(told.Key[32:])
	if err != nil {
		return payment.ErrNotFound
	}
	var p *payment.Payment
	if err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		p, err = f.Payments.OfRefund(ctx, r, community, refund)
		return err
	}); err != nil {
		return err
	}
	switch told.State {
	case pay.Done:
		return f.endRefund(ctx, community, p.ID, refund, payment.Done, told.ID, "")
	case pay.Closed, pay.Stuck:
		return f.endRefund(ctx, community, p.ID, refund, payment.Failed, told.ID, string(told.State)+" at the provider")
	}
	return nil
}

func (f *Flows) endRefund(ctx context.Context, community, key, refund id.ID, kind payment.RefundEndKind, number, note string) error {
	return f.DB.Update(ctx, community, byProvider, func(tx *db.Tx) error {
		p, err := f.Payments.ByID(ctx, tx, community, key)
		if err != nil {
			return err
		}
		for _, r := range p.Refunds {
			if r.ID == refund && r.End != nil {
				return nil // told before
			}
		}
		if err := f.Payments.EndRefund(ctx, tx, p, refund, kind, number, note); err != nil {
			return err
		}
		return f.refundEnded(ctx, tx, p, refund)
	})
}

// RefundAgain asks the provider anew for a refund that failed.
func (f *Flows) RefundAgain(ctx context.Context, community id.ID, actor db.Actor, key, failed id.ID) (err error) {
	defer fault.Wrap(&err, "refund again")
	var p *payment.Payment
	if err := f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if p, err = f.Payments.ByID(ctx, tx, community, key); err != nil {
			return err
		}
		_, err = f.Payments.Again(ctx, tx, p, failed)
		return err
	}); err != nil {
		return err
	}
	return f.carryRefunds(ctx, community, p)
}

// RefundByHand notes that a refund which failed at the provider was given back in another
// way, by whom and with which slip.
func (f *Flows) RefundByHand(ctx context.Context, community id.ID, actor db.Actor, key, failed id.ID, slip, note string) (err error) {
	defer fault.Wrap(&err, "refund by hand")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		p, err := f.Payments.ByID(ctx, tx, community, key)
		if err != nil {
			return err
		}
		if p.AskedAgain(failed) {
			return payment.ErrNotFailed // the provider may be paying it just now
		}
		again, err := f.Payments.Again(ctx, tx, p, failed)
		if err != nil {
			return err
		}
		if err := f.Payments.EndRefund(ctx, tx, p, again.ID, payment.Handed, strings.TrimSpace(slip), strings.TrimSpace(note)); err != nil {
			return err
		}
		return f.refundEnded(ctx, tx, p, again.ID)
	})
}

// payBack asks for money of an entry to go back the way it came, if a provider had it; nil
// if none had. It is carried out after the transaction, by carryRefunds.
func (f *Flows) payBack(ctx context.Context, tx *db.Tx, original, seq int64, amount money.Amount, reason string) (*payment.Payment, error) {
	if amount == 0 {
		return nil, nil
	}
	p, err := f.Payments.ByEntry(ctx, tx, tx.Community, original)
	if errors.Is(err, payment.ErrNotFound) {
		p, err = f.paidAhead(ctx, tx, original)
	}
	if err != nil || p == nil {
		return nil, err
	}
	_, err = f.Payments.Refund(ctx, tx, p, amount, seq, reason)
	return p, err
}

// paidAhead is the payment of the bundle of which a purchase was a part; nil if it was
// none, or was taken by hand, or outside of this house.
func (f *Flows) paidAhead(ctx context.Context, tx *db.Tx, purchase int64) (*payment.Payment, error) {
	sale, err := f.Bundles.OfPurchase(ctx, tx, tx.Community, purchase)
	if errors.Is(err, bundle.ErrNoSale) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := f.Payments.ByEntry(ctx, tx, tx.Community, sale.Begun.Seq)
	if errors.Is(err, payment.ErrNotFound) {
		return nil, nil
	}
	return p, err
}

// refundEnded is what follows when a refund has reached the payer: a charge's is handed;
// what a shop's own account paid of it is booked.
func (f *Flows) refundEnded(ctx context.Context, tx *db.Tx, p *payment.Payment, refund id.ID) error {
	if p.Purpose != payment.Charge && p.Account == "" {
		return nil
	}
	for i := range p.Refunds {
		r := &p.Refunds[i]
		if r.ID != refund || r.End == nil || r.End.Kind == payment.Failed || r.Seq < 0 {
			continue
		}
		if p.Purpose != payment.Charge {
			return f.refundBorne(ctx, tx, p.ID, r)
		}
		c, err := f.Charges.ByID(ctx, tx, tx.Community, p.Subject)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(c.Refunds, func(x charge.Refund) bool { return x.Seq == r.Seq }) {
			return nil // of a part that a shop had given: the purchase was refunded, not the charge
		}
		return f.Charges.Hand(ctx, tx, c, r.Seq, cmp.Or(r.End.Number, r.Key()))
	}
	return nil
}

// chargePaid books a charge that was paid through a provider.
func (f *Flows) chargePaid(ctx context.Context, tx *db.Tx, p *payment.Payment, told pay.Payment) (seq int64, err error) {
	c, err := f.Charges.ByID(ctx, tx, tx.Community, p.Subject)
	if err != nil {
		return 0, err
	}
	if err := f.pay(ctx, tx, c, charge.Payment{Means: charter.Provider, Reference: told.ID}); err != nil {
		return 0, err
	}
	return c.End.Seq, f.wake(ctx, tx, c.ID)
}
