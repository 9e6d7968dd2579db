package town_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/sim"
	"gongyi/internal/sim/town"
)

// The crowd: this many callers at once, and how many steps each takes.
const (
	callers              = 64
	stepsOfCaller, brief = 100, 30
)

// Sixty-four callers buy and bring back with few purses, few vouchers and a small
// cap, hand in each other's purchases and others under the same key, while writes
// and answers are lost. In the order of the books the auditor agrees with all of
// it: nothing is sold or spent twice. Every answer is in the books, once.
func TestCrowd(t *testing.T) {
	each := stepsOfCaller
	if testing.Short() {
		each = brief
	}
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		m := newMachine(t, 1)
		m.take(env)
		c := gather(m)
		m.failing, m.often = true, 50
		began := time.Now()
		var done sync.WaitGroup
		for i := range callers {
			done.Go(func() { c.call(rand.New(rand.NewPCG(uint64(i), 4)), i, each) })
		}
		done.Wait()
		m.failing = false
		t.Logf("%.0f steps/s; %d accepted, %d replayed, refused %v; %d writes and %d answers lost", float64(callers*each)/time.Since(began).Seconds(),
			len(c.answers), c.replayed, c.refused, m.lost.writes, m.lost.answers)
		if m.lost.writes == 0 || m.lost.answers == 0 {
			t.Error("the machine did not fail enough")
		}
		c.check()
		m.whole()
	}, newMachine(t, 1).plain)
}

// crowd is what the callers share.
type crowd struct {
	*machine
	auditor *sim.Auditor
	home    id.ID
	buyers  []string
	shops   []string
	open    []string // vouchers that were given

	shared   sync.Mutex
	steps    map[string][]sim.Step // handed in, by key
	keys     []string              // of purchases, for refunds and repetitions
	answers  map[string]int64      // key → entry, as acknowledged
	refused  map[sim.Reason]int
	replayed int
}

// gather founds one small community, gives its people coins and vouchers, and
// puts all but one on the team of the first.
func gather(m *machine) *crowd {
	n := sim.Grow(1, sim.Size{Communities: 1, Households: 6, Shops: 4})
	n.Policy.LeaderCap = 20_000
	for i := range n.Households {
		h := &n.Households[i]
		h.Member, h.Good = true, true
		if i > 1 {
			h.Leader = n.Households[0].Ref
		}
	}
	m.must(m.System.Found(ctx, n))
	c := &crowd{machine: m, auditor: sim.NewAuditor(n), home: m.places()[0].ID,
		steps: make(map[string][]sim.Step), answers: make(map[string]int64), refused: make(map[sim.Reason]int)}
	for _, h := range n.Households {
		c.buyers = append(c.buyers, h.Ref)
	}
	for _, s := range n.Shops {
		c.shops = append(c.shops, s.Ref)
	}
	now := n.Start
	head := func(kind string, i int) sim.Head {
		now = now.Add(time.Second)
		return sim.Head{Community: n.Communities[0], Key: fmt.Sprintf("%s-%04d", kind, i), Now: now}
	}
	for i := range 12 * callers {
		h := head("give", i)
		from, to := c.shops[i%4], c.shops[(i+1+i/4%3)%4]
		c.before(sim.GiveVoucher{Head: h, From: from, For: to, To: c.buyers[i%3], Face: int64(50 + i), Sharers: []string{from}, Expires: now.AddDate(0, 1, 0)})
		c.open = append(c.open, h.Key)
	}
	for i, b := range c.buyers {
		h := head("fill", i)
		c.before(sim.Purchase{Head: h, At: h.Now, Buyer: b, Shop: c.shops[0], Price: 100_000, Held: 100_000})
	}
	return c
}

// before does a step before the crowd comes.
func (c *crowd) before(s sim.Step) {
	want := c.auditor.Predict(s)
	got, err := c.System.Apply(ctx, s)
	c.must(err)
	c.must(c.auditor.Agree(want, got))
}

// call is the life of one caller. It hands each step in until it has an answer.
func (c *crowd) call(r *rand.Rand, caller, steps int) {
	for i := range steps {
		s := c.next(r, fmt.Sprintf("%02d-%04d", caller, i))
		for {
			posted, err := c.handIn(s)
			f := fault.Of(err)
			if err != nil && (f == nil || f.Kind == fault.Busy) {
				continue
			}
			c.note(s, posted, err)
			break
		}
	}
}

