package trade

import (
	"math/bits"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Sums are what purchases come to; refunds are taken off in the month in which they
// are booked, so a month may be below zero. Money is in fen, coins in hundredths.
type Sums struct {
	Purchases int64 // made in the month
	Undone    int64 // of them, wholly refunded since, whenever that was
	Refunds   int64 // booked in the month, whole or in part
	Referred  int64 // purchases that used up a shop's claim on the buyer

	Price    money.Amount // of what was bought, refunds taken off
	Refunded money.Amount // what was taken off
	List     money.Amount // shelf prices as the tills told them: information (settlement.md)
	Saved    money.Amount // Σ max(0, list − price) of each purchase

	Cash             money.Amount // held and direct
	Coins            money.Amount // entitlement used
	VouchersOwn      money.Amount // value of vouchers used that the selling shop bore
	VouchersShops    money.Amount // that other shops bore
	VouchersPlatform money.Amount // that the platform bore

	CoinsGiven  money.Amount // S-07, to the buyer
	PointsGiven money.Amount // S-09, to the buyer
	Rebate      money.Amount // S-06, from the selling shop to the one that sent the buyer
	Missed      money.Amount // S-07 as it would have been, had her membership been in force
}

const sumColumns = 17

// amounts are the sums in the order of the tables' columns: see columns.
func (s *Sums) amounts() [sumColumns]*int64 {
	return [sumColumns]*int64{
		&s.Purchases, &s.Undone, &s.Refunds, &s.Referred, (*int64)(&s.Price), (*int64)(&s.Refunded), (*int64)(&s.List), (*int64)(&s.Saved),
		(*int64)(&s.Cash), (*int64)(&s.Coins), (*int64)(&s.VouchersOwn), (*int64)(&s.VouchersShops), (*int64)(&s.VouchersPlatform),
		(*int64)(&s.CoinsGiven), (*int64)(&s.PointsGiven), (*int64)(&s.Rebate), (*int64)(&s.Missed),
	}
}

// columns are those of Sums in both tables.
const columns = "purchases, undone, refunds, referred, price, refunded, list, saved, cash, coins, vouchers_own, vouchers_shops, vouchers_platform, " +
	"coins_given, points_given, rebate, missed"

// Add adds what other holds.
func (s *Sums) Add(other *Sums) {
	more := other.amounts()
	for i, v := range s.amounts() {
		*v += *more[i]
	}
}

// Vouchers is the value of the vouchers that were used, whoever bore it.
func (s *Sums) Vouchers() money.Amount { return s.VouchersOwn + s.VouchersShops + s.VouchersPlatform }

// Kept is how many purchases were not wholly refunded.
func (s *Sums) Kept() int64 { return s.Purchases - s.Undone }

// Visit is what one member bought in one shop in a month.
type Visit struct {
	Month period.Month
	Shop  id.ID
	Buyer id.ID // her pseudonym
	Days  Days  // on which she bought
	Sums
}

// Days are days of a month, a bit each, the lowest for the first.
type Days uint32

// dayBit is the bit of a day in its month.
func dayBit(d period.Day) Days { return 1 << (d - d.Month().First()) }

// Count is how many days there are.
func (d Days) Count() int { return bits.OnesCount32(uint32(d)) }

// First is the first of the days of a month, and Last the last. Ask only if there
// are any.
func (d Days) First(m period.Month) period.Day {
	return m.First() + period.Day(bits.TrailingZeros32(uint32(d)))
}

// Last is the last of the days of a month.
func (d Days) Last(m period.Month) period.Day {
	return m.First() + period.Day(31-bits.LeadingZeros32(uint32(d)))
}

// Shop is what one shop sold in the months from From to To.
type Shop struct {
	Shop     id.ID
	From, To period.Month
	Sums

	Guests    int64        // purchases of buyers nobody knows
	Borne     money.Amount // of the cost of vouchers, in its own sales and in others' (S-03)
	RebateGot money.Amount // from other shops, for buyers it had sent (S-06)

	Buyers
}

// Buyers are the different members who bought, and kept at least one purchase, in a
// span of months. Each is counted once, by what she was at her first purchase in it.
type Buyers struct {
	All       int64
	New       int64 // had never bought there
	Returning int64 // had bought there in the ReturnDays days before
	Back      int64 // had bought there, longer ago
}

// OfferWorth is what the shop gave its buyers: list less price, and its share of
// vouchers (C3).
func (s *Shop) OfferWorth() money.Amount { return s.Saved + s.Borne }

// Gain is what one rule brought a member in a month, outside of her own purchases.
type Gain struct {
	Member id.ID
	Month  period.Month
	Rule   string // "S-08"
	Asset  money.Asset
	Amount money.Amount
}
