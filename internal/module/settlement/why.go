package settlement

import (
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// The arithmetic of each rule, as the receipt tells it to the buyer. Coins are
// entitlement (抵扣权益) and service time, never money.

func whyHeld(c *Case) Sentence {
	if c.Direct > 0 {
		return say("经持牌机构付的；另有 %s 当面付给了店家", fen(c.Direct))
	}
	return say("您付的，先由持牌机构保管")
}

func whyCoins(c *Case) Sentence {
	return say("最多可抵 %s，您用了 %s", fen(c.rates.CoinShareMax.FloorOf(c.Price)), fen(c.Coins))
}

func whyVouchers(c *Case) Sentence {
	var platform money.Amount
	var sharers []party.Owner
	for _, l := range c.legs {
		switch {
		case l.Rule.Number != 3:
		case l.From == ledger.PlatformPromotion:
			platform += l.Amount
		default:
			sharers = append(sharers, l.From.Owner)
		}
	}
	rest := fen(c.sums[3].amount - platform)
	one := true // one rate holds for all of them
	for i := range c.Vouchers {
		one = one && len(c.Vouchers[i].Sharers) > 0 && c.platformShare(&c.Vouchers[i]) == c.platformShare(&c.Vouchers[0])
	}
	switch {
	case len(sharers) == 0:
		return say("平台的券，由平台补给店家")
	case !one && len(sharers) == 1:
		return say("%s出 %s，平台出 %s", sharers[0], rest, fen(platform))
	case !one:
		return say("发券的店分摊 %s，平台出 %s", rest, fen(platform))
	case len(sharers) == 1:
		return say("%s出 %s，平台出 %s 即 %s", sharers[0], rest, c.platformShare(&c.Vouchers[0]).Percent(), fen(platform))
	}
	return say("发券的店分摊 %s，平台出 %s 即 %s", rest, c.platformShare(&c.Vouchers[0]).Percent(), fen(platform))
}

func whyCommission(c *Case) Sentence {
	key := "%s × %s，普通联盟店"
	switch c.Merchant.Tier {
	case policy.Committee:
		key = "%s × %s，商家委员会的店"
	case policy.Founding:
		key = "%s × %s，创始店"
	}
	return say(key, fen(c.Price), c.commission().Percent())
}

func whyWelfare(c *Case) Sentence {
	key := "%s × %s，您没有多付"
	if c.rates.WelfarePayer == policy.ByMerchant {
		key = "%s × %s，由店家出，您没有多付"
	}
	return say(key, fen(c.Price), c.rates.WelfareRate.Percent())
}

func whyClaim(c *Case) Sentence {
	key := "%s推荐了您：%s × %s"
	if c.uses(c.Claim.Voucher) {
		key = "您用了%s的券：%s × %s"
	}
	return say(key, party.Owner{Kind: party.Merchant, ID: c.Claim.Merchant}, fen(c.Price), c.rates.ClaimRebate.Percent())
}

// whyCashback also says what the entitlement is worth in a neighbour's time (F2).
func whyCashback(c *Case) Sentence {
	minutes := (c.sums[7].amount*60 + c.rates.CoinsPerHour/2) / c.rates.CoinsPerHour
	return say("付的 %s × %s，可换约 %s 分钟邻里服务", fen(c.cash()), c.rates.Cashback.Percent(), minutes.Decimal(money.Point))
}

func whyTeam(c *Case) Sentence {
	return say("%s × %s，您没有多付", fen(c.Price), c.rates.TeamShare.Percent())
}

func whyPoints(c *Case) Sentence {
	return say("每付 1 元得 %s 分，不满 1 元的不算", c.rates.PointsPerYuan.Decimal(money.Point))
}

func whyCare(c *Case) Sentence {
	return say("%s × %s，店家自己承诺的", fen(c.Price), c.Merchant.Pledge.Percent())
}

// fen writes money, or coins at face value, without a sign of currency.
func fen(v money.Amount) string { return v.Grouped(money.CNY) }

func number(n int) string { return strconv.Itoa(n) }
