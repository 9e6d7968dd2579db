package flow

import (
	"time"

	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/policy"
)

// dispatchRules are a community's numbers as dispatch reads them.
func dispatchRules(t *policy.TimeBank, zone *time.Location) *dispatch.Rules {
	urgent := pace(t, true)
	ordinary := pace(t, false)
	r := &dispatch.Rules{
		Zone: zone, Pace: [dispatch.Urgencies]dispatch.Pace{dispatch.Urgent: urgent, dispatch.Today: ordinary, dispatch.Planned: ordinary},
		Weights: weights(t), Detour: int(t.Detour / 1000), Speed: t.WalkMetresMinute, Linger: lingers,
		MostDay: minutes(t.DayMinutesMost), MostWeek: minutes(t.WeekMinutesMost), NoShows: t.NoShowStrikes,
		Bundle: bundleMost, BundleSave: bundleSave, Candidates: weighed, Few: fewLeft, Accept: sayYes, Silent: saySilent, Answer: answerIn,
	}
	for ring := range r.Reach {
		r.Reach[ring] = reachMost
	}
	return r
}

// What dispatch assumes of people, as the simulator has it (docs/dispatch.md): no rules
// of a community, but how the choosing is computed.
const (
	lingers    = 30 * time.Minute // between two services this close nobody walks home
	bundleMost = 3                // requests in one question
	bundleSave = 100              // metres that each must save
	weighed    = 48               // neighbours weighed for each request
	reachMost  = 20_000           // metres; how far she goes each volunteer says herself
	fewLeft    = 3                // where no more are left, all are asked at once
	sayYes     = 600_000          // of a million of those who answer
	saySilent  = 100_000          // of a million of all
	answerIn   = 6 * time.Minute  // on average
	unchecked  = 20_000           // metres: to ask nobody costs more than any choice
	waited     = 100              // metres a minute
	asksMost   = 8
)

// pace is how fast requests ask. What is urgent asks several at a time.
func pace(t *policy.TimeBank, urgent bool) dispatch.Pace {
	wider, staff, p := minutes(t.RingMinutes), minutes(t.EscalateMinutes), dispatch.Pace{Asks: 1, Most: asksMost / 2, More: minutes(t.PromiseMinutes)}
	if urgent {
		wider, staff, p = minutes(t.UrgentRing), minutes(t.UrgentEscalate), dispatch.Pace{Asks: 3, Most: asksMost, More: minutes(t.PromiseMinutes) / asksMost}
	}
	for ring := range dispatch.Staff {
		p.Opens[ring] = min(time.Duration(ring)*wider, staff)
		p.Stands[ring] = minutes(t.OfferMinutes(urgent, policy.Ring(ring)))
	}
	p.Opens[dispatch.Staff], p.Stands[dispatch.Staff] = staff, p.Stands[dispatch.Neighbours]
	p.Opens[dispatch.Desk] = staff + minutes(t.DeskMinutes)
	p.Opens[dispatch.Operator] = p.Opens[dispatch.Desk] + max(minutes(t.DeskMinutes), minutes(t.PromiseMinutes))
	return p
}

// weights turns the policy's thousandths of a minute's walk into metres on foot.
func weights(t *policy.TimeBank) dispatch.Weights {
	metres := func(weight, times int) int { return weight * times * t.WalkMetresMinute / max(t.MatchWalk, 1) }
	bond := metres(t.MatchHistory, 1)
	return dispatch.Weights{Bond: bond, BondMost: 3 * bond, Today: metres(t.MatchFairness, 60), Week: metres(t.MatchFatigue, 60), NoShow: metres(t.MatchNoShow, 1),
		Waited: waited, Unchecked: unchecked}
}
