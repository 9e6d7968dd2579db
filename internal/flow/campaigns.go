package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/campaign"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// PlanCampaign plans a festival and asks every shop to take part (E6).
func (f *Flows) PlanCampaign(ctx context.Context, community id.ID, actor db.Actor, token string, p campaign.Plan) (made id.ID, err error) {
	return made, f.campaignDo(ctx, community, actor, token, func(tx *db.Tx, today period.Day, people map[id.ID][]id.ID) error {
		if made, err = f.Campaigns.Plan(ctx, tx, p, today); err != nil {
			return err
		}
		shops := make([]id.ID, 0, len(people))
		for shop := range people {
			shops = append(shops, shop)
		}
		return f.tellShops(ctx, tx, people, shops, festivalNews(p.Title, made, "请您看看要不要参加", p.First.String()+" – "+p.Last.String(), "plan"))
	})
}

// PublishCampaign shows a festival to everybody.
func (f *Flows) PublishCampaign(ctx context.Context, community id.ID, actor db.Actor, which id.ID) error {
	return f.campaignDo(ctx, community, actor, "", func(tx *db.Tx, today period.Day, people map[id.ID][]id.ID) error {
		c, err := f.Campaigns.Publish(ctx, tx, which, today)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, c.Shops(), festivalNews(c.Title, which, "公布了，街坊都看得到", "", "published"))
	})
}

// CancelCampaign calls a festival off and tells the shops why. What belongs to it goes on
// by its own terms.
func (f *Flows) CancelCampaign(ctx context.Context, community id.ID, actor db.Actor, which id.ID, words string) error {
	return f.campaignDo(ctx, community, actor, "", func(tx *db.Tx, today period.Day, people map[id.ID][]id.ID) error {
		c, err := f.Campaigns.Cancel(ctx, tx, which, words, today)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, c.Shops(), festivalNews(c.Title, which, "取消了", words, "cancelled"))
	})
}

func festivalNews(title string, which id.ID, said, words, cause string) notice.Notice {
	return notice.Notice{Kind: notice.CampaignNews, Cause: "campaign/" + which.String() + "/" + cause, Link: "/my-shop/festivals",
		Args: []notice.Arg{notice.Text(title, ""), notice.Say(said), notice.Text(words, "")}}
}

func (f *Flows) campaignDo(ctx context.Context, community id.ID, actor db.Actor, token string, do func(tx *db.Tx, today period.Day, people map[id.ID][]id.ID) error) error {
	return f.seriesDo(ctx, community, actor, token, func(tx *db.Tx, people map[id.ID][]id.ID) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		return do(tx, today, people)
	})
}

// JoinCampaign lets a shop take part in a festival, or say anew what it does and means to
// spend.
func (f *Flows) JoinCampaign(ctx context.Context, community id.ID, actor db.Actor, which, shop id.ID, budget money.Amount, words string) error {
	return f.campaignStep(ctx, community, actor, func(tx *db.Tx, today period.Day) error {
		if err := f.active(ctx, tx, shop); err != nil {
			return err
		}
		return f.Campaigns.Join(ctx, tx, which, shop, budget, words, today)
	})
}

// LeaveCampaign ends a shop's part.
func (f *Flows) LeaveCampaign(ctx context.Context, community id.ID, actor db.Actor, which, shop id.ID) error {
	return f.campaignStep(ctx, community, actor, func(tx *db.Tx, today period.Day) error { return f.Campaigns.Leave(ctx, tx, which, shop, today) })
}

// AttachToCampaign lets an offer or a series belong to a festival: a shop's own, or (zero)
// what is issued in no shop's name.
func (f *Flows) AttachToCampaign(ctx context.Context, community id.ID, actor db.Actor, which id.ID, l campaign.Link) error {
	return f.campaignStep(ctx, community, actor, func(tx *db.Tx, today period.Day) error {
		var whose id.ID
		if l.What == campaign.Offer {
			o, err := f.Offers.ByID(ctx, tx, community, l.Thing)
			if err != nil {
				return err
			}
			whose = o.Merchant
		} else {
			s, err := f.Promotions.Series(ctx, tx, l.Thing)
			if err != nil {
				return err
			}
			whose = s.Shop
		}
		if whose != l.Shop {
			return campaign.ErrNotYours
		}
		return f.Campaigns.Attach(ctx, tx, which, l, today)
	})
}

// ScheduleInCampaign puts an entry into a festival's calendar.
func (f *Flows) ScheduleInCampaign(ctx context.Context, community id.ID, actor db.Actor, token string, which id.ID, e campaign.Event) error {
	_, err := f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		return f.Campaigns.Schedule(ctx, tx, which, e, today)
	})
	return err
}

// CallOffInCampaign calls one entry of a festival's calendar off.
func (f *Flows) CallOffInCampaign(ctx context.Context, community id.ID, actor db.Actor, which, event id.ID, words string) error {
	return f.campaignStep(ctx, community, actor, func(tx *db.Tx, today period.Day) error {
		return f.Campaigns.CallOff(ctx, tx, which, event, words, today)
	})
}

