package membershipweb

import (
	"context"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// gracePeriod is the days of grace, less the day on which it is over.
func gracePeriod(v mineView) period.Day { return period.Day(v.Rules.GraceDays) - 1 }

// after is the day on which the last term ends, as the form says what it follows.
func after(v mineView) string {
	if t := v.Terms.Latest(); t != nil {
		return strconv.Itoa(int(t.Until))
	}
	return "0"
}

// waived reports whether the next term costs nothing.
func waived(v mineView) bool {
	return v.Rules.WaiverCount > 0 && v.Rules.RewardDepth > 0 && v.Counted >= v.Rules.WaiverCount
}

// moreRows are the other pages of a membership.
func moreRows(ctx context.Context, v mineView) []ui.Row {
	counted := 0
	for i := range v.Recommended {
		if v.Recommended[i].State() == membership.Counts {
			counted++
		}
	}
	recommend := ui.Row{Href: self + "/recommend", Icon: "send", Title: i18n.T(ctx, "推荐给邻居"), Text: i18n.T(ctx, "推荐不要钱，也不按人头算")}
	if len(v.Recommended) > 0 {
		recommend.Text = i18n.T(ctx, "推荐过 %d 位，算数的 %d 位", len(v.Recommended), counted)
	}
	return []ui.Row{
		recommend,
		{Href: self + "/history", Icon: "slip", Title: i18n.T(ctx, "会费和收据"), Text: i18n.T(ctx, "每一期、每一笔，都能打印")},
	}
}

// claimRow is a chosen pack in one line.
func claimRow(ctx context.Context, m flow.MyMembership, c *membership.Claim) ui.Row {
	row := ui.Row{Icon: "gift", Title: i18n.T(ctx, "权益包"), Tag: membership.ClaimName(c).In(ctx), Tone: ui.Tell, Href: self + "/packs"}
	for i := range m.Packs {
		if m.Packs[i].ID == c.Pack {
			row.Title, row.Text = m.Packs[i].Title, m.Packs[i].Content
		}
	}
	switch {
	case c.End == nil:
		row.Tone = ui.Act
		row.Notes = []string{i18n.T(ctx, "报 %s，到 %s 为止", fours(c.Code), ui.FullDay(ctx, c.Until))}
	case c.End.How == membership.Handed:
		row.Tone = ui.OK
	}
	return row
}

// claimNote says where a chosen pack is collected.
func claimNote(ctx context.Context, v packsView) string {
	if v.MyPack.Kind == membership.Offer {
		return i18n.T(ctx, "到%s出示这一页", v.MyPack.Partner)
	}
	for _, p := range v.Packs {
		if p.ID == v.MyPack.ID {
			return i18n.T(ctx, "在%s领，报上面的 8 位数字", p.Shops)
		}
	}
	return i18n.T(ctx, "到店里报上面的 8 位数字")
}

// kindOf is the kind that the form of a pack has chosen.
func kindOf(v deskPacksView) string {
	if v.Typed["kind"] == "" {
		return string(membership.Goods)
	}
	return v.Typed["kind"]
}

// cardLink leads to a shop's card once it has a code.
func cardLink(ctx context.Context, v shopView) ui.Link {
	if v.Code == "" {
		return ui.Link{}
	}
	return ui.Link{Href: v.href("/card"), Text: i18n.T(ctx, "印推荐卡")}
}
