package errands

import (
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/module/dispatch"
)

// visit is a request, for one of the people that it needs, with who could do it.
type visit struct {
	*dispatch.Task
	can  []dispatch.Choice
	home int // how far the nearest of these lives
}

// visits are all requests that anybody could do, whoever else does what.
func (st *street) visits(rules *dispatch.Rules) (all []visit) {
	wide := *rules
	for u := range wide.Pace {
		wide.Pace[u].Opens = [dispatch.Rings]time.Duration{}
	}
	ix := dispatch.NewIndex(st.volunteers)
	for i := range st.tasks {
		v := visit{Task: &st.tasks[i]}
		dispatch.PlanBy(func(slots []dispatch.Slot) []int {
			for _, s := range slots {
				v.can = s.Choices
			}
			return nil
		}, v.AskedAt, ix, []dispatch.Task{*v.Task}, &wide)
		if len(v.can) == 0 {
			continue
		}
		v.home = v.can[0].From
		for _, c := range v.can {
			v.home = min(v.home, c.From)
		}
		for range needed(v.Task) {
			all = append(all, v)
		}
	}
	return all
}

// hindsight is how far each person sent would walk, in metres, if all requests were
// known beforehand, everybody said yes and nobody went out twice a day: the min-cost
// assignment of people to requests. Going on from one request to the next can come
// below it.
func (st *street) hindsight(visits []visit) float64 {
	rows, skip := make([][]dispatch.Edge, len(visits)), make([]int, len(visits))
	const nobody = 100_000
	for i, v := range visits {
		skip[i] = nobody
		day := int(dayOf(v.Window.From) - first)
		for _, c := range v.can {
			rows[i] = append(rows[i], dispatch.Edge{To: int(c.Row) + day*len(st.volunteers), Cost: 2 * c.From})
		}
	}
	total, sent := 0, 0
	for i, k := range dispatch.Assign(rows, skip, len(st.volunteers)*(st.Days+2)) {
		if k >= 0 {
			total += rows[i][k].Cost
			sent++
		}
	}
	return float64(total) / float64(max(1, sent))
}

// bound is a length below which nobody could bring the walking of the whole street,
// in metres for each person sent, going on from request to request included. A way is
// a chain home, request, ..., request, home, and every request is entered once and
// left once: so it is never shorter than half the cheapest way into every request
// and half the cheapest way out, where one that leads from or to a home counts whole.
// Both are min-cost assignments of requests to requests.
func bound(visits []visit, rules *dispatch.Rules) float64 {
	in, out := make([][]dispatch.Edge, len(visits)), make([][]dispatch.Edge, len(visits))
	skip := make([]int, len(visits))
	for i, a := range visits {
		skip[i] = 2 * a.home // everything doubled, to stay whole
		for j, b := range visits {
			if i == j || !follows(b.Task, a.Task, rules.Linger) {
				continue
			}
			if d := int(a.At.Distance(b.At)) * rules.Detour / 1000; d < 2*max(a.home, b.home) {
				in[i] = append(in[i], dispatch.Edge{To: j, Cost: d})
				out[j] = append(out[j], dispatch.Edge{To: i, Cost: d})
			}
		}
	}
	total := 0
	for _, edges := range [][][]dispatch.Edge{in, out} {
		for i, k := range dispatch.Assign(edges, skip, len(visits)) {
			if k < 0 {
				total += skip[i]
			} else {
				total += edges[i][k].Cost
			}
		}
	}
	return float64(total) / 2 / float64(max(1, len(visits)))
}

// follows reports whether somebody could go from one request straight on to another.
func follows(a, b *dispatch.Task, linger time.Duration) bool {
	soonest, latest := a.Window.From.Add(a.Length), b.Window.To.Add(-b.Length)
	return !latest.Before(soonest) && b.Window.From.Sub(a.Window.To) <= linger && near(a.At, b.At)
}

// near spares the square root where requests lie farther apart than anybody walks.
func near(a, b geo.Point) bool {
	const far = 20_000 // micro-degrees
	return a.Lat-b.Lat < far && b.Lat-a.Lat < far && a.Lon-b.Lon < far && b.Lon-a.Lon < far
}
