// Package allianceweb are the pages of the merchant alliance (C1, C2): for everybody
// who holds which seat and what is open, for applicants their way from a form to a
// contract, for shops their seat, for the office the board of seats, what waits, and
// each application with its map.
package allianceweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of the alliance.
type Pages struct {
	*portal.Portal
	Base *basemap.Map
}

// Routes adds the pages and their doors.
func (p *Pages) Routes(t *httpkit.Router) {
	p.Add(
		portal.Door{Kind: ui.MerchantFrame, Key: "seat", Href: "/shop/{shop}/seat", Icon: "shield", Text: i18n.M("席位"), Action: "shop.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "alliance", Href: "/desk/alliance", Icon: "hands", Text: i18n.M("商业联盟"), Action: "seating.read", Group: i18n.M("联盟"), Count: p.waiting},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/alliance", Action: "alliance.read", Do: p.public},
		httpkit.Route{Pattern: "GET /shop/{shop}/seat", Action: "shop.read", On: shopOf, Do: p.shopSeat},
		httpkit.Route{Pattern: "POST /shop/{shop}/seat/resignation", Action: "seat.resign", On: shopOf, Do: p.resign},
	)
	p.bidRoutes(t)
	p.deskRoutes(t)
}

func (p *Pages) bidRoutes(t *httpkit.Router) {
	const bid = "/me/seats/{community}/{application}"
	t.Add(
		httpkit.Route{Pattern: "GET /me/seats", Action: "bid.read", On: httpkit.Mine, Do: p.bids},
		httpkit.Route{Pattern: "POST /c/{community}/alliance/openings/{opening}/bids", Action: "bid.make", On: httpkit.Mine, Do: p.begin},
		httpkit.Route{Pattern: "GET " + bid, Action: "bid.read", On: p.ofBid, Do: p.bid},
		httpkit.Route{Pattern: "POST " + bid, Action: "bid.change", On: p.ofBid, Do: p.save},
		httpkit.Route{Pattern: "POST " + bid + "/papers", Action: "bid.change", On: p.ofBid, Do: p.addPaper, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "GET " + bid + "/papers/{document}", Action: "bid.read", On: p.ofBid, Do: p.paper},
		httpkit.Route{Pattern: "POST " + bid + "/papers/{document}/removal", Action: "bid.change", On: p.ofBid, Do: p.dropPaper},
		httpkit.Route{Pattern: "POST " + bid + "/withdrawal", Action: "bid.change", On: p.ofBid, Do: p.withdraw},
		httpkit.Route{Pattern: "POST " + bid + "/appeal", Action: "bid.change", On: p.ofBid, Do: p.appeal},
		httpkit.Route{Pattern: "POST " + bid + "/answer", Action: "bid.change", On: p.ofBid, Do: p.answer},
		httpkit.Route{Pattern: "POST " + bid + "/signature", Action: "bid.change", On: p.ofBid, Do: p.signOwner},
	)
}

