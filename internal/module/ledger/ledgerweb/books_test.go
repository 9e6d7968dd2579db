package ledgerweb

import (
	"context"
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/ui/uitest"
)

// eachLook renders with every language and theme; uitest.Render checks form,
// policy and that English is complete.
func eachLook(t *testing.T, run func(t *testing.T, ctx context.Context)) {
	for _, lang := range i18n.Langs {
		for _, theme := range ui.Themes {
			t.Run(lang.String()+" "+string(theme), func(t *testing.T) { run(t, uitest.Context(lang, theme)) })
		}
	}
}

func TestPagesKeepTheRulesOfTheHouse(t *testing.T) {
	eachLook(t, func(t *testing.T, ctx context.Context) {
		books := sampleBooks(ctx)
		uitest.Render(t, ctx, BooksPage(books))
		uitest.Render(t, ctx, PosterPage(books))
		uitest.Render(t, ctx, StreetPage(sampleStreet(ctx)))
		uitest.Render(t, ctx, StreetPage(StreetView{Street: "X"}))
		for _, which := range []string{"none", "quiet", "few", "unproven"} {
			v, err := (&fakeBooks{}).Month(ctx, Ask{Community: which, Month: books.Month})
			if err != nil {
				t.Fatal(err)
			}
			uitest.Render(t, ctx, BooksPage(v))
		}
		for _, list := range [][]way{incoming, kept, shared, given} {
			for _, w := range list {
				books.Via = w.via
				uitest.Render(t, ctx, BooksPage(books))
			}
		}
	})
}

func zh(t *testing.T, v BooksView) string {
	t.Helper()
	return uitest.Render(t, uitest.Context(i18n.Zh, ui.System), BooksPage(v))
}

func TestBothSidesOfTheFlowComeToTheSameSum(t *testing.T) {
	v := sampleBooks(context.Background())
	if v.Flow.Given() != 2_628_75 || v.Flow.Went() != v.Flow.Given() {
		t.Fatalf("the sample does not balance: %d and %d", v.Flow.Given(), v.Flow.Went())
	}
	page := zh(t, v)
	if got := strings.Count(page, "<td>合计</td><td class=\"r num\">2,628.75</td>"); got != 2 {
		t.Errorf("%d totals of 2,628.75, want one a side", got)
	}
	if strings.Contains(page, "来处和去处差") {
		t.Error("a page that balances says that it does not")
	}
	v.Flow.Net--
	if page := zh(t, v); !strings.Contains(page, "来处和去处差 0.01 元") {
		t.Error("a fen that is missing is not reported")
	}
}

// Every band and every figure of the table leads to the entries behind it.
func TestEveryFigureLeadsToItsEntries(t *testing.T) {
	v := sampleBooks(context.Background())
	page := zh(t, v)
	for _, list := range [][]way{incoming, kept, shared, given} {
		for _, w := range list {
			links := strings.Count(page, `href="/c/C1/books/2017-01?via=`+string(w.via)+`#entries"`)
			want := 3 // the wide picture, the tall one, the table
			if w.asset() != money.CNY {
				want = 1
			}
			if links != want {
				t.Errorf("%s: %d links, want %d", w.via, links, want)
			}
			if ParseWay(string(w.via)) != w.via {
				t.Errorf("%s is not read back", w.via)
			}
		}
	}
	if ParseWay("members") != "" {
		t.Error("an unknown way was taken")
	}
}

