package operatorweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// chargeView is one charge at the counter.
type chargeView struct {
	Place     community.Place
	Charge    *charge.Charge
	Past      []ui.Event
	Facts     []ui.Fact
	Entry     string // page of the entry that booked it, "" if none or not for her
	May       bool   // take the payment
	MayCancel bool
	MayHand   bool
	Late      bool // past the day by which it was due
	Done      bool
	Form      ui.Form
	Cancel    ui.Form
	Hand      ui.Form
	Means     string
	Reference string
	Reason    string
}

func (d *Desk) charge(w http.ResponseWriter, r *http.Request) error {
	v, err := d.chargeView(r)
	if err != nil {
		return err
	}
	v.Done = r.FormValue("done") != ""
	return d.Portal.Show(w, r, d.shell(r, "counter", i18n.T(r.Context(), "收款台")), chargePage(v))
}

func (d *Desk) chargeView(r *http.Request) (v chargeView, err error) {
	ctx := r.Context()
	if v.Place, err = d.place(r); err != nil {
		return v, err
	}
	if v.Charge, err = d.findCharge(ctx, v.Place, r.PathValue("charge")); err != nil {
		return v, err
	}
	c := v.Charge
	v.Late = c.Open() && !d.now().Before(c.DueAt)
	v.May = c.Open() && !v.Late && d.may(ctx, "charge.pay", v.Place.ID)
	v.MayCancel = c.Open() && d.may(ctx, "charge.cancel", v.Place.ID)
	v.MayHand = c.Paid() && d.may(ctx, "charge.hand", v.Place.ID)
	v.Means, v.Reference, v.Reason = r.FormValue("means"), r.FormValue("reference"), r.FormValue("reason")
	self := chargePath(v.Place, c.Code)
	v.Form, v.Cancel = ui.Form{Action: self + "/payment", Busy: i18n.T(ctx, "正在记账")}, ui.Form{Action: self + "/cancellation", In: "cancel"}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "为什么付"), Text: purposeName(ctx, c.Purpose)}, {Name: i18n.T(ctx, "说明"), Text: cmp.Or(c.Title, "–")}, {Name: i18n.T(ctx, "最晚"), Text: d.moment(ctx, c.DueAt)}}
	if c.Paid() {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "怎么付的"), Text: meansName(ctx, c.End.Means)}, ui.Fact{Name: i18n.T(ctx, "凭证号"), Text: c.End.Reference})
		if d.may(ctx, "account.read", v.Place.ID) {
			v.Entry = entryPath(v.Place, c.End.Seq)
		}
	}
	return v, d.pastOf(ctx, &v)
}

// pastOf tells what happened to a charge.
func (d *Desk) pastOf(ctx context.Context, v *chargeView) error {
	c := v.Charge
	by := []string{c.OpenedBy}
	if c.End != nil {
		by = append(by, c.End.By)
	}
	for _, x := range c.Refunds {
		by = append(by, x.By)
		if x.Handed != nil {
			by = append(by, x.Handed.By)
		}
	}
	names, err := d.names(ctx, by...)
	if err != nil {
		return err
	}
	add := func(title, text, when string, state ui.EventState) {
		v.Past = append(v.Past, ui.Event{Title: title, Text: text, When: when, State: state})
	}
	add(i18n.T(ctx, "开出"), names[c.OpenedBy], d.moment(ctx, c.OpenedAt), ui.Done)
	switch {
	case c.Open():
		add(i18n.T(ctx, "等着付"), "", i18n.T(ctx, "最晚 %s", d.moment(ctx, c.DueAt)), ui.Now)
	case c.Paid():
		add(i18n.T(ctx, "付了 %s 元", ui.Yuan(c.Amount)), i18n.T(ctx, "%s，%s 收的", meansName(ctx, c.End.Means), names[c.End.By]), d.moment(ctx, c.End.At), ui.Done)
	case c.End.Kind == charge.Expired:
		add(i18n.T(ctx, "过期作废，钱没有动"), "", d.moment(ctx, c.End.At), ui.Done)
	default:
		add(i18n.T(ctx, "取消了，钱没有动"), i18n.T(ctx, "%s：%s", names[c.End.By], c.End.Reason), d.moment(ctx, c.End.At), ui.Done)
	}
	for _, x := range c.Refunds {
		add(i18n.T(ctx, "退款 %s 元记了账", ui.Yuan(x.Amount)), i18n.T(ctx, "%s：%s", names[x.By], x.Reason), d.moment(ctx, x.At), ui.Done)
		if x.Handed != nil {
			add(i18n.T(ctx, "退款交还了"), i18n.T(ctx, "%s，凭证 %s", names[x.Handed.By], x.Handed.Reference), d.moment(ctx, x.Handed.At), ui.Done)
		} else {
			add(i18n.T(ctx, "等着把退款交还"), "", "", ui.Now)
		}
	}
	return nil
}

// acted answers a form of the charge's page: back to it, or what is to be mended.
func (d *Desk) acted(w http.ResponseWriter, r *http.Request, v chargeView, form *ui.Form, err error) error {
	ctx := r.Context()
	if err == nil {
		http.Redirect(w, r, chargePath(v.Place, v.Charge.Code)+"?done=1", http.StatusSeeOther)
		return nil
	}
	wrong, status, err := wrongs(ctx, err)
	if err != nil {
		return err
	}
	form.Wrong = wrong
	return d.Portal.ShowAs(w, r, status, httpkit.Never, d.shell(r, "counter", i18n.T(ctx, "收款台")), chargePage(v))
}

// payCharge takes a payment. The same slip for the same charge counts once.
func (d *Desk) payCharge(w http.ResponseWriter, r *http.Request) error {
	v, err := d.chargeView(r)
	if err != nil {
		return err
	}
	_, err = d.Flows.Pay(r.Context(), v.Place.ID, actor(r.Context()), v.Charge.ID, charge.Payment{Means: charter.Means(v.Means), Reference: v.Reference})
	return d.acted(w, r, v, &v.Form, err)
}

func (d *Desk) cancelCharge(w http.ResponseWriter, r *http.Request) error {
	v, err := d.chargeView(r)
	if err != nil {
		return err
	}
	return d.acted(w, r, v, &v.Cancel, d.Flows.DropCharge(r.Context(), v.Place.ID, actor(r.Context()), v.Charge.ID, v.Reason))
}

func (d *Desk) handRefund(w http.ResponseWriter, r *http.Request) error {
	v, err := d.chargeView(r)
	if err != nil {
		return err
	}
	seq, err := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if err != nil {
		return charge.ErrNotFound
	}
	return d.acted(w, r, v, &v.Hand, d.Flows.HandRefund(r.Context(), v.Place.ID, actor(r.Context()), v.Charge.ID, seq, v.Reference))
}

// meansOptions are the means by which a charge may be paid.
func meansOptions(ctx context.Context, c *charge.Charge) (options []ui.Option) {
	for _, m := range charter.AllMeans {
		if !c.Purpose.InCustody() || m.Held() {
			options = append(options, ui.Option{Value: string(m), Text: meansName(ctx, m)})
		}
	}
	return options
}

// custodyHelp says why some money may not be taken in cash.
func custodyHelp(ctx context.Context, c *charge.Charge) string {
	if !c.Purpose.InCustody() {
		return ""
	}
	return i18n.T(ctx, "这笔钱直接进托管，平台不经手。")
}
