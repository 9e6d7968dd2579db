package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/ui/uitest"
)

// withAssets serves the pages with their style sheet and scripts.
func (h *house) withAssets() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", ui.Assets())
	mux.Handle("/", h.web)
	return mux
}

func (h *house) bakery(rest string) string { return "/shop/" + h.shop.ID.String() + rest }

func TestPagesOfAShop(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.as(anna, access.Owner)
	h.everywhere(t, h.bakery(""), h.bakery("/statement"), h.bakery("/statement?kind=refund"), h.bakery("/statement?month=2024-01"), h.bakery("/about"))
	for path, says := range map[string][]string{
		h.bakery(""):                             {"Bridge Bakery", "128.40", "1 笔", "平台服务费 S-04，成交价的 3%，1 笔；退货退回 0.85", "关爱承诺", "店里到手"},
		h.bakery("/statement"):                   {"卖出", "退货", "−28.40", "余额，元", "现在等着付给您"},
		h.bakery("/statement?day=2025-10-16"):    {"卖出"},
		h.bakery("/statement?kind=refund"):       {"−28.40"},
		h.bakery("/statement?format=csv"):        {"2025-10-16 09:00:00,2025-10-16,卖出,会员顾客,128.40,128.40,0.00,124.29,124.29"},
		h.bakery("/about"):                       {"食品", "普通联盟店", "成交价的 3%", "成交价的 0.2%，进社区关爱基金", "加一位店员"},
		h.bakery("/statement?month=2024-01"):     {"没有合适的"},
		h.bakery("/statement?month=rubbish"):     {"卖出"},
		h.bakery("/statement?day=2024-01-01"):    {"卖出"},
		h.bakery("/statement?kind=other&page=9"): {"没有合适的"},
	} {
		text := uitest.Text(h.get(path).Body.String())
		for _, want := range says {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", path, want, text)
			}
		}
		if path != h.bakery("/about") && strings.Contains(strings.ReplaceAll(text, "Chen女士", ""), "Chen") { // who looks is named, nobody else
			t.Errorf("%s names a customer: %s", path, text)
		}
	}
	if w := h.get(h.bakery("/statement?format=xlsx")); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "PK") {
		t.Errorf("a workbook: %d", w.Code)
	}
}

