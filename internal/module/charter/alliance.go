package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// MerchantFee is a shop's fee for a term of its seat (M-11, C2). It belongs to the
// shops together and is spent on joint marketing only.
type MerchantFee struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Fee      money.Amount `json:"fee"`
	Means    Means        `json:"means"`
}

// Kind implements Move.
func (MerchantFee) Kind() string { return "merchant_fee" }

// Subject implements Move.
func (MerchantFee) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (m MerchantFee) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(11, m.Means.account(), ledger.AllianceMarketing, m.Fee))
}

// MerchantFeeRefund gives back the days of a seat that are not used (M-11R).
type MerchantFeeRefund struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Fee      money.Amount `json:"fee"`
	Days     int          `json:"days"` // of the whole term
	Used     int          `json:"used"`
	Means    Means        `json:"means"`
}

// Kind implements Move.
func (MerchantFeeRefund) Kind() string { return "merchant_fee_refund" }

// Subject implements Move.
func (MerchantFeeRefund) Subject() id.ID { return id.ID{} }

// Amount is the share of the days that are left, rounded in the shop's favour.
func (r MerchantFeeRefund) Amount() money.Amount {
	return FeeRefund{Fee: r.Fee, Days: r.Days, Used: r.Used}.Amount()
}

// Legs implements Move.
func (r MerchantFeeRefund) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(11, ledger.AllianceMarketing, r.Means.account(), r.Amount()))
}

// DepositPaid is a deposit that went into custody (M-12, C2). The platform never
// takes it itself: it goes through the licensed provider.
type DepositPaid struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (DepositPaid) Kind() string { return "deposit_paid" }

// Subject implements Move.
func (DepositPaid) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (d DepositPaid) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(12, ledger.GatewayClearing, deposit(d.Merchant), d.Amount))
}

// DepositReturned gives a deposit back to a shop that leaves (M-12R).
type DepositReturned struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (DepositReturned) Kind() string { return "deposit_returned" }

// Subject implements Move.
func (DepositReturned) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (d DepositReturned) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(12, deposit(d.Merchant), ledger.GatewayClearing, d.Amount))
}

// Penalty takes entitlement from a shop for a breach that was found (M-13, C5); it
// goes to the pool that pays for elders' services.
type Penalty struct {
	Merchant id.ID        `json:"merchant"`
	Breach   id.ID        `json:"breach"`
	Coins    money.Amount `json:"coins"` // hundredths
}

// Kind implements Move.
func (Penalty) Kind() string { return "penalty" }

// Subject implements Move.
func (Penalty) Subject() id.ID { return id.ID{} }

// Legs implements Move. No breach costs more than the policy's bound.
func (x Penalty) Legs(p *policy.Params) []ledger.Leg {
	return legs(leg(13, coins(x.Merchant), ledger.PoolCoins, min(x.Coins, p.PenaltyCoinsMax)))
}

// PenaltyLifted gives back what an appeal found to be too much (M-13R, C5): what was
// taken, also where a later policy lets less be taken.
type PenaltyLifted struct {
	Merchant id.ID        `json:"merchant"`
	Breach   id.ID        `json:"breach"`
	Coins    money.Amount `json:"coins"`
	Pool     money.Amount `json:"pool"` // what the pool held
}

// Kind implements Move.
func (PenaltyLifted) Kind() string { return "penalty_lifted" }

// Subject implements Move.
func (PenaltyLifted) Subject() id.ID { return id.ID{} }

// Legs implements Move. What the pool has paid out meanwhile is issued anew: a shop
// that was right does not wait for it.
func (x PenaltyLifted) Legs(*policy.Params) []ledger.Leg {
	pool := max(0, min(x.Coins, x.Pool))
	return undo(leg(13, ledger.PoolCoins, coins(x.Merchant), pool), leg(13, ledger.CoinIssue, coins(x.Merchant), x.Coins-pool))
}

// ProfitShared is a shop's share of its declared profit for the welfare fund (M-14,
// C4). It goes to the fund's keeper through the provider.
type ProfitShared struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Profit   money.Amount `json:"profit"` // declared for the quarter
	First    period.Month `json:"first"`  // month of the quarter
	Rate     money.Rate   `json:"rate"`   // of the policy when it was declared
}

// Kind implements Move.
func (ProfitShared) Kind() string { return "profit_shared" }

// Subject implements Move.
func (ProfitShared) Subject() id.ID { return id.ID{} }

// Amount is the share, nothing of a loss.
func (s ProfitShared) Amount() money.Amount { return s.Rate.Of(max(0, s.Profit)) }

// Legs implements Move.
func (s ProfitShared) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(14, ledger.GatewayClearing, ledger.FundWelfare, s.Amount()))
}

// AdFee pays for an ad slot (M-15, C10).
type AdFee struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Fee      money.Amount `json:"fee"`
	Means    Means        `json:"means"`
}

// Kind implements Move.
func (AdFee) Kind() string { return "ad_fee" }

// Subject implements Move.
func (AdFee) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (a AdFee) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(15, a.Means.account(), ledger.PlatformAds, a.Fee))
}

// AdFeeRefund gives back the days of a slot that were not shown (M-15R).
type AdFeeRefund struct {
	Merchant id.ID        `json:"merchant"`
	Charge   id.ID        `json:"charge"`
	Fee      money.Amount `json:"fee"`
	Days     int          `json:"days"`
	Used     int          `json:"used"`
	Means    Means        `json:"means"`
}

// Kind implements Move.
func (AdFeeRefund) Kind() string { return "ad_fee_refund" }

// Subject implements Move.
func (AdFeeRefund) Subject() id.ID { return id.ID{} }

// Amount is the share of the days that are left, rounded in the shop's favour.
func (r AdFeeRefund) Amount() money.Amount {
	return FeeRefund{Fee: r.Fee, Days: r.Days, Used: r.Used}.Amount()
}

// Legs implements Move.
func (r AdFeeRefund) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(15, ledger.PlatformAds, r.Means.account(), r.Amount()))
}

// MarketingSpent pays for joint marketing out of the shops' fees (M-16, C2).
type MarketingSpent struct {
	Spending id.ID        `json:"spending"`
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (MarketingSpent) Kind() string { return "marketing_spent" }

// Subject implements Move.
func (MarketingSpent) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (s MarketingSpent) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(16, ledger.AllianceMarketing, ledger.GatewayClearing, s.Amount))
}
