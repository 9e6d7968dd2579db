// Package timebankweb are the pages of the time bank (F1–F4, F8): residents ask and see
// who comes, neighbours answer, come and go, the desk watches what waits and does by hand
// what dispatch could not, everybody reads how it goes.
package timebankweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of the time bank. Style is the address of the map's style.
type Pages struct {
	*portal.Portal
	Style func(ctx context.Context, community string) string
}

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal, style func(ctx context.Context, community string) string) {
	h := &Pages{p, style}
	p.Near = append(p.Near, h.near)
	p.Can = h.can
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "help", Href: "/desk/help", Icon: "hands", Text: i18n.M("互助派单台"), Group: i18n.M("时间银行"), Action: "service_desk.read", Count: h.waiting},
		portal.Door{Kind: ui.OperatorFrame, Key: "meals", Href: "/desk/meals", Icon: "truck", Text: i18n.M("送餐送药"), Group: i18n.M("时间银行"), Action: "service_desk.read"},
		portal.Door{Kind: ui.FieldFrame, Key: "help", Href: "/field/help", Icon: "hands", Text: i18n.M("互助"), Action: "service_field.read"},
	)
	h.askRoutes(t)
	h.giveRoutes(t)
	h.deskRoutes(t)
}

func (h *Pages) askRoutes(t *httpkit.Router) {
	const one = "/help/asked/{at}/{request}"
	const task = one + "/{assignment}"
	mine := httpkit.Mine
	t.Add(
		httpkit.Route{Pattern: "GET /help", Action: "service.read", Do: h.tab},
		httpkit.Route{Pattern: "GET /help/ask", Action: "service.ask", On: mine, Do: h.askForm},
		httpkit.Route{Pattern: "POST /help/ask", Action: "service.ask", On: mine, Do: h.ask},
		httpkit.Route{Pattern: "GET /help/guest/{at}", Action: "service.ask", On: mine, Do: h.asGuest},
		httpkit.Route{Pattern: "GET /help/asked", Action: "service.mine", On: mine, Do: h.askedList},
		httpkit.Route{Pattern: "GET " + one, Action: "service.mine", On: mine, Do: h.asked},
		httpkit.Route{Pattern: "GET " + one + "/state", Action: "service.mine", On: mine, Do: h.askedState},
		httpkit.Route{Pattern: "POST " + one + "/withdrawal", Action: "service.ask", On: mine, Do: h.withdraw},
		httpkit.Route{Pattern: "POST " + task + "/acceptance", Action: "service.ask", On: mine, Do: h.acceptService},
		httpkit.Route{Pattern: "POST " + task + "/dispute", Action: "service.ask", On: mine, Do: h.dispute},
		httpkit.Route{Pattern: "POST " + task + "/absence", Action: "service.ask", On: mine, Do: h.missed},
		httpkit.Route{Pattern: "POST " + task + "/thanks", Action: "service.ask", On: mine, Do: h.thank},
		httpkit.Route{Pattern: "POST " + task + "/remark", Action: "service.ask", On: mine, Do: h.remarkAsked},
		httpkit.Route{Pattern: "POST " + task + "/incident", Action: "service.ask", On: mine, Do: h.incidentAsked},
		httpkit.Route{Pattern: "GET " + task + "/proof/{file}", Action: "service.mine", On: mine, Do: h.proofAsked},
		httpkit.Route{Pattern: "GET /help/plans/new", Action: "service.ask", On: mine, Do: h.planForm},
		httpkit.Route{Pattern: "POST /help/plans", Action: "service.ask", On: mine, Do: h.plan},
		httpkit.Route{Pattern: "POST /help/plans/{at}/{plan}/end", Action: "service.ask", On: mine, Do: h.endPlan},
		httpkit.Route{Pattern: "GET /c/{community}/help", Action: "service_public.read", On: h.InCommunity, Do: h.public},
	)
}

