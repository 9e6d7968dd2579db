package growth

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Prepaid is a term of membership that was paid in advance, as the platform's result
// sees it (S1). Its fee is no income while it can come back whole: it counts from the
// end of the cooling-off on, day by day, and the first counting day takes up those
// before it. What is not counted yet is owed in service, not earned.
type Prepaid struct {
	Fee     money.Amount
	PaidOn  period.Day
	Cooling int        // days after PaidOn in which the whole fee comes back
	From    period.Day // first day of the term
	Until   period.Day // the day after its last

	Ended    bool // given up: what was not refunded is earned on that day
	EndedOn  period.Day
	Refunded money.Amount
}

// Earned is how much of the fee has become income by the end of a day.
func (t Prepaid) Earned(day period.Day) money.Amount {
	switch days := t.Until - t.From; {
	case t.Ended && day >= t.EndedOn:
		return t.Fee - t.Refunded
	case day <= t.PaidOn+period.Day(t.Cooling), day < t.From, days <= 0:
		return 0
	default:
		return money.MulDiv(t.Fee, money.Amount(min(day-t.From+1, days)), money.Amount(days))
	}
}

// Held is how much of the fee was taken and is not earned by the end of a day.
func (t Prepaid) Held(day period.Day) money.Amount {
	if day < t.PaidOn || t.Ended && day >= t.EndedOn {
		return 0
	}
	return t.Fee - t.Earned(day)
}
