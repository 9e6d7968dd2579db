// Package communityweb is where the operator builds the tree of places: it is
// opened level by level, searched, added to, renamed, moved and closed; made from
// templates, compared, and given its capabilities (A1, A10, T1).
package communityweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the operator's pages of the tree.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "places", Href: "/desk/places", Icon: "tree", Text: i18n.M("地方和住户"), Action: "place.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "capabilities", Href: "/desk/capabilities", Icon: "sliders", Text: i18n.M("功能试点"), Action: "capability.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "templates", Href: "/desk/templates", Icon: "copy", Text: i18n.M("模板"), Action: "template.read"},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /desk/places", Action: "place.read", On: h.somewhere("place.read"), Do: h.places},
		httpkit.Route{Pattern: "POST /desk/places", Action: "place.change", On: h.underParent, Do: h.add},
		httpkit.Route{Pattern: "GET /desk/places/{place}", Action: "place.read", On: inPlace, Do: h.place},
		httpkit.Route{Pattern: "GET /desk/places/{place}/export", Action: "place.export", On: inPlace, Do: h.export},
		httpkit.Route{Pattern: "POST /desk/places/{place}/name", Action: "place.change", On: inPlace, Do: h.rename},
		httpkit.Route{Pattern: "POST /desk/places/{place}/parent", Action: "place.change", On: inPlace, Do: h.move},
		httpkit.Route{Pattern: "POST /desk/places/{place}/closure", Action: "place.change", On: inPlace, Do: h.close},

		httpkit.Route{Pattern: "GET /desk/templates", Action: "template.read", On: h.somewhere("template.read"), Do: h.templates},
		httpkit.Route{Pattern: "POST /desk/templates", Action: "template.make", On: h.somewhere("template.make"), Do: h.makeTemplate},
		httpkit.Route{Pattern: "POST /desk/templates/{template}/communities", Action: "community.found", On: h.somewhere("community.found"), Do: h.found},
		httpkit.Route{Pattern: "GET /desk/comparison", Action: "place.read", On: h.somewhere("place.read"), Do: h.compare},

		httpkit.Route{Pattern: "GET /desk/capabilities", Action: "capability.read", On: h.somewhere("capability.read"), Do: h.capabilities},
		httpkit.Route{Pattern: "GET /desk/capabilities/{capability}", Action: "capability.read", On: h.somewhere("capability.read"), Do: h.capability},
		httpkit.Route{Pattern: "POST /desk/capabilities/{capability}", Action: "capability.switch", On: h.somewhere("capability.switch"), Do: h.switchOver},
	)
}

// somewhere is what a page over the viewer's parts of the tree belongs to.
func (h *Pages) somewhere(a authz.Action) func(*http.Request) (authz.Resource, error) {
	return func(r *http.Request) (authz.Resource, error) {
		for _, place := range h.tops(r.Context(), a) {
			return authz.Resource{Place: place}, nil
		}
		return authz.Resource{}, nil
	}
}

// tops are the places at which the viewer's part of the tree begins; the zero id is
// all of it.
func (h *Pages) tops(ctx context.Context, a authz.Action) (tops []id.ID) {
	v := authz.Of(ctx)
	if h.Engine.May(ctx, v, a, authz.Resource{}) == nil {
		return []id.ID{{}}
	}
	for _, g := range v.Grants {
		if !g.Place.IsZero() && g.Subject.IsZero() && h.Engine.May(ctx, v, a, authz.Resource{Place: g.Place}) == nil {
			tops = append(tops, g.Place)
		}
	}
	return tops
}

// inPlace is what a page about the place in its address belongs to.
func inPlace(r *http.Request) (authz.Resource, error) {
	at, err := id.Parse(r.PathValue("place"))
	if err != nil {
		err = community.ErrNotFound
	}
	return authz.Resource{Kind: "place", Place: at}, err
}

// underParent is what a new place belongs to: its parent.
func (h *Pages) underParent(r *http.Request) (authz.Resource, error) {
	at, err := parentOf(r)
	return authz.Resource{Kind: "place", Place: at}, err
}

func parentOf(r *http.Request) (at id.ID, err error) {
	if text := r.FormValue("under"); text != "" {
		if at, err = id.Parse(text); err != nil {
			err = community.ErrBadParent.On("parent")
		}
	}
	return at, err
}

// view reads what belongs to no community.
func (h *Pages) view(ctx context.Context, fn func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, id.Tilde, fn)
}

func (h *Pages) update(ctx context.Context, fn func(tx *db.Tx) error) error {
	return h.Flows.DB.Update(ctx, id.Tilde, authz.Of(ctx).Actor(), fn)
}

func placeHref(at id.ID) string { return "/desk/places/" + at.String() }

// KindName is what people call a level of the tree.
func KindName(ctx context.Context, k community.Kind) string {
	switch k {
	case community.City:
		return i18n.T(ctx, "城市")
	case community.Street:
		return i18n.T(ctx, "街道")
	case community.Community:
		return i18n.T(ctx, "社区")
	case community.Grid:
		return i18n.T(ctx, "网格")
	}
	return i18n.T(ctx, "楼栋")
}

// CapabilityName is what people call a capability.
func CapabilityName(ctx context.Context, c community.Capability) string {
	return i18n.T(ctx, capabilities[c].Key)
}

var capabilities = map[community.Capability]i18n.Message{
	community.AssistedSessions: i18n.M("代办"), community.HelpRequests: i18n.M("请网格员帮我办"), community.CommunityMap: i18n.M("社区地图"),
	community.WebPush: i18n.M("网页推送"), community.TextMessages: i18n.M("短信通知"), community.WeChat: i18n.M("微信"),
	community.PointsRedemption: i18n.M("积分兑换"), community.TimeBank: i18n.M("时间银行"), community.GroupBuying: i18n.M("团购"),
	community.Live: i18n.M("直播"), community.Deliberation: i18n.M("议事"),
}

// underEmpty says what could be put under a place.
func underEmpty(ctx context.Context, v placeView) string {
	if v.May && len(v.Add.Kinds) > 0 {
		return i18n.T(ctx, "可以在这里加，也可以用表格一次导入。")
	}
	return i18n.T(ctx, "这一级下面不再分。")
}

// sameOr keeps what was typed in the form of one template out of the others.
func sameOr(chosen, ref, typed string) string {
	if chosen == ref {
		return typed
	}
	return ""
}

// orNone keeps what was typed in a template's form out of the other form.
func orNone(chosen, typed string) string {
	if chosen == "" {
		return typed
	}
	return ""
}
