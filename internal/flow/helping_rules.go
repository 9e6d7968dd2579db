package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// DispatchRules are a community's numbers as dispatch reads them. How people answer is
// what its policy assumes of them; learn says what they did.
func DispatchRules(t *policy.TimeBank, zone *time.Location) *dispatch.Rules {
	urgent := pace(t, true)
	ordinary := pace(t, false)
	r := &dispatch.Rules{
		Zone: zone, Pace: [dispatch.Urgencies]dispatch.Pace{dispatch.Urgent: urgent, dispatch.Today: ordinary, dispatch.Planned: ordinary},
		Weights: weights(t), Detour: int(t.Detour / 1000), Speed: t.WalkMetresMinute, Linger: minutes(t.LingerMinutes),
		MostDay: minutes(t.DayMinutesMost), MostWeek: minutes(t.WeekMinutesMost), NoShows: t.NoShowStrikes,
		Bundle: t.BundleMost, BundleSave: t.BundleSave, Candidates: weighed, Few: t.FewLeft,
		Accept: int(t.AnswerYes), Silent: int(t.AnswerNever), Answer: minutes(t.AnswerMinutes),
	}
	for ring := range r.Reach {
		r.Reach[ring] = t.Reach
		if dispatch.Ring(ring) >= dispatch.Neighbours {
			r.Reach[ring] = t.ReachBeyond
		}
	}
	return r
}

// learn puts what a community's people did beside what its policy assumes of them: the
// assumption counts as so many answered offers.
func learn(r *dispatch.Rules, t *policy.TimeBank, saw timebank.Answering) {
	blend := func(assumed, times, seen, of int64) int64 { return (assumed*times + seen) / (times + of) }
	weight, answered := int64(t.AnswerOffers), int64(saw.Yes+saw.No)
	const million = int64(money.One)
	r.Accept = max(1, int(blend(int64(t.AnswerYes), weight, int64(saw.Yes)*million, answered)))
	r.Silent = min(int(million)-1, int(blend(int64(t.AnswerNever), weight, int64(saw.Silent)*million, answered+int64(saw.Silent))))
	r.Answer = max(time.Second, time.Duration(blend(int64(minutes(t.AnswerMinutes)), weight, int64(saw.Took), answered)))
}

// answered is what answering keeps.
type answered struct {
	since time.Time
	saw   timebank.Answering
}

// answering is how a community's people answered in the last days, counted anew each hour.
func (f *Flows) answering(ctx context.Context, place id.ID, now time.Time, days int) (timebank.Answering, error) {
	since := now.Truncate(time.Hour).AddDate(0, 0, -days)
	if kept, ok := f.answers.Load(place); ok && kept.(*answered).since.Equal(since) {
		return kept.(*answered).saw, nil
	}
	var saw timebank.Answering
	err := f.DB.View(ctx, place, func(r db.Reader) (err error) {
		saw, err = f.TimeBank.Answering(ctx, r, place, since)
		return err
	})
	if err == nil {
		f.answers.Store(place, &answered{since, saw})
	}
	return saw, err
}

// asleep is how much of a span lies in the hours in which nobody is asked for what is not
// urgent.
func asleep(t *policy.TimeBank, zone *time.Location, from, to time.Time) (span time.Duration) {
	for d := period.DayOf(from, zone) - 1; d <= period.DayOf(to, zone); d++ {
		night := [2]time.Time{d.Start(zone).Add(time.Duration(t.AskUntilHour) * time.Hour), (d + 1).Start(zone).Add(time.Duration(t.AskFromHour) * time.Hour)}
		begins, ends := laterOf(from, night[0]), to
		if night[1].Before(ends) {
			ends = night[1]
		}
		span += max(0, ends.Sub(begins))
	}
	return span
}

// Bounds of computing, not rules of a community.
const (
	weighed   = 48     // neighbours weighed for each request
	unchecked = 20_000 // metres: to ask nobody costs more than any choice
	waited    = 100    // metres a minute that a request has waited
)

// pace is how fast requests ask. What is urgent asks several at a time.
func pace(t *policy.TimeBank, urgent bool) dispatch.Pace {
	wider, beyond, staff := minutes(t.RingMinutes), minutes(t.BeyondMinutes), minutes(t.EscalateMinutes)
	p := dispatch.Pace{Asks: t.AsksAtOnce, Most: t.AsksMost, More: minutes(t.AskMore), Settle: minutes(t.Settle), Worth: t.WaitWorth}
	if urgent {
		wider, beyond, staff = minutes(t.UrgentRing), minutes(t.UrgentBeyondMinutes), minutes(t.UrgentEscalate)
		p = dispatch.Pace{Asks: t.UrgentAsks, Most: t.UrgentAsksMost, More: minutes(t.UrgentAskMore), Settle: minutes(t.UrgentSettle), Worth: t.UrgentWorth}
	}
	for ring := range dispatch.Staff {
		p.Opens[ring] = time.Duration(ring) * wider
		p.Stands[ring] = minutes(t.OfferMinutes(urgent, policy.Ring(ring)))
	}
	p.Opens[dispatch.Neighbours], p.Opens[dispatch.Staff] = beyond, staff
	p.Stands[dispatch.Staff] = p.Stands[dispatch.Neighbours]
	p.Opens[dispatch.Desk] = staff + minutes(t.DeskMinutes)
	p.Opens[dispatch.Operator] = p.Opens[dispatch.Desk] + max(minutes(t.DeskMinutes), minutes(t.PromiseMinutes))
	return p
}

// weights turns the policy's thousandths of a minute's walk into metres on foot.
func weights(t *policy.TimeBank) dispatch.Weights {
	metres := func(weight, times int) int { return weight * times * t.WalkMetresMinute / max(t.MatchWalk, 1) }
	bond := metres(t.MatchHistory, 1)
	return dispatch.Weights{Bond: bond, BondMost: 3 * bond, Today: metres(t.MatchFairness, 60), Week: metres(t.MatchFatigue, 60), NoShow: metres(t.MatchNoShow, 1), Reserve: metres(t.MatchReserve, 1),
		Waited: waited, Unchecked: unchecked}
}
