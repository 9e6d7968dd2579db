package dispatch

import (
	"math"
	"time"
)

// skip is what it costs to ask nobody else besides those who are asked already and
// the next few. The longer a request waits, the more a minute of it counts, and faster
// than in proportion: luck decides who has waited long, and nobody is to have all of it.
func (p *planner) skip(a *ask, found []find, k int, passed time.Duration) int {
	pace := &p.rules.Pace[a.Urgency]
	if a.out+k < a.missing()*pace.Asks || len(found) <= p.rules.Few {
		return p.rules.Weights.Unchecked + p.rules.Weights.Waited*int(passed.Minutes())
	}
	hope, walk := a.hope, a.hopeWalk
	fresh := million - p.rules.Silent
	for _, f := range found[:k] {
		hope += fresh
		walk += int(f.walk) * fresh
	}
	soon := min(aDay, int(int64(p.rules.Answer.Seconds())*million/int64(p.rules.Accept))) // seconds until a yes, of one who answers
	return min(p.rules.Weights.Unchecked, walk/hope+pace.worth(passed)*soon/60*a.missing()*million/hope)
}

const aDay = 24 * 60 * 60 // seconds

// worth is how many metres a minute less of waiting is worth to a request that has waited.
func (p *Pace) worth(passed time.Duration) int {
	if p.More == 0 {
		return p.Worth
	}
	waited, more := min(aDay, int64(passed.Seconds())), max(1, int64(p.More.Seconds()))
	return int(min(million, int64(p.Worth)*(more*more+waited*waited)/(more*more)))
}

// hope is how likely it is that an offer will be answered: the longer it is out, the
// more likely she is one of those who never do.
func (p *planner) hope(o *Asked) int {
	still := int(math.Exp(-float64(p.now-o.At.Unix())/p.rules.Answer.Seconds()) * float64(million-p.rules.Silent))
	return max(1, still*million/max(1, still+p.rules.Silent))
}

// asks is how many are asked at a time for each person needed where walking and waiting
// are not weighed against each other (PlanBy).
func (p *Pace) asks(passed time.Duration) int {
	if p.More == 0 {
		return p.Asks
	}
	return min(p.Most, p.Asks+int(passed/p.More))
}
