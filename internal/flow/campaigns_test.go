package flow_test

import (
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/campaign"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// harvest is a festival that begins tomorrow and lasts three days.
func (w *town) harvest() campaign.Plan {
	return campaign.Plan{Kind: campaign.Neighbours, Title: "邻里节", About: "三天，家门口。", Place: "广场", First: w.day() + 1, Last: w.day() + 3, Budget: 500_00}
}

func (w *town) festival(which id.ID) (c *campaign.Campaign) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { c, err = w.Campaigns.ByID(ctx, r, w.home, which); return err }))
	return c
}

func TestAFestivalAndWhatBelongsToIt(t *testing.T) {
	inTown(t, func(w *town) {
		bad := func(what string, want *fault.Fault, edit func(p *campaign.Plan)) {
			t.Helper()
			p := w.harvest()
			edit(&p)
			_, err := w.PlanCampaign(ctx, w.home, office, what, p)
			wants(t, what, err, want)
		}
		bad("no kind", campaign.ErrBadKind, func(p *campaign.Plan) { p.Kind = "" })
		bad("no title", campaign.ErrBadTitle, func(p *campaign.Plan) { p.Title = "" })
		bad("yesterday", campaign.ErrBadDays, func(p *campaign.Plan) { p.First -= 2 })
		bad("for ever", campaign.ErrBadDays, func(p *campaign.Plan) { p.Last += 100 })
		bad("a budget below nothing", campaign.ErrBadBudget, func(p *campaign.Plan) { p.Budget = -1 })
		which, err := w.PlanCampaign(ctx, w.home, office, "plan", w.harvest())
		w.must(err)
		bakery, fruit := w.shop("bakery").ID, w.shop("fruit").ID
		w.must(w.JoinCampaign(ctx, w.home, office, which, bakery, 100_00, "月饼九折"))
		w.must(w.JoinCampaign(ctx, w.home, office, which, fruit, 50_00, "试吃"))
		w.env.Clock.Advance(time.Second)
		w.must(w.JoinCampaign(ctx, w.home, office, which, bakery, 200_00, "月饼八折"))
		w.must(w.LeaveCampaign(ctx, w.home, office, which, fruit))
		wants(t, "left twice", w.LeaveCampaign(ctx, w.home, office, which, fruit), campaign.ErrNotIn)
		o := w.offers("bakery", w.terms(offer.TimeLimited, func(t *offer.Terms) { t.Rate = 800_000 }))
		s := w.running(w.seriesOf(func(t *promotion.Terms) {
			t.Platform, t.Shop, t.Sharers, t.Where = 0, bakery, []promotion.Sharer{{Shop: bakery, Weight: 1}}, []id.ID{bakery}
		}))
		link := func(what campaign.Thing, thing, shop id.ID) error {
			return w.AttachToCampaign(ctx, w.home, office, which, campaign.Link{What: what, Thing: thing, Shop: shop})
		}
		w.must(link(campaign.Offer, o.ID, bakery))
		w.must(link(campaign.Offer, o.ID, bakery))
		w.must(link(campaign.Series, s.ID, bakery))
		wants(t, "another shop's offer", link(campaign.Offer, o.ID, fruit), campaign.ErrNotYours)
		own := w.running(w.seriesOf(func(t *promotion.Terms) {
			t.Platform, t.Sharers, t.Where = 0, []promotion.Sharer{{Shop: fruit, Weight: 1}}, []id.ID{fruit}
		}))
		wants(t, "of a shop that takes no part", link(campaign.Series, own.ID, fruit), campaign.ErrNotIn)
		event := campaign.Event{Day: w.day() + 1, From: 600, To: 660, Title: "开场", Place: "广场"}
		w.must(w.ScheduleInCampaign(ctx, w.home, office, "e1", which, event))
		late := event
		late.Day += 5
		wants(t, "after its end", w.ScheduleInCampaign(ctx, w.home, office, "e2", which, late), campaign.ErrBadEvent)
		c := w.festival(which)
		if len(c.Parts) != 1 || c.Parts[0].Budget != 200_00 || len(c.Links) != 2 || len(c.Events) != 1 || c.State(w.day()) != campaign.Planned {
			t.Errorf("%+v", c)
		}
		w.must(w.CallOffInCampaign(ctx, w.home, office, which, c.Events[0].ID, "下雨"))
		wants(t, "called off twice", w.CallOffInCampaign(ctx, w.home, office, which, c.Events[0].ID, "下雨"), campaign.ErrEventOff)
		w.must(w.PublishCampaign(ctx, w.home, office, which))
		wants(t, "published twice", w.PublishCampaign(ctx, w.home, office, which), campaign.ErrPublished)
		w.must(w.CancelCampaign(ctx, w.home, office, which, "台风"))
		wants(t, "joined when cancelled", w.JoinCampaign(ctx, w.home, office, which, fruit, 0, "x"), campaign.ErrCancelled)
	})
}

// TestWhatAFestivalBrought counts its days against the same weekdays before.
func TestWhatAFestivalBrought(t *testing.T) {
	inTown(t, func(w *town) {
		n := 0
		buy := func(who, shop string, price money.Amount) {
			n++
			_, err := w.buy(fmt.Sprint("p", n), who, shop, price)
			w.must(err)
		}
		for range 4 { // four weeks of one purchase each, on the day before the festival's weekday, and on it
			buy("anna", "bakery", 5_00)
			w.env.Clock.Advance(24 * time.Hour)
			buy("anna", "bakery", 10_00)
			w.env.Clock.Advance(6 * 24 * time.Hour)
		}
		which, err := w.PlanCampaign(ctx, w.home, office, "plan", w.harvest())
		w.must(err)
		w.must(w.JoinCampaign(ctx, w.home, office, which, w.shop("bakery").ID, 0, "x"))
		w.env.Clock.Advance(24 * time.Hour)
		back, err := w.buy("back", "ben", "bakery", 40_00)
		w.must(err)
		buy("anna", "bakery", 30_00)
		buy("leader", "fruit", 99_00) // takes no part
		w.env.Clock.Advance(24 * time.Hour)
		buy("anna", "bakery", 30_00)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r", Purchase: back.Seq, Amount: 15_00})
		w.must(err)
		e, err := w.CampaignEffectOf(ctx, w.home, w.festival(which), w.day())
		w.must(err)
		if d := e.During; d.Sales != 85_00 || d.Purchases != 3 || d.Buyers != 2 || d.Returning != 1 || d.Told(5) {
			t.Errorf("during it %+v", d)
		}
		if u := e.Usual(); len(e.Before) != 4 || u.Sales != 10_00 || u.Purchases != 1 || u.Buyers != 1 {
			t.Errorf("before it %+v: usually %+v", e.Before, u)
		}
	})
}
