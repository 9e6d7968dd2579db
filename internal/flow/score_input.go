package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
)

// QuarterInput is what the score of a quarter is made of, from what is known now: the
// books by month, confirmed services, recommendations, disclosures, trainings, and
// breaches that were found for good within it (C6). Every shop with a seat on its last
// day is there.
func (f *Flows) QuarterInput(ctx context.Context, r db.Reader, community id.ID, o *Obliged, quarter period.Month) (q score.Quarter, err error) {
	last := quarter + 2
	end := last.Last()
	sums, err := f.Trade.ShopSpans(ctx, r, community, quarter, last)
	if err != nil {
		return q, err
	}
	good, err := f.Members.InGoodStanding(ctx, r, community)
	if err != nil {
		return q, err
	}
	served, err := f.Trade.Served(ctx, r, community, quarter, last, good)
	if err != nil {
		return q, err
	}
	q.Members = int64(len(good))
	at := make(map[id.ID]*score.Input)
	for _, s := range o.Seats {
		if s.In(end) {
			q.Shops = append(q.Shops, score.Input{Merchant: s.Merchant, Trade: s.Trade, Months: s.Months(last), Served: served[s.Merchant]})
		}
	}
	for i := range q.Shops {
		at[q.Shops[i].Merchant] = &q.Shops[i]
	}
	for i := range sums {
		if x := at[sums[i].Shop]; x != nil {
			x.Sales, x.Offers, x.Buyers, x.Returning = sums[i].Price, sums[i].OfferWorth(), sums[i].All, sums[i].Returning
		}
	}
	return q, f.dutyInput(ctx, r, community, o, quarter, at)
}

// dutyInput adds what does not stand in the books.
func (f *Flows) dutyInput(ctx context.Context, r db.Reader, community id.ID, o *Obliged, quarter period.Month, at map[id.ID]*score.Input) error {
	last := quarter + 2
	begin, end := quarter.First().Start(o.Zone), (last.Last() + 1).Start(o.Zone)
	services, err := f.Duties.GivenWorth(ctx, r, community, quarter.First(), last.Last())
	if err != nil {
		return err
	}
	recommended, err := f.Memberships.ByShops(ctx, r, community, quarter, last)
	if err != nil {
		return err
	}
	attended, err := f.Trainings.Attended(ctx, r, community, begin, end)
	if err != nil {
		return err
	}
	made, err := f.Duties.Disclosures(ctx, r, community, last.Last().Plus(-24))
	if err != nil {
		return err
	}
	found, err := f.Duties.Breaches(ctx, r, community, begin.AddDate(-1, 0, 0))
	if err != nil {
		return err
	}
	for _, s := range o.Seats {
		x := at[s.Merchant]
		if x == nil || !s.In(last.Last()) {
			continue
		}
		x.Offers += services[s.Merchant]
		x.Recommended, x.Attended = recommended[s.Merchant].Counted, attended[s.Merchant]
		x.Disclosures = duty.Standing(duty.Owed(&o.Alliance, &s, made[s.Merchant], last.Last()), last.Last())
	}
	for _, b := range found {
		if x := at[b.Merchant]; x != nil && b.Counts() && !b.HoldsSince().Before(begin) && b.HoldsSince().Before(end) {
			x.Breaches++
		}
	}
	return nil
}
