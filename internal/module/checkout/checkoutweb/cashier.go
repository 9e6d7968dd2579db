package checkoutweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// tillView is where a cashier asks for the next amount.
type tillView struct {
	Form   ui.Form
	List   string
	Code   string
	Recent []ui.Row
	Poster string
	Ahead  int64 // milliseconds by which the house's clock is ahead of the machine's
}

// recentShown is how many checkouts of the shop stand below the form.
const recentShown = 8

func (p *Pages) till(w http.ResponseWriter, r *http.Request) error {
	return p.tillPage(w, r, portal.Sent{})
}

func (p *Pages) tillPage(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := p.Counter(r)
	if err != nil {
		return err
	}
	v := tillView{Form: sent.Once("ask", c.Href("/till")), List: sent.Typed("ask", "list", ""), Code: sent.Typed("ask", "code", r.URL.Query().Get("code")), Poster: c.Href("/paycode"),
		Ahead: clock.Ahead(p.Flows.DB.Clock()).Milliseconds()}
	v.Form.Queue, v.Form.Busy = i18n.T(ctx, "收款"), i18n.T(ctx, "正在认码")
	var recent []checkout.Checkout
	if err := p.Flows.DB.View(ctx, c.ID, func(reader db.Reader) error {
		recent, err = p.Flows.Checkouts.OfShop(ctx, reader, c.ID, c.Shop.ID, recentShown)
		return err
	}); err != nil {
		return err
	}
	for i := range recent {
		v.Recent = append(v.Recent, recentRow(ctx, &c, &recent[i]))
	}
	s := p.ShopShell(ctx, c.ID, c.Shop.ID, "till", i18n.T(ctx, "收款"))
	return p.ShowSent(w, r, sent, s, tillPage(v))
}

func recentRow(ctx context.Context, c *portal.Counter, k *checkout.Checkout) ui.Row {
	row := ui.Row{Href: c.Href("/till/" + k.ID.String()), Icon: "slip", Title: "¥ " + ui.Yuan(k.List), Text: ui.Clock(ctx, c.Local(k.OpenedAt))}
	if k.Terms != nil {
		row.Title = "¥ " + ui.Yuan(k.Terms.Proposal.Price)
	}
	tone, word := stateWord(ctx, k)
	row.Tag, row.Tone = word, tone
	return row
}

// stateWord says how far a checkout is.
func stateWord(ctx context.Context, k *checkout.Checkout) (ui.Tone, string) {
	switch {
	case k.Settled():
		return ui.OK, i18n.T(ctx, "收好了")
	case k.End != nil && k.End.Kind == checkout.Expired:
		return ui.Tell, i18n.T(ctx, "过时没付")
	case k.End != nil:
		return ui.Tell, i18n.T(ctx, "取消了")
	case k.Terms != nil:
		return ui.Soon, i18n.T(ctx, "等付款")
	}
	return ui.Soon, i18n.T(ctx, "等确认")
}

// ask begins a checkout: an amount, and a code if there is one.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	on, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	list, err := portal.Yuan(r, "list")
	var c *checkout.Checkout
	if err == nil {
		c, err = p.Flows.OpenCheckout(r.Context(), on.Place, actor(r.Context()), flow.Opening{
			Shop: on.Subject, List: list, Code: strings.TrimSpace(r.FormValue("code")), Shown: shownAt(r), Token: on.Subject.String() + r.FormValue(ui.TokenName),
		})
	}
	to := ""
	if err == nil {
		to = "/shop/" + on.Subject.String() + "/till/" + c.ID.String()
		if r.FormValue("queue") != "" && c.Late() { // it waited for the network: the goods and the cash have changed hands
			_, err = p.Flows.AgreeCheckout(r.Context(), on.Place, actor(r.Context()), c.ID, flow.Agreeing{Wish: plain(), Tender: checkout.Cash, Expect: p.plainCash(r.Context(), on.Place, c.ID)})
		}
	}
	return portal.Done(w, r, err, to, "ask", func(s portal.Sent) error { return p.tillPage(w, r, s) })
}

