package app

import (
	"context"
	"net/url"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/platform/i18n"
)

// Street is the page that lists the communities, in the newest month of any.
func (b *Books) Street(ctx context.Context) (v ledgerweb.StreetView, err error) {
	places, err := b.app.Flows.Communities.List(ctx, b.app.DB, community.Community)
	if err != nil {
		return v, err
	}
	street, err := b.street(ctx, places)
	if err != nil {
		return v, err
	}
	v.Street, v.K = street.Name, booksK
	if v.Street == "" {
		v.Street = i18n.T(ctx, "各社区")
	}
	if v.Month, err = b.newest(ctx, places); err != nil {
		return v, err
	}
	for _, p := range places {
		row := ledgerweb.CommunityRow{Place: placeOf(p)}
		m, _, err := b.month(ctx, p.ID, v.Month)
		if err != nil && fault.KindOf(err) != fault.Busy {
			return v, err
		}
		if err == nil {
			row.Shops, row.Purchases, row.Buyers, row.Spent = m.flow.Shops, m.flow.Purchases, m.flow.Buyers, m.flow.Given()
			for _, f := range m.funds {
				row.Fund += f.Closing
			}
		}
		v.Communities = append(v.Communities, row)
	}
	return v, nil
}

// newest is the newest month in which any of the communities has books.
func (b *Books) newest(ctx context.Context, places []community.Place) (newest period.Month, err error) {
	for _, p := range places {
		m, err := b.latest(ctx, p.ID)
		if err != nil && fault.KindOf(err) != fault.Busy {
			return 0, err
		}
		if err == nil && m > newest {
			newest = m
		}
	}
	if newest == 0 {
		newest = period.DayOf(b.app.DB.Clock().Now(), time.UTC).Month()
	}
	return newest, nil
}

// street is the place above the communities if they have one in common, else a
// place without a name.
func (b *Books) street(ctx context.Context, places []community.Place) (ledgerweb.Place, error) {
	if len(places) == 0 || places[0].Parent.IsZero() ||
		slices.ContainsFunc(places, func(p community.Place) bool { return p.Parent != places[0].Parent }) {
		return ledgerweb.Place{}, nil
	}
	p, err := b.app.Flows.Communities.ByID(ctx, b.app.DB, places[0].Parent)
	return ledgerweb.Place{Name: nameOf(p), Href: "/books"}, err
}

func nameOf(p community.Place) string {
	if p.Name == "" {
		return p.Ref
	}
	return p.Name
}

func placeOf(p community.Place) ledgerweb.Place {
	return ledgerweb.Place{Name: nameOf(p), Href: "/c/" + url.PathEscape(p.Ref)}
}