func (h *Pages) giveRoutes(t *httpkit.Router) {
	const offer, open, task = "/help/offers/{at}/{offer}", "/help/open/{at}/{request}", "/help/given/{at}/{assignment}"
	mine := httpkit.Mine
	t.Add(
		httpkit.Route{Pattern: "GET " + offer, Action: "service.give", On: mine, Do: h.offer},
		httpkit.Route{Pattern: "POST " + offer + "/acceptance", Action: "service.give", On: mine, Do: h.acceptOffer},
		httpkit.Route{Pattern: "POST " + offer + "/refusal", Action: "service.give", On: mine, Do: h.declineOffer},
		httpkit.Route{Pattern: "GET " + open, Action: "service.give", On: mine, Do: h.open},
		httpkit.Route{Pattern: "POST " + open + "/taking", Action: "service.give", On: mine, Do: h.take},
		httpkit.Route{Pattern: "GET /help/given", Action: "service.give", On: mine, Do: h.givenList},
		httpkit.Route{Pattern: "GET /help/given/sheet", Action: "service.give", On: mine, Do: h.sheet},
		httpkit.Route{Pattern: "GET " + task, Action: "service.give", On: mine, Do: h.given},
		httpkit.Route{Pattern: "POST " + task + "/beginning", Action: "service.give", On: mine, Do: h.begin},
		httpkit.Route{Pattern: "POST " + task + "/proof", Action: "service.give", On: mine, Do: h.prove, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "GET " + task + "/proof/{file}", Action: "service.give", On: mine, Do: h.proofGiven},
		httpkit.Route{Pattern: "POST " + task + "/end", Action: "service.give", On: mine, Do: h.finish},
		httpkit.Route{Pattern: "POST " + task + "/giving-back", Action: "service.give", On: mine, Do: h.giveBack},
		httpkit.Route{Pattern: "POST " + task + "/remark", Action: "service.give", On: mine, Do: h.remarkGiven},
		httpkit.Route{Pattern: "POST " + task + "/incident", Action: "service.give", On: mine, Do: h.incidentGiven},
	)
}

func (h *Pages) deskRoutes(t *httpkit.Router) {
	const look, keep, kinds = "service_desk.read", "service_desk.keep", "service_desk.kinds"
	const base, one = "/desk/help/{community}", "/desk/help/{community}/requests/{request}"
	on := h.InCommunity
	t.Add(
		httpkit.Route{Pattern: "GET /desk/help", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "help", i18n.M("互助派单台"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: on, Do: h.board},
		httpkit.Route{Pattern: "GET " + base + "/stream", Action: look, On: on, Do: h.stream},
		httpkit.Route{Pattern: "GET " + base + "/marks", Action: look, On: on, Do: h.marks},
		httpkit.Route{Pattern: "GET " + base + "/export", Action: look, On: on, Do: h.export},
		httpkit.Route{Pattern: "GET " + base + "/sheet", Action: look, On: on, Do: h.deskSheet},
		httpkit.Route{Pattern: "GET " + base + "/new", Action: keep, On: on, Do: h.deskForm},
		httpkit.Route{Pattern: "POST " + base + "/new", Action: keep, On: on, Do: h.deskAsk},
		httpkit.Route{Pattern: "GET " + one, Action: look, On: on, Do: h.deskOne},
		httpkit.Route{Pattern: "POST " + one + "/assignment", Action: keep, On: on, Do: h.assign},
		httpkit.Route{Pattern: "POST " + one + "/withdrawal", Action: keep, On: on, Do: h.deskWithdraw},
		httpkit.Route{Pattern: "POST " + one + "/neighbours", Action: keep, On: on, Do: h.nextDoor},
		httpkit.Route{Pattern: "POST " + one + "/sheet", Action: keep, On: on, Do: h.enterSheet},
		httpkit.Route{Pattern: "POST " + one + "/{assignment}/decision", Action: keep, On: on, Do: h.decide},
		httpkit.Route{Pattern: "POST " + one + "/{assignment}/absence", Action: keep, On: on, Do: h.deskMissed},
		httpkit.Route{Pattern: "POST " + one + "/{assignment}/excuse", Action: keep, On: on, Do: h.excuse},
		httpkit.Route{Pattern: "POST " + one + "/{assignment}/undoing", Action: keep, On: on, Do: h.undo},
		httpkit.Route{Pattern: "GET " + one + "/{assignment}/proof/{file}", Action: look, On: on, Do: h.proofDesk},
		httpkit.Route{Pattern: "POST " + base + "/incidents/{incident}/end", Action: keep, On: on, Do: h.endIncident},
		httpkit.Route{Pattern: "GET " + base + "/kinds", Action: kinds, On: on, Do: h.kinds},
		httpkit.Route{Pattern: "GET " + base + "/kinds/{kind}", Action: kinds, On: on, Do: h.kindForm},
		httpkit.Route{Pattern: "POST " + base + "/kinds/{kind}", Action: kinds, On: on, Do: h.saveKind},
		httpkit.Route{Pattern: "GET /desk/meals", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "meals", i18n.M("送餐送药"))},
		httpkit.Route{Pattern: "GET /desk/meals/{community}", Action: look, On: on, Do: h.meals},
		httpkit.Route{Pattern: "GET /field/help", Action: "service_field.read", On: h.Somewhere("service_field.read"), Do: h.field},
	)
}

