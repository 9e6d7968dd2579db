package certificateweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// yearView is a holder's year.
type yearView struct {
	holder
	flow.HoursYear
	Crumbs []ui.Link // at the desk
	Title  string
	Stats  []ui.Stat
	Sums   []ui.Line
	Parts  []yearPart
	Given  []ui.Row
	Got    []ui.Row
	Files  []ui.Link
}

// yearPart is one of her accounts.
type yearPart struct {
	ID, Name string
	Lines    []ui.Line
}

// onPaper is the format of what is printed.
const onPaper = "pdf"

// year shows a holder's year, or answers with it as a file.
func (h *Pages) year(w http.ResponseWriter, r *http.Request, x *holder, s ui.Shell, crumbs []ui.Link) error {
	ctx := r.Context()
	n, err := strconv.Atoi(r.PathValue("year"))
	if err != nil {
		return flow.ErrNoYear
	}
	v := yearView{holder: *x, Crumbs: crumbs}
	if v.HoursYear, err = h.Flows.HoursYearOf(ctx, x.Place.ID, x.Member, n); err != nil {
		return err
	}
	v.Title = i18n.T(ctx, "%s 年服务时对账", strconv.Itoa(n))
	v.fill(ctx)
	name := v.Title
	switch f := r.FormValue("format"); f {
	case "csv", "xlsx":
		return portal.Take(w, r, name, f, v.sheet(ctx))
	case onPaper:
		content, err := v.paper(ctx)
		if err != nil {
			return err
		}
		return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: name + ".pdf", Content: content}, httpkit.Never)
	}
	for _, f := range []struct{ format, text string }{{onPaper, i18n.T(ctx, "打印")}, {"xlsx", i18n.T(ctx, "表格 XLSX")}, {"csv", "CSV"}} {
		v.Files = append(v.Files, ui.Link{Href: x.year(n) + "?format=" + f.format, Text: f.text})
	}
	return h.Show(w, r, s, yearPage(v))
}

// fill puts a year into words.
func (v *yearView) fill(ctx context.Context) {
	v.Stats = []ui.Stat{
		{Name: i18n.T(ctx, "帮了邻居"), Number: lasting(ctx, total(v.HoursYear.Given)), Note: i18n.T(ctx, "%d 次", len(v.HoursYear.Given))},
		{Name: i18n.T(ctx, "邻居帮了我"), Number: lasting(ctx, total(v.Received)), Note: i18n.T(ctx, "%d 次", len(v.Received))},
		{Name: i18n.T(ctx, "到 %s 还有", ui.Day(ctx, v.Through)), Number: ui.Coins(v.Accounts[0].Closing), Note: i18n.T(ctx, "抵扣权益，不是钱")},
	}
	for _, s := range v.HoursYear.Sums() {
		v.Sums = append(v.Sums, ui.Line{Text: sumNames[s.Kind].In(ctx), Num: ui.Signed(s.Coins, money.Coin), In: s.Coins > 0})
	}
	for i := range v.Accounts {
		a := &v.Accounts[i]
		if a.Account.Purpose != ledger.Coins && a.Opening == 0 && len(a.Rules) == 0 {
			continue // nothing was ever owed
		}
		v.Parts = append(v.Parts, yearPart{ID: "account-" + strconv.Itoa(i), Name: accountName(ctx, a), Lines: accountLines(ctx, a, v.Through)})
	}
	v.Given, v.Got = kindRows(ctx, v.HoursYear.Given), kindRows(ctx, v.Received)
}

// sumNames are the ways in which hours come and go in a year.
var sumNames = map[flow.SumKind]i18n.Message{
	flow.SumEarned:  i18n.M("帮人挣的"),
	flow.SumBought:  i18n.M("消费得的"),
	flow.SumAsked:   i18n.M("请人用的"),
	flow.SumSpent:   i18n.M("在店里抵扣的"),
	flow.SumGifts:   i18n.M("和邻居互相送的"),
	flow.SumPot:     i18n.M("时间罐，放进的和资助的"),
	flow.SumCarried: i18n.M("在社区之间带的"),
	flow.SumExpired: i18n.M("久没用进权益池的"),
	flow.SumOther:   i18n.M("其他"),
}

func accountName(ctx context.Context, a *flow.AccountMonth) string {
	if a.Account.Purpose == ledger.Coins {
		return i18n.T(ctx, "手里的服务时")
	}
	return i18n.T(ctx, "欠着的服务时")
}

// ruleTitle names a line by its rule.
func ruleTitle(ctx context.Context, s *flow.RuleSum) string {
	title := s.Rule.String()
	if s.Title != "" {
		title = i18n.T(ctx, s.Title)
	}
	if s.Rule.Undone {
		return i18n.T(ctx, "退回：%s", title)
	}
	return title
}

