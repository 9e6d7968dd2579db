package timebankweb

import (
	"context"
	"strings"

	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// may is which of a resident's pages the viewer may open: all if she is herself, and what
// was agreed to if she acts for somebody (A4).
type may struct {
	Ask, Mine, Give, Hours, Volunteer bool
}

func (h *Pages) mayOpen(ctx context.Context) may {
	own := authz.Resource{Owner: authz.Of(ctx).Acting()}
	opens := func(path string) bool { return h.OpensTo(ctx, path, own) }
	return may{Ask: opens("/help/ask"), Mine: opens("/help/asked"), Give: opens("/help/given"), Hours: opens("/me/hours"), Volunteer: opens("/me/volunteer")}
}

// tabRows lead to what is hers.
func tabRows(ctx context.Context, v tabView) []ui.Row {
	var rows []ui.Row
	if v.May.Hours {
		rows = append(rows, ui.Row{Href: "/me/hours", Icon: "hours", Title: i18n.T(ctx, "我的服务时"), Text: i18n.T(ctx, "怎么来的、到哪里去了"), End: v.Hours})
	}
	if v.Volunteer && v.May.Volunteer {
		rows = append(rows, ui.Row{Href: "/me/volunteer", Icon: "person-check", Title: i18n.T(ctx, "我的时间和本事"), Text: i18n.T(ctx, "什么时候有空、会做什么")})
	}
	rows = append(rows, classRow(ctx), ui.Row{Href: "/market", Icon: "store", Title: i18n.T(ctx, "开市"), Text: i18n.T(ctx, "广场上摆摊，现场服务用服务时付")})
	return append(rows, ui.Row{Href: v.Public, Icon: "chart", Title: i18n.T(ctx, "互助的数字"), Text: i18n.T(ctx, "谁都可以看")})
}

// classRow leads to what can be learnt and joined.
func classRow(ctx context.Context) ui.Row {
	return ui.Row{Href: "/classes", Icon: "book", Title: i18n.T(ctx, "课和活动"), Text: i18n.T(ctx, "邻居教的课、社区办的活动，报名就能来")}
}

// mineLink leads to what she asked for.
func mineLink(ctx context.Context, v tabView) ui.Link {
	if !v.May.Mine {
		return ui.Link{}
	}
	return ui.Link{Href: "/help/asked", Text: i18n.T(ctx, "我请的人")}
}

// whenError is what is wrong with a time, wherever it was said.
func whenError(f ui.Form) string {
	for _, field := range []string{"day", "from"} {
		if said := f.Of(field); said != "" {
			return said
		}
	}
	return ""
}

func accidentOptions(ctx context.Context) (options []ui.Option) {
	for _, a := range timebank.Accidents {
		options = append(options, ui.Option{Value: string(a), Text: accidentNames[a].In(ctx)})
	}
	return options
}

// offerFacts are what a neighbour reads before she answers.
func offerFacts(ctx context.Context, v offerView) []ui.Fact {
	facts := []ui.Fact{{Name: i18n.T(ctx, "在哪里"), Text: v.Where}, {Name: i18n.T(ctx, "要多久"), Text: lasts(ctx, v.Q.Minutes)}}
	if v.Q.People > 1 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "几位一起"), Text: i18n.T(ctx, "%d 位", v.Q.People)})
	}
	if v.Q.Lifts {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "要搬重的"), Text: i18n.T(ctx, "是")})
	}
	if v.Q.Pets {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "有动物"), Text: i18n.T(ctx, "是")})
	}
	return facts
}

// doorName is whom to ask for at a door.
func doorName(v givenView) string {
	if v.Door.Contact != "" {
		return v.Door.Contact
	}
	return strings.TrimSpace(v.Asker)
}

// ticked is the value of a box that is ticked or not.
func ticked(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// remarkName says whose words a remark is.
func remarkName(ctx context.Context, s timebank.Side) string {
	if s == timebank.OfAsker {
		return i18n.T(ctx, "请人的一方悄悄说：")
	}
	return i18n.T(ctx, "帮忙的一方悄悄说：")
}

// feeText is what a shop takes, for a field.
func feeText(k timebank.Kind) string {
	if k.Fen == 0 {
		return ""
	}
	return ui.Yuan(k.Fen)
}

// earnedFrom says to a helper who bears what she gets, "" where that needs no words.
func earnedFrom(ctx context.Context, q *timebank.Request) string {
	if q.Pay == timebank.OnRecord {
		return ""
	}
	return payNames[q.Pay].In(ctx)
}
