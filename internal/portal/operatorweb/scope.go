package operatorweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// somewhere is what a page over several communities belongs to.
func (d *Desk) somewhere(a authz.Action) func(r *http.Request) (authz.Resource, error) {
	return d.Portal.Somewhere(a)
}

// inCommunity is what a page about the community in its address belongs to.
func (d *Desk) inCommunity(r *http.Request) (authz.Resource, error) {
	p, err := d.place(r)
	return authz.Resource{Kind: "community", Place: p.ID}, err
}

// place is the community in a page's address.
func (d *Desk) place(r *http.Request) (community.Place, error) {
	p, err := d.Flows.Communities.ByRef(r.Context(), d.Flows.DB, r.PathValue("community"))
	if err == nil && p.Kind != community.Community && p.Kind != community.Street {
		err = community.ErrNotFound
	}
	return p, err
}

// mine are the communities in which the viewer may do something.
func (d *Desk) mine(ctx context.Context, a authz.Action) ([]community.Place, error) {
	return d.Portal.Mine(ctx, a)
}

// may reports whether the viewer may do something to a community; the zero id is
// the whole installation.
func (d *Desk) may(ctx context.Context, a authz.Action, place id.ID) bool {
	return d.engine.May(ctx, authz.Of(ctx), a, authz.Resource{Place: place}) == nil
}

// chosen are the communities that a filter leaves, all of mine without one.
func chosen(mine []community.Place, ref string) []community.Place {
	for _, p := range mine {
		if p.Ref == ref {
			return []community.Place{p}
		}
	}
	return mine
}

func named(p community.Place) string {
	if p.Name == "" {
		return p.Ref
	}
	return p.Name
}

// nameIn is the name of a community by its id, "" for none.
func nameIn(places []community.Place, at id.ID) string {
	for _, p := range places {
		if p.ID == at {
			return named(p)
		}
	}
	return ""
}

// placeField is the filter by community.
func placeField(ctx context.Context, mine []community.Place) ui.Field {
	f := ui.Field{Name: "community", Label: i18n.T(ctx, "社区"), Options: []ui.Option{{Text: i18n.T(ctx, "全部社区")}}}
	for _, p := range mine {
		f.Options = append(f.Options, ui.Option{Value: p.Ref, Text: named(p)})
	}
	return f
}

// path joins the parts of an address.
func path(parts ...string) string {
	s := "/desk"
	for _, p := range parts {
		s += "/" + url.PathEscape(p)
	}
	return s
}
