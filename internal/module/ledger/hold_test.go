package ledger_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// opening is a posting without legs of its own, for what the ledger makes.
func opening(key string) ledger.Posting {
	return ledger.Posting{Key: key, Content: content(key), BookedOn: monday}
}

func (b *books) place(key string, from ledger.Account, amount money.Amount, life time.Duration) (h ledger.Hold, err error) {
	err = b.update(func(tx *db.Tx) (err error) {
		h, err = b.PlaceHold(ctx, tx, opening(key), from, amount, tx.Now.Add(life))
		return err
	})
	return h, err
}

func (b *books) spend(key string, hold id.ID, to ledger.Account, amount money.Amount) error {
	return b.update(func(tx *db.Tx) error { return b.SpendHold(ctx, tx, hold, opening(key), to, amount) })
}

func (b *books) release(key string, hold id.ID) error {
	return b.update(func(tx *db.Tx) error { return b.ReleaseHold(ctx, tx, hold, opening(key)) })
}

func (b *books) expire(hold id.ID) error {
	return b.update(func(tx *db.Tx) error { return b.ExpireHold(ctx, tx, hold, monday) })
}

func (b *books) due() (due []id.ID) {
	b.t.Helper()
	b.view(func(r db.Reader) (err error) {
		due, err = b.Due(ctx, r, b.home, b.env.Clock.Now(), 100)
		return err
	})
	return due
}

func (b *books) refused(what string, err error, want *fault.Fault) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Errorf("%s: %v, want %s", what, err, want.Code)
	}
}

// D4: a hold is placed, spent in parts, and what is left goes back.
func TestHoldIsSpentInParts(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(issues("i", person(1), 10_00))
		b.must(err)
		h, err := b.place("h", person(1), 8_00, time.Hour)
		b.must(err)
		again, err := b.place("h", person(1), 8_00, time.Hour)
		b.must(err)
		if again.ID != h.ID || again.Source != h.Source || again.Amount != h.Amount || !again.ExpiresAt.Equal(h.ExpiresAt) {
			b.t.Errorf("placed again: %+v, want %+v", again, h)
		}
		if got, held := b.balance(person(1)), b.balance(h.Escrow()); got != 2_00 || held != 8_00 {
			b.t.Errorf("after placing she has %d and %d are held", got, held)
		}
		_, err = b.place("h2", person(1), 2_01, time.Hour)
		b.refused("more than she has", err, ledger.ErrInsufficient)
		b.must(b.spend("s1", h.ID, person(2), 3_00))
		b.must(b.spend("s1", h.ID, person(2), 3_00)) // a replay
		b.refused("more than is held", b.spend("s2", h.ID, person(2), 5_01), ledger.ErrHoldShort)
		b.refused("of no hold", b.spend("s3", id.ID{9}, person(2), 1), ledger.ErrNoHold)
		b.refused("not due", b.expire(h.ID), ledger.ErrHoldOpen)
		b.must(b.release("r", h.ID))
		b.must(b.release("r", h.ID))
		b.refused("spent after its release", b.spend("s4", h.ID, person(2), 1), ledger.ErrHoldEnded)
		if got, other, held := b.balance(person(1)), b.balance(person(2)), b.balance(h.Escrow()); got != 7_00 || other != 3_00 || held != 0 {
			b.t.Errorf("in the end she has %d, the other %d, held are %d", got, other, held)
		}
		b.wholeLog()
	})
}

