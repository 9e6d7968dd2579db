package dispatch

import "math/bits"

// reasons says why somebody is asked, what weighs most first.
func (p *planner) reasons(a *ask, k *pick) (why []Reason) {
	w := &p.ix.rows[k.row]
	say := func(code Code, n int64) { why = append(why, Reason{code, n}) }
	switch {
	case w.staff:
		say(WorksHere, 0)
	case same(w.place.Building, a.Place.Building):
		say(LivesInBuilding, 0)
	case same(w.place.Grid, a.Place.Grid):
		say(LivesInGrid, 0)
	case same(w.place.Community, a.Place.Community):
		say(LivesInCommunity, 0)
	default:
		say(LivesNearby, 0)
	}
	if k.bundle > 0 {
		say(Together, int64(p.bundled(k.bundle)))
	}
	if k.there {
		say(ThereAnyway, max(0, k.walk))
	} else {
		say(Walks, k.walk)
	}
	if k.among == 1 {
		say(OnlyOne, 0)
	} else {
		say(OneOf, int64(k.among))
	}
	if near := int64(k.nearest); near < k.walk {
		say(NearerNeeded, max(0, near))
	}
	if n := a.bond(w.id).Times; n > 0 {
		say(KnowsAsker, int64(n))
	}
	if both := a.Languages & w.languages; both != 0 {
		say(SpeaksLanguage, int64(bits.TrailingZeros64(uint64(both))))
	}
	say(FreshToday, k.day)
	say(FreshWeek, k.week)
	if w.noShows > 0 {
		say(MissedBefore, int64(w.noShows))
	}
	return why
}

// bundled is how many requests are in one offer.
func (p *planner) bundled(bundle int) (n int) {
	for i := range p.asks {
		for _, k := range p.asks[i].picks {
			if k.bundle == bundle {
				n++
			}
		}
	}
	return n
}
