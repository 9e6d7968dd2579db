package ledger_test

import (
	"math/rand/v2"
	"time"

	"gongyi/internal/kernel/page"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// compareChain compares an account's pages and past balances with the model.
func (b *books) compareChain(m *model, a ledger.Account, rng *rand.Rand) {
	b.t.Helper()
	touches := m.touches(a)
	b.view(func(r db.Reader) error {
		left := touches
		req := page.Request{Limit: 20 + rng.IntN(200)}
		for {
			lines, next, err := b.Statement(ctx, r, b.home, a, req)
			if err != nil {
				return err
			}
			for _, l := range lines {
				i := left[len(left)-1]
				left = left[:len(left)-1]
				if l.Entry.Seq != int64(i) || l.Balance != m.heldAfter(a, i+1) {
					b.t.Fatalf("%s: entry %d with %d, want %d with %d", a, l.Entry.Seq, l.Balance, i, m.heldAfter(a, i+1))
				}
			}
			if req.Cursor = next; next == "" {
				break
			}
		}
		if len(left) > 0 {
			b.t.Errorf("%s: %d lines are missing from the statement of %d", a, len(left), len(touches))
		}
		for range 40 {
			n := rng.IntN(len(m.at))
			at := m.at[n].Add(time.Duration(rng.IntN(3)-1) * 30 * time.Second)
			n = 0
			for n < len(m.at) && !m.at[n].After(at) {
				n++
			}
			got, err := b.BalanceAsOf(ctx, r, b.home, a, at)
			if want := m.heldAfter(a, n); err != nil || got != want {
				b.t.Errorf("%s held %d (%v) at %s, want %d", a, got, err, at, want)
			}
		}
		return nil
	})
}
