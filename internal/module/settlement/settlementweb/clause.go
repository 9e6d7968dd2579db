package settlementweb

import (
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
)

// Clause is a rule in the words of the charter, with the numbers of a policy
// version. The zero message if the charter has no such rule.
func Clause(r ledger.Rule, p *policy.Params) i18n.Message {
	switch r.Number {
	case 1:
		return i18n.M("经持牌机构付的钱，全数记到店家名下。平台不经手这笔钱。")
	case 2:
		return i18n.M("抵扣权益 1 比 1 抵用，一次最多抵这笔消费的 %s。", p.CoinShareMax.Percent())
	case 3:
		return i18n.M("用互荐券抵掉的部分，平台出 %s，其余由发券的店平分，全数补给收券的店。", p.VoucherPlatformShare.Percent())
	case 4:
		return i18n.M("平台服务费由店家出：普通联盟店 %s，商家委员会的店 %s，创始店 %s。",
			p.StandardRate.Percent(), p.CommitteeRate.Percent(), p.FoundingRate.Percent())
	case 5:
		if p.WelfarePayer == policy.ByMerchant {
			return i18n.M("每笔消费的 %s 归社区共益基金，由店家承担，不得超过服务费。", p.WelfareRate.Percent())
		}
		return i18n.M("每笔消费的 %s 归社区共益基金，由平台承担，不得超过服务费。", p.WelfareRate.Percent())
	case 6:
		return i18n.M("别的店推荐来的客人，%s 小时内第一次来买，这家店分给推荐店 %s。",
			strconv.Itoa(p.ClaimHours), p.ClaimRebate.Percent())
	case 7:
		return i18n.M("会员付现钱的 %s，由社区返成抵扣权益，店家不多出钱。", p.Cashback.Percent())
	case 8:
		return i18n.M("黄金级以上的组长分享团队消费的 %s，只分一层，从平台服务费里出，每月最多 %s 元。",
			p.TeamShare.Percent(), p.LeaderMonthlyCap.Grouped(money.CNY))
	case 9:
		return i18n.M("会员每付满 1 元现钱，得 %s 分消费积分。", p.PointsPerYuan.Grouped(money.Point))
	case 10:
		return i18n.M("店家自己承诺的一份归社区关爱基金，最多是消费的 %s。", p.CarePledgeMax.Percent())
	}
	return i18n.Message{}
}
