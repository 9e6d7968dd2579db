package marketdayweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's market days for the desk.
type deskView struct {
	portal.Room
	Ahead, Past []ui.Row
	May         bool
	Sent        portal.Sent
	Form        ui.Form
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, May: h.MayIn(ctx, "market_desk.keep", room.ID), Form: sent.Once("call", room.Desk("market", ""))}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		v.Ahead, v.Past, err = h.dayRows(ctx, rd, &room, func(day id.ID) string { return room.Desk("market", "/"+day.String()) })
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "market", i18n.T(ctx, "开市")), deskPage(v))
}

func (h *Pages) call(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	d, to := marketday.Day{Title: strings.TrimSpace(r.FormValue("title")), About: portal.Prose(r, "about"), Place: strings.TrimSpace(r.FormValue("place"))}, room.Desk("market", "")
	t := portal.Type(r)
	d.Tables = t.Number("tables")
	if err = t.Err; err == nil {
		d.Begins, err = portal.MomentIn(r, "begins", "from", room.Now.Location())
	}
	if err == nil {
		d.Ends, err = portal.MomentIn(r, "begins", "to", room.Now.Location())
	}
	if err == nil {
		var called *marketday.Day
		if called, err = h.Flows.CallMarket(ctx, room.ID, actor(ctx), d, r.FormValue(ui.TokenName)); err == nil && called != nil {
			to += "/" + called.ID.String()
		}
	}
	return portal.Done(w, r, err, to, "call", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// deskDayView is one market day for the desk: its plan, what is paid, what is to be done.
type deskDayView struct {
	portal.Room
	Day          *marketday.Day
	When         string
	Tag          string
	Tone         ui.Tone
	Base         string
	Public       string
	Tally        marketday.Tally
	Stats        []ui.Stat
	Stalls       []deskStall
	Payments     []deskPayment
	More         int    // payments that are not listed
	Newer, Older string // where the other payments are listed
	May          bool
	Settle       bool // may enter stalls for others, and undo
	CanOpen      bool
	Sent         portal.Sent
	Close        ui.Form
	Off          ui.Form
	Enter        ui.Form
	Shops        []ui.Option
}

// deskStall is a stall with what the desk may do.
type deskStall struct {
	marketday.StallTally
	Holder string
	Row    ui.Row
	Free   *ui.Confirm // gives its table to others
}

// deskPayment is a payment with the form that undoes it.
type deskPayment struct {
	*marketday.Payment
	Row  ui.Row
	Form ui.Form
	May  bool
}

// paymentsShown is how many payments the desk's page lists at a time, the newest first.
const paymentsShown = 50

func (h *Pages) deskDay(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskDay(w, r, portal.Sent{})
}

func (h *Pages) showDeskDay(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	v, err := h.deskDayOf(r, sent)
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "market", v.Day.Title), deskDayPage(v))
}

func (h *Pages) deskDayOf(r *http.Request, sent portal.Sent) (v deskDayView, err error) {
	ctx := r.Context()
	if v.Room, err = h.Room(r); err != nil {
		return v, err
	}
	if v.Day, err = h.dayIn(r, v.ID); err != nil {
		return v, err
	}
	v.Sent, v.Shops = sent, append([]ui.Option{{Text: i18n.T(ctx, "不是店家")}}, v.ShopOptions()...)
	v.May, v.Settle = h.MayIn(ctx, "market_desk.keep", v.ID), h.MayIn(ctx, "market_desk.settle", v.ID)
	v.When, v.Base, v.Public = when(ctx, v.Now.Location(), v.Day), v.Desk("market", "/"+v.Day.ID.String()), openHref(v.Ref, v.Day.ID)
	v.Tone, v.Tag = stateTag(ctx, v.Day)
	v.CanOpen = v.Day.State() == marketday.Called && !v.Now.Before(v.Day.Begins.Add(-marketday.OpenEarly))
	v.Close, v.Off, v.Enter = sent.Ask("close", v.Base+"/closing"), sent.Ask("off", v.Base+"/off"), sent.Once("stall", v.Base+"/stalls")
	var payments []*marketday.Payment
	if err := h.view(ctx, v.ID, func(rd db.Reader) error {
		if v.Tally, err = h.Flows.MarketTally(ctx, rd, v.ID, v.Day.ID); err != nil {
			return err
		}
		payments, err = h.svc().Payments(ctx, rd, v.ID, v.Day.ID)
		return err
	}); err != nil {
		return v, err
	}
	v.Stats = stats(ctx, &v.Tally, v.Rules.CoinsPerHour)
	if v.Stalls, err = h.deskStalls(ctx, &v); err != nil {
		return v, err
	}
	past, err := strconv.Atoi(r.URL.Query().Get("past"))
	if past = min(max(past, 0), len(payments)); err == nil && past > 0 {
		v.Newer = v.Base + "#payments"
	} else {
		past = 0
	}
	if v.More = max(0, len(payments)-past-paymentsShown); v.More > 0 {
		v.Older = v.Base + "?past=" + strconv.Itoa(past+paymentsShown) + "#payments"
	}
	for _, p := range payments[past:min(len(payments), past+paymentsShown)] {
		v.Payments = append(v.Payments, h.deskPayment(ctx, &v, p))
	}
	return v, nil
}

