package timebank

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
)

// Plan asks for the same again on some days of the week: a meal each noon, a call each
// Sunday. Each day's request is made some days ahead, as if it had been asked for then.
type Plan struct {
	ID       id.ID
	Kind     string
	Asker    id.ID
	Entered  Entered
	By       id.ID
	Weekdays period.Weekdays
	Minute   int // of the day at which it begins
	First    period.Day
	Last     period.Day
	Words    string
	Door     Door
	Building id.ID
	Grid     id.ID
	At       time.Time
	End      *PlanEnd
}

// PlanEnd is how a plan was ended before its last day.
type PlanEnd struct {
	Words string
	At    time.Time
	By    id.ID
}

// PlanDays is how long a plan may run, PlanAhead how many days ahead requests are made.
const (
	PlanDays  = 92
	PlanAhead = 3
)

// Validate refuses a plan that would never ask for anything.
func (p *Plan) Validate(today period.Day) error {
	switch {
	case p.First < today || p.Last < p.First || p.Last > p.First+PlanDays:
		return ErrBadPlan.On("first").With("days", PlanDays)
	case p.Weekdays >= 1<<7:
		return ErrBadPlan.On("weekdays").With("days", PlanDays)
	case p.Minute < 0 || p.Minute >= period.Midnight:
		return ErrBadPlan.On("minute").With("days", PlanDays)
	case !text.ShortProse(p.Words, wordsMost) || Telling(p.Words):
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	return p.Door.Validate()
}

// Days are the plan's days in a span, both ends included.
func (p *Plan) Days(from, to period.Day) (days []period.Day) {
	for d := max(from, p.First); d <= min(to, p.Last); d++ {
		if p.Weekdays.Has(d.Weekday()) {
			days = append(days, d)
		}
	}
	return days
}
