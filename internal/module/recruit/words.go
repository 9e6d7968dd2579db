package recruit

import "gongyi/internal/platform/i18n"

// AnswerName is what people call an answer.
func AnswerName(a Answer) i18n.Message {
	switch a {
	case Appointed:
		return i18n.M("任命了")
	case Refused:
		return i18n.M("这次没有选上")
	}
	return i18n.M("自己撤回了")
}
