package officerweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// monthView is a month over communities.
type monthView struct {
	Month  period.Month
	Months []period.Month
	Rows   []Row
	Sum    Row
	Left   int // communities that are not shown
	K      int
	Table  ui.Table
	Made   time.Time
	Open   bool // the month is not over
}

// ask reads the month in an address, the newest without one.
func (o *Office) ask(r *http.Request, month string, k int) (v monthView, places []community.Place, err error) {
	ctx := r.Context()
	v.K, v.Made = k, o.Flows.DB.Clock().Now().In(o.Zone)
	if places, err = o.Portal.Mine(ctx, "statistics.read"); err != nil {
		return v, nil, err
	}
	if v.Months, err = o.Books.Months(ctx, places); err != nil {
		return v, nil, err
	}
	v.Month = v.Months[0]
	if month != "" {
		if v.Month, err = period.ParseMonth(month); err != nil {
			return v, nil, errBadMonth
		}
	}
	v.Open = v.Month >= period.DayOf(v.Made, o.Zone).Month()
	all, err := o.Books.Statistics(ctx, places, []period.Month{v.Month})
	if err != nil {
		return v, nil, err
	}
	v.Rows = all[0]
	v.Sum, v.Left = total(v.Rows, k)
	return v, places, nil
}

func (o *Office) month(w http.ResponseWriter, r *http.Request) error {
	v, _, err := o.ask(r, r.FormValue("month"), K)
	if err != nil {
		return err
	}
	v.Table = v.table(r.Context())
	return o.Portal.Show(w, r, o.shell(r, "month", i18n.T(r.Context(), "各社区")), monthPage(v))
}

// table are the communities beside each other.
func (v *monthView) table(ctx context.Context) ui.Table {
	t := ui.Table{
		ID: "communities", Caption: i18n.T(ctx, "各社区，%s", ui.Month(ctx, v.Month)), Path: "/office", Total: len(v.Rows), Ask: ui.TableAsk{Page: 1, Size: len(v.Rows)},
		Columns: []ui.Column{{Text: i18n.T(ctx, "社区"), Title: true}, {Text: i18n.T(ctx, "会员数"), Num: true}, {Text: i18n.T(ctx, "买过的人"), Num: true}, {Text: i18n.T(ctx, "店铺数"), Num: true, Rare: true},
			{Text: i18n.T(ctx, "消费笔数"), Num: true}, {Text: i18n.T(ctx, "消费，元"), Num: true}, {Text: i18n.T(ctx, "进公共基金，元"), Num: true, Rare: true}, {Text: i18n.T(ctx, "公共基金共有，元"), Num: true, Rare: true}, {Text: i18n.T(ctx, "留在街坊"), Num: true}},
		Empty: ui.EmptyView{Icon: "building", Title: i18n.T(ctx, "还没有社区"), Text: i18n.T(ctx, "有社区开了账，这里就有数。")},
	}
	for i := range v.Rows {
		x := &v.Rows[i]
		cells := []ui.Cell{{Text: portal.PlaceName(x.Place), Sub: x.Place.Ref}, {Text: whole(x.Members)}}
		if x.hidden(v.K) {
			cells = append(cells, ui.Cell{Text: hiddenText(ctx, x, v.K)}, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{})
		} else {
			cells = append(cells, v.cells(x)...)
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: "/c/" + url.PathEscape(x.Place.Ref) + "/books/" + v.Month.String(), Cells: cells})
	}
	if len(v.Rows) > 1 {
		t.Foot = append([]ui.Cell{{Text: i18n.T(ctx, "合计")}, {Text: whole(v.Sum.Members)}}, v.cells(&v.Sum)...)
	}
	return t
}

func (v *monthView) cells(x *Row) []ui.Cell {
	return ui.Cells(whole(x.Buyers), whole(x.Shops), whole(x.Purchases), ui.Yuan(x.Given), ui.Yuan(x.Welfare+x.Care), ui.Yuan(x.Fund), ui.Percent(int(x.Kept()), int(x.Given)))
}

