package mapweb

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Sketch is a map of some marks of a community for pages of other rooms: on the base
// map or on the schematic, as a picture without a script. marks is the address of the
// same marks for a script.
func Sketch(ctx context.Context, p *portal.Portal, base *basemap.Map, community, label string, all []basemap.Mark, marks string) (templ.Component, error) {
	n, err := handlers{p, base}.read(ctx, community)
	if err != nil {
		return nil, err
	}
	v := View{Community: community, Name: n.name, Credit: basemap.Attribution, Marks: marks}
	streets := false
	if v.Picture, streets = base.Draw(pictureWidth, all); !streets {
		v.Picture, v.Schematic = basemap.Draw(pictureWidth, n.cells(), all), true
	}
	look := url.Values{"of": {community}, "in": {i18n.Of(ctx).String()}}
	if theme := ui.LookOf(ctx).Theme; theme != ui.System {
		look.Set("look", string(theme))
	}
	if v.Schematic {
		look.Set("draw", "schematic")
	}
	v.Style = stylePath + "?" + look.Encode()
	return sketch(v, label), nil
}
