package policy

import (
	"encoding/json"
	"time"

	"gongyi/internal/kernel/money"
)

// Params are all numbers of a community's rules. Rates are parts per million,
// money is in fen, coins are in hundredths of a time-coin.
type Params struct {
	// What the shop pays.
	StandardRate  money.Rate `json:"standard_rate"`   // S-04: commission of a standard shop
	CommitteeRate money.Rate `json:"committee_rate"`  // S-04: of a shop in the merchant committee
	FoundingRate  money.Rate `json:"founding_rate"`   // S-04: of a founding shop
	ClaimRebate   money.Rate `json:"claim_rebate"`    // S-06: to the shop that sent the buyer
	ClaimHours    int        `json:"claim_hours"`     // S-06: how long a claim is good
	CarePledgeMax money.Rate `json:"care_pledge_max"` // S-10: the most that a shop may pledge

	// What is shared.
	WelfareRate      money.Rate   `json:"welfare_rate"`       // S-05
	WelfarePayer     Payer        `json:"welfare_payer"`      // S-05: platform or merchant
	TeamShare        money.Rate   `json:"team_share"`         // S-08
	LeaderMonthlyCap money.Amount `json:"leader_monthly_cap"` // S-08: fen a leader and civil month of booked_on
	RewardDepth      int          `json:"reward_depth"`       // B4: levels of people a reward may reach; by law never above one

	// What the buyer gets, and may pay with.
	Cashback      money.Rate   `json:"cashback"`        // S-07: of the cash, in coins
	BackingFloor  money.Rate   `json:"backing_floor"`   // F7: coins are throttled as backing ÷ outstanding nears it; 0 = no throttle
	CoinShareMax  money.Rate   `json:"coin_share_max"`  // S-02: of the price
	CoinsPerHour  money.Amount `json:"coins_per_hour"`  // F2: hundredths of a coin for an hour served
	PointsPerYuan money.Amount `json:"points_per_yuan"` // S-09: points for each whole yuan of cash

	// Vouchers (S-03, E1).
	VoucherPlatformShare money.Rate   `json:"voucher_platform_share"` // of a voucher's value
	VoucherReturnDays    int          `json:"voucher_return_days"`    // the least a voucher lives on after a full refund
	PromotionBudget      money.Amount `json:"promotion_budget"`       // fen of platform share that may be promised in a civil month

	// Guards.
	MerchantNetFloor     money.Rate   `json:"merchant_net_floor"` // of the price, what a shop keeps at least
	OwedLimit            money.Amount `json:"owed_limit"`         // fen; above it an owner issues no voucher and gets no payout
	BackdateMaxDays      int          `json:"backdate_max_days"`  // older purchases come by import only
	ClockAheadMaxMinutes int          `json:"clock_ahead_max_minutes"`
	AmountMax            money.Amount `json:"amount_max"`      // fen; a dearer purchase is a typing error
	ListAmountMax        money.Amount `json:"list_amount_max"` // fen; the same for the sum of shelf prices
	Zone                 string       `json:"zone"`            // IANA name of the zone that makes civil days

	Membership
	Alliance
	Checkout
	Promotions
	Payouts
	TimeBank
}

// UnmarshalJSON reads numbers over those that are there. Versions that were made
// before a part of the house had numbers of its own mean those of the default policy.
func (p *Params) UnmarshalJSON(b []byte) error {
	type plain Params // has no UnmarshalJSON
	q := plain(*p)
	if q.Membership == (Membership{}) {
		q.Membership = TrialMembership()
	}
	if q.Alliance == (Alliance{}) {
		q.Alliance = TrialAlliance()
	}
	if q.Checkout == (Checkout{}) {
		q.Checkout = TrialCheckout()
	}
	if q.Promotions == (Promotions{}) {
		q.Promotions = TrialPromotions()
	}
	if q.Payouts == (Payouts{}) {
		q.Payouts = TrialPayouts()
	}
	if q.TimeBank == (TimeBank{}) {
		q.TimeBank = TrialTimeBank()
	}
	if err := json.Unmarshal(b, &q); err != nil {
		return err
	}
	*p = Params(q)
	return nil
}

// TrialCode names the default policy.
const TrialCode = "trial-2025"

// Trial2025 is the default policy, taken from the plan S3 (requirements.md, B to F).
//
// The care pledge is bounded at 5%: with the dearest commission (3%), a rebate
// (5%) and the welfare share on the shop (0.5%) a shop then still keeps 86.5%
// before rounding, and no small price pushes it below the floor of 80%.
func Trial2025() Params {
	return Params{
		StandardRate:         30_000,
		CommitteeRate:        20_000,
		FoundingRate:         10_000,
		ClaimRebate:          50_000,
		ClaimHours:           720,
		CarePledgeMax:        50_000,
		WelfareRate:          5_000,
		WelfarePayer:         ByPlatform,
		TeamShare:            20_000,
		LeaderMonthlyCap:     200_000,
		RewardDepth:          1,
		Cashback:             50_000,
		BackingFloor:         0,
		CoinShareMax:         500_000,
		CoinsPerHour:         1_000,
		PointsPerYuan:        1,
		VoucherPlatformShare: 200_000,
		VoucherReturnDays:    7,
		PromotionBudget:      500_000,
		MerchantNetFloor:     800_000,
		OwedLimit:            50_000,
		BackdateMaxDays:      30,
		ClockAheadMaxMinutes: 5,
		AmountMax:            100_000_000,
		ListAmountMax:        200_000_000,
		Zone:                 "Asia/Shanghai",
		Membership:           TrialMembership(),
		Alliance:             TrialAlliance(),
		Checkout:             TrialCheckout(),
		Promotions:           TrialPromotions(),
		Payouts:              TrialPayouts(),
		TimeBank:             TrialTimeBank(),
	}
}

// Commission is the rate of S-04 for a tier; false if there is no such tier.
func (p *Params) Commission(t Tier) (money.Rate, bool) {
	switch t {
	case Standard:
		return p.StandardRate, true
	case Committee:
		return p.CommitteeRate, true
	case Founding:
		return p.FoundingRate, true
	}
	return 0, false
}

// Location loads the zone of civil days; keep it, loading reads a file.
func (p *Params) Location() (*time.Location, error) { return time.LoadLocation(p.Zone) }
