package authz

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// Reach is where somebody may do something.
type Reach struct {
	Whole  bool    // in the whole installation
	Places []id.ID // else there and below
}

// Reach asks at each of the viewer's grants whether she may do something there; a
// grant for one shop reaches no place.
func (e *Engine) Reach(ctx context.Context, v Viewer, a Action) (r Reach, err error) {
	if r.Whole, err = allowed(e.May(ctx, v, a, Resource{})); err != nil || r.Whole {
		return r, err
	}
	for _, g := range v.Grants {
		if g.Place.IsZero() || !g.Subject.IsZero() || slices.Contains(r.Places, g.Place) {
			continue
		}
		yes, err := allowed(e.May(ctx, v, a, Resource{Place: g.Place}))
		if err != nil {
			return r, err
		}
		if yes {
			r.Places = append(r.Places, g.Place)
		}
	}
	return r, nil
}

// allowed tells a refusal from a failure.
func allowed(err error) (bool, error) {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Unauthorized:
		return false, nil
	}
	return err == nil, err
}

// Covers reports whether a place lies within the reach.
func (e *Engine) Covers(ctx context.Context, r Reach, place id.ID) (bool, error) {
	if r.Whole {
		return true, nil
	}
	for _, p := range r.Places {
		if yes, err := e.tree.Covers(ctx, p, place); yes || err != nil {
			return yes, err
		}
	}
	return false, nil
}
