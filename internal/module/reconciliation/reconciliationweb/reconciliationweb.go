// Package reconciliationweb are the pages on which finance sees how the provider's bills
// agree with the books, day by day, and settles each difference (D5).
package reconciliationweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of reconciliation.
type Pages struct{ *portal.Portal }

// House is how an address names what belongs to no community: whoever looks after it has
// the role for the whole installation.
const House = "house"

// uploadMost bounds a bill that is uploaded, in bytes: packed, a million lines have 35 MB.
const uploadMost = 64 << 20

// Routes adds the pages, and their door to the portal.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const at = "/desk/reconciliation/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/reconciliation", Action: "reconciliation.read", On: h.Somewhere("reconciliation.read"), Do: h.places},
		httpkit.Route{Pattern: "GET " + at, Action: "reconciliation.read", On: h.on, Do: h.desk},
		httpkit.Route{Pattern: "GET " + at + "/differences", Action: "reconciliation.export", On: h.on, Do: h.export},
		httpkit.Route{Pattern: "GET " + at + "/days/{day}", Action: "reconciliation.read", On: h.on, Do: h.day},
		httpkit.Route{Pattern: "POST " + at + "/days/{day}/reading", Action: "reconciliation.work", On: h.on, Do: h.read},
		httpkit.Route{Pattern: "POST " + at + "/days/{day}/file", Action: "reconciliation.work", On: h.on, Do: h.upload, Upload: uploadMost},
		httpkit.Route{Pattern: "GET " + at + "/differences/{difference}", Action: "reconciliation.read", On: h.on, Do: h.difference},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/owner", Action: "reconciliation.work", On: h.on, Do: h.own},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/note", Action: "reconciliation.work", On: h.on, Do: h.note},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/search", Action: "reconciliation.work", On: h.on, Do: h.search},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/return", Action: "reconciliation.work", On: h.on, Do: h.giveBack},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/settlement", Action: "reconciliation.work", On: h.on, Do: h.settle},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/write-off", Action: "reconciliation.work", On: h.on, Do: h.propose},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/agreement", Action: "reconciliation.decide", On: h.on, Do: h.agree},
		httpkit.Route{Pattern: "POST " + at + "/differences/{difference}/refusal", Action: "reconciliation.decide", On: h.on, Do: h.refuse},
	)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "reconciliation", Href: "/desk/reconciliation", Icon: "book", Text: i18n.M("对账"), Group: i18n.M("账目"), Action: "reconciliation.read", Count: h.waiting})
}

// place is the community in an address, or the house.
func (h *Pages) place(r *http.Request) (community.Place, error) {
	if r.PathValue("community") == House {
		return community.Place{ID: flow.Nobody, Ref: House, Name: i18n.T(r.Context(), "不属于哪个社区的")}, nil
	}
	return h.CommunityIn(r)
}

// on is what a page belongs to: the house's is for who has the role everywhere.
func (h *Pages) on(r *http.Request) (authz.Resource, error) {
	if r.PathValue("community") == House {
		return httpkit.Everywhere(r)
	}
	return h.InCommunity(r)
}

func resource(place id.ID) authz.Resource {
	if place == flow.Nobody {
		return authz.Resource{}
	}
	return authz.Resource{Kind: "community", Place: place}
}

func (h *Pages) may(ctx context.Context, a authz.Action, place id.ID) bool {
	return h.Engine.May(ctx, authz.Of(ctx), a, resource(place)) == nil
}

func href(p community.Place, rest string) string { return "/desk/reconciliation/" + p.Ref + rest }

func actor(r *http.Request) db.Actor { return authz.Of(r.Context()).Actor() }

func (h *Pages) shell(ctx context.Context, title string) ui.Shell {
	return h.DeskShell(ctx, "reconciliation", title)
}

func (h *Pages) svc() *reconciliation.Service { return h.Flows.Reconciliations }

func (h *Pages) now() time.Time { return h.Flows.DB.Clock().Now() }

// dayIn is the day in an address.
func dayIn(r *http.Request) (period.Day, error) {
	day, err := period.ParseDay(r.PathValue("day"))
	if err != nil {
		return 0, httpkit.ErrNoSuchPage
	}
	return day, nil
}

// waiting is how many differences are open in the places of the viewer.
func (h *Pages) waiting(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	places, err := h.mine(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, p := range places {
		err = h.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
			open, over, err := h.svc().Count(ctx, r, p.ID, h.now())
			n, late = n+open, late || over
			return err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}

// mine are the places whose bills the viewer may see.
func (h *Pages) mine(ctx context.Context) ([]community.Place, error) {
	all, err := h.Mine(ctx, "reconciliation.read")
	if err == nil && h.may(ctx, "reconciliation.read", flow.Nobody) {
		all = append(all, community.Place{ID: flow.Nobody, Ref: House, Name: i18n.T(ctx, "不属于哪个社区的")})
	}
	return all, err
}

func (h *Pages) places(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := h.mine(ctx)
	if err != nil {
		return err
	}
	if len(all) == 1 {
		http.Redirect(w, r, href(all[0], ""), http.StatusSeeOther)
		return nil
	}
	var rows []ui.Row
	for _, p := range all {
		row := ui.Row{Href: href(p, ""), Icon: "building", Title: nameOf(p), Text: p.Ref}
		if err := h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
			open, late, err := h.svc().Count(ctx, rd, p.ID, h.now())
			if open > 0 {
				row.Tag, row.Tone = i18n.T(ctx, "%d 笔要查", open), ui.Soon
			}
			if late {
				row.Tone = ui.Bad
			}
			return err
		}); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return h.Show(w, r, h.shell(ctx, i18n.T(ctx, "对账")), placesPage(rows))
}

func nameOf(p community.Place) string {
	if p.ID == flow.Nobody {
		return p.Name
	}
	return portal.PlaceName(p)
}

// providers are those whose bills are fetched, in the order of a form.
func (h *Pages) providers() (fetched []pay.Kind) {
	for _, k := range []pay.Kind{pay.WeChat, pay.Alipay} {
		if h.Flows.Has(k) {
			fetched = append(fetched, k)
		}
	}
	return fetched
}
