package charter

//go:generate go run ./gen

import (
	"slices"
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
)

// The families of rules in this package.
const (
	Family   = 'M' // members, levels, points, the alliance
	Vouchers = 'V' // vouchers themselves are settled by S-03
	Bundled  = 'B' // what is paid ahead for parts of bundles
	Outgoing = 'P' // payouts and the provider's fees
	Hours    = 'T' // the time bank
)

// Rule is one article of the charter. Statements and docs/rules-charter.md show it.
type Rule struct {
	ID     ledger.Rule
	Req    string // requirement ids
	Source string // clause of the plan it comes from; "+" is our own
	Title  string // Chinese, a message key

	When    string // for docs/rules-charter.md, like what follows
	Moves   []string
	Amount  string
	Default func(*policy.Params) string
	Back    string // how it is undone, "" if by a reversal of the entry only
}

// ByID is the article that made a leg or undid one, nil if it is of another family.
func ByID(r ledger.Rule) *Rule {
	for i := range Rulebook {
		if Rulebook[i].ID.Family == r.Family && Rulebook[i].ID.Number == r.Number {
			return &Rulebook[i]
		}
	}
	return nil
}

// Title is what a rule is called, of a purchase or of the charter: a message key, ""
// for rules of other books.
func Title(r ledger.Rule) string {
	for i := range settlement.Rulebook {
		if s := &settlement.Rulebook[i]; s.ID.Family == r.Family && s.ID.Number == r.Number {
			return s.Title
		}
	}
	if m := ByID(r); m != nil {
		return m.Title
	}
	return ""
}

// Rulebook is the charter beside the purchases: families M, P, B and T.
var Rulebook = slices.Concat(charterRules, outgoingRules, differenceRules, borneRules, bundleRules, hoursRules)

