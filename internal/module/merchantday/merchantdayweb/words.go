package merchantdayweb

import (
	"context"
	"strconv"

	"gongyi/internal/module/merchantday"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// How the two forms of a day are called, before the day itself.
const (
	changeForm  = "day-"
	restoreForm = "back-"
)

// key names a day in forms and addresses.
func key(o *merchantday.Occurrence) string { return o.ID.String() + o.Planned.String() }

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range merchantday.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: merchantday.KindName(k).In(ctx)})
	}
	return options
}

func offerOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range merchantday.OfferKinds {
		options = append(options, ui.Option{Value: string(k), Text: merchantday.OfferName(k).In(ctx)})
	}
	return options
}

func weekdayOptions(ctx context.Context) []ui.Option {
	options := []ui.Option{{Value: strconv.Itoa(merchantday.Once), Text: i18n.T(ctx, "只有一天")}}
	for d := 1; d <= 7; d++ {
		options = append(options, ui.Option{Value: strconv.Itoa(d % 7), Text: i18n.T(ctx, "每到%s", merchantday.WeekdayName(d))})
	}
	return options
}

// swapOptions are the other days with which one can change places.
func swapOptions(ctx context.Context, v deskView, o *merchantday.Occurrence) (options []ui.Option) {
	for _, x := range v.Days {
		if key(&x) != key(o) && !x.Off && x.Day != o.Day {
			options = append(options, ui.Option{Value: x.ID.String() + " " + x.Planned.String(), Text: i18n.T(ctx, "%s · %s", ui.Day(ctx, x.Day), title(ctx, &v.Room, &x))})
		}
	}
	return options
}

// ruleText says when a rule falls.
func ruleText(ctx context.Context, v deskView, r *merchantday.Rule) string {
	if r.Weekday == merchantday.Once {
		return i18n.T(ctx, "%s · %s", ui.FullDay(ctx, r.First), r.Offer)
	}
	each := i18n.T(ctx, "每到%s", merchantday.WeekdayName(r.Weekday))
	if r.Every > 1 {
		each = i18n.T(ctx, "每 %d 周的%s", r.Every, merchantday.WeekdayName(r.Weekday))
	}
	if r.Rotate {
		each = i18n.T(ctx, "%s，%d 家轮流", each, len(r.Shops))
	}
	return i18n.T(ctx, "%s，到 %s · %s", each, ui.FullDay(ctx, r.Last), r.Offer)
}
