package errands

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/dispatch"
)

func dayOf(at time.Time) period.Day { return period.DayOf(at, Zone) }

// Result is what one way came to on one seed. Waiting is from the request to the yes
// of everybody it needs, in minutes, of what was accepted and somebody could have done.
type Result struct {
	Seed      uint64  `json:"seed"`
	Way       string  `json:"way"`
	Requests  int     `json:"requests"`
	Feasible  int     `json:"feasible"` // somebody could have done it when it was made
	Accepted  int     `json:"accepted"` // of these
	Urgent    float64 `json:"urgent"`   // of the feasible urgent ones, the share accepted within 30 minutes
	Soon      float64 `json:"soon"`     // their mean waiting
	Wait      float64 `json:"wait"`     // mean of all
	Median    float64 `json:"median"`
	P90       float64 `json:"p90"`
	Settled   float64 `json:"settled"`   // mean until it was settled who goes
	Walk      float64 `json:"walk"`      // metres there and back for each person sent
	Hindsight float64 `json:"hindsight"` // if everything were known, everybody said yes and went out once
	Bound     float64 `json:"bound"`     // nobody could walk less, knowing everything
	Asks      float64 `json:"asks"`      // offers for each person sent
	Bundles   int     `json:"bundles"`   // requests that were asked for together with another
	Person    float64 `json:"person"`    // waiting: mean of the worst-off tenth against the median, by asker
	Grid      float64 `json:"grid"`      // the same by grid
	Broken    int     `json:"broken"`    // limits that were passed
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
	r := Result{Seed: g.Seed, Way: w.Name, Requests: len(g.street.tasks), Bundles: g.bundles, Broken: g.audit()}
	var waits, soon, settled []float64
	persons, grids := map[id.ID][]float64{}, map[id.ID][]float64{}
	urgent, quick := 0, 0
	for i := range g.street.tasks {
		t := &g.street.tasks[i]
		if !can[t.ID] {
			continue
		}
		r.Feasible++
		if t.Urgency == dispatch.Urgent {
			urgent++
		}
		at, yes := g.accepted[t.ID]
		if !yes {
			continue
		}
		r.Accepted++
		wait := at.Sub(t.AskedAt).Minutes()
		if t.Urgency == dispatch.Urgent {
			soon = append(soon, wait)
			if wait <= 30 {
				quick++
			}
		}
		waits = append(waits, wait)
		settled = append(settled, g.settled[t.ID].Sub(t.AskedAt).Minutes())
		persons[t.Asker] = append(persons[t.Asker], wait)
		grids[t.Place.Grid] = append(grids[t.Place.Grid], wait)
	}
	slices.Sort(waits)
	sent := float64(max(1, len(g.promises)))
	r.Urgent, r.Soon = float64(quick)/float64(max(1, urgent)), mean(soon)
	r.Wait, r.Median, r.P90, r.Settled = mean(waits), at(waits, 50), at(waits, 90), mean(settled)
	r.Walk, r.Asks = float64(g.walked)/sent, float64(g.asked)/sent
	r.Person, r.Grid = worst(means(persons)), worst(means(grids))
	return r
}

// at is a percentile of what is sorted.
func at(sorted []float64, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)*percent/100]
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
	return mean(sorted[len(sorted)*9/10:]) / max(1e-9, at(sorted, 50))
}

// Compare plays the same street under some ways.
func Compare(s Settings, rules *dispatch.Rules, ways []Way) (all []Result) {
	st := build(s)
	can, visits := st.feasible(rules), st.visits(rules)
	hindsight, bound := st.hindsight(visits), bound(visits, rules)
	for _, w := range ways {
		r := st.play(w, rules).measure(w, can)
		r.Hindsight, r.Bound = hindsight, bound
		all = append(all, r)
	}
	return all
}

// Add adds another result to a sum, Divide makes the sum a mean; counts stay sums.
func (r *Result) Add(o *Result) {
	r.Requests, r.Feasible, r.Accepted = r.Requests+o.Requests, r.Feasible+o.Feasible, r.Accepted+o.Accepted
	r.Bundles, r.Broken = r.Bundles+o.Bundles, r.Broken+o.Broken
	for i, v := range o.figures() {
		*r.figures()[i] += *v
	}
}

// Divide is told how many results were added.
func (r *Result) Divide(by float64) {
	for _, v := range r.figures() {
		*v /= by
	}
}

func (r *Result) figures() []*float64 {
	return []*float64{&r.Urgent, &r.Soon, &r.Wait, &r.Median, &r.P90, &r.Settled, &r.Walk, &r.Hindsight, &r.Bound, &r.Asks, &r.Person, &r.Grid}
}

// Crowd is a street's volunteers and a day's requests, all of them open at one moment
// of its first morning.
func Crowd(s Settings) (people []dispatch.Volunteer, tasks []dispatch.Task, now time.Time) {
	st := build(s)
	now = first.Start(Zone).Add(10 * time.Hour)
	for i := range st.tasks {
		t := &st.tasks[i]
		t.AskedAt = now
		t.Window = dispatch.Window{From: now.Add(30 * time.Minute), To: now.Add(4 * time.Hour)}
	}
	return st.volunteers, st.tasks, now
}
