package openbooks

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Flow is what buyers gave and where it went, refunds taken off. What was given
// and what went come to the same sum.
type Flow struct {
	Held, Direct, Coins               money.Amount // by the provider, straight to the shop, in coins at face
	VouchersByShops, VouchersPlatform money.Amount // by whoever bears the vouchers

	Net       money.Amount // what the shops keep, coins at face
	Referrers money.Amount // shops that sent the buyer (S-06)
	Platform  money.Amount // the commission less what was shared out of it
	Welfare   money.Amount // S-05
	Leaders   money.Amount // S-08
	Care      money.Amount // S-10

	CoinsGiven, PointsGiven money.Amount // to buyers, out of no purchase (S-07, S-09)
}

// Given is what buyers gave.
func (f *Flow) Given() money.Amount {
	return f.Held + f.Direct + f.Coins + f.VouchersByShops + f.VouchersPlatform
}

// Went is what has arrived somewhere.
func (f *Flow) Went() money.Amount {
	return f.Net + f.Referrers + f.Platform + f.Welfare + f.Leaders + f.Care
}

// amounts are the sums in the order of the table's columns.
func (f *Flow) amounts() [flowColumns]*money.Amount {
	return [flowColumns]*money.Amount{
		&f.Held, &f.Direct, &f.Coins, &f.VouchersByShops, &f.VouchersPlatform,
		&f.Net, &f.Referrers, &f.Platform, &f.Welfare, &f.Leaders, &f.Care, &f.CoinsGiven, &f.PointsGiven,
	}
}

const flowColumns = 13

// Add adds what g holds.
func (f *Flow) Add(g Flow) {
	other := g.amounts()
	for i, v := range f.amounts() {
		*v += *other[i]
	}
}

// Day is one booked day.
type Day struct {
	Day         period.Day
	Purchases   int64
	Refunds     int64
	First, Last int64 // numbers of the first and last purchase's entry, −1 without any
	BuyersLeast int64 // at least so many different buyers bought

	Flow

	// What purchases and refunds moved on the accounts of the funds. It differs
	// from the flow only where a fund was short and the platform paid for it.
	WelfareFund, CareFund money.Amount
}

// Movement is what one entry that is no purchase moved on a public fund.
type Movement struct {
	Day    period.Day
	Seq    int64
	Fund   string // the account as it stands in the books: "fund/welfare"
	Kind   string // of the entry
	Rule   string // of its first leg on the fund
	Amount money.Amount
}
