package adslotweb

import (
	"context"

	"gongyi/internal/module/adslot"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func pageOptions(ctx context.Context) (options []ui.Option) {
	for _, p := range adslot.Pages {
		options = append(options, ui.Option{Value: string(p), Text: adslot.PageName(p).In(ctx)})
	}
	return options
}

// monthOptions are the months of a slot to choose from; those that are taken are shown
// and cannot be chosen.
func monthOptions(ctx context.Context, s slotView) (options []ui.Option) {
	for _, m := range s.Months {
		o := ui.Option{Value: s.ID.String() + " " + m.Month.String(), Text: ui.MonthName(ctx, m.Month), Note: i18n.T(ctx, "%s 元", ui.Yuan(m.Price))}
		if m.By != "" {
			o.Off, o.Note = true, m.By
		}
		options = append(options, o)
	}
	return options
}

// monthLines say who has which month.
func monthLines(ctx context.Context, s slotView) (lines []ui.Line) {
	for _, m := range s.Months {
		l := ui.Line{Text: ui.Month(ctx, m.Month), Num: i18n.T(ctx, "空着")}
		if m.By != "" {
			l.Num = m.By
		}
		lines = append(lines, l)
	}
	return lines
}

// cancelText says what goes back, before it is asked for.
func cancelText(ctx context.Context, v bookingView) string {
	if v.Charge == nil || !v.Charge.Paid() {
		return i18n.T(ctx, "还没有付款，什么都不收。")
	}
	used, all := v.Booking.Days(v.Today)
	back := charter.AdFeeRefund{Fee: v.Charge.Amount, Days: all, Used: used}
	return i18n.T(ctx, "放过的日子不退，退回 %s 元。", ui.Yuan(back.Amount()))
}