// accountLines is an account over the year: what was there, what each rule moved, what is
// there.
func accountLines(ctx context.Context, a *flow.AccountMonth, through period.Day) []ui.Line {
	asset := a.Account.Asset
	lines := []ui.Line{{Text: i18n.T(ctx, "年初"), Num: a.Opening.Grouped(asset)}}
	for i := range a.Rules {
		x := &a.Rules[i]
		lines = append(lines, ui.Line{Text: ruleTitle(ctx, x), Note: i18n.T(ctx, "%s，%d 笔", x.Rule.String(), x.Entries), Num: ui.Signed(x.In-x.Out, asset), In: x.In > x.Out})
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "到 %s", ui.Day(ctx, through)), Num: a.Closing.Grouped(asset), Total: true})
}

func total(lines []certificate.Line) (sum int) {
	for _, l := range lines {
		sum += l.Minutes
	}
	return sum
}

// kindRows are services by kind.
func kindRows(ctx context.Context, lines []certificate.Line) (rows []ui.Row) {
	for _, k := range certificate.ByKind(lines) {
		rows = append(rows, ui.Row{Title: kindName(ctx, k.Name), Text: i18n.T(ctx, "%d 次", k.Times), End: lasting(ctx, k.Minutes)})
	}
	return rows
}

// kindName says what the catalogue says of a kind in the language of the page; what a
// community wrote itself stays as it is.
func kindName(ctx context.Context, words string) string { return i18n.Message{Key: words}.In(ctx) }

// sheet is the year as a table: what each rule moved, then service by service.
func (v *yearView) sheet(ctx context.Context) sheet.Table {
	none := sheet.Value{}
	t := sheet.Table{Name: v.Title, Head: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "规则"), i18n.T(ctx, "名目"), i18n.T(ctx, "进"), i18n.T(ctx, "出"), i18n.T(ctx, "结余"), i18n.T(ctx, "分钟")}}
	for i := range v.Accounts {
		a := &v.Accounts[i]
		name, asset := accountName(ctx, a), a.Account.Asset
		t.Rows = append(t.Rows, append(sheet.Texts(name, "", i18n.T(ctx, "年初")), none, none, sheet.Figure(a.Opening.Decimal(asset)), none))
		for j := range a.Rules {
			x := &a.Rules[j]
			t.Rows = append(t.Rows, append(sheet.Texts(name, x.Rule.String(), ruleTitle(ctx, x)), sheet.Figure(x.In.Decimal(asset)), sheet.Figure(x.Out.Decimal(asset)), none, none))
		}
		t.Rows = append(t.Rows, append(sheet.Texts(name, "", v.Through.String()), none, none, sheet.Figure(a.Closing.Decimal(asset)), none))
	}
	for _, part := range []struct {
		name  string
		lines []certificate.Line
	}{{i18n.T(ctx, "帮了邻居"), v.HoursYear.Given}, {i18n.T(ctx, "邻居帮了我"), v.Received}} {
		for _, l := range part.lines {
			t.Rows = append(t.Rows, append(sheet.Texts(part.name, l.Day.String(), kindName(ctx, l.Name)), none, none, none, sheet.Figure(strconv.Itoa(l.Minutes))))
		}
	}
	return t
}

// paper is the year to print and keep.
func (v *yearView) paper(ctx context.Context) ([]byte, error) {
	d := paper.New(v.Title, v.Called())
	for _, s := range v.Stats {
		d.Text(i18n.T(ctx, "%s：%s，%s", s.Name, s.Number, s.Note))
	}
	for _, p := range v.Parts {
		d.Heading(p.Name)
		var rows [][]string
		for _, l := range p.Lines {
			rows = append(rows, []string{l.Text, l.Note, l.Num})
		}
		d.Table([]paper.Column{{Text: i18n.T(ctx, "名目"), Share: 50}, {Text: i18n.T(ctx, "规则"), Share: 26}, {Text: i18n.T(ctx, "抵扣权益"), Share: 24, Num: true}}, rows)
	}
	for _, part := range []struct {
		name  string
		lines []certificate.Line
	}{{i18n.T(ctx, "帮了邻居"), v.HoursYear.Given}, {i18n.T(ctx, "邻居帮了我"), v.Received}} {
		d.Heading(part.name)
		if len(part.lines) == 0 {
			d.Text(i18n.T(ctx, "这一年没有"))
			continue
		}
		kindsOn(ctx, d, part.lines)
	}
	d.Text(i18n.T(ctx, "年初加上每条规则的进出，就是年末，和账本一分不差。抵扣权益不是钱，不能换成钱。"))
	return d.Bytes()
}

// kindsOn sums services by kind on a sheet.
func kindsOn(ctx context.Context, d *paper.Document, lines []certificate.Line) {
	var rows [][]string
	for _, k := range certificate.ByKind(lines) {
		rows = append(rows, []string{kindName(ctx, k.Name), strconv.Itoa(k.Times), lasting(ctx, k.Minutes)})
	}
	d.Table([]paper.Column{{Text: i18n.T(ctx, "服务内容"), Share: 50}, {Text: i18n.T(ctx, "次数"), Share: 20, Num: true}, {Text: i18n.T(ctx, "时长"), Share: 30, Num: true}}, rows)
}
