package checkoutweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// selfView is where she says what a shop whose code she scanned asks for.
type selfView struct {
	Form ui.Form
	Shop string
	List string
}

// shopIn is the shop whose own code was scanned.
func (p *Pages) shopIn(r *http.Request) (room portal.Room, shop *merchant.Merchant, err error) {
	if room, err = p.Room(r); err != nil {
		return room, nil, err
	}
	at := slices.IndexFunc(room.Order, func(m *merchant.Merchant) bool { return m.Ref == r.PathValue("store") })
	if at < 0 {
		return room, nil, merchant.ErrNotFound
	}
	return room, room.Order[at], nil
}

func (p *Pages) askSelf(w http.ResponseWriter, r *http.Request) error {
	return p.selfPage(w, r, portal.Sent{})
}

func (p *Pages) selfPage(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, shop, err := p.shopIn(r)
	if err != nil {
		return err
	}
	v := selfView{Shop: flow.ShopName(shop), Form: sent.Once("ask", r.URL.Path), List: sent.Typed("ask", "list", "")}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "付款"), Back: ui.Link{Href: "/home", Text: i18n.T(ctx, "首页")}, Private: true, Help: help()}
	s.Place = ui.Link{Text: portal.PlaceName(room.Place)}
	return p.ShowSent(w, r, sent, s, selfPage(v))
}

// help is the way to the grid worker, from a page that pays.
func help() ui.Help { return ui.Help{Href: "/me/help?page=pay"} }

func (p *Pages) openSelf(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, shop, err := p.shopIn(r)
	if err != nil {
		return err
	}
	list, err := portal.Yuan(r, "list")
	var c *checkout.Checkout
	if err == nil {
		who := authz.Of(ctx).Acting()
		c, err = p.Flows.OpenCheckout(ctx, room.ID, actor(ctx), flow.Opening{Shop: shop.ID, List: list, Self: who, Token: who.String() + r.FormValue(ui.TokenName)})
	}
	to := ""
	if err == nil {
		to = "/me/checkouts/" + room.ID.String() + "/" + c.ID.String()
	}
	return portal.Done(w, r, err, to, "ask", func(s portal.Sent) error { return p.selfPage(w, r, s) })
}

// mineView is a checkout on the buyer's own phone.
type mineView struct {
	Shop     string
	Price    money.Amount
	Lines    []ui.Line // from the shelf price to what she pays
	Not      []ui.Fact // what was not used, and why
	Gains    string
	Form     ui.Form
	Choose   ui.Form
	Vouchers []ui.Option
	Chosen   []string
	Coins    bool
	CoinsMay bool
	Hidden   [][2]string // her choice, as the forms carry it
	Online   []ui.Option
	Tender   string
	Give     ui.Form
	Given    bool
	Cancel   ui.Form
	State    string
	Watch    string
	Pay      *payView
	Done     *doneView
	Ended    string
	DueAt    string
}

// wished is her choice, from the page's address or a form.
func wished(r *http.Request) offer.Wish {
	_ = r.ParseForm()
	w := offer.Wish{Chosen: r.Form.Has("chosen"), Vouchers: r.Form["voucher"]}
	if r.Form.Has("chosen") && r.Form.Get("coins") == "" {
		none := money.Amount(0)
		w.Coins = &none
	}
	return w
}

func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return p.minePage(w, r, portal.Sent{})
}

func (p *Pages) minePage(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := p.ofBuyer(r)
	if err != nil {
		return err
	}
	wish := wished(r)
	if c.Given != nil && !wish.Chosen {
		wish = c.Given.Wish()
	}
	tender := p.defaultTender(sent)
	out, err := p.Flows.ProposeCheckout(ctx, c.community, c.ID, wish, tender)
	if err != nil {
		return err
	}
	zone, err := p.Zone(ctx, c.community)
	if err != nil {
		return err
	}
	base := "/me/checkouts/" + c.community.String() + "/" + c.ID.String()
	v := mineView{Shop: flow.ShopName(out.Shop), Price: out.Proposal.Cash, Lines: built(ctx, &out.Proposal, c.Settled()), Gains: youGain(ctx, &out), State: stateOf(c.Checkout), Watch: base + "/state",
		DueAt: ui.Clock(ctx, c.DueAt.In(zone)), Form: sent.Ask("pay", base+"/agreement"), Give: sent.Ask("give", base+"/consent"), Cancel: sent.Ask("cancel", base+"/cancellation"),
		Choose: ui.Form{Action: base, Get: true}, Given: c.Given != nil, Tender: string(tender), Coins: out.Proposal.Coins > 0, CoinsMay: out.Proposal.CoinsMost > 0}
	v.Form.ID, v.Form.Busy = "pay", i18n.T(ctx, "正在付")
	best := out.Proposal.Vouchers
	if wish.Chosen && c.Terms == nil && c.End == nil {
		all, err := p.Flows.ProposeCheckout(ctx, c.community, c.ID, offer.Wish{}, tender)
		if err != nil {
			return err
		}
		best = all.Proposal.Vouchers
	}
	p.choices(ctx, &v, &out, best, wish)
	switch {
	case c.Settled():
		v.Done, err = p.doneAt(ctx, c, "")
	case c.End != nil:
		v.Ended = endedWord(ctx, c.Checkout)
	case c.Terms != nil:
		v.Pay, err = p.payable(ctx, c)
	}
	if err != nil {
		return err
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "付给%s", v.Shop), Back: ui.Link{Href: "/home", Text: i18n.T(ctx, "首页")}, Class: "till", Private: true, Help: help()}
	if v.Done == nil && v.Ended == "" && v.Pay == nil && len(v.Online) > 0 {
		s.Dock = payDock(v)
	}
	return p.ShowSent(w, r, sent, s, minePage(v))
}

