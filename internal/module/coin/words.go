package coin

import "gongyi/internal/platform/i18n"

// Stayed says why hours did not go home by themselves, by the refusal's code.
func Stayed(code string) i18n.Message {
	if code == ErrCrossMonth.Code {
		return i18n.M("您这个月带的到了上限")
	}
	return i18n.M("两个社区之间的来往到了上限")
}
