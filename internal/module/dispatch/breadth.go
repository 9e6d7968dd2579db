package dispatch

import (
	"math"
	"time"
)

// skip is what it costs to ask nobody else besides those who are asked already and
// the next few.
func (p *planner) skip(a *ask, found []find, k int, passed time.Duration) int {
	pace := &p.rules.Pace[a.Urgency]
	if a.out+k < a.missing() || len(found) <= p.rules.Few {
		return p.rules.Weights.Unchecked + p.rules.Weights.Waited*int(passed.Minutes())
	}
	hope, walk := a.hope, a.hopeWalk
	fresh := million - p.rules.Silent
	for _, f := range found[:k] {
		hope += fresh
		walk += int(f.walk) * fresh
	}
	worth := pace.Worth
	if pace.More > 0 {
		worth += int(int64(worth) * int64(passed) / int64(pace.More))
	}
	soon := int(int64(p.rules.Answer.Seconds()) * million / int64(p.rules.Accept)) // seconds until a yes, of one who answers
	return walk/hope + worth*soon/60*a.missing()*million/hope
}

// hope is how likely it is that an offer will be answered: the longer it is out, the
// more likely she is one of those who never do.
func (p *planner) hope(o *Asked) int {
	still := int(math.Exp(-float64(p.now-o.At.Unix())/p.rules.Answer.Seconds()) * float64(million-p.rules.Silent))
	return max(1, still*million/max(1, still+p.rules.Silent))
}

// asks is how many are asked at a time for each person needed.
func (p *Pace) asks(passed time.Duration) int {
	if p.More == 0 {
		return p.Asks
	}
	return min(p.Most, p.Asks+int(passed/p.More))
}