// shownAt is when the buyer showed her code by the till's clock, zero if the form does
// not say.
func shownAt(r *http.Request) time.Time {
	ms, err := strconv.ParseInt(r.FormValue("shown"), 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// plain is a wish that uses nothing of the buyer's: what a cashier may decide alone.
func plain() offer.Wish {
	none := money.Amount(0)
	return offer.Wish{Coins: &none, Chosen: true}
}

// plainCash is what a buyer pays who uses nothing of hers; 0 if it cannot be told, which
// then is refused as another sum.
func (p *Pages) plainCash(ctx context.Context, community, at id.ID) money.Amount {
	out, err := p.Flows.ProposeCheckout(ctx, community, at, plain(), checkout.Cash)
	if err != nil {
		return 0
	}
	return out.Proposal.Cash
}

// checkoutView is a checkout on the cashier's screen.
type checkoutView struct {
	Stage   int // of scan, amount, confirm
	Price   money.Amount
	Above   string // how the price came about
	Buyer   string // what the shop may know of her
	Known   bool
	Mine    []ui.Line // of hers: entitlement, vouchers
	Shares  []ui.Line // what the shop gives and keeps
	Gains   string    // what the buyer gets
	Form    ui.Form
	Tenders []ui.Option
	Tender  string
	Digits  *digitsView // nil where there is nothing of hers to let go
	Given   bool        // she has said so on her phone
	Cancel  ui.Form
	State   string
	Watch   string
	Next    string
	Pay     *payView
	Done    *doneView
	Service *serviceView // nil where the shop's people went nowhere
	Ended   string
	DueAt   string
}

func (p *Pages) checkout(w http.ResponseWriter, r *http.Request) error {
	return p.checkoutPage(w, r, portal.Sent{})
}

func (p *Pages) checkoutPage(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := p.ofShop(r)
	if err != nil {
		return err
	}
	shop, err := p.Counter(r)
	if err != nil {
		return err
	}
	wish := plain()
	if c.Given != nil {
		wish = c.Given.Wish()
	}
	tender := checkout.Tender(sent.Typed("take", "tender", string(p.tenders()[0])))
	out, err := p.Flows.ProposeCheckout(ctx, c.community, c.ID, wish, tender)
	if err != nil {
		return err
	}
	base := shop.Href("/till/" + c.ID.String())
	v := checkoutView{Stage: 2, Price: out.Proposal.Cash, Above: above(ctx, &out.Proposal), Known: out.Buyer != "", State: stateOf(c.Checkout), Watch: base + "/state", Next: shop.Href("/till"),
		Given: c.Given != nil, DueAt: ui.Clock(ctx, shop.Local(c.DueAt)), Tender: string(tender),
		Form: sent.Ask("take", base+"/agreement"), Cancel: sent.Ask("cancel", base+"/cancellation")}
	v.Form.ID, v.Form.Busy = "take", i18n.T(ctx, "正在收款")
	if err := p.tellBuyer(ctx, &v, &out); err != nil {
		return err
	}
	switch {
	case c.Settled():
		if v.Done, err = p.doneAt(ctx, c, shop.Href("")); err == nil {
			v.Service, err = p.serviceOf(ctx, c, &shop, sent)
		}
	case c.End != nil:
		v.Ended = endedWord(ctx, c.Checkout)
	case c.Terms != nil:
		v.Pay, err = p.payable(ctx, c)
	default:
		v.Shares, v.Gains = shares(ctx, &out), gains(ctx, &out)
		v.Tenders = p.tenderOptions(ctx, c.Checkout)
		if !c.Key.IsZero() && !c.Member.IsZero() && c.Given == nil {
			v.Digits = &digitsView{Form: sent.Ask("digits", base+"/consent"), Typed: sent.Typed("digits", "digits", "")}
		}
	}
	if err != nil {
		return err
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "收款确认"), Back: ui.Link{Href: v.Next, Text: i18n.T(ctx, "收款")}, Class: "till", Private: true}
	if v.Done == nil && v.Pay == nil && v.Ended == "" {
		s.Dock = takeDock(v)
	}
	return p.ShowSent(w, r, sent, s, checkoutPage(v))
}

// digitsView asks for the buyer's word of consent.
type digitsView struct {
	Form  ui.Form
	Typed string
}

// digits takes the six digits with which the buyer lets go what is hers.
func (p *Pages) digits(w http.ResponseWriter, r *http.Request) error {
	c, err := p.ofShop(r)
	if err != nil {
		return err
	}
	typed := strings.ReplaceAll(strings.TrimSpace(r.FormValue("digits")), " ", "")
	err = p.Flows.GiveByDigits(r.Context(), c.community, actor(r.Context()), c.ID, typed)
	return portal.Done(w, r, err, up(r), "digits", func(s portal.Sent) error { return p.checkoutPage(w, r, s) })
}

// tellBuyer says what the shop may know: the end of her telephone number, and what of
// hers is used.
func (p *Pages) tellBuyer(ctx context.Context, v *checkoutView, out *flow.Proposed) error {
	if out.Buyer == "" {
		v.Buyer = i18n.T(ctx, "散客，不记在谁名下")
		return nil
	}
	tail, err := p.Flows.PhoneTail(ctx, out.Buyer)
	if err != nil {
		return err
	}
	v.Buyer = i18n.T(ctx, "会员")
	if tail != "" {
		v.Buyer = i18n.T(ctx, "会员，手机尾号 %s", tail)
	}
	v.Mine = hers(ctx, &out.Proposal)
	return nil
}

// tenders are the ways to pay that this house has.
func (p *Pages) tenders() (all []checkout.Tender) {
	for _, t := range checkout.Tenders {
		if t.Provider() == "" || p.Flows.Has(t.Provider()) {
			all = append(all, t)
		}
	}
	return all
}

func (p *Pages) tenderOptions(ctx context.Context, c *checkout.Checkout) (all []ui.Option) {
	for _, t := range p.tenders() {
		o := ui.Option{Value: string(t), Text: tenderWord(ctx, t), Icon: tenderIcons[t]}
		o.Off = c.Late() && t.Provider() != ""
		all = append(all, o)
	}
	return all
}

var tenderIcons = map[checkout.Tender]string{checkout.WeChat: "qr", checkout.Alipay: "scan", checkout.Cash: "cash", checkout.Card: "card", checkout.Record: "edit"}

func tenderWord(ctx context.Context, t checkout.Tender) string {
	switch t {
	case checkout.WeChat:
		return i18n.T(ctx, "微信")
	case checkout.Alipay:
		return i18n.T(ctx, "支付宝")
	case checkout.Cash:
		return i18n.T(ctx, "现金")
	case checkout.Card:
		return i18n.T(ctx, "刷卡")
	case checkout.None:
		return i18n.T(ctx, "券和权益付清")
	}
	return i18n.T(ctx, "只记账")
}

// take agrees to the terms: the shop has the money, or asks a provider for it.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.ofShop(r)
	if err != nil {
		return err
	}
	a := flow.Agreeing{Tender: checkout.Tender(r.FormValue("tender")), Wish: plain(), Scene: pay.Native}
	if c.Given != nil {
		a.Wish = c.Given.Wish()
	}
	if a.Expect, err = money.Parse(r.FormValue("expect"), money.CNY); err != nil {
		err = checkout.ErrChanged
	}
	if err == nil {
		_, err = p.Flows.AgreeCheckout(ctx, c.community, actor(ctx), c.ID, a)
	}
	return portal.Done(w, r, err, up(r), "take", func(s portal.Sent) error { return p.checkoutPage(w, r, s) })
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	c, err := p.ofShop(r)
	if err != nil {
		return err
	}
	err = p.Flows.CancelCheckout(r.Context(), c.community, actor(r.Context()), c.ID, "cancelled at the till")
	return portal.Done(w, r, err, "/shop/"+c.Merchant.String()+"/till", "cancel", func(s portal.Sent) error { return p.checkoutPage(w, r, s) })
}

// posterView is the shop's own code, to be printed and put up.
type posterView struct {
	Shop, Place, Link string
}

// poster is the page with the code that buyers scan.
func (p *Pages) poster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.Counter(r)
	if err != nil {
		return err
	}
	v := posterView{Shop: flow.ShopName(c.Shop), Place: portal.PlaceName(c.Place), Link: p.Base(ctx) + c.Path("/pay/"+url.PathEscape(c.Shop.Ref))}
	s := p.ShopShell(ctx, c.ID, c.Shop.ID, "till", i18n.T(ctx, "收款码"))
	return p.Show(w, r, s, posterPage(v))
}
