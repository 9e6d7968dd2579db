package dispatch

import (
	"slices"

	"gongyi/internal/kernel/id"
)

// pairs keeps the two-person rule: helpers of different households, and nobody is
// asked as long as there are too few.
func (p *planner) pairs() {
	taken := make(map[int32]bool)
	for i := range p.asks {
		for _, k := range p.asks[i].picks {
			taken[k.row] = true
		}
	}
	for i := range p.asks {
		a := &p.asks[i]
		if !a.Pair || len(a.picks) == 0 {
			continue
		}
		houses := slices.Clone(a.house)
		for n := range a.picks {
			p.another(&a.picks[n], houses, taken)
			if h := p.ix.rows[a.picks[n].row].household; !h.IsZero() {
				houses = append(houses, h)
			}
		}
		a.picks = slices.DeleteFunc(a.picks, func(k pick) bool { return k.among == 0 })
		if got := a.out + len(a.picks); got < a.missing() {
			a.picks, a.gap = nil, Reason{NoPair, int64(got)}
		}
	}
}

// another puts somebody of another household in the place of one whose household is
// there already; of a pick for which there is nobody it leaves nothing.
func (p *planner) another(k *pick, houses []id.ID, taken map[int32]bool) {
	clash := func(n int32) bool {
		h := p.ix.rows[n].household
		return !h.IsZero() && slices.Contains(houses, h)
	}
	if !clash(k.row) {
		return
	}
	for _, f := range k.from {
		if !taken[f.row] && !clash(f.row) {
			taken[f.row] = true
			k.find = f
			return
		}
	}
	k.among = 0
}
