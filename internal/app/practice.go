package app

import (
	"net/http"

	"github.com/a-h/templ"

	"gongyi/internal/platform/ui"
	"gongyi/internal/portal/payerweb"
)

// practice adds what a payer sees of the practice provider, where payments are practised.
func (a *App) practice(show func(w http.ResponseWriter, r *http.Request, status int, s ui.Shell, page templ.Component) error) {
	if a.sandbox != nil {
		payerweb.Routes(a.routes, &payerweb.Pages{Bank: a.sandbox, Show: show})
	}
}
