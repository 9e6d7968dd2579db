package offer

import (
	"time"

	"gongyi/internal/kernel/period"
)

// Window says when an offer is good: from one day to another, on some weekdays,
// between two times of the day, on the shop's merchant days only (C8).
type Window struct {
	First    period.Day `json:"first"`
	Last     period.Day `json:"last"`
	Weekdays Weekdays   `json:"weekdays"`
	From     int        `json:"from"` // minutes after midnight
	To       int        `json:"to"`   // minutes after midnight, not included; 0 = until midnight
	Own      bool       `json:"own"`  // only on days that the calendar gives to the shop
}

// Weekdays are days of the week, a bit each, the lowest for Sunday; 0 is every day.
type Weekdays uint8

// Has reports whether a weekday is among them.
func (w Weekdays) Has(d time.Weekday) bool { return w == 0 || w&(1<<d) != 0 }

// The bounds of a window.
const (
	longest  = 366
	midnight = 24 * 60
)

func (w *Window) validate() error {
	switch {
	case w.First <= 0 || w.Last < w.First || w.Last-w.First > longest:
		return ErrBadDays.On("last")
	case w.Weekdays >= 1<<7:
		return ErrBadDays.On("weekdays")
	case w.From < 0 || w.From >= midnight || w.To < 0 || w.To > midnight || w.To != 0 && w.To <= w.From:
		return ErrBadHours.On("from")
	}
	return nil
}

// Runs reports whether a day lies between the first and the last one.
func (w *Window) Runs(day period.Day) bool { return day >= w.First && day <= w.Last }

// opens says why the offer is not good at a moment of a day between its first and
// its last, the zero sentence if it is. own: the calendar gives the day to the shop.
func (w *Window) opens(at time.Time, own bool) Sentence {
	minute := at.Hour()*60 + at.Minute()
	switch {
	case !w.Weekdays.Has(at.Weekday()):
		return say("今天不在优惠的日子里")
	case w.Own && !own:
		return say("只在这家店的商家日有")
	case minute < w.From || w.To != 0 && minute >= w.To:
		to := w.To
		if to == 0 {
			to = midnight
		}
		return say("只在 %s 到 %s 之间有", clock(w.From), clock(to))
	}
	return Sentence{}
}

func clock(minute int) string {
	digits := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return digits(minute/60) + ":" + digits(minute%60)
}
