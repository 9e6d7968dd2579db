package dutyweb

import (
	"context"

	"gongyi/internal/module/duty"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func confirmOptions(ctx context.Context, v breachView) []ui.Option {
	options := []ui.Option{{Value: "none", Text: i18n.T(ctx, "不成立")}, {Value: string(duty.Warning), Text: duty.OutcomeName(duty.Warning).In(ctx)}}
	if v.Usual > 0 {
		options = append(options, ui.Option{Value: string(duty.Penalty), Text: i18n.T(ctx, "扣 %s 抵扣权益", ui.Coins(v.Usual))})
	}
	return options
}

func ruleTitle(ctx context.Context, v breachView) string {
	if v.CanCorrect {
		return i18n.T(ctx, "更正决定")
	}
	return i18n.T(ctx, "裁决申诉")
}

func ruleOptions(ctx context.Context, v breachView) (options []ui.Option) {
	if v.CanRule {
		options = append(options, ui.Option{Value: "stands", Text: i18n.T(ctx, "维持：%s", verdictText(ctx, v.Verdict()))})
	}
	if v.Verdict().Outcome != duty.Warning {
		options = append(options, ui.Option{Value: "reduced", Text: i18n.T(ctx, "少扣")}, ui.Option{Value: "warning", Text: i18n.T(ctx, "只提醒改正")})
	}
	return append(options, ui.Option{Value: "lifted", Text: i18n.T(ctx, "撤销")})
}

func milderOptions(ctx context.Context, v breachView) []ui.Option {
	options := []ui.Option{{Value: "none", Text: i18n.T(ctx, "不提，只表决撤销或维持")}}
	if v.Verdict().Outcome != duty.Warning {
		options = append(options, ui.Option{Value: string(duty.Warning), Text: i18n.T(ctx, "只提醒改正")}, ui.Option{Value: string(duty.Penalty), Text: i18n.T(ctx, "少扣")})
	}
	return options
}
