package operatorweb

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// measure is in what a number of the rules is counted.
type measure uint8

const (
	share  measure = iota // parts per million, written as per cent
	yuan                  // fen, written as yuan
	coins                 // hundredths of a coin
	points                // whole points
	whole                 // a plain number
	word                  // a choice
)

// errNumber refuses a text that is no number of its measure.
var errNumber = errors.New("operatorweb: not a number")

// number is one of a policy's numbers, as people read and write it.
type number struct {
	name  string // as in the API
	label i18n.Message
	unit  i18n.Message
	rule  string // that uses it
	in    measure
	value func(p *policy.Params) *int64 // for share … points
	plain func(p *policy.Params) *int   // for whole
	text  func(p *policy.Params) *string
}

// chapter is a part of the rules.
type chapter struct {
	title   i18n.Message
	numbers []number
}

func rateOf(r *money.Rate) *int64     { return (*int64)(r) }
func amountOf(a *money.Amount) *int64 { return (*int64)(a) }

// contents are all numbers in the order of the charter. A test keeps it complete.
var contents = slices.Concat(purchases, together, till, timebank)

// purchases are the numbers of a purchase.
var purchases = []chapter{
	{i18n.M("店家付的"), []number{
		{name: "standard_rate", label: i18n.M("平台服务费，普通联盟店"), rule: "S-04", value: func(p *policy.Params) *int64 { return rateOf(&p.StandardRate) }},
		{name: "committee_rate", label: i18n.M("平台服务费，商家委员会"), rule: "S-04", value: func(p *policy.Params) *int64 { return rateOf(&p.CommitteeRate) }},
		{name: "founding_rate", label: i18n.M("平台服务费，创始店"), rule: "S-04", value: func(p *policy.Params) *int64 { return rateOf(&p.FoundingRate) }},
		{name: "claim_rebate", label: i18n.M("谢谢推荐您来的店"), rule: "S-06", value: func(p *policy.Params) *int64 { return rateOf(&p.ClaimRebate) }},
		{name: "claim_hours", label: i18n.M("推荐多久有效"), unit: i18n.M("小时"), rule: "S-06", in: whole, plain: func(p *policy.Params) *int { return &p.ClaimHours }},
		{name: "care_pledge_max", label: i18n.M("关爱承诺最多"), rule: "S-10", value: func(p *policy.Params) *int64 { return rateOf(&p.CarePledgeMax) }},
	}},
	{i18n.M("大家分享的"), []number{
		{name: "welfare_rate", label: i18n.M("社区共益基金"), rule: "S-05", value: func(p *policy.Params) *int64 { return rateOf(&p.WelfareRate) }},
		{name: "welfare_payer", label: i18n.M("共益基金由谁出"), rule: "S-05", in: word, text: func(p *policy.Params) *string { return (*string)(&p.WelfarePayer) }},
		{name: "team_share", label: i18n.M("组长分享团队消费"), rule: "S-08", value: func(p *policy.Params) *int64 { return rateOf(&p.TeamShare) }},
		{name: "leader_monthly_cap", label: i18n.M("组长每月最多得"), rule: "S-08", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.LeaderMonthlyCap) }},
		{name: "reward_depth", label: i18n.M("奖励到第几层人"), unit: i18n.M("层"), rule: "S-08", in: whole, plain: func(p *policy.Params) *int { return &p.RewardDepth }},
	}},
	{i18n.M("买的人得到的"), []number{
		{name: "cashback", label: i18n.M("返给您的抵扣权益"), rule: "S-07", value: func(p *policy.Params) *int64 { return rateOf(&p.Cashback) }},
		{name: "backing_floor", label: i18n.M("备付低到多少开始少返"), rule: "S-07", value: func(p *policy.Params) *int64 { return rateOf(&p.BackingFloor) }},
		{name: "coin_share_max", label: i18n.M("抵扣权益最多抵"), rule: "S-02", value: func(p *policy.Params) *int64 { return rateOf(&p.CoinShareMax) }},
		{name: "coins_per_hour", label: i18n.M("服务一小时得"), unit: i18n.M("抵扣权益"), rule: "S-02", in: coins, value: func(p *policy.Params) *int64 { return amountOf(&p.CoinsPerHour) }},
		{name: "points_per_yuan", label: i18n.M("每满一元得积分"), unit: i18n.M("分"), rule: "S-09", in: points, value: func(p *policy.Params) *int64 { return amountOf(&p.PointsPerYuan) }},
	}},
	{i18n.M("互荐券"), []number{
		{name: "voucher_platform_share", label: i18n.M("券款里平台出"), rule: "S-03", value: func(p *policy.Params) *int64 { return rateOf(&p.VoucherPlatformShare) }},
		{name: "voucher_return_days", label: i18n.M("全退以后券至少还能用"), unit: i18n.M("天"), rule: "S-03", in: whole, plain: func(p *policy.Params) *int { return &p.VoucherReturnDays }},
		{name: "promotion_budget", label: i18n.M("平台每月最多承诺的券款"), rule: "S-03", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.PromotionBudget) }},
	}},
	{i18n.M("保底和防错"), []number{
		{name: "merchant_net_floor", label: i18n.M("店家至少拿到价钱的"), rule: "L8", value: func(p *policy.Params) *int64 { return rateOf(&p.MerchantNetFloor) }},
		{name: "owed_limit", label: i18n.M("欠款超过多少就先停"), rule: "D3", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.OwedLimit) }},
		{name: "backdate_max_days", label: i18n.M("补记最多往前"), unit: i18n.M("天"), rule: "D2", in: whole, plain: func(p *policy.Params) *int { return &p.BackdateMaxDays }},
		{name: "clock_ahead_max_minutes", label: i18n.M("收银的钟最多快"), unit: i18n.M("分钟"), rule: "D2", in: whole, plain: func(p *policy.Params) *int { return &p.ClockAheadMaxMinutes }},
		{name: "amount_max", label: i18n.M("一笔最多"), rule: "D2", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.AmountMax) }},
		{name: "list_amount_max", label: i18n.M("一笔的标价最多"), rule: "D2", in: yuan, value: func(p *policy.Params) *int64 { return amountOf(&p.ListAmountMax) }},
		{name: "zone", label: i18n.M("按哪里的钟算日子"), rule: "D5", in: word, text: func(p *policy.Params) *string { return &p.Zone }},
	}},
}

