package flow_test

import (
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/trade"
)

// inMonth is a row's key.
type inMonth struct {
	month       period.Month
	shop, buyer id.ID
}

// summed adds receipts up by hand, another way than the program does: each share from
// the posted legs' sum, vouchers by who is named on them.
type summed struct {
	visits map[inMonth]*trade.Visit
	shops  map[inMonth]*trade.Shop
}

func (x *summed) sums(m period.Month, shop, buyer id.ID) []*trade.Sums {
	k := inMonth{month: m, shop: shop}
	if x.shops[k] == nil {
		x.shops[k] = &trade.Shop{Shop: shop, From: m, To: m}
	}
	all := []*trade.Sums{&x.shops[k].Sums}
	if !buyer.IsZero() {
		k.buyer = buyer
		if x.visits[k] == nil {
			x.visits[k] = &trade.Visit{Month: m, Shop: shop, Buyer: buyer}
		}
		all = append(all, &x.visits[k].Sums)
	}
	return all
}

func (x *summed) receipt(r *flow.Receipt) {
	f, moved, m := &r.Facts, r.Moved(), r.Facts.BookedOn.Month()
	missed := money.Amount(0)
	if f.Buyer.Standing == settlement.Lapsed {
		missed = r.Policy.Params.Cashback.Of(f.Held + f.Direct)
	}
	saved := max(0, f.List-f.Price)
	for _, s := range x.sums(m, f.Merchant.ID, f.Buyer.ID) {
		s.Purchases++
		s.Price += f.Price
		s.List += f.List
		s.Saved += saved
		s.Cash += f.Held + f.Direct
		s.Coins += f.Coins
		s.CoinsGiven += moved[7]
		s.PointsGiven += moved[9]
		s.Rebate += moved[6]
		s.Missed += missed
		if !f.Claim.ID.IsZero() && moved[6] > 0 {
			s.Referred++
		}
	}
	if f.Buyer.ID.IsZero() {
		x.shops[inMonth{month: m, shop: f.Merchant.ID}].Guests++
	} else {
		x.visits[inMonth{m, f.Merchant.ID, f.Buyer.ID}].Days |= 1 << (f.BookedOn - m.First())
	}
	for i := range f.Vouchers {
		x.voucher(r, m, &f.Vouchers[i], 1)
	}
	if moved[6] != 0 {
		x.sums(m, f.Claim.Merchant, id.ID{})
		x.shops[inMonth{month: m, shop: f.Claim.Merchant}].RebateGot += moved[6]
	}
	for i := range r.Refunds {
		x.refund(r, &r.Refunds[i], saved, missed)
	}
}

// voucher adds what each bore of a voucher, or takes it off.
func (x *summed) voucher(r *flow.Receipt, m period.Month, v *settlement.Voucher, sign money.Amount) {
	f := &r.Facts
	platform := r.Policy.Params.VoucherPlatformShare.Of(v.Amount)
	rest := v.Amount - platform
	for _, s := range x.sums(m, f.Merchant.ID, f.Buyer.ID) {
		s.VouchersPlatform += sign * platform
	}
	for i, sharer := range v.Sharers {
		part := rest / money.Amount(len(v.Sharers))
		if money.Amount(i) < rest%money.Amount(len(v.Sharers)) {
			part++
		}
		x.bore(r, m, sharer, sign*part)
	}
}

func (x *summed) bore(r *flow.Receipt, m period.Month, sharer id.ID, part money.Amount) {
	f := &r.Facts
	for _, s := range x.sums(m, f.Merchant.ID, f.Buyer.ID) {
		if sharer == f.Merchant.ID {
			s.VouchersOwn += part
		} else {
			s.VouchersShops += part
		}
	}
	x.sums(m, sharer, id.ID{})
	x.shops[inMonth{month: m, shop: sharer}].Borne += part
}

func (x *summed) refund(r *flow.Receipt, back *flow.RefundReceipt, saved, missed money.Amount) {
	f, m := &r.Facts, back.Entry.BookedOn.Month()
	var by [settlement.Rules]money.Amount
	own := money.Amount(0)
	out := settlement.Outcome(f, back.Facts, back.Entry.Legs)
	left := out.Vouchers
	for _, l := range back.Entry.Legs {
		by[l.Rule.Number] += l.Amount
		if l.Rule.Number != 3 {
			continue
		}
		left -= l.Amount
		if l.To.Owner.Kind == party.Merchant {
			x.bore(r, m, l.To.Owner.ID, -l.Amount)
		} else {
			for _, s := range x.sums(m, f.Merchant.ID, f.Buyer.ID) {
				s.VouchersPlatform -= l.Amount
			}
		}
	}
	if own = left; own != 0 {
		x.bore(r, m, f.Merchant.ID, -own)
	}
	part := func(of money.Amount) money.Amount {
		return of*(back.Facts.Before+back.Facts.Amount)/f.Price - of*back.Facts.Before/f.Price
	}
	for _, s := range x.sums(m, f.Merchant.ID, f.Buyer.ID) {
		s.Refunds++
		s.Price -= back.Facts.Amount
		s.Refunded += back.Facts.Amount
		s.List -= part(f.List)
		s.Saved -= part(saved)
		s.Missed -= part(missed)
		s.Cash -= out.Held + out.Direct + out.Withheld
		s.Coins -= out.Coins
		s.CoinsGiven -= by[7]
		s.PointsGiven -= by[9]
		s.Rebate -= by[6]
	}
	if by[6] != 0 {
		x.sums(m, f.Claim.Merchant, id.ID{})
		x.shops[inMonth{month: m, shop: f.Claim.Merchant}].RebateGot -= by[6]
	}
	if back.Facts.Before+back.Facts.Amount == f.Price {
		for _, s := range x.sums(f.BookedOn.Month(), f.Merchant.ID, f.Buyer.ID) {
			s.Undone++
		}
	}
}
