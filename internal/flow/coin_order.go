package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
)

// OrderHours asks for hours in the name of an organisation (F7). The desk looks at who it
// is before anything is to be paid. The order's id is made with the form.
func (f *Flows) OrderHours(ctx context.Context, community id.ID, actor db.Actor, o coin.Order) (made *coin.Order, err error) {
	defer fault.Wrap(&err, "order hours")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if made, err = f.Coins.OrderByID(ctx, tx, community, o.ID); fault.KindOf(err) != fault.NotFound {
			return err
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if err := o.Validate(v.Params.AmountMax); err != nil {
			return err
		}
		made, err = f.Coins.Order(ctx, tx, o)
		return err
	})
	return made, err
}

// AcceptHoursOrder accepts an order as the desk: the premium of the policy holds for it, a
// public body pays none, and a charge waits for the money.
func (f *Flows) AcceptHoursOrder(ctx context.Context, community id.ID, actor db.Actor, at id.ID) (c charge.Charge, err error) {
	defer fault.Wrap(&err, "accept an order of hours")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		o, err := f.Coins.OrderByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		if o.State() != coin.Asked {
			return coin.ErrOrderState
		}
		if o.By == actor.ID && !actor.ID.IsZero() {
			return coin.ErrSamePair
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		step := coin.OrderStep{What: coin.Accepted, Premium: v.Params.CSRPremium, Seq: -1}
		if o.Body == coin.Public {
			step.Premium = 0
		}
		due, err := f.endOfDay(ctx, tx, v.Params.CSROrderDays)
		if err != nil {
			return err
		}
		price := charter.HoursOrdered{Coins: o.Coins, Premium: step.Premium}.Price()
		if c, err = f.Charges.Open(ctx, tx, charge.Charge{Purpose: charge.Hours, Subject: o.ID, Kind: charge.ByPerson, Payer: o.By, Amount: price, Title: o.Name, DueAt: due}); err != nil {
			return err
		}
		step.Charge = c.ID
		return f.Coins.Step(ctx, tx, o, step)
	})
	return c, err
}

// EndHoursOrder ends an order that was not accepted: declined by the desk, withdrawn by who
// ordered.
func (f *Flows) EndHoursOrder(ctx context.Context, community id.ID, actor db.Actor, at id.ID, what coin.OrderWhat, words string) (err error) {
	defer fault.Wrap(&err, "end an order of hours")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		o, err := f.Coins.OrderByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		if o.State() != coin.Asked {
			return coin.ErrOrderState
		}
		return f.Coins.Step(ctx, tx, o, coin.OrderStep{What: what, Words: words, Seq: -1})
	})
}

// payHours is what a charge for hours means.
func (f *Flows) payHours() payable {
	return payable{
		move: func(ctx context.Context, tx *db.Tx, c *charge.Charge, p charge.Payment) (charter.Move, error) {
			o, err := f.Coins.OrderByID(ctx, tx, tx.Community, c.Subject)
			if err != nil {
				return nil, err
			}
			if o.State() != coin.Accepted {
				return nil, coin.ErrOrderState
			}
			return charter.HoursOrdered{Org: o.Org, Order: o.ID, Charge: c.ID, Coins: o.Coins, Premium: o.Accepted().Premium, Common: o.Common, Means: p.Means}, nil
		},
		paid: func(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
			return f.endOrder(ctx, tx, c, coin.Bought, c.End.Seq)
		},
		dropped: func(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
			return f.endOrder(ctx, tx, c, coin.Unpaid, -1)
		},
	}
}

func (f *Flows) endOrder(ctx context.Context, tx *db.Tx, c *charge.Charge, what coin.OrderWhat, seq int64) error {
	o, err := f.Coins.OrderByID(ctx, tx, tx.Community, c.Subject)
	if err != nil {
		return err
	}
	return f.Coins.Step(ctx, tx, o, coin.OrderStep{What: what, Premium: o.Accepted().Premium, Charge: c.ID, Words: c.End.Reason, Seq: seq})
}

// OrderPrice is what an organisation would pay for hours, and the premium in it.
func OrderPrice(coins money.Amount, premium money.Rate) (price, extra money.Amount) {
	o := charter.HoursOrdered{Coins: coins, Premium: premium}
	return o.Price(), o.Extra()
}

// forgetOrders takes away who ordered hours in the name of an organisation (A7). What the
// desk has not looked at yet is withdrawn: nobody could be asked about it. The organisation,
// its amounts and its purpose stay: they are not personal data and are published.
func (f *Flows) forgetOrders(ctx context.Context, tx *db.Tx, who id.ID) error {
	orders, err := f.Coins.OrdersBy(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.State() == coin.Asked {
			if err := f.Coins.Step(ctx, tx, o, coin.OrderStep{What: coin.Withdrawn, Words: forgotten, Seq: -1}); err != nil {
				return err
			}
		}
	}
	return f.Coins.ForgetOrders(ctx, tx, who)
}
