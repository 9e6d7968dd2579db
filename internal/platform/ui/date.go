package ui

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

// Dates are formats rather than sentences: both languages stand side by side
// here and not in the locale files.

var weekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

// Day writes a day with its weekday: 10 月 16 日 周四, in elder mode 星期四.
func Day(ctx context.Context, d period.Day) string {
	_, m, day := d.Date()
	if i18n.Of(ctx) == i18n.En {
		return fmt.Sprintf("%s %d %s", d.Weekday().String()[:3], day, m.String()[:3])
	}
	return fmt.Sprintf("%d 月 %d 日 %s", int(m), day, Weekday(ctx, d.Weekday()))
}

// FullDay writes a day with its year.
func FullDay(ctx context.Context, d period.Day) string {
	y, m, day := d.Date()
	if i18n.Of(ctx) == i18n.En {
		return fmt.Sprintf("%d %s %d", day, m.String()[:3], y)
	}
	return fmt.Sprintf("%d 年 %d 月 %d 日", y, int(m), day)
}

// ShortDay writes a day in a narrow column: 1-30, or 30 Jan.
func ShortDay(ctx context.Context, d period.Day) string {
	_, m, day := d.Date()
	if i18n.Of(ctx) == i18n.En {
		return fmt.Sprintf("%d %s", day, m.String()[:3])
	}
	return fmt.Sprintf("%d-%d", int(m), day)
}

// Days writes a span of days in a narrow column.
func Days(ctx context.Context, from, to period.Day) string {
	if from == to {
		return ShortDay(ctx, to)
	}
	return ShortDay(ctx, from) + " – " + ShortDay(ctx, to)
}

// Month writes a month with its year: 2025 年 9 月, September 2025.
func Month(ctx context.Context, m period.Month) string {
	if i18n.Of(ctx) == i18n.En {
		return fmt.Sprintf("%s %d", m.Calendar(), m.Year())
	}
	return fmt.Sprintf("%d 年 %d 月", m.Year(), int(m.Calendar()))
}

// Quarter writes the quarter that a month lies in: 2025 年第 3 季度, Q3 2025.
func Quarter(ctx context.Context, m period.Month) string {
	n := int(m.Calendar()-1)/3 + 1
	if i18n.Of(ctx) == i18n.En {
		return fmt.Sprintf("Q%d %d", n, m.Year())
	}
	return fmt.Sprintf("%d 年第 %d 季度", m.Year(), n)
}

// MonthName writes a month where the year is clear: 9 月, September.
func MonthName(ctx context.Context, m period.Month) string {
	if i18n.Of(ctx) == i18n.En {
		return m.Calendar().String()
	}
	return fmt.Sprintf("%d 月", int(m.Calendar()))
}

// Moment writes a day and a time: 10 月 15 日 周三 18:24, in elder mode 下午 6:24.
// The instant carries the zone of the community.
func Moment(ctx context.Context, t time.Time) string {
	return Day(ctx, period.DayOf(t, t.Location())) + " " + Clock(ctx, t)
}

// Clock writes a time of day.
func Clock(ctx context.Context, t time.Time) string {
	if !IsElder(ctx) || i18n.Of(ctx) == i18n.En {
		return t.Format("15:04")
	}
	hour := t.Hour()
	part := "上午"
	switch {
	case hour < 6:
		part = "凌晨"
	case hour == 12:
		part = "中午"
	case hour > 12 && hour < 18:
		part = "下午"
	case hour >= 18:
		part = "晚上"
	}
	if hour > 12 {
		hour -= 12
	}
	if t.Minute() == 0 {
		return fmt.Sprintf("%s %d 点", part, hour)
	}
	return fmt.Sprintf("%s %d:%02d", part, hour, t.Minute())
}

// Exact writes an instant to the second, for proofs: 10 月 15 日 18:24:07.
func Exact(ctx context.Context, t time.Time) string {
	if i18n.Of(ctx) == i18n.En {
		return t.Format("2 Jan 15:04:05")
	}
	return t.Format("1 月 2 日 15:04:05")
}

// Weekday names a day of the week: 周四, in elder mode 星期四.
func Weekday(ctx context.Context, d time.Weekday) string {
	switch {
	case i18n.Of(ctx) == i18n.En:
		return d.String()[:3]
	case IsElder(ctx):
		return "星期" + weekdays[d]
	}
	return "周" + weekdays[d]
}
