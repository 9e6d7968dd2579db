package committee

import "gongyi/internal/platform/i18n"

// RuleName says why somebody does not vote.
func RuleName(rule string) i18n.Message { return ruleNames[rule] }

var ruleNames = map[string]i18n.Message{
	"A-23": i18n.M("您开着同一业态或相近业态的店，这次回避"), "A-24": i18n.M("这件事就是您或您的店，这次回避"), "A-25": i18n.M("当事人和您住在一户，这次回避"),
}

// OutcomeName says how a ballot closed.
func OutcomeName(o Outcome) i18n.Message { return outcomeNames[o] }

var outcomeNames = map[Outcome]i18n.Message{
	Decided: i18n.M("有结果"), NoQuorum: i18n.M("人数没到"), Referred: i18n.M("等两边来定"),
}
