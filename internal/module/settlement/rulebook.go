package settlement

//go:generate go run ./gen

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Rulebook is what one purchase does to the books, in the order in which it is
// done (settlement.md, "Rules"). G is the price, c the cash, k the coins.
var Rulebook = [Rules - 1]Rule{
	{
		ID: ledger.R('S', 1), Req: "D2", Source: "+",
		Title: "钱记到店家名下", Group: groupPaid,
		When: []Condition{heldCash},
		Legs: func(c *Case) {
			c.pay(ledger.GatewayClearing, payableOf(c.Merchant.ID), exactly(c.Held))
		},
		Why:      whyHeld,
		Moves:    []string{"gateway/clearing → merchant/payable"},
		Amount:   "held cash",
		Rounding: "none",
		Beyond:   "Direct money posts nothing: the shop has it. Its percentages are still debited to the shop's payable, then to its owed.",
	},
	{
		ID: ledger.R('S', 2), Req: "F5", Source: "S3 §2.3 闭环逻辑",
		Title: "抵扣权益 1 比 1 抵用", Group: groupPaid,
		When: []Condition{coinsUsed},
		Legs: func(c *Case) {
			c.pay(coinsOf(c.Buyer.ID), tillOf(c.Merchant.ID), exactly(c.Coins))
		},
		Why:      whyCoins,
		Moves:    []string{"member/coins → merchant/coins"},
		Amount:   "k, at most ⌊G × coin_share_max⌋",
		Default:  func(p *policy.Params) string { return p.CoinShareMax.Percent() },
		Rounding: "the bound is rounded down",
		Beyond:   "A buyer who is no member, or has not so many, is refused. The floor is checked on the finished entry, so what S-07 gives back counts.",
	},
	{
		ID: ledger.R('S', 3), Req: "E1", Source: "S3 §2.2 消费互推",
		Title: "互荐券由发券方补给店家", Group: groupPaid,
		When: []Condition{vouchersUsed},
		Legs: func(c *Case) {
			for i := range c.Vouchers {
				c.honour(&c.Vouchers[i])
			}
		},
		Why: whyVouchers,
		Moves: []string{
			"platform/promotion → merchant/payable",
			"sharer/payable → merchant/payable",
		},
		Amount: "each voucher v: the platform's share of v first; the rest equally among the sharing merchants, or by the weights of its series",
		Default: func(p *policy.Params) string {
			return "platform " + p.VoucherPlatformShare.Percent() + ", or the share that its series agreed on"
		},
		Rounding: "the platform's share half up; equal parts: left-over fens to the sharers named first; by weights: largest remainder, equal remainders to the first named",
		Beyond:   "A share of the selling shop itself stays within its own account and is not posted. A voucher that no shop shares is paid by the platform.",
	},
	{
		ID: ledger.R('S', 4), Req: "D2", Source: "S3 §4 基础层",
		Title: "平台服务费", Group: groupShop,
		Legs: func(c *Case) {
			c.pay(payableOf(c.Merchant.ID), ledger.PlatformCommission, c.share(c.commission()))
		},
		Why:    whyCommission,
		Moves:  []string{"merchant/payable → platform/commission"},
		Amount: "rate of the shop's tier × G",
		Default: func(p *policy.Params) string {
			return "standard " + p.StandardRate.Percent() + ", committee " + p.CommitteeRate.Percent() + ", founding " + p.FoundingRate.Percent()
		},
		Rounding: "half up",
	},
	{
		ID: ledger.R('S', 5), Req: "K1", Source: "S3 §7 社会资本积累",
		Title: "社区共益基金", Group: groupShared,
		Legs: func(c *Case) {
			c.pay(c.welfarePayer(), ledger.FundWelfare,
				c.share(c.rates.WelfareRate).
					atMost(c.sums[4].amount, byCommission))
		},
		Why: whyWelfare,
		Moves: []string{
			"platform/commission → fund/welfare",
			"merchant/payable → fund/welfare",
		},
		Amount: "welfare_rate × G, never more than S-04; the policy says which of the two pays",
		Default: func(p *policy.Params) string {
			return p.WelfareRate.Percent() + ", paid by the " + string(p.WelfarePayer)
		},
		Rounding: "half up",
	},
	{
		ID: ledger.R('S', 6), Req: "C1", Source: "S3 §2.1 老板会员",
		Title: "谢谢推荐您来的店", Group: groupShop,
		When: []Condition{buyerIsMember, claimMade, claimGood},
		Legs: func(c *Case) {
			c.pay(payableOf(c.Merchant.ID), payableOf(c.Claim.Merchant), c.share(c.rates.ClaimRebate))
		},
		Why:    whyClaim,
		Moves:  []string{"merchant/payable → claimant/payable"},
		Amount: "claim_rebate × G",
		Default: func(p *policy.Params) string {
			return p.ClaimRebate.Percent() + ", a claim is good for " + number(p.ClaimHours) + " hours"
		},
		Rounding: "half up",
		Beyond:   "Which claim is used: the one of a voucher used in this very purchase, else the oldest good one. It is used up even if the rebate rounds to nothing. A shop whose owner is the buyer has no claim.",
	},
	{
		ID: ledger.R('S', 7), Req: "B3", Source: "S3 §3.2 成长体系",
		Title: "返给您的抵扣权益", Group: groupYours,
		When: []Condition{buyerIsMember, buyerInGoodStanding, anyCash},
		Legs: func(c *Case) {
			c.pay(ledger.CoinIssue, coinsOf(c.Buyer.ID), c.cashback())
		},
		Why:    whyCashback,
		Moves:  []string{"coin/issue → member/coins"},
		Amount: "cashback × c × f, where f = clamp(2·backing ÷ (backing_floor · outstanding) − 1, 0, 1), and 1 without a floor or with nothing outstanding",
		Default: func(p *policy.Params) string {
			return p.Cashback.Percent() + ", backing floor " + p.BackingFloor.Percent()
		},
		Rounding: "the whole product once, half up",
	},
	{
		ID: ledger.R('S', 8), Req: "B3 B4", Source: "S3 §3.2 成长体系",
		Title: "组长分享团队消费", Group: groupShared,
		When: []Condition{buyerIsMember, rewardsAllowed, onATeam, leaderIsNotBuyer, leaderIsGold},
		Legs: func(c *Case) {
			c.pay(ledger.PlatformCommission, rewardsOf(c.Leader.ID),
				c.share(c.rates.TeamShare).
					atMost(c.commissionLeft(), byCommissionLeft).
					atMost(c.Leader.CapLeft, byLeaderCap))
		},
		Why:    whyTeam,
		Moves:  []string{"platform/commission → leader/rewards"},
		Amount: "team_share × G, never more than is left of S-04 after S-05, never past the leader's cap of the month",
		Default: func(p *policy.Params) string {
			return p.TeamShare.Percent() + ", cap " + p.LeaderMonthlyCap.Grouped(money.CNY) + " a month"
		},
		Rounding: "half up",
		Beyond:   "A second level cannot be expressed. Reversals give room in the cap back.",
	},
	{
		ID: ledger.R('S', 9), Req: "B5", Source: "S1 睦邻积分",
		Title: "消费积分", Group: groupYours,
		When: []Condition{buyerIsMember, anyCash},
		Legs: func(c *Case) {
			c.pay(ledger.PointsIssue, pointsOf(c.Buyer.ID), exactly(c.cash()/yuan*c.rates.PointsPerYuan))
		},
		Why:      whyPoints,
		Moves:    []string{"points/issue → member/points"},
		Amount:   "⌊c ÷ 1.00⌋ × points_per_yuan",
		Default:  func(p *policy.Params) string { return p.PointsPerYuan.Decimal(money.Point) },
		Rounding: "whole yuan, down",
	},
	{
		ID: ledger.R('S', 10), Req: "K1", Source: "S0 反哺社区",
		Title: "关爱承诺", Group: groupShared,
		When: []Condition{carePledged},
		Legs: func(c *Case) {
			c.pay(payableOf(c.Merchant.ID), ledger.FundCare,
				c.share(c.Merchant.Pledge).
					atMost(c.rates.CarePledgeMax.Of(c.Price), byPledgeMax))
		},
		Why:      whyCare,
		Moves:    []string{"merchant/payable → fund/care"},
		Amount:   "the shop's pledged rate × G, at most care_pledge_max × G",
		Default:  func(p *policy.Params) string { return "0%, at most " + p.CarePledgeMax.Percent() },
		Rounding: "half up",
	},
}

