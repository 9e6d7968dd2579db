package marketdayweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// stallView is one stall: for its holder a till, for others what is done there and how to
// pay for it.
type stallView struct {
	portal.Spot
	Day    *marketday.Day
	Stall  *marketday.Stall
	Holder string
	Base   string
	Mine   bool
	Open   bool // services are paid for now
	Acting bool // for somebody else
	Have   string
	Most   string // by a code shown
	Charge ui.Form
	Pay    ui.Form
	Goods  ui.Form
	GiveUp *ui.Confirm
	Sent   portal.Sent
	Ahead  int64 // milliseconds, see the till
	Pieces marketday.Pieces
	Paid   []ui.Row
	Done   int
	Coins  string
	Stream string
	Prices []ui.Fact
}

func (h *Pages) stall(w http.ResponseWriter, r *http.Request) error {
	return h.showStall(w, r, portal.Sent{})
}

// stallIn is the stall in an address, of the day that stands before it.
func (h *Pages) stallIn(r *http.Request, at *portal.Spot) (x *marketday.Stall, d *marketday.Day, err error) {
	if d, err = h.dayIn(r, at.ID); err != nil {
		return nil, nil, err
	}
	which, err := portal.IDIn(r, "stall")
	if err != nil {
		return nil, nil, err
	}
	err = h.view(r.Context(), at.ID, func(rd db.Reader) error {
		x, err = h.svc().StallByID(r.Context(), rd, at.ID, which)
		if err == nil && x.Day != d.ID {
			err = marketday.ErrNoStall
		}
		return err
	})
	return x, d, err
}

func (h *Pages) showStall(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	x, d, err := h.stallIn(r, &at)
	if err != nil {
		return err
	}
	who, _, err := h.holding(ctx, &at)
	if err != nil {
		return err
	}
	v := stallView{Spot: at, Day: d, Stall: x, Base: stallHref(at.ID, x), Mine: who.Has(x), Sent: sent, Open: d.State() == marketday.Opened && x.End == nil, Stream: openHref(at.Ref, d.ID) + "/stream",
		Acting: authz.Of(ctx).Acting() != authz.Of(ctx).Person, Ahead: clock.Ahead(h.Flows.DB.Clock()).Milliseconds(), Most: ui.ServiceTime(ctx, at.Rules.MarketCodeMax, at.Rules.CoinsPerHour)}
	if v.Holder, err = h.holderName(ctx, &at, x); err != nil {
		return err
	}
	v.Charge, v.Pay, v.Goods = sent.Once("charge", v.Base+"/charge"), sent.Once("pay", v.Base+"/payment"), sent.Ask("goods", v.Base+"/goods")
	v.Charge.Queue, v.Charge.Busy = i18n.T(ctx, "收服务时"), i18n.T(ctx, "正在认码")
	v.Pay.Busy = i18n.T(ctx, "正在付")
	if err := h.view(ctx, at.ID, func(rd db.Reader) error { return h.fillStall(ctx, rd, &v) }); err != nil {
		return err
	}
	if v.Mine && x.End == nil && !d.Over() && len(v.Paid) == 0 {
		v.GiveUp = &ui.Confirm{ID: "give-up", Open: i18n.T(ctx, "不摆了，退掉摊位"), Class: "sm", Title: i18n.T(ctx, "退掉这个摊位？"), Text: i18n.T(ctx, "这张桌子马上可以给别的邻居。"), Action: v.Base + "/end", Do: i18n.T(ctx, "退掉摊位")}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", x.Title)
	s.Back = ui.Link{Href: dayHref(at.ID, d.ID), Text: d.Title}
	return h.ShowSent(w, r, sent, s, stallPage(v))
}

// holderName is how a stall's holder is called.
func (h *Pages) holderName(ctx context.Context, at *portal.Spot, x *marketday.Stall) (name string, err error) {
	if x.Shop.IsZero() {
		name, err = h.MemberCalled(ctx, at.ID, x.Member)
		if name == "" {
			name = i18n.T(ctx, "一位邻居")
		}
		return name, err
	}
	return name, h.view(ctx, at.ID, func(rd db.Reader) error {
		m, err := h.Flows.Merchants.ByID(ctx, rd, at.ID, x.Shop)
		if err == nil {
			name = flow.ShopName(m)
		}
		return err
	})
}

func (h *Pages) fillStall(ctx context.Context, rd db.Reader, v *stallView) error {
	held, err := h.Flows.Ledger.Holding(ctx, rd, v.ID, ledger.Of(party.Owner{Kind: party.Member, ID: v.Me.ID}, ledger.Coins))
	if err != nil {
		return err
	}
	v.Have = ui.ServiceTime(ctx, held.Balance, v.Rules.CoinsPerHour)
	if v.Stall.Sort == marketday.OnTheSpot {
		v.Prices = priceFacts(ctx, v)
	}
	if !v.Mine {
		return nil
	}
	pieces, err := h.svc().PiecesIn(ctx, rd, v.ID, v.Day.ID)
	if err != nil {
		return err
	}
	v.Pieces = pieces[v.Stall.ID]
	paid, err := h.svc().PaymentsAt(ctx, rd, v.ID, v.Stall.ID)
	var coins money.Amount
	for _, p := range paid {
		v.Paid = append(v.Paid, paymentRow(ctx, paymentHref(v.ID, p.ID), v.Now.Location(), p, v.Rules.CoinsPerHour))
		if p.Undone == nil {
			v.Done++
			coins += p.Coins
		}
	}
	v.Coins = ui.ServiceTime(ctx, coins, v.Rules.CoinsPerHour)
	return err
}

// priceFacts say what the usual service costs.
func priceFacts(ctx context.Context, v *stallView) []ui.Fact {
	p := v.Rules.ServicePrice(v.Stall.Minutes)
	return []ui.Fact{
		{Name: i18n.T(ctx, "一般要多久"), Text: i18n.T(ctx, "%d 分钟", v.Stall.Minutes)},
		{Name: i18n.T(ctx, "那就是"), Text: ui.ServiceTime(ctx, p, v.Rules.CoinsPerHour)},
	}
}

// minutesIn reads how long a service took; 0 is refused further on.
func minutesIn(r *http.Request) int {
	n, _ := strconv.Atoi(strings.TrimSpace(r.FormValue("minutes")))
	return n
}

// charge is paid by the code that the payer shows; a form that waited for the network says
// when she showed it.
func (h *Pages) charge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.atStall(w, r, "charge", func(at *portal.Spot, x *marketday.Stall) (string, error) {
		who, _, err := h.holding(ctx, at)
		if err != nil {
			return "", err
		}
		sale := flow.MarketSale{Stall: x.ID, Minutes: minutesIn(r), Code: strings.TrimSpace(r.FormValue("code")), Token: tokenOf(r, x)}
		if ms, err := strconv.ParseInt(r.FormValue("shown"), 10, 64); err == nil && ms > 0 {
			sale.Shown = time.UnixMilli(ms)
		}
		p, err := h.Flows.TakeAtStall(ctx, at.ID, actor(ctx), who, sale)
		if err != nil {
			return "", err
		}
		return paymentHref(at.ID, p.ID), nil
	})
}

