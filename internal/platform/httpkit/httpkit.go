// Package httpkit is what stands between a browser and every handler of the
// house: the number of a request, who it comes from, its language and theme,
// the headers that keep a page safe, and how a refusal is answered (RFC 9457
// for programs, a page for people).
package httpkit

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Kit is shared by all handlers of a server.
type Kit struct {
	Log     *slog.Logger
	Trusted []netip.Prefix // proxies whose word about the client is believed
	MaxBody int64          // of a request, in bytes; 0 means 1 MiB

	// Recognise finds who asks and puts her into the context (authz.With, the look
	// she chose); nil where nobody signs in. It may set cookies.
	Recognise func(w http.ResponseWriter, r *http.Request) (context.Context, error)
	// Elsewhere answers a request whose error says that another instance has to, and
	// reports whether it did; nil where there is only one.
	Elsewhere func(w http.ResponseWriter, r *http.Request, err error) bool
}

// Wrap puts the house's middleware around a handler, outermost first. Only the
// first makes a new request; the others keep it, so that the route which the
// mux notes in it can be logged.
func (k *Kit) Wrap(h http.Handler) http.Handler {
	h = k.limitBody(h)
	h = k.recognise(h)
	h = k.sameOrigin(h)
	h = k.onlyLegible(h)
	h = headers(h)
	h = k.observe(h)
	h = compress(h)
	return k.arrive(h)
}

// arrive gives a request its number, its client, its language and its theme.
func (k *Kit) arrive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := withNumber(r.Context(), newNumber())
		ctx = withClient(ctx, k.clientOf(r))
		ctx = prefer(ctx, w, r)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// recognise finds who asks, after everything that could refuse anybody.
func (k *Kit) recognise(next http.Handler) http.Handler {
	if k.Recognise == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, err := k.Recognise(w, r)
		if err != nil {
			k.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Func is a handler that may fail; what it returns is answered by Fail.
type Func func(w http.ResponseWriter, r *http.Request) error

// Handle turns a Func into a handler.
func (k *Kit) Handle(f Func) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			k.Fail(w, r, err)
		}
	})
}

// limitBody stops the reading of a body that is too long. A page's route that is told
// so beforehand refuses it before anything is done: see Kit.legible.
func (k *Kit) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &limited{ReadCloser: http.MaxBytesReader(w, r.Body, k.maxBody()), whole: r.Body}
		next.ServeHTTP(w, r)
	})
}

func (k *Kit) maxBody() int64 {
	if k.MaxBody == 0 {
		return 1 << 20
	}
	return k.MaxBody
}

// limited is a body with its usual limit, which a route may raise.
type limited struct {
	io.ReadCloser
	whole io.ReadCloser
}

// uploadTime is how long a large body may take on its way.
const uploadTime = 15 * time.Minute

// takeMore lets a route read a larger body than others. It must be called before
// anything of the body was read.
func takeMore(w http.ResponseWriter, r *http.Request, limit int64) {
	if b, ok := r.Body.(*limited); ok {
		r.Body = http.MaxBytesReader(w, b.whole, limit)
	}
	c := http.NewResponseController(w)
	end := time.Now().Add(uploadTime)
	_, _ = c.SetReadDeadline(end), c.SetWriteDeadline(end) // a test's recorder has none
}
