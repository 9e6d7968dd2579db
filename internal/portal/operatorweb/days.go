package operatorweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// daysView is a month of days with what was bought on them and when they were
// closed.
type daysView struct {
	Place community.Place
	Month period.Month
	Prev  string
	Next  string
	Table ui.Table
}

// dayRow is one day.
type dayRow struct {
	openbooks.Day
	Closed *ledger.Closing
}

// askDays reads the days of the month in an address, the present one without.
func (d *Desk) askDays(r *http.Request) (p community.Place, m period.Month, rows []dayRow, err error) {
	ctx := r.Context()
	if p, err = d.place(r); err != nil {
		return p, 0, nil, err
	}
	m = period.DayOf(d.now(), d.Zone).Month()
	if text := r.FormValue("month"); text != "" {
		if m, err = period.ParseMonth(text); err != nil {
			return p, 0, nil, errBadDay.On("month")
		}
	}
	err = d.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		days, err := d.Flows.OpenBooks.Days(ctx, rd, p.ID, m.First(), m.Last())
		if err != nil {
			return err
		}
		// A day is closed in the night after it, or with later ones after an import.
		closings, err := d.Flows.Ledger.Closings(ctx, rd, p.ID, m.First().Start(d.Zone), d.now().Add(24*time.Hour))
		if err != nil {
			return err
		}
		for i := range days {
			row := dayRow{Day: days[i]}
			for j := range closings { // the newest first: the last that covers it closed it
				if closings[j].Day >= row.Day.Day {
					row.Closed = &closings[j]
				}
			}
			rows = append(rows, row)
		}
		return nil
	})
	return p, m, rows, err
}

func (d *Desk) days(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, m, rows, err := d.askDays(r)
	if err != nil {
		return err
	}
	self := path("accounts", p.Ref, "days")
	v := daysView{Place: p, Month: m, Prev: self + "?month=" + (m - 1).String()}
	if m < period.DayOf(d.now(), d.Zone).Month() {
		v.Next = self + "?month=" + (m + 1).String()
	}
	v.Table = ui.Table{
		ID: "days", Caption: i18n.T(ctx, "每天的合计"), Path: self, Total: len(rows), Ask: ui.TableAsk{Page: 1, Size: 31},
		Columns: []ui.Column{{Text: i18n.T(ctx, "哪天"), Title: true}, {Text: i18n.T(ctx, "消费笔数"), Num: true}, {Text: i18n.T(ctx, "退款笔数"), Num: true, Rare: true},
			{Text: i18n.T(ctx, "消费，元"), Num: true}, {Text: i18n.T(ctx, "店家实得，元"), Num: true, Rare: true}, {Text: i18n.T(ctx, "进公共基金，元"), Num: true}, {Text: i18n.T(ctx, "结账")}},
		Empty: ui.EmptyView{Icon: "calendar", Title: i18n.T(ctx, "%s还没有账", ui.Month(ctx, m)), Text: i18n.T(ctx, "有消费的日子会排在这里。")},
	}
	var sum openbooks.Day
	for _, x := range rows {
		sum.Purchases += x.Purchases
		sum.Refunds += x.Refunds
		sum.Add(x.Flow)
		closed := ui.Cell{Text: i18n.T(ctx, "还没结"), Tone: ui.Tell}
		if x.Closed != nil {
			closed = ui.Cell{Text: i18n.T(ctx, "已结"), Sub: d.moment(ctx, x.Closed.ClosedAt) + " · " + closedBy(ctx, x.Closed.ClosedBy)}
		}
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Cells: append(dayCells(ctx, &x.Day), closed)})
	}
	foot := dayCells(ctx, &sum)
	foot[0] = ui.Cell{Text: i18n.T(ctx, "合计")}
	v.Table.Foot = append(foot, ui.Cell{})
	return d.Portal.Show(w, r, d.shell(r, "accounts", i18n.T(ctx, "每天的合计")), daysPage(v, self+"/export?"+url.Values{"month": {m.String()}}.Encode()))
}

func dayCells(ctx context.Context, x *openbooks.Day) []ui.Cell {
	return []ui.Cell{{Text: ui.Day(ctx, x.Day)}, {Text: count(x.Purchases)}, {Text: count(x.Refunds)}, {Text: ui.Yuan(x.Given())}, {Text: ui.Yuan(x.Net)}, {Text: ui.Yuan(x.Welfare + x.Care)}}
}

func closedBy(ctx context.Context, kind string) string {
	if kind == "job" {
		return i18n.T(ctx, "自动")
	}
	return i18n.T(ctx, "有人结的")
}

func (d *Desk) exportDays(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, m, rows, err := d.askDays(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: m.String(), Head: []string{i18n.T(ctx, "哪天"), i18n.T(ctx, "消费笔数"), i18n.T(ctx, "退款笔数"), i18n.T(ctx, "消费，元"), i18n.T(ctx, "店家实得，元"), i18n.T(ctx, "进公共基金，元"), i18n.T(ctx, "结账")}}
	for _, x := range rows {
		closed := ""
		if x.Closed != nil {
			closed = x.Closed.ClosedAt.In(d.Zone).Format("2006-01-02 15:04")
		}
		t.Rows = append(t.Rows, []sheet.Value{
			{Text: x.Day.Day.String()}, sheet.Figure(strconv.FormatInt(x.Purchases, 10)), sheet.Figure(strconv.FormatInt(x.Refunds, 10)),
			sheet.Figure(x.Given().Decimal(money.CNY)), sheet.Figure(x.Net.Decimal(money.CNY)), sheet.Figure((x.Welfare + x.Care).Decimal(money.CNY)), {Text: closed},
		})
	}
	return portal.Take(w, r, named(p)+" "+m.String(), cmp.Or(r.FormValue("format"), "csv"), t)
}
