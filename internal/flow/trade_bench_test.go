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

// BenchmarkDeriveTrade measures deriving 16,384 entries of 2,000 buyers in 200 shops
// from nothing; the goal is under 25 µs an entry.
func BenchmarkDeriveTrade(b *testing.B) {
	env := dbtest.SQLite(b, flow.Schemas, func(o *db.Options) { o.Rehearse, o.Trace = false, nil })
	w := &town{Flows: flow.New(env.DB), t: b, env: env}
	w.home = w.found("C1")
	const buyers, shops, entries = 2_000, 200, 16_384
	for i := range buyers {
		w.join(w.home, fmt.Sprint("m", i), policy.Silver, "")
	}
	for i := range shops {
		w.admit(w.home, fmt.Sprint("s", i), policy.Standard)
	}
	purchases := make([]flow.Purchase, entries)
	waiting := make([]*flow.Settling, entries)
	for i := range purchases {
		price := money.Amount(100 + i%9_000)
		purchases[i] = flow.Purchase{Ref: fmt.Sprint("p", i), PurchasedAt: env.Clock.Now(), Member: fmt.Sprint("m", i*7%buyers), Merchant: fmt.Sprint("s", i*13%shops), Price: price, Held: price}
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
		w.must(w.RebuildTrade(ctx, w.home))
		for {
			_, err := w.DeriveTrade(ctx, w.home, 1)
			w.must(err)
			var next int64
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
				at, err := w.Trade.Position(ctx, r, w.home)
				next = at.Next
				return err
			}))
			if next == 0 {
				break
			}
		}
		b.StartTimer()
		n, err := w.DeriveTrade(ctx, w.home, entries)
		w.must(err)
		if n != entries {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/entries, "ns/entry")
}