// tokenOf tells a form of one stall from one of another.
func tokenOf(r *http.Request, x *marketday.Stall) string {
	if t := r.FormValue(ui.TokenName); t != "" {
		return x.ID.String() + t
	}
	return ""
}

// pay is paid by the payer herself.
func (h *Pages) pay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.atStall(w, r, "pay", func(at *portal.Spot, x *marketday.Stall) (string, error) {
		p, err := h.Flows.PayAtStall(ctx, at.ID, actor(ctx), flow.MarketSale{Stall: x.ID, Minutes: minutesIn(r), Payer: at.Me.Ref, Token: tokenOf(r, x)})
		if err != nil {
			return "", err
		}
		return paymentHref(at.ID, p.ID), nil
	})
}

func (h *Pages) goods(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.atStall(w, r, "goods", func(at *portal.Spot, x *marketday.Stall) (string, error) {
		who, _, err := h.holding(ctx, at)
		if err != nil {
			return "", err
		}
		t := portal.Type(r)
		p := marketday.Pieces{Given: t.Number("given"), Swapped: t.Number("swapped"), Sold: t.Number("sold")}
		if t.Err != nil {
			return "", t.Err
		}
		return stallHref(at.ID, x), h.Flows.CountGoods(ctx, at.ID, actor(ctx), who, x.ID, p)
	})
}

func (h *Pages) giveUp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.atStall(w, r, "give-up", func(at *portal.Spot, x *marketday.Stall) (string, error) {
		who, _, err := h.holding(ctx, at)
		if err != nil {
			return "", err
		}
		return dayHref(at.ID, x.Day), h.Flows.GiveUpStall(ctx, at.ID, actor(ctx), &who, x.ID, "")
	})
}

