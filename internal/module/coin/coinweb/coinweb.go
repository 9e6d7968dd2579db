// Package coinweb are the pages of service hours (F2, F4, F5, F7): a resident sees what
// hers are, what moved them and by which rule, and gives some on; everybody reads the
// public account of the pool; an organisation orders hours for the public good; a shop
// gives what it took; the desk grants hours of the common pot and watches the solvency.
package coinweb

import (
	"context"
	"crypto/sha256"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of service hours.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const look, keep, agree = "hours_desk.read", "hours_desk.keep", "hours_desk.agree"
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "hours", Href: "/desk/hours", Icon: "hands", Text: i18n.M("服务时"), Group: i18n.M("联盟的日常"), Action: look},
		portal.Door{Kind: ui.MerchantFrame, Key: "hours", Href: "/shop/{shop}/hours", Icon: "hands", Text: i18n.M("捐服务时"), Action: "hours_shop.read"},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/hours", Action: "hours_public.read", On: h.InCommunity, Do: h.public},
		httpkit.Route{Pattern: "GET /c/{community}/hours/order", Action: "hours.order", On: httpkit.Mine, Do: h.orderForm},
		httpkit.Route{Pattern: "POST /c/{community}/hours/order", Action: "hours.order", On: httpkit.Mine, Do: h.order},
		httpkit.Route{Pattern: "GET /me/hours", Action: "hours.read", On: httpkit.Mine, Do: h.mine},
		httpkit.Route{Pattern: "POST /me/hours/{at}/gift", Action: "hours.give", On: httpkit.Mine, Do: h.give},
		httpkit.Route{Pattern: "POST /me/hours/{at}/pot", Action: "hours.give", On: httpkit.Mine, Do: h.share},
		httpkit.Route{Pattern: "POST /me/hours/{at}/home", Action: "hours.give", On: httpkit.Mine, Do: h.takeHome},
		httpkit.Route{Pattern: "POST /me/hours/{at}/along", Action: "hours.give", On: httpkit.Mine, Do: h.takeAlong},
		httpkit.Route{Pattern: "GET /me/hours/{at}/orders/{order}", Action: "hours.order", On: httpkit.Mine, Do: h.myOrder},
		httpkit.Route{Pattern: "POST /me/hours/{at}/orders/{order}/withdrawal", Action: "hours.order", On: httpkit.Mine, Do: h.withdraw},
		httpkit.Route{Pattern: "GET /shop/{shop}/hours", Action: "hours_shop.read", On: portal.OfShop, Do: h.shop},
		httpkit.Route{Pattern: "POST /shop/{shop}/hours", Action: "hours_shop.give", On: portal.OfShop, Do: h.donate},
	)
	const desk = "/desk/hours/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/hours", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "hours", i18n.M("服务时"))},
		httpkit.Route{Pattern: "GET " + desk, Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET " + desk + "/export", Action: "hours_desk.export", On: p.InCommunity, Do: h.export},
		httpkit.Route{Pattern: "POST " + desk + "/grants", Action: keep, On: p.InCommunity, Do: h.grant},
		httpkit.Route{Pattern: "POST " + desk + "/grants/{grant}/agreement", Action: agree, On: p.InCommunity, Do: h.agreeGrant},
		httpkit.Route{Pattern: "POST " + desk + "/grants/{grant}/refusal", Action: agree, On: p.InCommunity, Do: h.refuseGrant},
		httpkit.Route{Pattern: "POST " + desk + "/orders/{order}/agreement", Action: agree, On: p.InCommunity, Do: h.acceptOrder},
		httpkit.Route{Pattern: "POST " + desk + "/orders/{order}/refusal", Action: agree, On: p.InCommunity, Do: h.declineOrder},
	)
}

func (h *Pages) svc() *coin.Service { return h.Flows.Coins }

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

// madeBy is the id of what a form makes: the form's token, where it goes and who sends it
// name it, so that a form that comes twice makes one thing, and elsewhere another.
func madeBy(r *http.Request) id.ID {
	token := r.FormValue(ui.TokenName)
	if token == "" {
		token = httpkit.Nonce()
	}
	who := authz.Of(r.Context()).Acting()
	sum := sha256.Sum256(append(who[:], r.URL.Path+"\n"+token...))
	return id.V4([16]byte(sum[:16]))
}

// coinsIn reads hours from a form.
func coinsIn(r *http.Request) (money.Amount, error) {
	v, err := money.Parse(r.FormValue("coins"), money.Coin)
	if err != nil || v <= 0 {
		return 0, coin.ErrBadAmount.On("coins")
	}
	return v, nil
}

// said is an amount of hours for people: time alone where service is given for service
// only, else the entitlement with the time it stands for.
func said(ctx context.Context, p *policy.Params, v money.Amount) string {
	if p.Profile == policy.HoursOnly {
		return ui.ServiceTime(ctx, v, p.CoinsPerHour)
	}
	return i18n.T(ctx, "%s 抵扣权益", ui.Coins(v))
}

// stat is an amount of hours as a tile.
func stat(ctx context.Context, p *policy.Params, name string, v money.Amount) ui.Stat {
	s := ui.Stat{Name: name, Number: ui.Coins(v)}
	if v != 0 {
		s.Note = i18n.T(ctx, "合 %s 邻里服务", ui.ServiceTime(ctx, v, p.CoinsPerHour))
	}
	return s
}

// field asks for hours.
func field(ctx context.Context, f ui.Form, sent portal.Sent, help string) ui.Field {
	return ui.Field{Name: "coins", In: f.In, Label: i18n.T(ctx, "多少服务时"), Unit: i18n.T(ctx, "抵扣权益"), Mode: "decimal", Auto: "off", Value: sent.Typed(f.In, "coins", ""), Help: help, Error: f.Of("coins")}
}

// idIn is an id in an address, or the refusal that there is no such thing.
func idIn(r *http.Request, name string, none *fault.Fault) (id.ID, error) {
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		return at, none
	}
	return at, nil
}
