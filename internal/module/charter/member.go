package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// MembershipFee is a term of membership that was paid for (M-01, B1).
type MembershipFee struct {
	Member id.ID        `json:"member"`
	Charge id.ID        `json:"charge"`
	Term   id.ID        `json:"term"`
	Fee    money.Amount `json:"fee"`
	Means  Means        `json:"means"`
}

// Kind implements Move.
func (MembershipFee) Kind() string { return "membership_fee" }

// Subject implements Move.
func (m MembershipFee) Subject() id.ID { return m.Member }

// Legs implements Move.
func (m MembershipFee) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(1, m.Means.account(), ledger.PlatformFees, m.Fee))
}

// FeeRefund is what comes back of a membership fee that is given up (M-02, B2).
type FeeRefund struct {
	Member id.ID        `json:"member"`
	Term   id.ID        `json:"term"`
	Fee    money.Amount `json:"fee"`
	Days   int          `json:"days"`  // of the whole term
	Used   int          `json:"used"`  // days of it that are over or begun; 0 within the cooling-off
	Taken  money.Amount `json:"taken"` // stated value of the goods that were collected in the term
	Means  Means        `json:"means"`
}

// Kind implements Move.
func (FeeRefund) Kind() string { return "fee_refund" }

// Subject implements Move.
func (r FeeRefund) Subject() id.ID { return r.Member }

// Amount is what comes back: the fee less the larger of the share of the days that
// were used, rounded down for her sake, and the goods that she took. Nothing is
// forfeited (judicial rules on prepaid contracts, 2025, art. 14).
func (r FeeRefund) Amount() money.Amount {
	if r.Days <= 0 {
		return 0
	}
	used := money.MulDiv(r.Fee, money.Amount(min(max(r.Used, 0), r.Days)), money.Amount(r.Days))
	return max(0, r.Fee-max(used, r.Taken))
}

// Legs implements Move.
func (r FeeRefund) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(2, ledger.PlatformFees, r.Means.account(), r.Amount()))
}

// ReferralReward thanks a member whose recommendation counts: the neighbour has paid,
// has used the membership, and the cooling-off is over (M-03, B3, B4).
type ReferralReward struct {
	Recommender id.ID        `json:"recommender"`
	Recommended id.ID        `json:"recommended"`
	Term        id.ID        `json:"term"` // of the recommended
	Fee         money.Amount `json:"fee"`  // that was paid for it
	CapLeft     money.Amount `json:"cap_left"`
	Month       period.Month `json:"month"` // whose cap is used
}

// Kind implements Move.
func (ReferralReward) Kind() string { return "referral_reward" }

// Subject implements Move.
func (r ReferralReward) Subject() id.ID { return r.Recommender }

// Amount is the reward: never more than the fee it is paid from, nor than is left of
// the recommender's cap; nothing where the policy allows no level of reward.
func (r ReferralReward) Amount(p *policy.Params) money.Amount {
	if p.RewardDepth < 1 || r.Recommender == r.Recommended {
		return 0
	}
	return max(0, min(p.ReferralReward, r.Fee, r.CapLeft))
}

// Legs implements Move.
func (r ReferralReward) Legs(p *policy.Params) []ledger.Leg {
	return legs(leg(3, ledger.PlatformFees, rewards(r.Recommender), r.Amount(p)))
}

// ReferralTaken takes back of a reward what the refund of the fee takes back of the
// fee (M-03R, B4).
type ReferralTaken struct {
	Recommender id.ID        `json:"recommender"`
	Recommended id.ID        `json:"recommended"`
	Term        id.ID        `json:"term"`
	Reward      money.Amount `json:"reward"`   // that was given
	Fee         money.Amount `json:"fee"`      // that was paid
	Refunded    money.Amount `json:"refunded"` // of it
	Month       period.Month `json:"month"`    // whose cap gets room back
}

// Kind implements Move.
func (ReferralTaken) Kind() string { return "referral_taken" }

// Subject implements Move.
func (r ReferralTaken) Subject() id.ID { return r.Recommender }

// Amount is the share of the reward, rounded down for the recommender's sake.
func (r ReferralTaken) Amount() money.Amount {
	if r.Fee <= 0 {
		return 0
	}
	return money.MulDiv(r.Reward, min(max(r.Refunded, 0), r.Fee), r.Fee)
}

// Legs implements Move.
func (r ReferralTaken) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(3, rewards(r.Recommender), ledger.PlatformFees, r.Amount()))
}

// Award is the cash of an honour (M-04, B8). Either a member or a shop gets it.
type Award struct {
	Honour   id.ID        `json:"honour"`
	Member   id.ID        `json:"member,omitzero"`
	Merchant id.ID        `json:"merchant,omitzero"`
	Cash     money.Amount `json:"cash"`
}

// Kind implements Move.
func (Award) Kind() string { return "award" }

// Subject implements Move.
func (a Award) Subject() id.ID { return a.Member }

// Legs implements Move.
func (a Award) Legs(*policy.Params) []ledger.Leg {
	to := rewards(a.Member)
	if !a.Merchant.IsZero() {
		to = payable(a.Merchant)
	}
	return legs(leg(4, ledger.PlatformPromotion, to, a.Cash))
}

// Dividend shares with the directors what the platform kept in a month (M-05, B3):
// to each the same, whatever her teams bought. An entry pays some of them: those from
// place First on, of so many as there are.
type Dividend struct {
	Dividend  id.ID        `json:"dividend"`
	Month     period.Month `json:"month"`
	Result    money.Amount `json:"result"` // income less costs of the closed month, without membership fees
	Of        int          `json:"of"`     // directors in all
	First     int          `json:"first"`  // place of the first whom this entry pays
	Directors []id.ID      `json:"directors"`
}

// DividendsAtOnce is how many directors one entry pays.
const DividendsAtOnce = 50

// Kind implements Move.
func (Dividend) Kind() string { return "dividend" }

// Subject implements Move.
func (Dividend) Subject() id.ID { return id.ID{} }

// Share is what each director of this entry gets: the first of all get a fen more
// where it does not divide; nobody more than the cap of the policy.
func (d Dividend) Share(p *policy.Params) []money.Amount {
	if d.Result <= 0 || d.First < 0 || d.First+len(d.Directors) > d.Of {
		return make([]money.Amount, len(d.Directors))
	}
	shares := money.Equal(p.DividendRate.FloorOf(d.Result), d.Of)[d.First : d.First+len(d.Directors)]
	for i := range shares {
		shares[i] = min(shares[i], p.DividendCap)
	}
	return shares
}

// Legs implements Move.
func (d Dividend) Legs(p *policy.Params) []ledger.Leg {
	shares := d.Share(p)
	all := make([]ledger.Leg, len(shares))
	for i, v := range shares {
		all[i] = leg(5, ledger.PlatformCommission, rewards(d.Directors[i]), v)
	}
	return legs(all...)
}
