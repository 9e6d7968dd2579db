// Package committeeweb are the pages of a merchant committee (C5): ballots that wait and
// their results, who sits and who chairs, the hand-over, the agenda and the minutes.
package committeeweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of a committee.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func (p *Pages) Routes(t *httpkit.Router) {
	p.Add(
		portal.Door{Kind: ui.MerchantFrame, Key: "committee", Href: "/committee", Icon: "vote", Text: i18n.M("委员会"), Action: "ballot.vote", Count: p.due},
		portal.Door{Kind: ui.OperatorFrame, Key: "committee", Href: "/committee", Icon: "vote", Text: i18n.M("联盟委员会"), Action: "committee.seat", Group: i18n.M("联盟")},
	)
	const at = "/committee/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /committee", Action: "committee.read", On: p.Somewhere("committee.read"), Do: p.enter},
		httpkit.Route{Pattern: "GET " + at, Action: "committee.read", On: p.inCommunity, Do: p.home},
		httpkit.Route{Pattern: "GET " + at + "/ballots/{ballot}", Action: "committee.read", On: p.inCommunity, Do: p.ballot},
		httpkit.Route{Pattern: "POST " + at + "/ballots/{ballot}/votes", Action: "ballot.vote", On: p.inCommunity, Do: p.vote},
		httpkit.Route{Pattern: "POST " + at + "/ballots/{ballot}/rulings", Action: "ballot.rule", On: p.inCommunity, Do: p.rule},
		httpkit.Route{Pattern: "GET " + at + "/ballots/{ballot}/papers/{application}/{document}", Action: "committee.read", On: p.inCommunity, Do: p.paper},
		httpkit.Route{Pattern: "GET " + at + "/handover", Action: "committee.read", On: p.inCommunity, Do: p.handovers},
		httpkit.Route{Pattern: "POST " + at + "/handovers/{handover}/text", Action: "committee.change", On: p.inCommunity, Do: p.write},
		httpkit.Route{Pattern: "POST " + at + "/handovers/{handover}/confirmation", Action: "committee.change", On: p.inCommunity, Do: p.confirm},
		httpkit.Route{Pattern: "POST " + at + "/absences", Action: "committee.change", On: p.inCommunity, Do: p.away},
		httpkit.Route{Pattern: "POST " + at + "/meetings", Action: "committee.change", On: p.inCommunity, Do: p.call},
		httpkit.Route{Pattern: "GET " + at + "/meetings/{meeting}", Action: "committee.read", On: p.inCommunity, Do: p.meeting},
		httpkit.Route{Pattern: "POST " + at + "/meetings/{meeting}/items", Action: "committee.change", On: p.inCommunity, Do: p.put},
		httpkit.Route{Pattern: "POST " + at + "/meetings/{meeting}/minutes", Action: "committee.change", On: p.inCommunity, Do: p.minutes},
		httpkit.Route{Pattern: "POST " + at + "/members", Action: "committee.seat", On: p.inCommunity, Do: p.seatMember},
		httpkit.Route{Pattern: "POST " + at + "/members/{member}/end", Action: "committee.seat", On: p.inCommunity, Do: p.unseat},
	)
}

func (p *Pages) inCommunity(r *http.Request) (authz.Resource, error) {
	at, err := p.CommunityIn(r)
	return authz.Resource{Kind: "committee", Place: at.ID}, err
}

// enter leads to the committee of the viewer's community, or shows a choice.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := p.Mine(ctx, "committee.read")
	if err != nil {
		return err
	}
	if len(mine) == 1 {
		http.Redirect(w, r, href(mine[0].ID, ""), http.StatusSeeOther)
		return nil
	}
	var rows []ui.Row
	for _, at := range mine {
		rows = append(rows, ui.Row{Href: href(at.ID, ""), Icon: "vote", Title: portal.PlaceName(at)})
	}
	return p.Show(w, r, p.frame(ctx, i18n.T(ctx, "联盟委员会")), choicePage(rows))
}

