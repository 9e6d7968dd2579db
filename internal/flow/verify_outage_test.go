package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestPurchasesOutliveTheServer: tills at two instances settle while connections
// are cut and the server is restarted under them. A till asks again, with the
// same reference, until it is answered. In the end every purchase is in the books
// once, with the number that the till was told, and the books are whole.
func TestPurchasesOutliveTheServer(t *testing.T) {
	url := dbtest.PostgresURL(t)
	instance := func(address string) *flow.Flows {
		d, err := db.Open(ctx, db.Options{URL: url, Address: address, Lease: time.Second, Budget: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return flow.New(d)
	}
	first := instance("first:1")
	if _, err := first.DB.Migrate(ctx, flow.Schemas); err != nil {
		t.Fatal(err)
	}
	w := settled(t, dbtest.Env{DB: first.DB})
	tills := &tills{t: t, town: w, told: make(map[string]int64), instances: []*flow.Flows{w.Flows, instance("second:1")}}
	tills.open(12)
	for round := range 24 {
		tills.until(25)
		switch {
		case round%8 == 7:
			dbtest.RestartPostgres(t, []string{"immediate", "fast"}[round/8%2])
		default:
			dbtest.KillBackends(t, url)
		}
	}
	tills.until(50)
	tills.close()

	report := w.verify()
	for _, f := range report.Findings {
		t.Errorf("%+v", f)
	}
	if int(report.Purchases) != len(tills.told) {
		t.Errorf("%d purchases are in the books, %d were acknowledged", report.Purchases, len(tills.told))
	}
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		return w.Ledger.Entries(ctx, r, w.home, 0, report.Entries, func(e *ledger.Entry) error {
			if seq, told := tills.told[e.Key]; e.Kind == ledger.Purchase && (!told || seq != e.Seq) {
				t.Errorf("%s is entry %d; its till was told %d (%v)", e.Key, e.Seq, seq, told)
			}
			return nil
		})
	}))
	t.Logf("%d purchases, %d asked again", report.Purchases, tills.again.Load())
}

// tills are callers that do not give up.
type tills struct {
	t         *testing.T
	town      *town
	instances []*flow.Flows
	closing   atomic.Bool
	wg        sync.WaitGroup
	again     atomic.Int64

	mu   sync.Mutex
	told map[string]int64 // reference → number of its entry
}

func (x *tills) open(n int) {
	for till := range n {
		x.wg.Go(func() {
			for i := 0; !x.closing.Load(); i++ {
				x.settle(fmt.Sprintf("%02d-%05d", till, i), till+i)
			}
		})
	}
}

// settle asks until it is answered.
func (x *tills) settle(ref string, turn int) {
	p := flow.Purchase{Ref: ref, PurchasedAt: time.Now().UTC(), Member: "ben", Merchant: "bakery", List: 12_34, Price: 12_34, Held: 12_34, Items: 1}
	for ; ; turn++ {
		s, err := x.instances[turn%len(x.instances)].Settle(ctx, x.town.home, db.System, p)
		if err == nil {
			x.mu.Lock()
			x.told[ref] = s.Seq
			x.mu.Unlock()
			return
		}
		x.again.Add(1)
		if fault.KindOf(err) != fault.Busy && !errors.Is(err, db.ErrElsewhere) {
			x.t.Errorf("%s: %v", ref, err)
			return
		}
	}
}

func (x *tills) until(more int) {
	for want := x.count() + more; x.count() < want && !x.t.Failed(); {
		time.Sleep(time.Millisecond)
	}
}

func (x *tills) count() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.told)
}

func (x *tills) close() {
	x.closing.Store(true)
	x.wg.Wait()
}