// The owner sees all, staff the day alone, and another shop's owner nothing.
func TestWhoMaySeeAShop(t *testing.T) {
	h, anna, ben := shoppers(t)
	other := h.admit(h.home, "other", "Other Shop")
	pages := []string{"", "/about", "/statement", "/statement?format=csv"}
	for _, c := range []struct {
		name string
		set  func()
		want []int
	}{
		{"owner", func() { h.as(anna, access.Owner) }, []int{200, 200, 200, 200}},
		{"staff", func() { h.as(anna, access.Staff) }, []int{200, 200, 403, 403}},
		{"another shop's owner", func() { h.as(anna, access.Owner); h.viewer.Grants[0].Subject = other.ID }, []int{403, 403, 403, 403}},
		{"owner who helps somebody", func() { h.as(anna, access.Owner); h.viewer.For = ben.ID }, []int{403, 403, 403, 403}},
		{"resident", func() { h.as(ben) }, []int{403, 403, 403, 403}},
		{"nobody", func() { h.as(nil) }, []int{303, 303, 303, 303}},
	} {
		c.set()
		for i, page := range pages {
			if w := h.get(h.bakery(page)); w.Code != c.want[i] {
				t.Errorf("%s, %s: %d, want %d", c.name, page, w.Code, c.want[i])
			}
		}
	}
	h.as(anna, access.Staff)
	if w := h.post(h.bakery("/staff"), url.Values{"name": {"Friend"}, "phone": {"13900139000"}}); w.Code != 403 {
		t.Errorf("staff appoints staff: %d", w.Code)
	}
	h.as(anna, access.Owner)
	for path, want := range map[string]int{"/shop/nonsense": 404, "/shop/" + (id.ID{7}).String(): 403} {
		if w := h.get(path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := h.get("/shop"); w.Code != 303 || w.Header().Get("Location") != h.bakery("") {
		t.Errorf("the way into her shop: %d %s", w.Code, w.Header().Get("Location"))
	}
}

// A shop is told of groups of five and more, and of none from which a smaller one
// could be known.
func TestGroupsOfFive(t *testing.T) {
	h, anna, _ := shoppers(t)
	customers := func(n int) string {
		for i := range n {
			name := fmt.Sprint("Guest ", h.n)
			h.person(name, person.Ms)
			h.buy(h.home, name, "bakery", 10_00)
			if i%2 == 0 {
				h.buy(h.home, name, "bakery", 11_00)
			}
		}
		return uitest.Text(h.get(h.bakery("")).Body.String())
	}
	h.as(anna, access.Owner)
	if text := customers(3); strings.Contains(text, "今天来的会员") || !strings.Contains(text, "有的组不到 5 人") {
		t.Errorf("four customers are counted out: %s", text)
	}
	if text := customers(1); !strings.Contains(text, "今天来的会员 5 人") || !strings.Contains(text, "四周里头一回来 5 人") {
		t.Errorf("five customers: %s", text)
	}
	h.env.Clock.Advance(24 * time.Hour)
	for i := range 2 {
		h.buy(h.home, "Anna Chen", "bakery", 10_00)
		if i == 0 {
			customers(5)
		}
	}
	if text := uitest.Text(h.get(h.bakery("")).Body.String()); !strings.Contains(text, "今天来的会员 6 人") || strings.Contains(text, "四周里") {
		t.Errorf("one of six came again, and nobody may know: %s", text)
	}
}

func TestTheOwnerSaysWhoWorksInTheShop(t *testing.T) {
	h, anna, _ := shoppers(t)
	h.as(anna, access.Owner)
	for form, says := range map[string]string{"name=Kim&phone=12": "手机号写得不对", "name=&phone=13900139000": "请写名字", "name=Me&phone=" + url.QueryEscape(anna.Phone): "自己"} {
		values, err := url.ParseQuery(form)
		h.must(err)
		w := h.post(h.bakery("/staff"), values)
		if text := uitest.Text(w.Body.String()); w.Code != 422 || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s", form, w.Code, text)
		}
	}
	if w := h.post(h.bakery("/staff"), url.Values{"name": {"Kim Ho"}, "phone": {"139 0013 9000"}}); w.Code != 303 {
		t.Fatalf("engaging: %d %s", w.Code, uitest.Text(w.Body.String()))
	}
	text := h.get(h.bakery("/about?done=hired")).Body.String()
	if !strings.Contains(text, "Kim Ho") || !strings.Contains(text, "尾号 9000") {
		t.Errorf("who works there: %s", uitest.Text(text))
	}
	var kim *person.Person
	h.must(h.Flows.DB.View(bg, id.Tilde, func(r db.Reader) (err error) { kim, err = h.Flows.People.ByPhone(bg, r, "+8613900139000"); return err }))
	held, err := h.Flows.Access.Held(bg, kim.ID, h.env.Clock.Now())
	h.must(err)
	if len(held) != 1 || held[0].Role != access.Staff || held[0].Subject != h.shop.ID {
		t.Fatalf("Kim holds %+v", held)
	}
	_, end, _ := strings.Cut(text, h.bakery("/staff/"))
	end, _, _ = strings.Cut(end, `"`)
	other := h.admit(h.home, "other", "Other Shop")
	h.viewer.Grants[0].Subject = other.ID
	if w := h.post("/shop/"+other.ID.String()+"/staff/"+end, nil); w.Code != 404 {
		t.Errorf("another shop ends Kim's role: %d", w.Code)
	}
	h.as(anna, access.Owner)
	if w := h.post(h.bakery("/staff/"+end), nil); w.Code != 303 {
		t.Errorf("ending: %d %s", w.Code, uitest.Text(w.Body.String()))
	}
	if held, err := h.Flows.Access.Held(bg, kim.ID, h.env.Clock.Now()); err != nil || len(held) != 0 {
		t.Errorf("afterwards Kim holds %+v, %v", held, err)
	}
}

func TestShopInABrowser(t *testing.T) {
	h, anna, _ := shoppers(t)
	for i, hour := range []int{1, 0, 3, 2} {
		h.env.Clock.Advance(time.Duration(hour) * time.Hour)
		s := h.buy(h.home, "Ben Wang", "bakery", 31_00)
		if i == 2 {
			_, err := h.Flows.Refund(bg, h.home, db.System, flow.Refund{Ref: "r9", Purchase: s.Seq})
			h.must(err)
		}
	}
	h.as(anna, access.Owner)
	var shots []uitest.Shot
	for _, p := range []struct{ name, path string }{{"today", ""}, {"statement", "/statement"}, {"about", "/about"}} {
		shots = append(shots,
			uitest.Shot{Name: "shop-" + p.name + "-390", Path: h.bakery(p.path), Width: 390, Height: 844, Lang: "zh"},
			uitest.Shot{Name: "shop-" + p.name + "-390-en-dark", Path: h.bakery(p.path), Width: 390, Height: 844, Lang: "en", Dark: true},
			uitest.Shot{Name: "shop-" + p.name + "-390-elder", Path: h.bakery(p.path), Width: 390, Height: 844, Lang: "zh", Theme: "elder"},
			uitest.Shot{Name: "shop-" + p.name + "-1440", Path: h.bakery(p.path), Width: 1440, Height: 900, Lang: "zh"},
			uitest.Shot{Name: "shop-" + p.name + "-paper", Path: h.bakery(p.path), Width: 794, Height: 1123, Lang: "zh", Paper: true})
	}
	uitest.Browse(t, h.withAssets(), shots)
}
