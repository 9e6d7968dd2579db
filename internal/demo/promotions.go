package demo

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/campaign"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// promote lets shops begin offers, and some of them give vouchers for each other.
func (l *together) promote(ctx context.Context) error {
	shops, err := l.shopsFirst(ctx)
	if err != nil || len(shops) < 6 {
		return err
	}
	when := offer.Window{First: l.day, Last: l.day + 120}
	members := func(k offer.Kind, name string) offer.Terms {
		return offer.Terms{Name: name, Kind: k, Category: k.Of(), Whom: offer.Members, When: when}
	}
	price, full, season, first := members(offer.MemberPrice, "会员价"), members(offer.FullOff, "满百减八"), members(offer.TimeLimited, "下午茶时间"), members(offer.FirstTime, "第一次来")
	price.Rate = 950_000
	full.Whom, full.Steps, full.Every, full.Budget = offer.Everybody, []offer.Step{{From: 100_00, Off: 8_00}}, true, 3_000_00
	season.Rate, season.When.From, season.When.To, season.PerPerson = 900_000, 14*60, 17*60, 10
	first.Steps, first.PerPerson, first.Total = []offer.Step{{Off: 5_00}}, 1, 200
	for i, t := range []offer.Terms{price, full, season, first, price} {
		if err := once(l.Flows.MakeOffer(ctx, l.at, db.System, "demo-offer-"+t.Name+shops[i].Ref, shops[i].ID, t)); err != nil {
			return err
		}
	}
	return l.vouchers(ctx, shops)
}

