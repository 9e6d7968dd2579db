package bench

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gongyi/internal/platform/db"
)

// Storm is what became of many requests that came at once.
type Storm struct {
	Granted int64   `json:"granted"`
	Refused int64   `json:"refused"` // as they should be, when nothing was left
	Failed  int64   `json:"failed"`
	Seconds float64 `json:"seconds"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	CPU     float64 `json:"cpu_cores"`
}

// storm makes requests, so many callers at a time; spent is the refusal that is meant
// to come when nothing is left.
func storm(d *db.DB, callers, requests int, ask func(i int) error, spent error) (s Storm) {
	meter := startMeter(d)
	began := time.Now()
	took := make([]time.Duration, requests)
	var next, granted, refused, failed atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < requests; i = int(next.Add(1)) - 1 {
				asked := time.Now()
				err := ask(i)
				took[i] = time.Since(asked)
				switch {
				case err == nil:
					granted.Add(1)
				case errors.Is(err, spent):
					refused.Add(1)
				default:
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	s = Storm{Granted: granted.Load(), Refused: refused.Load(), Failed: failed.Load(), Seconds: time.Since(began).Seconds()}
	s.CPU = (processorTime() - meter.cpu).Seconds() / s.Seconds
	slices.Sort(took)
	s.P50, s.P99 = ms(took[len(took)/2]), ms(took[len(took)*99/100])
	return s
}
