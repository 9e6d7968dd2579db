package apikit

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/platform/httpkit"
)

// Describe serves the API's own description, OpenAPI 3.1, at /openapi.json and
// /openapi.yaml. It is made once, after the last operation was registered.
func Describe(mux *http.ServeMux, api huma.API) error {
	asJSON, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return err
	}
	asYAML, err := api.OpenAPI().YAML()
	if err != nil {
		return err
	}
	serve := func(kind string, text []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_ = httpkit.Send(w, r, http.StatusOK, httpkit.Public, kind, text) // the reader may have gone
		}
	}
	mux.HandleFunc("GET /openapi.json", serve("application/openapi+json", asJSON))
	mux.HandleFunc("GET /openapi.yaml", serve("application/openapi+yaml", asYAML))
	return nil
}
