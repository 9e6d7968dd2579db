package promotionweb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

var issuerNames = map[promotion.Issuer]i18n.Message{
	promotion.OfShop: i18n.M("店家"), promotion.OfAlliance: i18n.M("商业联盟"), promotion.OfPlatform: i18n.M("平台"),
}

var wayNames = map[promotion.Way]i18n.Message{
	promotion.Claimed: i18n.M("自己领"), promotion.Given: i18n.M("发给会员"), promotion.OnSpend: i18n.M("消费满额送"),
}

var stateNames = map[pact.State]struct {
	name i18n.Message
	tone ui.Tone
}{
	pact.Waiting: {i18n.M("等人同意"), ui.Act}, pact.Coming: {i18n.M("还没开始"), ui.Tell}, pact.Running: {i18n.M("在发"), ui.OK},
	pact.Over: {i18n.M("发完日子"), ui.Tell}, pact.Ended: {i18n.M("停发了"), ui.Bad}, pact.Refused: {i18n.M("没同意"), ui.Bad}, pact.Back: {i18n.M("收回了"), ui.Tell},
}

var stepNames = map[pact.What]i18n.Message{
	pact.Agreed: i18n.M("%s同意了"), pact.Declined: i18n.M("%s没同意"), pact.Withdrawn: i18n.M("%s收回了"), pact.Stopped: i18n.M("%s停发了"),
}

// says is what a voucher is worth and where, in a line.
func says(ctx context.Context, room *portal.Room, t *promotion.Terms) string {
	parts := []string{i18n.T(ctx, "抵 %s 元", ui.Yuan(t.Face))}
	if t.From > 0 {
		parts = append(parts, i18n.T(ctx, "满 %s 元能用", ui.Yuan(t.From)))
	}
	return strings.Join(append(parts, where(ctx, room, t)), i18n.T(ctx, "，"))
}

// where says where it is good.
func where(ctx context.Context, room *portal.Room, t *promotion.Terms) string {
	if len(t.Where) == 0 {
		return i18n.T(ctx, "联盟各店都能用")
	}
	return i18n.T(ctx, "在%s用", room.ShopNames(ctx, t.Where))
}

// lasts says how long a voucher is good.
func lasts(ctx context.Context, t *promotion.Terms) string {
	s := i18n.T(ctx, "得到后 %d 天内有效", t.Days)
	if t.Days == 0 {
		s = i18n.T(ctx, "%s 有效", ui.Days(ctx, t.Since, t.Until))
	}
	if times := portal.TimesName(ctx, t.When); times != "" {
		s += " · " + times
	}
	return s
}

// got says how one gets it.
func got(ctx context.Context, room *portal.Room, t *promotion.Terms) string {
	if t.Way != promotion.OnSpend {
		return i18n.T(ctx, "%s，每人 %d 张", wayNames[t.Way], t.PerPerson)
	}
	at := i18n.T(ctx, "联盟各店")
	if len(t.Spend.At) > 0 {
		at = room.ShopNames(ctx, t.Spend.At)
	}
	s := i18n.T(ctx, "在%s一单满 %s 元送 1 张，每天最多 %d 张，一共 %d 张", at, ui.Yuan(t.Spend.From), t.Spend.Daily, t.PerPerson)
	if t.Spend.Own {
		s += i18n.T(ctx, "，只在商家日")
	}
	return s
}

// limits say what a voucher does not do.
func limits(ctx context.Context, t *promotion.Terms) (all []string) {
	if t.Single {
		all = append(all, i18n.T(ctx, "一单只用一张"))
	}
	if t.Alone {
		all = append(all, i18n.T(ctx, "不和优惠同用"))
	}
	if t.Change {
		return append(all, i18n.T(ctx, "不够抵的也能用，剩下的不找"))
	}
	return append(all, i18n.T(ctx, "券不找零"))
}

// payers are who pays what of one voucher.
func payers(ctx context.Context, room *portal.Room, t *promotion.Terms) (lines []ui.Line) {
	platform, shops := t.CostOf(t.Face)
	for i, s := range t.Sharers {
		lines = append(lines, ui.Line{Text: room.ShopName(ctx, s.Shop), Note: i18n.T(ctx, "%d 份", s.Weight), Num: ui.Yuan(shops[i])})
	}
	if platform > 0 || t.Platform > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "平台"), Note: t.Platform.Percent(), Num: ui.Yuan(platform)})
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "一张券"), Num: ui.Yuan(t.Face), Total: true})
}

// issuer names who issues a series.
func issuer(ctx context.Context, room *portal.Room, t *promotion.Terms) string {
	if t.Issuer == promotion.OfShop {
		return room.ShopName(ctx, t.Shop)
	}
	return issuerNames[t.Issuer].In(ctx)
}

// party names who agrees; zero is the platform.
func party(ctx context.Context, room *portal.Room, shop id.ID) string {
	if shop.IsZero() {
		return i18n.T(ctx, "平台")
	}
	return room.ShopName(ctx, shop)
}

