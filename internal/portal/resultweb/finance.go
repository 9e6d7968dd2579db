package resultweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// financeView is profit and loss, month beside month, of one community or of all.
type financeView struct {
	Title string
	Span  string
	Chips []ui.Tab // communities
	On    string
	Years []ui.Tab
	Year  string
	Table ui.Table
	Chart ui.Chart
	Shops string // shops' annual fees of these months
	Take  string
}

// yearSpan is how many months a page of profit and loss shows.
const yearSpan = 12

// financeSpan reads the months of an address: the twelve up to the present one without.
func (g *Pages) financeSpan(r *http.Request) (span, error) {
	if r.FormValue("from") != "" || r.FormValue("to") != "" {
		s, err := g.asked(r)
		if err == nil && s.to-s.from >= 2*yearSpan {
			err = ErrBadMonth.On("to")
		}
		return s, err
	}
	now := period.DayOf(g.Flows.DB.Clock().Now(), portal.Zone).Month()
	return span{now - yearSpan + 1, now}, nil
}

// months adds up the months of some communities.
func (g *Pages) months(ctx context.Context, places []community.Place, s span) (all []flow.Profit, err error) {
	for i, p := range places {
		var one []flow.Profit
		if err := g.Flows.DB.View(ctx, p.ID, func(r db.Reader) (err error) {
			one, err = g.Flows.Profits(ctx, r, p.ID, s.from, s.to)
			return err
		}); err != nil {
			return nil, err
		}
		if i == 0 {
			all = one
			continue
		}
		for m := range one {
			all[m].Add(one[m])
		}
	}
	return all, nil
}

// profitName is what people call a line.
func profitName(ctx context.Context, k flow.ProfitKind) string {
	switch k {
	case flow.MemberFees:
		return i18n.T(ctx, "会员费")
	case flow.Commissions:
		return i18n.T(ctx, "平台服务费")
	case flow.AdIncome:
		return i18n.T(ctx, "广告收入")
	case flow.PremiumIncome:
		return i18n.T(ctx, "企业公益采购的溢价")
	case flow.OtherIncome:
		return i18n.T(ctx, "别的进出")
	case flow.WelfareShare:
		return i18n.T(ctx, "给社区共益基金")
	case flow.RewardCost:
		return i18n.T(ctx, "给居民的奖励")
	case flow.PromotionCost:
		return i18n.T(ctx, "推广花费")
	case flow.ProviderCost:
		return i18n.T(ctx, "支付机构的手续费")
	}
	return i18n.T(ctx, "理事分红")
}

func (g *Pages) finance(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := g.Mine(ctx, "result.read")
	if err != nil {
		return err
	}
	return g.showFinance(w, r, mine, mine, "")
}

func (g *Pages) financeOf(w http.ResponseWriter, r *http.Request) error {
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	mine, err := g.Mine(r.Context(), "result.read")
	if err != nil {
		return err
	}
	return g.showFinance(w, r, mine, []community.Place{p}, p.Ref)
}

func (g *Pages) showFinance(w http.ResponseWriter, r *http.Request, mine, of []community.Place, ref string) error {
	ctx := r.Context()
	s, err := g.financeSpan(r)
	if err != nil {
		return err
	}
	all, err := g.months(ctx, of, s)
	if err != nil {
		return err
	}
	self := "/desk/finance"
	v := financeView{Title: i18n.T(ctx, "所有社区"), Span: s.words(ctx), On: ref, Year: s.query(), Chips: []ui.Tab{{Key: "", Href: self + "?" + s.query(), Text: i18n.T(ctx, "所有社区")}}}
	for _, p := range mine {
		v.Chips = append(v.Chips, ui.Tab{Key: p.Ref, Href: self + "/" + url.PathEscape(p.Ref) + "?" + s.query(), Text: portal.PlaceName(p)})
	}
	if ref != "" {
		self += "/" + url.PathEscape(ref)
		v.Title = portal.PlaceName(of[0])
	}
	v.Years = g.financeYears(ctx, self)
	v.Table = financeTable(ctx, all, self, func(m period.Month) string {
		href := "/desk/result"
		if ref != "" {
			href += "/" + url.PathEscape(ref)
		}
		return href + "?" + span{m, m}.query()
	})
	v.Table.Ask = ui.AskTable(r.URL.Query(), nil, "from", "to")
	if f := v.Table.Ask.Format; f != "" {
		return portal.Take(w, r, v.Title+" "+s.from.String(), f, sheetOf(v.Table))
	}
	v.Chart, v.Shops = financeChart(ctx, all), ui.Yuan(shopFees(all))
	return g.Show(w, r, g.shell(ctx, i18n.T(ctx, "平台损益")), financePage(v))
}

