package relay

import "gongyi/internal/platform/i18n"

// StateName is what people call the state of a set.
func StateName(s Step) i18n.Message {
	switch s {
	case Complete:
		return i18n.M("凑齐了")
	case Expired:
		return i18n.M("到期没凑齐")
	case Withdrawn:
		return i18n.M("发起人撤了")
	case Stopped:
		return i18n.M("不卖了")
	}
	return i18n.M("等店来接")
}
