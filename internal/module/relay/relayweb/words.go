package relayweb

import (
	"context"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/relay"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// contents names what is in a set.
func contents(ctx context.Context, r *relay.Relay) string {
	parts := make([]string, len(r.Parts))
	for i, p := range r.Parts {
		parts[i] = i18n.T(ctx, "%s × %d", p.What, p.Pieces)
	}
	return strings.Join(parts, i18n.T(ctx, "、"))
}

// partLines are the parts with who brings each, and what it costs in the set.
func partLines(ctx context.Context, room *portal.Room, r *relay.Relay) (lines []ui.Line) {
	for _, p := range r.Parts {
		l := ui.Line{Text: i18n.T(ctx, "%s × %d", p.What, p.Pieces), Note: i18n.T(ctx, "等%s来接", p.Trade), Num: "–"}
		if p.Join != nil {
			pieces := money.Amount(p.Pieces)
			l.Note = i18n.T(ctx, "%s，单买 %s 元", room.ShopName(ctx, p.Join.Shop), ui.Yuan(p.Join.Shelf*pieces))
			l.Num = ui.Yuan(p.Join.Share * pieces)
		}
		lines = append(lines, l)
	}
	shelf, share, _ := r.Sum()
	return append(lines, ui.Line{Text: i18n.T(ctx, "套餐价"), Note: i18n.T(ctx, "分开买 %s 元", ui.Yuan(shelf)), Num: ui.Yuan(share), Total: true})
}

func stateOf(ctx context.Context, r *relay.Relay) (string, ui.Tone) {
	name := relay.StateName(r.State()).In(ctx)
	switch r.State() {
	case relay.Complete:
		return name, ui.OK
	case "":
		return name, ui.Act
	}
	return name, ui.Tell
}

// relayRow is a set in a list for shops.
func relayRow(ctx context.Context, room *portal.Room, r *relay.Relay, href string) ui.Row {
	row := ui.Row{Href: href, Icon: "basket", Title: r.Title, Text: contents(ctx, r), Notes: []string{i18n.T(ctx, "%s发起", room.ShopName(ctx, r.Starter))}}
	row.Tag, row.Tone = stateOf(ctx, r)
	if _, _, free := r.Sum(); r.Open(room.Now) {
		row.Tag = i18n.T(ctx, "还差 %d 样", free)
		row.Notes = append(row.Notes, i18n.T(ctx, "%s截止", room.LastDay(ctx, r.Until)))
	}
	return row
}
