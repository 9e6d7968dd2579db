package operatorweb

import (
	"testing"
	"time"
)

// TestWhenALogIsLate: what was just written, and what a program that was just started has
// still to publish, is not late; what cannot be published is.
func TestWhenALogIsLate(t *testing.T) {
	now := time.Date(2025, 10, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, c := range map[string]struct {
		log  Log
		late bool
	}{
		"all of it is published":                {Log{Size: 9, Published: 9, LastEntry: ago(time.Hour)}, false},
		"the last was written just now":         {Log{Size: 9, Published: 8, LastEntry: ago(time.Second), Since: ago(time.Hour)}, false},
		"it has waited":                         {Log{Size: 9, Published: 8, LastEntry: ago(2 * time.Minute), Since: ago(time.Hour)}, true},
		"another program signs, and is behind":  {Log{Size: 9, Published: 8, LastEntry: ago(2 * time.Minute)}, true},
		"the program began a minute ago":        {Log{Size: 9, Published: 0, LastEntry: ago(9 * time.Hour), Since: ago(time.Minute)}, false},
		"it began a minute ago, and cannot":     {Log{Size: 9, Published: 0, LastEntry: ago(9 * time.Hour), Since: ago(time.Minute), Fault: "no key"}, true},
		"it began six minutes ago, and is slow": {Log{Size: 9, Published: 0, LastEntry: ago(9 * time.Hour), Since: ago(6 * time.Minute)}, true},
	} {
		if got := c.log.Late(now); got != c.late {
			t.Errorf("%s: late %t", name, got)
		}
	}
}
