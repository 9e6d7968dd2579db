package reconciliationweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Spans of the pages, in days and rows.
const (
	daysShown    = 14
	differShown  = 50
	exportedDays = 370
)

// deskView is how the last days stand, and what waits.
type deskView struct {
	Place   community.Place
	Waiting []ui.Matter
	More    int // that wait and are not shown
	Days    ui.Table
	Before  string // page of the days before
	After   string
	Export  string
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.place(r)
	if err != nil {
		return err
	}
	last := period.DayOf(h.now(), flow.DefaultZone)
	until := last
	if day, err := period.ParseDay(r.FormValue("until")); err == nil && day < last {
		until = day
	}
	v := deskView{Place: p, Export: href(p, "/differences"), Before: href(p, "?until="+(until-daysShown).String())}
	if until < last {
		v.After = href(p, "?until="+min(until+daysShown, last).String())
	}
	var days []flow.ReconciledDay
	var open []reconciliation.Difference
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if days, err = h.Flows.ReconciledDays(ctx, rd, p.ID, until-daysShown+1, until, h.now()); err != nil {
			return err
		}
		n, _, err := h.svc().Count(ctx, rd, p.ID, h.now())
		if err != nil {
			return err
		}
		open, err = h.svc().Waiting(ctx, rd, p.ID, differShown)
		v.More = n - len(open)
		return err
	})
	if err != nil {
		return err
	}
	names, err := h.owners(ctx, open)
	if err != nil {
		return err
	}
	for i := range open {
		d := &open[i]
		text, _ := state(ctx, d)
		if who := names[d.Owner()]; !d.Owner().IsZero() && who != "" {
			text = i18n.T(ctx, "%s在查", who)
		}
		v.Waiting = append(v.Waiting, ui.Matter{Href: href(p, "/differences/"+d.ID.String()), Left: d.DueAt.Sub(h.now()), Limit: d.DueAt.Sub(d.FoundAt), Kind: thingNames[d.Thing].In(ctx),
			Title: kindNames[d.Kind].In(ctx), Text: amounts(ctx, d), Stage: text, Next: i18n.T(ctx, "去查")})
	}
	v.Days = h.dayTable(ctx, p, days)
	return h.Show(w, r, h.shell(ctx, i18n.T(ctx, "对账")), deskPage(v))
}

// amounts says what both sides say.
func amounts(ctx context.Context, d *reconciliation.Difference) string {
	return i18n.T(ctx, "%s，账上 %s 元，他们 %s 元", ui.ShortDay(ctx, d.Day), ui.Yuan(d.Ours), ui.Yuan(d.Theirs))
}

// owners are how those are called who look after differences.
func (h *Pages) owners(ctx context.Context, all []reconciliation.Difference) (names map[id.ID]string, err error) {
	var who []id.ID
	for i := range all {
		if o := all[i].Owner(); !o.IsZero() && !slices.Contains(who, o) {
			who = append(who, o)
		}
	}
	err = h.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		names, err = h.Names(ctx, rd, who...)
		return err
	})
	return names, err
}

// dayTable is a row a day: closed, read, settled, paid out.
func (h *Pages) dayTable(ctx context.Context, p community.Place, days []flow.ReconciledDay) ui.Table {
	t := ui.Table{Caption: i18n.T(ctx, "每天的情况"), Path: href(p, ""), Total: len(days), Ask: ui.TableAsk{Page: 1, Size: len(days)},
		Columns: []ui.Column{{Text: i18n.T(ctx, "日期"), Title: true}, {Text: i18n.T(ctx, "关账")}, {Text: i18n.T(ctx, "账单")}, {Text: i18n.T(ctx, "差异")},
			{Text: i18n.T(ctx, "手续费（元）"), Num: true}, {Text: i18n.T(ctx, "当天打款（元）"), Num: true, Rare: true}}}
	today := period.DayOf(h.now(), flow.DefaultZone)
	for i := range days {
		d := &days[i]
		closed := ui.Cell{Text: i18n.T(ctx, "还开着"), Tone: ui.Tell}
		if d.Closed {
			closed = ui.Cell{Text: i18n.T(ctx, "关了"), Tone: ui.OK}
		}
		bill, differ := h.billCell(ctx, d, today), differCell(ctx, d)
		t.Rows = append(t.Rows, ui.TableRow{Href: href(p, "/days/"+d.Day.String()), Cells: []ui.Cell{{Text: ui.Day(ctx, d.Day)}, closed, bill, differ, {Text: ui.Yuan(d.Fee)}, {Text: ui.Yuan(d.PaidOut)}}})
	}
	return t
}

