package app

import (
	"context"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
)

// duties makes one of everything that an address of duties and the score can name, of
// the owner's shop, in the states in which somebody has a form to fill in. The clerk
// mediates and inspects besides.
func (g *guarded) duties(home id.ID) {
	g.Helper()
	ctx := context.Background()
	shop, err := id.Parse(g.holes["shop"])
	g.must(err)
	hers, office := db.Actor{Kind: "person", ID: g.who("+86" + ownerPhone).ID}, db.Actor{Kind: "person", ID: g.who("+86" + clerkPhone).ID}
	g.grant(clerkPhone, access.Mediator, home, id.ID{})
	g.grant(clerkPhone, access.Inspector, home, id.ID{})
	today := period.DayOf(g.clock.Now(), flow.DefaultZone)
	service, err := g.Flows.GiveService(ctx, home, hers, "", duty.Given{Merchant: shop, Day: today, What: "教大家揉面", People: 6, Worth: 60_00})
	g.must(err)
	for _, d := range []duty.Disclosure{
		{Topic: duty.Goods, Items: []duty.Item{{Name: "鸡蛋", Unit: "500 克", Cost: 4_20, Price: 4_50}}},
		{Topic: duty.Standard, Words: "早上六点开门，晚上八点关门；买错了当天可以退换。"},
		{Topic: duty.Profit, Quarter: today.Month().Quarter() - 3, Profit: 8_560_00},
	} {
		d.Merchant = shop
		made, err := g.Flows.Disclose(ctx, home, hers, "", d)
		g.must(err)
		g.holes["disclosure"] = made.ID.String()
	}
	g.shareExpired(home)
	g.accusations(home, shop, hers, office)
	g.quarters(home, shop, hers)
	g.holes["service"], g.holes["topic"] = service.ID.String(), string(duty.Goods)
}

// shareExpired lets the slip of the share be dropped, so that a new one can be made.
func (g *guarded) shareExpired(home id.ID) {
	g.Helper()
	ctx := context.Background()
	declared, err := id.Parse(g.holes["disclosure"])
	g.must(err)
	var slips []charge.Charge
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		slips, err = g.Flows.Charges.Of(ctx, r, home, declared)
		return err
	}))
	g.must(g.Flows.DropCharge(ctx, home, stranger, slips[0].ID, "test"))
}

// accusations opens what waits for the shop's statement, for a member of the committee,
// for the shop's appeal, and for who mediates.
func (g *guarded) accusations(home, shop id.ID, hers, office db.Actor) {
	g.Helper()
	ctx := context.Background()
	tenure, err := id.Parse(g.holes["tenure"])
	g.must(err)
	opened, err := g.Flows.OpenBreach(ctx, home, office, "", flow.Accusation{Shop: shop, Kind: duty.FalseDiscount, Source: duty.ByOfficer, About: "标价先抬高再打折"})
	g.must(err)
	g.must(g.Flows.ShowEvidence(ctx, home, office, "", duty.Evidence{Breach: opened.ID, Side: duty.Against, Kind: duty.Text, Words: "两张价签"}, g.photo()))
	p := policy.TrialAlliance()
	rules := duty.Rules{Alliance: &p, Version: 1, Zone: flow.DefaultZone}
	seat := duty.Verdict{Outcome: duty.SeatLost}
	byRule := func(kind duty.Kind, rule string, first duty.Step) id.ID {
		var b *duty.Breach
		g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) (err error) {
			b, _, err = g.Flows.Duties.Open(ctx, tx, duty.Breach{Merchant: shop, Tenure: tenure, Kind: kind, Source: duty.ByRule, Rule: rule, About: "写明的事情"}, first, rules)
			return err
		}))
		return b.ID
	}
	found := duty.Step{State: duty.Found, Verdict: seat, Words: "评分在末位", Wording: "评分在末位，让出席位"}
	heard := byRule(duty.MissedDuty, "missed/2025-09", duty.Step{State: duty.Opened})
	g.holes["found"] = byRule(duty.LastPlace, "last/2025-07", found).String()
	appealed := byRule(duty.LastPlace, "last/2025-04", found)
	for breach, s := range map[id.ID]duty.Step{heard: {State: duty.Stated, Words: "店里装修了一个月"}, appealed: {State: duty.Appealed, Words: "有六位会员漏算了"}} {
		_, err := g.Flows.StepBreach(ctx, home, hers, breach, s)
		g.must(err)
	}
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		all, err := g.Flows.Duties.EvidenceOf(ctx, r, home, opened.ID)
		for _, e := range all {
			g.holes["evidence"] = e.ID.String()
		}
		return err
	}))
	g.holes["breach"], g.holes["heard"], g.holes["appealed"] = opened.ID.String(), heard.String(), appealed.String()
}

// quarters makes a score that is a draft, and one that is published, to which the shop
// has objected.
func (g *guarded) quarters(home, shop id.ID, hers db.Actor) {
	g.Helper()
	ctx := context.Background()
	drafted := period.Month(2025*12 + 6)
	published := drafted - 3
	p := policy.TrialAlliance()
	input := score.Quarter{Members: 100}
	for i, ref := range []string{"bakery", "butcher", "florist", "z-florist", "odd"} { // enough for bands
		input.Shops = append(input.Shops, score.Input{Merchant: g.shop(home, ref), Trade: ref, Months: 3, Sales: 1000_00, Offers: money.Amount(i) * 10_00, Recommended: 5, Buyers: 20, Returning: 10, Served: 15})
	}
	var run *score.Run
	g.must(g.DB.Update(ctx, home, stranger, func(tx *db.Tx) (err error) {
		if _, err = g.Flows.Duties.Judge(ctx, tx, duty.Result{Merchant: shop, Month: drafted + 2, Policy: 1, Progress: duty.ProgressOf(&p, duty.Done{Sales: 1000_00})}); err != nil {
			return err
		}
		if _, err = g.Flows.Scores.Draft(ctx, tx, drafted, 1, score.WeightsOf(&p), input); err != nil {
			return err
		}
		run, err = g.Flows.Scores.Draft(ctx, tx, published, 1, score.WeightsOf(&p), input)
		return err
	}))
	_, err := g.Flows.PublishScore(ctx, home, stranger, run.ID, "请各店核对")
	g.must(err)
	g.must(g.Flows.ObjectToScore(ctx, home, hers, "", score.Objection{Run: run.ID, Merchant: shop, Input: score.InRecommended, Claimed: 6, Words: "有六位是我们推荐的"}))
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		said, err := g.Flows.Scores.Objections(ctx, r, home, run.ID)
		for _, o := range said {
			g.holes["objection"] = o.ID.String()
		}
		return err
	}))
	g.holes["quarter"], g.holes["/shop/{shop}/duty/months/{month}"] = published.String(), (drafted + 2).String()
}
