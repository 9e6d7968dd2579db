package reconciliationweb

import (
	"context"
	"io"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/alipay"
	"gongyi/internal/platform/pay/wechatpay"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// dayView is how one day stands.
type dayView struct {
	Place  community.Place
	Title  string
	Steps  []ui.Event
	Bills  []billView
	Differ ui.Table
	May    bool
	Over   bool // the day is
	Again  []ui.Form
	Names  []string // of the providers in Again
	File   ui.Form
	Kinds  []ui.Option
	Kind   string
}

// billView is one bill that was read.
type billView struct {
	Name  string
	Facts []ui.Fact
	Lines []ui.Line
}

func (h *Pages) day(w http.ResponseWriter, r *http.Request) error {
	return h.showDay(w, r, portal.Sent{})
}

func (h *Pages) showDay(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, err := h.place(r)
	if err != nil {
		return err
	}
	day, err := dayIn(r)
	if err != nil {
		return err
	}
	var state []flow.ReconciledDay
	var all []reconciliation.Difference
	if err := h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if state, err = h.Flows.ReconciledDays(ctx, rd, p.ID, day, day, h.now()); err != nil {
			return err
		}
		all, err = h.svc().Of(ctx, rd, p.ID, day, day)
		return err
	}); err != nil {
		return err
	}
	self := href(p, "/days/"+day.String())
	v := dayView{Place: p, Title: ui.FullDay(ctx, day), May: h.may(ctx, "reconciliation.work", p.ID), Over: day < period.DayOf(h.now(), flow.DefaultZone), Steps: h.steps(ctx, &state[0]),
		Differ: differTable(ctx, p, all), File: sent.Ask("file", self+"/file"), Kind: sent.Typed("file", "provider", string(pay.WeChat))}
	v.File.Upload, v.File.Busy = true, i18n.T(ctx, "正在核对")
	for _, b := range state[0].Bills {
		v.Bills = append(v.Bills, h.billView(ctx, &b))
	}
	for _, k := range h.providers() {
		f := sent.Ask("again-"+string(k), self+"/reading")
		f.Busy = i18n.T(ctx, "正在取账单")
		v.Again, v.Names = append(v.Again, f), append(v.Names, string(k))
	}
	for _, k := range []pay.Kind{pay.WeChat, pay.Alipay} {
		v.Kinds = append(v.Kinds, ui.Option{Value: string(k), Text: providerNames[k].In(ctx)})
	}
	return h.ShowSent(w, r, sent, h.shell(ctx, i18n.T(ctx, "%s的对账", ui.ShortDay(ctx, day))), dayPage(v))
}

// steps are what a day goes through.
func (h *Pages) steps(ctx context.Context, d *flow.ReconciledDay) []ui.Event {
	done := func(ok bool) ui.EventState {
		if ok {
			return ui.Done
		}
		return ui.Later
	}
	bill := ui.Event{Title: i18n.T(ctx, "读账单"), State: done(len(d.Bills) > 0)}
	if len(d.Bills) > 0 {
		bill.When = ui.Moment(ctx, portal.Local(d.Bills[0].ReadAt))
	} else if len(d.Tried) > 0 {
		bill.State, bill.Text, bill.When = ui.Now, outcomeNames[d.Tried[0].Outcome].In(ctx), ui.Moment(ctx, portal.Local(d.Tried[0].At))
	}
	differ := ui.Event{Title: i18n.T(ctx, "差异了结"), State: done(len(d.Bills) > 0 && d.Open == 0)}
	if d.Open > 0 {
		differ.State, differ.Text = ui.Now, i18n.T(ctx, "还有 %d 笔要查", d.Open)
	}
	return []ui.Event{
		{Title: i18n.T(ctx, "关账"), State: done(d.Closed)}, bill, differ,
		{Title: i18n.T(ctx, "手续费入账"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.Fee)), State: done(len(d.Bills) > 0)},
		{Title: i18n.T(ctx, "当天打款"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.PaidOut)), State: done(d.PaidOut > 0)},
	}
}