func hiddenText(ctx context.Context, x *Row, k int) string {
	if x.Behind {
		return i18n.T(ctx, "账本正在整理")
	}
	return i18n.T(ctx, "不到 %d 人，不显示", k)
}

// exportMonth takes the month along, with larger groups than the page.
func (o *Office) exportMonth(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, _, err := o.ask(r, r.FormValue("month"), ExportK)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: v.Month.String(), Head: append([]string{i18n.T(ctx, "社区"), i18n.T(ctx, "编号"), i18n.T(ctx, "会员数")}, heads(ctx)...)}
	for i := range v.Rows {
		x := &v.Rows[i]
		row := append(sheet.Texts(portal.PlaceName(x.Place), x.Place.Ref), sheet.Figure(strconv.FormatInt(x.Members, 10)))
		if x.hidden(ExportK) {
			row = append(append(row, sheet.Value{Text: hiddenText(ctx, x, ExportK)}), make([]sheet.Value, len(t.Head)-len(row)-1)...)
		} else {
			row = append(row, figures(x)...)
		}
		t.Rows = append(t.Rows, row)
	}
	return portal.Take(w, r, i18n.T(ctx, "社区统计 %s", v.Month.String()), cmp.Or(r.FormValue("format"), "csv"), t)
}

// heads are the figures of a row in a file.
func heads(ctx context.Context) []string {
	return []string{i18n.T(ctx, "买过的人"), i18n.T(ctx, "店铺数"), i18n.T(ctx, "消费笔数"), i18n.T(ctx, "消费，元"), i18n.T(ctx, "店家实得，元"), i18n.T(ctx, "推荐的店，元"), i18n.T(ctx, "平台，元"),
		i18n.T(ctx, "社区共益基金，元"), i18n.T(ctx, "组长，元"), i18n.T(ctx, "社区关爱基金，元"), i18n.T(ctx, "公共基金共有，元"), i18n.T(ctx, "返给居民的抵扣权益"), i18n.T(ctx, "返给居民的积分")}
}

func figures(x *Row) []sheet.Value {
	row := []sheet.Value{sheet.Figure(strconv.Itoa(x.Buyers)), sheet.Figure(strconv.Itoa(x.Shops)), sheet.Figure(strconv.Itoa(x.Purchases))}
	for _, v := range []money.Amount{x.Given, x.Net, x.Referrers, x.Platform, x.Welfare, x.Leaders, x.Care, x.Fund} {
		row = append(row, sheet.Figure(v.Decimal(money.CNY)))
	}
	return append(row, sheet.Figure(x.Coins.Decimal(money.Coin)), sheet.Figure(x.Points.Decimal(money.Point)))
}

// sheet is the month on paper, with room to sign.
func (o *Office) sheet(w http.ResponseWriter, r *http.Request) error {
	v, _, err := o.ask(r, r.PathValue("month"), ExportK)
	if err != nil {
		return err
	}
	v.Table = v.table(r.Context())
	for i := range v.Table.Columns { // paper is wide enough for all
		v.Table.Columns[i].Rare = false
	}
	return o.Portal.Kit.Render(w, r, http.StatusOK, httpkit.Private, sheetPage(v))
}

// trendsView is how the months went, over all communities that may be shown.
type trendsView struct {
	Charts []ui.Chart
	Left   bool // something was left out
	Months int
}

// trendMonths is how many months a picture shows.
const trendMonths = 12

// point is a month of all communities.
type point struct {
	Month period.Month
	Sum   Row
	Rows  []Row
	Left  int
}

func (o *Office) points(r *http.Request, k int) (points []point, err error) {
	ctx := r.Context()
	places, err := o.Portal.Mine(ctx, "statistics.read")
	if err != nil {
		return nil, err
	}
	months, err := o.Books.Months(ctx, places)
	if err != nil {
		return nil, err
	}
	months = months[:min(trendMonths, len(months))]
	slices.Reverse(months)
	all, err := o.Books.Statistics(ctx, places, months)
	for i := range all {
		p := point{Month: months[i], Rows: all[i]}
		p.Sum, p.Left = total(p.Rows, k)
		points = append(points, p)
	}
	return points, err
}

