package demo

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Ages of the alliance, in days, at which its shops disclose; the second time renews the
// first.
const (
	firstDisclosed = 7
	renewed        = 160
)

// keepDuties lives what a day brings of duties, breaches and scores, in the evening.
func (d *Demo) keepDuties(ctx context.Context, day period.Day) error {
	age, err := d.allied(ctx, day)
	if err != nil || age <= 0 {
		return err
	}
	_, month, date := day.Date()
	switch {
	case age == 1:
		err = d.together(func(at id.ID) error {
			return d.askMembers(ctx, at, 0, day+1, "联盟起步，先只看优惠，不要求推荐新会员")
		})
	case age == firstDisclosed || age == renewed:
		err = d.discloseAll(ctx)
	case date == 10 && month%3 == 1:
		err = d.declareAll(ctx, day)
	case date == 4:
		err = d.judge(ctx, day)
	case date == 15 || date == 25:
		err = d.Flows.RemindDuties(ctx, d.places["C1"])
	}
	if err == nil && day == d.end.Month().First()-4 {
		err = d.askMembers(ctx, d.places["C1"], 2, d.end.Month().First(), "每家店每月推荐两位新会员")
	}
	if err != nil {
		return fmt.Errorf("duties, %s: %w", day, err)
	}
	switch {
	case date%10 == 1:
		err = d.together(func(at id.ID) error { return d.Flows.BreachesDue(ctx, at) })
	case age%2 == 0:
		err = d.Flows.BreachesDue(ctx, d.places["C1"])
	}
	if err != nil {
		return err
	}
	if do := d.dutyScript()[int(d.end-day)]; do != nil {
		if err := do(ctx, d.places["C1"]); err != nil {
			return fmt.Errorf("duties, %d days before the end: %w", d.end-day, err)
		}
	}
	return nil
}

// askMembers proposes how many members a shop recommends a month, from a day on.
func (d *Demo) askMembers(ctx context.Context, at id.ID, n int, from period.Day, why string) error {
	var params policy.Params
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Policies.List(ctx, r, at)
		if err == nil {
			params = policy.InForce(all, d.clock.Now()).Params
		}
		return err
	}); err != nil {
		return err
	}
	params.RecommendedMembers = n
	_, err := d.Flows.Propose(ctx, at, db.System, policy.Proposal{Code: fmt.Sprintf("members-%d-%s", n, from), Author: "竹溪街道议事会", Reason: why, EffectiveFrom: from.Start(d.zone), Params: params})
	return once(err)
}

// judge judges the month that is over, in every community, and drafts and finishes
// scores.
func (d *Demo) judge(ctx context.Context, day period.Day) error {
	return d.together(func(at id.ID) error {
		for {
			n, err := d.Flows.DeriveTrade(ctx, at, 200_000)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
		if err := d.Flows.JudgeMonths(ctx, at); err != nil {
			return err
		}
		if err := d.Flows.ScoresDue(ctx, at); err != nil {
			return err
		}
		if at != d.places["C1"] || day.Month().Quarter() == d.end.Month().Quarter() {
			return nil
		}
		return d.publish(ctx, at, day.Month().Quarter()-3)
	})
}

// publish publishes the draft of a quarter, if there is one.
func (d *Demo) publish(ctx context.Context, at id.ID, quarter period.Month) error {
	var run id.ID
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		x, err := d.Flows.Scores.OfQuarter(ctx, r, at, quarter)
		if x != nil {
			run = x.ID
		}
		return err
	}); err != nil || run.IsZero() {
		return err
	}
	actor, err := d.office(ctx)
	if err != nil {
		return err
	}
	_, err = d.Flows.PublishScore(ctx, at, actor, run, "请各店核对自己的数，有不对的在期限内提出。")
	return once(err)
}

