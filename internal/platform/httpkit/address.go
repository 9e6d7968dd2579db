package httpkit

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Legible reports whether an address is text: a name that is no UTF-8, or holds a
// NUL, is nobody's, and a database would stumble over it.
func Legible(u *url.URL) bool {
	if !text(u.Path) {
		return false
	}
	if u.RawQuery == "" {
		return true
	}
	q, err := url.QueryUnescape(u.RawQuery)
	return err == nil && text(q)
}

func text(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// onlyLegible answers other addresses like those that lead nowhere.
func (k *Kit) onlyLegible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Legible(r.URL) {
			k.Fail(w, r, ErrNoSuchPage)
			return
		}
		next.ServeHTTP(w, r)
	})
}
