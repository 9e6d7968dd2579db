package charter

import (
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Payout pays a shop out what it is owed for its sales (P-01, D5).
type Payout struct {
	Merchant id.ID        `json:"merchant"`
	Batch    id.ID        `json:"batch"`
	Item     id.ID        `json:"item"`
	Through  period.Day   `json:"through"` // the last day whose purchases are in it
	Held     money.Amount `json:"held"`    // what the shop's payable held before
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (Payout) Kind() string { return "payout" }

// Subject implements Move.
func (Payout) Subject() id.ID { return id.ID{} }

// Legs implements Move. Never more is paid than is there: a payout makes no debt.
func (p Payout) Legs(*policy.Params) []ledger.Leg {
	return legs(outgoing(1, payable(p.Merchant), ledger.GatewayClearing, min(p.Amount, p.Held)))
}

// PayoutReturned books a payout, or a part of one, that did not reach the shop (P-01R).
type PayoutReturned struct {
	Merchant id.ID        `json:"merchant"`
	Batch    id.ID        `json:"batch"`
	Item     id.ID        `json:"item"`
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (PayoutReturned) Kind() string { return "payout_returned" }

// Subject implements Move.
func (PayoutReturned) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (r PayoutReturned) Legs(*policy.Params) []ledger.Leg {
	return undo(outgoing(1, ledger.GatewayClearing, payable(r.Merchant), r.Amount))
}

// ProviderFee is what a licensed provider kept of the payments of a day, as its bill
// says (P-02, D6).
type ProviderFee struct {
	Provider string       `json:"provider"` // "wechat"
	Bill     id.ID        `json:"bill"`
	Day      period.Day   `json:"day"`
	Lines    int          `json:"lines"` // of the bill
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (ProviderFee) Kind() string { return "provider_fee" }

// Subject implements Move.
func (ProviderFee) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (f ProviderFee) Legs(*policy.Params) []ledger.Leg {
	return legs(outgoing(2, ledger.PlatformProviderFees, ledger.GatewayClearing, f.Amount))
}

// ProviderFeeReturned is what a provider gave back of its fees because payments were
// refunded (P-02R).
type ProviderFeeReturned struct {
	Provider string       `json:"provider"`
	Bill     id.ID        `json:"bill"`
	Day      period.Day   `json:"day"`
	Lines    int          `json:"lines"`
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (ProviderFeeReturned) Kind() string { return "provider_fee_returned" }

// Subject implements Move.
func (ProviderFeeReturned) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (f ProviderFeeReturned) Legs(*policy.Params) []ledger.Leg {
	return undo(outgoing(2, ledger.GatewayClearing, ledger.PlatformProviderFees, f.Amount))
}

// RewardPaid pays a person the rewards that can no longer come back (P-03, B3).
type RewardPaid struct {
	Member  id.ID        `json:"member"`
	Batch   id.ID        `json:"batch"`
	Item    id.ID        `json:"item"`
	Through period.Day   `json:"through"` // the last day whose rewards are in it
	Held    money.Amount `json:"held"`    // what her rewards held before
	Amount  money.Amount `json:"amount"`
}

// Kind implements Move.
func (RewardPaid) Kind() string { return "reward_paid" }

// Subject implements Move.
func (r RewardPaid) Subject() id.ID { return r.Member }

// Legs implements Move. Never more is paid than is there.
func (r RewardPaid) Legs(*policy.Params) []ledger.Leg {
	return legs(outgoing(3, rewards(r.Member), ledger.GatewayClearing, min(r.Amount, r.Held)))
}

// RewardPaidBack books a reward, or a part of one, that did not reach the person (P-03R).
// Nothing is ever asked back of a person who got it.
type RewardPaidBack struct {
	Member id.ID        `json:"member"`
	Batch  id.ID        `json:"batch"`
	Item   id.ID        `json:"item"`
	Amount money.Amount `json:"amount"`
}

// Kind implements Move.
func (RewardPaidBack) Kind() string { return "reward_paid_back" }

// Subject implements Move.
func (r RewardPaidBack) Subject() id.ID { return r.Member }

// Legs implements Move.
func (r RewardPaidBack) Legs(*policy.Params) []ledger.Leg {
	return undo(outgoing(3, ledger.GatewayClearing, rewards(r.Member), r.Amount))
}

// IncomeWithdrawn takes the platform's own income out of the provider's care (P-04,
// S1). It changes where the money lies, not what was earned: platform/till counts what
// the platform holds itself.
type IncomeWithdrawn struct {
	Batch   id.ID        `json:"batch"`
	Item    id.ID        `json:"item"`
	Through period.Day   `json:"through"`
	Own     money.Amount `json:"own"` // what the platform earned and did not hold itself yet
	Amount  money.Amount `json:"amount"`
}

// Kind implements Move.
func (IncomeWithdrawn) Kind() string { return "income_withdrawn" }

// Subject implements Move.
func (IncomeWithdrawn) Subject() id.ID { return id.ID{} }

// Legs implements Move. Other people's money stays in custody.
func (w IncomeWithdrawn) Legs(*policy.Params) []ledger.Leg {
	return legs(outgoing(4, ledger.PlatformTill, ledger.GatewayClearing, min(w.Amount, w.Own)))
}

// IncomeReturned books income that did not reach the platform's account (P-04R).
type IncomeReturned struct {
	Batch  id.ID        `json:"batch"`
	Item   id.ID        `json:"item"`
	Amount money.Amount `json:"amount"`
}

// Kind implements Move.
func (IncomeReturned) Kind() string { return "income_returned" }

// Subject implements Move.
func (IncomeReturned) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (r IncomeReturned) Legs(*policy.Params) []ledger.Leg {
	return undo(outgoing(4, ledger.GatewayClearing, ledger.PlatformTill, r.Amount))
}

func outgoing(rule uint8, from, to ledger.Account, v money.Amount) ledger.Leg {
	return ledger.Leg{Rule: ledger.R(Outgoing, rule), From: from, To: to, Amount: v}
}

// outgoingRules is family P of the rulebook.
var outgoingRules = []Rule{
	{
		ID: ledger.R(Outgoing, 1), Req: "D5 D6", Source: "S3 §6; +", Title: "付给店家的款",
		When:  "a payout batch is agreed to by enough people, none of whom it pays",
		Moves: []string{"merchant/payable → gateway/clearing"},
		Amount: "what the shop's payable holds less what came in after the cut-off less payout_hold_days; nothing under payout_min, nothing to a shop that owes more than owed_limit, " +
			"to a suspended shop only by a named decision",
		Default: func(p *policy.Params) string {
			return "hold " + strconv.Itoa(p.PayoutHoldDays) + " days, at least " + p.PayoutMin.Grouped(money.CNY) + ", agreed to by " + strconv.Itoa(p.PayoutApprovals)
		},
		Back: "what did not reach the shop comes back, never more than was paid (P-01R)",
	},
	{
		ID: ledger.R(Outgoing, 2), Req: "D6 S1", Source: "+", Title: "支付机构收的手续费",
		When: "the provider's bill of a day is reconciled", Moves: []string{"platform/provider-fees → gateway/clearing"}, Amount: "what the bill says that the provider kept",
		Default: func(p *policy.Params) string { return "expected " + p.ProviderFee.Percent() + " of a payment" },
		Back:    "what the provider gives back when a payment is refunded (P-02R)",
	},
	{
		ID: ledger.R(Outgoing, 3), Req: "B3 B4 D6", Source: "S3 §3.2; +", Title: "付给居民的奖励",
		When:  "a payout batch of rewards is agreed to by enough people, none of whom it pays",
		Moves: []string{"member/rewards → gateway/clearing"},
		Amount: "what the person's rewards hold less what came in within reward_hold_days, so that what is paid can no longer come back: " +
			"nothing is ever asked back of a person",
		Default: func(p *policy.Params) string { return "hold " + strconv.Itoa(p.RewardHoldDays) + " days" },
		Back:    "what did not reach the person comes back to her rewards (P-03R)",
	},
	{
		ID: ledger.R(Outgoing, 4), Req: "S1", Source: "+", Title: "平台提走的收入",
		When:   "a payout batch of the platform's own income is agreed to by enough people",
		Moves:  []string{"platform/till → gateway/clearing"},
		Amount: "never more than income less costs, less membership fees that are not earned yet, less what the platform holds already; public funds, deposits, the alliance's money and the backing of coins stay in custody",
		Back:   "what did not reach the platform's account comes back (P-04R)",
	},
}
