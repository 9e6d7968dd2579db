package dispatch

import (
	"slices"
	"time"
)

// settle chooses among those who said yes. The nearest goes, at once if nobody nearer
// can still say yes; else when the nearer ones have had their time, or it is time to
// leave.
func (p *planner) settle(a *ask) (all []Settled) {
	if len(a.ready) == 0 || a.Pair && len(a.ready) < a.need {
		return nil
	}
	slices.SortStableFunc(a.ready, func(x, y *Asked) int {
		if x.Walk != y.Walk {
			return x.Walk - y.Walk
		}
		return slices.Compare(x.Volunteer[:], y.Volunteer[:])
	})
	nearer := -1 // the nearest who may still say yes
	for _, o := range a.waits {
		if nearer < 0 || o.Walk < nearer {
			nearer = o.Walk
		}
	}
	pace := &p.rules.Pace[a.Urgency]
	for len(a.ready) > 0 && a.need > 0 {
		o := a.ready[0]
		why := Reason{Nearest, int64(o.Walk)}
		if nearer >= 0 && nearer < o.Walk {
			why = Reason{FirstInTime, int64(nearer)}
			first := slices.MinFunc(a.ready, func(x, y *Asked) int { return x.Answered.Compare(y.Answered) }).Answered
			leaves := o.Start.Unix() - a.seconds(int64(o.Walk))
			if p.now < first.Add(pace.Settle).Unix() && p.now+int64(time.Minute.Seconds()) < leaves {
				return all
			}
		}
		a.need--
		a.ready = a.ready[1:]
		all = append(all, Settled{a.ID, o.Volunteer, why})
	}
	return all
}
