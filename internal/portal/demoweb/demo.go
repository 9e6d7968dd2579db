// Package demoweb lets a visitor of the demo look around as one of its people, and
// read the codes that would have been sent to phones. Its routes are added by the
// demo alone, and what they ask for is refused by a database that was not marked
// as a demo's while it was empty.
package demoweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/module/signin/signinweb"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Applicant is who wants a seat in the alliance: no role yet.
var Applicant = i18n.M("报名席位的店主")

// Guise is one of the demo's people as whom a visitor may look around.
type Guise struct {
	Person id.ID
	Name   string       // 陈秀英
	Role   i18n.Message // what she is: 网格员
	Where  string       // a proper name: 竹溪社区
	Start  string       // the path on which her day begins
}

// Pages are the pages of the demo.
type Pages struct {
	Flows  *flow.Flows
	Guises func() []Guise
	Inbox  *Inbox
	Show   func(w http.ResponseWriter, r *http.Request, status int, s ui.Shell, page templ.Component) error
}

// Addresses of the demo.
const (
	AsPath    = "/demo/as"
	InboxPath = "/demo/inbox"
)

// Routes adds the pages. The demo alone calls it.
func Routes(t *httpkit.Router, p *Pages) {
	t.Add(
		httpkit.Route{Pattern: "GET " + AsPath, Action: "demo.enter", Do: p.list},
		httpkit.Route{Pattern: "POST " + AsPath + "/{person}", Action: "demo.enter", Do: p.as},
		httpkit.Route{Pattern: "GET " + InboxPath, Action: "demo.enter", Do: p.inbox},
	)
}

// list shows everybody as whom one can look around.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(r.Context(), "换个身份看看"), Place: ui.Link{Href: "/", Text: i18n.T(r.Context(), "共益")}, Class: "signin", Private: true}
	return p.Show(w, r, http.StatusOK, s, guisesPage(p.Guises(), authz.Of(r.Context()).Person))
}

// as makes the visitor one of the demo's people.
func (p *Pages) as(w http.ResponseWriter, r *http.Request) error {
	who, err := id.Parse(r.PathValue("person"))
	all := p.Guises()
	at := slices.IndexFunc(all, func(g Guise) bool { return g.Person == who })
	if err != nil || at < 0 {
		return httpkit.ErrNoSuchPage
	}
	device := signin.Device{Agent: r.UserAgent(), Addr: httpkit.ClientAddr(r.Context())}
	entry, err := p.Flows.LookAs(r.Context(), who, flow.Door{From: device, Session: authz.Of(r.Context()).Session})
	if err != nil {
		return err
	}
	signinweb.SetSession(w, r, entry.Token)
	start := all[at].Start
	if !strings.HasPrefix(start, "/") {
		start = "/"
	}
	http.Redirect(w, r, start, http.StatusSeeOther)
	return nil
}

// inbox shows the codes that were sent, the latest first.
func (p *Pages) inbox(w http.ResponseWriter, r *http.Request) error {
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(r.Context(), "演示收件箱"), Place: ui.Link{Href: "/", Text: i18n.T(r.Context(), "共益")}, Class: "signin", Private: true}
	return p.Show(w, r, http.StatusOK, s, inboxPage(p.Inbox.Latest()))
}

// Links are the guises for the bar above every page of the demo: each Href takes a
// POST.
func Links(ctx context.Context, all []Guise) (links []ui.Link) {
	for _, g := range all {
		links = append(links, ui.Link{Href: AsPath + "/" + g.Person.String(), Text: g.Role.In(ctx) + " · " + g.Name})
	}
	return links
}
