package flow

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
)

// asked are the offers that a round makes.
func (s *scene) asked(round dispatch.Round) (offers []timebank.Offer) {
	for _, o := range round.Offers {
		for _, v := range s.who {
			if v.ID == o.Volunteer {
				offers = append(offers, timebank.Offer{Request: o.Task, Helper: v.Member, Shop: v.Shop, Ring: int(o.Ring), Metres: o.Walk, Reasons: reasonsText(o.Reasons), Until: o.Until})
			}
		}
	}
	return offers
}

// settled are the offers of those who go.
func (s *scene) settled(round dispatch.Round) (offers []*timebank.Offer) {
	for _, x := range round.Settled {
		for _, o := range s.offers[x.Task] {
			if o.Willing() && slices.ContainsFunc(s.byHand[o.Helper], func(v *volunteer.Volunteer) bool { return v.ID == x.Volunteer && v.Shop == o.Shop }) {
				offers = append(offers, o)
			}
		}
	}
	return offers
}

// widening is how far out a request has come.
type widening struct {
	request id.ID
	ring    int
	gap     string
}

// widened are the lines about how far requests ask that are not as the last one said.
func (s *scene) widened(round dispatch.Round) (lines []widening) {
	note := func(request id.ID, ring dispatch.Ring, gap string) {
		if last, known := s.reach[request]; !known || last.Ring != int(ring) || last.Gap != gap {
			lines = append(lines, widening{request, int(ring), gap})
			s.reach[request] = timebank.Reach{Ring: int(ring), Gap: gap, At: s.now}
		}
	}
	for _, o := range round.Offers {
		note(o.Task, o.Ring, "")
	}
	for _, g := range round.Gaps {
		if g.Reason.Code != dispatch.Enough {
			note(g.Task, g.Ring, string(g.Reason.Code))
		}
	}
	return lines
}

// alarms are whom to tell, of those who were not told.
func (s *scene) alarms(round dispatch.Round) (all []alarm) {
	add := func(request id.ID, alert timebank.Alert) {
		if !slices.Contains(s.alerts[request], alert) {
			all = append(all, alarm{request, alert})
		}
	}
	for _, a := range round.Alarms {
		add(a.Task, timebank.ToldDesk)
		if a.Ring == dispatch.Operator {
			add(a.Task, timebank.ToldOperator)
		}
	}
	for _, o := range round.Offers {
		if o.Ring == dispatch.Staff {
			add(o.Task, timebank.AskedReserve)
		}
	}
	for _, which := range s.order {
		if q := s.open[which]; q.From.Sub(s.now) <= time.Duration(s.rules.AlarmHours)*time.Hour && q.From.Sub(q.At) > time.Duration(s.rules.AlarmHours)*time.Hour {
			add(which, timebank.AlarmedDay)
		}
	}
	return all
}
