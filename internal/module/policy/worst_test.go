package policy

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
)

func TestTrialPolicyIsAdmittedWhoeverPaysTheFund(t *testing.T) {
	for _, payer := range []Payer{ByPlatform, ByMerchant} {
		p := Trial2025()
		p.WelfarePayer = payer
		if err := p.Admit(); err != nil {
			t.Errorf("welfare paid by %s: %v", payer, err)
		}
	}
}

// TestAdmitShowsTheSmallestPurchase checks the purchase that is shown, each
// worked out by hand.
func TestAdmitShowsTheSmallestPurchase(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Params)
		want   Purchase
	}{
		{
			"slack zero: 92% to keep after 3% and 5%; the first half fen that rounds up is 5% of 0.10",
			func(p *Params) { p.CarePledgeMax, p.MerchantNetFloor = 0, 920_000 },
			Purchase{Price: 10, Tier: Standard, Claim: true, Rebate: 1, Net: 9, Floor: 10},
		},
		{
			"slack positive, yet 0.17 rounds three rates up at once: 0.51, 0.85 and 1.70",
			func(p *Params) { p.CarePledgeMax = 100_000 },
			Purchase{Price: 17, Tier: Standard, Claim: true, Pledge: 100_000, Commission: 1, Rebate: 1, Care: 2, Net: 13, Floor: 14},
		},
		{
			"slack negative by one part in a million, where nothing but the rounding matters",
			func(p *Params) { p.CarePledgeMax, p.ClaimRebate, p.MerchantNetFloor = 0, 0, 970_001 },
			Purchase{Price: 17, Tier: Standard, Claim: true, Commission: 1, Net: 16, Floor: 17},
		},
		{
			"slack negative, and every rounding is in the shop's favour until 10,000.00",
			func(p *Params) {
				p.StandardRate, p.CommitteeRate, p.FoundingRate = 1, 0, 0
				p.CarePledgeMax, p.ClaimRebate, p.MerchantNetFloor = 0, 0, 1_000_000
			},
			Purchase{Price: 500_000, Tier: Standard, Claim: true, Commission: 1, Net: 499_999, Floor: 500_000},
		},
		{
			"the shop pays the fund too: two half fens of 1.00, where one alone would pass",
			func(p *Params) {
				p.StandardRate, p.CommitteeRate, p.FoundingRate = 5_000, 5_000, 5_000
				p.WelfarePayer, p.WelfareRate = ByMerchant, 5_000
				p.CarePledgeMax, p.ClaimRebate, p.MerchantNetFloor = 0, 0, 985_000
			},
			Purchase{Price: 100, Tier: Standard, Payer: ByMerchant, Claim: true, Commission: 1, Welfare: 1, Net: 98, Floor: 99},
		},
	} {
		p := Trial2025()
		p.WelfareRate = 0
		p.TeamShare = 0
		c.change(&p)
		if c.want.Payer == "" {
			c.want.Payer = ByPlatform
		}
		c.want.Left = c.want.Commission
		err := p.Admit()
		if !errors.Is(err, ErrNetBelowFloor) {
			t.Errorf("%s: Admit says %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, fault.Of(err).Details["purchase"]); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// TestSlackZeroCanBeSafe: one rate that never has a half fen to round up against
// a floor that leaves exactly the rest.
func TestSlackZeroCanBeSafe(t *testing.T) {
	p := Trial2025()
	p.StandardRate, p.CommitteeRate, p.FoundingRate, p.ClaimRebate, p.CarePledgeMax = 0, 0, 0, 0, 0
	p.MerchantNetFloor = money.One
	if err := p.Admit(); err != nil {
		t.Error("a shop that pays nothing keeps everything:", err)
	}
}

// TestDearPurchasesThatMayNotHappenDoNotCount: above amount_max a purchase is
// refused, so it cannot show that a policy is wrong.
func TestDearPurchasesThatMayNotHappenDoNotCount(t *testing.T) {
	p := Trial2025()
	p.StandardRate, p.CommitteeRate, p.FoundingRate, p.ClaimRebate, p.CarePledgeMax = 1, 1, 1, 0, 0
	p.MerchantNetFloor = money.One
	p.AmountMax = 499_999
	if err := p.Admit(); err != nil {
		t.Error("half a fen too much is reached at 5,000.00 only:", err)
	}
	p.AmountMax = 500_000
	if err := p.Admit(); !errors.Is(err, ErrNetBelowFloor) {
		t.Error("5,000.00 costs a fen, Admit says", err)
	}
}

// TestHorizonIsFarEnough: three rates of 400 parts in a million all cost their
// first fen at 12.50, of which half each is rounding. A slack of 1,199 leaves
// 1.49875 fen for that, which is too little; one of 1,200 suffices.
func TestHorizonIsFarEnough(t *testing.T) {
	p := Trial2025()
	p.StandardRate, p.CommitteeRate, p.FoundingRate, p.ClaimRebate, p.CarePledgeMax = 400, 400, 400, 400, 400
	p.MerchantNetFloor = money.One - 3*400 - 1_199
	err := p.Admit()
	if !errors.Is(err, ErrNetBelowFloor) || fault.Of(err).Details["purchase"].(Purchase).Price != 1_250 {
		t.Error("Admit says", err)
	}
	p.MerchantNetFloor--
	if err := p.Admit(); err != nil {
		t.Error("Admit says", err)
	}
}

// TestLargestCarePledge records how far the care pledge could go in the trial
// policy, so that the bound of 5% is seen to be a choice.
func TestLargestCarePledge(t *testing.T) {
	largest := money.Rate(0)
	for percent := money.Rate(1); percent <= 20; percent++ {
		p := Trial2025()
		p.WelfarePayer = ByMerchant
		p.CarePledgeMax = percent * 10_000
		if p.Admit() == nil {
			largest = percent
		}
	}
	if largest != 7 {
		t.Errorf("the largest whole percent that passes is %d, want 7", largest)
	}
}

func TestCommissionBelowZeroIsRefused(t *testing.T) {
	// The rules cap S-05 and S-08, so no numbers lead here; the purchase is made up.
	q := Purchase{Price: 100, Net: 97, Floor: 80, Left: -1}
	if err := q.refusal(); !errors.Is(err, ErrCommissionBelow) {
		t.Error("refused with", err)
	}
}
