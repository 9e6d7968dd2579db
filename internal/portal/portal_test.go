package portal_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

var bg = context.Background()

func (h *house) show(v authz.Viewer, s func(ctx context.Context) ui.Shell) string {
	h.t.Helper()
	ctx := authz.With(ui.WithLook(bg, ui.Look{Path: "/home"}), v)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, "GET", "/home", nil)
	h.must(h.Show(w, r, s(ctx), templ.Raw("<p>here</p>")))
	return w.Body.String()
}

func resident(p *portal.Portal) func(ctx context.Context) ui.Shell {
	return func(ctx context.Context) ui.Shell { return p.Shell(ctx, ui.ResidentFrame, "home", "首页") }
}

func TestAFrameKnowsWhoLooks(t *testing.T) {
	h := inHouse(t)
	h.Inbox, h.SignOut = "/inbox", "/sign-out"
	h.Unread = func(context.Context, id.ID) (int, error) { return 3, nil }
	chen := h.person("陈秀英", person.Ms)
	page := h.show(authz.Viewer{Person: chen.ID}, resident(h.Portal))
	for _, want := range []string{"陈女士", "Bamboo Brook", `href="/me"`, `href="/inbox"`, `action="/sign-out"`, "<p>here</p>", "议事"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "换一个身份") {
		t.Error("who has one frame is offered another")
	}
	stranger := h.show(authz.Viewer{}, resident(h.Portal))
	if !strings.Contains(stranger, "/sign-in?to=%2Fhome") || strings.Contains(stranger, "陈") || strings.Contains(stranger, ">我的<") {
		t.Errorf("a stranger's page: %s", stranger)
	}
}

func TestHatsAreWhatGrantsAllow(t *testing.T) {
	h := inHouse(t)
	h.Add(portal.Door{Kind: ui.OperatorFrame, Key: "queue", Href: "/desk", Text: i18n.M("今天"), Action: "staff.change"})
	chen := h.person("陈秀英", person.Ms)
	as := func(roles ...authz.Role) string {
		v := authz.Viewer{Person: chen.ID}
		for _, r := range roles {
			v.Grants = append(v.Grants, authz.Grant{Role: r, Place: h.home, Subject: h.shop.ID})
		}
		return h.show(v, resident(h.Portal))
	}
	if page := as(access.Staff); !strings.Contains(page, "Bridge Bakery") || strings.Contains(page, "/desk") {
		t.Error("staff is offered the shop, and no desk")
	}
	if page := as(access.Owner); !strings.Contains(page, `href="/desk"`) {
		t.Error("a door that opens is not offered")
	}
	for role, want := range map[authz.Role][]string{access.Owner: {"today", "till", "statement", "shop"}, access.Staff: {"today", "till", "shop"}, access.Mediator: nil} {
		v := authz.Viewer{Person: chen.ID, Grants: []authz.Grant{{Role: role, Place: h.home, Subject: h.shop.ID}}}
		var got []string
		for _, tab := range h.ShopShell(authz.With(bg, v), h.home, h.shop.ID, "today", "").Tabs {
			got = append(got, tab.Key)
			if strings.Contains(tab.Href, "{") {
				t.Errorf("%s leads to %s", tab.Key, tab.Href)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", role, got, want)
		}
		if other := h.ShopShell(authz.With(bg, v), h.home, id.ID{1}, "today", "").Tabs; other != nil {
			t.Errorf("%s sees %v of another shop", role, other)
		}
	}
}

func TestHowPeopleAreCalledAndGreeted(t *testing.T) {
	en := i18n.With(bg, i18n.En)
	chen := &person.Person{Name: "欧阳秀英", Form: person.Ms}
	at := func(hour int) time.Time { return time.Date(2025, 10, 16, hour, 0, 0, 0, time.UTC) }
	for got, want := range map[string]string{
		portal.Called(bg, chen):                                      "欧阳女士",
		portal.Called(en, &person.Person{Name: "王强"}):                "王强",
		portal.Called(en, &person.Person{Form: person.Ms}):           "A neighbour",
		portal.Greeting(bg, at(9), chen):                             "早上好，欧阳女士",
		portal.Greeting(bg, at(12), chen):                            "中午好，欧阳女士",
		portal.Greeting(bg, at(17), chen):                            "下午好，欧阳女士",
		portal.Greeting(bg, at(3), chen):                             "晚上好，欧阳女士",
		portal.Greeting(en, at(20), &person.Person{Name: "Ann Lee"}): "Good evening, Ann Lee",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
