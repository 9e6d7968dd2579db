package allianceweb

import (
	"context"
	"strings"

	"gongyi/internal/module/alliance"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func checkOptions(ctx context.Context) (options []ui.Option) {
	for _, c := range alliance.Checks {
		options = append(options, ui.Option{Value: string(c), Text: alliance.CheckName(c).In(ctx)})
	}
	return options
}

func resultOptions(ctx context.Context) (options []ui.Option) {
	for _, x := range []alliance.Result{alliance.Fit, alliance.Mending, alliance.NotFit} {
		options = append(options, ui.Option{Value: string(x), Text: alliance.ResultName(x).In(ctx)})
	}
	return options
}

func checkNames(ctx context.Context, checks []alliance.Check) string {
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = alliance.CheckName(c).In(ctx)
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

func visitFacts(ctx context.Context, v *alliance.Visit) []ui.Fact {
	facts := []ui.Fact{
		{Name: i18n.T(ctx, "哪天去的"), Text: ui.FullDay(ctx, v.On)}, {Name: i18n.T(ctx, "谁去的"), Text: strings.Join(v.Visitors, i18n.T(ctx, "、"))},
		{Name: i18n.T(ctx, "结论"), Text: alliance.ResultName(v.Result).In(ctx)},
	}
	if len(v.Passed) > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "没问题"), Text: checkNames(ctx, v.Passed)})
	}
	if failed := v.Failed(); len(failed) > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "没勾上"), Text: checkNames(ctx, failed)})
	}
	if v.Area > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "店面"), Text: i18n.T(ctx, "%d 平方米", v.Area)})
	}
	if v.Note != "" {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "要说明的"), Text: v.Note})
	}
	return facts
}

// visitedWait says what the ballot of an application waits for.
func visitedWait(ctx context.Context, v reviewView) string {
	for _, o := range v.Board.Openings {
		if o.ID == v.Opening && o.Takes(v.Board.Now) {
			return i18n.T(ctx, "报名到 %s 为止，过了才一起表决。", lastDay(ctx, o.To, v.Board.Zone))
		}
	}
	return i18n.T(ctx, "同一轮的申请都看过店，就自动开始表决。")
}

// reachWord says whether the shops stand in each other's catchment.
func reachWord(ctx context.Context, c rivalRow, radius int) string {
	switch {
	case !c.Placed:
		return i18n.T(ctx, "没标位置，按社区中心算")
	case c.Within(radius):
		return i18n.T(ctx, "在服务范围以内")
	}
	return i18n.T(ctx, "服务范围有交叠")
}
