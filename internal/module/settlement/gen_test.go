package settlement

import (
	"math/bits"
	"slices"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// rapid prefers small numbers and first choices, so that of a hundred purchases
// hardly one would reach the rarer rules. Choices are drawn evenly here, amounts
// half evenly, half small.

// even draws a number from 0 to most, each as likely as the next.
func even(t *rapid.T, name string, most int64) int64 {
	return rapid.Custom(func(t *rapid.T) (v int64) {
		for range bits.Len64(uint64(most)) + 6 {
			v <<= 1
			if rapid.Bool().Draw(t, "bit") {
				v++
			}
		}
		return v % (most + 1)
	}).Draw(t, name)
}

func oneOf[T any](t *rapid.T, name string, choices ...T) T {
	return choices[even(t, name, int64(len(choices)-1))]
}

func often(t *rapid.T, name string) bool { return even(t, name, 3) > 0 }

func upTo(t *rapid.T, name string, most money.Amount) money.Amount {
	if rapid.Bool().Draw(t, "small "+name) {
		return money.Amount(rapid.Int64Range(0, int64(most)).Draw(t, name))
	}
	return money.Amount(even(t, name, int64(most)))
}

func rates(t *rapid.T, name string, most money.Rate) money.Rate {
	if !often(t, "any "+name) {
		return 0
	}
	return money.Rate(upTo(t, name, money.Amount(most)))
}

func price(t *rapid.T) money.Amount {
	return 1 + upTo(t, "price", oneOf[money.Amount](t, "prices up to", 50, 30_000, 30_000, 99_999_999))
}

// Few ids, so that one party often plays several roles.
func person(t *rapid.T, name string) id.ID { return id.ID{'m', byte(1 + even(t, name, 2))} }
func shop(t *rapid.T, name string) id.ID   { return id.ID{'s', byte(1 + even(t, name, 3))} }

// drawParams draws numbers that Validate accepts, whether Admit would or not.
func drawParams(t *rapid.T) policy.Params {
	p := policy.Trial2025()
	if !often(t, "own policy") {
		return p
	}
	p.StandardRate = rates(t, "standard", 60_000)
	p.CommitteeRate = rates(t, "committee", 60_000)
	p.FoundingRate = rates(t, "founding", 60_000)
	p.WelfareRate = rates(t, "welfare", 40_000)
	p.WelfarePayer = oneOf(t, "payer", policy.ByPlatform, policy.ByMerchant)
	p.ClaimRebate = rates(t, "rebate", 60_000)
	p.CarePledgeMax = rates(t, "pledge max", 60_000)
	p.TeamShare = rates(t, "team", 60_000)
	p.RewardDepth = oneOf(t, "depth", 0, 1, 1)
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
		Price:       price(t),
		List:        upTo(t, "list", 30_000),
		Coupon:      upTo(t, "coupon", 300),
		Items:       rapid.IntRange(0, 40).Draw(t, "items"),
		Merchant:    Merchant{ID: shop(t, "shop"), Tier: oneOf(t, "tier", policy.Tiers...), Pledge: rates(t, "pledge", 80_000)},
	}
	if often(t, "known buyer") {
		f.Buyer = Buyer{ID: person(t, "buyer"), Standing: oneOf(t, "standing", Stranger, Lapsed, GoodMember, GoodMember)}
	}
	if often(t, "has leader") {
		f.Leader = Leader{ID: person(t, "leader"), Level: oneOf[policy.Level](t, "level", 0, policy.Silver, policy.Gold, policy.Gold, policy.Gold, policy.Diamond), CapLeft: upTo(t, "cap", 40_000) - 10}
	}
	if often(t, "has claim") {
		f.Claim = Claim{ID: id.ID{'c'}, Merchant: shop(t, "claimant"), MadeAt: f.PurchasedAt.Add(-time.Duration(even(t, "hours", 800)) * time.Hour)}
	}
	if often(t, "throttled") {
		f.Throttle = Throttle{Backing: upTo(t, "backing", 100_000), Outstanding: upTo(t, "outstanding", 100_000)}
	}
	drawTenders(t, p, f)
	return f
}

func drawTenders(t *rapid.T, p *policy.Params, f *Facts) {
	rest := f.Price
	for n := range oneOf(t, "vouchers", 0, 0, 1, 2, 3) {
		v := Voucher{ID: id.ID{'v', byte(n)}, Amount: upTo(t, "voucher", min(rest, 2_000))}
		for range oneOf(t, "sharers", 0, 1, 1, 2, 3) {
			if s := shop(t, "sharer"); !slices.Contains(v.Sharers, s) {
				v.Sharers = append(v.Sharers, s)
			}
		}
		v.Split = drawSplit(t, len(v.Sharers))
		rest -= v.Amount
		f.Vouchers = append(f.Vouchers, v)
	}
	if f.isMember() {
		f.Coins = upTo(t, "coins", min(rest, p.CoinShareMax.FloorOf(f.Price)))
		rest -= f.Coins
	}
	f.Held = oneOf(t, "held", 0, rest, rest, rest/3)
	f.Direct = rest - f.Held
}

// drawSplit draws how a voucher of a series is shared, nil for one of none.
func drawSplit(t *rapid.T, sharers int) *Split {
	if oneOf(t, "series", false, false, true) != true {
		return nil
	}
	if sharers == 0 {
		return &Split{Platform: money.One}
	}
	s := &Split{Platform: rates(t, "platform", money.One)}
	for range sharers {
		s.Weights = append(s.Weights, int64(1+upTo(t, "weight", 9)))
	}
	return s
}

// drawBooks draws balances of everybody, none passing its floor, nobody who owes
// holding anything of that asset.
func drawBooks(t *rapid.T) books {
	b := books{}
	for n := 1; n <= 4; n++ {
		s, m := id.ID{'s', byte(n)}, id.ID{'m', byte(n)}
		for _, a := range []ledger.Account{payableOf(s), tillOf(s), coinsOf(m), pointsOf(m), rewardsOf(m)} {
			v := upTo(t, a.String(), 2_500) - 500
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
