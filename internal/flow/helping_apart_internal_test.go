package flow

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
)

// TestGivesWay: of what one person promised in several communities, what stays can all be
// kept, nothing gives way but to something that stays, and the order does not matter.
func TestGivesWay(t *testing.T) {
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		var all []promise
		for i := range rapid.IntRange(1, 8).Draw(rt, "promises") {
			p := promise{place: id.ID{byte(rapid.IntRange(1, 3).Draw(rt, "place"))}}
			p.q = &timebank.Request{ID: id.ID{byte(i)}, Minutes: 30}
			p.q.From = noon.Add(time.Duration(rapid.IntRange(0, 6).Draw(rt, "from")) * 20 * time.Minute)
			p.q.Until = p.q.From
			p.a = &timebank.Assignment{ID: id.ID{9, byte(i)}, Request: p.q.ID, At: noon.Add(-time.Duration(rapid.IntRange(0, 3).Draw(rt, "ago")) * time.Minute)}
			if rapid.IntRange(0, 4).Draw(rt, "begun") == 0 {
				p.a.Steps = []timebank.Step{{State: timebank.Begun}}
			}
			all = append(all, p)
		}
		away := givesWay(all)
		if again := givesWay(rapid.Permutation(all).Draw(rt, "in another order")); !slices.Equal(away, again) {
			rt.Fatalf("%v, in another order %v", away, again)
		}
		clash := func(x, y promise) bool { return x.place != y.place && x.overlaps(y) }
		stays := slices.DeleteFunc(slices.Clone(all), func(p promise) bool { return slices.Contains(away, p) })
		for i, x := range stays {
			for _, y := range stays[i+1:] {
				if clash(x, y) && (x.a.State() != timebank.Begun || y.a.State() != timebank.Begun) {
					rt.Errorf("%+v and %+v both stay", x, y)
				}
			}
		}
		for _, x := range away {
			if x.a.State() != timebank.Promised || !slices.ContainsFunc(stays, func(y promise) bool { return clash(x, y) && (y.a.State() == timebank.Begun || !y.a.At.After(x.a.At)) }) {
				rt.Errorf("%+v gives way to nothing", x)
			}
		}
	})
}
