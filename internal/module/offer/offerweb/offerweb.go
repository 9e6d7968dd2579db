// Package offerweb are the pages of offers: a shop makes, changes and ends what it
// takes off its shelf price and sees how far each is used; everybody reads what runs
// (E4).
package offerweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of offers.
type Pages struct{ *portal.Portal }

// Routes adds the pages.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const read, make = "offer.read", "offer.make"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/offers", Action: "offer_list.read", On: p.InCommunity, Do: h.public},
		httpkit.Route{Pattern: "GET /shop/{shop}/offers", Action: read, On: portal.OfShop, Do: h.list},
		httpkit.Route{Pattern: "GET /shop/{shop}/offers/export", Action: "offer.export", On: portal.OfShop, Do: h.export},
		httpkit.Route{Pattern: "GET /shop/{shop}/offers/new", Action: make, On: portal.OfShop, Do: h.fresh},
		httpkit.Route{Pattern: "POST /shop/{shop}/offers", Action: make, On: portal.OfShop, Do: h.make},
		httpkit.Route{Pattern: "GET /shop/{shop}/offers/{offer}", Action: read, On: portal.OfShop, Do: h.one},
		httpkit.Route{Pattern: "POST /shop/{shop}/offers/{offer}/version", Action: make, On: portal.OfShop, Do: h.change},
		httpkit.Route{Pattern: "POST /shop/{shop}/offers/{offer}/end", Action: make, On: portal.OfShop, Do: h.end},
	)
}

// publicView is what runs in a community, by shop.
type publicView struct {
	Place    string
	Shops    []shopOffers
	Vouchers string // where vouchers are claimed, "" where nobody may
}

// shopOffers are the offers of one shop.
type shopOffers struct {
	ID, Name, Href string
	Offers         []ui.Row
}

// public lists what runs today.
func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := publicView{Place: portal.PlaceName(room.Place)}
	if h.OpensTo(ctx, "/c/{community}/vouchers", authz.Resource{Kind: "community", Place: room.ID}) {
		v.Vouchers = room.Path("/vouchers")
	}
	var stands []offer.Stand
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Offers.On(ctx, rd, room.ID, room.Today)
		if err != nil {
			return err
		}
		stands, err = h.Flows.Offers.Stands(ctx, rd, room.ID, all)
		return err
	})
	if err != nil {
		return err
	}
	byShop := make(map[id.ID][]ui.Row)
	for i := range stands {
		if s := &stands[i]; !s.UsedUp() {
			byShop[s.Merchant] = append(byShop[s.Merchant], publicRow(ctx, s))
		}
	}
	for _, m := range room.Order {
		if rows := byShop[m.ID]; len(rows) > 0 {
			v.Shops = append(v.Shops, shopOffers{m.ID.String(), room.ShopName(ctx, m.ID), room.Path("/shops/" + m.ID.String()), rows})
		}
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "正在进行的优惠"), "offers")
	s.Back = ui.Link{Href: room.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.Show(w, r, s, publicPage(v))
}

func publicRow(ctx context.Context, s *offer.Stand) ui.Row {
	row := ui.Row{Icon: "tag", Title: s.Name, Text: says(ctx, &s.Terms), Notes: []string{until(ctx, &s.Terms)}}
	if s.Total > 0 {
		row.EndNote = i18n.T(ctx, "还有 %d 个名额", s.Total-s.Uses)
	}
	return row
}