// frame is the operator's for the office, a resident's for everybody else.
func (p *Pages) frame(ctx context.Context, title string) ui.Shell {
	if p.May(ctx, "committee.seat") {
		s := p.Shell(ctx, ui.OperatorFrame, "committee", title)
		s.Wide = true
		return s
	}
	s := p.Shell(ctx, ui.ResidentFrame, "council", title)
	s.Wide = true
	return s
}

func href(at id.ID, rest string) string { return "/committee/" + at.String() + rest }

// room is what the pages of a committee share.
type room struct {
	At      community.Place
	Body    *committee.Body
	Zone    *time.Location
	Now     time.Time
	Names   map[id.ID]string // of people
	Shops   map[id.ID]string
	Me      id.ID
	Office  bool // the viewer keeps the committee's records
	Sits    *committee.Member
	Acting  *committee.Member
	Presses bool // the viewer may do what the chair does
}

func (v room) href(rest string) string { return href(v.At.ID, rest) }

func (v room) day(ctx context.Context, at time.Time) string {
	return ui.FullDay(ctx, period.DayOf(at, v.Zone))
}

func (v room) last(ctx context.Context, until time.Time) string {
	return v.day(ctx, until.Add(-time.Second))
}

// called is how a seat's holder is called, with her shop.
func (v room) called(m *committee.Member) string {
	if m == nil {
		return ""
	}
	if shop := v.Shops[m.Merchant]; shop != "" {
		return v.Names[m.Person] + " · " + shop
	}
	return v.Names[m.Person]
}

// enterRoom reads what the pages of a committee share.
func (p *Pages) enterRoom(r *http.Request) (v room, err error) {
	ctx := r.Context()
	if v.At, err = p.CommunityIn(r); err != nil {
		return v, err
	}
	v.Now, v.Me, v.Shops = p.Flows.DB.Clock().Now(), authz.Of(ctx).Person, make(map[id.ID]string)
	v.Office = p.Engine.May(ctx, authz.Of(ctx), "committee.seat", authz.Resource{Place: v.At.ID}) == nil
	err = p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		if v.Body, err = p.Flows.Committee.Body(ctx, rd, v.At.ID); err != nil {
			return err
		}
		if _, v.Zone, err = p.Flows.AllianceRules(ctx, rd, v.At.ID); err != nil {
			return err
		}
		shops, err := p.Flows.Merchants.List(ctx, rd, v.At.ID)
		for _, m := range shops {
			if v.Shops[m.ID] = m.Name; m.Name == "" {
				v.Shops[m.ID] = m.Ref
			}
		}
		return err
	})
	if err != nil {
		return v, err
	}
	v.Sits, v.Acting = v.Body.Of(v.Me, v.Now), v.Body.Acting(v.Now)
	v.Presses = v.Office || v.Acting != nil && v.Acting.Person == v.Me
	var who []id.ID
	for _, m := range v.Body.Members {
		who = append(who, m.Person)
	}
	return v, p.name(ctx, &v, who)
}

// name learns how people are called.
func (p *Pages) name(ctx context.Context, v *room, who []id.ID) error {
	return p.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		names, err := p.Flows.Names(ctx, rd, who...)
		if v.Names == nil {
			v.Names = names
		}
		for w, n := range names {
			v.Names[w] = n
		}
		return err
	})
}

// due counts the ballots that wait for the viewer's vote.
func (p *Pages) due(ctx context.Context, v authz.Viewer) (n int, late bool, err error) {
	mine, err := p.Mine(ctx, "ballot.vote")
	if err != nil {
		return 0, false, err
	}
	now := p.Flows.DB.Clock().Now()
	for _, at := range mine {
		err := p.Flows.DB.View(ctx, at.ID, func(rd db.Reader) error {
			all, err := p.Flows.Committee.Running(ctx, rd, at.ID)
			for _, b := range all {
				if b.DueFor(v.Person, now) {
					n, late = n+1, late || b.To.Sub(now) < 24*time.Hour
				}
			}
			return err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}