// charterRules is family M.
var charterRules = []Rule{
	{
		ID: ledger.R(Family, 1), Req: "B1 B2", Source: "S3 §2.1 普通会员", Title: "会员年费",
		When: "a term of membership is paid", Moves: []string{"gateway/clearing → platform/fees", "platform/till → platform/fees"}, Amount: "membership_fee; nothing of a waived term",
		Default: func(p *policy.Params) string {
			return p.Fee.Grouped(money.CNY) + " for " + strconv.Itoa(p.TermMonths) + " months"
		},
		Back: "M-02",
	},
	{
		ID: ledger.R(Family, 2), Req: "B2", Source: "+", Title: "退回的会员费",
		When: "a member gives her membership up", Moves: []string{"platform/fees → gateway/clearing", "platform/fees → platform/till"},
		Amount: "the fee less the larger of ⌊fee × days begun ÷ days of the term⌋ and the stated value of goods collected in it; within the cooling-off no day counts",
		Default: func(p *policy.Params) string {
			return "cooling-off " + strconv.Itoa(p.CoolingOffDays) + " days"
		},
	},
	{
		ID: ledger.R(Family, 3), Req: "B3 B4", Source: "S3 §3.2 成长体系", Title: "推荐奖励",
		When: "a recommendation counts: the fee is paid, the membership used, the cooling-off over, and no guard (G-01 …) blocks it", Moves: []string{"platform/fees → member/rewards"},
		Amount: "referral_reward, never more than the fee it is paid from, nor than is left of the month's cap",
		Default: func(p *policy.Params) string {
			return p.ReferralReward.Grouped(money.CNY) + ", at most " + p.ReferralMonthlyCap.Grouped(money.CNY) + " a month"
		},
		Back: "a refund of the fee takes ⌊reward × refunded ÷ fee⌋ back, a guard that was passed takes all that is left (M-03R)",
	},
	{
		ID: ledger.R(Family, 4), Req: "B8", Source: "S2, S3 §7", Title: "荣誉奖金",
		When: "an honour that carries cash is given", Moves: []string{"platform/promotion → member/rewards", "platform/promotion → merchant/payable"}, Amount: "as published with the call for nominations",
	},
	{
		ID: ledger.R(Family, 5), Req: "B3 S1", Source: "S3 §3.2 成长体系", Title: "理事分红",
		When: "a month is closed and the platform kept something", Moves: []string{"platform/commission → member/rewards"},
		Amount: "dividend_rate × what the platform kept, to each director the same, never more than the cap",
		Default: func(p *policy.Params) string {
			return p.DividendRate.Percent() + ", at most " + p.DividendCap.Grouped(money.CNY) + " a person"
		},
	},
	{
		ID: ledger.R(Family, 6), Req: "B5 B6", Source: "S1, S2", Title: "送的积分",
		When: "a birthday, taking part, an honour", Moves: []string{"points/issue → member/points"}, Amount: "as published",
		Default: func(p *policy.Params) string {
			return p.BirthdayPoints.Decimal(money.Point) + " on a birthday"
		},
		Back: "given by mistake: undone within the day; what was spent meanwhile is owed (M-06R)",
	},
	{
		ID: ledger.R(Family, 7), Req: "B5", Source: "S1 睦邻积分", Title: "兑换的积分",
		When: "points are redeemed for goods or a service", Moves: []string{"member/points → points/issue"}, Amount: "the points that the catalogue asks",
		Back: "uncollected or cancelled: the points come back whole (M-07R)",
	},
	{
		ID: ledger.R(Family, 8), Req: "B5", Source: "S1 睦邻积分", Title: "积分抵物业费",
		When: "points offset a property fee", Moves: []string{"member/points → points/issue", "platform/promotion → org/payable"}, Amount: "⌊points × 1.00 ÷ property_fee_points⌋ to the property manager",
		Default: func(p *policy.Params) string {
			return p.PropertyFeePoints.Decimal(money.Point) + " points for 1.00"
		},
		Back: "refused by the property manager: both legs come back (M-08R)",
	},
	{
		ID: ledger.R(Family, 9), Req: "B5 B6 B9", Source: "S1, S3", Title: "付给店家的礼品钱",
		When: "goods of the catalogue, a perk pack or a badge coin are handed over", Moves: []string{"platform/promotion → merchant/payable"}, Amount: "the agreed cost of the goods",
		Back: "the goods were not good: the shop gives the cost back (M-09R)",
	},
	{
		ID: ledger.R(Family, 10), Req: "B5", Source: "S1", Title: "付给物业的抵扣款",
		When: "a batch of offsets is paid to the property manager", Moves: []string{"org/payable → gateway/clearing", "org/payable → platform/till"}, Amount: "the sum of the batch",
	},
	{
		ID: ledger.R(Family, 11), Req: "C2", Source: "S3 §3.1 准入规则", Title: "商家年费",
		When: "an elected shop pays for its term", Moves: []string{"gateway/clearing → alliance/marketing", "platform/till → alliance/marketing"}, Amount: "merchant_fee",
		Default: func(p *policy.Params) string { return p.MerchantFee.Grouped(money.CNY) + " a term" },
		Back:    "a shop that leaves gets the days that are left (M-11R)",
	},
	{
		ID: ledger.R(Family, 12), Req: "C2", Source: "S3 §3.3 履约保障", Title: "商家保证金",
		When: "an elected shop pays its deposit into custody", Moves: []string{"gateway/clearing → merchant/deposit"}, Amount: "merchant_deposit",
		Default: func(p *policy.Params) string { return p.MerchantDeposit.Grouped(money.CNY) },
		Back:    "whole, when the shop has left and no complaint is open (M-12R)",
	},
	{
		ID: ledger.R(Family, 13), Req: "C5", Source: "S3 §3.1 商家委员会", Title: "违约扣的抵扣权益",
		When: "a breach was found and the time to appeal is over or the appeal decided", Moves: []string{"merchant/coins → pool/coins"}, Amount: "as decided, never more than penalty_coins_max; what is missing is owed",
		Default: func(p *policy.Params) string {
			return p.PenaltyCoins.Grouped(money.Coin) + ", at most " + p.PenaltyCoinsMax.Grouped(money.Coin)
		},
		Back: "what an appeal lifts comes back, from the pool as far as it has it, else issued (M-13R)",
	},
	{
		ID: ledger.R(Family, 14), Req: "C4 K1", Source: "S3 §2.2 三公开", Title: "利润反哺社区",
		When: "a shop pays its share of a quarter's declared profit", Moves: []string{"gateway/clearing → fund/welfare"}, Amount: "profit_share × declared profit, half up",
		Default: func(p *policy.Params) string { return p.ProfitShare.Percent() },
	},
	{
		ID: ledger.R(Family, 15), Req: "C10 S1", Source: "S3 §4 增值层", Title: "广告位费",
		When: "a booked ad slot is paid", Moves: []string{"gateway/clearing → platform/ads", "platform/till → platform/ads"}, Amount: "the slot's price",
		Default: func(p *policy.Params) string {
			return p.AdPriceMin.Grouped(money.CNY) + " to " + p.AdPriceMax.Grouped(money.CNY) + " a month"
		},
		Back: "the days that were not shown (M-15R)",
	},
	{
		ID: ledger.R(Family, 16), Req: "C2", Source: "S3 §3.1 准入规则", Title: "联合营销支出",
		When: "joint marketing is paid out of the shops' fees", Moves: []string{"alliance/marketing → gateway/clearing"}, Amount: "as the invoice says; its use is shown to every shop",
	},
}
