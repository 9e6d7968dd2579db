package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/access"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/httpkit"
)

// TestPagesOfTheBlock renders the pages: Chinese by default, and no Chinese on the
// English ones but the names of shops and places.
func TestPagesOfTheBlock(t *testing.T) {
	env := dbtest.SQLite(t, Schemas)
	b := newBlock(t, env)
	b.at("2025-10-20")
	b.buy(10_00, 0, 1, 2, 3, 4, 5)
	s, err := b.settle("neighbour1", "bakery", 60_00)
	b.must(err)
	_, err = b.Flows.Refund(bg, b.home, db.System, flow.Refund{Ref: "r", Purchase: s.Seq, Amount: 10_00})
	b.must(err)
	b.at("2025-11-01")
	b.closeDay("2025-10-31")
	books, receipts := NewBooks(b.App), NewReceipts(b.App)
	books.Base = func(context.Context) string { return "https://books.example.org" }
	receipts.Base = books.Base
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler)}
	mux := http.NewServeMux()
	engine, err := authz.New(access.Policies, nil)
	b.must(err)
	router := httpkit.NewRouter(kit, mux, engine)
	ledgerweb.Routes(router, books)
	settlementweb.Routes(router, receipts, receipts)
	han := regexp.MustCompile(`\p{Han}+`)
	names := strings.NewReplacer("竹溪社区", "", "桥头面包房", "", "东门鲜果店", "", "\u4e2d\u6587", "")
	for path, says := range map[string][2]string{
		"/books":                          {"竹溪社区", "neighbours"},
		"/c/C1/books/2025-10":             {"每一分去了哪里", "6 neighbours"},
		"/c/C1/books/2025-10?via=welfare": {"只看", "Only"},
		"/c/C1/books/2025-10?poster=1":    {"扫码看每一组", "<svg"},
		"/c/C1/books/2025-10/entries.csv": {"不到 10 人", "10"},
		"/r/" + s.Receipt():               {"退过的款", "gongyi receipt verify gongyi-C1-"},
		"/verify":                         {"验一张小票", "test.example"},
	} {
		for i, lang := range []string{"zh", "en"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
			r.Header.Set("Accept-Language", lang)
			w := httptest.NewRecorder()
			kit.Wrap(mux).ServeHTTP(w, r)
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, says[i]) {
				t.Errorf("%s in %s: %d, says %q? no:\n%.2000s", path, lang, w.Code, says[i], body)
			}
			if left := han.FindString(names.Replace(regexp.MustCompile(`(?s)<header class="strip.*?</header>`).ReplaceAllString(body, ""))); lang == "en" && left != "" {
				t.Errorf("%s in English says %q", path, left)
			}
			if strings.Contains(body, "neighbour1") {
				t.Errorf("%s names a person", path)
			}
		}
	}
}
