package app

import (
	"context"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// things makes one of everything that an address can name: her household, her helper
// and what he did, her request, her notices; and what lies at the desk.
func (g *guarded) things(home id.ID, purchase int64) {
	g.Helper()
	ctx := context.Background()
	owner, clerk := g.who("+86"+ownerPhone).ID, g.who("+86"+clerkPhone).ID
	grid := g.atHome(home, owner, clerk)
	g.grant(clerkPhone, access.GridWorker, grid, id.ID{})
	consent, err := g.Flows.GiveConsent(ctx, db.Actor{Kind: "person", ID: owner}, assist.Consent{
		Subject: owner, Helper: clerk, Basis: assist.Guardian, Given: assist.OwnPhone, Scopes: []assist.Scope{assist.See}, Until: g.clock.Now().AddDate(0, 6, 0)})
	g.must(err)
	helper := authz.Viewer{Person: clerk, Session: id.ID{1}}
	session, err := g.Flows.BeginAssist(ctx, helper, consent.ID, "看一看")
	g.must(err)
	g.must(g.Flows.LeaveAssist(ctx, helper.Actor(), session.ID, false))
	request, err := g.Flows.AskForHelp(ctx, db.Actor{Kind: "person", ID: owner}, flow.HelpWanted{Subject: owner, Page: "/group", Wish: "帮陈秀英订鸡蛋"})
	g.must(err)
	check, err := g.Flows.AskVerify(ctx, db.Actor{Kind: "person", ID: clerk}, home)
	g.must(err)
	file, err := g.Desk.Receive(ctx, db.Actor{Kind: "person", ID: clerk}, "members.csv", nil, strings.NewReader("member_ref,community_ref\nerin,C1\n"))
	g.must(err)
	template, err := g.Flows.TemplateOf(ctx, community.Place{ID: home, Ref: "C1", Name: "竹溪", Kind: community.Community})
	g.must(err)
	g.must(g.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		if template, err = g.Flows.Communities.SaveTemplate(ctx, tx, template); err != nil {
			return err
		}
		return g.Flows.Notices.Deliver(ctx, tx, notice.Notice{Kind: notice.Kinds[0].ID, Person: owner, Cause: "test"}, notice.Reach{Zone: flow.DefaultZone, Phone: true})
	}))
	g.grown(home)
	g.inAlliance(home)
	g.members(home, owner, clerk)
	g.sharedLife(home)
	g.duties(home)
	for name, value := range map[string]id.ID{
		"consent": consent.ID, "session": session.ID, "request": request.ID, "place": grid, "note": {9},
		"/desk/imports/{id}": file.ID, "/desk/evidence/checks/{id}": check.ID, "/office/evidence/checks/{id}": check.ID, "/desk/keys/{id}": {9}, "delivery": {9}, "/me/receipts/{community}": home,
	} {
		g.holes[name] = value.String()
	}
	g.must(g.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		inbox, err := g.Flows.Notices.List(ctx, r, owner, notice.Filter{Limit: 1})
		if err == nil && len(inbox) == 1 {
			g.holes["notice"] = inbox[0].ID.String()
		}
		return err
	}))
	g.holes["template"], g.holes["capability"], g.holes["number"] = template.Ref, string(community.CommunityMap), "1"
	g.holes["seq"] = strconv.FormatInt(purchase, 10)
	g.holes["entry"] = g.holes["seq"]
}

// atHome gives the owner a household in a grid, and the clerk a duty for it.
func (g *guarded) atHome(home, owner, clerk id.ID) (grid id.ID) {
	g.Helper()
	ctx := context.Background()
	g.must(g.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := g.Flows.Communities.Add(ctx, tx, community.Place{Parent: home, Kind: community.Grid, Ref: "C1-G1", Name: "第一网格"})
		grid = p.ID
		return err
	}))
	for _, r := range g.Flows.AddHouseholds(ctx, db.System, []household.Household{{Place: grid, Ref: "1-101", Door: "1 号楼 101"}}) {
		g.must(r.Err)
	}
	g.must(g.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		h, err := g.Flows.Households.ByRef(ctx, tx, home, "1-101")
		if err != nil {
			return err
		}
		residence, _, err := g.Flows.Households.MoveIn(ctx, tx, household.Residence{Household: h.ID, Person: owner, Relation: household.Head})
		if err != nil {
			return err
		}
		link, err := g.Flows.Households.Join(ctx, tx, household.Link{Household: h.ID, Person: clerk, Kind: household.Representative, Reason: "test"})
		g.holes["household"], g.holes["residence"], g.holes["link"] = h.ID.String(), residence.ID.String(), link.ID.String()
		return err
	}))
	return grid
}
