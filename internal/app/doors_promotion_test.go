package app

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/campaign"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// promoted makes what an address of offers and vouchers can name, each so that its
// pages hold all of their forms between them.
func (g *guarded) promoted(home, shop id.ID) {
	g.Helper()
	ctx, today := context.Background(), period.DayOf(g.clock.Now(), flow.DefaultZone)
	g.must(g.Flows.MakeOffer(ctx, home, stranger, "offer", shop, offer.Terms{Name: wild, Kind: offer.TimeLimited, Category: offer.OfSeason, Whom: offer.Members, Rate: 900_000,
		When: offer.Window{First: today, Last: today + 30}}))
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Offers.Of(ctx, r, home, shop)
		if len(all) > 0 {
			g.holes["offer"] = all[0].ID.String()
		}
		return err
	})
	butcher := g.shop(home, "butcher")
	terms := promotion.Terms{Name: wild, Issuer: promotion.OfShop, Shop: butcher, Face: 5_00, Sharers: []promotion.Sharer{{Shop: butcher, Weight: 1}},
		Opens: today, Closes: today + 30, Days: 30, PerPerson: 9, Total: 99, Way: promotion.Claimed}
	claimed := g.series(home, terms)
	terms.Shop, terms.Sharers, terms.Way = shop, []promotion.Sharer{{Shop: shop, Weight: 1}}, promotion.Given
	given := g.series(home, terms)
	terms.Platform = 100_000
	g.series(home, terms) // its owner may take it back, the platform is asked
	terms.Platform, terms.Shop, terms.Sharers = 0, butcher, []promotion.Sharer{{Shop: butcher, Weight: 1}, {Shop: shop, Weight: 1}}
	g.series(home, terms) // the shop is asked
	terms.Issuer, terms.Shop, terms.Sharers, terms.Platform = promotion.OfPlatform, id.ID{}, nil, money.One
	ours := g.series(home, terms)
	g.must(g.Flows.AgreeSeries(ctx, home, db.Actor{Kind: "person", ID: g.who("+86" + clerkPhone).ID}, ours, id.ID{}))
	g.series(home, terms) // proposed, and not agreed to
	g.holes["series"], g.holes["/desk/promotions/{community}/{series}"] = given.String(), ours.String()
	g.holes["/c/{community}/vouchers/{series}"] = claimed.String()
}

// series proposes a series, a second after the one before.
func (g *guarded) series(home id.ID, t promotion.Terms) (made id.ID) {
	g.Helper()
	g.clock.Advance(time.Second)
	g.must(g.Flows.ProposeSeries(context.Background(), home, stranger, "", t))
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Promotions.AllSeries(ctx, r, home)
		if len(all) > 0 {
			made = all[0].ID
		}
		return err
	})
	return made
}

// festive plans three festivals: one in which the shop is, with an entry, one that is
// published, and one in which it takes no part yet.
func (g *guarded) festive(home, shop id.ID) {
	g.Helper()
	ctx, today := context.Background(), period.DayOf(g.clock.Now(), flow.DefaultZone)
	plan := campaign.Plan{Kind: campaign.Shopping, Title: wild, About: nasty[0], Place: wild, First: today, Last: today + 9}
	begin := func(token string) id.ID {
		made, err := g.Flows.PlanCampaign(ctx, home, stranger, token, plan)
		g.must(err)
		return made
	}
	joined, published := begin("one"), begin("two")
	begin("three")
	g.must(g.Flows.JoinCampaign(ctx, home, stranger, joined, shop, 9_00, wild))
	for _, which := range []id.ID{joined, published} {
		g.must(g.Flows.ScheduleInCampaign(ctx, home, stranger, "", which, campaign.Event{Day: today + 1, From: 600, To: 660, Title: wild, Place: wild}))
	}
	g.must(g.Flows.PublishCampaign(ctx, home, stranger, published))
	g.read(home, func(ctx context.Context, r db.Reader) error {
		c, err := g.Flows.Campaigns.ByID(ctx, r, home, joined)
		if err == nil {
			g.holes["event"] = c.Events[0].ID.String()
		}
		return err
	})
	g.holes["festival"], g.holes["/c/{community}/festivals/{festival}"] = joined.String(), published.String()
}
