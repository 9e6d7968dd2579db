package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// bring gives the vouchers that a purchase brings (E1): from so much on at A a voucher
// for B, on A's merchant days if the series says so (C8). What is used up, or not to
// be had any more, brings nothing and stops no purchase.
func (f *Flows) bring(ctx context.Context, tx *db.Tx, facts *settlement.Facts, seq int64) (got []*promotion.Voucher, err error) {
	if facts.Buyer.Standing != settlement.GoodMember {
		return nil, nil
	}
	version, err := f.inForce(ctx, tx, facts.PurchasedAt)
	if err != nil {
		return nil, err
	}
	zone, err := f.zone(&version.Params)
	if err != nil {
		return nil, err
	}
	day := period.DayOf(facts.PurchasedAt, zone)
	running, err := f.Promotions.Running(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	for _, s := range running {
		if !s.Brings(facts.Merchant.ID, facts.Price) {
			continue
		}
		if s.Spend.Own {
			own, err := f.ownDay(ctx, tx, facts.Merchant.ID, day)
			if err != nil {
				return nil, err
			}
			if !own {
				continue
			}
		}
		v, err := f.grant(ctx, tx, s.ID, promotion.OnSpend, promotion.Grant{Member: facts.Buyer.ID, Source: seq, Day: day})
		switch {
		case fault.Of(err) != nil: // used up, or the shop may issue none
			continue
		case err != nil:
			return nil, err
		}
		got = append(got, v)
	}
	return got, nil
}

// LapseVouchers gives back the room of vouchers that ended unused. It is a sweeper's
// work.
func (f *Flows) LapseVouchers(ctx context.Context, community id.ID) error {
	for {
		var due []id.ID
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			due, err = f.Promotions.Due(ctx, r, community, f.DB.Clock().Now(), sweepMost)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, voucher := range due {
			if err := f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error { return f.Promotions.Lapse(ctx, tx, voucher) }); err != nil {
				return err
			}
		}
		if len(due) < sweepMost {
			return nil
		}
	}
}

// sweepMost is how many due rows are looked at in one go.
const sweepMost = 200

// onceOf reports whether a form of an actor is new.
func onceOf(ctx context.Context, tx *db.Tx, actor db.Actor, token string) (bool, error) {
	return once.First(ctx, tx, actor.ID, token)
}

func isNo(err error, refusal *fault.Fault) bool { return errors.Is(err, refusal) }