func (h *Pages) billCell(ctx context.Context, d *flow.ReconciledDay, today period.Day) ui.Cell {
	switch {
	case len(d.Bills) > 0:
		var lines, matched int64
		for _, b := range d.Bills {
			lines += b.Payments + b.Refunds
			matched += b.Matched
		}
		return ui.Cell{Text: i18n.T(ctx, "读了"), Tone: ui.OK, Sub: i18n.T(ctx, "%d 笔，对上 %d 笔", lines, matched)}
	case len(d.Tried) > 0:
		return ui.Cell{Text: outcomeNames[d.Tried[0].Outcome].In(ctx), Tone: ui.Soon}
	case d.Day == today:
		return ui.Cell{Text: i18n.T(ctx, "明天上午出")}
	}
	return ui.Cell{Text: i18n.T(ctx, "没有读")}
}

func differCell(ctx context.Context, d *flow.ReconciledDay) ui.Cell {
	switch {
	case d.Open > 0 && d.Late:
		return ui.Cell{Text: i18n.T(ctx, "%d 笔超时", d.Open), Tone: ui.Bad}
	case d.Open > 0:
		return ui.Cell{Text: i18n.T(ctx, "%d 笔要查", d.Open), Tone: ui.Soon}
	case d.Settled > 0:
		return ui.Cell{Text: i18n.T(ctx, "%d 笔都了结了", d.Settled), Tone: ui.OK}
	case len(d.Bills) > 0:
		return ui.Cell{Text: i18n.T(ctx, "都对上了"), Tone: ui.OK}
	}
	return ui.Cell{Text: "–"}
}

// export takes the differences of a year along.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.place(r)
	if err != nil {
		return err
	}
	format := r.FormValue("format")
	if format != "csv" && format != "xlsx" {
		return httpkit.ErrNoSuchPage
	}
	t := sheet.Table{Name: i18n.T(ctx, "对账差异"), Head: []string{i18n.T(ctx, "日期"), i18n.T(ctx, "支付机构"), i18n.T(ctx, "什么"), i18n.T(ctx, "哪里不一样"), i18n.T(ctx, "订单号"), i18n.T(ctx, "退款单号"),
		i18n.T(ctx, "支付机构的单号"), i18n.T(ctx, "账单第几行"), i18n.T(ctx, "账上（元）"), i18n.T(ctx, "他们（元）"), i18n.T(ctx, "现在"), i18n.T(ctx, "期限")}}
	today := period.DayOf(h.now(), flow.DefaultZone)
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		all, err := h.svc().Of(ctx, rd, p.ID, today-exportedDays, today)
		for i := range all {
			d := &all[i]
			text, _ := state(ctx, d)
			row := sheet.Texts(d.Day.String(), providerNames[d.Provider].In(ctx), thingNames[d.Thing].In(ctx), kindNames[d.Kind].In(ctx), d.Payment, d.Refund, d.Number)
			row = append(row, sheet.Figure(money.Amount(d.Line).Decimal(money.Point)), sheet.Figure(d.Ours.Decimal(money.CNY)), sheet.Figure(d.Theirs.Decimal(money.CNY)))
			t.Rows = append(t.Rows, append(row, sheet.Texts(text, portal.Local(d.DueAt).Format("2006-01-02 15:04"))...))
		}
		return err
	})
	if err != nil {
		return err
	}
	return portal.Take(w, r, t.Name, format, t)
}