// shopsFirst are the community's shops, the one first as whose owner a visitor may look
// around.
func (l *together) shopsFirst(ctx context.Context) ([]*merchant.Merchant, error) {
	shops, err := l.shops(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range l.masked {
		held, err := l.Flows.Access.Held(ctx, m.Person, l.clock.Now())
		if err != nil {
			return nil, err
		}
		for _, g := range held {
			if i := slices.IndexFunc(shops, func(x *merchant.Merchant) bool { return x.ID == g.Subject }); g.Role == access.Owner && i > 0 {
				shops[0], shops[i] = shops[i], shops[0]
				return shops, nil
			}
		}
	}
	return shops, nil
}

// vouchers begin three series: one that a purchase brings for the shop next door, one
// that members take, and one of the alliance for all shops.
func (l *together) vouchers(ctx context.Context, shops []*merchant.Merchant) error {
	share := func(some ...int) (all []promotion.Sharer) {
		for n, i := range some {
			all = append(all, promotion.Sharer{Shop: shops[i].ID, Weight: int64(len(some) - n)})
		}
		return all
	}
	next := promotion.Terms{Name: "买满二十，隔壁减两块", Issuer: promotion.OfShop, Shop: shops[0].ID, Face: 2_00, Where: []id.ID{shops[1].ID}, Sharers: share(0, 1), Platform: 200_000,
		Opens: l.day, Closes: l.day + 100, Days: 30, PerPerson: 10, Total: 300, Way: promotion.OnSpend, Spend: promotion.Spend{At: []id.ID{shops[0].ID}, From: 20_00, Daily: 1}}
	take := promotion.Terms{Name: "街坊两块券", Issuer: promotion.OfShop, Shop: shops[2].ID, Face: 2_00, From: 10_00, Where: []id.ID{shops[2].ID}, Sharers: share(2),
		Opens: l.day, Closes: l.day + 100, Days: 60, PerPerson: 2, Total: 500, Single: true, Way: promotion.Claimed}
	all := promotion.Terms{Name: "联盟通用三块券", Issuer: promotion.OfAlliance, Face: 3_00, From: 30_00, Sharers: share(0, 2, 3), Platform: 100_000,
		Opens: l.day, Closes: l.day + 100, Days: 90, PerPerson: 1, Total: 200, Way: promotion.Claimed}
	for _, t := range []promotion.Terms{next, take, all} {
		if err := once(l.Flows.ProposeSeries(ctx, l.at, db.System, "demo-series-"+t.Name, t)); err != nil {
			return err
		}
	}
	return l.agree(ctx)
}

// festival plans a festival of neighbours for the coming weekend but one; most shops
// take part, with their offers and the alliance's vouchers.
func (l *together) festival(ctx context.Context) error {
	shops, err := l.shopsFirst(ctx)
	if err != nil || len(shops) < 6 {
		return err
	}
	first := l.day + 10 + period.Day((int(time.Friday)-int((l.day+10).Weekday())+7)%7)
	which, err := l.Flows.PlanCampaign(ctx, l.at, db.System, "demo-festival", campaign.Plan{Kind: campaign.Neighbours, Title: "金秋邻里节", Place: "社区广场",
		About: "三天，二十家店把摊子摆到广场上。白天有手艺和小吃，晚上有邻里合唱。", First: first, Last: first + 2, Budget: 1_000_00})
	if err != nil || which.IsZero() {
		return err
	}
	for i, m := range shops[:6] {
		words := []string{"现揉手擀面，第二碗半价", "肉末现剁，称重不收零头", "试妆不要钱", "卤味拼盘", "十点到货，会员先挑", "扎花教室，二十个名额"}[i]
		if err := once(l.Flows.JoinCampaign(ctx, l.at, db.System, which, m.ID, money.Amount(100_00*(i+1)), words)); err != nil {
			return err
		}
	}
	for _, e := range []campaign.Event{
		{Day: first, From: 9 * 60, To: 10 * 60, Title: "开场，邻里合唱队", Place: "社区广场"}, {Day: first, From: 14 * 60, To: 16 * 60, Title: "磨刀配钥匙", Place: "广场东"},
		{Day: first + 1, From: 10 * 60, To: 11 * 60, Title: "扎花教室", Place: "广场西", Shop: shops[5].ID}, {Day: first + 2, From: 19 * 60, To: 21 * 60, Title: "露天电影", Place: "社区广场"},
	} {
		if err := once(l.Flows.ScheduleInCampaign(ctx, l.at, db.System, "", which, e)); err != nil {
			return err
		}
	}
	if err := l.attach(ctx, which); err != nil {
		return err
	}
	return once(l.Flows.PublishCampaign(ctx, l.at, db.System, which))
}

// attach lets the offers and series that run belong to a festival.
func (l *together) attach(ctx context.Context, which id.ID) error {
	var links []campaign.Link
	if err := l.DB.View(ctx, l.at, func(r db.Reader) error {
		c, err := l.Flows.Campaigns.ByID(ctx, r, l.at, which)
		if err != nil {
			return err
		}
		offers, err := l.Flows.Offers.On(ctx, r, l.at, l.day)
		for _, o := range offers {
			if c.Of(o.Merchant) != nil {
				links = append(links, campaign.Link{What: campaign.Offer, Thing: o.ID, Shop: o.Merchant})
			}
		}
		if err != nil {
			return err
		}
		series, err := l.Flows.Promotions.AllSeries(ctx, r, l.at)
		for _, s := range series {
			if s.Shop.IsZero() || c.Of(s.Shop) != nil {
				links = append(links, campaign.Link{What: campaign.Series, Thing: s.ID, Shop: s.Shop})
			}
		}
		return err
	}); err != nil {
		return err
	}
	for _, x := range links {
		if err := once(l.Flows.AttachToCampaign(ctx, l.at, db.System, which, x)); err != nil {
			return err
		}
	}
	return nil
}

// agree lets everybody agree who is asked to pay.
func (l *together) agree(ctx context.Context) error {
	i := slices.IndexFunc(l.masked, func(m mask) bool { return m.Role.Key == access.Name(access.Operator).Key })
	if i < 0 {
		return nil
	}
	desk := db.Actor{Kind: "person", ID: l.masked[i].Person}
	var waiting []*promotion.Series
	if err := l.DB.View(ctx, l.at, func(r db.Reader) (err error) {
		waiting, err = l.Flows.Promotions.AllSeries(ctx, r, l.at)
		return err
	}); err != nil {
		return err
	}
	for _, s := range waiting {
		for _, party := range s.Missing() {
			if err := once(l.Flows.AgreeSeries(ctx, l.at, desk, s.ID, party)); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold notes a voucher of a series that a neighbour got, so that she uses it where it
// is good.
func (d *Demo) hold(ctx context.Context, at id.ID, holder string, v *promotion.Voucher) error {
	if len(v.Series.Where) != 1 {
		return nil
	}
	return d.DB.View(ctx, at, func(r db.Reader) error {
		shop, err := d.Flows.Merchants.ByID(ctx, r, at, v.Series.Where[0])
		if err == nil {
			d.vouchers = append(d.vouchers, voucher{ref: v.Ref, member: holder, target: shop.Ref, amount: v.Amount, least: v.Least(), until: v.ExpiresAt})
		}
		return err
	})
}

// claimed lets some neighbours take vouchers.
func (l *together) claimed(ctx context.Context) error {
	var open []*promotion.Series
	var members []*member.Member
	if err := l.DB.View(ctx, l.at, func(r db.Reader) error {
		all, err := l.Flows.Promotions.AllSeries(ctx, r, l.at)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.Way == promotion.Claimed && s.State(l.day) == pact.Running {
				open = append(open, s)
			}
		}
		good, err := l.Flows.Members.AtHome(ctx, r, l.at)
		for i, m := range good {
			if i%7 == 0 {
				members = append(members, m)
			}
		}
		return err
	}); err != nil || len(open) == 0 {
		return err
	}
	for i, m := range members[:min(len(members), 40)] {
		got, err := l.Flows.ClaimVoucher(ctx, l.at, db.System, "", m.ID, open[i%len(open)].ID)
		if err := once(err); err != nil {
			return err
		}
		if got == nil {
			continue
		}
		if err := l.hold(ctx, l.at, m.Ref, got); err != nil {
			return err
		}
	}
	return nil
}
