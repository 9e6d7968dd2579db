package offerweb

import (
	"context"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

var kindNames = map[offer.Kind]i18n.Message{
	offer.MemberPrice: i18n.M("会员价"), offer.TimeLimited: i18n.M("限时优惠"), offer.FullOff: i18n.M("满减"), offer.FirstTime: i18n.M("新客优惠"),
}

var kindNotes = map[offer.Kind]i18n.Message{
	offer.MemberPrice: i18n.M("会员付标价的百分之几"), offer.TimeLimited: i18n.M("节庆、季节、某几天、某个钟点"),
	offer.FullOff: i18n.M("满多少减多少"), offer.FirstTime: i18n.M("会员第一次来买"),
}

var categoryNames = map[offer.Category]i18n.Message{
	offer.OfPrice: i18n.M("价格类"), offer.OfSeason: i18n.M("活动类"), offer.OfFull: i18n.M("满减类"), offer.OfWelcome: i18n.M("新客类"),
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range offer.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: kindNames[k].In(ctx), Note: kindNotes[k].In(ctx)})
	}
	return options
}

// categoryOptions begin with the kind's own.
func categoryOptions(ctx context.Context) []ui.Option {
	options := []ui.Option{{Value: "", Text: i18n.T(ctx, "照种类来")}}
	for _, c := range offer.Categories {
		options = append(options, ui.Option{Value: string(c), Text: categoryNames[c].In(ctx)})
	}
	return options
}

func whomOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: string(offer.Members), Text: i18n.T(ctx, "会员")}, {Value: string(offer.Everybody), Text: i18n.T(ctx, "人人都有")}}
}

// says is what an offer takes off, in a line.
func says(ctx context.Context, t *offer.Terms) string {
	var parts []string
	if t.Rate > 0 {
		parts = append(parts, i18n.T(ctx, "付标价的 %s", t.Rate.Percent()))
	}
	for _, s := range t.Steps {
		switch {
		case s.From == 0:
			parts = append(parts, i18n.T(ctx, "立减 %s 元", ui.Yuan(s.Off)))
		case t.Every:
			parts = append(parts, i18n.T(ctx, "每满 %s 元减 %s 元", ui.Yuan(s.From), ui.Yuan(s.Off)))
		default:
			parts = append(parts, i18n.T(ctx, "满 %s 元减 %s 元", ui.Yuan(s.From), ui.Yuan(s.Off)))
		}
	}
	switch {
	case t.Kind == offer.FirstTime:
		parts = append(parts, i18n.T(ctx, "会员第一次来买"))
	case t.Whom == offer.Members:
		parts = append(parts, i18n.T(ctx, "会员"))
	}
	return strings.Join(parts, i18n.T(ctx, "，"))
}

// until says when an offer is good.
func until(ctx context.Context, t *offer.Terms) string {
	parts := []string{ui.Days(ctx, t.When.First, t.When.Last)}
	if s := portal.TimesName(ctx, t.When.Times); s != "" {
		parts = append(parts, s)
	}
	if t.When.Own {
		parts = append(parts, i18n.T(ctx, "只在本店的商家日"))
	}
	return strings.Join(parts, " · ")
}

// stateOf is where an offer stands.
func stateOf(ctx context.Context, o *offer.Stand, today period.Day) (string, ui.Tone) {
	switch {
	case o.End != nil:
		return i18n.T(ctx, "停了"), ui.Bad
	case today > o.When.Last:
		return i18n.T(ctx, "到期了"), ui.Tell
	case o.UsedUp():
		return i18n.T(ctx, "用完了"), ui.Tell
	case today < o.When.First:
		return i18n.T(ctx, "还没开始"), ui.Tell
	}
	return i18n.T(ctx, "进行中"), ui.OK
}

// usedOf says how far an offer is used.
func usedOf(ctx context.Context, o *offer.Stand) string {
	s := i18n.T(ctx, "用了 %d 次，减了 %s 元", o.Uses, ui.Yuan(o.Saved))
	if o.Budget > 0 {
		s += i18n.T(ctx, "，备了 %s 元", ui.Yuan(o.Budget))
	}
	return s
}

func rateValue(r money.Rate) string {
	return strings.TrimSuffix(strings.TrimPrefix(r.Percent(), "0%"), "%")
}

func yuanValue(v money.Amount) string {
	if v == 0 {
		return ""
	}
	return v.Decimal(money.CNY)
}

// stepValue is what a field of a step shows.
func stepValue(steps []offer.Step, n int, off bool) string {
	switch {
	case n >= len(steps):
		return ""
	case off:
		return steps[n].Off.Decimal(money.CNY)
	}
	return steps[n].From.Decimal(money.CNY)
}

func yes(ticked bool) string {
	if ticked {
		return "yes"
	}
	return ""
}

// folded reports whether the rarer fields stand open: something in them is set, or is
// to be mended.
func folded(v formView) bool {
	t := &v.Now
	return t.When.Times != (period.Times{}) || t.When.Own || t.PerPerson > 0 || t.Total > 0 || t.Budget > 0 || len(v.Form.Wrong) > 0
}
