package operatorweb

import (
	"context"

	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
)

// timebank are the numbers of the time bank.
var timebank = []chapter{
	{i18n.M("小时怎么算"), []number{
		{name: "timebank_profile", label: i18n.M("服务时怎么用"), rule: "F5", in: word, text: func(p *policy.Params) *string { return (*string)(&p.Profile) }},
		{name: "service_step_minutes", label: i18n.M("服务按多长一段算"), unit: i18n.M("分钟"), rule: "F2", in: whole, plain: func(p *policy.Params) *int { return &p.StepMinutes }},
		{name: "opening_credit", label: i18n.M("第一次求助送"), unit: i18n.M("抵扣权益"), rule: "T-07", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.OpeningCredit) }},
		{name: "soft_limit", label: i18n.M("一个人合计最多欠"), unit: i18n.M("抵扣权益"), rule: "T-01", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.SoftLimit) }},
		{name: "cancel_free_hours", label: i18n.M("开始前多久取消不扣"), unit: i18n.M("小时"), rule: "T-05", in: whole, plain: func(p *policy.Params) *int { return &p.CancelFreeHours }},
		{name: "cancel_fee", label: i18n.M("临时取消补给帮忙的人"), rule: "T-05", value: func(p *policy.Params) *int64 { return rateOf(&p.CancelFee) }},
		{name: "elder_age", label: i18n.M("基本服务免费，满"), unit: i18n.M("岁"), rule: "F4", in: whole, plain: func(p *policy.Params) *int { return &p.ElderAge }},
		{name: "subsidy_budget", label: i18n.M("权益池每月最多贴"), unit: i18n.M("抵扣权益"), rule: "T-04", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.SubsidyBudget) }},
		{name: "basic_pay_hourly", label: i18n.M("基本服务一小时，权益池付"), unit: i18n.M("抵扣权益"), rule: "T-04", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.BasicPayHourly) }},
		{name: "gap_over", label: i18n.M("约的比能帮的多出多少算吃紧"), rule: "F6", value: func(p *policy.Params) *int64 { return rateOf(&p.GapOver) }},
		{name: "gap_share", label: i18n.M("吃紧时权益池出"), rule: "T-06", value: func(p *policy.Params) *int64 { return rateOf(&p.GapShare) }},
		{name: "gap_least_minutes", label: i18n.M("一小时里约了多少才看"), unit: i18n.M("分钟"), rule: "F6", in: whole, plain: func(p *policy.Params) *int { return &p.GapLeast }},
		{name: "gap_days", label: i18n.M("往后看人手"), unit: i18n.M("天"), rule: "F6", in: whole, plain: func(p *policy.Params) *int { return &p.GapDays }},
		{name: "gap_history_weeks", label: i18n.M("预估看过去"), unit: i18n.M("周"), rule: "F6", in: whole, plain: func(p *policy.Params) *int { return &p.GapWeeks }},
		{name: "gap_shrink_weeks", label: i18n.M("预估里平常日子算几周"), unit: i18n.M("周"), rule: "F6", in: whole, plain: func(p *policy.Params) *int { return &p.GapShrink }},
		{name: "calls_month_most", label: i18n.M("招募通知每人每月最多收"), unit: i18n.M("次"), rule: "F6", in: whole, plain: func(p *policy.Params) *int { return &p.CallsMonthMost }},
		{name: "call_people_most", label: i18n.M("一次招募最多通知"), unit: i18n.M("人"), rule: "F6", in: whole, plain: func(p *policy.Params) *int { return &p.CallPeopleMost }},
		{name: "accept_hours", label: i18n.M("服务完多久没说话就算满意"), unit: i18n.M("小时"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.AcceptHours }},
		{name: "dispute_days", label: i18n.M("满意以后多久还能提意见"), unit: i18n.M("天"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.DisputeDays }},
	}},
	{i18n.M("转赠和资助"), []number{
		{name: "gift_month_max", label: i18n.M("一个人每月最多送出"), unit: i18n.M("抵扣权益"), rule: "T-08", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.GiftMonthMax) }},
		{name: "grant_month_max", label: i18n.M("一个人每月最多得资助"), unit: i18n.M("抵扣权益"), rule: "T-10", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.GrantMonthMax) }},
		{name: "grant_alone_max", label: i18n.M("资助超过多少要两个人同意"), unit: i18n.M("抵扣权益"), rule: "T-10", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.GrantAloneMax) }},
		{name: "market_code_max", label: i18n.M("开市一次出示码最多付"), unit: i18n.M("抵扣权益"), rule: "F9", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.MarketCodeMax) }},
		{name: "market_day_max", label: i18n.M("开市一个人一场出示码合计最多付"), unit: i18n.M("抵扣权益"), rule: "F9", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.MarketDayMax) }},
		{name: "class_free_hours", label: i18n.M("上课前多久取消不扣"), unit: i18n.M("小时"), rule: "F10", in: whole, plain: func(p *policy.Params) *int { return &p.ClassFreeHours }},
		{name: "class_answer_hours", label: i18n.M("课有了空位，多久内要答应"), unit: i18n.M("小时"), rule: "F10", in: whole, plain: func(p *policy.Params) *int { return &p.ClassAnswerHours }},
		{name: "csr_premium", label: i18n.M("企业认购另加"), rule: "T-12", value: func(p *policy.Params) *int64 { return rateOf(&p.CSRPremium) }},
		{name: "clearing_limit", label: i18n.M("和一个邻近社区来往，净带出最多"), unit: i18n.M("抵扣权益"), rule: "T-15", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.ClearingLimit) }},
		{name: "clearing_month", label: i18n.M("一个人每月最多带到别的社区"), unit: i18n.M("抵扣权益"), rule: "T-15", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.ClearingMonth) }},
		{name: "csr_order_days", label: i18n.M("企业认购多久内付"), unit: i18n.M("天"), rule: "T-12", in: whole, plain: func(p *policy.Params) *int { return &p.CSROrderDays }},
	}},
	{i18n.M("兑得了吗"), []number{
		{name: "coin_expiry_months", label: i18n.M("多久没用就进权益池"), unit: i18n.M("个月"), rule: "T-14", in: whole, plain: func(p *policy.Params) *int { return &p.ExpiryMonths }},
		{name: "demurrage", label: i18n.M("余额每月进权益池"), rule: "T-14", value: func(p *policy.Params) *int64 { return rateOf(&p.Demurrage) }},
		{name: "backing_warn", label: i18n.M("备付低到多少就提醒"), rule: "F7", value: func(p *policy.Params) *int64 { return rateOf(&p.BackingWarn) }},
	}},
	{i18n.M("怎么找人帮忙"), []number{
		{name: "urgent_hours", label: i18n.M("多久内要开始的算急"), unit: i18n.M("小时"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentHours }},
		{name: "request_ahead_days", label: i18n.M("求助最早提前"), unit: i18n.M("天"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.RequestAheadDays }},
		{name: "open_requests", label: i18n.M("一个人同时最多有"), unit: i18n.M("件求助"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.OpenRequests }},
		{name: "helpers_max", label: i18n.M("一件事最多请"), unit: i18n.M("人"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.HelpersMax }},
		{name: "offer_urgent_building", label: i18n.M("急事问同楼的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentBuilding }},
		{name: "offer_urgent_grid", label: i18n.M("急事问同网格的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentGrid }},
		{name: "offer_urgent_community", label: i18n.M("急事问同社区的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentCommunity }},
		{name: "offer_urgent_beyond", label: i18n.M("急事问旁边社区的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentBeyond }},
		{name: "offer_building", label: i18n.M("问同楼的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.OrdinaryBuilding }},
		{name: "offer_grid", label: i18n.M("问同网格的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.OrdinaryGrid }},
		{name: "offer_community", label: i18n.M("问同社区的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.OrdinaryCommunity }},
		{name: "beyond_first", label: i18n.M("求助先勾上也问邻近社区（1 勾上，0 不勾）"), rule: "F5", in: whole, plain: func(p *policy.Params) *int { return &p.BeyondFirst }},
		{name: "offer_beyond", label: i18n.M("问旁边社区的人，等"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.OrdinaryBeyond }},
		{name: "promise_minutes", label: i18n.M("答应多久内有回音"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.PromiseMinutes }},
		{name: "ring_minutes", label: i18n.M("多久没人应就问远一圈"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.RingMinutes }},
		{name: "ring_urgent_minutes", label: i18n.M("急事多久没人应就问远一圈"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentRing }},
		{name: "beyond_minutes", label: i18n.M("多久没人应就问旁边社区"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.BeyondMinutes }},
		{name: "beyond_urgent_minutes", label: i18n.M("急事多久没人应就问旁边社区"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentBeyondMinutes }},
		{name: "escalate_minutes", label: i18n.M("多久没人应就请店里的人"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.EscalateMinutes }},
		{name: "escalate_urgent_minutes", label: i18n.M("急事多久没人应就请店里的人"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentEscalate }},
		{name: "desk_minutes", label: i18n.M("店里也没人应，多久后交给服务台"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.DeskMinutes }},
		{name: "alarm_hours", label: i18n.M("开始前多久还没人报名就提醒"), unit: i18n.M("小时"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.AlarmHours }},
		{name: "ask_from_hour", label: i18n.M("不急的事，早上几点起才问人"), unit: i18n.M("点"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AskFromHour }},
		{name: "ask_until_hour", label: i18n.M("不急的事，晚上几点后不问人"), unit: i18n.M("点"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AskUntilHour }},
	}},
	{i18n.M("一次问几位，谁去"), []number{
		{name: "asks_at_once", label: i18n.M("一次至少问"), unit: i18n.M("位"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AsksAtOnce }},
		{name: "asks_urgent_at_once", label: i18n.M("急事一次至少问"), unit: i18n.M("位"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentAsks }},
		{name: "asks_most", label: i18n.M("同时最多问"), unit: i18n.M("位"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AsksMost }},
		{name: "asks_urgent_most", label: i18n.M("急事同时最多问"), unit: i18n.M("位"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentAsksMost }},
		{name: "ask_more_minutes", label: i18n.M("等多久后，少等一分钟值两倍"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AskMore }},
		{name: "ask_more_urgent_minutes", label: i18n.M("急事等多久后，少等一分钟值两倍"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentAskMore }},
		{name: "settle_minutes", label: i18n.M("有人答应后，等更近的人最多"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.Settle }},
		{name: "settle_urgent_minutes", label: i18n.M("急事有人答应后，等更近的人最多"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentSettle }},
		{name: "wait_worth", label: i18n.M("一开始，少等一分钟值得多走"), unit: i18n.M("米"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.WaitWorth }},
		{name: "wait_worth_urgent", label: i18n.M("一开始，急事少等一分钟值得多走"), unit: i18n.M("米"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.UrgentWorth }},
		{name: "ask_all_below", label: i18n.M("只剩几位时一起问"), unit: i18n.M("位"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.FewLeft }},
		{name: "ask_reach", label: i18n.M("本社区内最远问到走路"), unit: i18n.M("米"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.Reach }},
		{name: "ask_reach_beyond", label: i18n.M("旁边社区和店里最远问到走路"), unit: i18n.M("米"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.ReachBeyond }},
		{name: "linger_minutes", label: i18n.M("两件事隔多久以内算顺路"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.LingerMinutes }},
		{name: "bundle_most", label: i18n.M("一次请一个人做几件"), unit: i18n.M("件"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.BundleMost }},
		{name: "bundle_save", label: i18n.M("顺路每件至少省"), unit: i18n.M("米"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.BundleSave }},
		{name: "answer_minutes", label: i18n.M("没有记录时，估计多久回话"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AnswerMinutes }},
		{name: "answer_yes", label: i18n.M("没有记录时，估计回话的人里答应的"), rule: "F3", value: func(p *policy.Params) *int64 { return rateOf(&p.AnswerYes) }},
		{name: "answer_never", label: i18n.M("没有记录时，估计不回话的"), rule: "F3", value: func(p *policy.Params) *int64 { return rateOf(&p.AnswerNever) }},
		{name: "answer_offers", label: i18n.M("这些估计抵得上多少次真实回话"), unit: i18n.M("次"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.AnswerOffers }},
	}},
	{i18n.M("挑谁合适"), []number{
		{name: "walk_metres_minute", label: i18n.M("走路一分钟走"), unit: i18n.M("米"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.WalkMetresMinute }},
		{name: "walk_detour", label: i18n.M("走的路是直线的"), rule: "F3", value: func(p *policy.Params) *int64 { return rateOf(&p.Detour) }},
		{name: "day_minutes_most", label: i18n.M("一个人一天最多帮"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.DayMinutesMost }},
		{name: "week_minutes_most", label: i18n.M("一个人一周最多帮"), unit: i18n.M("分钟"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.WeekMinutesMost }},
		{name: "match_walk", label: i18n.M("多走一分钟路，减"), unit: i18n.M("千分"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.MatchWalk }},
		{name: "match_fatigue", label: i18n.M("这周多帮过一分钟，减"), unit: i18n.M("千分"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.MatchFatigue }},
		{name: "match_fairness", label: i18n.M("比别人多帮一分钟，减"), unit: i18n.M("千分"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.MatchFairness }},
		{name: "match_history", label: i18n.M("帮过这个人一次，加"), unit: i18n.M("千分"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.MatchHistory }},
		{name: "match_no_show", label: i18n.M("答应了没来一次，减"), unit: i18n.M("千分"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.MatchNoShow }},
		{name: "match_reserve", label: i18n.M("她还会别的，少有人会的留给要的人，减"), unit: i18n.M("千分"), rule: "F3", in: whole, plain: func(p *policy.Params) *int { return &p.MatchReserve }},
	}},
	{i18n.M("到了和没到"), []number{
		{name: "check_in_early", label: i18n.M("最早提前多久签到"), unit: i18n.M("分钟"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.CheckInEarly }},
		{name: "check_in_late", label: i18n.M("开始后多久没签到算没来"), unit: i18n.M("分钟"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.CheckInLate }},
		{name: "check_in_metres", label: i18n.M("签到要在多近"), unit: i18n.M("米"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.CheckInMetres }},
		{name: "no_show_strikes", label: i18n.M("没来几次就先歇歇"), unit: i18n.M("次"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.NoShowStrikes }},
		{name: "no_show_days", label: i18n.M("没来的记多久，歇多久"), unit: i18n.M("天"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.NoShowDays }},
		{name: "certificate_day_most", label: i18n.M("一个人一天最多开几次服务时长证明"), unit: i18n.M("次"), rule: "F8", in: whole, plain: func(p *policy.Params) *int { return &p.CertificateDayMost }},
	}},
}

func profileName(ctx context.Context, p policy.Profile) string {
	if p == policy.HoursOnly {
		return i18n.T(ctx, "只换服务：服务换服务")
	}
	return i18n.T(ctx, "试点：也可在愿意收的店抵一部分")
}
