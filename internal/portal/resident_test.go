package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// dresses are the ways in which a page is read.
var dresses = []string{"lang=zh&theme=system", "lang=en&theme=system", "lang=zh&theme=elder", "lang=en&theme=elder"}

// everywhere opens pages in every dress and tells what is wrong with them.
func (h *house) everywhere(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		for _, dress := range dresses {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			w := h.get(path + sep + dress)
			if w.Code != 200 {
				t.Errorf("%s, %s: %d %s", path, dress, w.Code, uitest.Text(w.Body.String()))
			}
			lang := i18n.Zh
			if strings.HasPrefix(dress, "lang=en") {
				lang = i18n.En
			}
			for _, wrong := range uitest.Complaints(w.Body.String(), lang) {
				t.Errorf("%s, %s: %s", path, dress, wrong)
			}
		}
	}
}

// shoppers are two people of the same community, one of whom shops next door too.
func shoppers(t testing.TB) (h *house, anna, ben *person.Person) {
	h = inHouse(t)
	anna, ben = h.person("Anna Chen", person.Ms), h.person("Ben Wang", person.Mr)
	s := h.buy(h.home, "Anna Chen", "bakery", 128_40)
	h.env.Clock.Advance(time.Hour)
	h.buy(h.home, "Ben Wang", "fruit", 77_00)
	h.buy(h.away, "Anna Chen", "tea", 9_00)
	_, err := h.Flows.Refund(bg, h.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq, Amount: 28_40})
	h.must(err)
	h.voucher("V1", "Anna Chen", 3*24*time.Hour)
	h.voucher("V2", "Anna Chen", 30*24*time.Hour)
	return h, anna, ben
}

func TestPagesOfAResident(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.as(anna)
	h.everywhere(t, "/home", "/me", "/me?saved=1", "/me/edit", "/me/purchases", "/me/purchases?q=tea&sort=-price", "/me/purchases?q=nothing", "/me/wallet",
		"/me/wallet/C1/coins", "/me/wallet/C1/points", "/me/wallet/C1/rewards", "/me/wallet/C2/coins", "/group", "/council")
	for path, says := range map[string][]string{
		"/home":                          {"早上好，Chen女士", "Bamboo Brook", "Bridge Bakery的券快到期", "2 张", "6.17 元", "在Bridge End", "Willow Tea", "正在存证"},
		"/me":                            {"Anna Chen", "尾号 0001", "会员号 Anna Chen", "1955"},
		"/me/purchases":                  {"Willow Tea", "Bridge Bakery", "128.40", "已退 28.40", "全部社区", "109.00"},
		"/me/purchases?q=tea":            {"Willow Tea", "9.00"},
		"/me/wallet":                     {"5.00", "V1", "V2", "还剩 3 天", "最多抵价款的 50%"},
		"/me/wallet/C1/coins":            {"返给您的抵扣权益 +6.42：付的 128.40 × 5%", "退回：返给您的抵扣权益 −1.42", "余 5.00"},
		"/me/purchases?month=2025-10":    {"Willow Tea", "Bridge Bakery"},
		"/me/purchases?month=2025-09":    {"没有合适的"},
		"/me/purchases?format=csv":       {"2025-10-16 09:00:00,Bamboo Brook,Bridge Bakery,128.40,0.00,0.00,6.42,128,28.40"},
		"/me/wallet/C1/coins?format=csv": {"Bridge Bakery,退货", "-1.42"},
	} {
		w := h.get(path)
		text := uitest.Text(w.Body.String())
		for _, want := range says {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", path, want, text)
			}
		}
	}
	if w := h.get("/me/purchases?q=tea"); strings.Contains(w.Body.String(), ">Bridge Bakery<") && strings.Contains(uitest.Text(w.Body.String()), "128.40") {
		t.Error("a search finds what was not asked for")
	}
	if w := h.get("/me/purchases?format=xlsx"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "PK") {
		t.Errorf("a workbook: %d", w.Code)
	}
}

