package membershipweb

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// historyView are a person's terms with their fees, and her free services.
type historyView struct {
	flow.MyMembership
	Terms    []ui.Row
	Services []ui.Row
}

// history lists every term and every service; the terms can be taken along.
func (h *Pages) history(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	v := historyView{MyMembership: m}
	t := sheet.Table{Name: i18n.T(ctx, "会员期"), Head: []string{i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "会费，元"), i18n.T(ctx, "退了，元"), i18n.T(ctx, "怎么来的")}}
	for i := len(m.Terms) - 1; i >= 0; i-- {
		x := &m.Terms[i]
		row := ui.Row{Icon: "calendar", Title: i18n.T(ctx, "%s 到 %s", ui.FullDay(ctx, x.From), ui.FullDay(ctx, x.Last())), Text: membership.OriginName(x.Origin).In(ctx), End: ui.Yuan(x.Fee)}
		refunded := "0.00"
		if x.End != nil {
			row.Tag, row.Tone = i18n.T(ctx, "退了 %s", ui.Yuan(x.End.Refunded)), ui.Tell
			row.Notes = append(row.Notes, i18n.T(ctx, "%s退：%s", ui.FullDay(ctx, x.End.Day), privacy.Reason(ctx, x.End.Reason)))
			refunded = x.End.Refunded.Decimal(money.CNY)
		}
		if !x.Charge.IsZero() {
			row.Href = self + "/slips/" + x.ID.String()
		}
		v.Terms = append(v.Terms, row)
		t.Rows = append(t.Rows, []sheet.Value{{Text: x.From.String()}, {Text: x.Last().String()}, sheet.Figure(x.Fee.Decimal(money.CNY)), sheet.Figure(refunded), {Text: row.Text}})
	}
	if format := r.FormValue("format"); format != "" {
		return portal.Take(w, r, t.Name, cmp.Or(format, "csv"), t)
	}
	if v.Services, err = h.services(ctx, &m); err != nil {
		return err
	}
	return h.Show(w, r, h.shell(ctx, i18n.T(ctx, "会费和收据")), historyPage(v))
}

// services are the free services of a member, the latest first.
func (h *Pages) services(ctx context.Context, m *flow.MyMembership) (rows []ui.Row, err error) {
	if m.Member == nil {
		return nil, nil
	}
	var all []membership.Use
	err = h.view(ctx, m.Community.ID, func(r db.Reader) error {
		all, err = h.Flows.Memberships.UsesBy(ctx, r, m.Community.ID, m.Member.ID)
		return err
	})
	for i := range all {
		rows = append(rows, useRow(ctx, &all[i]))
	}
	return rows, err
}

func useRow(ctx context.Context, u *membership.Use) ui.Row {
	row := ui.Row{Icon: "hands", Title: membership.KindName(u.Kind).In(ctx), Text: i18n.T(ctx, "%s · %s", u.ServedBy, byName(ctx, u.How)), EndNote: ui.FullDay(ctx, u.Day)}
	if u.Back != nil {
		row.Tag, row.Tone = i18n.T(ctx, "作废"), ui.Tell
		row.Notes = []string{u.Back.Reason}
	}
	return row
}

func byName(ctx context.Context, how string) string {
	switch how {
	case membership.ByField:
		return i18n.T(ctx, "网格员登记")
	case membership.BySelf:
		return i18n.T(ctx, "自己约的")
	}
	return i18n.T(ctx, "柜台登记")
}

// slipView is the receipt of a fee, for paper.
type slipView struct {
	Place   string
	Title   string
	Amount  money.Amount
	Facts   []ui.Fact
	Refunds []ui.Line
}

// slip is the receipt of a term that was paid.
func (h *Pages) slip(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("order"))
	if err != nil {
		return membership.ErrNoTerm
	}
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	for i := range m.Terms {
		t := &m.Terms[i]
		if t.ID != at || t.Charge.IsZero() {
			continue
		}
		var c *charge.Charge
		if err := h.view(ctx, m.Community.ID, func(rd db.Reader) (err error) {
			c, err = h.Flows.Charges.ByID(ctx, rd, m.Community.ID, t.Charge)
			return err
		}); err != nil {
			return err
		}
		s := h.shell(ctx, i18n.T(ctx, "会费收据"))
		s.Back = ui.Link{Href: self + "/history", Text: i18n.T(ctx, "会费和收据")}
		return h.Show(w, r, s, slipPage(slipOf(ctx, &m, t, c)))
	}
	return membership.ErrNoTerm
}

func slipOf(ctx context.Context, m *flow.MyMembership, t *membership.Term, c *charge.Charge) slipView {
	when := func(at time.Time) string { return ui.Exact(ctx, at.In(m.Zone)) }
	v := slipView{Place: portal.PlaceName(m.Community), Title: i18n.T(ctx, "会费收据"), Amount: c.Amount, Facts: []ui.Fact{
		{Name: i18n.T(ctx, "会员期"), Text: i18n.T(ctx, "%s 到 %s", ui.FullDay(ctx, t.From), ui.FullDay(ctx, t.Last()))},
		{Name: i18n.T(ctx, "会员号"), Text: m.Ref},
		{Name: i18n.T(ctx, "付款时间"), Text: when(c.End.At)},
		{Name: i18n.T(ctx, "怎么付的"), Text: meansName(ctx, c.End.Means)},
		{Name: i18n.T(ctx, "凭证号"), Text: c.End.Reference},
		{Name: i18n.T(ctx, "8 位号"), Text: fours(c.Code)},
		{Name: i18n.T(ctx, "规则"), Text: i18n.T(ctx, "M-01，记在账上第 %d 条", c.End.Seq)},
	}}
	for _, x := range c.Refunds {
		note := i18n.T(ctx, "等您到柜台领")
		if x.Handed != nil {
			note = i18n.T(ctx, "%s 交还，凭证 %s", when(x.Handed.At), x.Handed.Reference)
		}
		v.Refunds = append(v.Refunds, ui.Line{Text: i18n.T(ctx, "退回（M-02，第 %d 条）", x.Seq), Note: note, Num: ui.Yuan(x.Amount), In: true})
	}
	return v
}

func meansName(ctx context.Context, m charter.Means) string {
	switch m {
	case charter.Provider:
		return i18n.T(ctx, "持牌机构收款")
	case charter.Bank:
		return i18n.T(ctx, "转到托管账户")
	case charter.Cash:
		return i18n.T(ctx, "现金")
	}
	return i18n.T(ctx, "转到平台账户")
}
