package sim

import "time"

// Policy is a version of a community's numbers, as settlement.md names them.
// Rates are parts per million.
type Policy struct {
	Code string
	From time.Time // it holds for purchases made from here on

	Standard, Committee, Founding int64 // S-04 by tier
	Welfare                       int64 // S-05
	ShopPaysWelfare               bool  // S-05: the payer is the shop, not the platform
	Rebate                        int64 // S-06
	ClaimHours                    int64
	Cashback                      int64 // S-07
	BackingFloor                  int64 // S-07: 0 for no throttle
	TeamShare                     int64 // S-08
	LeaderCap                     int64 // fen a leader and month
	Points                        int64 // S-09: multiplier
	CoinShareMax                  int64
	VoucherPlatform               int64 // S-03
	VoucherReturnDays             int64
	Promotion                     int64 // fen of platform share that may be promised in a month
	OwedLimit                     int64 // fen
	NetFloor                      int64
	BackdateDays                  int64
	AheadMinutes                  int64
}

// Trial is the default policy, number by number from settlement.md.
func Trial() Policy {
	return Policy{
		Code:     "trial-2025",
		Standard: 30_000, Committee: 20_000, Founding: 10_000,
		Welfare: 5_000, Rebate: 50_000, ClaimHours: 720,
		Cashback: 50_000, BackingFloor: 0,
		TeamShare: 20_000, LeaderCap: 200_000,
		Points: 1, CoinShareMax: 500_000,
		VoucherPlatform: 200_000, VoucherReturnDays: 7, Promotion: 500_000,
		OwedLimit: 50_000, NetFloor: 800_000, BackdateDays: 30, AheadMinutes: 5,
	}
}

// inForce is the version that rules a purchase made at an instant. The first
// holds for all time before it.
func inForce(versions []Policy, at time.Time) Policy {
	chosen := versions[0]
	for _, v := range versions[1:] {
		if !at.Before(v.From) && !v.From.Before(chosen.From) {
			chosen = v
		}
	}
	return chosen
}

// commission is the rate of S-04 for a tier.
func (p Policy) commission(t Tier) int64 {
	switch t {
	case Committee:
		return p.Committee
	case Founding:
		return p.Founding
	}
	return p.Standard
}

// greedy reports whether a shop could surely be left with less than its floor:
// judged by the rates alone, for a price so high that rounding does not matter.
func (p Policy) greedy() bool {
	takes := max(p.Standard, p.Committee, p.Founding) + p.Rebate
	if p.ShopPaysWelfare {
		takes += p.Welfare
	}
	return 1_000_000-takes < p.NetFloor
}
