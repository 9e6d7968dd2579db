package errands

import (
	"os"
	"strconv"
	"testing"
)

func TestExplore(t *testing.T) {
	ways := Ways[:2]
	if os.Getenv("ONLY") == "1" {
		ways = Ways[:1]
	}
	if os.Getenv("ONLY") == "0" {
		ways = Ways
	}
	seeds, _ := strconv.Atoi(os.Getenv("SEEDS"))
	days, _ := strconv.Atoi(os.Getenv("DAYS"))
	from, _ := strconv.Atoi(os.Getenv("FROM"))
	sum := map[string][]float64{}
	defer func() {
		for w, v := range sum {
			for i := range v {
				v[i] /= float64(max(1, seeds))
			}
			t.Logf("MEAN %-12s acc %.4f urg %.4f wait %.2f med %.2f p90 %.2f walk %.1f asks %.2f uwait %.2f by %.0f %.0f %.0f known %.2f bun %.1f", w, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12])
		}
	}()
	for seed := from; seed < from+max(1, seeds); seed++ {
		s := Defaults()
		s.Seed, s.Days = uint64(seed+1), max(1, days)
		for _, r := range Compare(s, Rules(), ways) {
			v := []float64{float64(r.Accepted) / float64(r.Requests), r.Urgent, r.Wait, r.Median, r.P90, r.Walk, r.Asks, r.UrgentWait, 0, 0, 0, r.Known, float64(r.Bundles)}
			if sum[r.Way] == nil {
				sum[r.Way] = make([]float64, 13)
			}
			for i := range v {
				sum[r.Way][i] += v[i]
			}
			t.Logf("%2d %-13s acc %.4f feas %.4f urgent %.4f wait %.2f med %.2f p90 %.1f walk %.1f asks %.2f req %.2f person %.2f grid %.2f", s.Seed, r.Way,
				float64(r.Accepted)/float64(r.Requests), float64(r.Feasible)/float64(r.Requests), r.Urgent, r.Wait, r.Median, r.P90, r.Walk, r.Asks, r.Request, r.Person, r.Grid)
		}
	}
}
