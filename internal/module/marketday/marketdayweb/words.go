package marketdayweb

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// when is the day and the hours of a market day.
func when(ctx context.Context, zone *time.Location, d *marketday.Day) string {
	return i18n.T(ctx, "%s 到 %s", ui.Moment(ctx, d.Begins.In(zone)), ui.Clock(ctx, d.Ends.In(zone)))
}

// stateTag says how far a day is.
func stateTag(ctx context.Context, d *marketday.Day) (ui.Tone, string) {
	switch d.State() {
	case marketday.Opened:
		return ui.OK, i18n.T(ctx, "正在开市")
	case marketday.Closed:
		return ui.Tell, i18n.T(ctx, "收市了")
	case marketday.Off:
		return ui.Bad, i18n.T(ctx, "取消了")
	}
	return ui.Soon, i18n.T(ctx, "还没开")
}

// offWords are why a day was called off, "" where only the clock ended it.
func offWords(d *marketday.Day) string {
	if w := d.Words(); w != "-" {
		return w
	}
	return ""
}

func dayRow(ctx context.Context, href string, zone *time.Location, d *marketday.Day) ui.Row {
	row := ui.Row{Href: href, Icon: "store", Title: d.Title, Text: when(ctx, zone, d), Notes: []string{d.Place}}
	row.Tone, row.Tag = stateTag(ctx, d)
	return row
}

// sortName names a sort.
func sortName(ctx context.Context, s marketday.Sort) string {
	if s == marketday.Goods {
		return i18n.T(ctx, "旧物：送、换、卖")
	}
	return i18n.T(ctx, "现场服务：记服务时")
}

func sortOptions(ctx context.Context) (all []ui.Option) {
	notes := map[marketday.Sort]string{
		marketday.OnTheSpot: i18n.T(ctx, "理发、磨刀、修小件……对方用服务时付"),
		marketday.Goods:     i18n.T(ctx, "东西送人、交换或收现金，不进账，只数件数"),
	}
	for _, s := range marketday.Sorts {
		all = append(all, ui.Option{Value: string(s), Text: sortName(ctx, s), Note: notes[s]})
	}
	return all
}

// stallRow is a stall in a list.
func stallRow(ctx context.Context, href string, x *marketday.StallTally, perHour money.Amount) ui.Row {
	row := ui.Row{Href: href, Time: strconv.Itoa(x.Number), Title: x.Title, Text: sortName(ctx, x.Sort)}
	switch {
	case x.Sort == marketday.OnTheSpot && x.Services > 0:
		row.End, row.EndNote = ui.ServiceTime(ctx, x.Coins, perHour), i18n.T(ctx, "做了 %d 次", x.Services)
	case x.Sort == marketday.OnTheSpot:
		row.EndNote = i18n.T(ctx, "一般 %d 分钟", x.Stall.Minutes)
	case x.Pieces.All() > 0:
		row.EndNote = i18n.T(ctx, "%d 件换了主人", x.Pieces.All())
	}
	return row
}

// stats are the figures of a day.
func stats(ctx context.Context, t *marketday.Tally, perHour money.Amount) []ui.Stat {
	return []ui.Stat{
		{Name: i18n.T(ctx, "现场服务"), Number: strconv.Itoa(t.Services), Unit: i18n.T(ctx, "次")},
		ui.Entitlement(ctx, t.Coins, perHour),
		{Name: i18n.T(ctx, "被服务的邻居"), Number: strconv.Itoa(t.People), Unit: i18n.T(ctx, "位")},
		{Name: i18n.T(ctx, "旧物换了主人"), Number: strconv.Itoa(t.Pieces.All()), Unit: i18n.T(ctx, "样"), Note: i18n.T(ctx, "送 %d · 换 %d · 卖 %d", t.Pieces.Given, t.Pieces.Swapped, t.Pieces.Sold)},
	}
}

// paymentRow is a payment in a list.
func paymentRow(ctx context.Context, href string, zone *time.Location, p *marketday.Payment, perHour money.Amount) ui.Row {
	row := ui.Row{Href: href, Icon: "hours", Title: i18n.T(ctx, "%d 分钟", p.Minutes), Text: ui.Clock(ctx, p.At.In(zone)), End: ui.ServiceTime(ctx, p.Coins, perHour)}
	switch {
	case p.Undone != nil:
		row.Tag, row.Tone = i18n.T(ctx, "退回了"), ui.Tell
	case len(p.Wants) > 0:
		row.Tag, row.Tone = i18n.T(ctx, "有人要退回"), ui.Soon
	case p.Late():
		row.EndNote = i18n.T(ctx, "没有网时扫的")
	}
	return row
}

// sideName says who wants something undone.
func sideName(ctx context.Context, s marketday.Side) string {
	switch s {
	case marketday.Payer:
		return i18n.T(ctx, "付服务时的一方")
	case marketday.Holder:
		return i18n.T(ctx, "摊主")
	}
	return i18n.T(ctx, "社区")
}

func crumbs(ctx context.Context, room *portal.Room, more ...ui.Link) []ui.Link {
	all := []ui.Link{{Href: "/desk/market", Text: i18n.T(ctx, "开市")}, {Text: portal.PlaceName(room.Place)}}
	if len(more) > 0 {
		all[1].Href = room.Desk("market", "")
	}
	return append(all, more...)
}
