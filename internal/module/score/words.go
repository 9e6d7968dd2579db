package score

import (
	"gongyi/internal/platform/i18n"
)

// PartName is what people call a part of a score.
func PartName(p Part) i18n.Message { return partNames[p] }

var partNames = map[Part]i18n.Message{
	Offer: i18n.M("给会员的优惠"), Recommend: i18n.M("推荐新会员"), Repurchase: i18n.M("回头客"), Reach: i18n.M("服务到的会员"),
	Disclosure: i18n.M("三公开"), Training: i18n.M("参加培训"),
}

// InputName is what people call something that is put in.
func InputName(n Name) i18n.Message { return inputNames[n] }

var inputNames = map[Name]i18n.Message{
	InSales: i18n.M("本季营业额"), InOffers: i18n.M("本季优惠和免费服务"), InRecommended: i18n.M("推荐的新会员"), InBuyers: i18n.M("买过的会员"),
	InReturning: i18n.M("其中的回头客"), InServed: i18n.M("其中资格有效的会员"), InDisclosures: i18n.M("按时公开的项数"), InAttended: i18n.M("到场的培训"),
	InBreaches: i18n.M("成立的违约"),
}

// BandName is what the public is told of a place.
func BandName(b Band) i18n.Message { return bandNames[b] }

var bandNames = map[Band]i18n.Message{
	Upper: i18n.M("前三分之一"), Middle: i18n.M("中间三分之一"), Lower: i18n.M("后三分之一"), Unranked: i18n.M("入席不久，不排名"), Few: i18n.M("店不多，不分档"),
}

// StateName says where a quarter's score stands.
func StateName(s State) i18n.Message { return stateNames[s] }

var stateNames = map[State]i18n.Message{
	Drafted: i18n.M("草稿，还没公布"), Published: i18n.M("公示中，可以提异议"), Recomputed: i18n.M("有更正，重新算过"), Final: i18n.M("定下来了"), Discarded: i18n.M("作废的草稿"),
}