func (h *Pages) deskStalls(ctx context.Context, v *deskDayView) (all []deskStall, err error) {
	for i := range v.Tally.Stalls {
		x := deskStall{StallTally: v.Tally.Stalls[i]}
		if x.Holder, err = h.deskHolder(ctx, &v.Room, x.Stall); err != nil {
			return nil, err
		}
		x.Row = stallRow(ctx, "", &x.StallTally, v.Rules.CoinsPerHour)
		x.Row.Text = x.Holder + " · " + x.Row.Text
		switch {
		case x.End != nil:
			x.Row.Tag, x.Row.Tone = i18n.T(ctx, "退掉了"), ui.Tell
		case v.May && !v.Day.Over() && x.Services == 0:
			at := x.Stall.ID.String()
			x.Free = &ui.Confirm{ID: "end-" + at, Open: i18n.T(ctx, "退掉摊位"), Class: "sm", Title: i18n.T(ctx, "退掉 %d 号摊？", x.Number), Text: i18n.T(ctx, "这张桌子马上可以给别的邻居。请先和摊主说好。"), Action: v.Base + "/stalls/" + at + "/end", Do: i18n.T(ctx, "退掉摊位")}
		}
		all = append(all, x)
	}
	return all, nil
}

// deskHolder is how a stall's holder is called at the desk.
func (h *Pages) deskHolder(ctx context.Context, room *portal.Room, x *marketday.Stall) (string, error) {
	if !x.Shop.IsZero() {
		return room.ShopName(ctx, x.Shop), nil
	}
	name, err := h.MemberCalled(ctx, room.ID, x.Member)
	return cmp.Or(name, i18n.T(ctx, "一位邻居")), err
}

func (h *Pages) deskPayment(ctx context.Context, v *deskDayView, p *marketday.Payment) deskPayment {
	x := deskPayment{Payment: p, Row: paymentRow(ctx, "", v.Now.Location(), p, v.Rules.CoinsPerHour), Form: v.Sent.Ask("undo-"+p.ID.String(), v.Base+"/payments/"+p.ID.String()+"/undo")}
	for i := range v.Tally.Stalls {
		if s := &v.Tally.Stalls[i]; s.Stall.ID == p.Stall {
			x.Row.Title = i18n.T(ctx, "%d 号摊，%d 分钟", s.Number, p.Minutes)
		}
	}
	for _, w := range p.Wants {
		if !v.Settle {
			break // reasons are for who decides
		}
		x.Row.Notes = append(x.Row.Notes, sideName(ctx, w.Side)+"："+w.Words)
	}
	local := p.At.In(v.Now.Location())
	y, m, d := local.Date()
	x.May = v.Settle && p.MayUndo(v.Now, time.Date(y, m, d+1, 0, 0, 0, 0, v.Now.Location())) == nil
	return x
}

// act does something with the day in an address.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community, day id.ID) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	day, err := portal.IDIn(r, "day")
	if err != nil {
		return err
	}
	to := "/desk/market/" + r.PathValue("community") + "/" + day.String()
	return portal.Done(w, r, do(r.Context(), c.ID, day), to, form, func(s portal.Sent) error { return h.showDeskDay(w, r, s) })
}

