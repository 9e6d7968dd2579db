package ui

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/skip2/go-qrcode"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

func in(l i18n.Lang, t Theme) context.Context {
	return WithLook(i18n.With(context.Background(), l), Look{Theme: t, Path: "/c/C1/books/2017-01", Query: url.Values{"via": {"welfare"}}})
}

func TestAmounts(t *testing.T) {
	for got, want := range map[string]string{
		Yuan(123_450):               "1,234.50",
		Signed(6_42, money.CNY):     "+6.42",
		Signed(-3_85, money.CNY):    "−3.85", // a true minus sign
		Signed(0, money.CNY):        "0.00",
		Coins(64_20):                "64.20",
		Points(1286):                "1,286",
		Signed(45, money.Point):     "+45",
		Signed(-1286, money.Point):  "−1,286",
		Yuan(-1_000_000_00):         "−1,000,000.00",
		Signed(1_000_00, money.CNY): "+1,000.00",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestServiceTime(t *testing.T) {
	zh := in(i18n.Zh, System)
	for _, c := range []struct {
		coins, perHour money.Amount
		want           string
	}{
		{2_25, 10_00, "14 分钟"}, // 13.5 minutes, half up
		{9_99, 10_00, "60 分钟"}, {10_00, 10_00, "1.00 小时"}, {64_20, 10_00, "6.42 小时"}, {1_23, 20_00, "4 分钟"},
		{0, 10_00, ""}, {5_00, 0, ""},
	} {
		if got := ServiceTime(zh, c.coins, c.perHour); got != c.want {
			t.Errorf("%d at %d an hour: got %q, want %q", c.coins, c.perHour, got, c.want)
		}
	}
	if got := ServiceTime(in(i18n.En, System), 17, 10_00); got != "1 minute" {
		t.Errorf("got %q, want the singular", got)
	}
}

func TestDays(t *testing.T) {
	zh, en, elder := in(i18n.Zh, System), in(i18n.En, System), in(i18n.Zh, Elder)
	day := period.Date(2025, time.October, 16)
	at := time.Date(2025, 10, 16, 15, 0, 7, 0, time.FixedZone("CST", 8*3600))
	for _, c := range []struct{ got, want string }{
		{Day(zh, day), "10 月 16 日 周四"}, {Day(en, day), "Thu 16 Oct"}, {Day(elder, day), "10 月 16 日 星期四"},
		{FullDay(zh, day), "2025 年 10 月 16 日"}, {FullDay(en, day), "16 Oct 2025"},
		{ShortDay(zh, day), "10-16"}, {Days(zh, day, day), "10-16"}, {Days(en, day, day+1), "16 Oct – 17 Oct"},
		{Month(zh, day.Month()), "2025 年 10 月"}, {MonthName(zh, day.Month()), "10 月"}, {MonthName(en, day.Month()), "October"},
		{Moment(zh, at), "10 月 16 日 周四 15:00"}, {Moment(elder, at), "10 月 16 日 星期四 下午 3 点"},
		{Clock(elder, at.Add(-3*time.Hour)), "中午 12 点"}, {Clock(elder, at.Add(3*time.Hour+24*time.Minute)), "晚上 6:24"},
		{Clock(elder, at.Add(9*time.Hour+5*time.Minute)), "凌晨 0:05"}, {Clock(elder, at.Add(-6*time.Hour)), "上午 9 点"},
		{Exact(zh, at), "10 月 16 日 15:00:07"}, {Exact(en, at), "16 Oct 15:00:07"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestSwitchesKeepThePage(t *testing.T) {
	ctx := in(i18n.Zh, System)
	if got, want := string(toLang(ctx, other(ctx))), "/c/C1/books/2017-01?lang=en&via=welfare"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := string(toTheme(ctx, Elder)), "/c/C1/books/2017-01?theme=elder&via=welfare"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEveryThemeIsInTheSheet(t *testing.T) {
	for _, theme := range Themes {
		if got, ok := ParseTheme(theme.name()); !ok || got != theme {
			t.Errorf("%q is not read back", theme)
		}
		if theme != System && !bytes.Contains(assets["gongyi.css"].plain, []byte(theme.attr())) {
			t.Errorf("the style sheet knows no %s", theme.attr())
		}
	}
	if _, ok := ParseTheme("neon"); ok {
		t.Error("an unknown theme was taken")
	}
}

// The sheet must be the one that web/ builds, small (it dresses every frame and part
// in three themes), and load nothing.
func TestTheStyleSheet(t *testing.T) {
	css := assets["gongyi.css"]
	if len(css.packed()) > 30_000 {
		t.Errorf("the style sheet is %d bytes packed", len(css.packed()))
	}
	for _, never := range []string{"http:", "https:", "@import", "@apply"} {
		if i := strings.Index(strings.ReplaceAll(string(css.plain), "https://tailwindcss.com", ""), never); i >= 0 {
			t.Errorf("the style sheet holds %q", never)
		}
	}
	for _, file := range []string{"parts.css", "frames.css", "forms.css", "lists.css", "desk.css", "islands.css", "books.css", "receipt.css"} {
		src, err := os.ReadFile("../../../web/styles/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, class := range regexp.MustCompile(`(?m)^\.([a-z][a-z0-9-]*)`).FindAllSubmatch(src, -1) {
			if !bytes.Contains(css.plain, append([]byte("."), class[1]...)) {
				t.Errorf("%s has .%s, the built sheet has not: run npm run build in web/", file, class[1])
			}
		}
	}
}

func TestAssetsMayBeKeptForEver(t *testing.T) {
	r := httptest.NewRequest("GET", Asset("gongyi.css"), nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	Assets().ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(z); !bytes.Equal(b, assets["gongyi.css"].plain) {
		t.Error("what was unpacked is not the style sheet")
	}
	for _, path := range []string{"/assets/gongyi.css", "/assets/gongyi.000000000000.css", "/assets/../ui.go"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		if Assets().ServeHTTP(w, r); w.Code != 404 {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}

// The path is drawn again on a grid and compared with the code's own bitmap.
func TestCodeIsDrawnTrue(t *testing.T) {
	const text = "https://books.example.org/r/5m9QxV3kTfW8a2LrBn7cYg"
	c := encodeQR(text)
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	q.DisableBorder = true
	want := q.Bitmap()
	got := paint(t, c)
	for y := range got {
		for x := range got[y] {
			inside := x >= quiet && y >= quiet && x < c.side-quiet && y < c.side-quiet
			if black := inside && want[y-quiet][x-quiet]; got[y][x] != black {
				t.Fatalf("square %d,%d is wrong", x, y)
			}
		}
	}
	if encodeQR(strings.Repeat("x", 5000)).side != 0 {
		t.Error("a text that fits no code must give none")
	}
}

func paint(t *testing.T, c code) [][]bool {
	t.Helper()
	grid := make([][]bool, c.side)
	for i := range grid {
		grid[i] = make([]bool, c.side)
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(c.path, -1) {
		x, y, n := atoi(run[1]), atoi(run[2]), atoi(run[3])
		if run[3] != run[4] {
			t.Fatalf("run %v does not close", run)
		}
		for i := range n {
			grid[y][x+i] = true
		}
	}
	return grid
}

func atoi(s string) (n int) {
	for _, d := range s {
		n = n*10 + int(d-'0')
	}
	return n
}
