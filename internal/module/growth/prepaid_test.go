package growth_test

import (
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/growth"
)

// TestFeesAreEarnedByTheDay: 365.00 for the 365 days of 2025, paid on the first of them.
func TestFeesAreEarnedByTheDay(t *testing.T) {
	first := period.Date(2025, 1, 1)
	year := growth.Prepaid{Fee: 365_00, PaidOn: first, Cooling: 7, From: first, Until: first.Plus(12)}
	given := year
	given.Ended, given.EndedOn, given.Refunded = true, period.Date(2025, 3, 1), 305_00
	back := year
	back.Ended, back.EndedOn, back.Refunded = true, period.Date(2025, 1, 5), 365_00
	for _, c := range []struct {
		what         string
		term         growth.Prepaid
		day          period.Day
		earned, held money.Amount
	}{
		{"before it was paid", year, first - 1, 0, 0},
		{"on the day", year, first, 0, 365_00},
		{"the last day of the cooling-off", year, period.Date(2025, 1, 8), 0, 365_00},
		{"the day after takes up those before it", year, period.Date(2025, 1, 9), 9_00, 356_00},
		{"the end of January", year, period.Date(2025, 1, 31), 31_00, 334_00},
		{"the last day", year, period.Date(2025, 12, 31), 365_00, 0},
		{"the year after", year, period.Date(2026, 6, 1), 365_00, 0},
		{"given up on 1 March: 60.00 stay", given, period.Date(2025, 3, 1), 60_00, 0},
		{"the day before", given, period.Date(2025, 2, 28), 59_00, 306_00},
		{"given up in the cooling-off: nothing stays", back, period.Date(2025, 1, 31), 0, 0},
	} {
		if e, h := c.term.Earned(c.day), c.term.Held(c.day); e != c.earned || h != c.held {
			t.Errorf("%s: earned %v, held %v; want %v, %v", c.what, e, h, c.earned, c.held)
		}
	}
}

// TestARenewalIsEarnedInItsOwnTime: paid before its term begins.
func TestARenewalIsEarnedInItsOwnTime(t *testing.T) {
	p := growth.Prepaid{Fee: 366_00, PaidOn: period.Date(2027, 2, 1), Cooling: 7, From: period.Date(2027, 3, 1), Until: period.Date(2028, 3, 1)}
	if p.Until-p.From != 366 {
		t.Fatalf("a term over 29 February 2028 has %d days", p.Until-p.From)
	}
	for day, want := range map[period.Day]money.Amount{period.Date(2027, 2, 28): 0, period.Date(2027, 3, 1): 1_00, period.Date(2028, 2, 29): 366_00} {
		if got := p.Earned(day); got != want {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

// TestEarningsAddUp: however the days are cut into months, the whole fee less what was
// refunded is earned in the end, never less than nothing on a day before the refund.
func TestEarningsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := growth.Prepaid{
			Fee: money.Amount(rapid.Int64Range(0, 100_000).Draw(t, "fee")), PaidOn: period.Day(rapid.IntRange(0, 40).Draw(t, "paid")), Cooling: rapid.IntRange(0, 30).Draw(t, "cooling"),
		}
		p.From = p.PaidOn + period.Day(rapid.IntRange(0, 60).Draw(t, "ahead"))
		p.Until = p.From + period.Day(rapid.IntRange(1, 400).Draw(t, "days"))
		if rapid.Bool().Draw(t, "ended") {
			p.Ended, p.EndedOn = true, p.PaidOn+period.Day(rapid.IntRange(0, 300).Draw(t, "ends"))
			p.Refunded = money.Amount(rapid.Int64Range(0, int64(p.Fee)).Draw(t, "refunded"))
		}
		var sum money.Amount
		for day := period.Day(-1); day < 600; day++ {
			e := p.Earned(day) - p.Earned(day-1)
			if sum += e; e < 0 && day != p.EndedOn || p.Held(day) < 0 {
				t.Fatalf("day %d earns %v, holds %v", day, e, p.Held(day))
			}
		}
		if sum != p.Fee-p.Refunded {
			t.Fatalf("%v of %v were earned, %v refunded", sum, p.Fee, p.Refunded)
		}
	})
}
