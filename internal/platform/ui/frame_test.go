package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"gongyi/internal/platform/i18n"
)

func drawFrame(t *testing.T, ctx context.Context, s Shell) string {
	t.Helper()
	var b strings.Builder
	if err := Frame(s).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var fiveTabs = []Tab{
	{Key: "home", Href: "/me", Text: "首页", Icon: "home"}, {Key: "buy", Href: "/buy", Text: "团购", Icon: "basket", Count: 2},
}

func TestEveryFrameKeepsItsPromises(t *testing.T) {
	until := time.Date(2025, 10, 16, 15, 20, 0, 0, time.UTC)
	for _, kind := range []Kind{ResidentFrame, MerchantFrame, FieldFrame, OperatorFrame, OfficerFrame, TaskFrame, PlainFrame} {
		for _, theme := range []Theme{System, Elder} {
			ctx := WithViewer(in(i18n.Zh, theme), Viewer{
				Name: "陈女士", SignedIn: true, Inbox: "/inbox", Unread: 3, SignOut: "/signout",
				Assist: &Assist{Name: "王奶奶", Until: until, Stop: "/assist/stop"},
				Demo:   &DemoBar{Now: "10 月 16 日", As: []Link{{Href: "/demo/as/shop", Text: "店家"}}},
			})
			page := drawFrame(t, ctx, Shell{Kind: kind, Title: "标题", Tabs: fiveTabs, Active: "buy", Back: Link{Href: "/me", Text: "首页"}, Help: Help{Href: "/help"}})
			for what, want := range map[string]string{
				"the way past the frame":  `href="#main"`,
				"the switch of languages": `hreflang="en"`,
				"the switch of themes":    map[Theme]string{System: "theme=elder", Elder: "theme=system"}[theme],
				"for whom one acts":       "您正在替王奶奶办事，到 ",
				"the way to stop it":      `action="/assist/stop"`,
				"that it is a demo":       `action="/demo/as/shop"`,
				"the way back":            `href="/me"`,
			} {
				if !strings.Contains(page, want) {
					t.Errorf("%s, theme %q lacks %s: %s", kind, theme, what, want)
				}
			}
			if got := strings.Contains(page, `class="tabs"`); got && theme == Elder {
				t.Errorf("%s: elder mode has no tabs", kind)
			}
			if got := strings.Contains(page, "请网格员帮我办"); got != (theme == Elder) {
				t.Errorf("%s, theme %q: help in the dock is %v", kind, theme, got)
			}
		}
	}
}

func TestAFrameWithoutAViewerSaysNothingOfOne(t *testing.T) {
	page := drawFrame(t, in(i18n.Zh, System), Shell{Kind: ResidentFrame, Title: "标题", Tabs: fiveTabs, Active: "home"})
	for _, never := range []string{"popovertarget", "assist", `class="demo"`, "bell"} {
		if strings.Contains(page, never) {
			t.Errorf("the page of a stranger has %s", never)
		}
	}
}

func TestElderModeSaysWhereBackLeads(t *testing.T) {
	ctx := in(i18n.Zh, Elder)
	if page := drawFrame(t, ctx, Shell{Kind: ResidentFrame, Title: "团购", Tabs: fiveTabs, Active: "buy"}); !strings.Contains(page, "回到首页") {
		t.Error("a page below a tab does not lead back to the first")
	}
	if page := drawFrame(t, ctx, Shell{Kind: ResidentFrame, Title: "首页", Tabs: fiveTabs, Active: "home"}); strings.Contains(page, "回到首页") {
		t.Error("the first page leads back to itself")
	}
}

func TestEveryIconIsThere(t *testing.T) {
	for _, tone := range []Tone{Tell, OK, Soon, Bad, Act} {
		if icons[tone.icon()] == "" {
			t.Errorf("no icon %s", tone.icon())
		}
	}
}
