package settlement

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// TestAdmitAgreesWithTheRules settles every small purchase, and some dear ones,
// under drawn numbers: the solver in package policy, which knows the rules only
// by arithmetic, must find the first that leaves a shop too little, and must not
// find one where there is none.
func TestAdmitAgreesWithTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawTight(t)
		err := p.Admit()
		if err != nil && !errors.Is(err, policy.ErrNetBelowFloor) {
			t.Fatal(err)
		}
		first := firstBelow(&p, 400)
		if err == nil {
			dear := price(t)
			if first != 0 || anyBelow(&p, dear) {
				t.Fatalf("admitted, but a purchase of %d or %d leaves too little", first, dear)
			}
			return
		}
		shown := fault.Of(err).Details["purchase"].(policy.Purchase)
		if first != 0 && shown.Price != first || first == 0 && shown.Price <= 400 {
			t.Fatalf("shows a purchase of %d, the first that leaves too little is %d", shown.Price, first)
		}
		c := settled(&p, shown.Price, shown.Tier, shown.Claim, shown.Pledge)
		got := policy.Purchase{
			Price: shown.Price, Tier: shown.Tier, Payer: p.WelfarePayer, Claim: true, Pledge: shown.Pledge,
			Commission: c.sums[4].amount, Welfare: c.sums[5].amount, Rebate: c.sums[6].amount,
			Team: c.sums[8].amount, Care: c.sums[10].amount,
			Net: c.net(), Floor: shown.Floor, Left: c.commissionLeft(),
		}
		if got != shown {
			t.Fatalf("shows %+v, the rules make %+v", shown, got)
		}
	})
}

// drawTight draws numbers whose slack is small, zero or below zero.
func drawTight(t *rapid.T) policy.Params {
	p := policy.Trial2025()
	few := func(name string) money.Rate {
		return oneOf[money.Rate](t, name, 0, 1, 5_000, 10_000, 12_345, 30_000, 50_000, 100_000)
	}
	p.StandardRate, p.CommitteeRate, p.FoundingRate = few("standard"), few("committee"), few("founding")
	p.WelfareRate, p.ClaimRebate, p.CarePledgeMax = few("welfare"), few("rebate"), few("pledge")
	p.TeamShare = few("team")
	p.WelfarePayer = oneOf(t, "payer", policy.ByPlatform, policy.ByMerchant)
	left := money.One - max(p.StandardRate, p.CommitteeRate, p.FoundingRate) - p.ClaimRebate - p.CarePledgeMax
	slack := oneOf[money.Rate](t, "slack", -20_000, -1, 0, 1, 100, 5_000, 20_000, 60_000, 100_000)
	p.MerchantNetFloor = min(max(left-slack, money.One-policy.ProviderShareMax), money.One)
	return p
}

// settled runs the rules on a purchase whose buyer is on a gold leader's team.
func settled(p *policy.Params, price money.Amount, tier policy.Tier, claim bool, pledge money.Rate) *Case {
	f := plain()
	f.Price, f.Held = price, price
	f.Merchant.Tier, f.Merchant.Pledge = tier, pledge
	f.Leader = Leader{ID: id.ID{'l'}, Level: policy.Gold, CapLeft: policy.BooksMax}
	if claim {
		f.Claim = Claim{ID: id.ID{'c'}, Merchant: id.ID{'A'}, MadeAt: f.PurchasedAt}
	}
	var c Case
	c.run(p, f)
	return &c
}

func firstBelow(p *policy.Params, most money.Amount) money.Amount {
	for price := money.Amount(1); price <= most; price++ {
		if anyBelow(p, price) {
			return price
		}
	}
	return 0
}

// anyBelow tries a price at every tier, with and without claim and pledge.
func anyBelow(p *policy.Params, price money.Amount) bool {
	for _, tier := range policy.Tiers {
		for _, claim := range []bool{true, false} {
			for _, pledge := range []money.Rate{p.CarePledgeMax, 0} {
				c := settled(p, price, tier, claim, pledge)
				if c.net()*money.Amount(money.One) < price*money.Amount(p.MerchantNetFloor) || c.commissionLeft() < 0 {
					return true
				}
			}
		}
	}
	return false
}
