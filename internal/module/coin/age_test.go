package coin_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/coin"
)

// TestTheOldestPartFirst: what is parted and what is left are what there was, nothing that is
// parted is younger than what is left.
func TestTheOldestPartFirst(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var all []coin.Got
		for range rapid.IntRange(0, 6).Draw(rt, "n") {
			all = append(all, coin.Got{Month: period.Month(rapid.IntRange(1, 5).Draw(rt, "month")), Coins: money.Amount(rapid.IntRange(-1, 9).Draw(rt, "coins"))})
		}
		tidy := coin.Tidy(all)
		coins := money.Amount(rapid.IntRange(0, 40).Draw(rt, "parted"))
		parted, left := coin.Oldest(tidy, coins)
		if coin.Sum(parted) != min(coins, coin.Sum(tidy)) || !slices.Equal(coin.Tidy(append(parted, left...)), tidy) {
			rt.Fatalf("%v less %v: %v and %v", tidy, coins, parted, left)
		}
		if len(parted) > 0 && len(left) > 0 && parted[len(parted)-1].Month > left[0].Month {
			rt.Fatalf("%v is younger than %v", parted, left)
		}
	})
}
