package mapweb

import (
	"context"
	"slices"
	"strconv"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/spot"
	"gongyi/internal/portal"
)

// neighbourhood is what the map of a community shows.
type neighbourhood struct {
	id    id.ID
	name  string
	areas []basemap.Area
	shops []shop // that take part now
}

// shop is one mark, or a row without one.
type shop struct {
	ref, name       string
	industry, trade string     // the code, and the word for it
	at              *geo.Point // nil: nobody has said where it is
}

// read reads a community's shops and grids, and where they stand.
func (h handlers) read(ctx context.Context, ref string) (n neighbourhood, err error) {
	f := h.portal.Flows
	place, err := f.Communities.ByRef(ctx, f.DB, ref)
	if err != nil {
		return n, err
	}
	if place.Kind != community.Community {
		return n, community.ErrNotFound
	}
	grids, err := f.Communities.List(ctx, f.DB, community.Grid)
	if err != nil {
		return n, err
	}
	var stands map[id.ID]spot.Position
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		stands, err = f.Communities.Positions(ctx, r)
		return err
	})
	if err != nil {
		return n, err
	}
	n.id, n.name = place.ID, portal.PlaceName(place)
	n.areas = []basemap.Area{area(place, stands)}
	for _, g := range grids {
		if g.Parent == place.ID {
			n.areas = append(n.areas, area(g, stands))
		}
	}
	err = f.DB.View(ctx, place.ID, func(r db.Reader) error {
		all, err := f.Merchants.List(ctx, r, place.ID)
		if err != nil {
			return err
		}
		where, err := f.Merchants.Positions(ctx, r, place.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.Status == merchant.Active {
				n.shops = append(n.shops, shopOf(ctx, m, where))
			}
		}
		return nil
	})
	return n, err
}

func area(p community.Place, stands map[id.ID]spot.Position) basemap.Area {
	a := basemap.Area{ID: p.ID.String(), Parent: p.Parent.String(), Name: portal.PlaceName(p)}
	if at, ok := stands[p.ID]; ok {
		a.At = &at.At
	}
	return a
}

func shopOf(ctx context.Context, m *merchant.Merchant, where map[id.ID]spot.Position) shop {
	s := shop{ref: m.Ref, name: m.Name, industry: m.Industry, trade: m.Trade(ctx)}
	if s.name == "" {
		s.name = s.trade
	}
	if at, ok := where[m.ID]; ok {
		s.at = &at.At
	}
	return s
}

// cells lays the areas out so that every shop stands on them.
func (n neighbourhood) cells() []basemap.Cell {
	var shops []geo.Point
	for _, s := range n.shops {
		if s.at != nil {
			shops = append(shops, *s.at)
		}
	}
	return basemap.Layout(n.areas, shops...)
}

// industry is a trade, and how many shops are in it.
type industry struct {
	code, word string
	count      int
}

// industries are the trades of the shops, by code.
func (n neighbourhood) industries() (all []industry) {
	for _, s := range n.shops {
		i := slices.IndexFunc(all, func(k industry) bool { return k.code == s.industry })
		if i < 0 {
			all, i = append(all, industry{s.industry, s.trade, 0}), len(all)
		}
		all[i].count++
	}
	slices.SortFunc(all, func(a, b industry) int {
		if a.code < b.code {
			return -1
		}
		return 1
	})
	return all
}

// markID names a mark; the row of the list that belongs to it is "shop-" + its
// number.
func markID(i int) string { return "m-" + strconv.Itoa(i+1) }
