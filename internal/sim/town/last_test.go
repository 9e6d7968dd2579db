package town_test

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/sim"
)

// corner is a street corner: shops A and B of O, a member M on the team of gold
// leader L.
type corner struct {
	*machine
	home id.ID
}

func atTheCorner(t *testing.T, fn func(c *corner)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		m := newMachine(t, 1)
		m.take(env)
		n := sim.Grow(1, sim.Size{Communities: 1})
		n.Policy.LeaderCap = 10_00
		n.Households = []sim.Household{
			{Ref: "L", Community: "K1", Member: true, Good: true, Level: sim.Gold},
			{Ref: "M", Community: "K1", Member: true, Good: true, Level: sim.Silver, Leader: "L"},
			{Ref: "O", Community: "K1", Member: true, Good: true, Level: sim.Silver},
		}
		n.Shops = []sim.Shop{
			{Ref: "A", Community: "K1", Owner: "O", Tier: sim.Standard}, {Ref: "B", Community: "K1", Owner: "O", Tier: sim.Standard},
		}
		m.must(m.Found(ctx, n))
		m.failing = false
		c := &corner{m, m.places()[0].ID}
		fn(c)
		m.whole()
	}, newMachine(t, 1).plain)
}

// buy is what member M pays at B, in cash that the shop takes itself, changed by
// edits.
func (c *corner) buy(ref string, price money.Amount, edits ...func(p *flow.Purchase)) (flow.Settled, error) {
	p := flow.Purchase{Ref: ref, PurchasedAt: c.held.Now(), Member: "M", Merchant: "B", List: price, Price: price, Direct: price}
	for _, e := range edits {
		e(&p)
	}
	return c.Settle(ctx, c.home, db.System, p)
}

// together lets all callers do the same at once and counts what they are told:
// "ok", or the refusal's code.
func (c *corner) together(do func(caller int) error) map[string]int {
	told := make(map[string]int)
	var shared sync.Mutex
	var done sync.WaitGroup
	for i := range callers {
		done.Go(func() {
			err := do(i)
			shared.Lock()
			defer shared.Unlock()
			switch f := fault.Of(err); {
			case err == nil:
				told["ok"]++
			case f != nil:
				told[f.Code]++
			default:
				c.t.Error(err)
			}
		})
	}
	done.Wait()
	return told
}

func (c *corner) told(got, want map[string]int) {
	c.t.Helper()
	if !maps.Equal(got, want) {
		c.t.Errorf("told %v, want %v", got, want)
	}
}

func (c *corner) holds(account, asset string, want int64) {
	c.t.Helper()
	books, err := c.Balances(ctx)
	c.must(err)
	if got := books[sim.Key("K1", account, asset)]; got != want {
		c.t.Errorf("%s holds %d, want %d", account, got, want)
	}
}

// M has 10.00 coins, and all ask for all of them.
func TestTheLastCoin(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		_, err := c.buy("first", 200_00)
		c.must(err)
		c.told(c.together(func(i int) error {
			_, err := c.buy(fmt.Sprint("p", i), 20_00, func(p *flow.Purchase) { p.Coins, p.Direct = 10_00, 10_00 })
			return err
		}), map[string]int{"ok": 1, "settlement.coins_short": callers - 1})
		c.holds("merchant:B/coins", "COIN", 10_00)
		c.holds("member:M/coins", "COIN", 50)
	})
}

// M has one voucher.
func TestTheLastVoucher(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		give := flow.VoucherIssue{Ref: "V", Issuer: "A", Target: "B", Member: "M", Amount: 5_00, ExpiresAt: c.held.Now().Add(time.Hour)}
		c.told(c.together(func(int) error { _, err := c.IssueVoucher(ctx, c.home, db.System, give); return err }), map[string]int{"ok": callers})
		c.told(c.together(func(i int) error {
			_, err := c.buy(fmt.Sprint("p", i), 25_00, func(p *flow.Purchase) { p.Vouchers, p.Direct = []string{"V"}, 20_00 })
			return err
		}), map[string]int{"ok": 1, "promotion.voucher_used": callers - 1})
		c.holds("platform/promotion", "CNY", -1_00)
	})
}

// L may get 10.00 a month, 2.00 of each purchase.
func TestTheLeadersCap(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		c.told(c.together(func(i int) error { _, err := c.buy(fmt.Sprint("p", i), 100_00); return err }), map[string]int{"ok": callers})
		c.holds("member:L/rewards", "CNY", 10_00)
	})
}

// All hand in the same purchase: it is settled once, and everybody is told so.
func TestTheSamePurchaseFromEverybody(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		var shared sync.Mutex
		entries, fresh := make(map[int64]bool), 0
		c.told(c.together(func(int) error {
			s, err := c.buy("p", 100_00)
			shared.Lock()
			defer shared.Unlock()
			entries[s.Seq] = true
			if !s.Replayed {
				fresh++
			}
			return err
		}), map[string]int{"ok": callers})
		if len(entries) != 1 || fresh != 1 {
			t.Errorf("answered with %d entries, %d times as new", len(entries), fresh)
		}
		c.holds("member:M/points", "POINT", 100)
	})
}

// All use one key for different purchases: one of them has it.
func TestTheSameKeyForDifferentPurchases(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		c.told(c.together(func(i int) error { _, err := c.buy("p", money.Amount(100_00+i)); return err }),
			map[string]int{"ok": 1, ledger.ErrKeyReused.Code: callers - 1})
		c.holds("member:M/points", "POINT", 100)
	})
}

// A purchase of 100.00 is brought back in pieces of 30.00.
func TestTheLastPieceOfAPurchase(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		s, err := c.buy("p", 100_00)
		c.must(err)
		c.told(c.together(func(i int) error {
			_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: fmt.Sprint("r", i), Purchase: s.Seq, Amount: 30_00})
			return err
		}), map[string]int{"ok": 3, "settlement.refund_too_large": callers - 3})
		c.holds("platform/commission", "CNY", 3_00-50-2_00-(90-15-60)*3) // a tenth of each leg is left
	})
}
