package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// ErrListNotPositive refuses to price a basket of nothing.
var ErrListNotPositive = fault.New(fault.Invalid, "offer.list_not_positive")

// Price proposes how a purchase at a shop would be paid now (D1, E4): shelf price →
// offers → price → vouchers → coins → money, and why whatever was not used was not.
// A buyer whom nobody knows has no vouchers and no coins. What the checkout by has
// taken of offers and holds of vouchers counts as free for it; coins that it has set
// aside do not, for they have left the buyer's account.
//
// It changes nothing. Whether somebody has bought here before is as true as the
// derived tables of trade, which lag behind the books for a moment.
func (f *Flows) Price(ctx context.Context, tx *db.Tx, shop *merchant.Merchant, buyer *member.Member, list money.Amount, w offer.Wish, by id.ID) (offer.Proposal, error) {
	if list <= 0 {
		return offer.Proposal{}, ErrListNotPositive.On("list")
	}
	version, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return offer.Proposal{}, err
	}
	rates := &version.Params
	if list > rates.ListAmountMax {
		return offer.Proposal{}, settlement.ErrTooLarge.On("list").With("most", rates.ListAmountMax)
	}
	till, err := f.till(ctx, tx, shop, buyer, list, rates)
	if err != nil {
		return offer.Proposal{}, err
	}
	if err := f.runningOffers(ctx, tx, &till, by); err != nil {
		return offer.Proposal{}, err
	}
	if buyer != nil {
		if till.Vouchers, err = f.vouchersHere(ctx, tx, &till, by); err != nil {
			return offer.Proposal{}, err
		}
	}
	return offer.Propose(&till, w), nil
}

// till is a basket with the numbers of the policy and the buyer's coins.
func (f *Flows) till(ctx context.Context, tx *db.Tx, shop *merchant.Merchant, buyer *member.Member, list money.Amount, rates *policy.Params) (offer.Till, error) {
	zone, err := f.zone(rates)
	if err != nil {
		return offer.Till{}, err
	}
	till := offer.Till{
		Basket: offer.Basket{Merchant: shop.ID, List: list, At: tx.Now, Zone: zone, Member: buyer != nil, Good: buyer != nil && buyer.Standing == member.Good},
		Rules: offer.Rules{Together: rates.OffersTogether, AtOnce: min(rates.VouchersAtOnce, settlement.MaxVouchers),
			OfferShare: rates.OfferShareMax, CoinShare: rates.CoinShareMax},
	}
	if buyer != nil {
		till.Buyer = buyer.ID
		till.Coins, err = f.Ledger.Balance(ctx, tx, ledger.In(party.Owner{Kind: party.Member, ID: buyer.ID}, ledger.Coins, money.Coin))
	}
	return till, err
}

// runningOffers adds the shop's offers, with how far each is used, and what they ask
// of the day and the buyer.
func (f *Flows) runningOffers(ctx context.Context, tx *db.Tx, till *offer.Till, by id.ID) error {
	running, err := f.Offers.Running(ctx, tx, till.Merchant)
	if err != nil || len(running) == 0 {
		return err
	}
	for _, o := range running {
		stand, err := f.Offers.Stand(ctx, tx, o, till.Buyer)
		if err != nil {
			return err
		}
		till.Offers = append(till.Offers, stand)
	}
	if err := f.Offers.Without(ctx, tx, till.Offers, by); err != nil {
		return err
	}
	if slices.ContainsFunc(running, func(o *offer.Offer) bool { return o.When.Own }) {
		if till.OwnDay, err = f.ownDay(ctx, tx, till.Merchant, period.DayOf(till.At, till.Zone)); err != nil {
			return err
		}
	}
	if till.Member && slices.ContainsFunc(running, func(o *offer.Offer) bool { return o.Kind == offer.FirstTime }) {
		knows, err := f.Trade.Knows(ctx, tx, tx.Community, till.Merchant, till.Buyer)
		till.FirstTime = !knows
		return err
	}
	return nil
}

// ownDay reports whether the calendar gives a day to a shop (C8).
func (f *Flows) ownDay(ctx context.Context, r *db.Tx, shop id.ID, day period.Day) (bool, error) {
	all, err := f.Days.Between(ctx, r, r.Community, day, day)
	for i := range all {
		if o := &all[i]; !o.Off && slices.Contains(o.Whose, shop) {
			return true, nil
		}
	}
	return false, err
}

// vouchersHere are the buyer's vouchers for a shop, the one that ends first first.
func (f *Flows) vouchersHere(ctx context.Context, tx *db.Tx, till *offer.Till, by id.ID) (all []offer.Voucher, err error) {
	open, err := f.Promotions.Open(ctx, tx, till.Buyer)
	if err != nil {
		return nil, err
	}
	for _, v := range open {
		if !v.GoodAt(till.Merchant) {
			continue
		}
		here := offer.Voucher{ID: v.ID, Ref: v.Ref, Issuer: v.Issuer, Amount: v.Amount, Ends: v.ExpiresAt}
		switch s := v.Series; {
		case s != nil:
			here.Name, here.From, here.Alone, here.Change = s.Name, s.Terms.From, s.Alone, s.Terms.Change
			if s.Single {
				here.Category = s.ID.String()
			}
		default:
			issuer, err := f.Merchants.Known(ctx, tx, v.Issuer)
			if err != nil {
				return nil, err
			}
			here.Name = issuer.Name
		}
		if here.Bar, err = f.barred(ctx, tx, v, till.At.In(till.Zone), by); err != nil {
			return nil, err
		}
		all = append(all, here)
	}
	return all, nil
}

// barred says why a voucher cannot be used now whatever the purchase is, the zero
// sentence if it can.
func (f *Flows) barred(ctx context.Context, tx *db.Tx, v *promotion.Voucher, now time.Time, by id.ID) (offer.Sentence, error) {
	if why := notNow(v, now); !why.IsZero() {
		return why, nil
	}
	held, err := f.Promotions.HeldBy(ctx, tx, v.ID, by)
	if held {
		return offer.Sentence{Key: "这张券正在另一单里用着"}, err
	}
	return offer.Sentence{}, err
}

// notNow says why a voucher cannot be used at a moment, on the clock of civil days.
func notNow(v *promotion.Voucher, now time.Time) offer.Sentence {
	switch s := v.Series; {
	case !now.Before(v.ExpiresAt):
		return offer.Sentence{Key: "这张券已经过期"}
	case now.Before(v.From):
		return offer.Sentence{Key: "%s 起才能用", Args: []string{period.DayOf(v.From, now.Location()).String()}}
	case s != nil && !s.When.OnDay(now):
		return offer.Sentence{Key: "今天不在这张券的日子里"}
	case s != nil && !s.When.InHours(now):
		from, to := s.When.Hours()
		return offer.Sentence{Key: "这张券只在 %s 到 %s 之间能用", Args: []string{from, to}}
	}
	return offer.Sentence{}
}

// TakeOffers counts the offers of a proposal for a checkout: its uses, its money and
// the buyer's share of them. It refuses when an offer has changed, has ended or is
// used up since it was proposed. The same checkout again changes nothing.
func (f *Flows) TakeOffers(ctx context.Context, tx *db.Tx, p *offer.Proposal, by id.ID) error {
	return f.Offers.Take(ctx, tx, p, by)
}

// FreeOffers gives back what a checkout took of offers: it came to nothing, or its
// purchase was refunded in full.
func (f *Flows) FreeOffers(ctx context.Context, tx *db.Tx, by id.ID) error {
	return f.Offers.Free(ctx, tx, by)
}
