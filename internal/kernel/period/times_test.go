package period

import (
	"testing"
	"time"
)

func TestTimesOfAWeek(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2025, 10, day, hour, minute, 59, 0, time.UTC) }
	wednesday := Times{Weekdays: 1 << time.Wednesday, From: 8 * 60, To: 12*60 + 30}
	for _, c := range []struct {
		says  string
		times Times
		at    time.Time
		open  bool
	}{
		{"always", Times{}, at(15, 23, 59), true},
		{"a Wednesday, in its last minute", wednesday, at(15, 12, 29), true},
		{"a minute later", wednesday, at(15, 12, 30), false},
		{"before", wednesday, at(15, 7, 59), false},
		{"a Thursday", wednesday, at(16, 9, 0), false},
		{"from noon on", Times{From: 12 * 60}, at(15, 23, 59), true},
	} {
		if got := c.times.OnDay(c.at) && c.times.InHours(c.at); got != c.open {
			t.Errorf("%s: %v", c.says, got)
		}
	}
	for _, bad := range []Times{{Weekdays: 1 << 7}, {From: -1}, {From: Midnight}, {To: Midnight + 1}, {From: 60, To: 60}} {
		if bad.Valid() {
			t.Errorf("%+v is valid", bad)
		}
	}
	if from, to := (Times{From: 65}).Hours(); from != "01:05" || to != "24:00" {
		t.Error(from, to)
	}
	if !wednesday.Valid() {
		t.Error("a Wednesday is not valid")
	}
}