// Nothing of a month is shown while its buyers are fewer than k: neither sums
// nor rows nor what came to the funds (K3).
func TestFewBuyersAreNotShown(t *testing.T) {
	v := sampleBooks(context.Background())
	v.Flow.Buyers = v.K - 1
	page := zh(t, v)
	for _, secret := range []string{"2,628.75", "2,519.03", "13.14", "42.94", "382.14"} {
		if strings.Contains(page, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if !strings.Contains(page, "还不到 5 位") {
		t.Error("the page does not say why")
	}
	v.Flow.Buyers = v.K
	if page := zh(t, v); !strings.Contains(page, "2,628.75") {
		t.Error("k buyers are enough")
	}
	s := sampleStreet(context.Background())
	s.Communities[6].Spent = 777_77
	street := uitest.Render(t, uitest.Context(i18n.Zh, ui.System), StreetPage(s))
	if strings.Contains(street, "777.77") {
		t.Error("the list shows a community with 3 buyers")
	}
	if want := ui.Yuan(6 * 262_875); !strings.Contains(street, want) {
		t.Errorf("the street's sum is not %s, that of the communities shown", want)
	}
}

func TestThePageSaysWhatItFolds(t *testing.T) {
	text := uitest.Text(zh(t, sampleBooks(context.Background())))
	for _, want := range []string{"只显示 5 人以上的组", "一天不到 5 人的，并到后一天一起显示", "1-31 人数还不够", "1-28 – 1-29 21 笔消费 7 位邻居"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// The seal is drawn only if the proof exists (L7).
func TestSealOnlyWithProof(t *testing.T) {
	v := sampleBooks(context.Background())
	if page := zh(t, v); strings.Count(page, `class="seal"`) != 1 || !strings.Contains(page, "街道、商家委员会、第三方都签了字") {
		t.Error("a proof without its seal or its witnesses")
	}
	v.Proof.Witnesses, v.Proof.Matched = nil, false
	if page := zh(t, v); strings.Contains(page, "签了字") || strings.Contains(page, "对上</") {
		t.Error("the page claims signatures or a match that do not exist")
	}
	v.Proof = nil
	if page := zh(t, v); strings.Contains(page, `class="seal"`) || !strings.Contains(page, "正在存证") {
		t.Error("a seal without a proof")
	}
}

func TestNamesAreEscaped(t *testing.T) {
	v := sampleBooks(context.Background())
	v.Community.Name = `<script>alert(1)</script>`
	v.Entries[0].What = i18n.M("%s", `<b onclick="x">`)
	page := zh(t, v) // Render would complain of a script
	if !strings.Contains(page, "&lt;script&gt;") || !strings.Contains(page, "&lt;b onclick") {
		t.Error("a name is not written as text")
	}
}

func TestElderReadsTheTable(t *testing.T) {
	page := uitest.Render(t, uitest.Context(i18n.Zh, ui.Elder), BooksPage(sampleBooks(context.Background())))
	if strings.Contains(page, "sankey") || strings.Contains(page, `class="why"`) {
		t.Error("elder mode has no picture and no dotted lines")
	}
	if !strings.Contains(page, ">为什么</a>") || !strings.Contains(page, ">普通版</a>") {
		t.Error("elder mode lacks its buttons")
	}
}

func TestRoutes(t *testing.T) {
	books := &fakeBooks{}
	h := server(books)
	get := func(path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/books", 200, "竹溪社区"}, {"/c/C1/books/2017-01", 200, "2,628.75"}, {"/c/C1/books/2017-01?lang=en", 200, "Where every fen went"},
		{"/c/C1/books/2017-01?poster=1", 200, "A4"}, {"/c/C1/books/january", 404, "月份看不懂"}, {"/c/nowhere/books/2017-01", 404, "没找到"},
		{"/c/busy/books/2017-01", 503, "请 8 秒后再点"}, {"/c/broken/books/2017-01", 500, "编号"}, {"/nowhere", 404, "没找到"},
	} {
		if w := get(c.path, "text/html"); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d, want %d and %q", c.path, w.Code, c.status, c.says)
		}
	}
	for path, want := range map[string]string{
		"/c/C1/books": "/c/C1/books/2017-03", "/c/C1/books?month=2017-02": "/c/C1/books/2017-02",
	} {
		if w := get(path, "text/html"); w.Code != 302 || w.Header().Get("Location") != want {
			t.Errorf("%s leads to %d %s, want %s", path, w.Code, w.Header().Get("Location"), want)
		}
	}
	books.asked = nil
	get("/c/C1/books/2017-01?via=welfare", "text/html")
	get("/c/C1/books/2017-01/entries.csv", "text/csv")
	if len(books.asked) != 2 || books.asked[0].Via != ViaWelfare || books.asked[0].Export || !books.asked[1].Export {
		t.Errorf("asked for %+v", books.asked)
	}
}

func TestExport(t *testing.T) {
	w := httptest.NewRecorder()
	server(&fakeBooks{}).ServeHTTP(w, httptest.NewRequest("GET", "/c/C1/books/2017-01/entries.csv", nil))
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="gongyi-2017-01.csv"` {
		t.Errorf("named %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 6 || rows[1][0] != "2017-01-30" || rows[1][5] != "382.14" || rows[2][7] != "-12.00" {
		t.Errorf("wrote %q", rows)
	}
	if got := cell("=SUM(A1)"); got != "'=SUM(A1)" {
		t.Errorf("a formula went out as %q", got)
	}
}
