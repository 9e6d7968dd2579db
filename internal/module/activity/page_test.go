package activity

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// What is past is read page by page, the latest first, each once; what waits for the desk or
// goes on stands on no such page. Seats that are taken are counted at once.
func TestPagesOfWhatIsPast(t *testing.T) {
	each(t, func(h *school) {
		var held []id.ID
		for n := range 5 {
			a := h.opened(1, 3)
			held = append(held, a.ID)
			h.env.Clock.Advance(time.Duration(n%2) * time.Minute) // some end at the same moment
		}
		refused := h.proposed()
		waits := h.proposed()
		_, err := h.join(held[0], neighbour(1), 1)
		h.must(err)
		h.must(h.update(func(tx *db.Tx) error {
			again := *refused
			return h.Refuse(ctx, tx, &again, "没有地方")
		}))
		h.env.Clock.Advance(50 * time.Hour)
		for _, at := range held[:4] {
			h.must(h.update(func(tx *db.Tx) error {
				a, err := h.ByID(ctx, tx, h.home, at)
				if err != nil {
					return err
				}
				return h.EndSession(ctx, tx, &a.Sessions[0], SessionEnd{Cause: Nobody})
			}))
		}
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			over, err := h.pages(func(k Key) ([]*Activity, error) { return h.Over(ctx, r, h.home, k, 2) })
			if err != nil {
				return err
			}
			if want := append(slices.Clone(held[:4]), refused.ID); !same(over, want) {
				h.t.Errorf("over are %v, want %v", over, want)
			}
			past, err := h.pages(func(k Key) ([]*Activity, error) { return h.Past(ctx, r, h.home, h.env.Clock.Now(), k, 2) })
			if err != nil {
				return err
			}
			if !same(past, held) {
				h.t.Errorf("past are %v, want %v", past, held)
			}
			open, err := h.Unsettled(ctx, r, h.home, h.env.Clock.Now())
			if err != nil {
				return err
			}
			if len(open) != 1 || open[0].ID != held[4] {
				h.t.Errorf("%d are to be settled", len(open))
			}
			taken, err := h.Taken(ctx, r, h.home, append(held, waits.ID))
			if err == nil && (len(taken) != 1 || taken[held[0]] != 1) {
				err = fmt.Errorf("taken are %v", taken)
			}
			return err
		}))
		for _, text := range []string{"", "x", "5-", "-" + held[0].String()} {
			if k := ParseKey(text); k != (Key{}) {
				h.t.Errorf("%q is the key %v", text, k)
			}
		}
	})
}

// proposed is a class that waits for the desk.
func (h *school) proposed() (a *Activity) {
	h.t.Helper()
	h.must(h.update(func(tx *db.Tx) (err error) {
		a, err = h.Propose(ctx, tx, lesson(tx.Now.Add(48*time.Hour), 1, 3), hour)
		return err
	}))
	return a
}

// pages reads a list to its end, with the key as it stands in an address.
func (h *school) pages(read func(k Key) ([]*Activity, error)) (all []id.ID, err error) {
	for key := (Key{}); ; {
		some, err := read(key)
		if err != nil || len(some) == 0 {
			return all, err
		}
		for _, a := range some {
			if !key.Ends.IsZero() && a.Last().After(key.Ends) {
				return all, fmt.Errorf("%v comes after %v", a.Last(), key.Ends)
			}
			all = append(all, a.ID)
		}
		key = ParseKey(KeyOf(some[len(some)-1]).String())
	}
}

// same reports whether two lists have the same ids, each once.
func same(got, want []id.ID) bool {
	got, want = slices.Clone(got), slices.Clone(want)
	by := func(a, b id.ID) int { return cmp.Compare(a.String(), b.String()) }
	slices.SortFunc(got, by)
	slices.SortFunc(want, by)
	return slices.Equal(got, want)
}