// goods are what draws customers to a shop of a trade: name, unit, cost and price.
var goods = map[string][]duty.Item{
	"bakery":      {{Name: "吐司", Unit: "一条", Cost: 6_20, Price: 9_80}, {Name: "老面馒头", Unit: "五个", Cost: 2_60, Price: 4_00}},
	"butcher":     {{Name: "五花肉", Unit: "500 克", Cost: 12_40, Price: 14_80}, {Name: "筒骨", Unit: "500 克", Cost: 8_10, Price: 9_90}},
	"fishmonger":  {{Name: "鲜活草鱼", Unit: "500 克", Cost: 7_30, Price: 8_80}},
	"greengrocer": {{Name: "青菜", Unit: "500 克", Cost: 1_10, Price: 1_58}, {Name: "土豆", Unit: "500 克", Cost: 90, Price: 1_28}, {Name: "番茄", Unit: "500 克", Cost: 2_20, Price: 2_98}},
	"pharmacy":    {{Name: "医用口罩", Unit: "十只", Cost: 1_80, Price: 2_50}},
	"restaurant":  {{Name: "牛肉面", Unit: "一碗", Cost: 9_60, Price: 15_00}},
	"supermarket": {{Name: "鸡蛋", Unit: "500 克", Cost: 4_20, Price: 4_50}, {Name: "五升菜籽油", Unit: "一桶", Cost: 58_00, Price: 62_90}, {Name: "大米", Unit: "5 千克", Cost: 22_40, Price: 25_80}},
	"":            {{Name: "每周一款特价", Unit: "一件", Cost: 8_00, Price: 9_90}},
}

// standard is what shops promise.
const standard = "早上八点开门，晚上八点关门。不新鲜、不合适，七天里凭小票退换。六十岁以上的邻居，三百米内送上门。有意见先找店主，两天内答复；不满意可以找社区。"

// discloseAll lets every shop with a seat disclose its goods and its standard.
func (d *Demo) discloseAll(ctx context.Context) error {
	return d.eachSeated(ctx, func(at, shop id.ID, trade string, owner db.Actor, _ int) error {
		items := goods[trade]
		if items == nil {
			items = goods[""]
		}
		if _, err := d.Flows.Disclose(ctx, at, owner, "", duty.Disclosure{Merchant: shop, Topic: duty.Goods, Items: items}); err != nil {
			return err
		}
		_, err := d.Flows.Disclose(ctx, at, owner, "", duty.Disclosure{Merchant: shop, Topic: duty.Standard, Words: standard})
		return err
	})
}

// declareAll lets every shop that had its seat in the quarter before declare its profit,
// and most of them pay the fund's share.
func (d *Demo) declareAll(ctx context.Context, day period.Day) error {
	quarter := day.Month().Quarter() - 3
	return d.eachSeated(ctx, func(at, shop id.ID, _ string, owner db.Actor, n int) error {
		profit := money.Amount(3_200_00 + n*517_30)
		if n%9 == 4 {
			profit = -640_00
		}
		made, err := d.Flows.Disclose(ctx, at, owner, "", duty.Disclosure{Merchant: shop, Topic: duty.Profit, Quarter: quarter, Profit: profit})
		if err := once(err); err != nil || made == nil || made.Share() == 0 || n%7 == 6 {
			return err
		}
		var slips []charge.Charge
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { slips, err = d.Flows.Charges.Of(ctx, r, at, made.ID); return err }); err != nil {
			return err
		}
		for _, c := range slips {
			if _, err := d.Flows.Pay(ctx, at, db.System, c.ID, charge.Payment{Means: charter.Provider, Reference: "LR" + c.Code}); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachSeated does something for every shop that has a seat, in its owner's name, in all
// communities at once; n is which of its community it is.
func (d *Demo) eachSeated(ctx context.Context, do func(at, shop id.ID, trade string, owner db.Actor, n int) error) error {
	_, shops, err := d.ids(ctx)
	if err != nil {
		return err
	}
	owners := make(map[id.ID]db.Actor)
	for ref, shop := range shops {
		owner := d.owner(ref)
		if owner == "" { // a shop that came later
			continue
		}
		who, err := d.personOf(ctx, owner)
		if err != nil {
			return err
		}
		owners[shop] = db.Actor{Kind: "person", ID: who}
	}
	return d.together(func(at id.ID) error {
		var o *flow.Obliged
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { o, err = d.Flows.Obligations(ctx, r, at); return err }); err != nil {
			return err
		}
		for n, s := range o.Seated() {
			if owners[s.Merchant].ID.IsZero() {
				continue
			}
			if err := do(at, s.Merchant, s.Trade, owners[s.Merchant], n); err != nil {
				return err
			}
		}
		return nil
	})
}

// actorOf is the first person of the first community who plays a part.
func (d *Demo) actorOf(ctx context.Context, fits func(p part) bool) (db.Actor, error) {
	for i := range d.cast.players {
		if p := &d.cast.players[i]; p.home == "C1" && slices.ContainsFunc(p.parts, fits) {
			who, err := d.personOf(ctx, p.ref)
			return db.Actor{Kind: "person", ID: who}, err
		}
	}
	return db.Actor{}, fmt.Errorf("demo: nobody plays that part")
}