// choices fill in what of hers she may use, and what was not used and why. best is what
// would be chosen for her.
func (p *Pages) choices(ctx context.Context, v *mineView, out *flow.Proposed, best []offer.VoucherUse, wish offer.Wish) {
	for i, u := range append(slices.Clone(out.Proposal.Vouchers), best...) {
		if slices.ContainsFunc(v.Vouchers, func(o ui.Option) bool { return o.Value == u.Ref }) {
			continue
		}
		v.Vouchers = append(v.Vouchers, ui.Option{Value: u.Ref, Text: i18n.T(ctx, "%s的券", u.Name), Note: "¥ " + ui.Yuan(u.Amount)})
		if i < len(out.Proposal.Vouchers) {
			v.Chosen = append(v.Chosen, u.Ref)
		}
	}
	for _, n := range out.Proposal.Not {
		what := n.What
		if what == offer.Coins {
			what = i18n.T(ctx, "抵扣权益")
		}
		v.Not = append(v.Not, ui.Fact{Name: what, Text: n.Why.In(ctx)})
	}
	if wish.Chosen {
		v.Hidden = append(v.Hidden, [2]string{"chosen", "1"})
		if v.Coins {
			v.Hidden = append(v.Hidden, [2]string{"coins", "1"})
		}
		for _, ref := range v.Chosen {
			v.Hidden = append(v.Hidden, [2]string{"voucher", ref})
		}
	}
	v.Online = p.online(ctx)
}

// defaultTender is how she pays unless she says otherwise.
func (p *Pages) defaultTender(sent portal.Sent) checkout.Tender {
	first := checkout.Cash
	for _, t := range p.tenders() {
		if t.Provider() != "" {
			first = t
			break
		}
	}
	return checkout.Tender(sent.Typed("pay", "tender", string(first)))
}

// pay agrees to the terms and pays by a provider, or with what is hers alone.
func (p *Pages) pay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.ofBuyer(r)
	if err != nil {
		return err
	}
	a := flow.Agreeing{Wish: wished(r), Tender: checkout.Tender(r.FormValue("tender")), OnPhone: true, Scene: p.scene(r), Payer: authz.Of(ctx).Acting()}
	if a.Expect, err = money.Parse(r.FormValue("expect"), money.CNY); err != nil {
		err = checkout.ErrChanged
	}
	if err == nil && a.Tender.Provider() == "" && a.Expect > 0 {
		err = checkout.ErrBadTender.On("tender") // what is paid at the counter the shop takes
	}
	if err == nil {
		_, err = p.Flows.AgreeCheckout(ctx, c.community, actor(ctx), c.ID, a)
	}
	return portal.Done(w, r, err, up(r), "pay", func(s portal.Sent) error { return p.minePage(w, r, s) })
}

// up is the page that a form is on.
func up(r *http.Request) string { return r.URL.Path[:strings.LastIndex(r.URL.Path, "/")] }

// give lets go what is hers, to pay the rest at the counter.
func (p *Pages) give(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.ofBuyer(r)
	if err != nil {
		return err
	}
	expect, err := money.Parse(r.FormValue("expect"), money.CNY)
	if err != nil {
		err = checkout.ErrChanged
	}
	if err == nil {
		err = p.Flows.GiveAtCheckout(ctx, c.community, actor(ctx), c.ID, wished(r), expect)
	}
	return portal.Done(w, r, err, up(r), "give", func(s portal.Sent) error { return p.minePage(w, r, s) })
}

func (p *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	c, err := p.ofBuyer(r)
	if err != nil {
		return err
	}
	err = p.Flows.CancelCheckout(r.Context(), c.community, actor(r.Context()), c.ID, "cancelled by the buyer")
	return portal.Done(w, r, err, up(r), "cancel", func(s portal.Sent) error { return p.minePage(w, r, s) })
}

// scene is where she pays: WeChat's own browser hands the payment over.
func (p *Pages) scene(r *http.Request) pay.Scene {
	if p.WeChatApp != "" && strings.Contains(r.UserAgent(), "MicroMessenger") {
		return pay.JSAPI
	}
	return pay.Native
}
