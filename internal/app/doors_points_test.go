package app

import (
	"bytes"
	"context"
	"image"
	"image/png"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// pointsThings makes one of everything that an address of points or badge coins can
// name: of anna, who owns the bakery.
func (g *guarded) pointsThings(home, bakery id.ID) {
	g.Helper()
	ctx, office := context.Background(), db.Actor{Kind: "person", ID: id.ID{77}}
	day := period.DayOf(g.clock.Now(), flow.DefaultZone)
	photo := g.photo()
	var err error
	var good points.Good
	var batch points.Batch
	var rule points.Rule
	var manager points.Manager
	var counter points.Counter
	var anna id.ID
	var shown, checked id.ID
	update := func(fn func(tx *db.Tx) error) { g.must(g.DB.Update(ctx, home, office, fn)) }
	update(func(tx *db.Tx) error {
		if _, err := g.Flows.Communities.Decide(ctx, tx, community.Switch{Capability: community.PointsRedemption, On: true, Reason: "test"}); err != nil {
			return err
		}
		m, err := g.Flows.Members.ByRef(ctx, tx, "anna")
		if err != nil {
			return err
		}
		anna = m.ID
		if shown, err = g.Flows.Files.Add(ctx, tx, photo); err != nil {
			return err
		}
		if good, err = g.Flows.Points.AddGood(ctx, tx, points.Good{Kind: points.Item, Name: "食用油", Unit: "桶", Supplier: bakery, Terms: points.Terms{Points: 10, Cost: 500, From: day, Counter: bakery, Picture: shown}}); err != nil {
			return err
		}
		if batch, err = g.Flows.Points.Deliver(ctx, tx, points.Batch{Good: good.ID, Quantity: 9, Document: "S-1"}); err != nil {
			return err
		}
		if counter, err = g.Flows.Points.AddCounter(ctx, tx, points.Counter{Name: "东门药房", Address: "东门 1 号"}); err != nil {
			return err
		}
		if rule, err = g.Flows.Points.Publish(ctx, tx, points.Rule{Sort: points.Event, Name: "清洁日", Words: "到场一小时", Points: 5, Monthly: 50, From: day}); err != nil {
			return err
		}
		manager, err = g.Flows.Points.AddManager(ctx, tx, points.Manager{Name: "安居物业", Place: home, Pay: points.Payee{Bank: "农商行", Account: "62284800", Holder: "安居物业"}})
		if err != nil {
			return err
		}
		_, err = g.Flows.Move(ctx, tx, "~test:points", charter.PointsGiven{Member: anna, Why: "birthday", Points: 900})
		return err
	})
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) (err error) {
		if checked, err = g.Flows.Files.Add(ctx, tx, photo); err != nil {
			return err
		}
		_, err = g.Flows.Points.Inspect(ctx, tx, batch.ID, points.Check{Passed: true, Sample: 1, Picture: checked})
		return err
	}))
	update(func(tx *db.Tx) error {
		batch, err = g.Flows.Points.Deliver(ctx, tx, points.Batch{Good: good.ID, Quantity: 4, Document: "S-2"})
		return err
	})
	g.pointsWays(home, bakery, anna, good.ID, manager.ID, rule.ID, counter.ID)
	for name, value := range map[string]id.ID{
		"good": good.ID, "/desk/points/{community}/batches/{batch}": batch.ID, "rule": rule.ID, "manager": manager.ID, "/points/pictures/{community}/{picture}": shown,
		"/desk/points/{community}/checks/{picture}": checked, "point": counter.ID,
	} {
		g.holes[name] = value.String()
	}
	g.holes["badge"], g.holes["coin"], g.holes["batch"] = "1-0001", "1-0001", "1"
}

// pointsWays lets anna go every way that a form leads.
func (g *guarded) pointsWays(home, bakery, anna, good, manager, rule, counter id.ID) {
	g.Helper()
	ctx, office := context.Background(), db.Actor{Kind: "person", ID: id.ID{77}}
	day := period.DayOf(g.clock.Now(), flow.DefaultZone)
	photo := g.photo()
	redeem := func(form string) *points.Redemption {
		r, err := g.Flows.Redeem(ctx, home, office, flow.Redeeming{Member: anna, Good: good, Form: form})
		g.must(err)
		return r
	}
	had, waits := redeem("a"), redeem("b")
	_, err := g.Flows.HandGoods(ctx, home, office, bakery, had.ID)
	g.must(err)
	g.must(g.Flows.Complain(ctx, home, office, flow.Complaint{Member: anna, Redemption: had.ID, Words: "漏油", Picture: photo}))
	ticket, err := g.Flows.QueueUp(ctx, home, office, anna, id.ID{}, waits.ID)
	g.must(err)
	offset := func(form string) *points.Offset {
		o, err := g.Flows.OffsetFee(ctx, home, office, flow.Offsetting{Member: anna, Manager: manager, Account: "A-1", Door: "1 号楼 101", Month: day.Month(), Bill: 90_00, Amount: 1_00, Form: form})
		g.must(err)
		return o
	}
	offset("c")
	file, err := g.Flows.MakeOffsetFile(ctx, home, office, manager)
	g.must(err)
	mine := offset("d")
	list, err := g.Flows.ThankList(ctx, home, office, flow.Thanks{Rule: rule, Form: "e"}, "名单.xlsx", []flow.ThanksLine{{Line: 2, Ref: "anna"}})
	g.must(err)
	grant, err := g.Flows.Thank(ctx, home, office, flow.Thanks{Rule: rule, Ref: "anna", Form: "f"})
	g.must(err)
	_, err = g.Flows.MintBadges(ctx, home, office, badge.Batch{Design: "竹", Goods: "小米", Count: 20, Cost: 300, Workshop: "银匠铺"})
	g.must(err)
	g.must(g.Flows.GiveBadges(ctx, home, office, 1, 1, 1, "志愿者", "anna"))
	g.grant(ownerPhone, access.PointKeeper, home, counter)
	var claim id.ID
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		had, err = g.Flows.Points.ByID(ctx, r, home, had.ID)
		if err == nil {
			claim = had.Claim.Picture
		}
		return err
	}))
	for name, value := range map[string]id.ID{
		"redemption": waits.ID, "offset": mine.ID, "ticket": ticket.ID, "thanks": grant.ID, "list": list.ID, "offsets": file.ID,
		"/desk/points/{community}/claims/{picture}": claim, "/desk/points/{community}/orders/{redemption}": waits.ID,
	} {
		g.holes[name] = value.String()
	}
	g.holes["code"] = waits.Code
}

// photo is a small picture as the house keeps it.
func (g *guarded) photo() *attachment.File {
	g.Helper()
	photo, err := attachment.Picture("照片.png", g.blank())
	g.must(err)
	return photo
}

// blank is a small picture as somebody sends it.
func (g *guarded) blank() []byte {
	g.Helper()
	var b bytes.Buffer
	g.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return b.Bytes()
}
