package ledgerweb

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

func days(t *rapid.T) []DayTally[int] {
	var out []DayTally[int]
	first := period.Date(2017, 1, 1)
	n := int64(0)
	for i := range rapid.IntRange(0, 40).Draw(t, "days") {
		buyers := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 8).Draw(t, "buyers")
		d := DayTally[int]{Day: first + period.Day(i), Buyers: buyers, Purchases: len(buyers), First: n + 1}
		for range buyers {
			n++
			d.Spent += money.Amount(rapid.IntRange(1, 10_000).Draw(t, "spent"))
		}
		d.Last, d.Shops, d.Fund = n, d.Spent-d.Spent/100, d.Spent/200
		out = append(out, d)
	}
	return out
}

// Every group holds at least k different buyers, none could have been closed a
// day earlier, and nothing is lost: what is in no group waits (K3).
func TestFoldHidesTheFewAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, k := days(t), rapid.IntRange(1, 10).Draw(t, "k")
		groups, waiting := Fold(all, k)
		var shown money.Amount
		next := period.Day(0)
		for _, g := range groups {
			if g.From < next || g.To < g.From {
				t.Fatalf("group %v – %v does not follow the one before", g.From, g.To)
			}
			next = g.To + 1
			if g.Buyers != distinct(all, g.From, g.To) || g.Buyers < k {
				t.Fatalf("group %v – %v says %d buyers, has %d, needs %d", g.From, g.To, g.Buyers, distinct(all, g.From, g.To), k)
			}
			if distinct(all, g.From, g.To-1) >= k {
				t.Fatalf("group %v – %v could have been closed earlier", g.From, g.To)
			}
			shown += g.Spent
		}
		var total, rest money.Amount
		for _, d := range all {
			total += d.Spent
			if waiting != nil && d.Day >= waiting.From && d.Day <= waiting.To {
				rest += d.Spent
			}
		}
		if shown+rest != total {
			t.Fatalf("shown %d and waiting %d are not all of %d", shown, rest, total)
		}
		if waiting != nil && (waiting.From < next || distinct(all, waiting.From, waiting.To) >= k) {
			t.Fatalf("what waits could be shown")
		}
	})
}

func distinct(all []DayTally[int], from, to period.Day) int {
	seen := map[int]bool{}
	for _, d := range all {
		if d.Day >= from && d.Day <= to {
			for _, b := range d.Buyers {
				seen[b] = true
			}
		}
	}
	return len(seen)
}

// A group that was shown yesterday is the same today: days to come only add.
func TestFoldNeverChangesWhatWasShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, k := days(t), rapid.IntRange(1, 6).Draw(t, "k")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		before, _ := Fold(all[:cut], k)
		after, _ := Fold(all, k)
		if diff := cmp.Diff(before, after[:len(before):len(before)]); diff != "" && len(before) > 0 {
			t.Fatal(diff)
		}
	})
}

func TestFoldJoinsASmallDayToTheNext(t *testing.T) {
	d := period.Date(2017, 1, 28)
	groups, waiting := Fold([]DayTally[string]{
		{Day: d, Buyers: []string{"a", "b", "a"}, Purchases: 3, First: 10, Last: 12, Spent: 300, Shops: 290, Fund: 1},
		{Day: d + 1, Buyers: []string{"b", "c", "d", "e"}, Purchases: 4, First: 13, Last: 17, Spent: 500, Shops: 480, Fund: 2},
		{Day: d + 2, Buyers: []string{"z"}, Purchases: 1, First: 18, Last: 18, Spent: 900, Shops: 870, Fund: 5},
	}, 5)
	want := []Group{{From: d, To: d + 1, Purchases: 7, Buyers: 5, First: 10, Last: 17, Spent: 800, Shops: 770, Fund: 3}}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&Span{d + 2, d + 2}, waiting); diff != "" {
		t.Error(diff)
	}
}
