package membershipweb

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// leavingView is what giving a membership up on a day brings back.
type leavingView struct {
	flow.MyMembership
	On      period.Day
	OnText  string
	Wrong   string // about the day
	Lines   []ui.Line
	Sum     money.Amount
	Next    money.Amount // of the term that has not begun
	HasNext bool
	Form    ui.Form
	Reason  string
	Herself bool
	Today   bool // On is today
	Code    string
	Days    []ui.Line // what would come back on days to come
}

func (h *Pages) leaving(w http.ResponseWriter, r *http.Request) error {
	return h.showLeaving(w, r, http.StatusOK, nil)
}

// showLeaving reckons what comes back, for today or for the day that is asked.
func (h *Pages) showLeaving(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	v := leavingView{MyMembership: m, On: m.Today, OnText: r.FormValue("on"), Form: ui.Form{Action: self + "/leaving", Wrong: wrong}, Reason: r.FormValue("reason"), Herself: authz.Of(ctx).For.IsZero()}
	if v.OnText != "" {
		if v.On, err = period.ParseDay(v.OnText); err != nil || v.On < m.Today {
			v.On, v.Wrong = m.Today, i18n.T(ctx, "请选今天或以后的一天。")
		}
	}
	v.Today, v.OnText = v.On == m.Today, v.On.String()
	if !m.Community.ID.IsZero() {
		parts, err := h.Flows.Farewell(ctx, &m, v.On, flow.LeaveAll)
		if err != nil {
			return err
		}
		v.Sum = parts.Sum()
		for i := range parts {
			v.Lines = append(v.Lines, parting(ctx, &parts[i]))
			if parts[i].Charge != nil && parts[i].Amount() > 0 {
				v.Code = cmp.Or(v.Code, parts[i].Charge.Code)
			}
			if parts[i].Term.From > m.Today {
				v.HasNext, v.Next = true, v.Next+parts[i].Amount()
			}
		}
		if len(v.Lines) > 0 {
			v.Lines = append(v.Lines, ui.Line{Text: i18n.T(ctx, "一共退给您"), Num: ui.Yuan(v.Sum), Total: true, In: v.Sum > 0})
		}
		if v.Days, err = h.ahead(r, &m); err != nil {
			return err
		}
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.shell(ctx, i18n.T(ctx, "退会退多少")), leavingPage(v))
}

// ahead is what would come back on some days to come: the end of the cooling-off, and
// each quarter of the present term that is left.
func (h *Pages) ahead(r *http.Request, m *flow.MyMembership) (lines []ui.Line, err error) {
	ctx := r.Context()
	t := m.Terms.Current(m.Today)
	if t == nil || t.Fee == 0 {
		return nil, nil
	}
	var on []period.Day
	if c := t.PaidDay + period.Day(t.CoolingDays); c >= m.Today {
		on = append(on, c, c+1)
	}
	for q := period.Day(1); q <= 4; q++ {
		if d := t.From + (t.Until-t.From)*q/4 - 1; d > m.Today && (len(on) == 0 || d > on[len(on)-1]) {
			on = append(on, d)
		}
	}
	for _, d := range on {
		parts, err := h.Flows.Farewell(ctx, m, d, flow.LeaveAll)
		if err != nil {
			return nil, err
		}
		lines = append(lines, ui.Line{Text: ui.FullDay(ctx, d), Num: ui.Yuan(parts.Sum())})
	}
	return lines, nil
}

// leave gives a membership up, for the amount that was shown and no other.
func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	if m.Member == nil {
		return membership.ErrOver
	}
	what := flow.LeaveAll
	if r.FormValue("what") == string(flow.LeaveNext) {
		what = flow.LeaveNext
	}
	parts, err := h.Flows.Farewell(ctx, &m, m.Today, what)
	if err == nil && strconv.FormatInt(int64(parts.Sum()), 10) != r.FormValue("stated") {
		err = errChanged
	}
	if err == nil {
		reason := cmp.Or(strings.TrimSpace(r.FormValue("reason")), i18n.M("本人要退").Key)
		if reason, err = membership.Reason(reason); err == nil {
			_, err = h.Flows.GiveUp(ctx, m.Community.ID, authz.Of(ctx).Actor(), m.Ref, what, reason)
		}
	}
	return back(w, r, err, self+"/history", func(status int, wrong []ui.Wrong) error { return h.showLeaving(w, r, status, wrong) })
}
