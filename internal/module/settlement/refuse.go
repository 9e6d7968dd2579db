package settlement

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// Refusals of a purchase, in the order in which Settle checks them.
var (
	ErrPriceNotPositive = fault.New(fault.Invalid, "settlement.price_not_positive")
	ErrNegative         = fault.New(fault.Invalid, "settlement.negative_amount")
	ErrParts            = fault.New(fault.Invalid, "settlement.parts_do_not_add_up")
	ErrCoinShare        = fault.New(fault.Invalid, "settlement.coins_over_share") // details: most
	ErrCoinsNoMember    = fault.New(fault.Forbidden, "settlement.coins_need_membership")
	ErrTooLarge         = fault.New(fault.Invalid, "settlement.amount_too_large") // details: most
	ErrNoMerchant       = fault.New(fault.Invalid, "settlement.no_merchant")      // no shop, or of no known tier
	ErrTooManyVouchers  = fault.New(fault.Invalid, "settlement.too_many_vouchers")
	ErrVoucherTwice     = fault.New(fault.Invalid, "settlement.voucher_twice")
	ErrSharerTwice      = fault.New(fault.Invalid, "settlement.sharer_twice")
	ErrBadSplit         = fault.New(fault.Invalid, "settlement.bad_split")
	ErrCoinsShort       = fault.New(fault.Conflict, "settlement.coins_short") // the buyer has not so many
)

// Refusals of CheckClock.
var (
	ErrAhead     = fault.New(fault.Invalid, "settlement.clock_ahead")
	ErrBackdated = fault.New(fault.Invalid, "settlement.backdated")
)

// CheckClock refuses a purchase that claims to be made in the future, or longer
// ago than a till may say. Import does not ask how long ago (settlement.md, "Two dates").
func CheckClock(p *policy.Params, purchasedAt, now time.Time) error {
	if purchasedAt.Sub(now) > time.Duration(p.ClockAheadMaxMinutes)*time.Minute {
		return ErrAhead.On("purchased_at")
	}
	if now.Sub(purchasedAt) > time.Duration(p.BackdateMaxDays)*24*time.Hour {
		return ErrBackdated.On("purchased_at").With("days", p.BackdateMaxDays)
	}
	return nil
}

// check refuses facts that no purchase can have. Whether the buyer has the coins
// is known only when the entry is finished: see Settle.
func check(p *policy.Params, f *Facts) error {
	if f.Price <= 0 {
		return ErrPriceNotPositive.On("price")
	}
	if err := checkParts(f); err != nil {
		return err
	}
	if most := p.CoinShareMax.FloorOf(f.Price); f.Coins > most {
		return ErrCoinShare.On("coins").With("most", most)
	}
	if f.Coins > 0 && !f.isMember() {
		return ErrCoinsNoMember.On("coins")
	}
	if err := checkSize(p, f); err != nil {
		return err
	}
	if _, known := p.Commission(f.Merchant.Tier); !known || f.Merchant.ID.IsZero() {
		return ErrNoMerchant.On("merchant")
	}
	return checkVouchers(f.Vouchers)
}

// checkParts checks that vouchers, coins and cash add up to the price. It takes
// them from the price one after another, so that nothing can overflow.
func checkParts(f *Facts) error {
	rest := f.Price
	for i := range f.Vouchers {
		v := f.Vouchers[i].Amount
		if v < 0 {
			return ErrNegative.On("vouchers")
		}
		if v > rest {
			return ErrParts.On("vouchers")
		}
		rest -= v
	}
	for _, part := range [...]struct {
		field  string
		amount money.Amount
	}{{"coins", f.Coins}, {"held", f.Held}, {"direct", f.Direct}} {
		if part.amount < 0 {
			return ErrNegative.On(part.field)
		}
		if part.amount > rest {
			return ErrParts.On(part.field)
		}
		rest -= part.amount
	}
	if rest != 0 {
		return ErrParts.On("price")
	}
	return nil
}

// checkSize keeps typing errors out of the books, and every product of a rate
// and an amount within 63 bits.
func checkSize(p *policy.Params, f *Facts) error {
	for _, part := range [...]struct {
		field        string
		amount, most money.Amount
	}{
		{"price", f.Price, p.AmountMax},
		{"list", f.List, p.ListAmountMax},
		{"coupon", f.Coupon, p.ListAmountMax},
		{"pledge", money.Amount(f.Merchant.Pledge), money.Amount(money.One)},
		{"backing", f.Throttle.Backing, policy.BooksMax},
		{"outstanding", f.Throttle.Outstanding, policy.BooksMax},
	} {
		if part.amount < 0 {
			return ErrNegative.On(part.field)
		}
		if part.amount > part.most {
			return ErrTooLarge.On(part.field).With("most", part.most)
		}
	}
	return nil
}

func checkVouchers(vouchers []Voucher) error {
	if len(vouchers) > MaxVouchers {
		return ErrTooManyVouchers.On("vouchers").With("most", MaxVouchers)
	}
	for i := range vouchers {
		v := &vouchers[i]
		if slices.ContainsFunc(vouchers[:i], func(w Voucher) bool { return w.ID == v.ID }) {
			return ErrVoucherTwice.On("vouchers")
		}
		if len(v.Sharers) > MaxSharers {
			return ErrTooManyVouchers.On("vouchers").With("most", MaxSharers)
		}
		if hasTwice(v.Sharers) {
			return ErrSharerTwice.On("vouchers")
		}
		if v.Split != nil && !v.Split.fits(len(v.Sharers)) {
			return ErrBadSplit.On("vouchers")
		}
	}
	return nil
}

// fits reports whether a split can be that of a voucher with so many sharers.
func (s *Split) fits(sharers int) bool {
	for _, w := range s.Weights {
		if w < 1 || w > MaxWeight {
			return false
		}
	}
	return len(s.Weights) == sharers && s.Platform >= 0 && s.Platform <= money.One && (sharers > 0 || s.Platform == money.One)
}

func hasTwice(ids []id.ID) bool {
	for i, v := range ids {
		if slices.Contains(ids[:i], v) {
			return true
		}
	}
	return false
}