func (h *Pages) billView(ctx context.Context, b *reconciliation.Bill) billView {
	by := i18n.T(ctx, "自动")
	if who := db.ParseActor(b.ReadBy).ID; !who.IsZero() {
		_ = h.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error { // without her name the page is still right
			names, err := h.Names(ctx, rd, who)
			by = names[who]
			return err
		})
	}
	return billView{Name: providerNames[b.Provider].In(ctx),
		Facts: []ui.Fact{{Name: i18n.T(ctx, "怎么来的"), Text: sourceNames[b.Source].In(ctx)}, {Name: i18n.T(ctx, "谁读的"), Text: by}, {Name: i18n.T(ctx, "什么时候"), Text: ui.Moment(ctx, portal.Local(b.ReadAt))}},
		Lines: []ui.Line{
			{Text: i18n.T(ctx, "收款"), Note: i18n.T(ctx, "%d 笔", b.Payments), Num: ui.Yuan(b.Paid), In: true}, {Text: i18n.T(ctx, "退款"), Note: i18n.T(ctx, "%d 笔", b.Refunds), Num: ui.Yuan(-b.Back)},
			{Text: i18n.T(ctx, "收的手续费"), Note: "P-02", Num: ui.Yuan(-b.Kept)}, {Text: i18n.T(ctx, "退回的手续费"), Note: "P-02R", Num: ui.Yuan(b.Returned), In: true},
			{Text: i18n.T(ctx, "对上的"), Num: i18n.T(ctx, "%d 笔", b.Matched), Total: true},
		}}
}

func differTable(ctx context.Context, p community.Place, all []reconciliation.Difference) ui.Table {
	t := ui.Table{Caption: i18n.T(ctx, "这一天的差异"), Path: href(p, ""), Total: len(all), Ask: ui.TableAsk{Page: 1, Size: max(1, len(all))},
		Columns: []ui.Column{{Text: i18n.T(ctx, "哪里不一样"), Title: true}, {Text: i18n.T(ctx, "订单号"), Rare: true}, {Text: i18n.T(ctx, "账上（元）"), Num: true}, {Text: i18n.T(ctx, "他们（元）"), Num: true}, {Text: i18n.T(ctx, "现在")}},
		Empty:   ui.EmptyView{Icon: "check", Title: i18n.T(ctx, "没有差异"), Text: i18n.T(ctx, "账单和账上每一笔都一样，或者账单还没有读。")}}
	for i := range all {
		d := &all[i]
		text, tone := state(ctx, d)
		t.Rows = append(t.Rows, ui.TableRow{Href: href(p, "/differences/"+d.ID.String()), Cells: []ui.Cell{{Text: Title(ctx, d)}, {Text: d.Payment}, {Text: ui.Yuan(d.Ours)}, {Text: ui.Yuan(d.Theirs)}, {Text: text, Tone: tone}}})
	}
	return t
}

// read fetches the bill once more, for this place.
func (h *Pages) read(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	day, err := dayIn(r)
	if err != nil {
		return err
	}
	kind := r.PostFormValue("provider")
	err = h.Flows.ReadBill(r.Context(), actor(r), pay.Kind(kind), day, []id.ID{p.ID})
	return portal.Done(w, r, err, href(p, "/days/"+day.String()), "again-"+kind, func(s portal.Sent) error { return h.showDay(w, r, s) })
}

// upload reads a bill that somebody downloaded by hand.
func (h *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	day, err := dayIn(r)
	if err != nil {
		return err
	}
	err = h.uploaded(r, day, p)
	return portal.Done(w, r, err, href(p, "/days/"+day.String()), "file", func(s portal.Sent) error { return h.showDay(w, r, s) })
}

// inMemory is how much of an upload lies in memory; what is more goes to the disk.
const inMemory = 1 << 20

func (h *Pages) uploaded(r *http.Request, day period.Day, p community.Place) error {
	if err := r.ParseMultipartForm(inMemory); err != nil {
		return reconciliation.ErrNotABill.On("bill")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	file, head, err := r.FormFile("bill")
	if err != nil {
		return reconciliation.ErrNotABill.On("bill")
	}
	defer file.Close()
	var bill pay.Bill
	kind := pay.Kind(r.PostFormValue("provider"))
	switch kind {
	case pay.WeChat:
		bill, err = wechatpay.ReadBill(file)
	case pay.Alipay:
		bill, err = opened(file, head.Size)
	default:
		return httpkit.ErrNoSuchPage
	}
	if err != nil {
		return reconciliation.ErrNotABill.On("bill")
	}
	defer bill.Close()
	return h.Flows.ReadBillFile(r.Context(), actor(r), kind, day, p.ID, bill)
}

// opened opens a bill of Alipay's, which is read from its end.
func opened(file io.ReaderAt, size int64) (pay.Bill, error) {
	b, err := alipay.ReadBill(file, size)
	if err != nil {
		return nil, err // not a nil *Bill in an interface
	}
	return b, nil
}
