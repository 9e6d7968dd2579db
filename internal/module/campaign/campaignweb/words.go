package campaignweb

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/campaign"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

var kindNames = map[campaign.Kind]i18n.Message{
	campaign.Culture: i18n.M("文化节"), campaign.Neighbours: i18n.M("邻里节"), campaign.Shopping: i18n.M("购物节"),
}

var states = map[campaign.State]struct {
	name i18n.Message
	tone ui.Tone
}{
	campaign.Planned: {i18n.M("筹备中"), ui.Act}, campaign.Coming: {i18n.M("快开始了"), ui.Soon}, campaign.Running: {i18n.M("进行中"), ui.OK},
	campaign.Over: {i18n.M("办完了"), ui.Tell}, campaign.Called: {i18n.M("取消了"), ui.Bad},
}

func stateOf(ctx context.Context, c *campaign.Campaign, today period.Day) (string, ui.Tone) {
	s := states[c.State(today)]
	return s.name.In(ctx), s.tone
}

func row(ctx context.Context, c *campaign.Campaign, href string, today period.Day) ui.Row {
	r := ui.Row{Href: href, Icon: "flag", Title: c.Title, Text: i18n.T(ctx, "%s · %s", kindNames[c.Kind], ui.Days(ctx, c.First, c.Last)), Notes: []string{c.Place}}
	if n := len(c.Parts); n > 0 {
		r.Notes = append(r.Notes, i18n.T(ctx, "%d 家店参加", n))
	}
	r.Tag, r.Tone = stateOf(ctx, c, today)
	return r
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range campaign.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: kindNames[k].In(ctx)})
	}
	return options
}

// change writes how much more or less something is than usual.
func change(ctx context.Context, now, usual int64) string {
	if usual == 0 {
		return i18n.T(ctx, "以前没有可比的")
	}
	share := ui.Percent(int(now-usual), int(usual))
	if now >= usual {
		share = "+" + share
	}
	return i18n.T(ctx, "比平常 %s", share)
}

func counted(n int) string { return money.Amount(n).Grouped(money.Point) }

// yuanOf writes an amount that may be nobody's.
func yuanOf(amounts map[id.ID]money.Amount, of id.ID) string { return ui.Yuan(amounts[of]) }

// standing are the entries of the calendar that were not called off.
func standing(v deskOneView) (all []campaign.Event) {
	for _, e := range v.Events {
		if e.Off == "" {
			all = append(all, e)
		}
	}
	return all
}

// effectStats are the figures of its days against those before.
func effectStats(ctx context.Context, v deskOneView) []ui.Stat {
	d, u := v.Effect.During, v.Usual
	stats := []ui.Stat{
		{Name: i18n.T(ctx, "销售额"), Number: ui.Yuan(d.Sales), Unit: i18n.T(ctx, "元"), Note: change(ctx, int64(d.Sales), int64(u.Sales))},
		{Name: i18n.T(ctx, "笔数"), Number: counted(d.Purchases), Note: change(ctx, int64(d.Purchases), int64(u.Purchases))},
	}
	if k := v.Rules.PortraitK; !d.Told(k) || !u.Told(k) {
		return append(stats, ui.Stat{Name: i18n.T(ctx, "买过的会员"), Number: "–", Note: i18n.T(ctx, "不到 %d 人不显示", k)})
	}
	return append(stats,
		ui.Stat{Name: i18n.T(ctx, "买过的会员"), Number: counted(d.Buyers), Unit: i18n.T(ctx, "人"), Note: change(ctx, int64(d.Buyers), int64(u.Buyers))},
		ui.Stat{Name: i18n.T(ctx, "来过两天以上的"), Number: counted(d.Returning), Unit: i18n.T(ctx, "人"), Note: change(ctx, int64(d.Returning), int64(u.Returning))})
}

// budgets are what everybody means to spend, and has spent.
func budgets(ctx context.Context, v deskOneView) []ui.Line {
	lines := []ui.Line{{Text: i18n.T(ctx, "平台"), Note: i18n.T(ctx, "打算 %s", ui.Yuan(v.Budget)), Num: ui.Yuan(v.Costs.Platform)}}
	var sum money.Amount
	for _, p := range v.Parts {
		lines = append(lines, ui.Line{Text: v.ShopName(ctx, p.Shop), Note: i18n.T(ctx, "打算 %s", ui.Yuan(p.Budget)), Num: ui.Yuan(v.Costs.Shops[p.Shop])})
		sum += v.Costs.Shops[p.Shop]
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "合计"), Num: ui.Yuan(sum + v.Costs.Platform), Total: true})
}