func (h *Pages) svc() *timebank.Service { return h.Flows.TimeBank }

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

// spot is a community for who is a member there.
type spot struct {
	community.Place
	flow.Standing
	Me *member.Member
}

// spotOf is where a viewer is a member.
func (h *Pages) spotOf(ctx context.Context, at id.ID) (s spot, err error) {
	if s.Place, err = h.Flows.Communities.ByID(ctx, h.Flows.DB, at); err != nil {
		return s, err
	}
	if s.Me, err = h.Flows.MemberIn(ctx, at, authz.Of(ctx).Acting()); err != nil {
		return s, err
	}
	s.Standing, err = h.Flows.StandingIn(ctx, at)
	return s, err
}

// spotAt is spotOf for who may be a visitor there, too.
func (h *Pages) spotAt(ctx context.Context, at id.ID) (s spot, err error) {
	if s.Place, err = h.Flows.Communities.ByID(ctx, h.Flows.DB, at); err != nil {
		return s, err
	}
	if s.Me, err = h.Flows.MemberAt(ctx, at, authz.Of(ctx).Acting()); err != nil {
		return s, err
	}
	s.Standing, err = h.Flows.StandingIn(ctx, at)
	return s, err
}

// guest reports whether the viewer is at home elsewhere.
func (s *spot) guest() bool { return s.Me != nil && s.Me.Home != s.ID }

// here is the community in a page's address, where the viewer is a member or visits.
func (h *Pages) here(r *http.Request) (spot, error) {
	at, err := id.Parse(r.PathValue("at"))
	if err != nil {
		return spot{}, timebank.ErrNotFound
	}
	s, err := h.spotAt(r.Context(), at)
	if fault.KindOf(err) == fault.NotFound {
		err = timebank.ErrNotFound
	}
	return s, err
}

// home is where the viewer lives; known is false if she is no member anywhere.
func (h *Pages) home(ctx context.Context) (s spot, known bool, err error) {
	if !authz.Of(ctx).SignedIn() {
		return s, false, nil
	}
	_, memberships, err := h.Me(ctx)
	if err != nil || len(memberships) == 0 {
		return s, false, err
	}
	s, err = h.spotOf(ctx, memberships[0].Home)
	if fault.KindOf(err) == fault.NotFound {
		return s, false, nil
	}
	return s, err == nil, err
}

// idIn is an id in a page's address.
func idIn(r *http.Request, name string) (id.ID, error) {
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		err = timebank.ErrNotFound
	}
	return at, err
}

// actor is who presses a button.
func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

// called is how a member is addressed, and where she comes from if she visits: 王女士. Who
// was forgotten is a neighbour.
func (h *Pages) called(ctx context.Context, community, who id.ID) (string, error) {
	n, err := h.Flows.Householder(ctx, community, who)
	if err != nil || n.Person == nil {
		return i18n.T(ctx, "一位邻居"), err
	}
	name := portal.Called(ctx, n.Person)
	from, err := h.comesFrom(ctx, community, n)
	if from != "" {
		name += " · " + from
	}
	return name, err
}

// comesFrom names the community of who visits this one, "" for who lives here.
func (h *Pages) comesFrom(ctx context.Context, community id.ID, n *flow.Householder) (string, error) {
	if !n.GuestIn(community) {
		return "", nil
	}
	at, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, n.Member.Home)
	if err != nil {
		return "", err
	}
	return portal.PlaceName(at), nil
}
