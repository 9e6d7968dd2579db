package merchantday

import "gongyi/internal/platform/i18n"

// KindName is what people call a kind.
func KindName(k Kind) i18n.Message {
	if k == OfMembers {
		return i18n.M("会员日")
	}
	return i18n.M("商家日")
}

// OfferName is what people call a kind of offer.
func OfferName(k OfferKind) i18n.Message {
	switch k {
	case OnSpend:
		return i18n.M("满额送券")
	case Gift:
		return i18n.M("送礼")
	case Activity:
		return i18n.M("活动")
	}
	return i18n.M("会员价")
}

// WeekdayName is what people call a day of the week.
func WeekdayName(day int) i18n.Message { return weekdays[(day%7+7)%7] }

var weekdays = [...]i18n.Message{i18n.M("星期日"), i18n.M("星期一"), i18n.M("星期二"), i18n.M("星期三"), i18n.M("星期四"), i18n.M("星期五"), i18n.M("星期六")}
