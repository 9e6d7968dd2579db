package flow_test

import (
	"fmt"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// BenchmarkDeriveOpenBooks measures a step of 4,096 entries by 2,000 buyers; the
// goal is under 5 µs an entry.
func BenchmarkDeriveOpenBooks(b *testing.B) {
	env := dbtest.SQLite(b, flow.Schemas, func(o *db.Options) { o.Rehearse, o.Trace = false, nil })
	w := &town{Flows: flow.New(env.DB), t: b, env: env}
	w.home = w.found("C1")
	const buyers, entries = 2_000, 4_096
	for i := range buyers {
		w.join(w.home, fmt.Sprint("m", i), policy.Silver, "")
	}
	for i := range 40 {
		w.admit(w.home, fmt.Sprint("s", i), policy.Standard)
	}
	purchases := make([]flow.Purchase, entries)
	waiting := make([]*flow.Settling, entries)
	for i := range purchases {
		price := money.Amount(100 + i%9_000)
		purchases[i] = flow.Purchase{Ref: fmt.Sprint("p", i), PurchasedAt: env.Clock.Now(), Member: fmt.Sprint("m", i*7%buyers), Merchant: fmt.Sprint("s", i%40), Price: price, Held: price}
		waiting[i] = w.Submit(ctx, w.home, db.System, &purchases[i])
		if i%1000 == 999 || i == entries-1 {
			for _, s := range waiting[i/1000*1000 : i+1] {
				_, err := s.Wait(ctx)
				w.must(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		w.must(w.RebuildOpenBooks(ctx, w.home))
		for {
			n, err := w.DeriveOpenBooks(ctx, w.home, 1)
			w.must(err)
			if n == 1 {
				at := w.position()
				if at.Next == 0 {
					break
				}
			}
		}
		b.StartTimer()
		n, err := w.DeriveOpenBooks(ctx, w.home, entries)
		w.must(err)
		if n != entries {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/entries, "ns/entry")
}
