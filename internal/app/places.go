package app

import (
	"net/http"

	"gongyi/internal/module/assist"
	"gongyi/internal/module/assist/assistweb"
	"gongyi/internal/module/community/communityweb"
	"gongyi/internal/module/household/householdweb"
	"gongyi/internal/module/membership/membershipweb"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
)

// places adds the pages of the tree, of households and of acting for others. While
// somebody acts for another, every page and change is written into that session's
// log before it is shown or done (A4).
func (a *App) places() {
	communityweb.Routes(a.routes, a.portal)
	householdweb.Routes(a.routes, a.portal)
	assistweb.Routes(a.routes, a.portal)
	(&membershipweb.Pages{Portal: a.portal, Base: a.base}).Routes(a.routes)
	a.routes.Before = func(r *http.Request, route httpkit.Route) error {
		v := authz.Of(r.Context())
		if v.Assist.IsZero() {
			return nil
		}
		return a.Flows.NoteAct(r.Context(), v, assist.Act{Action: string(route.Action), Method: r.Method, Path: r.URL.Path})
	}
}
