package operatorweb

import (
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
)

// till are the numbers of the till, of promotions, and of money that goes out.
var till = []chapter{
	{i18n.M("收银"), []number{
		{name: "pay_code_seconds", label: i18n.M("付款码多久换一次"), unit: i18n.M("秒"), rule: "D1", in: whole, plain: func(p *policy.Params) *int { return &p.PayCodeSeconds }},
		{name: "pay_code_skew", label: i18n.M("手机时钟最多差"), unit: i18n.M("秒"), rule: "D1", in: whole, plain: func(p *policy.Params) *int { return &p.PayCodeSkew }},
		{name: "checkout_minutes", label: i18n.M("一单多久内付好"), unit: i18n.M("分钟"), rule: "D1", in: whole, plain: func(p *policy.Params) *int { return &p.CheckoutMinutes }},
		{name: "late_scan_hours", label: i18n.M("没网时扫的码多久内送到"), unit: i18n.M("小时"), rule: "D1", in: whole, plain: func(p *policy.Params) *int { return &p.LateScanHours }},
		{name: "refund_window_days", label: i18n.M("店家多久内能退款"), unit: i18n.M("天"), rule: "D3", in: whole, plain: func(p *policy.Params) *int { return &p.RefundWindowDays }},
	}},
	{i18n.M("券和优惠"), []number{
		{name: "series_face_max", label: i18n.M("一张券最多"), rule: "V-01", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.SeriesFaceMax) }},
		{name: "series_days_max", label: i18n.M("券最长能用"), unit: i18n.M("天"), rule: "V-01", in: whole, plain: func(p *policy.Params) *int { return &p.SeriesDaysMax }},
		{name: "series_count_max", label: i18n.M("一批券最多"), unit: i18n.M("张/批"), rule: "V-01", in: whole, plain: func(p *policy.Params) *int { return &p.SeriesCountMax }},
		{name: "offers_together", label: i18n.M("一单最多同时享"), unit: i18n.M("种优惠"), rule: "E4", in: whole, plain: func(p *policy.Params) *int { return &p.OffersTogether }},
		{name: "vouchers_at_once", label: i18n.M("一单最多用"), unit: i18n.M("张券"), rule: "E4", in: whole, plain: func(p *policy.Params) *int { return &p.VouchersAtOnce }},
		{name: "offer_share_max", label: i18n.M("优惠合计最多减标价的"), rule: "E4", value: func(p *policy.Params) *int64 { return rateOf(&p.OfferShareMax) }},
		{name: "bundle_off_min", label: i18n.M("套餐至少比单买便宜"), rule: "E2", value: func(p *policy.Params) *int64 { return rateOf(&p.BundleOffMin) }},
		{name: "bundle_days_max", label: i18n.M("套餐最长能用"), unit: i18n.M("天"), rule: "E2", in: whole, plain: func(p *policy.Params) *int { return &p.BundleDaysMax }},
		{name: "welcome_price", label: i18n.M("新会员礼包"), rule: "E3", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.WelcomePrice) }},
		{name: "welcome_days", label: i18n.M("入会多久内能买礼包"), unit: i18n.M("天"), rule: "E3", in: whole, plain: func(p *policy.Params) *int { return &p.WelcomeDays }},
		{name: "welcome_collect", label: i18n.M("礼包多久内领完"), unit: i18n.M("天"), rule: "E3", in: whole, plain: func(p *policy.Params) *int { return &p.WelcomeCollect }},
		{name: "draw_winners_max", label: i18n.M("一次福袋最多"), unit: i18n.M("份"), rule: "E5", in: whole, plain: func(p *policy.Params) *int { return &p.DrawWinnersMax }},
		{name: "draw_collect", label: i18n.M("福袋多久内领走"), unit: i18n.M("天"), rule: "E5", in: whole, plain: func(p *policy.Params) *int { return &p.DrawCollect }},
	}},
	{i18n.M("打款和对账"), []number{
		{name: "payout_hold_days", label: i18n.M("卖出后多久打款"), unit: i18n.M("天"), rule: "P-01", in: whole, plain: func(p *policy.Params) *int { return &p.PayoutHoldDays }},
		{name: "reward_hold_days", label: i18n.M("奖励多久后打给个人"), unit: i18n.M("天"), rule: "P-03", in: whole, plain: func(p *policy.Params) *int { return &p.RewardHoldDays }},
		{name: "payout_min", label: i18n.M("满多少才打款"), rule: "P-01", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.PayoutMin) }},
		{name: "payout_approvals", label: i18n.M("打款要几个人同意"), unit: i18n.M("人"), rule: "P-01", in: whole, plain: func(p *policy.Params) *int { return &p.PayoutApprovals }},
		{name: "payout_approve_days", label: i18n.M("打款多久内要同意"), unit: i18n.M("天"), rule: "P-01", in: whole, plain: func(p *policy.Params) *int { return &p.ApprovalDays }},
		{name: "provider_fee", label: i18n.M("支付机构手续费，预计"), rule: "P-02", value: func(p *policy.Params) *int64 { return rateOf(&p.ProviderFee) }},
		{name: "share_max", label: i18n.M("一笔钱最多分给别家"), rule: "D6", value: func(p *policy.Params) *int64 { return rateOf(&p.ShareMax) }},
		{name: "difference_days", label: i18n.M("对账差异多久内处理"), unit: i18n.M("天"), rule: "D5", in: whole, plain: func(p *policy.Params) *int { return &p.DifferenceDays }},
		{name: "refund_hand_days", label: i18n.M("服务台退款多久内交还"), unit: i18n.M("天"), rule: "D3", in: whole, plain: func(p *policy.Params) *int { return &p.RefundHandDays }},
		{name: "refund_fix_days", label: i18n.M("没退成的多久内处理"), unit: i18n.M("天"), rule: "D3", in: whole, plain: func(p *policy.Params) *int { return &p.RefundFixDays }},
		{name: "share_warn_days", label: i18n.M("冻结的单到期前几天提醒"), unit: i18n.M("天"), rule: "D6", in: whole, plain: func(p *policy.Params) *int { return &p.ShareWarnDays }},
	}},
}
