package policy

import "gongyi/internal/kernel/money"

// Purchase is a purchase that the rules could meet, with what each takes. It is
// shown to those who proposed the numbers that make it possible.
type Purchase struct {
	Price      money.Amount `json:"price"`
	Tier       Tier         `json:"tier"`
	Payer      Payer        `json:"welfare_payer"`
	Claim      bool         `json:"claim"`       // another shop sent the buyer
	Pledge     money.Rate   `json:"care_pledge"` // the shop's
	Commission money.Amount `json:"commission"`  // S-04
	Welfare    money.Amount `json:"welfare"`     // S-05
	Rebate     money.Amount `json:"rebate"`      // S-06
	Team       money.Amount `json:"team"`        // S-08
	Care       money.Amount `json:"care"`        // S-10
	Net        money.Amount `json:"net"`         // what the shop keeps
	Floor      money.Amount `json:"floor"`       // the least it should keep
	Left       money.Amount `json:"left"`        // what platform/commission keeps
}

// Admit is Validate and then the proof that no purchase leaves a shop less than
// merchant_net_floor of the price, or platform/commission below zero. If one
// does, it is in the refusal's details as "purchase", the smallest first.
func (p *Params) Admit() error {
	if err := p.Validate(); err != nil {
		return err
	}
	horizon := p.horizon()
	for price := money.Amount(1); price <= horizon; price++ {
		for _, t := range Tiers {
			if err := p.worst(price, t).refusal(); err != nil {
				return err
			}
		}
	}
	return nil
}

// refusal says what is wrong with the purchase, nil if nothing is.
func (q Purchase) refusal() error {
	switch {
	case q.Net < q.Floor:
		return ErrNetBelowFloor.With("purchase", q)
	case q.Left < 0:
		return ErrCommissionBelow.With("purchase", q)
	}
	return nil
}

// worst is the purchase at a price that costs a shop of the tier most. Every
// deduction grows with its rate, so it is the one with a claim and the highest
// pledge; what the buyer pays with changes nothing, since coins and vouchers
// reach the shop at face value.
func (p *Params) worst(price money.Amount, t Tier) Purchase {
	rate, _ := p.Commission(t)
	q := Purchase{Price: price, Tier: t, Payer: p.WelfarePayer, Claim: true, Pledge: p.CarePledgeMax}
	q.Commission = rate.Of(price)
	q.Welfare = min(p.WelfareRate.Of(price), q.Commission)
	q.Rebate = p.ClaimRebate.Of(price)
	q.Care = p.CarePledgeMax.Of(price)
	q.Net = price - q.Commission - q.Rebate - q.Care
	q.Left = q.Commission
	if p.WelfarePayer == ByMerchant {
		q.Net -= q.Welfare
	} else {
		q.Left -= q.Welfare
	}
	q.Team = min(p.TeamShare.Of(price), q.Left)
	q.Left -= q.Team
	q.Floor = money.MulDivUp(price, money.Amount(p.MerchantNetFloor), money.Amount(money.One))
	return q
}

// horizon is the price up to which every fen must be tried; what holds up to
// there holds for every price.
//
// A shop of n rates ρ loses Σ round(ρG) = G·Σρ + Σδ, where each δ is the rounding
// of one rate, at most half a fen. (The welfare share's cap is no exception: since
// rounding is monotone, min(round(wG), round(cG)) = round(min(w,c)·G).) With
// slack = 1 − Σρ − floor the shop keeps too little exactly when Σδ > slack·G.
//
//   - slack > 0: that needs G < n/2 ÷ slack; dearer purchases are safe.
//   - slack = 0: it depends on Σδ alone, which repeats every 1,000,000 fen.
//   - slack < 0: at G = 1,000,000 nothing is rounded, Σδ = 0 > slack·G, so the
//     smallest counterexample lies at or before it.
//
// platform/commission needs no horizon: S-05 is capped by S-04 and S-08 by what
// is left of it, at any price.
func (p *Params) horizon() money.Amount {
	const (
		oneByOne = 1_000 // settlement.md: 0.01 to 10.00 in any case
		period   = money.Amount(money.One)
	)
	rates := []money.Rate{max(p.StandardRate, p.CommitteeRate, p.FoundingRate), p.ClaimRebate, p.CarePledgeMax}
	if p.WelfarePayer == ByMerchant {
		rates = append(rates, min(p.WelfareRate, rates[0]))
	}
	slack := money.One - p.MerchantNetFloor
	for _, r := range rates {
		slack -= r
	}
	far := period
	if slack > 0 {
		far = max(oneByOne, money.Amount(len(rates))*period/(2*money.Amount(slack)))
	}
	return min(far, p.AmountMax)
}
