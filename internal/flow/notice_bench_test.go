package flow_test

import (
	"fmt"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// BenchmarkDeriveNotices measures what it costs to tell 4,096 purchases of 2,000
// buyers, of whom nobody, one in ten, or everybody has ever signed in. Settling pays
// nothing: it happens afterwards, and yields to the till.
func BenchmarkDeriveNotices(b *testing.B) {
	for name, every := range map[string]int{"nobody reads": 0, "one in ten": 10, "everybody": 1} {
		b.Run(name, func(b *testing.B) {
			env := dbtest.SQLite(b, flow.Schemas, func(o *db.Options) { o.Rehearse, o.Trace = false, nil })
			w := &town{Flows: flow.New(env.DB), t: b, env: env}
			w.home = w.found("C1")
			const buyers, entries = 2_000, 4_096
			w.admit(w.home, "s", policy.Standard)
			for i := range buyers {
				w.join(w.home, fmt.Sprint("m", i), policy.Silver, "")
				w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
					p, err := w.People.Register(ctx, tx, person.Person{Name: fmt.Sprint("p", i)})
					if err != nil {
						return err
					}
					if every > 0 && i%every == 0 {
						if err := w.Notices.Begin(ctx, tx, p.ID); err != nil {
							return err
						}
					}
					return w.People.Link(ctx, tx, p.ID, fmt.Sprint("m", i), w.home)
				}))
			}
			round, told := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				round++
				waiting := make([]*flow.Settling, entries)
				for i := range waiting {
					price := money.Amount(100 + i%9_000)
					waiting[i] = w.Submit(ctx, w.home, db.System, &flow.Purchase{Ref: fmt.Sprint("p", round, "-", i), PurchasedAt: env.Clock.Now(),
						Member: fmt.Sprint("m", i*7%buyers), Merchant: "s", Price: price, Held: price})
					if i%1000 == 999 || i == entries-1 {
						for _, s := range waiting[i/1000*1000 : i+1] {
							_, err := s.Wait(ctx)
							w.must(err)
						}
					}
				}
				b.StartTimer()
				n, err := w.DeriveNotices(ctx, w.home, entries)
				w.must(err)
				told += n
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/entries, "ns/entry")
			if every > 0 && told < entries {
				b.Fatal(told)
			}
		})
	}
}
