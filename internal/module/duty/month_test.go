package duty_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
)

var shanghai, _ = time.LoadLocation("Asia/Shanghai")

func month(t testing.TB, s string) period.Month {
	t.Helper()
	m, err := period.ParseMonth(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func day(t testing.TB, s string) period.Day {
	t.Helper()
	d, err := period.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// C3: an offer worth 1–3% of sales, and two new members a month.
func TestWhatAMonthAsks(t *testing.T) {
	p := policy.TrialAlliance()
	for _, c := range []struct {
		says                string
		done                duty.Done
		offer, enough       money.Amount
		offerMet, memberMet bool
	}{
		{"1% of 10,000.00 in offers, two members", duty.Done{Sales: 10_000_00, Offers: 100_00, Members: 2}, 100_00, 300_00, true, true},
		{"a fen short", duty.Done{Sales: 10_000_00, Offers: 99_99, Members: 2}, 100_00, 300_00, false, true},
		{"a free service makes up for it", duty.Done{Sales: 10_000_00, Offers: 99_99, Services: 1, Members: 2}, 100_00, 300_00, true, true},
		{"what is asked is rounded up: 1% of 0.01", duty.Done{Sales: 1, Members: 2}, 1, 1, false, true},
		{"who does not count yet does not count", duty.Done{Sales: 100, Offers: 1, Members: 1, Pending: 5}, 1, 3, true, false},
		{"nothing sold: no offer is asked", duty.Done{Members: 2}, 0, 0, true, true},
		{"more taken back than sold", duty.Done{Sales: -500, Members: 2}, 0, 0, true, true},
	} {
		g := duty.ProgressOf(&p, c.done)
		if g.Offer != c.offer || g.Enough != c.enough || g.OfferMet() != c.offerMet || g.MembersMet() != c.memberMet || g.Met() != (c.offerMet && c.memberMet) {
			t.Errorf("%s: %+v", c.says, g)
		}
	}
}

func TestWhoIsBehind(t *testing.T) {
	p := policy.TrialAlliance()
	for _, c := range []struct {
		says   string
		done   duty.Done
		behind bool
	}{
		{"one member by the 15th of 30: two by the end", duty.Done{Sales: 5_000_00, Offers: 60_00, Members: 1}, false},
		{"one who does not count yet will", duty.Done{Sales: 5_000_00, Offers: 60_00, Pending: 1}, false},
		{"nobody", duty.Done{Sales: 5_000_00, Offers: 60_00}, true},
		{"0.8% given", duty.Done{Sales: 5_000_00, Offers: 40_00, Members: 2}, true},
	} {
		if got := duty.Behind(&p, c.done, 15, 30); got != c.behind {
			t.Errorf("%s: behind is %v", c.says, got)
		}
	}
}

// A month that is whole is what it was, and a projection never makes less of it.
func TestAProjectionOnlyGrows(t *testing.T) {
	p := policy.TrialAlliance()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Custom(func(t *rapid.T) money.Amount { return money.Amount(rapid.Int64Range(-1e9, 1e12).Draw(t, "fen")) })
		d := duty.Done{Sales: amount.Draw(t, "sales"), Offers: amount.Draw(t, "offers"), Services: amount.Draw(t, "services"),
			Members: rapid.IntRange(0, 50).Draw(t, "members"), Pending: rapid.IntRange(0, 50).Draw(t, "pending")}
		days := rapid.IntRange(28, 31).Draw(t, "days")
		elapsed := rapid.IntRange(0, days).Draw(t, "elapsed")
		end := d.Projected(elapsed, days)
		if end.Sales < d.Sales || end.Offers < d.Offers || end.Services < d.Services || end.Members < d.Members {
			t.Fatalf("%+v becomes %+v", d, end)
		}
		if d.Projected(days, days) != d {
			t.Fatal("the end of a month is a guess")
		}
		g := duty.ProgressOf(&p, d)
		if (g.Short() == 0) != g.OfferMet() || (g.Lacking() == 0) != g.MembersMet() {
			t.Fatalf("%+v", g)
		}
	})
}

// One missed month is a reminder; the second running is a breach; of a breach the
// count begins anew (C3).
func TestMissedMonthsRunning(t *testing.T) {
	p := policy.TrialAlliance()
	missed := duty.ProgressOf(&p, duty.Done{Sales: 100_00})
	met := duty.ProgressOf(&p, duty.Done{Sales: 100_00, Offers: 1_00, Members: 2})
	m := month(t, "2026-11")
	first, second, breach := id.ID{1}, id.ID{2}, id.ID{3}
	for _, c := range []struct {
		says   string
		now    duty.Result
		before *duty.Result
		run    int
	}{
		{"kept", duty.Result{Month: m, Tenure: first, Progress: met}, nil, 0},
		{"the first one", duty.Result{Month: m, Tenure: first, Progress: missed}, nil, 1},
		{"after a kept one", duty.Result{Month: m, Tenure: first, Progress: missed}, &duty.Result{Month: m - 1, Tenure: first, Progress: met}, 1},
		{"the second running", duty.Result{Month: m, Tenure: first, Progress: missed}, &duty.Result{Month: m - 1, Tenure: first, Run: 1}, 2},
		{"over the new year", duty.Result{Month: month(t, "2027-01"), Tenure: first, Progress: missed}, &duty.Result{Month: month(t, "2026-12"), Tenure: first, Run: 1}, 2},
		{"a month between was not judged", duty.Result{Month: m, Tenure: first, Progress: missed}, &duty.Result{Month: m - 2, Tenure: first, Run: 1}, 1},
		{"in another seat", duty.Result{Month: m, Tenure: second, Progress: missed}, &duty.Result{Month: m - 1, Tenure: first, Run: 1}, 1},
		{"after a breach", duty.Result{Month: m, Tenure: first, Progress: missed}, &duty.Result{Month: m - 1, Tenure: first, Run: 2, Breach: breach}, 1},
		{"a new shop's", duty.Result{Month: m, Tenure: first, Progress: missed, Exempt: duty.NewHere}, &duty.Result{Month: m - 1, Tenure: first, Run: 1}, 0},
	} {
		if got := c.now.RunAfter(c.before); got != c.run {
			t.Errorf("%s: %d", c.says, got)
		}
	}
}

func TestFullMonthsInASeat(t *testing.T) {
	for _, c := range []struct {
		from, over string
		month      string
		whole      bool
		months     int
	}{
		{"2026-10-01", "2027-10-02", "2026-10", true, 1},
		{"2026-10-02", "2027-10-03", "2026-10", false, 0},
		{"2026-10-02", "2027-10-03", "2026-11", true, 1},
		{"2026-10-02", "2026-12-31", "2026-12", false, 2},
		{"2026-10-02", "2027-01-01", "2026-12", true, 2},
		{"2025-12-15", "2027-01-01", "2026-02", true, 2},
		{"2027-01-01", "2028-01-01", "2026-12", false, 0},
		{"2028-02-01", "2028-03-01", "2028-02", true, 1},  // the leap day is one of its days
		{"2028-02-01", "2028-02-29", "2028-02", false, 1}, // but not here
		{"2028-02-29", "2029-02-28", "2028-03", true, 1},
	} {
		s := duty.Seat{From: day(t, c.from), Over: day(t, c.over)}
		if got := s.Whole(month(t, c.month)); got != c.whole {
			t.Errorf("%s to %s has all of %s: %v", c.from, c.over, c.month, got)
		}
		if got := s.Months(month(t, c.month)); got != c.months {
			t.Errorf("%s to %s has %d full months up to %s, want %d", c.from, c.over, got, c.month, c.months)
		}
	}
}

// Civil Code art. 201 and 203: the first day does not count, and a last day on which
// nobody works moves.
func TestDeadlines(t *testing.T) {
	for _, c := range []struct {
		from string
		days int
		last string
	}{
		{"2026-11-16", 5, "2026-11-23"}, // Monday; the 21st is a Saturday
		{"2026-11-18", 5, "2026-11-23"}, // Wednesday
		{"2026-12-24", 7, "2026-12-31"}, // Thursday
		{"2026-12-25", 7, "2027-01-04"}, // the 1st is New Year, then a weekend
		{"2028-02-22", 7, "2028-02-29"}, // the leap day is one
		{"2026-09-24", 7, "2026-10-05"}, // National Day, then a weekend
		{"2027-04-24", 7, "2027-05-03"}, // 1 and 2 May are a weekend in 2027
	} {
		at := day(t, c.from).Start(shanghai).Add(23*time.Hour + 59*time.Minute)
		if got := duty.Deadline(at, c.days, shanghai); !got.Equal((day(t, c.last) + 1).Start(shanghai)) {
			t.Errorf("%s and %d days: %s", c.from, c.days, got.In(shanghai))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1_700_000_000, 2_500_000_000).Draw(t, "at"), 0)
		n := rapid.IntRange(1, 90).Draw(t, "days")
		end := duty.Deadline(at, n, shanghai)
		last := period.DayOf(end.Add(-time.Second), shanghai)
		if duty.Rest(last) || last < period.DayOf(at, shanghai)+period.Day(n) || last > period.DayOf(at, shanghai)+period.Day(n)+4 {
			t.Fatalf("%s and %d days: %s", at, n, last)
		}
		if !end.Equal((last + 1).Start(shanghai)) {
			t.Fatal("it does not end with a day")
		}
	})
}
