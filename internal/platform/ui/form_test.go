package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"gongyi/internal/platform/i18n"
)

func draw(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func has(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(page, p) {
			t.Errorf("lacks %s:\n%s", p, page)
		}
	}
}

func lacks(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(page, p) {
			t.Errorf("has %s:\n%s", p, page)
		}
	}
}

func TestAFieldKeepsWhatWasTypedAndSaysWhatIsWrong(t *testing.T) {
	page := draw(t, in(i18n.Zh, System), Field{Name: "amount", Label: "金额", Value: `12"3`, Error: "请写数字", Help: "单位元", Unit: "元"}.Amount())
	has(t, page, `<label class="label" for="f-amount">`, `value="12&#34;3"`, `aria-invalid="true"`, `aria-describedby="f-amount-bad f-amount-help"`,
		`id="f-amount-bad"`, `id="f-amount-help"`, `inputmode="decimal"`, " required")
	lacks(t, draw(t, in(i18n.Zh, System), Field{Name: "note", Label: "备注", Optional: true}.Text()), "required", "aria-invalid", "aria-describedby")
}

func TestChoicesAreKept(t *testing.T) {
	options := []Option{{Value: "a", Text: "A"}, {Value: "b", Text: "B"}, {Value: "", Text: "C"}}
	zh := in(i18n.Zh, System)
	for _, c := range []struct {
		name string
		page string
		want int
		kept string
	}{
		{"one of some", draw(t, zh, Field{Name: "x", Value: "b", Options: options}.Pick()), 1, `value="b" checked`},
		{"some of some", draw(t, zh, Field{Name: "x", Values: []string{"a", "b"}, Options: options}.PickMany()), 2, `value="a" checked`},
		{"none of some", draw(t, zh, Field{Name: "x", Values: []string{"z"}, Options: options}.PickMany()), 0, `value="a"`},
		{"a list", draw(t, zh, Field{Name: "x", Value: "b", Options: options}.Select()), 1, `value="b" selected`},
		{"a list of which nothing was chosen", draw(t, zh, Field{Name: "x", Options: options}.Select()), 1, `value="" selected`},
	} {
		if got := strings.Count(c.page, " checked") + strings.Count(c.page, " selected"); got != c.want || !strings.Contains(c.page, c.kept) {
			t.Errorf("%s: %d are chosen, want %d with %s\n%s", c.name, got, c.want, c.kept, c.page)
		}
	}
	if page := draw(t, zh, Field{Name: "agree", Label: "同意"}.Check()); strings.Contains(page, "checked") {
		t.Error("nothing is ticked beforehand")
	}
	has(t, draw(t, zh, Field{Name: "agree", Label: "同意", Value: "yes"}.Check()), "checked")
}

func TestAFormSaysWhatToMend(t *testing.T) {
	f := Form{Action: "/x", Token: "t-1", Busy: "正在发出", Wrong: []Wrong{{Field: "phone", Text: "少一位"}, {Text: "再试一次"}}}
	page := draw(t, in(i18n.Zh, System), f.View())
	has(t, page, `method="post"`, `name="once" value="t-1"`, `href="#f-phone"`, "有 2 处要改", `data-busy="正在发出"`, `role="alert"`)
	if f.Of("phone") != "少一位" || f.Of("other") != "" {
		t.Error("the error of a field is not found")
	}
	if page := draw(t, in(i18n.En, System), Form{Wrong: f.Wrong[:1]}.View()); !strings.Contains(page, "1 thing to mend") {
		t.Error("the singular is wrong")
	}
	lacks(t, draw(t, in(i18n.Zh, System), Form{Get: true}.View()), "data-once", "post", `name="once"`)
}

func TestAQuestionIsAFormAndNoIsAsEasy(t *testing.T) {
	page := draw(t, in(i18n.Zh, System), Confirm{ID: "q", Open: "退款", Title: "退？", Action: "/refund", Do: "退 ¥ 1.00", Token: "k"}.Both())
	has(t, page, `popovertarget="q"`, `<div popover id="q"`, `role="dialog"`, `action="/refund"`, `popovertargetaction="hide"`, "先不办", `name="once" value="k"`)
}

func TestATableShowsWhatItHas(t *testing.T) {
	table := Table{
		ID: "t", Caption: "店铺", Path: "/shops", Total: 30, Export: true, Search: "店名", Ask: TableAsk{Sort: "name", Page: 1, Size: 25},
		Columns: []Column{{Key: "name", Text: "店名", Sort: true, Title: true}, {Key: "sum", Text: "元", Num: true}},
		Rows:    []TableRow{{Href: "/shops/1", Cells: Cells("面包房", "1.00")}},
	}
	page := draw(t, in(i18n.Zh, System), table.View())
	has(t, page, `aria-sort="ascending"`, `href="/shops?sort=-name"`, `href="/shops?format=xlsx&amp;sort=name"`, `href="/shops?page=2&amp;sort=name"`,
		`class="rowlink" href="/shops/1"`, `data-head="元"`, "第 1–1 条，共 30 条", `action="/shops"`, `rel="next"`)
	lacks(t, page, `rel="prev"`)
	table.Rows, table.Total = nil, 0
	table.Empty = EmptyView{Icon: "store", Title: "还没有店"}
	has(t, draw(t, in(i18n.Zh, System), table.View()), "还没有店")
	table.Ask.Search = "x"
	page = draw(t, in(i18n.Zh, System), table.View())
	has(t, page, "没有合适的", `value="x"`)
	lacks(t, page, "还没有店", "<table")
}

func TestFiguresOfAChart(t *testing.T) {
	for _, c := range []struct {
		scale int
		value int64
		want  string
	}{{0, 1286, "1,286"}, {2, 643187, "6,431.87"}, {1, 964, "96.4"}, {3, -1005, "−1.005"}, {1, -5, "−0.5"}} {
		if got := (Chart{Scale: c.scale}).number(c.value); got != c.want {
			t.Errorf("%d at %d decimals: got %s, want %s", c.value, c.scale, got, c.want)
		}
	}
	goal := int64(5)
	page := draw(t, in(i18n.Zh, System), Chart{ID: "c", Title: `<b>"x"`, Kind: LineChart, Labels: []string{"1", "2"}, Goal: &goal, Series: []Series{{Name: "a", Values: []int64{7}}}}.View())
	has(t, page, `data-island="chart"`, "&#34;goal&#34;:5", "–") // the second label has no figure
	lacks(t, page, `<b>"x"`)
}
