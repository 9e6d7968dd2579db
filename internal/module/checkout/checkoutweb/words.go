package checkoutweb

import (
	"context"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// above says how the price came about: 标价 135.20，会员价已减 6.80.
func above(ctx context.Context, p *offer.Proposal) string {
	if p.List == p.Price {
		return ""
	}
	parts := []string{i18n.T(ctx, "标价 %s", ui.Yuan(p.List))}
	for _, r := range p.Reductions {
		parts = append(parts, i18n.T(ctx, "%s减 %s", r.Name, ui.Yuan(r.Saved)))
	}
	return strings.Join(parts, i18n.T(ctx, "，"))
}

// hers are the lines of what the buyer pays with besides money. What she has, and does not
// use, is not the shop's to know.
func hers(ctx context.Context, p *offer.Proposal) []ui.Line {
	coins := ui.Line{Text: i18n.T(ctx, "抵扣权益"), Num: i18n.T(ctx, "这一单不用")}
	if p.Coins > 0 {
		coins.Num = ui.Signed(-p.Coins, money.CNY)
	}
	lines := []ui.Line{coins}
	for _, v := range p.Vouchers {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "%s的券", v.Name), Num: ui.Signed(-v.Amount, money.CNY)})
	}
	if len(p.Vouchers) == 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "券"), Num: i18n.T(ctx, "这一单不用")})
	}
	return lines
}

// shares are what the shop gives of a purchase by which rule, and what it keeps.
func shares(ctx context.Context, p *flow.Proposed) []ui.Line {
	lines := []ui.Line{{Text: i18n.T(ctx, "顾客付"), Num: ui.Yuan(p.Proposal.Price)}}
	shop := party.Owner{Kind: party.Merchant, ID: p.Shop.ID}
	for _, l := range p.Lines {
		var gives money.Amount
		for _, leg := range l.Legs {
			if leg.From.Owner == shop {
				gives += leg.Amount
			}
		}
		if gives > 0 {
			lines = append(lines, ui.Line{Text: i18n.T(ctx, l.Title), Note: l.Rule.String(), Num: ui.Signed(-gives, money.CNY)})
		}
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "店里到手"), Num: ui.Yuan(p.Net), Total: true, In: true})
}

// gains says what the buyer gets, and who pays for it.
func gains(ctx context.Context, p *flow.Proposed) string {
	switch coins, points := p.Moved[7], p.Moved[9]; {
	case coins > 0 && points > 0:
		return i18n.T(ctx, "顾客得 %s 抵扣权益和 %s 积分，不扣您的货款", ui.Coins(coins), ui.Points(points))
	case coins > 0:
		return i18n.T(ctx, "顾客得 %s 抵扣权益，不扣您的货款", ui.Coins(coins))
	case points > 0:
		return i18n.T(ctx, "顾客得 %s 积分，不扣您的货款", ui.Points(points))
	}
	return ""
}

// built are the lines from the shelf price to the money that she pays, or paid.
func built(ctx context.Context, p *offer.Proposal, paid bool) []ui.Line {
	last := i18n.M("您要付")
	if paid {
		last = i18n.M("您付了")
	}
	lines := []ui.Line{{Text: i18n.T(ctx, "标价合计"), Num: ui.Yuan(p.List)}}
	for _, r := range p.Reductions {
		lines = append(lines, ui.Line{Text: r.Name, Note: r.Why.In(ctx), Num: ui.Signed(-r.Saved, money.CNY)})
	}
	for _, v := range p.Vouchers {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "%s的券", v.Name), Num: ui.Signed(-v.Amount, money.CNY)})
	}
	if p.Coins > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "抵扣权益"), Note: i18n.T(ctx, "本单最多可抵 %s", ui.Coins(p.CoinsMost)), Num: ui.Signed(-p.Coins, money.CNY)})
	}
	return append(lines, ui.Line{Text: last.In(ctx), Num: ui.Yuan(p.Cash), Total: true})
}

// youGain says what the purchase brings her, in her own words.
func youGain(ctx context.Context, p *flow.Proposed) string {
	switch coins, points := p.Moved[7], p.Moved[9]; {
	case coins > 0 && points > 0:
		return i18n.T(ctx, "付好后您得 %s 抵扣权益和 %s 积分", ui.Coins(coins), ui.Points(points))
	case coins > 0:
		return i18n.T(ctx, "付好后您得 %s 抵扣权益", ui.Coins(coins))
	case points > 0:
		return i18n.T(ctx, "付好后您得 %s 积分", ui.Points(points))
	}
	return ""
}

// plainNumber is an amount as a form carries it.
func plainNumber(v money.Amount) string { return v.Decimal(money.CNY) }
