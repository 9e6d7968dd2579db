package httpkit

import (
	"context"
	"net/http"

	"gongyi/internal/platform/i18n"
)

// Arrive gives a program's request what a page's request gets from Wrap, without
// cookies and themes: its number, its client and its language.
func (k *Kit) Arrive(r *http.Request) context.Context {
	ctx := withNumber(r.Context(), newNumber())
	ctx = withClient(ctx, k.clientOf(r))
	return i18n.With(ctx, i18n.Negotiate(r.Header.Get("Accept-Language")))
}
