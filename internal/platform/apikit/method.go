package apikit

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/httpkit"
)

// ErrMethod refuses a method that a path does not know.
var ErrMethod = fault.New(fault.Invalid, "api.method_not_allowed")

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Elsewhere answers what no pattern of the mux matches: 405 for a path that
// knows other methods, which Allow names (OPTIONS just asks for them), else 404.
func Elsewhere(mux *http.ServeMux, kit *httpkit.Kit) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, own := mux.Handler(r)
		var allowed []string
		for _, m := range methods {
			if _, pattern := mux.Handler(&http.Request{Method: m, URL: r.URL, Host: r.Host}); pattern != own {
				allowed = append(allowed, m)
			}
		}
		if len(allowed) == 0 {
			kit.Fail(w, r, httpkit.ErrNoSuchPage)
			return
		}
		w.Header().Set("Allow", strings.Join(slices.Concat(allowed, []string{http.MethodOptions}), ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		p := httpkit.ProblemOf(r.Context(), ErrMethod, false)
		p.Status = http.StatusMethodNotAllowed
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // the reader may have gone
	})
}
