package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// wares are what points are exchanged for in the first community: what, a piece of
// what, points, cost in fen, how many are delivered, and how it is drawn.
var wares = []struct {
	kind       points.Kind
	name, unit string
	about      string
	worth      money.Amount
	cost       money.Amount
	stock      int64
	monthly    int64
	drawn      drawing
}{
	{points.Item, "5 升食用油", "桶", "非转基因大豆油，生产日期在三个月内。", 900, 58_00, 60, 1, drawing{shape: bottle, hue: 45}},
	{points.Item, "鲜鸡蛋 30 枚", "板", "本地散养，当天到货。", 300, 19_80, 120, 2, drawing{shape: eggs, hue: 30}},
	{points.Item, "东北大米 5 公斤", "袋", "当年新米。", 480, 32_00, 80, 1, drawing{shape: sack, hue: 60}},
	{points.Item, "挂面 1 公斤", "把", "", 120, 7_50, 150, 3, drawing{shape: sack, hue: 35}},
	{points.Doing, "修伞", "次", "换伞骨、补伞面都可以，当天取。", 80, 5_00, 200, 2, drawing{shape: umbrella, hue: 210}},
	{points.Doing, "理发", "次", "六十岁以上优先，周一到周五上午。", 200, 15_00, 100, 1, drawing{shape: scissors, hue: 280}},
	{points.Doing, "磨剪子戗菜刀", "次", "每月第一个周六在小广场。", 60, 4_00, 150, 2, drawing{shape: scissors, hue: 0}},
	{points.Item, "洗衣液 2 公斤", "瓶", "", 360, 23_00, 60, 1, drawing{shape: bottle, hue: 200}},
	{points.Item, "抽纸 10 包", "提", "", 260, 16_50, 90, 2, drawing{shape: box, hue: 120}},
	{points.Item, "保温杯", "只", "印着街道的竹子。", 680, 42_00, 30, 1, drawing{shape: bottle, hue: 150}},
	{points.Item, "晴雨伞", "把", "", 420, 26_00, 40, 1, drawing{shape: umbrella, hue: 340}},
	{points.Doing, "上门擦油烟机", "次", "提前一天约好时间。", 1_500, 90_00, 20, 1, drawing{shape: box, hue: 20}},
}

// pilotDays is how long redeeming has been tried when a visitor comes.
const pilotDays = 100

// evening does on a day what people do with their points, in the first community.
func (d *Demo) evening(ctx context.Context, day, today period.Day) error {
	at := d.places["C1"]
	switch begun := today - pilotDays; {
	case day < begun:
		return nil
	case day == begun:
		return d.openShelf(ctx, at, day)
	}
	rng := rand.New(rand.NewPCG(uint64(day), 23))
	for _, step := range []func(context.Context, id.ID, period.Day, *rand.Rand) error{d.thank, d.redeem, d.fetchGoods, d.payFees, d.takeBadges} {
		if err := step(ctx, at, day, rng); err != nil {
			return fmt.Errorf("points: %w", err)
		}
	}
	return d.Flows.LapseRedemptions(ctx, at)
}

// officers are two people of the office.
func (d *Demo) officers(ctx context.Context) (one, two db.Actor, err error) {
	err = d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		operator, err := d.Flows.People.ByPhone(ctx, r, phone(9001))
		if err != nil {
			return err
		}
		one = db.Actor{Kind: "person", ID: operator.ID}
		at := slices.IndexFunc(d.cast.players, func(p player) bool {
			return p.home == "C1" && slices.ContainsFunc(p.parts, func(x part) bool { return x.role == access.Specialist })
		})
		if at < 0 {
			two = db.System
			return nil
		}
		specialist, err := d.Flows.People.ByPhone(ctx, r, d.cast.players[at].Phone)
		if err == nil {
			two = db.Actor{Kind: "person", ID: specialist.ID}
		}
		return err
	})
	return one, two, err
}

