package dispatch

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// worth is what an assignment costs; it fails on a column that is given twice.
func worth(t *rapid.T, rows [][]Edge, skip, chosen []int) (total int) {
	taken := make(map[int]bool)
	for i, k := range chosen {
		if k < 0 {
			total += skip[i]
			continue
		}
		e := rows[i][k]
		if taken[e.To] {
			t.Fatalf("column %d is given twice: %v", e.To, chosen)
		}
		taken[e.To] = true
		total += e.Cost
	}
	return total
}

// least tries everything.
func least(rows [][]Edge, skip []int, taken []bool) int {
	if len(rows) == 0 {
		return 0
	}
	best := skip[0] + least(rows[1:], skip[1:], taken)
	for _, e := range rows[0] {
		if !taken[e.To] {
			taken[e.To] = true
			best = min(best, e.Cost+least(rows[1:], skip[1:], taken))
			taken[e.To] = false
		}
	}
	return best
}

func TestNoAssignmentIsCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 6).Draw(t, "columns")
		rows, skip := make([][]Edge, rapid.IntRange(0, 6).Draw(t, "rows")), []int{}
		for i := range rows {
			skip = append(skip, rapid.IntRange(0, 40).Draw(t, "skip"))
			for range rapid.IntRange(0, 6).Draw(t, "edges") {
				rows[i] = append(rows[i], Edge{rapid.IntRange(0, columns-1).Draw(t, "to"), rapid.IntRange(-20, 40).Draw(t, "cost")})
			}
		}
		chosen := Assign(rows, skip, columns)
		if got, want := worth(t, rows, skip, chosen), least(rows, skip, make([]bool, columns)); got != want {
			t.Fatalf("costs %d, and %d is possible: %v", got, want, chosen)
		}
		if again := Assign(rows, skip, columns); !slices.Equal(chosen, again) {
			t.Fatalf("%v, then %v", chosen, again)
		}
	})
}

// Two requests, two volunteers. In turn, the first takes whom the second needs: 100 +
// 900 metres. Together: 200 + 300.
func TestTheNearestIsLeftToWhoeverNeedsHerMore(t *testing.T) {
	rows := [][]Edge{{{0, 100}, {1, 200}}, {{0, 300}, {1, 900}}}
	if got := Assign(rows, []int{math.MaxInt / 4, math.MaxInt / 4}, 2); !slices.Equal(got, []int{1, 0}) {
		t.Fatal(got)
	}
}
