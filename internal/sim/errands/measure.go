package errands

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/dispatch"
)

func dayOf(at time.Time) period.Day { return period.DayOf(at, Zone) }

// Result is what one way came to on one seed.
type Result struct {
	Way        string  `json:"way"`
	Requests   int     `json:"requests"`
	Feasible   int     `json:"feasible"` // somebody could do it when it was asked for
	Accepted   int     `json:"accepted"`
	Urgent     float64 `json:"urgent"` // of the feasible urgent ones, the share accepted within 30 minutes
	UrgentWait float64 `json:"urgent_wait"`
	Wait       float64 `json:"wait"` // minutes, mean; what nobody took counts until it was too late
	Median     float64 `json:"median"`
	P90        float64 `json:"p90"`
	Walk       float64 `json:"walk"` // metres there and back for each person sent
	Total      float64 `json:"total_km"`
	Asks       float64 `json:"asks"`             // offers for each person sent
	Request    float64 `json:"worst_by_request"` // worst-off decile of waiting against the median
	Person     float64 `json:"worst_by_person"`
	Grid       float64 `json:"worst_by_grid"`
	Known      float64
	Broken     int `json:"broken"` // limits that were passed
	Bundles    int
}

func (st *street) feasible(rules *dispatch.Rules) map[id.ID]bool {
	ix := dispatch.NewIndex(st.volunteers)
	can := make(map[id.ID]bool)
	for _, t := range st.tasks {
		r := dispatch.Plan(t.AskedAt, ix, []dispatch.Task{t}, rules)
		can[t.ID] = len(r.Offers) >= needed(&t)
	}
	return can
}

func (g *game) measure(w Way, can map[id.ID]bool) Result {
	r := Result{Way: w.Name, Requests: len(g.street.tasks), Accepted: len(g.accepted)}
	var waits []float64
	persons, grids := map[id.ID][]float64{}, map[id.ID][]float64{}
	urgent, quick := 0, 0
	for i := range g.street.tasks {
		t := &g.street.tasks[i]
		if can[t.ID] {
			r.Feasible++
		}
		at, ok := g.accepted[t.ID]
		if !ok {
			at = t.Window.To.Add(-t.Length)
		}
		if !can[t.ID] {
		} else if when, ok := g.settled[t.ID]; ok {
			r.Known += when.Sub(t.AskedAt).Minutes()
		} else {
			r.Known += t.Window.To.Add(-t.Length).Sub(t.AskedAt).Minutes()
		}
		wait := at.Sub(t.AskedAt).Minutes()
		if t.Urgency == dispatch.Urgent && can[t.ID] {
			urgent++
			r.UrgentWait += wait
			if ok && wait <= 30 {
				quick++
			}
		}
		if !can[t.ID] || !ok {
			continue
		}
		waits = append(waits, wait)
		persons[t.Asker] = append(persons[t.Asker], wait)
		grids[t.Place.Grid] = append(grids[t.Place.Grid], wait)
	}
	r.Known /= float64(len(waits))
	r.Bundles = g.bundles
	slices.Sort(waits)
	r.Urgent = float64(quick) / float64(max(1, urgent))
	r.UrgentWait /= float64(max(1, urgent))
	r.Wait, r.Median, r.P90 = mean(waits), waits[len(waits)/2], waits[len(waits)*9/10]
	r.Walk = float64(g.walked) / float64(max(1, len(g.promises)))
	r.Total = float64(g.walked) / 1000
	r.Asks = float64(g.asked) / float64(max(1, len(g.promises)))
	r.Request = worst(waits)
	r.Person, r.Grid = worst(means(persons)), worst(means(grids))
	return r
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x
	}
	return m / float64(max(1, len(v)))
}

func means(by map[id.ID][]float64) (all []float64) {
	for _, v := range by {
		all = append(all, mean(v))
	}
	slices.Sort(all)
	return all
}

// worst is the mean of the longest tenth against the median.
func worst(sorted []float64) float64 {
	return mean(sorted[len(sorted)*9/10:]) / sorted[len(sorted)/2]
}

// Compare plays the same street under every way.
func Compare(s Settings, rules *dispatch.Rules, ways []Way) (all []Result) {
	st := build(s)
	can := st.feasible(rules)
	for _, w := range ways {
		all = append(all, st.play(w, rules).measure(w, can))
	}
	return all
}