// Nobody sees what another bought or holds, whatever she asks for.
func TestOnlyOnesOwn(t *testing.T) {
	h, anna, ben := shoppers(t)
	h.as(ben)
	for _, path := range []string{"/home", "/me", "/me/purchases", "/me/purchases?q=Bakery", "/me/wallet", "/me/wallet/C1/coins", "/me/purchases?format=csv"} {
		w := h.get(path)
		if text := w.Body.String(); w.Code != 200 || strings.Contains(text, "128.40") || strings.Contains(text, "Willow Tea") || strings.Contains(text, "Anna") || strings.Contains(text, "V1") {
			t.Errorf("%s shows Ben what is Anna's: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/me/wallet/C2/coins", "/me/wallet/C9/coins", "/me/wallet/C1/payable", "/me/wallet/C1/owed"} {
		if w := h.get(path); w.Code != 404 {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
	if w := h.get("/me/wallet/C1/coins?before=nonsense!"); w.Code != 400 && w.Code != 422 {
		t.Errorf("a cursor that is none: %d", w.Code)
	}
	h.viewer.For, h.viewer.Scopes = anna.ID, []string{"see"} // he helps her, who agreed that he sees
	if w := h.get("/me/purchases"); !strings.Contains(w.Body.String(), "128.40") || strings.Contains(w.Body.String(), "77.00") {
		t.Error("in an assisted session he sees hers, and not his")
	}
	h.as(nil)
	for _, path := range []string{"/home", "/me", "/me/edit", "/me/purchases", "/me/wallet", "/me/wallet/C1/coins"} {
		if w := h.get(path); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?to=") {
			t.Errorf("%s for nobody: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
}

// Who belongs to no community yet is told how to join, and sees nothing made up.
func TestWhoIsNewIsToldHowToJoin(t *testing.T) {
	h, _, _ := shoppers(t)
	h.as(h.stranger("Lee Min", person.Plain))
	h.everywhere(t, "/home", "/me", "/me/purchases", "/me/wallet")
	for _, path := range []string{"/home", "/me", "/me/purchases", "/me/wallet"} {
		text := uitest.Text(h.get(path).Body.String())
		if !strings.Contains(text, "还没有哪个社区登记您") || !strings.Contains(text, "社区服务台") {
			t.Errorf("%s does not say how to join: %s", path, text)
		}
		if strings.Contains(text, "小时") || strings.Contains(text, "0.00") {
			t.Errorf("%s shows a purse that is not there: %s", path, text)
		}
	}
}

// A person with two memberships of her own, and one who has bought nothing.
func TestTwoMembershipsAndNone(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.member(anna, "Anna-2", h.away)
	h.buy(h.away, "Anna-2", "tea", 40_00)
	h.as(anna)
	h.everywhere(t, "/home", "/me", "/me/purchases", "/me/wallet")
	text := uitest.Text(h.get("/me/purchases").Body.String())
	if text := uitest.Text(h.get("/me/wallet/C2-2/coins").Body.String()); !strings.Contains(text, "付的 40.00 × 5%") || strings.Contains(text, "付的 9.00") {
		t.Errorf("the second of two in one community: %s", text)
	}
	for _, want := range []string{"128.40", "9.00", "40.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("what she bought under two references lacks %s: %s", want, text)
		}
	}
	h.as(h.person("New Member", person.Ms))
	h.everywhere(t, "/home", "/me/purchases", "/me/wallet", "/me/wallet/C1/coins")
	if text := uitest.Text(h.get("/me/purchases").Body.String()); !strings.Contains(text, "还没有买过东西") {
		t.Errorf("who bought nothing: %s", text)
	}
}

func TestChangingOnesOwnData(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.as(anna)
	bad := h.post("/me/edit", url.Values{"name": {"Anna <script>alert(1)</script>"}, "address_form": {"ms"}, "birth_year": {"19x5"}})
	if body := bad.Body.String(); bad.Code != 422 || !strings.Contains(body, "Anna &lt;script&gt;") || !strings.Contains(body, "19x5") || !strings.Contains(body, "出生年份写得不对") {
		t.Errorf("what was typed is kept and the field is named: %d %s", bad.Code, uitest.Text(body))
	}
	for _, wrong := range uitest.Complaints(bad.Body.String(), i18n.Zh) {
		t.Error(wrong)
	}
	for _, form := range []url.Values{{"name": {""}}, {"name": {"A"}, "address_form": {"king"}}, {"name": {"A"}, "birth_year": {"1700"}}} {
		if w := h.post("/me/edit", form); w.Code != 422 {
			t.Errorf("%v: %d", form, w.Code)
		}
	}
	if w := h.post("/me/edit", url.Values{"name": {"<b>Anna</b>"}, "address_form": {""}, "birth_year": {""}}); w.Code != 303 || w.Header().Get("Location") != "/me?saved=1" {
		t.Fatalf("saving: %d", w.Code)
	}
	if body := h.get("/me").Body.String(); !strings.Contains(body, "&lt;b&gt;Anna&lt;/b&gt;") || strings.Contains(body, "<b>Anna") || strings.Contains(body, "1955") {
		t.Error("the page shows what was saved, as text")
	}
	h.as(nil)
	if w := h.post("/me/edit", url.Values{"name": {"Nobody"}}); w.Code != 401 {
		t.Errorf("nobody's form: %d", w.Code)
	}
}

func TestTheFrontDoor(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.as(nil)
	h.everywhere(t, "/", "/group", "/council")
	if text := uitest.Text(h.get("/").Body.String()); !strings.Contains(text, "Park Street") || !strings.Contains(text, "Bamboo Brook") {
		t.Errorf("the front door: %s", text)
	}
	for want, roles := range map[string][]authz.Role{"/home": nil, "/shop/" + h.shop.ID.String(): {"merchant_owner"}} {
		h.as(anna, roles...)
		if w := h.get("/"); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("with %v she is led to %d %s, want %s", roles, w.Code, w.Header().Get("Location"), want)
		}
	}
}

func TestResidentInABrowser(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.as(anna)
	var shots []uitest.Shot
	for _, p := range []struct{ name, path string }{{"home", "/home"}, {"me", "/me"}, {"edit", "/me/edit"}, {"purchases", "/me/purchases"}, {"wallet", "/me/wallet"}, {"coins", "/me/wallet/C1/coins"}} {
		shots = append(shots,
			uitest.Shot{Name: "resident-" + p.name + "-390", Path: p.path, Width: 390, Height: 844, Lang: "zh"},
			uitest.Shot{Name: "resident-" + p.name + "-390-en-dark", Path: p.path, Width: 390, Height: 844, Lang: "en", Dark: true},
			uitest.Shot{Name: "resident-" + p.name + "-390-elder", Path: p.path, Width: 390, Height: 844, Lang: "zh", Theme: "elder"},
			uitest.Shot{Name: "resident-" + p.name + "-1440", Path: p.path, Width: 1440, Height: 900, Lang: "zh"})
	}
	uitest.Browse(t, h.withAssets(), shots)
}