// waitsFor names those who have not agreed.
func waitsFor(ctx context.Context, room *portal.Room, s *promotion.Series) string {
	var names []string
	for _, p := range s.Missing() {
		names = append(names, party(ctx, room, p))
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

// row is a series in a list.
func row(ctx context.Context, room *portal.Room, s *promotion.Series, e *promotion.Effect, href string, today period.Day) ui.Row {
	state := s.State(today)
	r := ui.Row{Href: href, Icon: "ticket", Title: s.Name, Text: i18n.T(ctx, "%s发 · %s", issuer(ctx, room, &s.Terms), says(ctx, room, &s.Terms)),
		Tag: stateNames[state].name.In(ctx), Tone: stateNames[state].tone}
	if state == pact.Waiting {
		r.Notes = append(r.Notes, i18n.T(ctx, "还等：%s", waitsFor(ctx, room, s)))
	}
	if e != nil && e.Granted > 0 {
		r.Notes = append(r.Notes, i18n.T(ctx, "发了 %d / %d 张，用了 %d 张", e.Granted-e.Revoked, s.Total, e.Used))
	}
	return r
}

// events are the steps of a series.
func events(ctx context.Context, room *portal.Room, s *promotion.Series) (all []ui.Event) {
	all = append(all, ui.Event{State: ui.Done, Title: i18n.T(ctx, "%s提出", issuer(ctx, room, &s.Terms)), When: ui.Moment(ctx, room.Local(s.MadeAt))})
	for _, st := range s.Steps {
		e := ui.Event{State: ui.Done, Text: st.Words, When: ui.Moment(ctx, room.Local(st.At)), Title: i18n.T(ctx, "各方都同意，公布了")}
		if st.What != pact.Published {
			e.Title = i18n.T(ctx, stepNames[st.What].Key, party(ctx, room, st.Party))
		}
		all = append(all, e)
	}
	if s.State(room.Today) == pact.Waiting {
		for _, p := range s.Missing() {
			all = append(all, ui.Event{State: ui.Now, Title: i18n.T(ctx, "等%s同意", party(ctx, room, p))})
		}
	}
	return all
}

// facts are the terms of a series.
func facts(ctx context.Context, room *portal.Room, s *promotion.Series) []ui.Fact {
	all := []ui.Fact{
		{Name: i18n.T(ctx, "谁发"), Text: issuer(ctx, room, &s.Terms)}, {Name: i18n.T(ctx, "抵多少"), Text: says(ctx, room, &s.Terms)},
		{Name: i18n.T(ctx, "怎么得"), Text: got(ctx, room, &s.Terms)}, {Name: i18n.T(ctx, "哪些天发"), Text: ui.Days(ctx, s.Opens, s.Closes)},
		{Name: i18n.T(ctx, "有效"), Text: lasts(ctx, &s.Terms)}, {Name: i18n.T(ctx, "规矩"), Text: strings.Join(limits(ctx, &s.Terms), i18n.T(ctx, "，"))},
		{Name: i18n.T(ctx, "一共"), Text: i18n.T(ctx, "%d 张，最多 %s 元", s.Total, ui.Yuan(s.Room()))},
	}
	return all
}

// stats are how far a series is given and used, and what that costs.
func stats(ctx context.Context, room *portal.Room, s *promotion.Series, e *promotion.Effect) []ui.Stat {
	all := []ui.Stat{
		{Name: i18n.T(ctx, "发出去"), Number: count(e.Granted - e.Revoked), Unit: i18n.T(ctx, "张"), Note: i18n.T(ctx, "一共 %d 张", s.Total)},
		{Name: i18n.T(ctx, "用掉"), Number: count(e.Used), Unit: i18n.T(ctx, "张"), Note: i18n.T(ctx, "还能用 %d 张，到期没用 %d 张", e.Standing(), e.Lapsed)},
		{Name: i18n.T(ctx, "到现在花了"), Number: ui.Yuan(e.Paid), Unit: i18n.T(ctx, "元")},
	}
	if k := room.Rules.PortraitK; e.Told(k) {
		all = append(all, ui.Stat{Name: i18n.T(ctx, "用券的那些单"), Number: ui.Yuan(e.Sales), Unit: i18n.T(ctx, "元"), Note: i18n.T(ctx, "是券钱的 %s 倍", times(e.Sales, e.Paid))})
	} else {
		all = append(all, ui.Stat{Name: i18n.T(ctx, "用券的那些单"), Number: "–", Note: i18n.T(ctx, "用了 %d 张以上才显示", k)})
	}
	return all
}

// costs are what the used vouchers cost whom.
func costs(ctx context.Context, room *portal.Room, s *promotion.Series, e *promotion.Effect) (lines []ui.Line) {
	for i, sharer := range s.Sharers {
		lines = append(lines, ui.Line{Text: room.ShopName(ctx, sharer.Shop), Num: ui.Yuan(e.Shops[i])})
	}
	if s.Platform > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "平台"), Num: ui.Yuan(e.Platform)})
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "合计"), Num: ui.Yuan(e.Paid), Total: true})
}

func count(n int64) string { return money.Amount(n).Grouped(money.Point) }

// times writes how often one amount holds another, with one decimal.
func times(a, b money.Amount) string {
	if b == 0 {
		return "–"
	}
	tenths := (20*a + b) / (2 * b)
	return strconv.FormatInt(int64(tenths/10), 10) + "." + strconv.FormatInt(int64(tenths%10), 10)
}

func wayOptions(ctx context.Context, only ...promotion.Way) (options []ui.Option) {
	for _, w := range promotion.Ways {
		if len(only) == 0 || slices.Contains(only, w) {
			options = append(options, ui.Option{Value: string(w), Text: wayNames[w].In(ctx)})
		}
	}
	return options
}
