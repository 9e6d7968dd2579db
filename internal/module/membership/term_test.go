package membership_test

import (
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/membership"
)

func day(t testing.TB, s string) period.Day {
	t.Helper()
	d, err := period.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestTerms: the first and the last day of a term that is paid on a day (Civil Code
// art. 201, 202).
func TestTerms(t *testing.T) {
	for _, c := range []struct {
		says, paid string
		months     int
		last       string
	}{
		{"an ordinary day", "2025-10-15", 12, "2026-10-15"},
		{"the last day of a year", "2025-12-31", 12, "2026-12-31"},
		{"the first day of a year", "2026-01-01", 12, "2027-01-01"},
		{"29 February", "2024-02-29", 12, "2025-02-28"},
		{"28 February before a leap year", "2027-02-28", 12, "2028-02-28"},
		{"the 31st, three months", "2025-11-30", 3, "2026-02-28"},
		{"the 31st, one month", "2026-01-31", 1, "2026-02-28"},
	} {
		from, until := membership.FirstTerm(day(t, c.paid), c.months)
		if from.String() != c.paid || (until-1).String() != c.last {
			t.Errorf("%s: %s to %s, want %s to %s", c.says, from, until-1, c.paid, c.last)
		}
	}
	for _, c := range []struct{ says, last, next string }{
		{"a year after a year", "2026-10-15", "2027-10-15"},
		{"over the end of a year", "2026-12-31", "2027-12-31"},
		{"who joined on 29 February keeps it", "2027-02-28", "2028-02-29"},
		{"after 29 February", "2028-02-29", "2029-02-28"},
	} {
		from, until := membership.NextTerm(day(t, c.last)+1, 12)
		if from != day(t, c.last)+1 || (until-1).String() != c.next {
			t.Errorf("%s: %s to %s, want to %s", c.says, from, until-1, c.next)
		}
	}
}

// TestTermsNeverShrink: whatever the day, a year has at least 365 days, the day of the
// payment comes on top, and terms follow each other without a gap.
func TestTermsNeverShrink(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paid := period.Day(rapid.Int32Range(10_000, 40_000).Draw(t, "paid"))
		from, until := membership.FirstTerm(paid, 12)
		if n := int(until - from); n < 366 || n > 367 {
			t.Fatalf("the first year from %s has %d days", paid, n)
		}
		for range 6 {
			next, end := membership.NextTerm(until, 12)
			if n := int(end - next); next != until || n < 365 || n > 366 {
				t.Fatalf("the year from %s to %s has %d days", next, end, n)
			}
			until = end
		}
	})
}

// TestPhases: where a member stands with her terms.
func TestPhases(t *testing.T) {
	year := membership.Term{From: day(t, "2025-01-10"), Until: day(t, "2026-01-11")}
	left := year
	left.End = &membership.TermEnd{Day: day(t, "2025-06-01")}
	old := membership.Term{From: day(t, "2024-01-09"), Until: day(t, "2025-01-10")}
	for _, c := range []struct {
		says string
		all  membership.Terms
		on   string
		want membership.Phase
	}{
		{"a founding member", nil, "2025-05-05", membership.NoTerm},
		{"the first day", membership.Terms{year}, "2025-01-10", membership.Running},
		{"the last day", membership.Terms{year}, "2026-01-10", membership.Running},
		{"the day after", membership.Terms{year}, "2026-01-11", membership.Grace},
		{"the last day of grace", membership.Terms{year}, "2026-01-25", membership.Grace},
		{"the grace is over", membership.Terms{year}, "2026-01-26", membership.Over},
		{"given up", membership.Terms{left}, "2025-06-01", membership.GivenUp},
		{"given up in the second year", membership.Terms{old, left}, "2025-07-01", membership.GivenUp},
		{"renewed", membership.Terms{old, year}, "2025-01-10", membership.Running},
	} {
		if got := c.all.Phase(day(t, c.on), 15); got != c.want {
			t.Errorf("%s: %s, want %s", c.says, got, c.want)
		}
	}
	if from, _ := (membership.Terms{year}).Following(day(t, "2026-01-20"), 12, 15); from != year.Until {
		t.Errorf("renewed in the grace it begins on %s", from)
	}
	if from, _ := (membership.Terms{year}).Following(day(t, "2026-01-26"), 12, 15); from != day(t, "2026-01-26") {
		t.Errorf("renewed after the grace it begins on %s", from)
	}
}

// TestARefundOfEveryDay: whatever day a term begins on and ends, each day less or the
// same comes back; the whole fee within the cooling-off, nothing once the last day has
// begun, never more than the days that are left and never less than they are worth (M-02).
func TestARefundOfEveryDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paid := period.Day(rapid.Int32Range(18_000, 22_000).Draw(t, "paid"))
		x := membership.Term{Fee: money.Amount(rapid.Int64Range(0, 1_000_00).Draw(t, "fee")), PaidDay: paid, CoolingDays: rapid.IntRange(7, 30).Draw(t, "cooling")}
		x.From, x.Until = membership.FirstTerm(paid, rapid.IntRange(1, 24).Draw(t, "months"))
		if rapid.Bool().Draw(t, "renewed early") {
			x.PaidDay -= period.Day(rapid.Int32Range(1, 400).Draw(t, "ahead"))
		}
		taken := money.Amount(rapid.Int64Range(0, 120_00).Draw(t, "taken"))
		before := x.Fee
		for d := x.PaidDay; d < x.Until; d++ {
			v := x.Refund(d, taken, charter.Cash).Amount()
			goods := min(taken, x.Fee)
			days := x.Fee - x.Fee*money.Amount(d-x.From+1)/money.Amount(x.Days()) // rounded for her sake
			switch {
			case v > before || v < 0:
				t.Fatalf("%s: %v after %v", d, v, before)
			case (d < x.From || x.CoolingOff(d)) && v != x.Fee-goods:
				t.Fatalf("%s: %v of %v, the whole less %v was promised", d, v, x.Fee, goods)
			case d >= x.From && !x.CoolingOff(d) && v != min(days, x.Fee-goods):
				t.Fatalf("%s: %v, the days left are worth %v", d, v, days)
			}
			before = v
		}
		if !x.CoolingOff(x.Last()) && before != 0 {
			t.Fatalf("%v comes back on the last day", before)
		}
	})
}

// TestTheCoolingOffHasSevenDays: the day of the payment is not one of them.
func TestTheCoolingOffHasSevenDays(t *testing.T) {
	x := membership.Term{Fee: 99_00, PaidDay: day(t, "2025-12-28"), From: day(t, "2025-12-28"), Until: day(t, "2026-12-29"), CoolingDays: 7}
	for on, want := range map[string]money.Amount{"2025-12-28": 99_00, "2026-01-04": 99_00, "2026-01-05": 99_00 - 9*99_00/366} {
		if got := x.Refund(day(t, on), 0, charter.Cash).Amount(); got != want {
			t.Errorf("on %s %v comes back, want %v", on, got, want)
		}
	}
}

// TestQuarters: packs go by the calendar's quarters.
func TestQuarters(t *testing.T) {
	for on, want := range map[string]string{"2025-12-31": "2025-10", "2026-01-01": "2026-01", "2026-03-31": "2026-01", "2026-04-01": "2026-04"} {
		if got := membership.Quarter(day(t, on)); got.String() != want {
			t.Errorf("%s lies in %s, want %s", on, got, want)
		}
	}
}
