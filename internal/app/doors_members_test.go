package app

import (
	"context"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// members makes one of everything that an address of membership can name: the owner
// has paid for a term, used a service, chosen a pack and has a code; the clerk has
// given up hers, and has ordered again.
func (g *guarded) members(home, owner, clerk id.ID) {
	g.Helper()
	ctx := context.Background()
	order := func(who id.ID) flow.Ordered {
		o, err := g.Flows.OrderMembership(ctx, db.System, flow.MembershipWish{Person: who, Community: home, How: membership.AtDesk})
		g.must(err)
		return o
	}
	for _, who := range []id.ID{owner, clerk} {
		_, err := g.Flows.Pay(ctx, home, db.System, order(who).Charge.ID, charge.Payment{Means: charter.Cash, Reference: "slip-" + who.String()})
		g.must(err)
	}
	m, err := g.Flows.MembershipOf(ctx, owner)
	g.must(err)
	left, err := g.Flows.MembershipOf(ctx, clerk)
	g.must(err)
	_, err = g.Flows.GiveUp(ctx, home, db.System, left.Ref, flow.LeaveAll, "test")
	g.must(err)
	u, _, err := g.Flows.UseService(ctx, home, db.System, m.Ref, membership.Use{Kind: "repair", ServedBy: "test", How: membership.ByDesk})
	g.must(err)
	today := period.DayOf(g.clock.Now(), flow.DefaultZone)
	pack, err := g.Flows.MakePack(ctx, home, db.System, membership.Pack{Quarter: membership.Quarter(today), Kind: membership.Offer, Title: "test", Content: "test", Partner: "test", Stock: 9, Until: today})
	g.must(err)
	claim, err := g.Flows.ChoosePack(ctx, home, db.System, m.Ref, pack.ID)
	g.must(err)
	code, err := g.Flows.MakeCode(ctx, db.System, community.Place{ID: home, Ref: "C1"}, membership.By{Kind: membership.ByMember, ID: m.Member.ID})
	g.must(err)
	g.holes["order"], g.holes["ref"], g.holes["use"], g.holes["pack"], g.holes["claim"] = m.Terms[0].ID.String(), m.Ref, u.ID.String(), pack.ID.String(), claim.Code
	g.holes["member"], g.holes["/join/{code}"], g.holes["charge"] = m.Member.ID.String(), code, order(clerk).Charge.Code
}
