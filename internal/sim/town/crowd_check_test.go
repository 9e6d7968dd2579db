package town_test

import (
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/sim"
	"gongyi/internal/sim/town"
)

// check goes through the books in their order: what the crowd did at once must be
// what it could have done one after another.
func (c *crowd) check() {
	seen := make(map[string]int64)
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) error {
		names, err := c.Refs(ctx, r, c.home)
		if err != nil {
			return err
		}
		return c.Ledger.Entries(ctx, r, c.home, 0, 1<<40, func(e *ledger.Entry) error {
			s := c.stepOf(e)
			if s == nil {
				return nil // it was there before the crowd
			}
			if first, twice := seen[e.Key]; twice {
				c.t.Errorf("%s is entry %d and entry %d", e.Key, first, e.Seq)
			}
			seen[e.Key] = e.Seq
			got := sim.Outcome{BookedOn: e.BookedOn.String(), Changes: make(map[string]int64)}
			for _, touch := range e.Touches {
				got.Changes[sim.Key("K1", names.Account(touch.Account), touch.Account.Asset.String())] = int64(e.Change(touch.Account))
			}
			if err := c.auditor.Agree(c.auditor.Predict(s), got); err != nil {
				c.t.Fatalf("entry %d %T%+v: %v", e.Seq, s, s, err)
			}
			return nil
		})
	}))
	for key, seq := range c.answers {
		if at, there := seen[key]; !there || at != seq {
			c.t.Errorf("%s was answered with entry %d, and is entry %d (%v)", key, seq, at, there)
		}
	}
	for key := range seen {
		if _, answered := c.answers[key]; !answered {
			c.t.Errorf("%s is in the books, and nobody was told", key)
		}
	}
	books, err := c.Balances(ctx)
	c.must(err)
	c.must(c.auditor.Compare(books))
	c.must(c.auditor.Sound())
	for _, why := range []sim.Reason{sim.CoinsShort, sim.Used, sim.OtherContent, sim.TooMuch} {
		if c.refused[why] == 0 {
			c.t.Errorf("nobody was refused for %q: too few want the same", why)
		}
	}
	if c.replayed == 0 {
		c.t.Error("nothing was handed in twice")
	}
}

// stepOf is the step that an entry settled, by its key and content.
func (c *crowd) stepOf(e *ledger.Entry) sim.Step {
	for _, s := range c.steps[e.Key] {
		switch s := s.(type) {
		case sim.Purchase:
			if p := town.PurchaseOf(s); p.Content() == e.Content {
				return s
			}
		case sim.Refund:
			f, err := c.refundOf(s)
			c.must(err)
			if f.Content() == e.Content {
				return s
			}
		}
	}
	if len(c.steps[e.Key]) > 0 {
		c.t.Errorf("entry %d has a content that nobody handed in", e.Seq)
	}
	return nil
}
