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
