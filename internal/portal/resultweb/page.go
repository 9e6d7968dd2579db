package resultweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// parse reads an amount as pages write it.
func parse(text string) (money.Amount, error) {
	return money.Parse(strings.NewReplacer(",", "", "−", "-").Replace(text), money.CNY)
}

// resultView is the result of one community over some months.
type resultView struct {
	Place   community.Place
	Span    string
	Chips   []ui.Tab
	On      string
	Closed  bool
	Groups  []group
	Views   []ui.Line // the sums: cash view, earned view, dividend
	Held    string
	Take    string
	Entries bool // figures lead to their entries
}

// group is an account with what each rule moved on it.
type group struct {
	ID, Name string
	Lines    []ui.Line
}

func accountName(ctx context.Context, a ledger.Account) string {
	switch a.Purpose {
	case ledger.Fees:
		return i18n.T(ctx, "会员费")
	case ledger.Commission:
		return i18n.T(ctx, "平台服务费")
	case ledger.Ads:
		return i18n.T(ctx, "广告收入")
	case ledger.Premium:
		return i18n.T(ctx, "企业公益采购的溢价")
	case ledger.Promotion:
		return i18n.T(ctx, "推广花费")
	}
	return i18n.T(ctx, "支付机构的手续费")
}

func (g *Pages) community(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	s, err := g.asked(r)
	if err != nil {
		return err
	}
	e, err := g.earnings(ctx, p.ID, s)
	if err != nil {
		return err
	}
	self := "/desk/result/" + p.Ref
	v := draw(ctx, p, &e, func(l flow.EarningsLine) string {
		return self + "/entries?" + url.Values{"from": {s.from.String()}, "to": {s.to.String()}, "account": {l.Account.String()}, "rule": {l.Rule.String()}}.Encode()
	})
	v.Span, v.Chips, v.On, v.Take = s.words(ctx), g.spans(ctx, self, s), s.query(), self+"/export?"+s.query()
	return g.Show(w, r, g.shell(ctx, i18n.T(ctx, "平台收支")), resultPage(v))
}

// draw groups the lines by account; href leads a figure to its entries, "" to none.
func draw(ctx context.Context, p community.Place, e *flow.Earnings, href func(l flow.EarningsLine) string) (v resultView) {
	v.Place, v.Closed, v.Held = p, e.Closed, ui.Yuan(e.Held)
	for _, a := range flow.EarningAccounts() {
		one := group{ID: a.Owner.Kind.String() + "-" + strings.ReplaceAll(a.String(), "/", "-"), Name: accountName(ctx, a)}
		for _, l := range e.Lines {
			if l.Account != a || dividend(l) {
				continue
			}
			one.Lines = append(one.Lines, ui.Line{Text: ruleTitle(ctx, l), Note: l.Rule.String(), Num: ui.Signed(l.Amount, money.CNY), In: l.Amount > 0, Why: href(l)})
		}
		if len(one.Lines) > 0 {
			one.Lines = append(one.Lines, ui.Line{Text: i18n.T(ctx, "小计"), Num: ui.Signed(e.Sum(a), money.CNY), Total: true})
			v.Groups = append(v.Groups, one)
		}
	}
	v.Views = []ui.Line{
		{Text: i18n.T(ctx, "会员费以外留下的"), Note: i18n.T(ctx, "理事分红从这里算"), Num: ui.Yuan(e.Trade())},
		{Text: i18n.T(ctx, "会员费，收到的"), Note: i18n.T(ctx, "当月进来减退回和推荐奖励"), Num: ui.Yuan(e.Sum(ledger.PlatformFees))},
		{Text: i18n.T(ctx, "现金口径的结果"), Num: ui.Yuan(e.Cash()), Total: true},
		{Text: i18n.T(ctx, "会员费，挣到的"), Note: i18n.T(ctx, "过了冷静期，按天算，减推荐奖励"), Num: ui.Yuan(e.Earned + e.Referrals())},
		{Text: i18n.T(ctx, "挣到口径的结果"), Num: ui.Yuan(e.Kept()), Total: true},
	}
	for _, l := range e.Lines {
		if dividend(l) {
			v.Views = append(v.Views, ui.Line{Text: i18n.T(ctx, "其中分给理事的"), Note: i18n.T(ctx, "以前月份的分红，不算这些月的花费"), Num: ui.Signed(l.Amount, money.CNY), Why: href(l)})
		}
	}
	return v
}

func dividend(l flow.EarningsLine) bool { return l.Rule == ledger.R('M', 5) }

func ruleTitle(ctx context.Context, l flow.EarningsLine) string {
	if l.Title == "" {
		return l.Rule.String()
	}
	return i18n.T(ctx, l.Title)
}

