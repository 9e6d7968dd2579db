package app

import (
	"context"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// inAlliance makes one of everything that an address of the alliance can name: the
// owner's shop on its seat and in the committee, her application for another seat with
// a paper, a ballot on a third, a meeting, and a hand-over.
func (g *guarded) inAlliance(home id.ID) {
	g.Helper()
	ctx := context.Background()
	owner := g.who("+86" + ownerPhone).ID
	hers := db.Actor{Kind: "person", ID: owner}
	shop, err := id.Parse(g.holes["shop"])
	g.must(err)
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		for ref, trade := range map[string]string{"florist": "florist", "z-florist": "florist", "odd": "alchemist"} {
			if _, _, err := g.Flows.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: ref, Name: ref, Industry: trade, IndustryZH: trade, Tier: policy.Standard}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = g.Flows.SeatExisting(ctx, home, db.System)
	g.must(err)
	g.must(g.Flows.AssignTrade(ctx, home, db.System, shop, "bakery", "卖面包"))
	member, err := g.Flows.SeatMember(ctx, home, db.System, owner, shop, "推选")
	g.must(err)
	g.must(g.Flows.RotateChair(ctx, home))
	seat, err := g.Flows.OpenSeat(ctx, home, db.System, "wine", 0, alliance.Demand{}, "居民想要")
	g.must(err)
	var opening, tenure id.ID
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		open, err := g.Flows.Alliance.OpenOpenings(ctx, r, home)
		for _, o := range open {
			if o.Seat == seat.ID {
				opening = o.ID
			}
		}
		if err != nil {
			return err
		}
		held, err := g.Flows.Alliance.Running(ctx, r, home)
		for _, t := range held {
			if t.Merchant == shop {
				tenure = t.ID
			}
		}
		return err
	}))
	x, err := g.Flows.ApplyForSeat(ctx, home, hers, opening, id.ID{})
	g.must(err)
	g.must(g.Flows.SaveApplication(ctx, home, hers, x.ID, alliance.Form{ShopName: "新酒铺", At: geo.Point{Lat: 31_000_000, Lon: 121_000_000}}))
	paper, err := g.Flows.AddPaper(ctx, home, hers, x.ID, alliance.Licence, g.photo())
	g.must(err)
	ballot, err := g.Flows.PutToVote(ctx, home, db.System, flow.Asking{Subject: committee.Subject{Kind: flow.OnOpening, ID: opening}, Question: flow.Contest.Key, About: "酒水店",
		Options: []committee.Option{{Key: x.ID, Label: "新酒铺"}, {Label: flow.NoneOfThem.Key, Yields: true}}})
	g.must(err)
	meeting, err := g.Flows.CallMeeting(ctx, home, db.System, committee.Meeting{At: g.clock.Now(), Place: "活动室"}, true)
	g.must(err)
	for name, value := range map[string]id.ID{"opening": opening, "tenure": tenure, "application": x.ID, "document": paper.ID, "ballot": ballot.ID, "meeting": meeting.ID, "member": member.ID, "handover": {9}} {
		g.holes[name] = value.String()
	}
	g.must(g.Flows.SyncCommittee(ctx, home))
}