// openShelf begins the trial: a catalogue with checked stock, reasons to give points,
// a property manager, and the first badge coins.
func (d *Demo) openShelf(ctx context.Context, at id.ID, day period.Day) error {
	operator, specialist, err := d.officers(ctx)
	if err != nil {
		return err
	}
	for _, ref := range []string{"C1", "C2", "C3"} {
		if err := once(d.DB.Update(ctx, d.places[ref], operator, func(tx *db.Tx) error {
			_, err := d.Flows.Communities.Decide(ctx, tx, community.Switch{Capability: community.PointsRedemption, On: true, Reason: "三个社区先试，三个月后看数再定"})
			return err
		})); err != nil {
			return err
		}
	}
	var made []points.Good
	err = d.DB.Update(ctx, at, operator, func(tx *db.Tx) error {
		made = nil
		shops, err := d.Flows.Merchants.List(ctx, tx, at)
		if err != nil {
			return err
		}
		counters := d.counters(shops)
		for i, w := range wares {
			shop := shops[i%min(4, len(shops))]
			g := points.Good{Kind: w.kind, Name: w.name, Unit: w.unit, About: w.about, Supplier: shop.ID,
				Terms: points.Terms{Points: w.worth, Cost: w.cost, Monthly: w.monthly, From: day, Counter: counters[i%len(counters)]}}
			picture, err := attachment.Picture(w.name+".jpg", w.drawn.jpeg())
			if err != nil {
				return err
			}
			if g.Terms.Picture, err = d.Flows.Files.Add(ctx, tx, picture); err != nil {
				return err
			}
			if g, err = d.Flows.Points.AddGood(ctx, tx, g); err != nil {
				return err
			}
			made = append(made, g)
		}
		for _, r := range []points.Rule{
			{Sort: points.Event, Name: "邻里清洁日", Words: "到场并扫满一小时，每次。", Points: 30, Monthly: 60},
			{Sort: points.Operations, Name: "团购分拣", Words: "在自提点分拣半天，每次。", Points: 60, Monthly: 240},
			{Sort: points.Volunteering, Name: "陪读绘本", Words: "给托管班的孩子读满一小时，每次。", Points: 20, Monthly: 80},
		} {
			r.From = day
			if _, err := d.Flows.Points.Publish(ctx, tx, r); err != nil {
				return err
			}
		}
		_, err = d.Flows.Points.AddManager(ctx, tx, points.Manager{Name: "竹溪安居物业", Place: at, Pay: points.Payee{Bank: "农商行竹溪支行", Account: "62284 0001 7788", Holder: "竹溪安居物业服务有限公司"}})
		return err
	})
	if err != nil {
		return err
	}
	if err := d.stockUp(ctx, at, operator, specialist, made); err != nil {
		return err
	}
	_, err = d.Flows.MintBadges(ctx, at, operator, badge.Batch{Design: "同壹币·竹报平安", Goods: "小米一斤", Count: 500, Cost: 6_80, Workshop: "老街银匠铺"})
	if err != nil {
		return err
	}
	return d.Flows.GiveBadges(ctx, at, specialist, 1, 1, 160, "邻里节开门礼", "")
}

// counters are the two shops whose owner or staff a visitor may look around as.
func (d *Demo) counters(shops []*merchant.Merchant) (ids []id.ID) {
	for _, role := range []authz.Role{access.Owner, access.Staff} {
		for _, p := range d.cast.players {
			at := slices.IndexFunc(p.parts, func(x part) bool { return x.role == role })
			if p.home != "C1" || at < 0 {
				continue
			}
			if i := slices.IndexFunc(shops, func(m *merchant.Merchant) bool { return m.Ref == p.parts[at].shop }); i >= 0 {
				ids = append(ids, shops[i].ID)
			}
			break
		}
	}
	if len(ids) == 0 {
		ids = []id.ID{shops[0].ID}
	}
	return ids
}

// thank gives points once a week to those who sorted goods, by a list.
func (d *Demo) thank(ctx context.Context, at id.ID, day period.Day, _ *rand.Rand) error {
	if day%7 != 0 {
		return nil
	}
	_, officer, err := d.officers(ctx)
	if err != nil {
		return err
	}
	var rules []points.Rule
	if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { rules, err = d.Flows.Points.Rules(ctx, r, at); return err }); err != nil {
		return err
	}
	for _, rule := range rules {
		var lines []flow.ThanksLine
		for i, ref := range d.redeemers() {
			if i < 2 || (i+int(day/7))%len(rules) == 0 {
				lines = append(lines, flow.ThanksLine{Line: int64(i + 2), Ref: ref})
			}
		}
		if _, err := d.Flows.ThankList(ctx, at, officer, flow.Thanks{Rule: rule.ID, Form: "week/" + day.String()}, rule.Name+" "+day.String()+".xlsx", lines); refused(err) != nil {
			return err
		}
	}
	return nil
}

// stockUp delivers the goods; one batch is refused, and one still waits for its check.
func (d *Demo) stockUp(ctx context.Context, at id.ID, operator, specialist db.Actor, made []points.Good) error {
	for i, g := range made {
		var all []points.Batch
		err := d.DB.Update(ctx, at, operator, func(tx *db.Tx) error {
			all = nil
			for n, quantity := range []int64{wares[i].stock, 20} {
				if n == 1 && i > 1 {
					break
				}
				b, err := d.Flows.Points.Deliver(ctx, tx, points.Batch{Good: g.ID, Quantity: quantity, Document: fmt.Sprintf("ZX-%02d-%d", i+1, n+1)})
				if err != nil {
					return err
				}
				all = append(all, b)
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = d.DB.Update(ctx, at, specialist, func(tx *db.Tx) error {
			if _, err := d.Flows.Points.Inspect(ctx, tx, all[0].ID, points.Check{Passed: true, Sample: 5, Note: "外观、日期、数量都对"}); err != nil || i != 1 {
				return err
			}
			_, err := d.Flows.Points.Inspect(ctx, tx, all[1].ID, points.Check{Sample: 5, Faulty: 3, Note: "路上碰破的多，退回"})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