// next is what a caller does next: buys, brings back what anybody bought, hands in
// somebody's purchase again, or another one under its key.
func (c *crowd) next(r *rand.Rand, key string) sim.Step {
	now := c.held.Now()
	c.shared.Lock()
	defer c.shared.Unlock()
	var s sim.Step
	switch n := r.IntN(100); {
	case n < 15 && len(c.keys) > 0:
		s = sim.Refund{Head: sim.Head{Community: "K1", Key: "back-" + key, Now: now}, Purchase: c.keys[r.IntN(len(c.keys))], Amount: 1 + r.Int64N(3_000)}
	case n < 30 && len(c.keys) > 0: // the latest ones: most are still on their way
		return c.steps[c.keys[len(c.keys)-1-r.IntN(min(len(c.keys), 30))]][0]
	case n < 35 && len(c.keys) > 0:
		p := c.steps[c.keys[len(c.keys)-1-r.IntN(min(len(c.keys), 30))]][0].(sim.Purchase)
		p.Price, p.Held = p.Price+1, p.Held+1
		s = p
	default:
		s = c.purchase(r, sim.Head{Community: "K1", Key: "buy-" + key, Now: now})
		c.keys = append(c.keys, s.Where().Key)
	}
	k := s.Where().Key
	c.steps[k] = append(c.steps[k], s)
	return s
}

// purchase pays with whatever there may be.
func (c *crowd) purchase(r *rand.Rand, h sim.Head) sim.Purchase {
	p := sim.Purchase{Head: h, At: h.Now, Buyer: c.buyers[r.IntN(3)], Shop: c.shops[r.IntN(4)]}
	faces := int64(0)
	first := r.IntN(len(c.open))
	for i := range max(0, r.IntN(6)-3) { // those that lie twelve apart are for the same person and shop
		n := (first + 12*i) % len(c.open)
		p.Vouchers, p.Buyer, p.Shop = append(p.Vouchers, c.open[n]), c.buyers[n%3], c.shops[(n+1+n/4%3)%4]
		faces += int64(50 + n)
	}
	cash := 100 + r.Int64N(5_000)
	if r.IntN(2) == 0 {
		p.Coins = 1 + r.Int64N(cash)
	}
	p.Price = faces + p.Coins + cash
	if p.Held = cash; r.IntN(4) == 0 {
		p.Held, p.Direct = 0, cash
	}
	return p
}

func (c *crowd) handIn(s sim.Step) (ledger.Posted, error) {
	if p, buys := s.(sim.Purchase); buys {
		settled, err := c.Settle(ctx, c.home, db.System, town.PurchaseOf(p))
		return settled.Posted, err
	}
	refund, err := c.refundOf(s.(sim.Refund))
	if err != nil {
		return ledger.Posted{}, err
	}
	back, err := c.Refund(ctx, c.home, db.System, refund)
	return back.Posted, err
}

// refundOf finds the entry that a refund names.
func (c *crowd) refundOf(s sim.Refund) (flow.Refund, error) {
	f := flow.Refund{Ref: s.Key, Amount: town.PurchaseOf(sim.Purchase{Price: s.Amount}).Price}
	err := c.DB.View(ctx, c.home, func(r db.Reader) (err error) {
		f.Purchase, err = c.Ledger.Numbered(ctx, r, c.home, s.Purchase)
		return err
	})
	return f, err
}

func (c *crowd) note(s sim.Step, posted ledger.Posted, err error) {
	c.shared.Lock()
	defer c.shared.Unlock()
	key := s.Where().Key
	if err != nil {
		why, known := town.ReasonOf(s, err)
		if !known {
			c.t.Errorf("%s: %v", key, err)
		}
		c.refused[why]++
		return
	}
	if posted.Replayed {
		c.replayed++
	}
	if first, again := c.answers[key]; again && first != posted.Seq {
		c.t.Errorf("%s is entry %d and entry %d", key, first, posted.Seq)
	}
	c.answers[key] = posted.Seq
}