func (h *Pages) opening(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "opening", func(ctx context.Context, community, day id.ID) error {
		return h.Flows.OpenMarket(ctx, community, actor(ctx), day)
	})
}

func (h *Pages) closing(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "close", func(ctx context.Context, community, day id.ID) error {
		return h.Flows.CloseMarket(ctx, community, actor(ctx), day, portal.Prose(r, "words"))
	})
}

func (h *Pages) callOff(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "off", func(ctx context.Context, community, day id.ID) error {
		return h.Flows.CallOffMarket(ctx, community, actor(ctx), day, portal.Prose(r, "words"))
	})
}

// enter takes a stall for somebody who telephones or comes by.
func (h *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "stall", func(ctx context.Context, community, day id.ID) error {
		x := stallTyped(r, day)
		if x.Shop = shopID(r, "shop"); x.Shop.IsZero() {
			m, err := h.MemberBy(ctx, community, "who", r.FormValue("who"))
			if err != nil {
				return err
			}
			x.Member = m.ID
		}
		_, err := h.Flows.TakeStall(ctx, community, actor(ctx), x, true, r.FormValue(ui.TokenName))
		return err
	})
}

func (h *Pages) deskEnd(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "end", func(ctx context.Context, community, _ id.ID) error {
		stall, err := portal.IDIn(r, "stall")
		if err != nil {
			return err
		}
		return h.Flows.GiveUpStall(ctx, community, actor(ctx), nil, stall, "")
	})
}

func (h *Pages) deskUndo(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "undo-"+r.PathValue("payment"), func(ctx context.Context, community, _ id.ID) error {
		payment, err := portal.IDIn(r, "payment")
		if err != nil {
			return err
		}
		return h.Flows.UndoAtStall(ctx, community, actor(ctx), marketday.Desk, payment, portal.Prose(r, "words"))
	})
}

// export takes along what was paid, without who paid.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := h.deskDayOf(r, portal.Sent{})
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "开市"), Head: []string{i18n.T(ctx, "摊位"), i18n.T(ctx, "摊名"), i18n.T(ctx, "摊主"), i18n.T(ctx, "服务次数"), i18n.T(ctx, "分钟"), i18n.T(ctx, "抵扣权益"), i18n.T(ctx, "送出"), i18n.T(ctx, "交换"), i18n.T(ctx, "卖出")}}
	for _, x := range v.Stalls {
		row := []sheet.Value{sheet.Figure(strconv.Itoa(x.Number))}
		row = append(row, sheet.Texts(x.Title, x.Holder)...)
		for _, n := range []int{x.Services, x.Minutes} {
			row = append(row, sheet.Figure(strconv.Itoa(n)))
		}
		row = append(row, sheet.Figure(x.Coins.Decimal(money.Coin)))
		for _, n := range []int{x.Pieces.Given, x.Pieces.Swapped, x.Pieces.Sold} {
			row = append(row, sheet.Figure(strconv.Itoa(n)))
		}
		t.Rows = append(t.Rows, row)
	}
	return portal.Take(w, r, v.Day.Title, cmp.Or(r.FormValue("format"), "csv"), t)
}

// plan is the stall plan for paper.
func (h *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	v, err := h.deskDayOf(r, portal.Sent{})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return h.Show(w, r, h.DeskShell(ctx, "market", i18n.T(ctx, "摊位表")), planPage(v))
}

// sign is a stall's sign: its number and the code by which people pay there.
type sign struct {
	Number      int
	Title, Link string
}

func (h *Pages) signs(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := h.deskDayOf(r, portal.Sent{})
	if err != nil {
		return err
	}
	var all []sign
	for _, x := range v.Stalls {
		if x.End == nil {
			all = append(all, sign{x.Number, x.Title, h.Base(ctx) + stallHref(v.ID, x.Stall)})
		}
	}
	return h.Show(w, r, h.DeskShell(ctx, "market", i18n.T(ctx, "摊位牌")), signsPage(v, all))
}
