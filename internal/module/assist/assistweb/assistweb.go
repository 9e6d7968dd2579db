// Package assistweb are the pages on which people say who may act for them, act for
// others, and ask their grid worker; and the frame of the grid worker on the way
// (A4, A5).
package assistweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household/householdweb"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of acting for others.
type Pages struct{ *portal.Portal }

// HelpPath is where a person asks her grid worker; "page" is where she was.
const HelpPath = "/me/help"

// Routes adds the pages, the doors of the field frame, and the banner of a session.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Assist = h.banner
	p.Add(
		portal.Door{Kind: ui.FieldFrame, Key: "today", Href: "/field", Icon: "sun", Text: i18n.M("今天"), Action: "field.read", Count: h.waiting},
		portal.Door{Kind: ui.FieldFrame, Key: "households", Href: "/field/households", Icon: "home", Text: i18n.M("住户"), Action: "field.read"},
		portal.Door{Kind: ui.FieldFrame, Key: "consents", Href: "/field/consents", Icon: "hands", Text: i18n.M("代办"), Action: "field.read"},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /field", Action: "field.read", On: h.inField, Do: h.today},
		httpkit.Route{Pattern: "GET /field/households", Action: "field.read", On: h.inField, Do: h.households},
		httpkit.Route{Pattern: "GET /field/households/{household}", Action: "field.read", On: h.inField, Do: h.household},
		httpkit.Route{Pattern: "GET /field/consents", Action: "field.read", On: h.inField, Do: h.consents},
		httpkit.Route{Pattern: "GET /field/help/{request}", Action: "field.read", On: h.inField, Do: h.request},
		httpkit.Route{Pattern: "POST /field/help/{request}/steps", Action: "help.answer", On: h.inField, Do: h.answer},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /me/helpers", Action: "helper.read", On: httpkit.Mine, Do: h.helpers},
		httpkit.Route{Pattern: "POST /me/helpers", Action: "helper.give", On: httpkit.Mine, Do: h.give},
		httpkit.Route{Pattern: "POST /me/helpers/{consent}/revocation", Action: "helper.revoke", On: httpkit.Mine, Do: h.revoke},
		httpkit.Route{Pattern: "GET /me/helpers/sessions/{session}", Action: "helper.read", On: httpkit.Mine, Do: h.log},
		httpkit.Route{Pattern: "GET " + HelpPath, Action: "help.read", On: httpkit.Mine, Do: h.help},
		httpkit.Route{Pattern: "POST " + HelpPath, Action: "help.ask", On: httpkit.Mine, Do: h.ask},
		httpkit.Route{Pattern: "POST " + HelpPath + "/{request}/withdrawal", Action: "help.ask", On: httpkit.Mine, Do: h.withdraw},
		httpkit.Route{Pattern: "GET /me/caring", Action: "assist.read", Do: h.caring},
		httpkit.Route{Pattern: "POST /assist/sessions", Action: "assist.begin", Do: h.begin},
		httpkit.Route{Pattern: "POST /assist/sessions/{session}/end", Action: "assist.end", Do: h.end},
	)
	at := func(r *http.Request) (authz.Resource, error) { return householdweb.At(p, r) }
	t.Add(
		httpkit.Route{Pattern: "GET /desk/households/{household}/consents", Action: "consent.note", On: at, Do: h.papers},
		httpkit.Route{Pattern: "POST /desk/households/{household}/consents", Action: "consent.note", On: at, Do: h.note},
		httpkit.Route{Pattern: "POST /desk/households/{household}/consents/{consent}/end", Action: "consent.withdraw", On: at, Do: h.takeBack},
	)
}

// inField is what the pages of the field frame belong to: the first place in which
// the viewer is a grid worker. What is behind each page is asked by the flow.
func (h *Pages) inField(r *http.Request) (authz.Resource, error) {
	v := authz.Of(r.Context())
	for _, g := range v.Grants {
		on := authz.Resource{Place: g.Place, Subject: g.Subject}
		if h.Engine.May(r.Context(), v, "field.read", on) == nil {
			return on, nil
		}
	}
	return authz.Resource{}, nil
}

func (h *Pages) view(ctx context.Context, fn func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, id.Tilde, fn)
}

// banner is the line that every page shows while somebody acts for another.
func (h *Pages) banner(ctx context.Context, v authz.Viewer) (*ui.Assist, error) {
	var b *ui.Assist
	err := h.view(ctx, func(rd db.Reader) error {
		s, err := h.Flows.Helpers.SessionByID(ctx, rd, v.Assist)
		if err != nil {
			return err
		}
		p, err := h.Flows.People.ByID(ctx, rd, s.Subject)
		if err != nil {
			return err
		}
		b = &ui.Assist{Name: portal.Called(ctx, p), Until: portal.Local(s.Until), Stop: "/assist/sessions/" + s.ID.String() + "/end"}
		return nil
	})
	return b, err
}

func scopeOptions(ctx context.Context) (options []ui.Option) {
	for _, s := range assist.Scopes {
		options = append(options, ui.Option{Value: string(s), Text: assist.ScopeName(s).In(ctx)})
	}
	return options
}

// terms are how long a consent may hold, in months.
var terms = []string{"1", "3", "6", "12"}

func termOptions(ctx context.Context) (options []ui.Option) {
	names := []string{i18n.T(ctx, "一个月"), i18n.T(ctx, "三个月"), i18n.T(ctx, "半年"), i18n.T(ctx, "一年")}
	for i, t := range terms {
		options = append(options, ui.Option{Value: t, Text: names[i]})
	}
	return options
}
