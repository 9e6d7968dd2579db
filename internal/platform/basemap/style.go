package basemap

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"

	"gongyi/internal/platform/i18n"
)

// Style is a map style as MapLibre reads it. It names no glyphs, so that every
// label is drawn with the fonts of the reader's own device: Chinese and English
// are readable without any network, and no font is sent. It names no sprite
// either: what stands on the map as a mark is put there by the page.
type Style struct {
	Version     int            `json:"version"`
	Name        string         `json:"name"`
	Center      []float64      `json:"center,omitempty"`
	Zoom        float64        `json:"zoom,omitempty"`
	Sources     map[string]any `json:"sources"`
	Layers      []styleLayer   `json:"layers"`
	Transition  map[string]int `json:"transition"`
	Description map[string]any `json:"metadata"`
}

type styleLayer struct {
	ID      string   `json:"id"`
	Type    string   `json:"type"`
	Source  string   `json:"source,omitempty"`
	Layer   string   `json:"source-layer,omitempty"`
	MinZoom float64  `json:"minzoom,omitempty"`
	MaxZoom float64  `json:"maxzoom,omitempty"`
	Filter  any      `json:"filter,omitempty"`
	Layout  settings `json:"layout,omitempty"`
	Paint   settings `json:"paint,omitempty"`
}

type settings map[string]any

// expr is an expression of the style language.
type expr []any

// fonts are those of the look, as local fonts are asked for.
var fonts = []string{"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"}

// AreasURL is where a page finds the places of a community as GeoJSON (?of=C1); the
// caller of this package answers it.
const AreasURL = "/map/areas.json"

// NewStyle makes the style of a theme ("light", "dark", "elder"; "" is light) in the
// language of ctx. Without a map it draws the schematic of a community.
func NewStyle(ctx context.Context, theme, community string, i Info) (*Style, error) {
	if theme == "" {
		theme = "light"
	}
	p, ok := palettes[theme]
	if !ok {
		return nil, errBadStyle
	}
	d := drafter{ctx: ctx, p: p}
	s := &Style{
		Version: 8, Name: "Gongyi " + theme, Center: i.Center, Zoom: 14, Transition: map[string]int{"duration": 0, "delay": 0},
		Description: map[string]any{"gongyi:version": i.Version, "gongyi:schematic": i.Version == ""},
	}
	if i.Version == "" {
		s.Zoom = 0
		s.Sources = map[string]any{"areas": map[string]any{"type": "geojson", "data": AreasURL + "?of=" + url.QueryEscape(community)}}
		d.schematic()
	} else {
		s.Sources = map[string]any{"base": map[string]any{
			"type": "vector", "tiles": []string{"/map/tiles/{z}/{x}/{y}.mvt?v=" + i.Version}, "minzoom": i.MinZoom, "maxzoom": i.MaxZoom,
			"bounds": i.Bounds, "attribution": i.Attribution,
		}}
		d.town()
	}
	s.Layers = d.layers
	return s, nil
}

// drafter draws layers from the ground up.
type drafter struct {
	ctx    context.Context
	p      palette
	layers []styleLayer
}

func (d *drafter) add(l styleLayer) { d.layers = append(d.layers, l) }

// ramp makes a number grow with the zoom: zoom, value, zoom, value, …
func ramp(factor float64, stops ...float64) expr {
	e := expr{"interpolate", expr{"exponential", 1.5}, expr{"zoom"}}
	for i := 0; i < len(stops); i += 2 {
		e = append(e, stops[i], stops[i+1]*factor)
	}
	return e
}

func (d *drafter) town() {
	p := d.p
	d.add(styleLayer{ID: "land", Type: "background", Paint: settings{"background-color": p.land}})
	d.add(styleLayer{ID: "green", Type: "fill", Source: "base", Layer: "green", Filter: expr{"!=", expr{"get", "class"}, "field"}, Paint: settings{"fill-color": p.green, "fill-antialias": true}})
	d.add(styleLayer{ID: "water", Type: "fill", Source: "base", Layer: "water", Paint: settings{"fill-color": p.water}})
	d.add(styleLayer{ID: "waterway", Type: "line", Source: "base", Layer: "waterway", Layout: settings{"line-cap": "round", "line-join": "round"},
		Paint: settings{"line-color": p.water, "line-width": ramp(1, 10, 0.8, 14, 2, 18, 10)}})
	d.add(styleLayer{ID: "building", Type: "fill", Source: "base", Layer: "building", MinZoom: 14, Paint: settings{"fill-color": p.block}})
	d.rails()
	d.roads()
	d.labels()
}

func (d *drafter) rails() {
	d.add(styleLayer{ID: "rail", Type: "line", Source: "base", Layer: "rail", Paint: settings{"line-color": d.p.edge, "line-opacity": 0.6, "line-width": ramp(d.p.bold, 11, 0.6, 16, 1.6)}})
	d.add(styleLayer{ID: "rail-ties", Type: "line", Source: "base", Layer: "rail", MinZoom: 14, Paint: settings{
		"line-color": d.p.edge, "line-opacity": 0.6, "line-width": ramp(d.p.bold, 14, 3, 18, 6), "line-dasharray": []float64{0.2, 4},
	}})
}

