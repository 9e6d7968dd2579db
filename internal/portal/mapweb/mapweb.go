// Package mapweb is the community map (O5): the shops of a community by industry, on
// the base map or on a schematic, and beside it as a list that needs no map. Anybody
// may see it. Without a script the map is a picture, and its marks and the rows of
// the list lead to each other.
package mapweb

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Routes adds the pages and the data of the map.
func Routes(t *httpkit.Router, p *portal.Portal, base *basemap.Map) {
	h := handlers{p, base}
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/map", Action: "map.read", Do: h.page},
		httpkit.Route{Pattern: "GET " + marksPath, Action: "map.read", Do: h.marks},
		httpkit.Route{Pattern: "GET " + basemap.AreasURL, Action: "map.read", Do: h.areas},
		httpkit.Route{Pattern: "GET /map/tiles/{z}/{x}/{y}", Action: "map.read", Do: base.ServeTile},
		httpkit.Route{Pattern: "GET " + stylePath, Action: "map.read", Do: base.ServeStyle},
		httpkit.Route{Pattern: "GET /map/meta.json", Action: "map.read", Do: base.ServeInfo},
	)
}

const (
	marksPath = "/map/marks.json"
	stylePath = "/map/style.json"
)

type handlers struct {
	portal *portal.Portal
	base   *basemap.Map
}

// ask is which shops are asked for.
type ask struct{ community, industry, words string }

// pick keeps the shops that were asked for.
func (a ask) pick(all []shop) (some []shop) {
	words := strings.ToLower(strings.TrimSpace(a.words))
	for _, s := range all {
		if a.industry != "" && s.industry != a.industry {
			continue
		}
		if words == "" || strings.Contains(strings.ToLower(s.name+" "+s.trade+" "+s.industry+" "+s.ref), words) {
			some = append(some, s)
		}
	}
	return some
}

func (a ask) query() url.Values {
	q := url.Values{}
	if a.industry != "" {
		q.Set("industry", a.industry)
	}
	if a.words != "" {
		q.Set("q", a.words)
	}
	return q
}

// href is the page with an industry chosen, "" for all.
func (a ask) href(industry string) string {
	a.industry = industry
	u := url.URL{Path: "/c/" + a.community + "/map", RawQuery: a.query().Encode()}
	return u.String()
}

func (h handlers) page(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := ask{r.PathValue("community"), r.FormValue("industry"), r.FormValue("q")}
	n, err := h.read(ctx, a.community)
	if err != nil {
		return err
	}
	v := newView(ctx, a, n, h.base)
	if h.portal.Ad != nil {
		if v.Ad, err = h.portal.Ad(ctx, "map", n.id); err != nil {
			return err
		}
	}
	s := h.portal.Shell(ctx, ui.ResidentFrame, "", i18n.T(ctx, "社区地图"))
	s.Place, s.Wide, s.Class, s.Private = ui.Link{Text: n.name, Href: "/c/" + a.community + "/books"}, true, "mapped", false
	return h.portal.Show(w, r, s, Page(v))
}

// marks answers with the shops that were asked for as GeoJSON, for a map that a
// script draws.
func (h handlers) marks(w http.ResponseWriter, r *http.Request) error {
	a := ask{r.FormValue("of"), r.FormValue("industry"), r.FormValue("q")}
	n, err := h.read(r.Context(), a.community)
	if err != nil {
		return err
	}
	features := []map[string]any{}
	for i, s := range a.pick(n.shops) {
		if s.at == nil {
			continue
		}
		features = append(features, map[string]any{
			"type":       "Feature",
			"properties": map[string]any{"id": markID(i), "n": i + 1, "kind": "shop", "name": s.name, "note": s.trade},
			"geometry":   map[string]any{"type": "Point", "coordinates": []float64{float64(s.at.Lon) / 1e6, float64(s.at.Lat) / 1e6}},
		})
	}
	b, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, "application/json", b)
}

// areas answers with the schematic of a community as GeoJSON.
func (h handlers) areas(w http.ResponseWriter, r *http.Request) error {
	n, err := h.read(r.Context(), r.FormValue("of"))
	if err != nil {
		return err
	}
	b, err := basemap.GeoJSON(n.cells())
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, "application/json", b)
}
