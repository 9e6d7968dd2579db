package offer

import (
	"time"

	"gongyi/internal/kernel/period"
)

// Window says when an offer is good: from one day to another, on some weekdays,
// between two times of the day, on the shop's merchant days only (C8).
type Window struct {
	First period.Day `json:"first"`
	Last  period.Day `json:"last"`
	period.Times
	Own bool `json:"own,omitempty"` // only on days that the calendar gives to the shop
}

// longest is how far an offer reaches at most.
const longest = 366

func (w *Window) validate() error {
	switch {
	case w.First <= 0 || w.Last < w.First || w.Last-w.First > longest:
		return ErrBadDays.On("last")
	case !w.Valid():
		return ErrBadHours.On("from")
	}
	return nil
}

// Runs reports whether a day lies between the first and the last one.
func (w *Window) Runs(day period.Day) bool { return day >= w.First && day <= w.Last }

// opens says why the offer is not good at a moment of a day between its first and
// its last, the zero sentence if it is. own: the calendar gives the day to the shop.
func (w *Window) opens(at time.Time, own bool) Sentence {
	switch {
	case !w.OnDay(at):
		return say("今天不在优惠的日子里")
	case w.Own && !own:
		return say("只在这家店的商家日有")
	case !w.InHours(at):
		from, to := w.Hours()
		return say("只在 %s 到 %s 之间有", from, to)
	}
	return Sentence{}
}