// financeYears are the spans to choose from.
func (g *Pages) financeYears(ctx context.Context, self string) (tabs []ui.Tab) {
	now := period.DayOf(g.Flows.DB.Clock().Now(), portal.Zone).Month()
	year := period.Month(now.Year() * 12)
	for _, x := range []struct {
		text string
		span span
	}{{i18n.T(ctx, "近 12 个月"), span{now - yearSpan + 1, now}}, {i18n.T(ctx, "今年"), span{year, now}}, {i18n.T(ctx, "去年"), span{year - 12, year - 1}}} {
		tabs = append(tabs, ui.Tab{Key: x.span.query(), Href: self + "?" + x.span.query(), Text: x.text})
	}
	return tabs
}

func shopFees(all []flow.Profit) (sum money.Amount) {
	for i := range all {
		sum += all[i].Shops
	}
	return sum
}

// financeTable has a row a month, the newest first, a column a line; a month leads to its
// accounts.
func financeTable(ctx context.Context, all []flow.Profit, self string, href func(m period.Month) string) ui.Table {
	t := ui.Table{ID: "months", Caption: i18n.T(ctx, "每个月的损益"), Path: self, Total: len(all), Export: true, Wide: true, Columns: []ui.Column{{Text: i18n.T(ctx, "月份"), Title: true}},
		Empty: ui.EmptyView{Icon: "chart", Title: i18n.T(ctx, "没有您能看的社区"), Text: i18n.T(ctx, "请平台运营给您身份。")}}
	for _, k := range flow.ProfitKinds {
		t.Columns = append(t.Columns, ui.Column{Text: profitName(ctx, k), Num: true, Rare: k != flow.Commissions && k != flow.MemberFees})
		if k == flow.OtherIncome {
			t.Columns = append(t.Columns, ui.Column{Text: i18n.T(ctx, "收入合计"), Num: true})
		}
		if k == flow.ProviderCost {
			t.Columns = append(t.Columns, ui.Column{Text: i18n.T(ctx, "花费合计"), Num: true}, ui.Column{Text: i18n.T(ctx, "留下，元"), Num: true})
		}
	}
	t.Columns = append(t.Columns, ui.Column{Text: i18n.T(ctx, "结账")})
	total := flow.Profit{Lines: make(map[flow.ProfitKind]money.Amount), Closed: true}
	for i := len(all) - 1; i >= 0; i-- {
		total.Add(all[i])
		t.Rows = append(t.Rows, ui.TableRow{Href: href(all[i].Month), Cells: profitCells(ctx, ui.Month(ctx, all[i].Month), &all[i])})
	}
	if len(all) > 0 {
		t.Foot = profitCells(ctx, i18n.T(ctx, "合计"), &total)
	}
	return t
}

func profitCells(ctx context.Context, name string, p *flow.Profit) []ui.Cell {
	cells := []ui.Cell{{Text: name}}
	for _, k := range flow.ProfitKinds {
		cells = append(cells, ui.Cell{Text: ui.Yuan(p.Lines[k])})
		if k == flow.OtherIncome {
			cells = append(cells, ui.Cell{Text: ui.Yuan(p.Incomes())})
		}
		if k == flow.ProviderCost {
			cells = append(cells, ui.Cell{Text: ui.Yuan(p.Costs())}, ui.Cell{Text: ui.Yuan(p.Result())})
		}
	}
	if p.Closed {
		return append(cells, ui.Cell{Text: i18n.T(ctx, "全结了"), Tone: ui.OK})
	}
	return append(cells, ui.Cell{Text: i18n.T(ctx, "还没全结"), Tone: ui.Tell})
}

// financeChart draws income, cost and what stays, month by month.
func financeChart(ctx context.Context, all []flow.Profit) ui.Chart {
	c := ui.Chart{ID: "profit", Title: i18n.T(ctx, "每个月的收入、花费和留下的"), Kind: ui.LineChart, Over: i18n.T(ctx, "月份"), Unit: i18n.T(ctx, "元"), Scale: 2,
		Series: []ui.Series{{Name: i18n.T(ctx, "收入")}, {Name: i18n.T(ctx, "花费")}, {Name: i18n.T(ctx, "留下")}}}
	for i := range all {
		c.Labels = append(c.Labels, ui.Month(ctx, all[i].Month))
		for n, v := range []money.Amount{all[i].Incomes(), -all[i].Costs(), all[i].Result()} {
			c.Series[n].Values = append(c.Series[n].Values, int64(v))
		}
	}
	return c
}
