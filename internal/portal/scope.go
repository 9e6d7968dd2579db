package portal

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
)

// Somewhere is what a page over several communities belongs to: the first part of
// the tree in which the viewer may do the action. Who may nowhere is refused at the
// whole installation. What the page then shows is what Mine leaves.
func (p *Portal) Somewhere(a authz.Action) func(r *http.Request) (authz.Resource, error) {
	return p.router.Somewhere(a)
}

// May reports whether the viewer may do something anywhere, so that a page offers
// her the way to it.
func (p *Portal) May(ctx context.Context, a authz.Action) bool { return p.may(ctx, authz.Of(ctx), a) }

// MayIn reports whether the viewer may do something about all of a place.
func (p *Portal) MayIn(ctx context.Context, a authz.Action, place id.ID) bool {
	return p.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Place: place}) == nil
}

// Mine are the communities in which the viewer may do something.
func (p *Portal) Mine(ctx context.Context, a authz.Action) (mine []community.Place, err error) {
	all, err := p.Flows.Communities.List(ctx, p.Flows.DB, community.Community)
	if err != nil {
		return nil, err
	}
	v := authz.Of(ctx)
	for _, c := range all {
		switch err := p.Engine.May(ctx, v, a, authz.Resource{Place: c.ID}); {
		case err == nil:
			mine = append(mine, c)
		case fault.Of(err) == nil:
			return nil, err
		}
	}
	return mine, nil
}
