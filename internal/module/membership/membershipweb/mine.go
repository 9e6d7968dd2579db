package membershipweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// mineView is a person's membership.
type mineView struct {
	flow.MyMembership
	Place   string
	Tag     string
	Tone    ui.Tone
	Months  ui.Culm
	Left    int
	Stats   []ui.Stat
	Form    ui.Form
	Code    string
	At      string // the community that was chosen
	Places  []ui.Option
	Brings  []ui.Row
	Going   flow.Partings // what would come back today
	Soon    bool          // it is time to renew
	Herself bool
	Birth   ui.Form
	Born    [2]string
	DueOn   string
	PayLink string // where it can be paid online, "" nowhere
}

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return h.showMine(w, r, http.StatusOK, nil, nil)
}

// showMine shows it; wrong is what is to be mended in the order, born in the birthday.
func (h *Pages) showMine(w http.ResponseWriter, r *http.Request, status int, wrong, born []ui.Wrong) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	v := mineView{MyMembership: m, Place: portal.PlaceName(m.Community), Herself: authz.Of(ctx).For.IsZero(), Code: cmp.Or(r.FormValue("code"), r.FormValue("by")), At: r.FormValue("community"),
		Form:  ui.Form{Action: self + "/orders", Wrong: wrong, Busy: i18n.T(ctx, "正在下单，请等一下")},
		Birth: ui.Form{Action: self + "/birthday", In: "birthday", Wrong: born}, Born: [2]string{r.FormValue("month"), r.FormValue("day")}}
	switch {
	case m.Community.ID.IsZero():
		if v.Places, err = h.places(ctx); err != nil {
			return err
		}
		if v.At == "" && v.Code != "" {
			v.At, _, _ = strings.Cut(v.Code, "-")
		}
	default:
		if err := h.fillMine(ctx, &v); err != nil {
			return err
		}
	}
	s := h.shell(ctx, i18n.T(ctx, "我的会员"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.ShowAs(w, r, status, httpkit.Private, s, minePage(v))
}

func (h *Pages) fillMine(ctx context.Context, v *mineView) (err error) {
	v.Tag, v.Tone = phaseTag(ctx, v.Phase())
	if v.Charge != nil {
		v.DueOn = ui.FullDay(ctx, period.DayOf(v.Charge.DueAt.Add(-time.Second), v.Zone))
		v.PayLink = h.PayLink(v.Community.ID, v.Charge.Code)
	}
	if len(v.Terms) == 0 {
		v.Brings = brings(ctx, &v.Rules)
	}
	if t := v.Serving(); t != nil {
		all, gone := monthsOf(t, v.Today)
		v.Months = ui.CulmOf(i18n.T(ctx, "%d 个月，过了 %d 个月", all, gone), gone, all)
		v.Left = max(0, t.FreeServices-membership.Counted(v.Uses))
		v.Soon = int(t.Until-v.Today) <= v.Rules.ReminderDays && v.Terms.Next(v.Today) == nil
		if v.Soon {
			v.Months.Tone = ui.Soon
		}
	}
	v.Going, err = h.Flows.Farewell(ctx, &v.MyMembership, v.Today, flow.LeaveAll)
	return err
}

// monthsOf is how many months a term has, and how many of them are over on a day.
func monthsOf(t *membership.Term, on period.Day) (all, gone int) {
	for all = 1; t.From.Plus(all) < t.Until-1; all++ {
	}
	for gone < all && t.From.Plus(gone+1) <= on {
		gone++
	}
	return all, gone
}

func phaseTag(ctx context.Context, p membership.Phase) (string, ui.Tone) {
	switch p {
	case membership.Running:
		return i18n.T(ctx, "有效"), ui.OK
	case membership.Grace:
		return i18n.T(ctx, "到期了，还能接着续"), ui.Soon
	case membership.Over:
		return i18n.T(ctx, "已经到期"), ui.Bad
	case membership.GivenUp:
		return i18n.T(ctx, "已经退会"), ui.Tell
	}
	return i18n.T(ctx, "还没有会员期"), ui.Tell
}

// order asks for the next term, or the first.
func (h *Pages) order(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	wish := flow.MembershipWish{Person: v.Acting(), Code: strings.TrimSpace(r.FormValue("code")), Device: device(w, r), How: how(ctx)}
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 32)
	wish.After = period.Day(after)
	if wish.How == membership.Assisted {
		wish.Device = "" // the helper's telephone is not hers
	}
	if ref := r.FormValue("community"); ref != "" {
		at, err := h.Flows.Communities.ByRef(ctx, h.Flows.DB, ref)
		if err != nil && fault.Of(err) == nil {
			return err
		}
		wish.Community = at.ID
	}
	_, err := h.Flows.OrderMembership(ctx, v.Actor(), wish)
	if fault.KindOf(err) == fault.NotFound { // a place that is not there
		err = flow.ErrNoCommunity.On("community")
	}
	return back(w, r, err, self, func(status int, wrong []ui.Wrong) error { return h.showMine(w, r, status, wrong, nil) })
}

