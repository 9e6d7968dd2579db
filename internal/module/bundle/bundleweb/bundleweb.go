// Package bundleweb are the pages of bundles and packs (E2, E3): everybody reads what is
// sold, what is in it and what goes back of it; members buy one, show its parts and give
// back what they do not use; a shop proposes, agrees, and gives its part to who shows the
// code; the desk publishes and stops.
package bundleweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/member"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of bundles.
type Pages struct{ *portal.Portal }

// Routes adds the pages, their doors, and what is on sale near residents.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Near = append(p.Near, h.near)
	const look = "bundle_desk.read"
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "bundles", Href: "/desk/bundles", Icon: "basket", Text: i18n.M("套餐和礼包"), Group: i18n.M("联盟的日常"), Action: look},
		portal.Door{Kind: ui.MerchantFrame, Key: "bundles", Href: "/shop/{shop}/bundles", Icon: "basket", Text: i18n.M("套餐"), Action: "bundle_shop.read"},
	)
	h.memberRoutes(t)
	h.shopRoutes(t)
	h.deskRoutes(t)
}

func (h *Pages) memberRoutes(t *httpkit.Router) {
	const one, mine = "/c/{community}/bundles/{bundle}", "/me/bundles/{at}/{sale}"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/bundles", Action: "bundle_list.read", On: h.InCommunity, Do: h.public},
		httpkit.Route{Pattern: "GET " + one, Action: "bundle_list.read", On: h.InCommunity, Do: h.offer},
		httpkit.Route{Pattern: "POST " + one + "/order", Action: "bundle.buy", On: httpkit.Mine, Do: h.order},
		httpkit.Route{Pattern: "GET /me/bundles", Action: "bundle.read", On: httpkit.Mine, Do: h.mine},
		httpkit.Route{Pattern: "GET " + mine, Action: "bundle.read", On: httpkit.Mine, Do: h.sale},
		httpkit.Route{Pattern: "POST " + mine + "/refund", Action: "bundle.buy", On: httpkit.Mine, Do: h.giveBack},
	)
}

func (h *Pages) shopRoutes(t *httpkit.Router) {
	const read, make, agree, take = "bundle_shop.read", "bundle_shop.make", "bundle_shop.agree", "bundle_shop.take"
	const base, one = "/shop/{shop}/bundles", "/shop/{shop}/bundles/{bundle}"
	on := portal.OfShop
	t.Add(
		httpkit.Route{Pattern: "GET " + base, Action: read, On: on, Do: h.shop},
		httpkit.Route{Pattern: "GET " + base + "/export", Action: "bundle_shop.export", On: on, Do: h.export},
		httpkit.Route{Pattern: "GET " + base + "/take", Action: take, On: on, Do: h.takePage},
		httpkit.Route{Pattern: "POST " + base + "/take", Action: take, On: on, Do: h.take},
		httpkit.Route{Pattern: "GET " + base + "/new", Action: make, On: on, Do: h.fresh},
		httpkit.Route{Pattern: "POST " + base, Action: make, On: on, Do: h.propose},
		httpkit.Route{Pattern: "GET " + one, Action: read, On: on, Do: h.one},
		httpkit.Route{Pattern: "POST " + one + "/agreement", Action: agree, On: on, Do: h.agree},
		httpkit.Route{Pattern: "POST " + one + "/refusal", Action: agree, On: on, Do: h.decline},
		httpkit.Route{Pattern: "POST " + one + "/withdrawal", Action: make, On: on, Do: h.withdraw},
		httpkit.Route{Pattern: "POST " + one + "/stop", Action: make, On: on, Do: h.stop},
	)
}

func (h *Pages) deskRoutes(t *httpkit.Router) {
	const look, keep, agree = "bundle_desk.read", "bundle_desk.keep", "bundle_desk.agree"
	const base, one = "/desk/bundles/{community}", "/desk/bundles/{community}/{bundle}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/bundles", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "bundles", i18n.M("套餐和礼包"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: h.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET " + base + "/export", Action: "bundle_desk.export", On: h.InCommunity, Do: h.exportAll},
		httpkit.Route{Pattern: "GET " + base + "/new", Action: keep, On: h.InCommunity, Do: h.freshDesk},
		httpkit.Route{Pattern: "POST " + base, Action: keep, On: h.InCommunity, Do: h.proposeDesk},
		httpkit.Route{Pattern: "GET " + one, Action: look, On: h.InCommunity, Do: h.deskOne},
		httpkit.Route{Pattern: "POST " + one + "/agreement", Action: agree, On: h.InCommunity, Do: h.deskAgree},
		httpkit.Route{Pattern: "POST " + one + "/refusal", Action: agree, On: h.InCommunity, Do: h.deskDecline},
		httpkit.Route{Pattern: "POST " + one + "/withdrawal", Action: keep, On: h.InCommunity, Do: h.deskWithdraw},
		httpkit.Route{Pattern: "POST " + one + "/stop", Action: keep, On: h.InCommunity, Do: h.deskStop},
	)
}

func (h *Pages) svc() *bundle.Service { return h.Flows.Bundles }

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

// bundleIn is the bundle in an address, with how far it is sold.
func (h *Pages) bundleIn(r *http.Request, room *portal.Room) (b *bundle.Bundle, t bundle.Tally, err error) {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("bundle"))
	if err != nil {
		return nil, t, bundle.ErrNoBundle
	}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		if b, err = h.svc().ByID(ctx, rd, room.ID, at); err != nil {
			return err
		}
		all, err := h.svc().Tallies(ctx, rd, room.ID)
		if found := all[at]; found != nil {
			t = *found
		}
		return err
	})
	return b, t, err
}

// me is who the viewer is in a community, nil for who is no member there.
func (h *Pages) me(ctx context.Context, community id.ID) (*member.Member, error) {
	v := authz.Of(ctx)
	if !v.SignedIn() {
		return nil, nil
	}
	m, err := h.Flows.MemberIn(ctx, community, v.Acting())
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return m, err
}

// near are bundles on sale, for the first page of residents.
func (h *Pages) near(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	room, err := h.RoomOf(ctx, c)
	if err != nil {
		return nil, err
	}
	err = h.view(ctx, community, func(r db.Reader) error {
		all, err := h.svc().OnSale(ctx, r, community, room.Today)
		for _, b := range all[:min(len(all), shownNear)] {
			rows = append(rows, ui.Row{Href: room.Path("/bundles/" + b.ID.String()), Icon: icons[b.Kind], Title: b.Name, Text: holds(ctx, &b.Terms), End: "¥ " + ui.Yuan(b.Price)})
		}
		return err
	})
	return rows, err
}

// shownNear is how many bundles the first page of residents shows.
const shownNear = 2
