package bundle_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/bundle"
)

// TestSharesAddUp: whatever the parts and the price, the shares of all uses add up to it,
// uses of one part differ by a fen at most, and the first are no less than the later ones.
func TestSharesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var terms bundle.Terms
		for i := range rapid.IntRange(1, bundle.PartsMost).Draw(t, "parts") {
			terms.Parts = append(terms.Parts, bundle.Part{What: fmt.Sprint(i), Times: rapid.IntRange(1, 50).Draw(t, "times"), Price: money.Amount(rapid.Int64Range(1, 2_000_000_00).Draw(t, "price"))})
		}
		terms.Price = money.Amount(rapid.Int64Range(0, int64(terms.Sum())).Draw(t, "together"))
		var sum money.Amount
		for i, part := range terms.Shares() {
			var whole money.Amount
			for n, v := range part {
				whole += v
				if v < 0 || v > part[0] || part[0]-v > 1 || n > 0 && v > part[n-1] {
					t.Fatalf("part %d: %v", i, part)
				}
			}
			if exact := float64(terms.Price) * float64(terms.Parts[i].Price) * float64(terms.Parts[i].Times) / float64(terms.Sum()); float64(whole) < exact-1.001 || float64(whole) > exact+1.001 {
				t.Fatalf("part %d gets %d, its proportion is %f", i, whole, exact)
			}
			sum += whole
		}
		if sum != terms.Price {
			t.Fatalf("the shares of %d are %d", terms.Price, sum)
		}
	})
}

// TestWhoMayUseWhat: in document words.
func TestWhoMayUseWhat(t *testing.T) {
	one, two, now := id.ID{1}, id.ID{2}, time.Date(2025, 10, 1, 8, 0, 0, 0, time.UTC)
	b := &bundle.Bundle{Terms: bundle.Terms{Price: 10_00, Parts: []bundle.Part{{Shops: []id.ID{one}, Times: 2, Price: 5_00}, {Shops: []id.ID{two}, Times: 1, Price: 5_00}}}}
	paid := bundle.Sale{Of: b, Begun: &bundle.Begun{Until: now.Add(time.Hour)}}
	used := paid
	used.Gone = []bundle.Gone{{Slot: bundle.Slot{Part: 0, N: 0}, What: bundle.Used}, {Slot: bundle.Slot{Part: 1, N: 0}, What: bundle.Back}}
	for _, c := range []struct {
		says string
		sale bundle.Sale
		part int
		shop id.ID
		at   time.Time
		next bundle.Slot
		want error
	}{
		{"a part at its shop", paid, 0, one, now, bundle.Slot{}, nil},
		{"its next use", used, 0, one, now, bundle.Slot{Part: 0, N: 1}, nil},
		{"before it is paid for", bundle.Sale{Of: b}, 0, one, now, bundle.Slot{}, bundle.ErrNotPaid},
		{"at another shop", paid, 0, two, now, bundle.Slot{}, bundle.ErrElsewhere},
		{"a part that there is not", paid, 2, one, now, bundle.Slot{}, bundle.ErrBadCode},
		{"given back", used, 1, two, now, bundle.Slot{}, bundle.ErrUsedUp},
		{"in the last moment", paid, 1, two, now.Add(time.Hour - 1), bundle.Slot{Part: 1}, nil},
		{"after it", paid, 1, two, now.Add(time.Hour), bundle.Slot{}, bundle.ErrOver},
	} {
		if got, err := c.sale.MayUse(c.part, c.shop, c.at); got != c.next || !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %+v, %v", c.says, got, err)
		}
	}
}