func (o *Office) trends(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	points, err := o.points(r, K)
	if err != nil {
		return err
	}
	v := trendsView{Months: len(points)}
	for _, p := range points {
		v.Left = v.Left || p.Left > 0
	}
	v.Charts = charts(ctx, points)
	return o.Portal.Show(w, r, o.shell(r, "trends", i18n.T(ctx, "走势")), trendsPage(v))
}

// charts are the pictures over the months.
func charts(ctx context.Context, points []point) []ui.Chart {
	labels := make([]string, len(points))
	for i, p := range points {
		labels[i] = p.Month.String()
	}
	line := func(name string, of func(p *point) int64) ui.Series {
		s := ui.Series{Name: name}
		for i := range points {
			s.Values = append(s.Values, of(&points[i]))
		}
		return s
	}
	over := i18n.T(ctx, "月份")
	all := []ui.Chart{
		{ID: "given", Title: i18n.T(ctx, "每月消费"), Kind: ui.BarChart, Over: over, Unit: i18n.T(ctx, "元"), Scale: 2, Labels: labels, Series: []ui.Series{line(i18n.T(ctx, "消费"), func(p *point) int64 { return int64(p.Sum.Given) })}},
		{ID: "people", Title: i18n.T(ctx, "买过的人和笔数"), Kind: ui.LineChart, Over: over, Labels: labels, Series: []ui.Series{
			line(i18n.T(ctx, "买过的人"), func(p *point) int64 { return int64(p.Sum.Buyers) }), line(i18n.T(ctx, "消费笔数"), func(p *point) int64 { return int64(p.Sum.Purchases) })}},
		{ID: "funds", Title: i18n.T(ctx, "进公共基金"), Kind: ui.StackChart, Over: over, Unit: i18n.T(ctx, "元"), Scale: 2, Labels: labels, Series: []ui.Series{
			line(i18n.T(ctx, "社区共益基金"), func(p *point) int64 { return int64(p.Sum.Welfare) }), line(i18n.T(ctx, "社区关爱基金"), func(p *point) int64 { return int64(p.Sum.Care) })}},
		{ID: "kept", Title: i18n.T(ctx, "留在街坊的比例"), Kind: ui.LineChart, Over: over, Unit: "%", Scale: 1, Labels: labels, Series: []ui.Series{line(i18n.T(ctx, "留在街坊"), func(p *point) int64 { return permille(&p.Sum) })}},
	}
	if len(points) == 0 || len(points[0].Rows) < 2 {
		return all
	}
	heat := ui.Chart{ID: "places", Title: i18n.T(ctx, "各社区每月消费"), Kind: ui.HeatChart, Over: over, Unit: i18n.T(ctx, "元"), Labels: labels} // whole yuan: a cell is narrow
	for i := range points[0].Rows {
		heat.Series = append(heat.Series, line(portal.PlaceName(points[0].Rows[i].Place), func(p *point) int64 {
			if p.Rows[i].hidden(K) {
				return 0
			}
			return int64(p.Rows[i].Given) / 100
		}))
	}
	return append(all, heat)
}

// permille is the share that stayed, in thousandths.
func permille(r *Row) int64 {
	if r.Given == 0 {
		return 0
	}
	return int64(r.Kept()) * 1000 / int64(r.Given)
}

func (o *Office) exportTrends(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	points, err := o.points(r, ExportK)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "走势"), Head: append([]string{i18n.T(ctx, "月份"), i18n.T(ctx, "社区")}, heads(ctx)...)}
	for _, p := range points {
		for i := range p.Rows {
			x := &p.Rows[i]
			row := sheet.Texts(p.Month.String(), portal.PlaceName(x.Place))
			if x.hidden(ExportK) {
				row = append(append(row, sheet.Value{Text: hiddenText(ctx, x, ExportK)}), make([]sheet.Value, len(t.Head)-len(row)-1)...)
			} else {
				row = append(row, figures(x)...)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return portal.Take(w, r, i18n.T(ctx, "社区统计 走势"), cmp.Or(r.FormValue("format"), "csv"), t)
}