// Invariant 4 holds for the end of a hold too, also when the writer has
// forgotten the key.
func TestHoldAnswersOldRequestsAfterItsEnd(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(issues("i", person(1), 10_00))
		b.must(err)
		spent, err := b.place("h1", person(1), 4_00, time.Hour)
		b.must(err)
		released, err := b.place("h2", person(1), 4_00, time.Hour)
		b.must(err)
		b.must(b.spend("s", spent.ID, person(2), 4_00))
		b.must(b.release("r", released.ID))
		b.restart()
		b.later(2 * time.Hour)
		b.must(b.spend("s", spent.ID, person(2), 4_00))
		b.must(b.release("r", released.ID))
		again, err := b.place("h1", person(1), 4_00, time.Hour)
		b.must(err)
		if again.ID != spent.ID || again.Ended != "spent" {
			b.t.Errorf("placed again: %+v", again)
		}
		b.refused("another request to spend", b.spend("s'", spent.ID, person(2), 4_00), ledger.ErrHoldEnded)
		err = b.update(func(tx *db.Tx) error {
			p := opening("s")
			p.Content = content("other")
			return b.SpendHold(ctx, tx, spent.ID, p, person(2), 4_00)
		})
		b.refused("the key with other content", err, ledger.ErrKeyReused)
		err = b.update(func(tx *db.Tx) error {
			p := opening("r")
			p.Content = content("other")
			return b.ReleaseHold(ctx, tx, released.ID, p)
		})
		b.refused("the key of a release with other content", err, ledger.ErrKeyReused)
	})
}

func TestHoldExpires(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(issues("i", person(1), 10_00))
		b.must(err)
		h, err := b.place("h", person(1), 8_00, time.Hour)
		b.must(err)
		b.must(b.spend("s1", h.ID, person(2), 3_00))
		if due := b.due(); len(due) != 0 {
			b.t.Errorf("due already: %v", due)
		}
		b.later(time.Hour)
		b.refused("spent when its time is over", b.spend("s2", h.ID, person(2), 1), ledger.ErrHoldExpired)
		if due := b.due(); len(due) != 1 || due[0] != h.ID {
			b.t.Errorf("due: %v, want %s", due, h.ID)
		}
		b.must(b.expire(h.ID))
		b.must(b.expire(h.ID)) // two sweepers
		if due := b.due(); len(due) != 0 {
			b.t.Errorf("still due: %v", due)
		}
		b.refused("released when it has expired", b.release("r", h.ID), ledger.ErrHoldEnded)
		if got := b.balance(person(1)); got != 7_00 {
			b.t.Errorf("she has %d, want 700", got)
		}
		b.wholeLog()
	})
}

// Nothing is spent twice: sixty-four callers want the last ten coins, and later
// everything is done to the ten holds at once.
func TestTheLastCoin(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(issues("i", person(1), 10_00))
		b.must(err)
		var mu sync.Mutex
		var holds []ledger.Hold
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				h, err := b.place(fmt.Sprint("h", i), person(1), 1_00, time.Hour)
				switch {
				case err == nil:
					mu.Lock()
					holds = append(holds, h)
					mu.Unlock()
				case !errors.Is(err, ledger.ErrInsufficient):
					b.t.Errorf("refused with %v", err)
				}
			})
		}
		wg.Wait()
		if len(holds) != 10 || b.balance(person(1)) != 0 {
			b.t.Fatalf("%d holds of one coin were placed out of ten coins; %d left", len(holds), b.balance(person(1)))
		}
		var spent atomic.Int64
		for i, h := range holds {
			for j := range 4 {
				wg.Go(func() {
					if b.spend(fmt.Sprint("s", i, j), h.ID, person(2), 40) == nil {
						spent.Add(40)
					}
				})
				wg.Go(func() {
					if err := b.release(fmt.Sprint("r", i), h.ID); err != nil && !errors.Is(err, ledger.ErrHoldEnded) {
						b.t.Errorf("release: %v", err)
					}
				})
			}
		}
		wg.Wait()
		one, two := b.balance(person(1)), b.balance(person(2))
		if one+two != 10_00 || int64(two) != spent.Load() {
			b.t.Errorf("%d + %d coins, %d acknowledged as spent, of 1000", one, two, spent.Load())
		}
		for _, h := range holds {
			if left := b.balance(h.Escrow()); left != 0 {
				b.t.Errorf("a hold that has ended still holds %d", left)
			}
		}
		b.wholeLog()
	})
}
