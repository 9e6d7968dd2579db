// Package marketdayweb are the pages of market days (F9): neighbours and shops take a
// stall, are paid on the spot by a code, count what they gave away; the desk calls a day,
// prints plan and signs, opens and closes it; everybody sees how it goes, also on a big
// screen on the square, and reads the report.
package marketdayweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of market days. Base is the address of the house, for codes on paper.
type Pages struct {
	*portal.Portal
	Base func(ctx context.Context) string
}

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal, base func(ctx context.Context) string) {
	h := &Pages{p, base}
	p.Near = append(p.Near, h.near)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "market", Href: "/desk/market", Icon: "store", Text: i18n.M("开市"), Group: i18n.M("时间银行"), Action: "market_desk.read"})
	const day, stall, payment = "/market/{at}/{day}", "/market/{at}/{day}/stalls/{stall}", "/market/{at}/payments/{payment}"
	mine := httpkit.Mine
	t.Add(
		httpkit.Route{Pattern: "GET /market", Action: "market.read", Do: h.list},
		httpkit.Route{Pattern: "GET " + day, Action: "market.mine", On: mine, Do: h.day},
		httpkit.Route{Pattern: "POST " + day + "/stalls", Action: "market.hold", On: mine, Do: h.take},
		httpkit.Route{Pattern: "GET " + stall, Action: "market.mine", On: mine, Do: h.stall},
		httpkit.Route{Pattern: "POST " + stall + "/charge", Action: "market.hold", On: mine, Do: h.charge},
		httpkit.Route{Pattern: "POST " + stall + "/goods", Action: "market.hold", On: mine, Do: h.goods},
		httpkit.Route{Pattern: "POST " + stall + "/end", Action: "market.hold", On: mine, Do: h.giveUp},
		httpkit.Route{Pattern: "POST " + stall + "/payment", Action: "market.pay", On: mine, Do: h.pay},
		httpkit.Route{Pattern: "GET " + payment, Action: "market.mine", On: mine, Do: h.payment},
		httpkit.Route{Pattern: "POST " + payment + "/undo", Action: "market.pay", On: mine, Do: h.undo},
	)
	const public, open = "market.read", "/c/{community}/market"
	t.Add(
		httpkit.Route{Pattern: "GET " + open, Action: public, On: p.InCommunity, Do: h.open},
		httpkit.Route{Pattern: "GET " + open + "/{day}", Action: public, On: p.InCommunity, Do: h.openDay},
		httpkit.Route{Pattern: "GET " + open + "/{day}/screen", Action: public, On: p.InCommunity, Do: h.screen},
		httpkit.Route{Pattern: "GET " + open + "/{day}/stream", Action: public, On: p.InCommunity, Do: h.stream},
	)
	h.deskRoutes(t)
}

func (h *Pages) deskRoutes(t *httpkit.Router) {
	const look, keep, settle, base, day = "market_desk.read", "market_desk.keep", "market_desk.settle", "/desk/market/{community}", "/desk/market/{community}/{day}"
	on := h.InCommunity
	t.Add(
		httpkit.Route{Pattern: "GET /desk/market", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "market", i18n.M("开市"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: on, Do: h.desk},
		httpkit.Route{Pattern: "POST " + base, Action: keep, On: on, Do: h.call},
		httpkit.Route{Pattern: "GET " + day, Action: look, On: on, Do: h.deskDay},
		httpkit.Route{Pattern: "GET " + day + "/export", Action: look, On: on, Do: h.export},
		httpkit.Route{Pattern: "GET " + day + "/plan", Action: look, On: on, Do: h.plan},
		httpkit.Route{Pattern: "GET " + day + "/signs", Action: look, On: on, Do: h.signs},
		httpkit.Route{Pattern: "POST " + day + "/opening", Action: keep, On: on, Do: h.opening},
		httpkit.Route{Pattern: "POST " + day + "/closing", Action: keep, On: on, Do: h.closing},
		httpkit.Route{Pattern: "POST " + day + "/off", Action: keep, On: on, Do: h.callOff},
		httpkit.Route{Pattern: "POST " + day + "/stalls", Action: settle, On: on, Do: h.enter},
		httpkit.Route{Pattern: "POST " + day + "/stalls/{stall}/end", Action: keep, On: on, Do: h.deskEnd},
		httpkit.Route{Pattern: "POST " + day + "/payments/{payment}/undo", Action: settle, On: on, Do: h.deskUndo},
	)
}

func (h *Pages) svc() *marketday.Service { return h.Flows.Markets }

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

// dayIn is the day in an address.
func (h *Pages) dayIn(r *http.Request, community id.ID) (d *marketday.Day, err error) {
	at, err := portal.IDIn(r, "day")
	if err != nil {
		return nil, err
	}
	err = h.view(r.Context(), community, func(rd db.Reader) error {
		d, err = h.svc().DayByID(r.Context(), rd, community, at)
		return err
	})
	return d, err
}

// holding is for whom the viewer may act at stalls of a community. Who acts for another
// acts for none of her own shops.
func (h *Pages) holding(ctx context.Context, at *portal.Spot) (who flow.Holding, shops []portal.Shop, err error) {
	who.Member = at.Me.ID
	v := authz.Of(ctx)
	if v.Acting() != v.Person {
		return who, nil, nil
	}
	all, err := h.Shops(ctx, v)
	for _, s := range all {
		if s.Place == at.ID {
			who.Shops = append(who.Shops, s.ID)
			shops = append(shops, s)
		}
	}
	return who, shops, err
}

func dayHref(at, day id.ID) string { return "/market/" + at.String() + "/" + day.String() }

func stallHref(at id.ID, x *marketday.Stall) string {
	return dayHref(at, x.Day) + "/stalls/" + x.ID.String()
}

func openHref(ref string, day id.ID) string {
	return "/c/" + url.PathEscape(ref) + "/market/" + day.String()
}
