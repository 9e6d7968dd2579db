package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// adsHref is where a shop reads of its advertisements.
const adsHref = "/my-shop/ads"

// OfferSlot offers a slot at a price within the bounds of the rules in force (C10).
func (f *Flows) OfferSlot(ctx context.Context, community id.ID, actor db.Actor, token string, slot adslot.Slot) error {
	_, err := f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		_, err = f.Ads.Offer(ctx, tx, slot, adslot.Bounds{Min: v.Params.AdPriceMin, Max: v.Params.AdPriceMax})
		return err
	})
	return err
}

// BookAd books a month of a slot for a shop and asks for its price: unpaid, it lapses.
func (f *Flows) BookAd(ctx context.Context, community, shop, slot id.ID, actor db.Actor, month period.Month) (b adslot.Booking, err error) {
	defer fault.Wrap(&err, "book an ad")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.takingPart(ctx, tx, shop)
		if err != nil {
			return err
		}
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		if b, err = f.Ads.Book(ctx, tx, slot, shop, month, today); err != nil {
			return err
		}
		asked, err := f.Charges.Of(ctx, tx, community, b.ID)
		if err != nil || len(asked) > 0 {
			return err // a second tap
		}
		if b.Price == 0 {
			return f.Ads.Pay(ctx, tx, b.ID)
		}
		due, err := f.endOfDay(ctx, tx, adslot.UnpaidDays)
		if err != nil {
			return err
		}
		_, err = f.Charges.Open(ctx, tx, charge.Charge{
			Purpose: charge.Ad, Subject: b.ID, Kind: charge.ByMerchant, Payer: shop, Amount: b.Price, DueAt: due, Title: fmt.Sprintf("%s %s", shopName(m), month),
		})
		return err
	})
	return b, err
}

// adFee is what a charge for an advertisement means.
func (f *Flows) adFee() payable {
	return payable{
		move: func(_ context.Context, _ *db.Tx, c *charge.Charge, p charge.Payment) (charter.Move, error) {
			return charter.AdFee{Merchant: c.Payer, Charge: c.ID, Fee: c.Amount, Means: p.Means}, nil
		},
		paid: func(ctx context.Context, tx *db.Tx, c *charge.Charge) error { return f.Ads.Pay(ctx, tx, c.Subject) },
		dropped: func(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
			_, err := f.Ads.Lapse(ctx, tx, c.Subject)
			return err
		},
	}
}

// CancelAd gives a month up, and gives back what was paid for the days that are left. A
// zero shop is the operator's cancelling, which tells the shop why.
func (f *Flows) CancelAd(ctx context.Context, community, booking, shop id.ID, actor db.Actor, words string) (b adslot.Booking, err error) {
	defer fault.Wrap(&err, "cancel an ad")
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return b, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		asked, err := f.Charges.Of(ctx, tx, community, booking)
		if err != nil {
			return err
		}
		var back charter.AdFeeRefund
		b, err = f.Ads.Cancel(ctx, tx, booking, shop, words, today, func(used, all int) money.Amount {
			for _, c := range asked {
				if c.Paid() {
					back = charter.AdFeeRefund{Merchant: c.Payer, Charge: c.ID, Fee: c.Amount, Days: all, Used: used, Means: c.End.Means}
				}
			}
			return back.Amount()
		})
		if err != nil {
			return err
		}
		if err := f.settleAd(ctx, tx, asked, back); err != nil || !shop.IsZero() {
			return err
		}
		return f.tellShops(ctx, tx, people, []id.ID{b.Shop}, notice.Notice{
			Kind: notice.AdDecided, Cause: "ad/" + b.ID.String() + "/cancelled", Link: adsHref,
			Args: []notice.Arg{notice.Say("您订的广告位取消了"), notice.Text(words, "")},
		})
	})
	return b, err
}

// settleAd ends the charges of a booking that was cancelled: an open one is dropped, of
// a paid one the rest goes back.
func (f *Flows) settleAd(ctx context.Context, tx *db.Tx, asked []charge.Charge, back charter.AdFeeRefund) error {
	for i := range asked {
		var err error
		switch c := &asked[i]; {
		case c.Open():
			err = f.Charges.Drop(ctx, tx, c, charge.Cancelled, "cancelled")
		case c.ID == back.Charge:
			err = f.refundCharge(ctx, tx, c, back, back.Amount(), "cancelled")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// DraftAd notes what a booking shall show.
func (f *Flows) DraftAd(ctx context.Context, community, shop id.ID, actor db.Actor, c adslot.Creative, picture *attachment.File) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		c := c
		if picture != nil {
			if c.File, err = f.Files.Add(ctx, tx, picture); err != nil {
				return err
			}
		}
		_, err = f.Ads.Draft(ctx, tx, shop, c, today)
		return err
	})
}

// ReviewAd lets a draft pass or not, and tells the shop.
func (f *Flows) ReviewAd(ctx context.Context, community, creative id.ID, actor db.Actor, passed bool, words string) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Ads.Review(ctx, tx, creative, passed, words)
		if err != nil {
			return err
		}
		b, err := f.Ads.BookingByID(ctx, tx, community, c.Booking)
		if err != nil {
			return err
		}
		said := notice.Say("您的广告通过了")
		if !passed {
			said = notice.Say("您的广告没有通过，请改一改")
		}
		return f.tellShops(ctx, tx, people, []id.ID{b.Shop}, notice.Notice{
			Kind: notice.AdDecided, Cause: "ad/" + creative.String(), Link: adsHref, Args: []notice.Arg{said, notice.Text(c.Text+"　"+words, "")},
		})
	})
}

// CountAds writes the looks at advertisements that were counted in memory. It is a
// sweeper's work.
func (f *Flows) CountAds(ctx context.Context, community id.ID) error {
	batch := f.Looks.Take(community)
	if batch == nil {
		return nil
	}
	err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.Ads.Counted(ctx, tx, batch) })
	if err == nil {
		f.Looks.Written(community)
	}
	return err
}
