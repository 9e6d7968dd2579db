package policy

import (
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
)

// Refusals of Validate and Admit, in the order in which they are checked.
var (
	ErrDepthUnlawful   = fault.New(fault.Invalid, "policy.depth_unlawful")        // B4: more than one level of reward
	ErrOutOfRange      = fault.New(fault.Invalid, "policy.out_of_range")          // a number no community can mean
	ErrUnknownPayer    = fault.New(fault.Invalid, "policy.unknown_payer")         // S-05
	ErrWeights         = fault.New(fault.Invalid, "policy.weights")               // C6: they do not add up to a thousand
	ErrUnknownProfile  = fault.New(fault.Invalid, "policy.unknown_profile")       // F5
	ErrHoursOnly       = fault.New(fault.Invalid, "policy.hours_only")            // service for service, yet coins move with purchases
	ErrUnknownZone     = fault.New(fault.Invalid, "policy.unknown_zone")          // not in the zone database
	ErrNetBelowFloor   = fault.New(fault.Invalid, "policy.net_below_floor")       // details: the purchase
	ErrCommissionBelow = fault.New(fault.Invalid, "policy.commission_below_zero") // details: the purchase
)

// The bounds that no vote can move.
const (
	// LawfulDepth is one level of reward: pay from a team's team is pyramid
	// selling whatever a vote says (禁止传销条例, art. 7). The guard of B4.
	LawfulDepth = 1

	// ProviderShareMax is what a licensed provider lets be shared of an order (D6);
	// a shop therefore keeps at least the rest.
	ProviderShareMax = 300_000

	// LeaderCapMax bounds the cap itself, in fen: a cap nobody can reach is no cap (B4).
	LeaderCapMax = 1_000_000

	// BooksMax bounds every amount that enters a calculation: ten thousand million
	// yuan. Below it no product of a rate and an amount leaves 63 bits.
	BooksMax = 1_000_000_000_000
)

// bound is the range of one number.
type bound struct {
	field            string
	value, min, most int64
}

// bounds lists every number with its range, in the order of the form.
func (p *Params) bounds() []bound {
	const one = int64(money.One)
	return []bound{
		{"standard_rate", int64(p.StandardRate), 0, ProviderShareMax},
		{"committee_rate", int64(p.CommitteeRate), 0, ProviderShareMax},
		{"founding_rate", int64(p.FoundingRate), 0, ProviderShareMax},
		{"claim_rebate", int64(p.ClaimRebate), 0, ProviderShareMax},
		{"claim_hours", int64(p.ClaimHours), 0, 24 * 366},
		{"care_pledge_max", int64(p.CarePledgeMax), 0, ProviderShareMax},
		{"welfare_rate", int64(p.WelfareRate), 0, ProviderShareMax},
		{"team_share", int64(p.TeamShare), 0, ProviderShareMax},
		{"leader_monthly_cap", int64(p.LeaderMonthlyCap), 0, LeaderCapMax},
		{"cashback", int64(p.Cashback), 0, one},
		{"backing_floor", int64(p.BackingFloor), 0, 2 * one},
		{"coin_share_max", int64(p.CoinShareMax), 0, one},
		{"coins_per_hour", int64(p.CoinsPerHour), 1, 100_000},
		{"points_per_yuan", int64(p.PointsPerYuan), 0, 100},
		{"voucher_platform_share", int64(p.VoucherPlatformShare), 0, one},
		{"voucher_return_days", int64(p.VoucherReturnDays), 0, 366},
		{"promotion_budget", int64(p.PromotionBudget), 0, BooksMax},
		{"merchant_net_floor", int64(p.MerchantNetFloor), one - ProviderShareMax, one},
		{"owed_limit", int64(p.OwedLimit), 0, BooksMax},
		{"backdate_max_days", int64(p.BackdateMaxDays), 0, 366},
		{"clock_ahead_max_minutes", int64(p.ClockAheadMaxMinutes), 0, 24 * 60},
		{"amount_max", int64(p.AmountMax), 1, BooksMax},
		{"list_amount_max", int64(p.ListAmountMax), 1, BooksMax},
	}
}

// ranges lists the range of every number of every part.
func (p *Params) ranges() []bound {
	return slices.Concat(p.bounds(), p.Membership.bounds(), p.Alliance.bounds(), p.Checkout.bounds(), p.Promotions.bounds(), p.Payouts.bounds(),
		p.TimeBank.bounds())
}

// Validate refuses numbers that no community can mean or the law forbids, naming
// the field. It looks at each number alone; Admit looks at them together.
func (p *Params) Validate() error {
	if p.RewardDepth < 0 || p.RewardDepth > LawfulDepth {
		return ErrDepthUnlawful.On("reward_depth").With("most", LawfulDepth)
	}
	for _, b := range p.ranges() {
		if b.value < b.min || b.value > b.most {
			return ErrOutOfRange.On(b.field).With("least", b.min).With("most", b.most)
		}
	}
	if p.WelfarePayer != ByPlatform && p.WelfarePayer != ByMerchant {
		return ErrUnknownPayer.On("welfare_payer")
	}
	if sum := p.weights(); sum != ScorePoints {
		return ErrWeights.On("weight_offer").With("sum", sum)
	}
	if err := p.profile(); err != nil {
		return err
	}
	// The empty name would be UTC and "Local" whatever machine this is.
	if _, err := p.Location(); err != nil || p.Zone == "" || p.Zone == "Local" {
		return ErrUnknownZone.On("zone")
	}
	return nil
}
