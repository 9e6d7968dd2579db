// Package noticeweb are the pages of notices: a person's inbox, what she wishes to
// be told and how, the browsers that take push messages; and for the operator what
// was sent, what could not be delivered, and words to everybody of a place.
package noticeweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// InboxPath is the page of a person's notices.
const InboxPath = "/me/notices"

const (
	settingsPath = InboxPath + "/settings"
	deskPath     = "/desk/notices"
	wordsPath    = deskPath + "/words"
)

// Pages are the pages of notices.
type Pages struct {
	Flows  *flow.Flows
	Portal *portal.Portal
}

// Routes adds the pages.
func Routes(t *httpkit.Router, p *Pages) {
	const read, change, operate, announce = "notice.read", "notice.change", "notice.operate", "notice.announce"
	t.Add(
		httpkit.Route{Pattern: "GET " + InboxPath, Action: read, On: httpkit.Mine, Do: p.inbox},
		httpkit.Route{Pattern: "GET " + InboxPath + "/{notice}", Action: read, On: httpkit.Mine, Do: p.open},
		httpkit.Route{Pattern: "POST " + InboxPath + "/read", Action: change, On: httpkit.Mine, Do: p.read},
		httpkit.Route{Pattern: "GET " + settingsPath, Action: change, On: httpkit.Mine, Do: p.settings},
		httpkit.Route{Pattern: "POST " + settingsPath, Action: change, On: httpkit.Mine, Do: p.wish},
		httpkit.Route{Pattern: "POST " + settingsPath + "/quiet", Action: change, On: httpkit.Mine, Do: p.quiet},
		httpkit.Route{Pattern: "POST /me/push", Action: change, On: httpkit.Mine, Do: p.subscribe},
		httpkit.Route{Pattern: "POST /me/push/end", Action: change, On: httpkit.Mine, Do: p.unsubscribe},
		httpkit.Route{Pattern: "GET /me/receipts/{community}/{entry}", Action: "me.read", On: httpkit.Mine, Do: p.receipt},

		httpkit.Route{Pattern: "GET " + deskPath, Action: operate, On: p.somewhere(operate), Do: p.log},
		httpkit.Route{Pattern: "POST " + deskPath + "/{delivery}/retry", Action: operate, On: p.somewhere(operate), Do: p.retry},
		httpkit.Route{Pattern: "GET " + wordsPath, Action: announce, On: p.somewhere(announce), Do: p.words},
		httpkit.Route{Pattern: "POST " + wordsPath, Action: announce, On: p.somewhere(announce), Do: p.preview},
		httpkit.Route{Pattern: "POST " + wordsPath + "/send", Action: announce, On: p.somewhere(announce), Do: p.announce},
	)
	p.Portal.Add(portal.Door{Kind: ui.OperatorFrame, Key: "notices", Href: deskPath, Icon: "bell", Text: i18n.M("通知"), Action: operate, Count: p.deadCount})
	p.Portal.Inbox = InboxPath
	p.Portal.Unread = func(ctx context.Context, person id.ID) (int, error) {
		return p.Flows.Notices.Unread(ctx, p.Flows.DB, person)
	}
}

// somewhere is a place in which the viewer may do something, for pages that belong to
// none: deliveries lie with people, not with places. What is announced asks again,
// for the place that is to hear it.
func (p *Pages) somewhere(a authz.Action) func(r *http.Request) (authz.Resource, error) {
	return func(r *http.Request) (authz.Resource, error) {
		v := authz.Of(r.Context())
		for _, g := range v.Grants {
			on := authz.Resource{Kind: "place", Place: g.Place}
			if g.Subject.IsZero() && p.Portal.Engine.May(r.Context(), v, a, on) == nil {
				return on, nil
			}
		}
		return authz.Resource{}, nil
	}
}

// deadCount is how many deliveries wait for the operator.
func (p *Pages) deadCount(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	err = p.view(ctx, func(r db.Reader) error {
		dead, err := p.Flows.Notices.DeadLetters(ctx, r, 99)
		n = len(dead)
		return err
	})
	return n, false, err
}

func (p *Pages) view(ctx context.Context, fn func(r db.Reader) error) error {
	return p.Flows.DB.View(ctx, id.Tilde, fn)
}

func (p *Pages) update(r *http.Request, fn func(tx *db.Tx) error) error {
	return p.Flows.DB.Update(r.Context(), id.Tilde, authz.Of(r.Context()).Actor(), fn)
}

func (p *Pages) service() *notice.Service { return p.Flows.Notices }

// see leads on after a form.
func see(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// shell is the resident's frame of a page.
func (p *Pages) shell(ctx context.Context, title string, back ui.Link) ui.Shell {
	s := p.Portal.Shell(ctx, ui.ResidentFrame, "me", title)
	s.Back, s.Class = back, "notices"
	return s
}

// zone is the clock of the person who looks.
func (p *Pages) zone(ctx context.Context) (*time.Location, error) {
	_, homes, err := p.Portal.Me(ctx)
	if err != nil || len(homes) == 0 {
		return portal.Zone, err
	}
	return p.Portal.Zone(ctx, homes[0].Home)
}
