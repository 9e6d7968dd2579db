package ledger_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// TestFaultsAndRetries: commits fail before they are written, or after, when
// only the answer is lost; every caller asks again until it is answered. In the
// end each request is in the books once, with its number, and the log is whole.
func TestFaultsAndRetries(t *testing.T) {
	var commits atomic.Int64
	faulty := func(o *db.Options) {
		o.Fault = func(step db.Step) error {
			n := commits.Add(1)
			if step == db.BeforeCommit && n%3 == 0 || step == db.AfterCommit && n%5 == 0 {
				return errors.New("injected")
			}
			return nil
		}
	}
	each(t, func(b *books) {
		var wg sync.WaitGroup
		const callers, requests = 16, 12
		numbers := make([][]int64, callers)
		for c := range callers {
			wg.Go(func() {
				for i := range requests {
					p := pays(fmt.Sprintf("%02d-%02d", c, i), shop(byte(c%5)), money.Amount(c*100+i+1))
					p.Subject = member(byte(c)).ID
					posted, err := b.post(p)
					for err != nil {
						posted, err = b.post(p)
					}
					numbers[c] = append(numbers[c], posted.Seq)
				}
			})
		}
		wg.Wait()
		all := b.entries()
		if len(all) != callers*requests {
			b.t.Fatalf("%d entries for %d requests", len(all), callers*requests)
		}
		want := make(map[ledger.Account]money.Amount)
		for c, seqs := range numbers {
			for i, seq := range seqs {
				if key := fmt.Sprintf("%02d-%02d", c, i); all[seq].Key != key {
					b.t.Errorf("request %s was answered with entry %d, which is that of %s", key, seq, all[seq].Key)
				}
				amount := money.Amount(c*100 + i + 1)
				want[shop(byte(c%5))] += amount
				want[ledger.GatewayClearing] -= amount
			}
		}
		for a, v := range want {
			if got := b.balance(a); got != v {
				b.t.Errorf("%s has %d, want %d", a, got, v)
			}
		}
		b.wholeLog()
	}, faulty)
}

// A hold lives in tables of its own beside the entry: both survive a lost answer
// together, or neither remains.
func TestFaultsAtHolds(t *testing.T) {
	var fail atomic.Value
	fail.Store(db.Step(""))
	faulty := func(o *db.Options) {
		o.Fault = func(step db.Step) error {
			if fail.CompareAndSwap(step, db.Step("")) {
				return errors.New("injected")
			}
			return nil
		}
	}
	each(t, func(b *books) {
		_, err := b.post(issues("i", person(1), 10_00))
		b.must(err)
		for i, step := range []db.Step{db.BeforeCommit, db.AfterCommit} {
			key := fmt.Sprint("h", i)
			fail.Store(step)
			if _, err := b.place(key, person(1), 2_00, time.Hour); err == nil {
				b.t.Fatalf("no fault %s", step)
			}
			h, err := b.place(key, person(1), 2_00, time.Hour)
			b.must(err)
			fail.Store(step)
			if err := b.spend(key+"s", h.ID, person(2), 2_00); err == nil {
				b.t.Fatalf("no fault %s", step)
			}
			b.must(b.spend(key+"s", h.ID, person(2), 2_00))
			b.refused("spent once more", b.spend(key+"t", h.ID, person(2), 1), ledger.ErrHoldEnded)
		}
		if one, two := b.balance(person(1)), b.balance(person(2)); one != 6_00 || two != 4_00 {
			b.t.Errorf("%d and %d, want 600 and 400", one, two)
		}
		b.wholeLog()
	}, faulty)
}

// Long chains are walked by their marks: pages and past balances of an account
// with several hundred entries.
func TestLongChains(t *testing.T) {
	each(t, func(b *books) {
		rng := rand.New(rand.NewPCG(1, 2))
		m := newModel()
		for i := 0; i < 700; {
			var batch []func(tx *db.Tx) error
			for range 1 + rng.IntN(60) {
				p := pays(fmt.Sprint("k", i), shop(byte(rng.IntN(2))), money.Amount(1+rng.IntN(900)))
				if rng.IntN(3) == 0 {
					p = charges(fmt.Sprint("k", i), shop(byte(rng.IntN(2))), money.Amount(1+rng.IntN(100)))
				}
				if _, err := m.post(p, b.env.Clock.Now()); err != nil {
					continue
				}
				i++
				batch = append(batch, func(tx *db.Tx) error { _, err := b.Post(ctx, tx, p); return err })
			}
			for _, err := range b.together(batch...) {
				b.must(err)
			}
			b.later(time.Duration(rng.IntN(3)) * time.Minute)
		}
		for _, a := range []ledger.Account{shop(0), shop(1), ledger.GatewayClearing, ledger.PlatformCommission} {
			b.compareChain(m, a, rng)
		}
	})
}
