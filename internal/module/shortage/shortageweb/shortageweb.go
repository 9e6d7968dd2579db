// Package shortageweb are the desk's pages of early warning (F6): bookings against hands by
// day and hour, why an hour is what it is, what stands and what followed, calls for people,
// the history to read and take along.
package shortageweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/shortage"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of early warning.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their door. They are for who works at the desk of the time
// bank.
func Routes(t *httpkit.Router, p *portal.Portal) {
	const look, keep, base = "service_desk.read", "service_desk.keep", "/desk/gaps/{community}"
	h := &Pages{p}
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "gaps", Href: "/desk/gaps", Icon: "chart", Text: i18n.M("人手预警"), Group: i18n.M("时间银行"), Action: look, Count: h.standing})
	t.Add(
		httpkit.Route{Pattern: "GET /desk/gaps", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "gaps", i18n.M("人手预警"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET " + base + "/history", Action: look, On: p.InCommunity, Do: h.history},
		httpkit.Route{Pattern: "GET " + base + "/warnings/{warning}", Action: look, On: p.InCommunity, Do: h.warning},
		httpkit.Route{Pattern: "POST " + base + "/calls", Action: keep, On: p.InCommunity, Do: h.call},
		httpkit.Route{Pattern: "POST " + base + "/calls/{call}/end", Action: keep, On: p.InCommunity, Do: h.endCall},
		httpkit.Route{Pattern: "POST " + base + "/declined", Action: keep, On: p.InCommunity, Do: h.decline},
	)
}

func (h *Pages) svc() *shortage.Service { return h.Flows.Shortages }

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

// standing counts the warnings that stand where the viewer works.
func (h *Pages) standing(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	mine, err := h.Mine(ctx, "service_desk.read")
	if err != nil {
		return 0, false, err
	}
	for _, c := range mine {
		if err := h.view(ctx, c.ID, func(rd db.Reader) error {
			here, err := h.svc().CountAt(ctx, rd, c.ID, h.Flows.DB.Clock().Now())
			n += here
			return err
		}); err != nil {
			return 0, false, err
		}
	}
	return n, false, nil
}

// idIn is an id in a page's address.
func idIn(r *http.Request, name string) (id.ID, error) {
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		err = shortage.ErrNotFound
	}
	return at, err
}

// actor is who presses a button.
func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }
