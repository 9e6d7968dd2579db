// Package resultweb is what the platform took in, spent and kept (S1): for the desk by
// month, quarter or year, community beside community, every figure with its entries;
// for everybody a summary of closed months.
package resultweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Refusals of an address.
var (
	ErrBadMonth = fault.New(fault.Invalid, "resultweb.no_such_month")
	ErrBadLine  = fault.New(fault.NotFound, "resultweb.no_such_line")
)

// Pages are the pages of the platform's result.
type Pages struct{ *portal.Portal }

// Routes adds the pages, and their door to the portal.
func Routes(t *httpkit.Router, p *portal.Portal) {
	g := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /desk/result", Action: "result.read", On: g.Somewhere("result.read"), Do: g.compare},
		httpkit.Route{Pattern: "GET /desk/result/{community}", Action: "result.read", On: g.InCommunity, Do: g.community},
		httpkit.Route{Pattern: "GET /desk/result/{community}/export", Action: "result.export", On: g.InCommunity, Do: g.export},
		httpkit.Route{Pattern: "GET /desk/result/{community}/entries", Action: "result.read", On: g.InCommunity, Do: g.entries},
		httpkit.Route{Pattern: "GET /desk/finance", Action: "result.read", On: g.Somewhere("result.read"), Do: g.finance},
		httpkit.Route{Pattern: "GET /desk/finance/{community}", Action: "result.read", On: g.InCommunity, Do: g.financeOf},
		httpkit.Route{Pattern: "GET /c/{community}/result", Action: "summary.read", Do: g.public},
	)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "result", Href: "/desk/result", Icon: "chart", Text: i18n.M("平台收支"), Group: i18n.M("账目"), Action: "result.read"})
}

func (g *Pages) shell(ctx context.Context, title string) ui.Shell {
	s := g.Shell(ctx, ui.OperatorFrame, "result", title)
	s.Wide = true
	return s
}

// span is the months that are asked for.
type span struct{ from, to period.Month }

// mostMonths bounds a span.
const mostMonths = 60

// asked reads the months of an address, the present month without.
func (g *Pages) asked(r *http.Request) (s span, err error) {
	now := period.DayOf(g.Flows.DB.Clock().Now(), portal.Zone).Month()
	s = span{now, now}
	for name, into := range map[string]*period.Month{"from": &s.from, "to": &s.to} {
		if text := r.FormValue(name); text != "" {
			if *into, err = period.ParseMonth(text); err != nil {
				return s, ErrBadMonth.On(name)
			}
		}
	}
	if s.to < s.from || s.to-s.from >= mostMonths || s.from.Year() < 2000 || s.to > now {
		return s, ErrBadMonth.On("to")
	}
	return s, nil
}

func (s span) query() string {
	return url.Values{"from": {s.from.String()}, "to": {s.to.String()}}.Encode()
}

func (s span) words(ctx context.Context) string {
	if s.from == s.to {
		return ui.Month(ctx, s.from)
	}
	return i18n.T(ctx, "%s到%s", ui.Month(ctx, s.from), ui.Month(ctx, s.to))
}

// spans are the months, quarters and years to choose from.
func (g *Pages) spans(ctx context.Context, self string, s span) (tabs []ui.Tab) {
	now := period.DayOf(g.Flows.DB.Clock().Now(), portal.Zone).Month()
	quarter := now - period.Month(int(now.Calendar()-1)%3)
	year := period.Month(now.Year() * 12)
	for _, x := range []struct {
		key  string
		text string
		span span
	}{
		{"month", i18n.T(ctx, "本月"), span{now, now}}, {"last", i18n.T(ctx, "上月"), span{now - 1, now - 1}},
		{"quarter", i18n.T(ctx, "本季"), span{quarter, now}}, {"last-quarter", i18n.T(ctx, "上季"), span{quarter - 3, quarter - 1}},
		{"year", i18n.T(ctx, "今年"), span{year, now}}, {"last-year", i18n.T(ctx, "去年"), span{year - 12, year - 1}},
	} {
		tabs = append(tabs, ui.Tab{Key: x.span.query(), Href: self + "?" + x.span.query(), Text: x.text})
	}
	return tabs
}

func (g *Pages) earnings(ctx context.Context, at id.ID, s span) (e flow.Earnings, err error) {
	err = g.Flows.DB.View(ctx, at, func(r db.Reader) error {
		e, err = g.Flows.Earnings(ctx, r, at, s.from, s.to)
		return err
	})
	return e, err
}

// compareView is community beside community.
type compareView struct {
	Span  string
	Chips []ui.Tab
	On    string
	Table ui.Table
	Chart ui.Chart
}

func (g *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := g.asked(r)
	if err != nil {
		return err
	}
	mine, err := g.Mine(ctx, "result.read")
	if err != nil {
		return err
	}
	v := compareView{Span: s.words(ctx), Chips: g.spans(ctx, "/desk/result", s), On: s.query()}
	v.Table = ui.Table{ID: "result", Caption: i18n.T(ctx, "各社区"), Path: "/desk/result", Total: len(mine),
		Columns: []ui.Column{{Text: i18n.T(ctx, "社区"), Title: true}, {Text: i18n.T(ctx, "会员费，收到"), Num: true, Rare: true}, {Text: i18n.T(ctx, "会员费，挣到"), Num: true}, {Text: i18n.T(ctx, "服务费"), Num: true},
			{Text: i18n.T(ctx, "广告和溢价"), Num: true, Rare: true}, {Text: i18n.T(ctx, "花费"), Num: true}, {Text: i18n.T(ctx, "留下，元"), Num: true}, {Text: i18n.T(ctx, "结账")}},
		Empty: ui.EmptyView{Icon: "chart", Title: i18n.T(ctx, "没有您能看的社区"), Text: i18n.T(ctx, "请平台运营给您身份。")}}
	total := flow.Earnings{From: s.from, To: s.to, Closed: true}
	v.Chart = ui.Chart{ID: "kept", Title: i18n.T(ctx, "各社区平台留下的"), Kind: ui.BarChart, Over: i18n.T(ctx, "社区"), Unit: i18n.T(ctx, "元"), Scale: 2, Series: []ui.Series{{Name: i18n.T(ctx, "留下")}}}
	for _, p := range mine {
		e, err := g.earnings(ctx, p.ID, s)
		if err != nil {
			return err
		}
		total.Add(e)
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: "/desk/result/" + p.Ref + "?" + s.query(), Cells: compareCells(ctx, portal.PlaceName(p), &e)})
		v.Chart.Labels = append(v.Chart.Labels, portal.PlaceName(p))
		v.Chart.Series[0].Values = append(v.Chart.Series[0].Values, int64(e.Kept()))
	}
	v.Table.Foot = compareCells(ctx, i18n.T(ctx, "合计"), &total)
	if format := r.FormValue("format"); format == "csv" || format == "xlsx" {
		return portal.Take(w, r, i18n.T(ctx, "平台收支"), format, sheetOf(v.Table))
	}
	v.Table.Export = len(mine) > 0
	v.Table.Ask = ui.AskTable(r.URL.Query(), nil, "from", "to")
	return g.Show(w, r, g.shell(ctx, i18n.T(ctx, "平台收支")), comparePage(v))
}

func compareCells(ctx context.Context, name string, e *flow.Earnings) []ui.Cell {
	closed := ui.Cell{Text: i18n.T(ctx, "全结了"), Tone: ui.OK}
	if !e.Closed {
		closed = ui.Cell{Text: i18n.T(ctx, "还没全结"), Tone: ui.Tell}
	}
	return []ui.Cell{{Text: name}, {Text: ui.Yuan(e.Sum(ledger.PlatformFees))}, {Text: ui.Yuan(e.Earned + e.Referrals())}, {Text: ui.Yuan(e.Sum(ledger.PlatformCommission))},
		{Text: ui.Yuan(e.Sum(ledger.PlatformAds) + e.Sum(flow.EarningAccounts()[3]))}, {Text: ui.Yuan(costs(e))}, {Text: ui.Yuan(e.Kept())}, closed}
}

// costs are what promotion and the provider took.
func costs(e *flow.Earnings) (sum money.Amount) {
	for _, a := range flow.EarningAccounts()[4:] {
		sum += e.Sum(a)
	}
	return sum
}

// sheetOf is a table as a file: what is shown, figures as figures.
func sheetOf(t ui.Table) (s sheet.Table) {
	s.Name = t.Caption
	for _, c := range t.Columns {
		s.Head = append(s.Head, c.Text)
	}
	rows := t.Rows
	if t.Foot != nil {
		rows = append(rows, ui.TableRow{Cells: t.Foot})
	}
	for _, r := range rows {
		var row []sheet.Value
		for i, c := range r.Cells {
			if v, err := parse(c.Text); t.Columns[i].Num && err == nil {
				row = append(row, sheet.Figure(v.Decimal(money.CNY)))
			} else {
				row = append(row, sheet.Value{Text: c.Text})
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