func (f *Flows) campaignStep(ctx context.Context, community id.ID, actor db.Actor, do func(tx *db.Tx, today period.Day) error) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		return do(tx, today)
	})
}

// CampaignCosts is what belongs to a festival, and what it has cost whom.
type CampaignCosts struct {
	Offers   []offer.Stand
	Series   []*promotion.Series
	Effects  map[id.ID]*promotion.Effect
	Platform money.Amount           // of vouchers
	Shops    map[id.ID]money.Amount // of offers and vouchers
}

// CampaignCostsOf reads it. An offer counts with all that it took off, a series with all
// that was used of it: they may run longer than the festival.
func (f *Flows) CampaignCostsOf(ctx context.Context, community id.ID, c *campaign.Campaign) (out CampaignCosts, err error) {
	out.Shops = make(map[id.ID]money.Amount)
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		var offers []*offer.Offer
		for _, thing := range c.Things(campaign.Offer) {
			o, err := f.Offers.ByID(ctx, r, community, thing)
			if err != nil {
				return err
			}
			offers = append(offers, o)
		}
		if out.Offers, err = f.Offers.Stands(ctx, r, community, offers); err != nil {
			return err
		}
		for _, thing := range c.Things(campaign.Series) {
			s, err := f.Promotions.SeriesByID(ctx, r, community, thing)
			if err != nil {
				return err
			}
			out.Series = append(out.Series, s)
		}
		out.Effects, err = f.Promotions.Effects(ctx, r, community, out.Series)
		return err
	})
	for i := range out.Offers {
		out.Shops[out.Offers[i].Merchant] += out.Offers[i].Saved
	}
	for _, s := range out.Series {
		e := out.Effects[s.ID]
		out.Platform += e.Platform
		for i, sharer := range s.Sharers {
			out.Shops[sharer.Shop] += e.Shops[i]
		}
	}
	return out, err
}

// WeeksBefore is how many spans before a festival it is compared with.
const WeeksBefore = 4

// CampaignEffect is what the shops of a festival sold on its days so far, and on the same
// days of the week before it, the latest first.
type CampaignEffect struct {
	During campaign.Span
	Before []campaign.Span
}

// Usual is the mean of the spans before, rounded down; zero if there are none.
func (e *CampaignEffect) Usual() (s campaign.Span) {
	n := len(e.Before)
	if n == 0 {
		return s
	}
	for _, b := range e.Before {
		s.Sales, s.Purchases, s.Buyers, s.Returning = s.Sales+b.Sales, s.Purchases+b.Purchases, s.Buyers+b.Buyers, s.Returning+b.Returning
	}
	s.Sales /= money.Amount(n)
	s.Purchases, s.Buyers, s.Returning = s.Purchases/n, s.Buyers/n, s.Returning/n
	return s
}

// CampaignEffectOf counts it from the books: the derived tables of trade go by months. A
// festival that goes on is compared with as many days as it has had.
func (f *Flows) CampaignEffectOf(ctx context.Context, community id.ID, c *campaign.Campaign, today period.Day) (out CampaignEffect, err error) {
	defer fault.Wrap(&err, "effect of %s", c.Title)
	shops := c.Shops()
	last := min(c.Last, today)
	if len(shops) == 0 || last < c.First {
		return out, nil
	}
	if out.During, err = f.spanOf(ctx, community, shops, c.First, last); err != nil {
		return out, err
	}
	for n := 1; n <= WeeksBefore; n++ {
		from, to := c.Before(n)
		span, err := f.spanOf(ctx, community, shops, from, to-(c.Last-last))
		if err != nil {
			return out, err
		}
		if span.Purchases > 0 { // before the books begin nothing was sold
			out.Before = append(out.Before, span)
		}
	}
	return out, nil
}

// spanOf counts what some shops sold on the days from ≤ day ≤ to.
func (f *Flows) spanOf(ctx context.Context, community id.ID, shops []id.ID, from, to period.Day) (span campaign.Span, err error) {
	span.First, span.Last = from, to
	came := make(map[id.ID]map[period.Day]bool)
	for _, shop := range shops {
		till, err := f.TillOf(ctx, community, shop)
		if err != nil {
			return span, err
		}
		_, err = f.TakingsOf(ctx, till, from, to, f.DB.Clock().Now(), func(l Line) {
			if !l.Sold {
				return
			}
			span.Sales += l.Price
			if l.Kind != ledger.Purchase {
				return
			}
			span.Purchases++
			if !l.Buyer.IsZero() {
				if came[l.Buyer] == nil {
					came[l.Buyer] = make(map[period.Day]bool)
				}
				came[l.Buyer][l.Day] = true
			}
		})
		if err != nil {
			return span, err
		}
	}
	span.Buyers = len(came)
	for _, days := range came {
		if len(days) > 1 {
			span.Returning++
		}
	}
	return span, nil
}
