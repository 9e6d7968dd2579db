package offer

import (
	"cmp"
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// prices are the prices that offers together can lead to, each once with offers and
// once without, in the cheapest way of getting there: the fewest offers, then those
// that were made first.
func (t *Till) prices(w Wish) []choice {
	var usable []int
	if !w.Plain {
		for n := range t.Offers {
			if t.barred(&t.Offers[n]).IsZero() {
				usable = append(usable, n)
			}
		}
	}
	slices.SortStableFunc(usable, func(a, b int) int { return cmp.Compare(rank(t.Offers[a].Kind), rank(t.Offers[b].Kind)) })
	all := []choice{{price: t.List}}
	t.together(usable, 0, choice{price: t.List}, &all)
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(len(a.offers), len(b.offers)) })
	type key struct {
		price money.Amount
		plain bool
	}
	seen := make(map[key]bool, len(all))
	return slices.DeleteFunc(all, func(c choice) bool {
		k := key{c.price, len(c.offers) == 0}
		twice := seen[k]
		seen[k] = true
		return twice
	})
}

// rank is where a kind stands in the order of application.
func rank(k Kind) int { return slices.Index(Kinds, k) }

// together adds every further combination of usable offers, from place i on.
func (t *Till) together(usable []int, i int, c choice, all *[]choice) {
	for ; i < len(usable); i++ {
		if next, ok := t.apply(c, usable[i]); ok {
			*all = append(*all, next)
			t.together(usable, i+1, next, all)
		}
	}
}

// apply lays one more offer on a price; false if it may not, or takes nothing off.
func (t *Till) apply(c choice, n int) (choice, bool) {
	o := &t.Offers[n]
	if len(c.offers) >= t.Rules.Together || t.clash(c.offers, o) >= 0 {
		return c, false
	}
	off := o.Off(c.price)
	why := o.why(c.price, off)
	if most := t.Rules.OfferShare.FloorOf(t.List) - (t.List - c.price); off > most {
		off = most
		why = say("优惠一共最多减标价的 %s，这里减 %s", t.Rules.OfferShare.Percent(), fen(off))
	}
	if off <= 0 || o.Budget > 0 && off > o.Budget-o.Saved {
		return c, false
	}
	c.offers = append(slices.Clip(c.offers), n)
	c.reductions = append(slices.Clip(c.reductions), Reduction{o.ID, o.Version, o.Name, o.Kind, off, why})
	c.price -= off
	return c, true
}

// clash is the place of a used offer of the same category, −1 if there is none.
func (t *Till) clash(used []int, o *Stand) int {
	for _, n := range used {
		if t.Offers[n].Category == o.Category {
			return n
		}
	}
	return -1
}

// barred says why an offer cannot be used whatever else is, the zero sentence if it
// can be.
func (t *Till) barred(o *Stand) Sentence {
	at := t.At.In(t.Zone)
	if o.End != nil || !o.When.Runs(period.DayOf(t.At, t.Zone)) {
		return say("这个优惠没有在进行")
	}
	if why := o.When.opens(at, t.OwnDay); !why.IsZero() {
		return why
	}
	switch {
	case o.Whom == Members && !t.Member:
		return say("会员才有，请出示会员码")
	case o.Whom == Members && !t.Good:
		return say("会员资格现在没有生效")
	case o.PerPerson > 0 && !t.Member:
		return say("每人有限次，请出示会员码")
	case o.Kind == FirstTime && !t.FirstTime:
		return say("第一次在这家店买才有")
	case o.PerPerson > 0 && o.Mine >= o.PerPerson:
		return say("每人 %s 次，您已经用完", count(o.PerPerson))
	case o.Total > 0 && o.Uses >= o.Total:
		return say("%s 个名额已经用完", count(o.Total))
	case o.Budget > 0 && o.Saved >= o.Budget:
		return say("店家为它备的钱已经用完")
	}
	return Sentence{}
}