// cancel takes an order back that is not paid.
func (h *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return h.onOrder(w, r, h.Flows.CancelMembershipOrder)
}

// unname takes the recommender out of it.
func (h *Pages) unname(w http.ResponseWriter, r *http.Request) error {
	return h.onOrder(w, r, h.Flows.Unname)
}

func (h *Pages) onOrder(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, at id.ID, actor db.Actor, ref string, order id.ID) error) error {
	ctx := r.Context()
	order, err := id.Parse(r.PathValue("order"))
	if err != nil {
		return membership.ErrNoOrder
	}
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	if m.Ref == "" {
		return membership.ErrNoOrder
	}
	if err := do(ctx, m.Community.ID, authz.Of(ctx).Actor(), m.Ref, order); err != nil {
		return err
	}
	http.Redirect(w, r, self, http.StatusSeeOther)
	return nil
}

// birthday notes month and day of birth with the consent that they need.
func (h *Pages) birthday(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	month, err := strconv.Atoi(r.FormValue("month"))
	day, err2 := strconv.Atoi(r.FormValue("day"))
	if err != nil || err2 != nil {
		err = membership.ErrBadBirthday.On("day")
	} else if err = h.Flows.TellBirthday(ctx, v.Actor(), v.Acting(), time.Month(month), day, "page"); err != nil {
		if f := fault.Of(err); f != nil && f.Field == "birthday" {
			err = membership.ErrBadBirthday.On("day")
		}
	}
	return back(w, r, err, self+"#birthday", func(status int, wrong []ui.Wrong) error { return h.showMine(w, r, status, nil, wrong) })
}

// forgetBirthday takes the consent back, and the day with it.
func (h *Pages) forgetBirthday(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	if err := h.Flows.Withdraw(ctx, v.Actor(), v.Acting(), privacy.Birthday); err != nil {
		return err
	}
	http.Redirect(w, r, self, http.StatusSeeOther)
	return nil
}

// namedBy says who stands behind an order.
func namedBy(ctx context.Context, n *flow.Named) string {
	if n.Kind == membership.ByMerchant {
		return i18n.T(ctx, "推荐的是%s", n.Shop)
	}
	return i18n.T(ctx, "推荐的是一位邻居")
}

func monthOptions(ctx context.Context) []ui.Option {
	options := make([]ui.Option, 12)
	for i := range options {
		options[i] = ui.Option{Value: strconv.Itoa(i + 1), Text: i18n.T(ctx, "%d 月", i+1)}
	}
	return options
}

func dayOptions(ctx context.Context) []ui.Option {
	options := make([]ui.Option, 31)
	for i := range options {
		options[i] = ui.Option{Value: strconv.Itoa(i + 1), Text: i18n.T(ctx, "%d 日", i+1)}
	}
	return options
}
