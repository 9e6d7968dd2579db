package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Table prints the result for people.
func (r Result) Table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s, %d callers, %d communities, %s keys, %d existing\n", r.Name, r.Engine, r.Callers, r.Communities, r.Keys, r.Existing)
	fmt.Fprintf(w, "settlements\t%.0f/s\t(%d settled, %d failed)\n", r.PerSecond, r.Settled, r.Failed)
	fmt.Fprintf(w, "latency\tp50 %.2f ms\tp99 %.2f ms\n", r.P50, r.P99)
	fmt.Fprintf(w, "commit\t%.0f settlements each\n", r.PerCommit)
	fmt.Fprintf(w, "processor\t%.2f cores\n", r.CPU)
	fmt.Fprintf(w, "memory\t%.0f MB resident\n", r.RSS)
	fmt.Fprintf(w, "disk\t%.0f bytes a settlement\t(tables %.1f MB, tiles %.1f MB; derived rows besides %.1f MB)\n",
		r.BytesEach, mb(r.DatabaseBytes), mb(r.TileBytes), mb(r.DerivedBytes))
	return w.Flush()
}

func mb(n int64) float64 { return float64(n) / 1e6 }

// Table prints the result for people.
func (r TradeResult) Table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "trade\t%s, %d purchases, %d shops, %d members\n", r.Engine, r.Purchases, r.Shops, r.Members)
	fmt.Fprintf(w, "settled\t%.1f s\n", r.SettledSeconds)
	fmt.Fprintf(w, "derived\t%.1f s\t%.1f s of a core\t%.1f µs an entry\t%d rows of buyers\n", r.DerivedSeconds, r.DerivedCPU, r.DerivedEach, r.Rows)
	fmt.Fprintf(w, "quarter\tby month %.0f ms\ttogether %.0f ms\t%.1f s of a core for both\t%d shops\n", r.MonthsMS, r.SpansMS, r.QuarterCPU, r.Spans)
	for _, p := range r.Pages {
		fmt.Fprintf(w, "%s\tp50 %.1f ms\tp95 %.1f ms\tmax %.1f ms\n", p.Name, p.P50, p.P95, p.Max)
	}
	return w.Flush()
}
