package promotionweb

import (
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of voucher series: a shop proposes them, agrees to its share and
// follows them; members get vouchers; the desk agrees where the platform pays, and
// minds the budget of the month (E1, E4).
type Pages struct{ *portal.Portal }

// Routes adds the pages and their door on the desk.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const look, keep, agree = "promotion_desk.read", "promotion_desk.keep", "promotion_desk.agree"
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "promotions", Href: "/desk/promotions", Icon: "ticket", Text: i18n.M("优惠和券"), Group: i18n.M("联盟的日常"), Action: look})
	h.memberRoutes(t)
	h.shopRoutes(t)
	t.Add(
		httpkit.Route{Pattern: "GET /desk/promotions", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "promotions", i18n.M("优惠和券"))},
		httpkit.Route{Pattern: "GET /desk/promotions/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET /desk/promotions/{community}/export", Action: "promotion_desk.export", On: p.InCommunity, Do: h.exportAll},
		httpkit.Route{Pattern: "GET /desk/promotions/{community}/new", Action: keep, On: p.InCommunity, Do: h.freshDesk},
		httpkit.Route{Pattern: "POST /desk/promotions/{community}", Action: keep, On: p.InCommunity, Do: h.proposeDesk},
		httpkit.Route{Pattern: "GET /desk/promotions/{community}/{series}", Action: look, On: p.InCommunity, Do: h.deskOne},
		httpkit.Route{Pattern: "POST /desk/promotions/{community}/{series}/agreement", Action: agree, On: p.InCommunity, Do: h.deskAgree},
		httpkit.Route{Pattern: "POST /desk/promotions/{community}/{series}/refusal", Action: agree, On: p.InCommunity, Do: h.deskDecline},
		httpkit.Route{Pattern: "POST /desk/promotions/{community}/{series}/withdrawal", Action: keep, On: p.InCommunity, Do: h.deskWithdraw},
		httpkit.Route{Pattern: "POST /desk/promotions/{community}/{series}/stop", Action: keep, On: p.InCommunity, Do: h.deskStop},
		httpkit.Route{Pattern: "POST /desk/promotions/{community}/{series}/gifts", Action: keep, On: p.InCommunity, Do: h.deskGive},
	)
}

func (h *Pages) memberRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/vouchers", Action: "voucher_list.read", On: h.InCommunity, Do: h.get},
		httpkit.Route{Pattern: "POST /c/{community}/vouchers/{series}/claim", Action: "voucher.claim", On: h.InCommunity, Do: h.claim},
	)
}

func (h *Pages) shopRoutes(t *httpkit.Router) {
	const read, make, agree = "series.read", "series.make", "series.agree"
	on := portal.OfShop
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/vouchers", Action: read, On: on, Do: h.shop},
		httpkit.Route{Pattern: "GET /shop/{shop}/vouchers/export", Action: "series.export", On: on, Do: h.export},
		httpkit.Route{Pattern: "GET /shop/{shop}/vouchers/new", Action: make, On: on, Do: h.fresh},
		httpkit.Route{Pattern: "POST /shop/{shop}/vouchers", Action: make, On: on, Do: h.propose},
		httpkit.Route{Pattern: "GET /shop/{shop}/vouchers/{series}", Action: read, On: on, Do: h.one},
		httpkit.Route{Pattern: "POST /shop/{shop}/vouchers/{series}/agreement", Action: agree, On: on, Do: h.agree},
		httpkit.Route{Pattern: "POST /shop/{shop}/vouchers/{series}/refusal", Action: agree, On: on, Do: h.decline},
		httpkit.Route{Pattern: "POST /shop/{shop}/vouchers/{series}/withdrawal", Action: make, On: on, Do: h.withdraw},
		httpkit.Route{Pattern: "POST /shop/{shop}/vouchers/{series}/stop", Action: make, On: on, Do: h.stop},
		httpkit.Route{Pattern: "POST /shop/{shop}/vouchers/{series}/gifts", Action: "series.give", On: on, Do: h.give},
	)
}

func (h *Pages) svc() *promotion.Service { return h.Flows.Promotions }
