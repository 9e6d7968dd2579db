package portal

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Refusals of what somebody typed.
var (
	ErrBadNumber = fault.New(fault.Invalid, "portal.bad_number")
	ErrBadShare  = fault.New(fault.Invalid, "portal.bad_share")
	ErrBadDay    = fault.New(fault.Invalid, "portal.bad_day")
	ErrBadClock  = fault.New(fault.Invalid, "portal.bad_clock")
)

// Typing reads a form field by field and keeps the first refusal.
type Typing struct {
	r   *http.Request
	Err error
}

// Type begins to read a form.
func Type(r *http.Request) *Typing { return &Typing{r: r} }

func (t *Typing) fail(f *fault.Fault, field string) {
	if t.Err == nil {
		t.Err = f.On(field)
	}
}

// Line is a line of text.
func (t *Typing) Line(field string) string { return strings.TrimSpace(t.r.FormValue(field)) }

// Number is a whole number; an empty field is 0.
func (t *Typing) Number(field string) int {
	s := t.Line(field)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		t.fail(ErrBadNumber, field)
	}
	return n
}

// Yuan is an amount of money; an empty field is 0.
func (t *Typing) Yuan(field string) money.Amount {
	if t.Line(field) == "" {
		return 0
	}
	v, err := Yuan(t.r, field)
	if err != nil || v < 0 {
		t.fail(ErrBadAmount, field)
	}
	return v
}

// Share is a part of a hundred, with up to four decimals; an empty field is 0.
func (t *Typing) Share(field string) money.Rate {
	s := strings.TrimSpace(strings.TrimSuffix(t.Line(field), "%"))
	if s == "" {
		return 0
	}
	whole, frac, dotted := strings.Cut(s, ".")
	n, err := strconv.Atoi(whole + (frac + "0000")[:4])
	if dotted && frac == "" || len(frac) > 4 || whole == "" || err != nil || n < 0 || n > int(money.One) {
		t.fail(ErrBadShare, field)
		return 0
	}
	return money.Rate(n)
}

// Day is a day; an empty field is the zero day.
func (t *Typing) Day(field string) period.Day {
	s := t.Line(field)
	if s == "" {
		return 0
	}
	d, err := period.ParseDay(s)
	if err != nil {
		t.fail(ErrBadDay, field)
	}
	return d
}

// Ticked reports whether a box was ticked.
func (t *Typing) Ticked(field string) bool { return t.r.FormValue(field) != "" }

// IDs are the things that were chosen.
func (t *Typing) IDs(field string) (all []id.ID) {
	for _, s := range t.r.Form[field] {
		if v, err := id.Parse(s); err == nil {
			all = append(all, v)
		}
	}
	return all
}

// Times are weekdays and hours, from the fields "weekdays", "from_hour", "to_hour".
func (t *Typing) Times() (times period.Times) {
	for _, s := range t.r.Form["weekdays"] {
		if d, err := strconv.Atoi(s); err == nil && d >= 0 && d < 7 {
			times.Weekdays |= 1 << d
		}
	}
	if times.Weekdays == 1<<7-1 { // all of them
		times.Weekdays = 0
	}
	times.From, times.To = t.minute("from_hour"), t.minute("to_hour")
	return times
}

// minute is a time of day in minutes after midnight; an empty field is 0.
func (t *Typing) minute(field string) int {
	s := t.Line(field)
	if s == "" {
		return 0
	}
	at, err := time.Parse("15:04", s)
	if err != nil {
		t.fail(ErrBadClock, field)
	}
	return at.Hour()*60 + at.Minute()
}

// WeekdayOptions are the days of the week to choose from, Monday first.
func WeekdayOptions(ctx context.Context) (options []ui.Option) {
	for d := 1; d <= 7; d++ {
		options = append(options, ui.Option{Value: strconv.Itoa(d % 7), Text: ui.Weekday(ctx, time.Weekday(d%7))})
	}
	return options
}

// WeekdayValues are the chosen ones of them.
func WeekdayValues(w period.Weekdays) (values []string) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if w != 0 && w.Has(d) {
			values = append(values, strconv.Itoa(int(d)))
		}
	}
	return values
}

// HourValue is a time of day as a field shows it, "" for the beginning or the end of
// the day.
func HourValue(minute int) string {
	if minute == 0 || minute == period.Midnight {
		return ""
	}
	from, _ := period.Times{From: minute}.Hours()
	return from
}

// TimesName says on which weekdays and at which hours, "" for always.
func TimesName(ctx context.Context, t period.Times) string {
	var parts []string
	if t.Weekdays != 0 {
		var days []string
		for d := 1; d <= 7; d++ {
			if t.Weekdays.Has(time.Weekday(d % 7)) {
				days = append(days, ui.Weekday(ctx, time.Weekday(d%7)))
			}
		}
		parts = append(parts, strings.Join(days, i18n.T(ctx, "、")))
	}
	if t.From != 0 || t.To != 0 {
		from, to := t.Hours()
		parts = append(parts, from+"–"+to)
	}
	return strings.Join(parts, " ")
}

// Whole writes a number for a field, "" for 0.
func Whole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
