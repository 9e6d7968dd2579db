package accessweb

import (
	"context"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// everywhere is the value of a place field that means the whole installation.
const everywhere = "~"

// levels are the kinds of places for which roles are given in a form.
var levels = []community.Kind{community.City, community.Street, community.Community, community.Grid}

// placesBelow are the open places within the viewer's reach, each under its parent.
func (p *Pages) placesBelow(ctx context.Context, r db.Reader, reach authz.Reach) (sorted []community.Place, depth map[id.ID]int, err error) {
	below := make(map[id.ID][]community.Place)
	known := make(map[id.ID]bool)
	var all []community.Place
	for _, kind := range levels {
		found, _, err := p.Flows.Communities.Find(ctx, r, community.Query{Kind: kind, Limit: 1000})
		if err != nil {
			return nil, nil, err
		}
		for _, place := range found {
			yes, err := p.engine.Covers(ctx, reach, place.ID)
			if err != nil {
				return nil, nil, err
			}
			if yes {
				all, known[place.ID] = append(all, place), true
			}
		}
	}
	for _, place := range all {
		parent := place.Parent
		if !known[parent] {
			parent = id.ID{}
		}
		below[parent] = append(below[parent], place)
	}
	depth = make(map[id.ID]int)
	var walk func(parent id.ID, level int)
	walk = func(parent id.ID, level int) {
		for _, place := range below[parent] {
			sorted, depth[place.ID] = append(sorted, place), level
			walk(place.ID, level+1)
		}
	}
	walk(id.ID{}, 0)
	return sorted, depth, nil
}

// placeOptions are the places of a form; the whole installation comes first where
// the viewer reaches it.
func (p *Pages) placeOptions(ctx context.Context, r db.Reader, reach authz.Reach) (options []ui.Option, err error) {
	places, depth, err := p.placesBelow(ctx, r, reach)
	if reach.Whole {
		options = append(options, ui.Option{Value: everywhere, Text: i18n.T(ctx, "整个平台")})
	}
	for _, place := range places {
		options = append(options, ui.Option{Value: place.Ref, Text: strings.Repeat("　", depth[place.ID]) + portal.PlaceName(place)})
	}
	return options, err
}

// placeName is what a place of a grant is called.
func (p *Pages) placeName(ctx context.Context, at id.ID) (string, error) {
	if at.IsZero() {
		return i18n.T(ctx, "整个平台"), nil
	}
	place, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, at)
	if err != nil {
		return "", err
	}
	name := portal.PlaceName(place)
	if place.Kind == community.Grid || place.Kind == community.Building {
		if up, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, place.Parent); err == nil && !strings.HasPrefix(name, portal.PlaceName(up)) {
			name = portal.PlaceName(up) + " · " + name
		}
	}
	return name, nil
}

// granted are the places with grants that the reach covers, and of those what lies
// in one of them; nil if all are.
func (p *Pages) granted(ctx context.Context, r db.Reader, reach authz.Reach, ref string) ([]id.ID, error) {
	within := reach
	switch ref {
	case "":
		if reach.Whole {
			return nil, nil
		}
	case everywhere:
		if !reach.Whole {
			return []id.ID{}, nil
		}
		return []id.ID{{}}, nil
	default:
		place, err := p.Flows.Communities.ByRef(ctx, p.Flows.DB, ref)
		if err != nil {
			return nil, err
		}
		within = authz.Reach{Places: []id.ID{place.ID}}
	}
	all, err := p.Flows.Access.PlacesWithGrants(ctx, r)
	if err != nil {
		return nil, err
	}
	places := []id.ID{}
	for _, at := range all {
		for _, reach := range []authz.Reach{reach, within} {
			yes, err := p.engine.Covers(ctx, reach, at)
			if err != nil {
				return nil, err
			}
			if !yes {
				at = id.ID{}
				break
			}
		}
		if !at.IsZero() {
			places = append(places, at)
		}
	}
	return places, nil
}

// homes are the communities within the reach; nil if it is everything.
func (p *Pages) homes(ctx context.Context, reach authz.Reach) ([]id.ID, error) {
	if reach.Whole {
		return nil, nil
	}
	all, err := p.Flows.Communities.List(ctx, p.Flows.DB, community.Community)
	homes := []id.ID{}
	for _, c := range all {
		yes, err := p.engine.Covers(ctx, reach, c.ID)
		if err != nil {
			return nil, err
		}
		if yes {
			homes = append(homes, c.ID)
		}
	}
	return homes, err
}

// givable are the roles that the viewer may give somewhere, in the order in which
// people read them.
func (p *Pages) givable(ctx context.Context) (roles []authz.Role, err error) {
	v := authz.Of(ctx)
	for _, role := range access.Roles {
		on := []authz.Resource{{}}
		for _, g := range v.Grants {
			on = append(on, authz.Resource{Place: g.Place, Subject: g.Subject})
		}
		if slices.ContainsFunc(on, func(on authz.Resource) bool { return p.engine.Can(ctx, v, access.Appointing(role), on) }) {
			roles = append(roles, role)
		}
	}
	return roles, nil
}
