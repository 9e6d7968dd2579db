package timebank_test

import (
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
)

// M7: somebody must know each day that it came.
func TestHowFarADeliveryHasCome(t *testing.T) {
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	q := func(how timebank.Ending) *timebank.Request {
		r := &timebank.Request{From: noon, Until: noon.Add(30 * time.Minute), Minutes: 30}
		if how != "" {
			r.End = &timebank.End{How: how}
		}
		return r
	}
	went := func(states ...timebank.State) []*timebank.Assignment {
		a := &timebank.Assignment{ID: id.ID{1}}
		for i, s := range states {
			a.Steps = append(a.Steps, timebank.Step{State: s, At: noon.Add(time.Duration(i) * time.Minute)})
		}
		return []*timebank.Assignment{a}
	}
	for what, c := range map[string]struct {
		q        *timebank.Request
		all      []*timebank.Assignment
		pictures int
		after    time.Duration
		want     timebank.Delivery
	}{
		"nobody yet, in time":           {q(""), nil, 0, 0, timebank.Awaited},
		"promised, in time":             {q(""), went(), 0, time.Hour, timebank.Awaited},
		"promised, too late":            {q(""), went(), 0, time.Hour + time.Second, timebank.Missing},
		"at the door":                   {q(""), went(timebank.Begun), 0, 2 * time.Hour, timebank.Delivered},
		"finished by the code":          {q(""), went(timebank.Begun, timebank.Finished), 0, 2 * time.Hour, timebank.Delivered},
		"from paper, without a picture": {q(timebank.Done), went(timebank.Finished, timebank.Accepted), 0, 2 * time.Hour, timebank.Unproven},
		"from paper, with a picture":    {q(timebank.Done), went(timebank.Finished, timebank.Accepted), 1, 2 * time.Hour, timebank.Delivered},
		"taken back later":              {q(timebank.Done), went(timebank.Begun, timebank.Finished, timebank.Accepted, timebank.Undone), 1, 2 * time.Hour, timebank.Nobody},
		"missed":                        {q(""), went(timebank.Missed), 0, 2 * time.Hour, timebank.Missing},
		"not wanted":                    {q(timebank.Withdrawn), went(timebank.Called), 0, 2 * time.Hour, timebank.Cancelled},
		"nobody was found":              {q(timebank.Expired), nil, 0, 2 * time.Hour, timebank.Nobody},
	} {
		if got := timebank.DeliveryOf(c.q, c.all, func(id.ID) int { return c.pictures }, noon.Add(c.after)); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}
