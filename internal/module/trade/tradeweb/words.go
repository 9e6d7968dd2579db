package tradeweb

import (
	"context"
	"strconv"
	"strings"

	"gongyi/internal/module/trade"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func groupName(ctx context.Context, name string) string {
	switch name {
	case trade.ByAge:
		return i18n.T(ctx, "多大年纪")
	case trade.ByHousehold:
		return i18n.T(ctx, "家里几口人")
	case trade.ByKids:
		return i18n.T(ctx, "家里有几个孩子")
	case trade.ByKind:
		return i18n.T(ctx, "新客和回头客")
	case trade.ByVisits:
		return i18n.T(ctx, "一个季度来几天")
	}
	return i18n.T(ctx, "一次买多少")
}

func cellName(ctx context.Context, group, key string) string {
	if key == trade.Untold {
		return i18n.T(ctx, "没有同意或没有说")
	}
	n, _ := strconv.Atoi(key) // of the bands, which are numbers; other keys are words
	switch group {
	case trade.ByAge:
		return i18n.T(ctx, "%s 岁", strings.ReplaceAll(key, "-", "–"))
	case trade.ByHousehold:
		return i18n.T(ctx, "%s 口人", key)
	case trade.ByKids:
		return kidsName(ctx, key)
	case trade.ByKind:
		return map[string]string{trade.KeyNew: i18n.T(ctx, "头一回来"), trade.KeyReturn: i18n.T(ctx, "%d 天里来过", trade.ReturnDays), trade.KeyBack: i18n.T(ctx, "隔了更久又来")}[key]
	case trade.ByVisits:
		return days(ctx, n)
	}
	return prices(ctx, n)
}

func kidsName(ctx context.Context, key string) string {
	if key == "0" {
		return i18n.T(ctx, "没有孩子")
	}
	return i18n.T(ctx, "%s 个孩子", key)
}

// days writes a band of days: 1 天, 2–3 天, 8 天以上.
func days(ctx context.Context, band int) string {
	from := trade.VisitBands[band]
	if band+1 == len(trade.VisitBands) {
		return i18n.T(ctx, "%s 天以上", strconv.Itoa(from))
	}
	if to := trade.VisitBands[band+1] - 1; to > from {
		return i18n.T(ctx, "%s 天", strconv.Itoa(from)+"–"+strconv.Itoa(to))
	}
	return i18n.T(ctx, "%s 天", strconv.Itoa(from))
}

// prices writes a band of prices: up to the next one's first, without it.
func prices(ctx context.Context, band int) string {
	whole := func(i int) string { return strconv.FormatInt(int64(trade.PriceBands[i]/100), 10) }
	if band+1 == len(trade.PriceBands) {
		return i18n.T(ctx, "%s 元以上", whole(band))
	}
	return i18n.T(ctx, "%s 元", whole(band)+"–"+whole(band+1))
}

// drawHeat draws when customers come; what may not be told is left empty.
func drawHeat(ctx context.Context, h *trade.Heat) ui.Chart {
	c := ui.Chart{ID: "heat", Title: i18n.T(ctx, "什么时候来"), Kind: ui.HeatChart, Over: i18n.T(ctx, "钟点"), Unit: i18n.T(ctx, "次")}
	weekdays := []string{i18n.T(ctx, "周一"), i18n.T(ctx, "周二"), i18n.T(ctx, "周三"), i18n.T(ctx, "周四"), i18n.T(ctx, "周五"), i18n.T(ctx, "周六"), i18n.T(ctx, "周日")}
	across, step := 6, 4
	switch h.Grain {
	case trade.ByHour:
		across, step = 24, 1
	case trade.ByHalf:
		weekdays = []string{i18n.T(ctx, "周一到周五"), i18n.T(ctx, "周末")}
	}
	told := make(map[int]int64)
	first, last := across, -1
	for _, x := range h.Cells {
		slot, _ := strconv.Atoi(x.Key) // written by the portrait
		told[slot] = x.Count
		first, last = min(first, slot%across), max(last, slot%across)
	}
	for i := first; i <= last; i++ {
		label := strconv.Itoa(i * step)
		if step > 1 {
			label += "–" + strconv.Itoa((i+1)*step)
		}
		c.Labels = append(c.Labels, label)
	}
	for d, name := range weekdays {
		s := ui.Series{Name: name}
		for i := first; i <= last; i++ {
			if n, shown := told[d*across+i]; shown {
				s.Values = append(s.Values, n)
			} else {
				s.Values = append(s.Values, ui.Untold)
			}
		}
		c.Series = append(c.Series, s)
	}
	return c
}
