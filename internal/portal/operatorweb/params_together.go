package operatorweb

import (
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
)

// together are the numbers of membership and of the alliance.
var together = []chapter{
	{i18n.M("会员和积分"), []number{
		{name: "membership_fee", label: i18n.M("会员年费"), rule: "M-01", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.Fee) }},
		{name: "membership_term_months", label: i18n.M("一次会员多久"), unit: i18n.M("个月"), rule: "M-01", in: whole, plain: func(p *policy.Params) *int { return &p.TermMonths }},
		{name: "cooling_off_days", label: i18n.M("可以全额退会费的天数"), unit: i18n.M("天"), rule: "M-02", in: whole, plain: func(p *policy.Params) *int { return &p.CoolingOffDays }},
		{name: "membership_grace_days", label: i18n.M("到期后还能接着续的天数"), unit: i18n.M("天"), rule: "B2", in: whole, plain: func(p *policy.Params) *int { return &p.GraceDays }},
		{name: "membership_reminder_days", label: i18n.M("到期前多少天提醒"), unit: i18n.M("天"), rule: "B2", in: whole, plain: func(p *policy.Params) *int { return &p.ReminderDays }},
		{name: "free_services", label: i18n.M("每期免费的社区服务"), unit: i18n.M("次"), rule: "B1", in: whole, plain: func(p *policy.Params) *int { return &p.FreeServices }},
		{name: "alliance_price", label: i18n.M("会员在优惠店最多付标价的"), rule: "B1", value: func(p *policy.Params) *int64 { return rateOf(&p.AlliancePrice) }},
		{name: "waiver_recommendations", label: i18n.M("推荐多少人免下一期会费"), unit: i18n.M("人"), rule: "B2", in: whole, plain: func(p *policy.Params) *int { return &p.WaiverCount }},
		{name: "referral_reward", label: i18n.M("推荐一人的奖励"), rule: "M-03", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.ReferralReward) }},
		{name: "referral_monthly_cap", label: i18n.M("推荐奖励每人每月最多"), rule: "M-03", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.ReferralMonthlyCap) }},
		{name: "membership_used_spend", label: i18n.M("买满多少才算用过会员"), rule: "M-03", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.UsedSpend) }},
		{name: "perk_pack_collect_days", label: i18n.M("权益包留多久"), unit: i18n.M("天"), rule: "B6", in: whole, plain: func(p *policy.Params) *int { return &p.PerkDays }},
		{name: "birthday_points", label: i18n.M("生日礼"), unit: i18n.M("分"), rule: "M-06", in: points, value: func(p *policy.Params) *int64 { return amountOf(&p.BirthdayPoints) }},
		{name: "redemption_collect_days", label: i18n.M("兑换的东西留多久"), unit: i18n.M("天"), rule: "M-07", in: whole, plain: func(p *policy.Params) *int { return &p.RedemptionDays }},
		{name: "property_fee_points", label: i18n.M("抵一元物业费要"), unit: i18n.M("分"), rule: "M-08", in: points, value: func(p *policy.Params) *int64 { return amountOf(&p.PropertyFeePoints) }},
	}},
	{i18n.M("组长和理事"), []number{
		{name: "gold_team", label: i18n.M("当组长要推荐多少会员"), unit: i18n.M("人"), rule: "B3", in: whole, plain: func(p *policy.Params) *int { return &p.GoldTeam }},
		{name: "gold_team_kept", label: i18n.M("复评时至少还有"), unit: i18n.M("人"), rule: "B3", in: whole, plain: func(p *policy.Params) *int { return &p.GoldTeamKept }},
		{name: "diamond_teams", label: i18n.M("当理事要带出多少位组长"), unit: i18n.M("位"), rule: "B3", in: whole, plain: func(p *policy.Params) *int { return &p.DiamondTeams }},
		{name: "level_review_months", label: i18n.M("多久复评一次"), unit: i18n.M("个月"), rule: "B3", in: whole, plain: func(p *policy.Params) *int { return &p.LevelReviewMonths }},
		{name: "dividend_rate", label: i18n.M("平台结余分给理事的"), rule: "M-05", value: func(p *policy.Params) *int64 { return rateOf(&p.DividendRate) }},
		{name: "dividend_cap", label: i18n.M("理事每月最多得"), rule: "M-05", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.DividendCap) }},
	}},
	{i18n.M("席位和入会"), []number{
		{name: "seat_radius", label: i18n.M("席位管多远"), unit: i18n.M("米"), rule: "A-01", in: whole, plain: func(p *policy.Params) *int { return &p.SeatRadius }},
		{name: "seat_term_months", label: i18n.M("席位一期多久"), unit: i18n.M("个月"), rule: "A-01", in: whole, plain: func(p *policy.Params) *int { return &p.SeatTermMonths }},
		{name: "contest_days", label: i18n.M("新席位公开竞选多少天"), unit: i18n.M("天"), rule: "A-01", in: whole, plain: func(p *policy.Params) *int { return &p.ContestDays }},
		{name: "seat_offer_days", label: i18n.M("候补多少天内答复"), unit: i18n.M("天"), rule: "A-01", in: whole, plain: func(p *policy.Params) *int { return &p.SeatOfferDays }},
		{name: "admission_days", label: i18n.M("入选后多少天内缴清签约"), unit: i18n.M("天"), rule: "A-01", in: whole, plain: func(p *policy.Params) *int { return &p.AdmissionDays }},
		{name: "merchant_deposit", label: i18n.M("商家保证金"), rule: "M-12", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.MerchantDeposit) }},
		{name: "merchant_fee", label: i18n.M("商家年费，进联合营销款"), rule: "M-11", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.MerchantFee) }},
		{name: "ballot_days", label: i18n.M("委员会投票开多少天"), unit: i18n.M("天"), rule: "C5", in: whole, plain: func(p *policy.Params) *int { return &p.BallotDays }},
		{name: "ballot_quorum", label: i18n.M("投票至少要到的人"), rule: "C5", value: func(p *policy.Params) *int64 { return rateOf(&p.BallotQuorum) }},
		{name: "committee_term_months", label: i18n.M("委员一任多久"), unit: i18n.M("个月"), rule: "C5", in: whole, plain: func(p *policy.Params) *int { return &p.CommitteeMonths }},
		{name: "chair_term_months", label: i18n.M("轮值主席一任多久"), unit: i18n.M("个月"), rule: "C5", in: whole, plain: func(p *policy.Params) *int { return &p.ChairMonths }},
		{name: "applicant_retention_days", label: i18n.M("没入选的材料留多久"), unit: i18n.M("天"), rule: "C2", in: whole, plain: func(p *policy.Params) *int { return &p.ApplicantKeptDays }},
	}},
	{i18n.M("商家的责任"), []number{
		{name: "offer_min", label: i18n.M("会员优惠至少占营业额的"), rule: "C3", value: func(p *policy.Params) *int64 { return rateOf(&p.OfferMin) }},
		{name: "offer_max", label: i18n.M("会员优惠做到就满分的"), rule: "C3", value: func(p *policy.Params) *int64 { return rateOf(&p.OfferMax) }},
		{name: "recommended_members", label: i18n.M("每月至少推荐新会员"), unit: i18n.M("人"), rule: "C3", in: whole, plain: func(p *policy.Params) *int { return &p.RecommendedMembers }},
		{name: "missed_months", label: i18n.M("连续多少个月没做到算违约"), unit: i18n.M("个月"), rule: "C3", in: whole, plain: func(p *policy.Params) *int { return &p.MissedMonths }},
		{name: "breach_statement_days", label: i18n.M("店家说明的天数"), unit: i18n.M("天"), rule: "C5", in: whole, plain: func(p *policy.Params) *int { return &p.StatementDays }},
		{name: "appeal_days", label: i18n.M("申诉的天数"), unit: i18n.M("天"), rule: "C5", in: whole, plain: func(p *policy.Params) *int { return &p.AppealDays }},
		{name: "penalty_coins", label: i18n.M("一般违约扣"), unit: i18n.M("抵扣权益"), rule: "M-13", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.PenaltyCoins) }},
		{name: "penalty_coins_max", label: i18n.M("一次违约最多扣"), unit: i18n.M("抵扣权益"), rule: "M-13", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.PenaltyCoinsMax) }},
		{name: "profit_share", label: i18n.M("利润里给社区共益基金的"), rule: "M-14", value: func(p *policy.Params) *int64 { return rateOf(&p.ProfitShare) }},
		{name: "disclosure_months", label: i18n.M("公开的内容多久要更新"), unit: i18n.M("个月"), rule: "C4", in: whole, plain: func(p *policy.Params) *int { return &p.DisclosureMonths }},
		{name: "training_per_quarter", label: i18n.M("每季培训几次算满勤"), unit: i18n.M("次"), rule: "C9", in: whole, plain: func(p *policy.Params) *int { return &p.TrainingPerQuarter }},
	}},
	{i18n.M("季度评分"), []number{
		{name: "weight_offer", label: i18n.M("优惠的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.WeightOffer }},
		{name: "weight_recommend", label: i18n.M("推荐的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.WeightRecommend }},
		{name: "weight_repurchase", label: i18n.M("回头客的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.WeightRepurchase }},
		{name: "weight_reach", label: i18n.M("服务到的会员的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.WeightReach }},
		{name: "weight_disclosure", label: i18n.M("三公开的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.WeightDisclosure }},
		{name: "weight_training", label: i18n.M("培训的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.WeightTraining }},
		{name: "breach_points", label: i18n.M("每次违约扣的分"), unit: i18n.M("分"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.BreachPoints }},
		{name: "bottom_share", label: i18n.M("末位让出席位的比例"), rule: "C6", value: func(p *policy.Params) *int64 { return rateOf(&p.BottomShare) }},
		{name: "score_months", label: i18n.M("入席多少个月才排名"), unit: i18n.M("个月"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.ScoreMonths }},
		{name: "score_objection_days", label: i18n.M("评分公示的天数"), unit: i18n.M("天"), rule: "C6", in: whole, plain: func(p *policy.Params) *int { return &p.ObjectionDays }},
	}},
	{i18n.M("店家能知道的、能说的"), []number{
		{name: "portrait_k", label: i18n.M("画像里每组至少"), unit: i18n.M("人"), rule: "C7", in: whole, plain: func(p *policy.Params) *int { return &p.PortraitK }},
		{name: "export_k", label: i18n.M("导出里每组至少"), unit: i18n.M("人"), rule: "C7", in: whole, plain: func(p *policy.Params) *int { return &p.ExportK }},
		{name: "ad_price_min", label: i18n.M("广告位每月最少"), rule: "M-15", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.AdPriceMin) }},
		{name: "ad_price_max", label: i18n.M("广告位每月最多"), rule: "M-15", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.AdPriceMax) }},
		{name: "selection_priority_hours", label: i18n.M("选品会组长先报名"), unit: i18n.M("小时"), rule: "C11", in: whole, plain: func(p *policy.Params) *int { return &p.SelectionPriorityHours }},
		{name: "campaigns_per_month", label: i18n.M("一家店每月最多发消息"), unit: i18n.M("次"), rule: "C14", in: whole, plain: func(p *policy.Params) *int { return &p.CampaignsPerMonth }},
		{name: "campaigns_per_member", label: i18n.M("一位会员每月最多收到"), unit: i18n.M("次"), rule: "C14", in: whole, plain: func(p *policy.Params) *int { return &p.CampaignsPerMember }},
		{name: "bundle_discount_min", label: i18n.M("拼套餐至少便宜"), rule: "C12", value: func(p *policy.Params) *int64 { return rateOf(&p.BundleDiscountMin) }},
	}},
}
