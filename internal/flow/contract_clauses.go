package flow

import (
	"context"
	"strconv"

	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
)

// Clauses are the clauses of the contract of a seat, in the words of the request; the
// page of an opening shows the same ones, so that nobody applies for something else.
func Clauses(ctx context.Context, trade string, p *policy.Alliance) []Clause {
	n := strconv.Itoa
	return []Clause{
		{i18n.T(ctx, "席位和任期"), []string{
			i18n.T(ctx, "乙方以“%s”业态入席。任期 %s 个月，从双方都确认之日起算；期满席位重新开放申请，乙方可以再次报名。", trade, n(p.SeatTermMonths)),
			i18n.T(ctx, "席位不能转让，也不能出借。"),
		}},
		{i18n.T(ctx, "一业一席"), []string{
			i18n.T(ctx, "联盟内每种业态设一席，是联盟为了把联合推广办好而作的内部安排，有固定任期，公开报名，由委员会表决。居民的需要量出来还不够时，联盟可以增设席位。"),
			i18n.T(ctx, "本协议不约定任何商品或服务的价格，也不限制乙方在联盟以外经营、开店、入驻任何平台或参加别的组织。不入席的店，照常营业，居民照常可以去买。"),
		}},
		{i18n.T(ctx, "费用"), []string{
			i18n.T(ctx, "保证金 %s 元，由有牌照的支付机构或银行存管，平台不经手；任期结束全额退还。", yuan(p.MerchantDeposit)),
			i18n.T(ctx, "年费 %s 元，记入联盟联合推广账，只用于联合推广，每一笔支出所有入席的店都看得到。中途离席，按剩余天数退还。", yuan(p.MerchantFee)),
		}},
		{i18n.T(ctx, "责任"), []string{
			i18n.T(ctx, "乙方每月给会员的专属优惠或免费服务，不少于当月营业额的 %s；每月推荐 %s 位邻居了解会员，按付费并用过的计，不按人头给报酬。", p.OfferMin.Percent(), n(p.RecommendedMembers)),
			i18n.T(ctx, "乙方做到三公开：引流商品的成本价、服务标准、利润的 %s 用于社区公益。", p.ProfitShare.Percent()),
		}},
		{i18n.T(ctx, "违约和申诉"), []string{
			i18n.T(ctx, "没做到会先提醒。认定违约之前，乙方有 %s 天说明情况；认定之后，乙方有 %s 天申诉。认定和申诉结果都公示。", n(p.StatementDays), n(p.AppealDays)),
			i18n.T(ctx, "委员会表决不记名；经营同类的店、当事人和同一户的人回避。"),
		}},
		{i18n.T(ctx, "离席"), []string{
			i18n.T(ctx, "乙方可以随时提出离席。季度得分排在末位、多次无故缺席或违约的，按联盟规则离席，事先公布、可以提出异议。"),
		}},
	}
}
