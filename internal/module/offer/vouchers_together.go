package offer

import (
	"slices"

	"gongyi/internal/kernel/money"
)

// weighable are the places of the vouchers that combinations are made of. Of
// vouchers that differ in their end alone, those that end first are enough; and so
// many are weighed as can be in time, those that end first.
func (t *Till) weighable(w Wish) (places []int) {
	type sort struct {
		amount, from  money.Amount
		category      string
		alone, change bool
	}
	like := make(map[sort]int)
	for n := range t.Vouchers {
		v := &t.Vouchers[n]
		if !v.Bar.IsZero() || w.Chosen && !slices.Contains(w.Vouchers, v.Ref) {
			continue
		}
		k := sort{v.Amount, v.From, v.Category, v.Alone, v.Change}
		if like[k]++; like[k] <= t.Rules.AtOnce {
			places = append(places, n)
		}
	}
	return places[:min(len(places), weighed(t.Rules.AtOnce))]
}

// weighed is how many vouchers are weighed against each other, so that there are no
// more than some thousand combinations.
func weighed(atOnce int) int {
	switch {
	case atOnce <= 2:
		return 60
	case atOnce == 3:
		return 28
	case atOnce == 4:
		return 18
	}
	return 12
}

// eachSet calls fn with every set of vouchers that may be used together at a price,
// the empty one first; whether they fit it is for fn to say.
func (t *Till) eachSet(places []int, c *choice, fn func(vouchers []int)) {
	var set []int
	var grow func(from int)
	grow = func(from int) {
		fn(set)
		if len(set) >= t.Rules.AtOnce {
			return
		}
		for i := from; i < len(places); i++ {
			v := &t.Vouchers[places[i]]
			if c.price < v.From || v.Alone && len(c.offers) > 0 || t.likeOf(set, v) >= 0 {
				continue
			}
			set = append(set, places[i])
			grow(i + 1)
			set = set[:len(set)-1]
		}
	}
	grow(0)
}

// likeOf is the place of a voucher of the same category in a set, −1 if none.
func (t *Till) likeOf(set []int, v *Voucher) int {
	for _, n := range set {
		if v.Category != "" && t.Vouchers[n].Category == v.Category {
			return n
		}
	}
	return -1
}
