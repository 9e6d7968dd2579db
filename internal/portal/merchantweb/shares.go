package merchantweb

import (
	"context"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// drawShares tells what customers paid, what each rule brought or took, and what
// stays with the shop.
func drawShares(ctx context.Context, t *flow.Takings, shop *till) sharesView {
	paid := ui.Line{Text: i18n.T(ctx, "顾客付的钱"), Num: ui.Yuan(t.Held + t.Direct)}
	if t.Direct != 0 {
		paid.Note = i18n.T(ctx, "其中当面收的 %s", ui.Yuan(t.Direct))
	}
	v := sharesView{Lines: []ui.Line{paid}}
	for _, s := range t.Shares {
		amount := s.Amount
		if !s.In {
			amount = -amount
		}
		v.Lines = append(v.Lines, ui.Line{Text: shareName(ctx, s), Note: shareWhy(ctx, s, shop), Num: ui.Signed(amount, money.CNY), In: amount > 0})
	}
	v.Lines = append(v.Lines, ui.Line{Text: i18n.T(ctx, "店里到手"), Num: ui.Yuan(t.Net()), Total: true, In: t.Net() > 0})
	if t.Coins != 0 {
		v.Coins = ui.Coins(t.Coins)
	}
	return v
}

// shareName is a rule in the words of the shop.
func shareName(ctx context.Context, s flow.Share) string {
	switch {
	case s.Rule.Number == 3 && s.In:
		return i18n.T(ctx, "用掉的券，补给您")
	case s.Rule.Number == 3:
		return i18n.T(ctx, "您店发的券，分担")
	case s.Rule.Number == 4:
		return i18n.T(ctx, "平台服务费")
	case s.Rule.Number == 5:
		return i18n.T(ctx, "社区共益基金")
	case s.Rule.Number == 6 && s.In:
		return i18n.T(ctx, "您推荐的人去了别家")
	case s.Rule.Number == 6:
		return i18n.T(ctx, "谢谢推荐人来的店")
	case s.Rule.Number == 7:
		return i18n.T(ctx, "退货时扣下的抵扣款")
	}
	return i18n.T(ctx, "关爱承诺")
}

// shareWhy is the rule with its rate, how often it was used, and what refunds took
// back.
func shareWhy(ctx context.Context, s flow.Share, shop *till) string {
	why := i18n.T(ctx, "%s，%d 笔", s.Rule.String(), s.Times)
	rate := money.Rate(0)
	switch s.Rule.Number {
	case 4:
		rate, _ = shop.rules.Commission(shop.Shop.Tier)
	case 5:
		rate = shop.rules.WelfareRate
	case 6:
		rate = shop.rules.ClaimRebate
	case 10:
		rate = min(shop.Shop.CarePledge, shop.rules.CarePledgeMax)
	}
	if rate > 0 {
		why = i18n.T(ctx, "%s，成交价的 %s，%d 笔", s.Rule.String(), rate.Percent(), s.Times)
	}
	if s.Undone != 0 {
		why += i18n.T(ctx, "；退货退回 %s", ui.Yuan(s.Undone))
	}
	return why
}
