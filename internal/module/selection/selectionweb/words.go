package selectionweb

import (
	"context"

	"gongyi/internal/module/selection"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// meetingRow is a meeting in a list.
func meetingRow(ctx context.Context, room *portal.Room, m *selection.Meeting, href string) ui.Row {
	row := ui.Row{Href: href, Icon: "vote", Title: m.Title, Text: ui.Moment(ctx, room.Local(m.Begins)), Notes: []string{m.Place}}
	switch {
	case m.Off != nil:
		row.Tag, row.Tone = i18n.T(ctx, "取消了"), ui.Bad
	case m.Voting(room.Now):
		row.Tag, row.Tone = i18n.T(ctx, "正在提议和投票"), ui.OK
	case room.Now.Before(m.Begins):
		row.Tag, row.Tone = i18n.T(ctx, "投票截止了"), ui.Tell
	default:
		row.Tag, row.Tone = i18n.T(ctx, "开过了"), ui.Tell
	}
	return row
}

// proposalRow is a proposal of one's own.
func proposalRow(ctx context.Context, room *portal.Room, p *selection.Proposal) ui.Row {
	row := ui.Row{Href: room.Path("/selection/" + p.Meeting.String()), Icon: "pen", Title: p.Title, Text: answer(ctx, room, p), EndNote: i18n.T(ctx, "%d 票", p.Votes)}
	if p.Withdrawn {
		row.Tag, row.Tone = i18n.T(ctx, "撤下了"), ui.Tell
	}
	return row
}

// answer is what became of a proposal, in a sentence.
func answer(ctx context.Context, room *portal.Room, p *selection.Proposal) string {
	o := p.Outcome
	switch {
	case o == nil:
		return i18n.T(ctx, "还没有下文")
	case o.Result == selection.TakenUp:
		return i18n.T(ctx, "%s接了，%s负责。%s", room.ShopName(ctx, o.Shop), o.Owner, o.Words)
	}
	return i18n.T(ctx, "%s，%s负责。%s", selection.ResultName(o.Result), o.Owner, o.Words)
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range selection.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: selection.KindName(k).In(ctx)})
	}
	return options
}

func resultOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range selection.Results {
		options = append(options, ui.Option{Value: string(k), Text: selection.ResultName(k).In(ctx)})
	}
	return options
}

func starOptions(ctx context.Context) (options []ui.Option) {
	for n := 5; n >= 1; n-- {
		options = append(options, ui.Option{Value: string(rune('0' + n)), Text: i18n.T(ctx, "%d 颗星", n)})
	}
	return options
}

// withNone is a list of options with an empty one in front.
func withNone(ctx context.Context, options []ui.Option) []ui.Option {
	return append([]ui.Option{{Text: i18n.T(ctx, "没有哪一家")}}, options...)
}
