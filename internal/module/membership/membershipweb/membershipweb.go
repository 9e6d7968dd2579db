// Package membershipweb are the pages of membership: what it costs and brings before
// anybody buys, a person's own, the shop's counter for perk packs, and the desk of
// those who look after memberships and recommendations (B1, B2, B4, B6).
package membershipweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of membership. Base is the house's own address, for links that
// leave it on paper.
type Pages struct {
	*portal.Portal
	Base func(ctx context.Context) string
}

// self is where a person's own pages lie.
const self = flow.MembershipPath

// errChanged refuses to give a membership up for another amount than was shown.
var errChanged = fault.New(fault.Conflict, "membershipweb.amount_changed")

// Routes adds the pages and their doors.
func (h *Pages) Routes(t *httpkit.Router) {
	group := i18n.M("会员")
	h.Add(
		portal.Door{Kind: ui.MerchantFrame, Key: "perks", Href: "/shop/{shop}/members", Icon: "gift", Text: i18n.M("会员"), Action: "perk.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "memberships", Href: "/desk/memberships", Icon: "card", Text: i18n.M("会员名单"), Action: "member.read", Group: group},
		portal.Door{Kind: ui.OperatorFrame, Key: "recommendations", Href: "/desk/recommendations", Icon: "send", Text: i18n.M("推荐核对"), Action: "recommendation.read", Count: h.held, Group: group},
		portal.Door{Kind: ui.OperatorFrame, Key: "packs", Href: "/desk/packs", Icon: "gift", Text: i18n.M("权益包"), Action: "pack.read", Group: group},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /join", Action: "join.read", Do: h.join},
		httpkit.Route{Pattern: "GET /join/{code}", Action: "join.read", Do: h.join},
		httpkit.Route{Pattern: "GET " + self, Action: "membership.read", On: httpkit.Mine, Do: h.mine},
		httpkit.Route{Pattern: "POST " + self + "/orders", Action: "membership.order", On: httpkit.Mine, Do: h.order},
		httpkit.Route{Pattern: "POST " + self + "/orders/{order}/cancellation", Action: "membership.order", On: httpkit.Mine, Do: h.cancel},
		httpkit.Route{Pattern: "POST " + self + "/orders/{order}/unnaming", Action: "membership.order", On: httpkit.Mine, Do: h.unname},
		httpkit.Route{Pattern: "GET " + self + "/leaving", Action: "membership.read", On: httpkit.Mine, Do: h.leaving},
		httpkit.Route{Pattern: "POST " + self + "/leaving", Action: "membership.leave", On: httpkit.Mine, Do: h.leave},
		httpkit.Route{Pattern: "GET " + self + "/recommend", Action: "membership.read", On: httpkit.Mine, Do: h.recommend},
		httpkit.Route{Pattern: "POST " + self + "/recommend", Action: "membership.order", On: httpkit.Mine, Do: h.makeLink},
		httpkit.Route{Pattern: "GET " + self + "/card", Action: "membership.read", On: httpkit.Mine, Do: h.card},
		httpkit.Route{Pattern: "GET " + self + "/packs", Action: "membership.read", On: httpkit.Mine, Do: h.packs},
		httpkit.Route{Pattern: "POST " + self + "/packs/{pack}/claims", Action: "membership.order", On: httpkit.Mine, Do: h.choose},
		httpkit.Route{Pattern: "POST " + self + "/claims/{claim}/return", Action: "membership.order", On: httpkit.Mine, Do: h.putBack},
		httpkit.Route{Pattern: "GET " + self + "/history", Action: "membership.read", On: httpkit.Mine, Do: h.history},
		httpkit.Route{Pattern: "GET " + self + "/slips/{order}", Action: "membership.read", On: httpkit.Mine, Do: h.slip},
		httpkit.Route{Pattern: "POST " + self + "/birthday", Action: "membership.birthday", On: httpkit.Mine, Do: h.birthday},
		httpkit.Route{Pattern: "POST " + self + "/birthday/removal", Action: "membership.birthday", On: httpkit.Mine, Do: h.forgetBirthday},
	)
	h.shopRoutes(t)
	h.deskRoutes(t)
}

// me is the membership of who looks, or of whom she helps.
func (h *Pages) me(ctx context.Context) (flow.MyMembership, error) {
	return h.Flows.MembershipOf(ctx, authz.Of(ctx).Acting())
}

// how says through whom an order comes.
func how(ctx context.Context) string {
	if authz.Of(ctx).For.IsZero() {
		return membership.Herself
	}
	return membership.Assisted
}

// shell is the frame of a person's page under 我的.
func (h *Pages) shell(ctx context.Context, title string) ui.Shell {
	s := h.Shell(ctx, ui.ResidentFrame, "me", title)
	s.Back = ui.Link{Href: self, Text: i18n.T(ctx, "我的会员")}
	s.Help = ui.Help{Href: "/me/help?page=" + self}
	s.Class = "membership"
	return s
}

// back answers a form: to a page, or what is to be mended by show.
func back(w http.ResponseWriter, r *http.Request, err error, to string, show func(status int, wrong []ui.Wrong) error) error {
	if err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return show(status, wrong)
}

// deviceCookie marks a browser, so that a second number on the same telephone is no
// second neighbour (G-04). It says nothing of anybody and is read for that only.
const deviceCookie = "gongyi-device"

// device is the mark of a request's browser; it gets one if it has none.
func device(w http.ResponseWriter, r *http.Request) string { return httpkit.Mark(w, r, deviceCookie) }

// places are the communities to choose from where nobody knows where somebody lives.
func (h *Pages) places(ctx context.Context) ([]ui.Option, error) {
	all, err := h.Flows.Communities.List(ctx, h.Flows.DB, community.Community)
	options := make([]ui.Option, len(all))
	for i, p := range all {
		options[i] = ui.Option{Value: p.Ref, Text: portal.PlaceName(p)}
	}
	return options, err
}

// fours writes eight digits as people say them.
func fours(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + " " + code[4:]
}

// view reads a community.
func (h *Pages) view(ctx context.Context, at id.ID, fn func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, at, fn)
}