// write is the number as a form holds it.
func (n *number) write(p *policy.Params) string {
	switch n.in {
	case share:
		return plainPercent(money.Rate(*n.value(p)))
	case yuan:
		return money.Amount(*n.value(p)).Decimal(money.CNY)
	case coins:
		return money.Amount(*n.value(p)).Decimal(money.Coin)
	case points:
		return money.Amount(*n.value(p)).Decimal(money.Point)
	case whole:
		return strconv.Itoa(*n.plain(p))
	}
	return *n.text(p)
}

// read reads what a form holds into p.
func (n *number) read(p *policy.Params, text string) error {
	text = strings.TrimSpace(text)
	switch n.in {
	case share:
		r, ok := percent(text)
		if !ok {
			return errNumber
		}
		*n.value(p) = int64(r)
	case yuan, coins, points:
		v, err := money.Parse(strings.ReplaceAll(text, ",", ""), map[measure]money.Asset{yuan: money.CNY, coins: money.Coin, points: money.Point}[n.in])
		if err != nil {
			return errNumber
		}
		*n.value(p) = int64(v)
	case whole:
		v, err := strconv.Atoi(text)
		if err != nil {
			return errNumber
		}
		*n.plain(p) = v
	default:
		*n.text(p) = text
	}
	return nil
}

// say is the number with its unit, for people.
func (n *number) say(ctx context.Context, p *policy.Params) string {
	switch n.in {
	case share:
		return money.Rate(*n.value(p)).Percent()
	case yuan:
		return i18n.T(ctx, "%s 元", money.Amount(*n.value(p)).Grouped(money.CNY))
	case word:
		return wordOf(ctx, n.name, *n.text(p))
	}
	return n.write(p) + " " + n.unit.In(ctx)
}

func payerName(ctx context.Context, p policy.Payer) string {
	if p == policy.ByMerchant {
		return i18n.T(ctx, "店家另外出")
	}
	return i18n.T(ctx, "平台从服务费里出")
}

// field is the number as a question of a form.
func (n *number) field(ctx context.Context, value, wrong string) ui.Field {
	f := ui.Field{Name: n.name, Label: n.label.In(ctx), Aside: n.rule, Value: value, Error: wrong, Unit: n.unit.In(ctx), Auto: "off"}
	switch n.in {
	case share:
		f.Unit, f.Mode = "%", "decimal"
	case yuan:
		f.Unit, f.Mode = i18n.T(ctx, "元"), "decimal"
	case coins:
		f.Mode = "decimal"
	case points, whole:
		f.Mode = "numeric"
	}
	for _, w := range choices[n.name] {
		f.Options = append(f.Options, ui.Option{Value: w, Text: wordOf(ctx, n.name, w)})
	}
	return f
}

// choices are the words that a number which is a choice may be.
var choices = map[string][]string{
	"welfare_payer":    {string(policy.ByPlatform), string(policy.ByMerchant)},
	"timebank_profile": {string(policy.Pilot), string(policy.HoursOnly)},
}

// wordOf is a choice for people; what is no choice is said as it stands.
func wordOf(ctx context.Context, name, w string) string {
	switch name {
	case "welfare_payer":
		return payerName(ctx, policy.Payer(w))
	case "timebank_profile":
		return profileName(ctx, policy.Profile(w))
	}
	return w
}
