package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// Settings are the flags of `gongyi bench`.
type Settings struct {
	Callers     int
	Communities int
	Preload     int
	Seconds     int
	Keys        string // "ordered" or "random"
	Batch       int    // bulk: purchases a request
}

// Result is what a benchmark found; the JSON names are part of the command's
// contract.
type Result struct {
	Name          string  `json:"name"`
	Engine        string  `json:"engine"`
	Callers       int     `json:"callers"`
	Communities   int     `json:"communities"`
	Keys          string  `json:"keys"`
	Existing      int64   `json:"existing"`
	Settled       int64   `json:"settled"`
	Failed        int64   `json:"failed"`
	PerSecond     float64 `json:"settlements_per_s"`
	P50           float64 `json:"p50_ms"`
	P99           float64 `json:"p99_ms"`
	PerCommit     float64 `json:"settlements_per_commit"`
	CPU           float64 `json:"cpu_cores"`
	BytesEach     float64 `json:"bytes_per_settlement"`
	DatabaseBytes int64   `json:"database_bytes"`
	TileBytes     int64   `json:"tile_bytes"`
	DerivedBytes  int64   `json:"derived_bytes"`
	RSS           float64 `json:"rss_mb"`
}

// InProcess measures settlements inside the program, without HTTP.
func InProcess(ctx context.Context, cfg app.Config, s Settings) (r Result, err error) {
	a, town, err := prepare(ctx, cfg, s)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Proof.Start(ctx); err != nil { // signed and published beside, as in the server
		return Result{}, err
	}
	if r, err = inProcess(ctx, a, town, s); err != nil {
		return r, err
	}
	return r, r.weigh(ctx, a)
}

// prepare opens the program, founds the town and fills its books.
func prepare(ctx context.Context, cfg app.Config, s Settings) (*app.App, *Town, error) {
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	town := &Town{ordered: s.Keys != "random", run: uint32(time.Now().UnixNano())}
	if err := town.found(ctx, a.Flows, max(1, s.Communities)); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	err = preload(ctx, a.Flows, town, s.Preload)
	if err == nil {
		town.existing, err = entries(ctx, a, town)
	}
	if err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, town, nil
}

// entries counts what the town's books hold.
func entries(ctx context.Context, a *app.App, town *Town) (sum int64, err error) {
	for _, at := range town.Communities {
		err := a.DB.View(ctx, at, func(r db.Reader) error {
			n, err := a.Flows.Ledger.Size(ctx, r, at)
			sum += n
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return sum, nil
}

func inProcess(ctx context.Context, a *app.App, town *Town, s Settings) (Result, error) {
	f := a.Flows
	meter := startMeter(a.DB)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.Seconds)*time.Second)
	defer cancel()
	latencies := make([][]time.Duration, s.Callers)
	var failed atomic.Int64
	var wg sync.WaitGroup
	for i := range s.Callers {
		wg.Go(func() {
			latencies[i] = callOften(ctx, f, town.caller(i), &failed)
		})
	}
	wg.Wait()
	r := meter.result(slices.Concat(latencies...))
	r.Name, r.Callers, r.Communities, r.Keys, r.Failed = "settle", s.Callers, max(1, s.Communities), s.Keys, failed.Load()
	r.Existing = town.existing
	return r, nil
}

// weigh says how many bytes a settlement takes: tables after a checkpoint and
// published tiles, without the rows that are derived for auditors.
func (r *Result) weigh(ctx context.Context, a *app.App) error {
	sizes, err := a.DB.Sizes(ctx, app.Schemas)
	if err != nil {
		return err
	}
	for name, n := range sizes {
		if derived(name) {
			r.DerivedBytes += n
		} else {
			r.DatabaseBytes += n
		}
	}
	r.TileBytes = db.TreeSize(a.TileDir())
	if n := r.Existing + r.Settled; n > 0 {
		r.BytesEach = float64(r.DatabaseBytes+r.TileBytes) / float64(n)
	}
	return nil
}

// derived reports whether a table can be made again from the entries.
func derived(table string) bool {
	switch table {
	case "ledger_leg", "ledger_flow", "ledger_turnover", "ledger_day", "ledger_buyer", "ledger_party":
		return true
	}
	return strings.HasPrefix(table, "openbooks_")
}

// callOften is one caller: a purchase after another until the time is over.
func callOften(ctx context.Context, f *flow.Flows, stream *purchases, failed *atomic.Int64) (took []time.Duration) {
	for ctx.Err() == nil {
		began := time.Now()
		c, p := stream.next(began.UTC())
		// The deadline ends the loop, not a settlement that is under way.
		if _, err := f.Settle(context.WithoutCancel(ctx), stream.town.Communities[c], db.System, p); err != nil {
			failed.Add(1)
			continue
		}
		took = append(took, time.Since(began))
	}
	return took
}

// preload settles purchases as fast as the writer takes them.
func preload(ctx context.Context, f *flow.Flows, town *Town, n int) error {
	const window = 2048
	stream := town.caller(4095)
	waiting := make([]*flow.Settling, 0, window)
	for i := 0; i < n; i++ {
		c, p := stream.next(time.Now().UTC())
		waiting = append(waiting, f.Submit(ctx, town.Communities[c], db.System, &p))
		if len(waiting) < window && i < n-1 {
			continue
		}
		half := len(waiting) / 2
		if i == n-1 {
			half = len(waiting)
		}
		for _, w := range waiting[:half] {
			if _, err := w.Wait(ctx); err != nil {
				return fmt.Errorf("preload: %w", err)
			}
		}
		waiting = append(waiting[:0], waiting[half:]...)
	}
	return nil
}

// meter notes time, processor and commits between two moments.
type meter struct {
	db      *db.DB
	began   time.Time
	cpu     time.Duration
	batches int64
}

func startMeter(d *db.DB) meter {
	runtime.GC()
	return meter{db: d, began: time.Now(), cpu: processorTime(), batches: d.Stats().Batches.Load()}
}

func (m meter) result(took []time.Duration) Result {
	wall := time.Since(m.began)
	slices.Sort(took)
	n := len(took)
	r := Result{Engine: string(m.db.Engine()), Settled: int64(n), RSS: residentMB()}
	if n == 0 {
		return r
	}
	r.PerSecond = float64(n) / wall.Seconds()
	r.P50, r.P99 = ms(took[n/2]), ms(took[min(n-1, n*99/100)])
	r.PerCommit = float64(n) / float64(max(1, m.db.Stats().Batches.Load()-m.batches))
	r.CPU = (processorTime() - m.cpu).Seconds() / wall.Seconds()
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