// claimRule is the rule that uses a claim up.
var claimRule = &Rulebook[6-1]

// yuan is 1.00 CNY, the step of S-09.
const yuan money.Amount = 100

// honour makes the selling shop whole for a voucher (S-03).
func (c *Case) honour(v *Voucher) {
	shop := payableOf(c.Merchant.ID)
	platform := c.platformShare(v).Of(v.Amount)
	if len(v.Sharers) == 0 {
		platform = v.Amount
	}
	c.pay(ledger.PlatformPromotion, shop, exactly(platform))
	rest := v.Amount - platform
	if v.Split != nil {
		for i, part := range money.Allot(rest, amounts(v.Split.Weights)) {
			c.pay(payableOf(v.Sharers[i]), shop, exactly(part))
		}
		return
	}
	for i, sharer := range v.Sharers {
		part := rest / money.Amount(len(v.Sharers))
		if money.Amount(i) < rest%money.Amount(len(v.Sharers)) {
			part++
		}
		c.pay(payableOf(sharer), shop, exactly(part))
	}
}

// platformShare is what the platform takes of a voucher: as its series agreed on, else
// as the policy says.
func (c *Case) platformShare(v *Voucher) money.Rate {
	if v.Split != nil {
		return v.Split.Platform
	}
	return c.rates.VoucherPlatformShare
}

func amounts(weights []int64) []money.Amount {
	all := make([]money.Amount, len(weights))
	for i, w := range weights {
		all[i] = money.Amount(w)
	}
	return all
}

// cashback is S-07: a share of the cash in coins, throttled as the coins'
// backing nears the policy's floor (F7).
//
// With D = floor·outstanding and N = 2·backing·10⁶ − D, both in parts per million
// of a hundredth, f = N/D. Only ⌊rate·c·N/D⌋ is needed to round rate·c·N/(D·10⁶)
// half up exactly: adding half and dividing by 10⁶ never looks at its fraction.
func (c *Case) cashback() sum {
	full := c.rates.Cashback.Of(c.cash())
	d := money.Amount(c.rates.BackingFloor) * c.Throttle.Outstanding
	n := 2*c.Throttle.Backing*money.Amount(money.One) - d
	switch {
	case n >= d: // also when there is no floor, or nothing is outstanding
		return exactly(full)
	case n <= 0:
		return sum{wanted: full, limit: byBacking}
	}
	millionths := money.MulDiv(c.cash()*money.Amount(c.rates.Cashback), n, d)
	amount := (millionths + money.Amount(money.One)/2) / money.Amount(money.One)
	return sum{amount: amount, wanted: full, limit: byBacking}
}
