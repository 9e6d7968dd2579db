package ledgerweb

import (
	"context"
	"net/url"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/flowpic"
)

// Way names one band of the flow picture in ?via=, so that a band leads to the
// entries behind it. The empty way means all.
type Way string

// The ways money comes in and goes out.
const (
	ViaHeld      Way = "held"
	ViaDirect    Way = "direct"
	ViaCoins     Way = "coins"
	ViaVouchers  Way = "vouchers"
	ViaShops     Way = "shops"
	ViaReferrers Way = "referrers"
	ViaPlatform  Way = "platform"
	ViaWelfare   Way = "welfare"
	ViaLeaders   Way = "leaders"
	ViaCare      Way = "care"
	ViaCoinsBack Way = "coins-given"
	ViaPoints    Way = "points-given"
)

// way is how a band is shown.
type way struct {
	via  Way
	name i18n.Message
	note i18n.Message // what it is, for those who wonder
	rule string
	hue  int
	of   func(Flow) money.Amount
}

// incoming and outgoing are the bands in the order in which they are drawn;
// small ones are drawn through the lens.
var (
	incoming = []way{
		{ViaHeld, i18n.M("扫码支付"), i18n.M("先由持牌机构保管"), "S-01", 1, func(f Flow) money.Amount { return f.Held }},
		{ViaDirect, i18n.M("直接付给店家"), i18n.M("现金或店家自己的收款机"), "", 5, func(f Flow) money.Amount { return f.Direct }},
		{ViaCoins, i18n.M("用掉的抵扣权益"), i18n.M("1 比 1 抵用，记到店家名下"), "S-02", 2, func(f Flow) money.Amount { return f.Coins }},
		{ViaVouchers, i18n.M("用掉的互荐券"), i18n.M("由发券的店和平台补给店家"), "S-03", 6,
			func(f Flow) money.Amount { return f.VouchersByShops + f.VouchersPlatform }},
	}
	kept = []way{
		{ViaShops, i18n.M("店家实得"), i18n.M("含抵扣权益，按面值"), "", 1, func(f Flow) money.Amount { return f.Net }},
	}
	shared = []way{
		{ViaReferrers, i18n.M("推荐店"), i18n.M("谢谢推荐客人来的店"), "S-06", 2, func(f Flow) money.Amount { return f.Referrers }},
		{ViaPlatform, i18n.M("平台服务"), i18n.M("已减去分给大家的"), "S-04", 6, func(f Flow) money.Amount { return f.Platform }},
		{ViaWelfare, i18n.M("共益基金"), i18n.M("每笔消费的一小份，由平台服务费里出"), "S-05", 3, func(f Flow) money.Amount { return f.Welfare }},
		{ViaLeaders, i18n.M("组长"), i18n.M("团队消费的一份，由平台服务费里出"), "S-08", 4, func(f Flow) money.Amount { return f.Leaders }},
		{ViaCare, i18n.M("关爱基金"), i18n.M("店家承诺的一份"), "S-10", 5, func(f Flow) money.Amount { return f.Care }},
	}
	given = []way{
		{ViaCoinsBack, i18n.M("送出抵扣权益"), i18n.M("给买东西的居民，不从货款出"), "S-07", 0, func(f Flow) money.Amount { return f.CoinsGiven }},
		{ViaPoints, i18n.M("送出消费积分"), i18n.M("给买东西的居民，不从货款出"), "S-09", 0, func(f Flow) money.Amount { return f.PointsGiven }},
	}
)

// asset is what a way counts.
func (w way) asset() money.Asset {
	switch w.via {
	case ViaCoinsBack:
		return money.Coin
	case ViaPoints:
		return money.Point
	}
	return money.CNY
}

// find is how a way is shown; false for the empty or an unknown way.
func (v Way) find() (way, bool) {
	for _, list := range [][]way{incoming, kept, shared, given} {
		for _, w := range list {
			if w.via == v {
				return w, true
			}
		}
	}
	return way{}, false
}

// ParseWay reads ?via=; what is unknown is the empty way.
func ParseWay(s string) Way {
	if w, ok := Way(s).find(); ok {
		return w.via
	}
	return ""
}

// monthHref is the address of a month's books.
func monthHref(c Place, m period.Month) string { return c.Href + "/books/" + m.String() }

// wayHref is the address of the entries behind a band.
func wayHref(v BooksView, via Way) string {
	return monthHref(v.Community, v.Month) + "?" + url.Values{"via": {string(via)}}.Encode() + "#entries"
}

// picture is the flow as it is drawn.
func (v BooksView) picture(ctx context.Context) flowpic.Picture {
	parts := func(ways []way) []flowpic.Part {
		out := make([]flowpic.Part, len(ways))
		for i, w := range ways {
			out[i] = flowpic.Part{Name: w.name.In(ctx), Amount: w.of(v.Flow), Hue: w.hue, Href: wayHref(v, w.via)}
		}
		return out
	}
	return flowpic.Picture{
		Title: i18n.T(ctx, "这个月的消费从哪里来，到哪里去"),
		Pot:   i18n.T(ctx, "本月消费"), Hue: 1, Asset: money.CNY,
		From: parts(incoming), Main: parts(kept), Small: parts(shared),
		Share: i18n.T(ctx, "分出来的"), Lens: func(times int) string { return i18n.T(ctx, "放大 %d 倍看", times) },
	}
}