// atStall does something at the stall in an address, and leads on to where that says.
func (h *Pages) atStall(w http.ResponseWriter, r *http.Request, form string, do func(at *portal.Spot, x *marketday.Stall) (to string, err error)) error {
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	x, _, err := h.stallIn(r, &at)
	if err != nil {
		return err
	}
	to, err := do(&at, x)
	return portal.Done(w, r, err, to, form, func(s portal.Sent) error { return h.showStall(w, r, s) })
}

// paymentView is a payment for its two sides.
type paymentView struct {
	portal.Spot
	P      *marketday.Payment
	Stall  *marketday.Stall
	Holder string
	Facts  []ui.Fact
	Side   marketday.Side
	Base   string
	May    bool
	Until  string
	Wants  []ui.Row
	Sent   portal.Sent
	Form   ui.Form
}

// sideOf is the payment in an address with which of its sides the viewer is; of anybody
// else's there is none.
func (h *Pages) sideOf(r *http.Request, at *portal.Spot) (v paymentView, err error) {
	ctx := r.Context()
	which, err := portal.IDIn(r, "payment")
	if err != nil {
		return v, err
	}
	who, _, err := h.holding(ctx, at)
	if err != nil {
		return v, err
	}
	v.Spot = *at
	err = h.view(ctx, at.ID, func(rd db.Reader) error {
		if v.P, err = h.svc().PaymentByID(ctx, rd, at.ID, which); err != nil {
			return err
		}
		v.Stall, err = h.svc().StallByID(ctx, rd, at.ID, v.P.Stall)
		return err
	})
	switch {
	case err != nil:
		return v, err
	case v.P.Payer == at.Me.ID:
		v.Side = marketday.Payer
	case who.Has(v.Stall):
		v.Side = marketday.Holder
	default:
		return v, httpkit.ErrNoSuchPage
	}
	return v, nil
}

func (h *Pages) payment(w http.ResponseWriter, r *http.Request) error {
	return h.showPayment(w, r, portal.Sent{})
}

func (h *Pages) showPayment(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	v, err := h.sideOf(r, &at)
	if err != nil {
		return err
	}
	if v.Holder, err = h.holderName(ctx, &at, v.Stall); err != nil {
		return err
	}
	v.Sent, v.Base = sent, paymentHref(at.ID, v.P.ID)
	v.Form = sent.Ask("undo", v.Base+"/undo")
	until, may := undoUntil(ctx, &at, v.P)
	v.Until, v.May = ui.Clock(ctx, until.Add(-time.Minute)), may && !v.P.Wanted(v.Side)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "摊位"), Text: i18n.T(ctx, "%d 号 %s", v.Stall.Number, v.Stall.Title)}, {Name: i18n.T(ctx, "摊主"), Text: v.Holder},
		{Name: i18n.T(ctx, "多久"), Text: i18n.T(ctx, "%d 分钟", v.P.Minutes)}, {Name: i18n.T(ctx, "什么时候"), Text: ui.Exact(ctx, v.P.Shown.In(at.Now.Location()))}}
	if v.P.Late() {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "连上网以后记的"), Text: ui.Exact(ctx, v.P.At.In(at.Now.Location()))})
	}
	for _, x := range v.P.Wants {
		v.Wants = append(v.Wants, ui.Row{Icon: "undo", Title: i18n.T(ctx, "%s要求退回", sideName(ctx, x.Side)), Text: x.Words, EndNote: ui.Clock(ctx, x.At.In(at.Now.Location()))})
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "现场服务"))
	s.Back = ui.Link{Href: stallHref(at.ID, v.Stall), Text: v.Stall.Title}
	return h.ShowSent(w, r, sent, s, paymentPage(v))
}

func (h *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	v, err := h.sideOf(r, &at)
	if err != nil {
		return err
	}
	err = h.Flows.UndoAtStall(ctx, at.ID, actor(ctx), v.Side, v.P.ID, portal.Prose(r, "words"))
	return portal.Done(w, r, err, paymentHref(at.ID, v.P.ID), "undo", func(s portal.Sent) error { return h.showPayment(w, r, s) })
}

func shopID(r *http.Request, field string) (shop id.ID) {
	shop, _ = id.Parse(r.FormValue(field)) // none stands for a neighbour
	return shop
}

// Day names the stall above the amount.
func (v paymentView) Day() string { return v.Stall.Title }

// undoTitle asks the side that has not yet said so.
func undoTitle(ctx context.Context, v paymentView) string {
	if len(v.P.Wants) > 0 {
		return i18n.T(ctx, "同意退回吗？")
	}
	return i18n.T(ctx, "不对的话")
}