// roads are drawn small ones first, each with a thin edge where ground and road
// are both pale.
func (d *drafter) roads() {
	width := []struct {
		id      string
		classes []any
		from    float64
		stops   []float64
	}{
		{"path", []any{"path", "steps"}, 15, []float64{15, 0.6, 18, 3}},
		{"service", []any{"service"}, 14, []float64{14, 0.8, 18, 7}},
		{"street", []any{"street", "pedestrian"}, 13, []float64{13, 1, 16, 5, 18, 14}},
		{"tertiary", []any{"tertiary"}, 12, []float64{12, 1.2, 16, 8, 18, 20}},
		{"secondary", []any{"secondary"}, 11, []float64{11, 1, 16, 10, 18, 24}},
		{"primary", []any{"primary"}, 10, []float64{10, 1.2, 16, 12, 18, 28}},
		{"motorway", []any{"motorway", "trunk"}, 10, []float64{10, 1.6, 16, 12, 18, 30}},
	}
	is := func(classes []any) expr { return expr{"match", expr{"get", "class"}, classes, true, false} }
	round := settings{"line-cap": "round", "line-join": "round"}
	for _, w := range width {
		if w.id == "path" {
			continue
		}
		gap := ramp(d.p.bold, w.stops...)
		d.add(styleLayer{ID: "road-edge-" + w.id, Type: "line", Source: "base", Layer: "road", MinZoom: max(w.from, 13), Filter: is(w.classes), Layout: round,
			Paint: settings{"line-color": d.p.rule, "line-gap-width": gap, "line-width": 0.75 * d.p.bold}})
	}
	for _, w := range width {
		paint := settings{"line-color": d.p.road, "line-width": ramp(d.p.bold, w.stops...)}
		if w.id == "path" {
			paint["line-color"], paint["line-dasharray"] = d.p.edge, []float64{2, 2}
			paint["line-opacity"] = 0.7
		}
		d.add(styleLayer{ID: "road-" + w.id, Type: "line", Source: "base", Layer: "road", MinZoom: w.from, Filter: is(w.classes), Layout: round, Paint: paint})
	}
}

// name is the field of a label in the reader's language.
func (d *drafter) name() expr {
	if i18n.Of(d.ctx) == i18n.En {
		return expr{"coalesce", expr{"get", "name_en"}, expr{"get", "name"}}
	}
	return expr{"get", "name"}
}

func (d *drafter) words(size float64) settings {
	return settings{"text-field": d.name(), "text-font": fonts, "text-size": size, "text-max-width": 8, "text-padding": 6}
}

func (d *drafter) ink(color string) settings {
	return settings{"text-color": color, "text-halo-color": d.p.land, "text-halo-width": 1.5}
}

func (d *drafter) labels() {
	along := d.words(d.p.label)
	along["symbol-placement"], along["text-rotation-alignment"] = "line", "map"
	along["symbol-spacing"] = 350
	d.add(styleLayer{ID: "road-name", Type: "symbol", Source: "base", Layer: "road", MinZoom: 13, Filter: expr{"has", "name"}, Layout: along, Paint: d.ink(d.p.ink)})
	d.add(styleLayer{ID: "water-name", Type: "symbol", Source: "base", Layer: "waterway", MinZoom: 13, Filter: expr{"has", "name"}, Layout: along, Paint: d.ink(d.p.indigo)})
	d.add(styleLayer{ID: "spot", Type: "circle", Source: "base", Layer: "spot", MinZoom: 15, Paint: settings{
		"circle-radius": ramp(d.p.bold, 15, 2, 18, 4), "circle-color": d.p.road, "circle-stroke-color": d.p.edge, "circle-stroke-width": 1.25,
	}})
	spot := d.words(d.p.label)
	spot["text-field"] = d.spotName()
	spot["text-anchor"], spot["text-offset"], spot["text-optional"] = "top", []float64{0, 0.5}, true
	d.add(styleLayer{ID: "spot-name", Type: "symbol", Source: "base", Layer: "spot", MinZoom: 15, Layout: spot, Paint: d.ink(d.p.ink2)})
	d.add(styleLayer{ID: "place-name", Type: "symbol", Source: "base", Layer: "place", Layout: d.words(d.p.label + 2), Paint: d.ink(d.p.ink)})
}

// spotName is a spot's name, or what it is if it has none.
func (d *drafter) spotName() expr {
	names := []any{
		"toilets", i18n.T(d.ctx, "公共厕所"), "water", i18n.T(d.ctx, "饮水处"), "rest", i18n.T(d.ctx, "休息处"), "bus", i18n.T(d.ctx, "公交站"),
	}
	what := append(expr{"match", expr{"get", "class"}}, names...)
	return expr{"coalesce", d.name(), append(what, "")}
}

// schematic draws the places of the tree; the paths between them are what is left.
func (d *drafter) schematic() {
	p := d.p
	child := expr{"==", expr{"get", "depth"}, 1}
	top := expr{"==", expr{"get", "depth"}, 0}
	d.add(styleLayer{ID: "land", Type: "background", Paint: settings{"background-color": p.land}})
	d.add(styleLayer{ID: "area", Type: "fill", Source: "areas", Filter: top, Paint: settings{"fill-color": p.road}})
	d.add(styleLayer{ID: "grid", Type: "fill", Source: "areas", Filter: child, Paint: settings{"fill-color": p.block}})
	d.add(styleLayer{ID: "area-edge", Type: "line", Source: "areas", Filter: top, Layout: settings{"line-join": "round"}, Paint: settings{"line-color": p.edge, "line-width": 1.25 * p.bold}})
	grid := d.words(p.label)
	d.add(styleLayer{ID: "grid-name", Type: "symbol", Source: "areas", MinZoom: 14, Filter: child, Layout: grid, Paint: d.ink(p.ink2)})
	area := d.words(p.label + 3)
	d.add(styleLayer{ID: "area-name", Type: "symbol", Source: "areas", MaxZoom: 14, Filter: top, Layout: area, Paint: d.ink(p.ink)})
}

// fingerprint is a strong tag of an answer.
func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}
