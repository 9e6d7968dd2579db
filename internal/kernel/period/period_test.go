package period_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/period"
)

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDayOfDependsOnTheZone(t *testing.T) {
	at := time.Date(2017, 6, 30, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
	if d := period.DayOf(at, shanghai(t)); d.String() != "2017-07-01" {
		t.Errorf("in Shanghai it is %s", d)
	}
	if d := period.DayOf(at.Add(-time.Microsecond), shanghai(t)); d.String() != "2017-06-30" {
		t.Errorf("a moment before it is %s", d)
	}
	if d := period.DayOf(at, time.UTC); d.String() != "2017-06-30" {
		t.Errorf("in UTC it is %s", d)
	}
}

func TestDaysAndMonthsFitTogether(t *testing.T) {
	zone := shanghai(t)
	rapid.Check(t, func(t *rapid.T) {
		d := period.Day(rapid.Int32Range(-20_000, 40_000).Draw(t, "day"))
		if back, err := period.ParseDay(d.String()); err != nil || back != d {
			t.Fatalf("%s is read as %s (%v)", d, back, err)
		}
		if got := period.DayOf(d.Start(zone), zone); got != d {
			t.Fatalf("%s starts on %s", d, got)
		}
		m := d.Month()
		if d < m.First() || d > m.Last() || m.Last()+1 != (m+1).First() {
			t.Fatalf("%s does not lie in %s (%s to %s)", d, m, m.First(), m.Last())
		}
		if back, err := period.ParseMonth(m.String()); err != nil || back != m {
			t.Fatalf("%s is read as %s (%v)", m, back, err)
		}
	})
}

func TestWhatIsNoDay(t *testing.T) {
	for _, s := range []string{"", "2017-02-30", "2017-6-1", "20170601", "2017-06"} {
		if _, err := period.ParseDay(s); err == nil {
			t.Errorf("%q is a day", s)
		}
	}
}
