package selection

import "gongyi/internal/platform/i18n"

// KindName is what people call a kind.
func KindName(k Kind) i18n.Message {
	if k == Shop {
		return i18n.M("想要一家店")
	}
	return i18n.M("想要一样东西")
}

// ResultName is what people are told of a result.
func ResultName(r Result) i18n.Message {
	switch r {
	case TakenUp:
		return i18n.M("有店接了")
	case Opening:
		return i18n.M("交给联盟去招店")
	}
	return i18n.M("这次先不办")
}
