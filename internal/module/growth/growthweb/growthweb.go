// Package growthweb are the pages of levels: a member's team and rewards, and for the
// office the candidates, reviews, cases and dividends (B3).
package growthweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/growth"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// ErrBadMonth refuses a month that is none.
var ErrBadMonth = fault.New(fault.Invalid, "growth.no_such_month")

// Pages are the pages of levels.
type Pages struct{ *portal.Portal }

// Routes adds the pages, and their doors to the portal.
func Routes(t *httpkit.Router, p *portal.Portal) {
	g := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /me/team", Action: "me.read", On: httpkit.Mine, Do: g.team},
		httpkit.Route{Pattern: "POST /me/team/answer", Action: "me.change", On: httpkit.Mine, Do: g.answer},
		httpkit.Route{Pattern: "POST /me/team/departure", Action: "me.change", On: httpkit.Mine, Do: g.depart},
		httpkit.Route{Pattern: "POST /me/team/resignation", Action: "me.change", On: httpkit.Mine, Do: g.resign},
		httpkit.Route{Pattern: "POST /me/team/cases/{case}", Action: "me.change", On: httpkit.Mine, Do: g.say},
		httpkit.Route{Pattern: "GET /me/rewards", Action: "me.read", On: httpkit.Mine, Do: g.rewards},

		httpkit.Route{Pattern: "GET /desk/levels", Action: "level.read", On: g.Somewhere("level.read"), Do: g.levelPlaces},
		httpkit.Route{Pattern: "GET /desk/levels/{community}", Action: "level.read", On: g.inCommunity, Do: g.levels},
		httpkit.Route{Pattern: "GET /desk/levels/{community}/candidates/{candidate}", Action: "level.read", On: g.inCommunity, Do: g.candidate},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/candidates/{candidate}/appointment", Action: "level.appoint", On: g.inCommunity, Do: g.appoint},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/candidates/{candidate}/refusal", Action: "level.appoint", On: g.inCommunity, Do: g.refuse},
		httpkit.Route{Pattern: "GET /desk/levels/{community}/leaders/{appointment}", Action: "level.read", On: g.inCommunity, Do: g.leader},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/leaders/{appointment}/cases", Action: "level.accuse", On: g.inCommunity, Do: g.accuse},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/leaders/{appointment}/cases/{case}/decision", Action: "level.decide", On: g.inCommunity, Do: g.decide},

		httpkit.Route{Pattern: "GET /desk/dividends", Action: "dividend.read", On: g.Somewhere("dividend.read"), Do: g.dividendPlaces},
		httpkit.Route{Pattern: "GET /desk/dividends/{community}", Action: "dividend.read", On: g.inCommunity, Do: g.dividends},
		httpkit.Route{Pattern: "POST /desk/dividends/{community}", Action: "dividend.propose", On: g.inCommunity, Do: g.propose},
		httpkit.Route{Pattern: "GET /desk/dividends/{community}/{dividend}", Action: "dividend.read", On: g.inCommunity, Do: g.dividend},
		httpkit.Route{Pattern: "POST /desk/dividends/{community}/{dividend}/approval", Action: "dividend.decide", On: g.inCommunity, Do: g.approve},
		httpkit.Route{Pattern: "POST /desk/dividends/{community}/{dividend}/refusal", Action: "dividend.decide", On: g.inCommunity, Do: g.drop},
	)
	together := i18n.M("会员和联盟")
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "levels", Href: "/desk/levels", Icon: "people", Text: i18n.M("组长和理事"), Group: together, Action: "level.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "dividends", Href: "/desk/dividends", Icon: "cash", Text: i18n.M("理事分红"), Group: together, Action: "dividend.read"},
	)
}

// inCommunity is what a page about the community in its address belongs to.
func (g *Pages) inCommunity(r *http.Request) (authz.Resource, error) {
	p, err := g.place(r)
	return authz.Resource{Kind: "community", Place: p.ID}, err
}

func (g *Pages) place(r *http.Request) (community.Place, error) {
	p, err := g.Flows.Communities.ByRef(r.Context(), g.Flows.DB, r.PathValue("community"))
	if err == nil && p.Kind != community.Community {
		err = community.ErrNotFound
	}
	return p, err
}

// choose leads to the only community of the viewer's, or lets her choose.
func (g *Pages) choose(w http.ResponseWriter, r *http.Request, a authz.Action, key, title string) error {
	ctx := r.Context()
	mine, err := g.Mine(ctx, a)
	if err != nil {
		return err
	}
	if len(mine) == 1 {
		http.Redirect(w, r, "/desk/"+key+"/"+mine[0].Ref, http.StatusSeeOther)
		return nil
	}
	var rows []ui.Row
	for _, p := range mine {
		rows = append(rows, ui.Row{Href: "/desk/" + key + "/" + p.Ref, Icon: "building", Title: portal.PlaceName(p), Text: p.Ref})
	}
	return g.Show(w, r, g.deskShell(ctx, key, title), choosePage(title, rows))
}

func (g *Pages) deskShell(ctx context.Context, key, title string) ui.Shell {
	s := g.Shell(ctx, ui.OperatorFrame, key, title)
	s.Wide = true
	return s
}

func (g *Pages) may(ctx context.Context, a authz.Action, place id.ID) bool {
	return g.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Kind: "community", Place: place}) == nil
}

func (g *Pages) now() time.Time { return g.Flows.DB.Clock().Now().In(portal.Zone) }

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

// home is who looks, or whom she helps, in the community where she is at home; nil if
// she is a member nowhere.
func (g *Pages) home(ctx context.Context) (*flow.Belonging, error) {
	_, memberships, err := g.Me(ctx)
	if err != nil {
		return nil, err
	}
	all, err := g.Flows.Belongings(ctx, memberships)
	for i := range all {
		if all[i].Home {
			return &all[i], err
		}
	}
	return nil, err
}

// day writes the day of a moment.
func day(ctx context.Context, at time.Time) string {
	return ui.Day(ctx, period.DayOf(at, portal.Zone))
}

// sent answers a form that did what it should: back to a page.
func sent(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// stepName is what people call a step of a candidate.
func stepName(ctx context.Context, step string) string {
	switch step {
	case growth.Accepted:
		return i18n.T(ctx, "本人接受了")
	case growth.Declined:
		return i18n.T(ctx, "本人不愿意")
	case growth.Withdrawn:
		return i18n.T(ctx, "收回了")
	case growth.Appointed:
		return i18n.T(ctx, "任命了")
	case growth.Refused:
		return i18n.T(ctx, "没有任命")
	}
	return i18n.T(ctx, "在等本人答复")
}
