package coinweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// orderStates are the states of an order for people.
var orderStates = map[coin.OrderWhat]struct {
	name i18n.Message
	tone ui.Tone
}{
	coin.Asked: {i18n.M("等服务台核对"), ui.Soon}, coin.Accepted: {i18n.M("等单位付款"), ui.Act}, coin.Declined: {i18n.M("没有接受"), ui.Bad},
	coin.Withdrawn: {i18n.M("撤回了"), ui.Tell}, coin.Bought: {i18n.M("付好了，已捐出"), ui.OK}, coin.Unpaid: {i18n.M("到期没付"), ui.Tell},
}

func bodyName(ctx context.Context, b coin.Body) string {
	if b == coin.Public {
		return i18n.T(ctx, "街道、基金会等公共单位")
	}
	return i18n.T(ctx, "企业")
}

// goesTo is where ordered hours go.
func goesTo(ctx context.Context, common bool) string {
	if common {
		return i18n.T(ctx, "时间罐：资助不能自己挣的邻居")
	}
	return i18n.T(ctx, "权益池：付给免费帮老人的志愿者")
}

func orderRow(ctx context.Context, zone *time.Location, o *coin.Order, href string) ui.Row {
	state := orderStates[o.State()]
	return ui.Row{Href: href, Icon: "building", Title: o.Name, Text: ui.Moment(ctx, o.At.In(zone)), Notes: []string{o.Purpose}, End: ui.Coins(o.Coins), Tag: state.name.In(ctx), Tone: state.tone}
}

// orderFormView is the form in which an organisation orders hours.
type orderFormView struct {
	portal.Room
	Sent    portal.Sent
	Form    ui.Form
	Bodies  []ui.Option
	Targets []ui.Option
}

func (h *Pages) orderForm(w http.ResponseWriter, r *http.Request) error {
	return h.showOrderForm(w, r, portal.Sent{})
}

func (h *Pages) showOrderForm(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := orderFormView{Room: room, Sent: sent, Form: sent.Once("order", room.Path("/hours/order"))}
	for _, b := range coin.Bodies {
		v.Bodies = append(v.Bodies, ui.Option{Value: string(b), Text: bodyName(ctx, b)})
	}
	v.Targets = []ui.Option{{Value: "pool", Text: goesTo(ctx, false)}, {Value: "common", Text: goesTo(ctx, true)}}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "单位认购服务时"), "hours")
	s.Back = ui.Link{Href: room.Path("/hours"), Text: i18n.T(ctx, "服务时公开账")}
	return h.ShowSent(w, r, sent, s, orderFormPage(v))
}

func (h *Pages) order(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	o := coin.Order{ID: madeBy(r), Name: strings.TrimSpace(r.FormValue("name")), Registration: strings.ToUpper(strings.TrimSpace(r.FormValue("registration"))),
		Body: coin.Body(r.FormValue("body")), Common: r.FormValue("target") == "common", Purpose: portal.Prose(r, "purpose")}
	if o.Coins, err = coinsIn(r); err == nil {
		_, err = h.Flows.OrderHours(ctx, c.ID, authz.Of(ctx).Actor(), o)
	}
	return portal.Done(w, r, err, "/me/hours/"+c.Ref+"/orders/"+o.ID.String(), "order", func(s portal.Sent) error { return h.showOrderForm(w, r, s) })
}

// orderView is one order for who ordered.
type orderView struct {
	portal.Room
	*coin.Order
	State string
	Tone  ui.Tone
	Facts []ui.Fact
	Lines []ui.Line
	Pay   string // where it can be paid online
	Code  string // of the slip, said at the counter
	Words string // of who refused
	Base  string
	Sent  portal.Sent
}

// orderIn is the viewer's order in an address; anybody else's is not found.
func (h *Pages) orderIn(r *http.Request) (room portal.Room, o *coin.Order, err error) {
	ctx := r.Context()
	c, err := h.Flows.Communities.ByRef(ctx, h.Flows.DB, r.PathValue("at"))
	if err != nil {
		return room, nil, err
	}
	if room, err = h.RoomOf(ctx, c); err != nil {
		return room, nil, err
	}
	at, err := idIn(r, "order", coin.ErrNoOrder)
	if err != nil {
		return room, nil, err
	}
	if err = h.view(ctx, c.ID, func(rd db.Reader) error { o, err = h.svc().OrderByID(ctx, rd, c.ID, at); return err }); err != nil {
		return room, nil, err
	}
	if o.By != authz.Of(ctx).Actor().ID {
		return room, nil, coin.ErrNoOrder
	}
	return room, o, nil
}

func (h *Pages) myOrder(w http.ResponseWriter, r *http.Request) error {
	return h.showOrder(w, r, portal.Sent{})
}

func (h *Pages) showOrder(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, o, err := h.orderIn(r)
	if err != nil {
		return err
	}
	state := orderStates[o.State()]
	v := orderView{Room: room, Order: o, State: state.name.In(ctx), Tone: state.tone, Sent: sent, Base: "/me/hours/" + room.Ref + "/orders/" + o.ID.String()}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "统一社会信用代码"), Text: o.Registration}, {Name: i18n.T(ctx, "单位性质"), Text: bodyName(ctx, o.Body)},
		{Name: i18n.T(ctx, "给谁"), Text: goesTo(ctx, o.Common)}, {Name: i18n.T(ctx, "用途"), Text: o.Purpose}}
	if n := len(o.Steps); n > 0 {
		v.Words = o.Steps[n-1].Words
	}
	v.Lines = priceLines(ctx, o, premiumOf(o, room.Rules.CSRPremium))
	if o.State() == coin.Accepted {
		if err := h.slip(ctx, room.ID, o.Accepted().Charge, &v); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "单位认购服务时"))
	s.Back = ui.Link{Href: "/me/hours", Text: i18n.T(ctx, "我的服务时")}
	return h.ShowSent(w, r, sent, s, orderPage(v))
}

func (h *Pages) slip(ctx context.Context, community, charge id.ID, v *orderView) error {
	return h.view(ctx, community, func(r db.Reader) error {
		c, err := h.Flows.Charges.ByID(ctx, r, community, charge)
		if err == nil && c.Open() {
			v.Code, v.Pay = c.Code, h.PayLink(community, c.Code)
		}
		return err
	})
}

// premiumOf is what holds for an order: as accepted, else as it would be accepted today.
func premiumOf(o *coin.Order, now money.Rate) money.Rate {
	switch step := o.Accepted(); {
	case step != nil:
		return step.Premium
	case o.Body == coin.Public:
		return 0
	}
	return now
}

// priceLines say what an order costs and where the money goes.
func priceLines(ctx context.Context, o *coin.Order, premium money.Rate) []ui.Line {
	price, extra := flow.OrderPrice(o.Coins, premium)
	return []ui.Line{
		{Text: i18n.T(ctx, "备付款，一直留在服务时背后"), Num: ui.Yuan(price - extra)},
		{Text: i18n.T(ctx, "另加 %s，给平台办这些事", premium.Percent()), Num: ui.Yuan(extra)},
		{Text: i18n.T(ctx, "一共付，元"), Num: ui.Yuan(price), Total: true},
	}
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, o, err := h.orderIn(r)
	if err != nil {
		return err
	}
	err = h.Flows.EndHoursOrder(ctx, room.ID, authz.Of(ctx).Actor(), o.ID, coin.Withdrawn, "")
	return portal.Done(w, r, err, "/me/hours/"+room.Ref+"/orders/"+o.ID.String(), "withdraw", func(s portal.Sent) error { return h.showOrder(w, r, s) })
}
