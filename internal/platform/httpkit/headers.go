package httpkit

import (
	"net/http"

	"gongyi/internal/kernel/fault"
)

// policy lets a page load only from its own house, and nothing inline: no
// script, no style. Pictures may also be written into the page (QR codes).
const policy = "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// headers sets what every answer carries; a handler may still change one.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // a receipt's address is its key
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if clientIn(r.Context()).secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// ErrCrossOrigin refuses a form that was sent from another site.
var ErrCrossOrigin = fault.New(fault.Forbidden, "http.cross_origin")

// sameOrigin refuses changes that another site asks a browser to make.
func (k *Kit) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := guard.Check(r); err != nil {
			k.Fail(w, r, ErrCrossOrigin)
			return
		}
		next.ServeHTTP(w, r)
	})
}
