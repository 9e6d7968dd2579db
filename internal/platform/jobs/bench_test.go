package jobs_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/jobs"
)

// BenchmarkNotes is the way of a note from the commit through its handler and off the
// outbox, at the pace of the running program, every commit on the disk.
func BenchmarkNotes(b *testing.B) {
	for name, opt := range map[string]func() db.Options{
		"sqlite":   func() db.Options { return db.Options{Dir: b.TempDir()} },
		"postgres": func() db.Options { return db.Options{URL: dbtest.PostgresURL(b)} },
	} {
		b.Run(name, func(b *testing.B) {
			d, err := db.Open(ctx, opt())
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			if _, err := d.Migrate(ctx, schemas); err != nil {
				b.Fatal(err)
			}
			handled := make(chan struct{}, b.N)
			j := jobs.New(jobs.Options{DB: d, Dir: b.TempDir(), Communities: func(context.Context) ([]id.ID, error) { return []id.ID{home}, nil }})
			j.Handle("test.note", func(context.Context, id.ID, string) error { handled <- struct{}{}; return nil })
			if err := j.Start(ctx); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for at := 0; at < b.N; at += 100 {
				if err := d.Update(ctx, home, db.System, func(tx *db.Tx) error {
					for i := range min(100, b.N-at) {
						if err := tx.Emit(ctx, "test.note", fmt.Sprint(i)); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			for range b.N {
				<-handled
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "handled/s")
			for tick := time.Tick(5 * time.Millisecond); j.Status().Handled < int64(b.N) || j.Status().Waiting > 0; {
				<-tick
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "delivered/s")
			b.StopTimer()
			if err := j.Stop(ctx); err != nil {
				b.Fatal(err)
			}
		})
	}
}
