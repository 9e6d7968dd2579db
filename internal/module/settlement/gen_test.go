package settlement

import (
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Few ids, so that one party often plays several roles.
var (
	people = rapid.Map(rapid.IntRange(1, 3), func(n int) id.ID { return id.ID{'m', byte(n)} })
	shops  = rapid.Map(rapid.IntRange(1, 4), func(n int) id.ID { return id.ID{'s', byte(n)} })
	prices = rapid.Map(rapid.OneOf(rapid.Int64Range(1, 50), rapid.Int64Range(1, 30_000), rapid.Int64Range(1, 100_000_000)), amount)
)

func amount(v int64) money.Amount { return money.Amount(v) }

func upTo(t *rapid.T, name string, most money.Amount) money.Amount {
	return money.Amount(rapid.Int64Range(0, int64(most)).Draw(t, name))
}

func rates(t *rapid.T, name string, most money.Rate) money.Rate {
	return money.Rate(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, int64(most))).Draw(t, name))
}

// drawParams draws numbers that Validate accepts, whether Admit would or not.
func drawParams(t *rapid.T) policy.Params {
	p := policy.Trial2025()
	if rapid.Bool().Draw(t, "trial policy") {
		return p
	}
	p.StandardRate = rates(t, "standard", 60_000)
	p.CommitteeRate = rates(t, "committee", 60_000)
	p.FoundingRate = rates(t, "founding", 60_000)
	p.WelfareRate = rates(t, "welfare", 40_000)
	p.WelfarePayer = rapid.SampledFrom([]policy.Payer{policy.ByPlatform, policy.ByMerchant}).Draw(t, "payer")
	p.ClaimRebate = rates(t, "rebate", 60_000)
	p.CarePledgeMax = rates(t, "pledge max", 60_000)
	p.TeamShare = rates(t, "team", 60_000)
	p.RewardDepth = rapid.IntRange(0, 1).Draw(t, "depth")
	p.Cashback = rates(t, "cashback", 200_000)
	p.BackingFloor = rates(t, "backing floor", 2_000_000)
	p.CoinShareMax = rates(t, "coin share", money.One)
	p.PointsPerYuan = upTo(t, "points", 3)
	p.VoucherPlatformShare = rates(t, "platform share", money.One)
	return p
}

// drawFacts draws a purchase that check accepts.
func drawFacts(t *rapid.T, p *policy.Params) *Facts {
	f := &Facts{
		Policy:      rapid.IntRange(1, 300).Draw(t, "policy"),
		PurchasedAt: time.UnixMicro(rapid.Int64Range(1.4e15, 1.9e15).Draw(t, "purchased")).UTC(),
		BookedOn:    period.Day(rapid.Int32Range(15_000, 25_000).Draw(t, "booked")),
		Price:       prices.Draw(t, "price"),
		List:        upTo(t, "list", 30_000),
		Coupon:      upTo(t, "coupon", 300),
		Items:       rapid.IntRange(0, 40).Draw(t, "items"),
		Merchant:    Merchant{ID: shops.Draw(t, "shop"), Tier: rapid.SampledFrom(policy.Tiers).Draw(t, "tier"), Pledge: rates(t, "pledge", 80_000)},
	}
	if rapid.Bool().Draw(t, "known buyer") {
		f.Buyer = Buyer{ID: people.Draw(t, "buyer"), Standing: Standing(rapid.IntRange(0, 2).Draw(t, "standing"))}
	}
	if rapid.Bool().Draw(t, "has leader") {
		f.Leader = Leader{ID: people.Draw(t, "leader"), Level: policy.Level(rapid.IntRange(0, 3).Draw(t, "level")), CapLeft: upTo(t, "cap", 40_000) - 5_000}
	}
	if rapid.Bool().Draw(t, "has claim") {
		f.Claim = Claim{ID: id.ID{'c'}, Merchant: shops.Draw(t, "claimant"), MadeAt: f.PurchasedAt.Add(-time.Duration(rapid.IntRange(0, 800).Draw(t, "hours")) * time.Hour)}
	}
	if rapid.Bool().Draw(t, "throttled") {
		f.Throttle = Throttle{Backing: upTo(t, "backing", 100_000), Outstanding: upTo(t, "outstanding", 100_000)}
	}
	drawTenders(t, p, f)
	return f
}

func drawTenders(t *rapid.T, p *policy.Params, f *Facts) {
	rest := f.Price
	for n := range rapid.IntRange(0, 3).Draw(t, "vouchers") {
		v := Voucher{ID: id.ID{'v', byte(n)}, Amount: upTo(t, "voucher", min(rest, 2_000))}
		v.Sharers = rapid.SliceOfNDistinct(shops, 0, 3, rapid.ID).Draw(t, "sharers")
		if len(v.Sharers) == 0 {
			v.Sharers = nil
		}
		rest -= v.Amount
		f.Vouchers = append(f.Vouchers, v)
	}
	if f.isMember() {
		f.Coins = upTo(t, "coins", min(rest, p.CoinShareMax.FloorOf(f.Price)))
		rest -= f.Coins
	}
	f.Held = rapid.SampledFrom([]money.Amount{0, rest, rest / 3}).Draw(t, "held")
	f.Direct = rest - f.Held
}

// drawBooks draws balances of everybody, none passing its floor, nobody who owes
// holding anything of that asset.
func drawBooks(t *rapid.T) books {
	b := books{}
	for n := 1; n <= 4; n++ {
		s, m := id.ID{'s', byte(n)}, id.ID{'m', byte(n)}
		for _, a := range []ledger.Account{payableOf(s), tillOf(s), coinsOf(m), pointsOf(m), rewardsOf(m)} {
			v := money.Amount(rapid.Int64Range(-500, 2_000).Draw(t, a.String()))
			if v < 0 {
				other, _ := standIn(a)
				b[other] = v
				continue
			}
			b[a] = v
		}
	}
	b[ledger.FundWelfare] = upTo(t, "fund", 200)
	b[ledger.FundCare] = upTo(t, "care", 200)
	return b
}

// richBooks have enough of everything, and no debts.
func richBooks() books {
	b := books{}
	for n := 1; n <= 4; n++ {
		s, m := id.ID{'s', byte(n)}, id.ID{'m', byte(n)}
		for _, a := range []ledger.Account{payableOf(s), tillOf(s), coinsOf(m), pointsOf(m), rewardsOf(m), ledger.FundWelfare, ledger.FundCare} {
			b[a] = policy.BooksMax
		}
	}
	return b
}
