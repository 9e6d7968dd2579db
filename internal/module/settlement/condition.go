package settlement

import (
	"time"

	"gongyi/internal/module/policy"
)

// The conditions of the rulebook. Says stands in docs/rules.md after "when";
// Unmet is what the receipt says if the rule was not used for its sake.
var (
	heldCash = Condition{
		Says: "held cash > 0", Unmet: "这次没有经持牌机构付的钱",
		Holds: func(c *Case) bool { return c.Held > 0 },
	}
	anyCash = Condition{
		Says: "cash > 0, held or direct", Unmet: "这次没有付现钱",
		Holds: func(c *Case) bool { return c.cash() > 0 },
	}
	coinsUsed = Condition{
		Says: "coins are used", Unmet: "这次没有用抵扣权益",
		Holds: func(c *Case) bool { return c.Coins > 0 },
	}
	vouchersUsed = Condition{
		Says: "a voucher is used", Unmet: "这次没有用券",
		Holds: func(c *Case) bool { return len(c.Vouchers) > 0 },
	}
	buyerIsMember = Condition{
		Says: "the buyer is a member", Unmet: "这次不是以会员身份买的",
		Holds: func(c *Case) bool { return c.isMember() },
	}
	buyerInGoodStanding = Condition{
		Says: "in good standing", Unmet: "会员资格这时没有生效",
		Holds: func(c *Case) bool { return c.Buyer.Standing == GoodMember },
	}
	claimMade = Condition{
		Says: "another shop has a claim", Unmet: "没有别的店推荐您来",
		Holds: func(c *Case) bool { return !c.Claim.Merchant.IsZero() && c.Claim.Merchant != c.Merchant.ID },
	}
	claimGood = Condition{
		Says: "the claim is good: purchased_at < made_at + claim_hours", Unmet: "推荐已经过了有效期",
		Holds: func(c *Case) bool { return goodUntil(c.rates, c.Claim.MadeAt, c.PurchasedAt) },
	}
	rewardsAllowed = Condition{
		Says: "the policy allows a level of reward", Unmet: "本社区不设团队奖励",
		Holds: func(c *Case) bool { return c.rates.RewardDepth >= 1 },
	}
	onATeam = Condition{
		Says: "on a team", Unmet: "您不在哪位组长的团队里",
		Holds: func(c *Case) bool { return !c.Leader.ID.IsZero() },
	}
	leaderIsNotBuyer = Condition{
		Says: "whose leader is not the buyer", Unmet: "组长自己买的，不给自己分",
		Holds: func(c *Case) bool { return c.Leader.ID != c.Buyer.ID },
	}
	leaderIsGold = Condition{
		Says: "and is gold or higher", Unmet: "组长还没有到黄金级",
		Holds: func(c *Case) bool { return c.Leader.Level >= policy.Gold },
	}
	carePledged = Condition{
		Says: "the shop has a care pledge", Unmet: "这家店没有关爱承诺",
		Holds: func(c *Case) bool { return c.Merchant.Pledge > 0 },
	}
)

// goodUntil reports whether a claim made at madeAt is good for a purchase. Both
// count to the microsecond, as they are stored.
func goodUntil(p *policy.Params, madeAt, purchasedAt time.Time) bool {
	life := time.Duration(p.ClaimHours) * time.Hour
	return purchasedAt.UnixMicro() < madeAt.Add(life).UnixMicro()
}

// The limits of the rulebook.
var (
	byCommission     = &Limit{"commission", "按比例是 %s，不超过服务费 %s"}
	byCommissionLeft = &Limit{"commission_left", "按比例是 %s，服务费只剩 %s，以此为限"}
	byLeaderCap      = &Limit{"leader_cap", "按比例是 %s，组长本月只剩 %s 的额度，以此为限"}
	byBacking        = &Limit{"backing", "按比例是 %s，备付不足，只发 %s"}
	byPledgeMax      = &Limit{"pledge_max", "按承诺是 %s，本社区最多 %s"}
)
