package flow

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
)

// payable is what a purpose of charges means: how a payment is booked, and what
// follows from the ends of a charge, all in one transaction.
type payable struct {
	// move is the rule that books the payment.
	move func(ctx context.Context, tx *db.Tx, c *charge.Charge, p charge.Payment) (charter.Move, error)
	// paid is what follows.
	paid func(ctx context.Context, tx *db.Tx, c *charge.Charge) error
	// dropped is what follows when it was cancelled or has expired.
	dropped func(ctx context.Context, tx *db.Tx, c *charge.Charge) error
}

// payables are the purposes that somebody has explained.
func (f *Flows) payables() map[charge.Purpose]payable {
	return map[charge.Purpose]payable{
		charge.MerchantFee: f.payMerchantFee(),
		charge.Deposit:     f.payDeposit(),
		charge.Ad:          f.adFee(),
		charge.Membership:  {move: f.membershipFee, paid: f.membershipPaid, dropped: f.membershipDropped},
		charge.Profit:      f.payShare(),
		charge.Bundle:      {move: f.bundlePrice, paid: f.bundlePaid, dropped: f.bundleDropped},
		charge.Hours:       f.payHours(),
	}
}

func (f *Flows) payable(p charge.Purpose) (payable, error) {
	x, ok := f.payables()[p]
	if !ok {
		return x, fmt.Errorf("flow: nobody knows how to book a charge for %q", p)
	}
	return x, nil
}

// Pay takes the payment of a charge: it is booked, and what was paid for begins,
// together. The same slip again for the same charge changes nothing.
func (f *Flows) Pay(ctx context.Context, community id.ID, actor db.Actor, at id.ID, p charge.Payment) (c *charge.Charge, err error) {
	defer fault.Wrap(&err, "pay a charge")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if c, err = f.Charges.ByID(ctx, tx, community, at); err != nil {
			return err
		}
		if c.Paid() && c.End.Means == p.Means && c.End.Reference == p.Reference {
			return nil // the form came twice
		}
		return f.pay(ctx, tx, c, p)
	})
	return c, err
}

func (f *Flows) pay(ctx context.Context, tx *db.Tx, c *charge.Charge, p charge.Payment) error {
	if err := c.Validate(p, tx.Now); err != nil {
		return err
	}
	x, err := f.payable(c.Purpose)
	if err != nil {
		return err
	}
	m, err := x.move(ctx, tx, c, p)
	if err != nil {
		return err
	}
	posted, err := f.Move(ctx, tx, "~charge:"+c.ID.String(), m)
	if err != nil {
		return err
	}
	if err := f.Charges.Pay(ctx, tx, c, p, posted.Seq); err != nil {
		return err
	}
	return x.paid(ctx, tx, c)
}

// DropCharge cancels an open charge, and what it was for.
func (f *Flows) DropCharge(ctx context.Context, community id.ID, actor db.Actor, at id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "drop a charge")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Charges.ByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		return f.drop(ctx, tx, c, charge.Cancelled, reason)
	})
}

func (f *Flows) drop(ctx context.Context, tx *db.Tx, c *charge.Charge, kind charge.EndKind, reason string) error {
	x, err := f.payable(c.Purpose)
	if err != nil {
		return err
	}
	if err := f.Charges.Drop(ctx, tx, c, kind, reason); err != nil {
		return err
	}
	return x.dropped(ctx, tx, c)
}

// refundCharge books money of a paid charge that goes back, by a move that says so. What
// was paid through a provider goes back there; else it is left at the till for who paid.
// Nothing happens where nothing goes back.
func (f *Flows) refundCharge(ctx context.Context, tx *db.Tx, c *charge.Charge, m charter.Move, amount money.Amount, reason string) error {
	if amount == 0 {
		return nil
	}
	posted, err := f.Move(ctx, tx, fmt.Sprintf("~charge:%s/back:%d", c.ID, len(c.Refunds)), m)
	if err != nil {
		return err
	}
	if err := f.Charges.Refund(ctx, tx, c, amount, posted.Seq, reason); err != nil {
		return err
	}
	_, err = f.payBack(ctx, tx, c.End.Seq, posted.Seq, amount, reason) // the sweeper carries it out, and hands it
	return err
}

// HandRefund notes that a refund reached who paid.
func (f *Flows) HandRefund(ctx context.Context, community id.ID, actor db.Actor, at id.ID, seq int64, reference string) (err error) {
	defer fault.Wrap(&err, "hand a refund")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Charges.ByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		return f.Charges.Hand(ctx, tx, c, seq, reference)
	})
}

// ExpireCharges ends what was not paid in time. It is a sweeper's work.
func (f *Flows) ExpireCharges(ctx context.Context, community id.ID) error {
	for {
		var due []charge.Charge
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			due, err = f.Charges.Due(ctx, r, community, f.DB.Clock().Now(), 100)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for i := range due {
			err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
				c, err := f.Charges.ByID(ctx, tx, community, due[i].ID)
				if err != nil || !c.Open() || tx.Now.Before(c.DueAt) {
					return err
				}
				return f.drop(ctx, tx, c, charge.Expired, "past due")
			})
			if err != nil {
				return err
			}
		}
	}
}

// endOfDay is the end of the civil day that lies so many days ahead.
func (f *Flows) endOfDay(ctx context.Context, tx *db.Tx, days int) (time.Time, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return time.Time{}, err
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return time.Time{}, err
	}
	return (period.DayOf(tx.Now, zone) + period.Day(days) + 1).Start(zone), nil
}
