// Package growthweb are the pages of levels: a member's team and rewards, and for the
// office the candidates, reviews, cases and dividends (B3).
package growthweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
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

		httpkit.Route{Pattern: "GET /desk/levels", Action: "level.read", On: g.Somewhere("level.read"), Do: g.Choose("level.read", "levels", i18n.M("组长和理事"))},
		httpkit.Route{Pattern: "GET /desk/levels/{community}", Action: "level.read", On: g.InCommunity, Do: g.levels},
		httpkit.Route{Pattern: "GET /desk/levels/{community}/candidates/{candidate}", Action: "level.read", On: g.InCommunity, Do: g.candidate},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/candidates/{candidate}/appointment", Action: "level.appoint", On: g.InCommunity, Do: g.appoint},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/candidates/{candidate}/refusal", Action: "level.appoint", On: g.InCommunity, Do: g.refuse},
		httpkit.Route{Pattern: "GET /desk/levels/{community}/leaders/{appointment}", Action: "level.read", On: g.InCommunity, Do: g.leader},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/leaders/{appointment}/cases", Action: "level.accuse", On: g.InCommunity, Do: g.accuse},
		httpkit.Route{Pattern: "POST /desk/levels/{community}/leaders/{appointment}/cases/{case}/decision", Action: "level.decide", On: g.InCommunity, Do: g.decide},

		httpkit.Route{Pattern: "GET /desk/dividends", Action: "dividend.read", On: g.Somewhere("dividend.read"), Do: g.Choose("dividend.read", "dividends", i18n.M("理事分红"))},
		httpkit.Route{Pattern: "GET /desk/dividends/{community}", Action: "dividend.read", On: g.InCommunity, Do: g.dividends},
		httpkit.Route{Pattern: "POST /desk/dividends/{community}", Action: "dividend.propose", On: g.InCommunity, Do: g.propose},
		httpkit.Route{Pattern: "GET /desk/dividends/{community}/{dividend}", Action: "dividend.read", On: g.InCommunity, Do: g.dividend},
		httpkit.Route{Pattern: "POST /desk/dividends/{community}/{dividend}/approval", Action: "dividend.decide", On: g.InCommunity, Do: g.approve},
		httpkit.Route{Pattern: "POST /desk/dividends/{community}/{dividend}/refusal", Action: "dividend.decide", On: g.InCommunity, Do: g.drop},
	)
	together := i18n.M("会员和联盟")
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "levels", Href: "/desk/levels", Icon: "people", Text: i18n.M("组长和理事"), Group: together, Action: "level.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "dividends", Href: "/desk/dividends", Icon: "cash", Text: i18n.M("理事分红"), Group: together, Action: "dividend.read"},
	)
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
