package app

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"gongyi/internal/module/signin/signinweb"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
)

// signInPages are the pages on which people sign in.
func (a *App) signInPages(kit *httpkit.Kit) *signinweb.Pages {
	return &signinweb.Pages{
		Flows: a.Flows,
		Show: func(w http.ResponseWriter, r *http.Request, status int, s ui.Shell, page templ.Component) error {
			return kit.Render(w, r, status, httpkit.Never, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				return ui.Frame(s).Render(templ.WithChildren(ctx, page), w)
			}))
		},
	}
}
