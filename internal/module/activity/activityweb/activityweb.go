// Package activityweb are the pages of classes and activities (F10, F12): neighbours find
// one, sign up, wait for a seat, check in and say thanks; who can do something teaches it;
// the desk agrees to classes, calls activities, notes who came, prints list and poster.
package activityweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of classes and activities. Base is the address of the house, for codes
// on paper.
type Pages struct {
	*portal.Portal
	Base func(ctx context.Context) string
}

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal, base func(ctx context.Context) string) {
	h := &Pages{p, base}
	p.Near = append(p.Near, h.near)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "classes", Href: "/desk/classes", Icon: "book", Text: i18n.M("课和活动"), Group: i18n.M("时间银行"), Action: "class_desk.read", Count: h.unanswered})
	const one, taught, session = "/classes/{at}/{activity}", "/me/classes/{at}/{activity}", "/me/classes/{at}/{activity}/sessions/{session}"
	mine := httpkit.Mine
	t.Add(
		httpkit.Route{Pattern: "GET /classes", Action: "class.read", Do: h.list},
		httpkit.Route{Pattern: "GET " + one, Action: "class.mine", On: mine, Do: h.one},
		httpkit.Route{Pattern: "POST " + one + "/seats", Action: "class.sign", On: mine, Do: h.join},
		httpkit.Route{Pattern: "POST " + one + "/seats/{seat}/yes", Action: "class.sign", On: mine, Do: h.yes},
		httpkit.Route{Pattern: "POST " + one + "/seats/{seat}/end", Action: "class.sign", On: mine, Do: h.leave},
		httpkit.Route{Pattern: "POST " + one + "/seats/{seat}/excuse", Action: "class.sign", On: mine, Do: h.excuse},
		httpkit.Route{Pattern: "POST " + one + "/seats/{seat}/thanks", Action: "class.sign", On: mine, Do: h.thank},
		httpkit.Route{Pattern: "POST " + one + "/here", Action: "class.sign", On: mine, Do: h.here},
		httpkit.Route{Pattern: "GET /me/classes/{at}", Action: "class.teach", On: mine, Do: h.teach},
		httpkit.Route{Pattern: "POST /me/classes/{at}", Action: "class.teach", On: mine, Do: h.propose},
		httpkit.Route{Pattern: "GET " + taught, Action: "class.teach", On: mine, Do: h.taught},
		httpkit.Route{Pattern: "POST " + taught + "/withdraw", Action: "class.teach", On: mine, Do: h.withdraw},
		httpkit.Route{Pattern: "POST " + taught + "/off", Action: "class.teach", On: mine, Do: h.off},
		httpkit.Route{Pattern: "GET " + session + "/door", Action: "class.teach", On: mine, Do: h.door},
		httpkit.Route{Pattern: "POST " + session + "/came", Action: "class.teach", On: mine, Do: h.came},
		httpkit.Route{Pattern: "POST " + session + "/held", Action: "class.teach", On: mine, Do: h.held},
		httpkit.Route{Pattern: "POST " + session + "/off", Action: "class.teach", On: mine, Do: h.sessionOff},
	)
	const public, open = "class.read", "/c/{community}/classes"
	t.Add(
		httpkit.Route{Pattern: "GET " + open, Action: public, On: p.InCommunity, Do: h.open},
		httpkit.Route{Pattern: "GET " + open + "/{activity}", Action: public, On: p.InCommunity, Do: h.openOne},
		httpkit.Route{Pattern: "GET " + open + "/{activity}/calendar.ics", Action: public, On: p.InCommunity, Do: h.ics},
	)
	h.deskRoutes(t)
}

func (h *Pages) deskRoutes(t *httpkit.Router) {
	const look, call, keep = "class_desk.read", "class_desk.call", "class_desk.keep"
	const base, one = "/desk/classes/{community}", "/desk/classes/{community}/{activity}"
	const session = one + "/sessions/{session}"
	on := h.InCommunity
	t.Add(
		httpkit.Route{Pattern: "GET /desk/classes", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "classes", i18n.M("课和活动"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: on, Do: h.desk},
		httpkit.Route{Pattern: "POST " + base, Action: call, On: on, Do: h.call},
		httpkit.Route{Pattern: "GET " + one, Action: look, On: on, Do: h.deskOne},
		httpkit.Route{Pattern: "GET " + one + "/poster", Action: look, On: on, Do: h.poster},
		httpkit.Route{Pattern: "GET " + one + "/export", Action: keep, On: on, Do: h.export},
		httpkit.Route{Pattern: "POST " + one + "/agreement", Action: keep, On: on, Do: h.agree},
		httpkit.Route{Pattern: "POST " + one + "/refusal", Action: keep, On: on, Do: h.refuse},
		httpkit.Route{Pattern: "POST " + one + "/off", Action: keep, On: on, Do: h.deskOff},
		httpkit.Route{Pattern: "POST " + one + "/seats", Action: keep, On: on, Do: h.enter},
		httpkit.Route{Pattern: "POST " + one + "/seats/{seat}/end", Action: keep, On: on, Do: h.deskLeave},
		httpkit.Route{Pattern: "GET " + session + "/sheet", Action: keep, On: on, Do: h.sheet},
		httpkit.Route{Pattern: "GET " + session + "/door", Action: keep, On: on, Do: h.deskDoor},
		httpkit.Route{Pattern: "POST " + session + "/came", Action: keep, On: on, Do: h.deskCame},
		httpkit.Route{Pattern: "POST " + session + "/held", Action: keep, On: on, Do: h.deskHeld},
		httpkit.Route{Pattern: "POST " + session + "/off", Action: keep, On: on, Do: h.deskSessionOff},
		httpkit.Route{Pattern: "POST " + session + "/thanks", Action: keep, On: on, Do: h.thankAll},
		httpkit.Route{Pattern: "POST " + session + "/seats/{seat}/undo", Action: keep, On: on, Do: h.undo},
	)
}

func (h *Pages) svc() *activity.Service { return h.Flows.Activities }

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

// activityIn is the activity in an address.
func (h *Pages) activityIn(r *http.Request, community id.ID) (a *activity.Activity, err error) {
	at, err := portal.IDIn(r, "activity")
	if err != nil {
		return nil, err
	}
	err = h.view(r.Context(), community, func(rd db.Reader) error {
		a, err = h.svc().ByID(r.Context(), rd, community, at)
		return err
	})
	return a, err
}

func href(at, activity id.ID) string { return "/classes/" + at.String() + "/" + activity.String() }

func taughtHref(at, activity id.ID) string {
	return "/me/classes/" + at.String() + "/" + activity.String()
}

func openHref(ref string, activity id.ID) string {
	return "/c/" + url.PathEscape(ref) + "/classes/" + activity.String()
}
