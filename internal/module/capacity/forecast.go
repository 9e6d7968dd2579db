package capacity

import "gongyi/internal/kernel/period"

// Forecast is what is usual for a kind at an hour of a day of the week.
type Forecast struct {
	Minutes   int // to be expected
	Low, High int // the least and the most of the weeks that were looked at, and what is expected
	Weeks     int // that were looked at; 0: there is no forecast
}

// foresee adds to the cells what is usual there. A day's own mean is drawn towards the
// mean that all days of the week have at that hour, as if so many weeks more of the
// latter had been seen (Rules.Shrink): of a few weeks one busy day says little.
func (t *table) foresee() {
	today := t.from.Day()
	weeks := seenWeeks(t.q.Past, today, t.q.Rules.Weeks)
	if weeks == 0 {
		return
	}
	first := HourOf(today-period.Day(weeks*week), 0)
	for kind, booked := range byHour(t.q.Past, first, HourOf(today, 0)) {
		for h := t.from; h < t.to; h++ {
			if f := usual(booked, h, today, weeks, t.q.Rules.Shrink); f.High > 0 {
				t.at(kind, h).Expected = f
			}
		}
	}
}

// seenWeeks is for how many whole weeks before today anything is known, at most so many.
// A week in which the first booking lies counts as whole.
func seenWeeks(past []Booking, today period.Day, most int) int {
	weeks := 0
	for i := range past {
		if d := past[i].From.Hour().Day(); d < today {
			weeks = max(weeks, (int(today-d)+week-1)/week)
		}
	}
	return min(weeks, most)
}

// byHour are the minutes of bookings by kind and hour within a span of hours.
func byHour(past []Booking, from, to Hour) map[string]map[Hour]int {
	all := make(map[string]map[Hour]int)
	for i := range past {
		b := &past[i]
		each(Span{b.From, b.From + Minute(b.Minutes)}, from, to, func(h Hour, minutes int) {
			if all[b.Kind] == nil {
				all[b.Kind] = make(map[Hour]int)
			}
			all[b.Kind][h] += minutes * b.People
		})
	}
	return all
}

// usual is the forecast of an hour from the same hour of past weeks.
func usual(booked map[Hour]int, h Hour, today period.Day, weeks, shrink int) Forecast {
	f := Forecast{Weeks: weeks}
	own, all := 0, 0 // sums of this day of the week, and of all
	for n := range weeks * week {
		d := today - 1 - period.Day(n)
		minutes := booked[HourOf(d, h.Clock())]
		all += minutes
		if d.Weekday() != h.Day().Weekday() {
			continue
		}
		if own += minutes; f.High < minutes {
			f.High = minutes
		}
		if n < week || minutes < f.Low {
			f.Low = minutes
		}
	}
	// (own + shrink × all ÷ (7 × weeks)) ÷ (weeks + shrink), half up.
	above, below := own*week*weeks+shrink*all, (weeks+shrink)*week*weeks
	f.Minutes = (2*above + below) / (2 * below)
	f.Low, f.High = min(f.Low, f.Minutes), max(f.High, f.Minutes)
	return f
}
