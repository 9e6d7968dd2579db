package errands

import (
	"os"
	"strconv"
	"testing"
)

func TestExplore(t *testing.T) {
	seeds, _ := strconv.Atoi(os.Getenv("SEEDS"))
	days, _ := strconv.Atoi(os.Getenv("DAYS"))
	for seed := range max(1, seeds) {
		s := Defaults()
		s.Seed, s.Days = uint64(seed+1), max(1, days)
		for _, r := range Compare(s, Rules(), Ways) {
			t.Logf("%2d %-13s acc %.4f feas %.4f urgent %.4f wait %.2f med %.2f p90 %.1f walk %.1f asks %.2f req %.2f person %.2f grid %.2f", s.Seed, r.Way,
				float64(r.Accepted)/float64(r.Requests), float64(r.Feasible)/float64(r.Requests), r.Urgent, r.Wait, r.Median, r.P90, r.Walk, r.Asks, r.Request, r.Person, r.Grid)
		}
	}
}