func (g *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	s, err := g.asked(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "平台收支"), Head: []string{i18n.T(ctx, "月份"), i18n.T(ctx, "账户"), i18n.T(ctx, "规则"), i18n.T(ctx, "名目"), i18n.T(ctx, "元"), i18n.T(ctx, "条数")}}
	for m := s.from; m <= s.to; m++ {
		e, err := g.earnings(ctx, p.ID, span{m, m})
		if err != nil {
			return err
		}
		for _, l := range e.Lines {
			t.Rows = append(t.Rows, append(sheet.Texts(m.String(), l.Account.String(), l.Rule.String(), ruleTitle(ctx, l)), sheet.Figure(l.Amount.Decimal(money.CNY)), sheet.Figure(money.Amount(l.Entries).Decimal(money.Point))))
		}
		for _, x := range []struct {
			name string
			v    money.Amount
		}{{i18n.T(ctx, "会员费，挣到的"), e.Earned}, {i18n.T(ctx, "会员费，还没挣到的"), e.Held}, {i18n.T(ctx, "现金口径的结果"), e.Cash()}, {i18n.T(ctx, "挣到口径的结果"), e.Kept()}} {
			t.Rows = append(t.Rows, append(sheet.Texts(m.String(), "", "", x.name), sheet.Figure(x.v.Decimal(money.CNY)), sheet.Value{}))
		}
	}
	format := r.FormValue("format")
	if sheet.Formats[format] == "" {
		format = "xlsx"
	}
	return portal.Take(w, r, portal.PlaceName(p)+" "+s.from.String(), format, t)
}

// entriesView is the entries behind a figure.
type entriesView struct {
	Place community.Place
	Title string
	Span  string
	Back  string
	Rows  []ui.Row
	Next  string
}

func (g *Pages) entries(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	s, err := g.asked(r)
	if err != nil {
		return err
	}
	a, err := ledger.ParseAccount(r.FormValue("account"), money.CNY.String())
	rule, ok := ledger.ParseRule(r.FormValue("rule"))
	if err != nil || !ok || !known(a) {
		return ErrBadLine
	}
	var lines []ledger.Line
	var next string
	err = g.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		lines, next, err = g.Flows.EarningEntries(ctx, rd, p.ID, a, rule, s.from, s.to, r.FormValue("before"))
		return err
	})
	if err != nil {
		return err
	}
	v := entriesView{Place: p, Span: s.words(ctx), Title: i18n.T(ctx, "%s · %s", accountName(ctx, a), rule.String()), Back: "/desk/result/" + p.Ref + "?" + s.query()}
	for _, l := range lines {
		v.Rows = append(v.Rows, ui.Row{Href: "/desk/accounts/" + p.Ref + "/entries/" + itoa(l.Entry.Seq), Icon: "book", Title: i18n.T(ctx, "第 %d 条", l.Entry.Seq), Text: ui.Day(ctx, l.Entry.BookedOn), End: ui.Signed(l.Change, money.CNY), In: l.Change > 0})
	}
	if next != "" {
		q := r.URL.Query()
		q.Set("before", next)
		v.Next = r.URL.Path + "?" + q.Encode()
	}
	return g.Show(w, r, g.shell(ctx, v.Title), entriesPage(v))
}

func known(a ledger.Account) bool {
	for _, x := range flow.EarningAccounts() {
		if x == a {
			return true
		}
	}
	return false
}

func itoa(n int64) string { return money.Amount(n).Decimal(money.Point) }

// publicView is the summary for everybody: a closed month in which enough neighbours
// bought.
type publicView struct {
	Place  community.Place
	Month  string
	Prev   string
	Next   string
	Few    bool
	Not    string // why there is nothing
	Result resultView
}

func (g *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	last := period.DayOf(g.Flows.DB.Clock().Now(), portal.Zone).Month() - 1
	m := last
	if text := r.FormValue("month"); text != "" {
		if m, err = period.ParseMonth(text); err != nil || m > last || m.Year() < 2000 {
			return ErrBadMonth.On("month")
		}
	}
	self := "/c/" + url.PathEscape(p.Ref) + "/result?month="
	v := publicView{Place: p, Month: ui.Month(ctx, m), Prev: self + (m - 1).String()}
	if m < last {
		v.Next = self + (m + 1).String()
	}
	e, err := g.earnings(ctx, p.ID, span{m, m})
	if err != nil {
		return err
	}
	few, err := g.few(ctx, p, m)
	switch {
	case err != nil:
		return err
	case !e.Closed:
		v.Not = i18n.T(ctx, "这个月还没有全部结账，结完就公布。")
	case few:
		v.Not = i18n.T(ctx, "这个月买东西的不到 5 人，不单独公布，看不出是谁。")
	default:
		v.Result = draw(ctx, p, &e, func(flow.EarningsLine) string { return "" })
	}
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(ctx, "%s · 平台收支", portal.PlaceName(p)), Wide: true}
	return g.ShowAs(w, r, http.StatusOK, httpkit.Private, s, publicPage(v))
}

// few reports whether so few neighbours bought in a month that a sum could tell of one.
func (g *Pages) few(ctx context.Context, p community.Place, m period.Month) (few bool, err error) {
	err = g.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
		buyers, err := g.Flows.Ledger.Buyers(ctx, r, p.ID, m.First(), m.Last())
		seen := make(map[[16]byte]bool)
		for _, b := range buyers {
			seen[b.Subject] = true
		}
		few = len(seen) > 0 && len(seen) < publicK
		return err
	})
	return few, err
}

// publicK is how many buyers a month needs to be told to everybody.
const publicK = 5