func (p *Pages) deskRoutes(t *httpkit.Router) {
	const at, bid = "/desk/alliance/{community}", "/desk/alliance/{community}/bids/{application}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/alliance", Action: "seating.read", On: p.Somewhere("seating.read"), Do: p.queue},
		httpkit.Route{Pattern: "GET /desk/alliance/trades", Action: "trade.read", On: p.Somewhere("trade.read"), Do: p.tradeList},
		httpkit.Route{Pattern: "POST /desk/alliance/trades", Action: "trade.change", On: p.Somewhere("trade.change"), Do: p.changeTrade},
		httpkit.Route{Pattern: "GET " + at, Action: "seating.read", On: p.inCommunity, Do: p.board},
		httpkit.Route{Pattern: "GET " + at + "/export", Action: "seating.export", On: p.inCommunity, Do: p.exportBoard},
		httpkit.Route{Pattern: "POST " + at + "/introduction", Action: "seating.change", On: p.inCommunity, Do: p.introduce},
		httpkit.Route{Pattern: "POST " + at + "/seats", Action: "seating.change", On: p.inCommunity, Do: p.openSeat},
		httpkit.Route{Pattern: "POST " + at + "/tenures/{tenure}/vacancy", Action: "seating.change", On: p.inCommunity, Do: p.vacate},
		httpkit.Route{Pattern: "POST " + at + "/shops/{shop}/trade", Action: "seating.change", On: p.inCommunity, Do: p.assign},
		httpkit.Route{Pattern: "POST " + at + "/shops/{shop}/rivalry", Action: "seating.change", On: p.inCommunity, Do: p.settle},
		httpkit.Route{Pattern: "GET " + bid, Action: "seating.read", On: p.inCommunity, Do: p.review},
		httpkit.Route{Pattern: "GET " + bid + "/marks.json", Action: "seating.read", On: p.inCommunity, Do: p.marks},
		httpkit.Route{Pattern: "GET " + bid + "/papers/{document}", Action: "seating.read", On: p.inCommunity, Do: p.officePaper},
		httpkit.Route{Pattern: "POST " + bid + "/check", Action: "seating.change", On: p.inCommunity, Do: p.check},
		httpkit.Route{Pattern: "POST " + bid + "/visits", Action: "seating.change", On: p.inCommunity, Do: p.visit},
		httpkit.Route{Pattern: "POST " + bid + "/pictures", Action: "seating.change", On: p.inCommunity, Do: p.picture, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "POST " + bid + "/appeal", Action: "seating.change", On: p.inCommunity, Do: p.decideAppeal},
		httpkit.Route{Pattern: "POST " + bid + "/contract", Action: "seating.change", On: p.inCommunity, Do: p.draw},
		httpkit.Route{Pattern: "POST " + bid + "/signature", Action: "contract.sign", On: p.inCommunity, Do: p.signAlliance},
	)
}

// inCommunity is what a page about the community of its address belongs to.
func (p *Pages) inCommunity(r *http.Request) (authz.Resource, error) {
	at, err := p.CommunityIn(r)
	return authz.Resource{Kind: "alliance", Place: at.ID}, err
}

// ofBid is what a page about the application of its address belongs to: the applicant.
func (p *Pages) ofBid(r *http.Request) (authz.Resource, error) {
	at, x, err := p.bidOf(r)
	if err != nil {
		return authz.Resource{}, err
	}
	return authz.Resource{Kind: "application", Place: at.ID, Owner: x.Person}, nil
}

// bidOf is the application of an address.
func (p *Pages) bidOf(r *http.Request) (at community.Place, x *alliance.Application, err error) {
	if at, err = p.CommunityIn(r); err != nil {
		return at, nil, err
	}
	n, err := id.Parse(r.PathValue("application"))
	if err != nil {
		return at, nil, alliance.ErrNoApplication
	}
	err = p.Flows.DB.View(r.Context(), at.ID, func(rd db.Reader) error {
		x, err = p.Flows.Alliance.ApplicationByID(r.Context(), rd, at.ID, n)
		return err
	})
	return at, x, err
}

// shopOf is the shop of an address; where it lies is known from the viewer's own role.
func shopOf(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	on := authz.Resource{Kind: "shop", Subject: shop}
	for _, g := range authz.Of(r.Context()).Grants {
		if g.Subject == shop && (g.Role == access.Owner || g.Role == access.Staff) {
			on.Place = g.Place
		}
	}
	return on, nil
}

// idIn reads an id of an address; what is none leads to nothing.
func idIn(r *http.Request, name string, none error) (id.ID, error) {
	n, err := id.Parse(r.PathValue(name))
	if err != nil {
		return n, none
	}
	return n, nil
}

func english(ctx context.Context) bool { return i18n.Of(ctx) == i18n.En }

// lastDay is the civil day that ends at an instant, as people read it.
func lastDay(ctx context.Context, until time.Time, zone *time.Location) string {
	return ui.FullDay(ctx, period.DayOf(until.Add(-time.Second), zone))
}

func dayOf(ctx context.Context, at time.Time, zone *time.Location) string {
	return ui.FullDay(ctx, period.DayOf(at, zone))
}
