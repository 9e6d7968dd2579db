package app

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"gongyi/internal/module/signin/signinweb"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
	"gongyi/internal/portal/demoweb"
	"gongyi/internal/portal/galleryweb"
	"gongyi/internal/portal/pwaweb"
)

// signIn lets the web know who asks, and adds the pages on which people sign in. A
// demo also adds the ones on which a visitor becomes one of its people, and the
// gallery of parts; nothing but Masquerade sets a.demo, so nothing else can open
// them.
func (a *App) signIn(kit *httpkit.Kit) {
	show := func(w http.ResponseWriter, r *http.Request, status int, s ui.Shell, page templ.Component) error {
		return a.portal.ShowAs(w, r, status, httpkit.Never, s, page)
	}
	kit.Recognise = pwaweb.Mark(signinweb.Recognise(a.Flows), signinweb.SignOutPath)
	a.portal.SignOut = signinweb.SignOutPath
	pages := &signinweb.Pages{Flows: a.Flows, Show: show, Base: a.base, WeChat: a.WeChat}
	if a.demo != nil {
		pages.Inbox = demoweb.InboxPath
		demoweb.Routes(a.routes, &demoweb.Pages{Flows: a.Flows, Guises: a.guises, Inbox: a.demo.inbox, Show: show})
		galleryweb.Routes(a.routes)
		a.portal.Demo = func(ctx context.Context) (*ui.DemoBar, error) {
			return &ui.DemoBar{As: demoweb.Links(ctx, a.guises()), Now: ui.Moment(ctx, a.DB.Clock().Now().In(portal.Zone))}, nil
		}
	}
	a.practice(show)
	signinweb.Routes(a.routes, pages)
}

// masquerade is what a demo has beside the program.
type masquerade struct {
	inbox  *demoweb.Inbox
	guises []demoweb.Guise
}

func (a *App) guises() []demoweb.Guise { return a.demo.guises }

// Masquerade makes the program a demo's: codes go to a page, and visitors may look
// around as anybody in guises. It is refused with signin.ErrNotADemo unless the
// database was made a demo's while it was empty (Flows.MarkDemo).
func (a *App) Masquerade(ctx context.Context, guises []demoweb.Guise) error {
	if err := a.Flows.MarkDemo(ctx); err != nil {
		return err
	}
	a.demo = &masquerade{inbox: &demoweb.Inbox{Clock: a.DB.Clock()}, guises: guises}
	a.Flows.Codes = a.demo.inbox
	return nil
}
