package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/policy"
	"gongyi/internal/sim/errands"
)

// DispatchSettings are the flags of `gongyi bench dispatch`.
type DispatchSettings struct {
	Seed  uint64 // the first seed
	Seeds int
	Days  int
}

// DispatchResult is what each way to choose came to, and how fast ours is.
type DispatchResult struct {
	Days       int              `json:"days"`
	Plays      []errands.Result `json:"plays"`
	RoundMS    float64          `json:"round_ms"`    // the slowest round of 1,000 requests and 2,000 volunteers
	SearchP50  float64          `json:"search_p50"`  // ms, a request in an index of 100,000 volunteers
	SearchP99  float64          `json:"search_p99"`  // ms
	SearchMax  float64          `json:"search_max"`  // ms
	IndexBytes uint64           `json:"index_bytes"` // of 100,000 volunteers with windows of a week
	PutMicros  float64          `json:"put_micros"`  // to change one of them
}

// Dispatch plays seeds of a street under every way to choose, and measures ours.
func Dispatch(ctx context.Context, s DispatchSettings) (r DispatchResult, err error) {
	r.Days = s.Days
	plays := make([][]errands.Result, s.Seeds)
	next := make(chan int)
	done := make(chan struct{})
	workers := min(runtime.NumCPU(), max(1, s.Seeds))
	for range workers {
		go func() {
			for i := range next {
				at := errands.Defaults()
				at.Seed, at.Days = s.Seed+uint64(i), s.Days
				plays[i] = errands.Compare(at, dispatchRules(), errands.Ways)
			}
			done <- struct{}{}
		}()
	}
	for i := range s.Seeds {
		if err = ctx.Err(); err != nil {
			break
		}
		next <- i
	}
	close(next)
	for range workers {
		<-done
	}
	if err != nil {
		return r, err
	}
	r.Plays = slices.Concat(plays...)
	r.speed()
	return r, nil
}

// dispatchRules are those of a community that has changed nothing: what is measured is
// what the program does.
func dispatchRules() *dispatch.Rules {
	t := policy.TrialTimeBank()
	return flow.DispatchRules(&t, errands.Zone)
}

// speed measures a large round and searches in a large index.
func (r *DispatchResult) speed() {
	rules := dispatchRules()
	large := errands.Defaults()
	large.Days, large.Requests = 1, 1000
	people, tasks, now := errands.Crowd(large)
	ix := dispatch.NewIndex(people)
	for range 5 {
		start := time.Now()
		dispatch.Plan(now, ix, tasks, rules)
		r.RoundMS = max(r.RoundMS, ms(time.Since(start)))
	}
	large.Days, large.Volunteers, large.Residents = 5, 100_000, 2_500_000
	people, tasks, now = errands.Crowd(large)
	before := heap()
	ix = dispatch.NewIndex(people)
	r.IndexBytes = heap() - before
	var took []float64
	for i := range 500 {
		start := time.Now()
		dispatch.Plan(now, ix, tasks[i:i+1], rules)
		took = append(took, ms(time.Since(start)))
	}
	slices.Sort(took)
	r.SearchP50, r.SearchP99, r.SearchMax = took[len(took)/2], took[len(took)*99/100], took[len(took)-1]
	start := time.Now()
	const changes = 10_000
	for i := range changes {
		ix.Put(&people[i])
	}
	r.PutMicros = float64(time.Since(start).Microseconds()) / changes
	runtime.KeepAlive(people)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Table prints the figures for people: a line a seed and way, then the means.
func (r DispatchResult) Table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "seed\tway\taccepted\turgent ≤ 30 min\twait urgent\twait\tmedian\tp90\tsettled\twalk m\tasks\tworst tenth by person\tby grid\tlimits passed\n")
	means := make(map[string]*errands.Result)
	var order []string
	seeds := 0.0
	for i := range r.Plays {
		p := &r.Plays[i]
		dispatchLine(w, fmt.Sprint(p.Seed), p)
		if means[p.Way] == nil {
			means[p.Way] = &errands.Result{Way: p.Way}
			order = append(order, p.Way)
		}
		means[p.Way].Add(p)
		if p.Way == order[0] {
			seeds++
		}
	}
	for _, way := range order {
		means[way].Divide(seeds)
		dispatchLine(w, "mean", means[way])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return r.summary(out, means)
}

func dispatchLine(w io.Writer, seed string, p *errands.Result) {
	fmt.Fprintf(w, "%s\t%s\t%.2f%%\t%.2f%%\t%.2f\t%.2f\t%.2f\t%.1f\t%.2f\t%.1f\t%.2f\t%.2f\t%.2f\t%d\n", seed, p.Way, 100*float64(p.Accepted)/float64(max(1, p.Feasible)), 100*p.Urgent,
		p.Soon, p.Wait, p.Median, p.P90, p.Settled, p.Walk, p.Asks, p.Person, p.Grid, p.Broken)
}

// summary says how ours compares, seed by seed, and how fast it is.
func (r DispatchResult) summary(out io.Writer, means map[string]*errands.Result) error {
	ours := means[errands.Ours.Name]
	for _, way := range errands.Ways[1:] {
		other := means[way.Name]
		worse := 0
		for i := range r.Plays {
			for k := range r.Plays {
				if a, b := &r.Plays[i], &r.Plays[k]; a.Way == ours.Way && b.Way == way.Name && a.Seed == b.Seed && a.Walk > b.Walk {
					worse++
				}
			}
		}
		fmt.Fprintf(out, "against %s: walking %+.1f%% (more on %d seeds), waiting %+.1f%%, urgent waiting %+.1f%%, accepted %+.2f points\n", way.Name,
			100*(ours.Walk/other.Walk-1), worse, 100*(ours.Wait/other.Wait-1), 100*(ours.Soon/other.Soon-1),
			100*(float64(ours.Accepted)/float64(max(1, ours.Feasible))-float64(other.Accepted)/float64(max(1, other.Feasible))))
	}
	_, err := fmt.Fprintf(out, "hindsight, everybody says yes and goes out once: %.1f m; no way at all is shorter than %.1f m\n"+
		"1,000 requests × 2,000 volunteers: %.0f ms a round; 100,000 volunteers: search p50 %.2f ms, p99 %.2f ms, max %.2f ms, index %.0f MB, a change %.1f µs\n",
		ours.Hindsight, ours.Bound, r.RoundMS, r.SearchP50, r.SearchP99, r.SearchMax, float64(r.IndexBytes)/1e6, r.PutMicros)
	return err
}
