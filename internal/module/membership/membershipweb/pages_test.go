package membershipweb_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/membership/membershipweb"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
	"gongyi/internal/portal"
)

var ctx = context.Background()

// house is the pages of membership over one community. Names are English, so that an
// English page may hold no Chinese at all.
type house struct {
	*flow.Flows
	t      *testing.T
	env    dbtest.Env
	home   community.Place
	shop   *merchant.Merchant
	web    http.Handler
	viewer authz.Viewer
	people map[string]id.ID
}

func inHouse(t *testing.T) *house {
	env := dbtest.SQLite(t, flow.Schemas)
	f := flow.New(env.DB)
	h := &house{Flows: f, t: t, env: env, people: make(map[string]id.ID)}
	engine, err := authz.New(access.Policies, community.Tree{Places: f.Communities, DB: env.DB})
	h.must(err)
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler), Recognise: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
		return authz.With(r.Context(), h.viewer), nil
	}}
	mux := http.NewServeMux()
	router := httpkit.NewRouter(kit, mux, engine)
	(&membershipweb.Pages{Portal: portal.New(f, router), Base: func(context.Context) string { return "https://house.example" }}).Routes(router)
	mux.Handle("/", kit.NotFound())
	h.web = kit.Wrap(mux)
	h.home, _, err = f.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "Bamboo Brook"}, flow.Trial())
	h.must(err)
	h.must(f.DB.Update(ctx, h.home.ID, db.System, func(tx *db.Tx) (err error) {
		h.shop, _, err = f.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: "bakery", Name: "Bridge Bakery", Tier: policy.Standard})
		return err
	}))
	for i, name := range []string{"Anna Chen", "Ben Wang", "Officer Shen"} {
		h.must(f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			p, err := f.People.Register(ctx, tx, person.Person{Name: name, Phone: fmt.Sprintf("+861380013000%d", i)})
			h.people[name] = p.ID
			return err
		}))
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// as says who asks from now on; a role is held in the community, or in the shop.
func (h *house) as(name string, roles ...authz.Role) {
	h.viewer = authz.Viewer{Person: h.people[name]}
	for _, r := range roles {
		g := authz.Grant{Role: r, Place: h.home.ID}
		if access.NeedsSubject(r) {
			g.Subject = h.shop.ID
		}
		h.viewer.Grants = append(h.viewer.Grants, g)
	}
}

func (h *house) send(method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.web.ServeHTTP(w, r)
	return w
}

func (h *house) get(path string) *httptest.ResponseRecorder { return h.send("GET", path, nil) }

// says opens a page in every dress, and looks for words in Chinese.
func (h *house) says(path string, want ...string) {
	h.t.Helper()
	for _, dress := range []string{"lang=en&theme=system", "lang=zh&theme=elder", "lang=en&theme=elder", "lang=zh&theme=system"} {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		w := h.get(path + sep + dress)
		if w.Code != 200 {
			h.t.Fatalf("%s, %s: %d %s", path, dress, w.Code, uitest.Text(w.Body.String()))
		}
		lang := i18n.Zh
		if strings.HasPrefix(dress, "lang=en") {
			lang = i18n.En
		}
		for _, wrong := range uitest.Complaints(w.Body.String(), lang) {
			h.t.Errorf("%s, %s: %s", path, dress, wrong)
		}
		if dress == "lang=zh&theme=system" {
			text := uitest.Text(w.Body.String())
			for _, x := range want {
				if !strings.Contains(text, x) {
					h.t.Errorf("%s does not say %q: %s", path, x, text)
				}
			}
		}
	}
}

// posts sends a form and expects a status.
func (h *house) posts(path string, want int, pairs ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	w := h.send("POST", path, form)
	if w.Code != want {
		h.t.Errorf("POST %s %v: %d, want %d: %s", path, pairs, w.Code, want, uitest.Text(w.Body.String()))
	}
	return w
}

func (h *house) mine(name string) flow.MyMembership {
	h.t.Helper()
	m, err := h.MembershipOf(ctx, h.people[name])
	h.must(err)
	return m
}

// pay pays what somebody has ordered.
func (h *house) pay(name string) {
	h.t.Helper()
	c := h.mine(name).Charge
	if c == nil {
		h.t.Fatalf("%s has nothing to pay", name)
	}
	_, err := h.Pay(ctx, h.home.ID, db.System, c.ID, charge.Payment{Means: charter.Cash, Reference: "slip " + c.Code})
	h.must(err)
}

const own = "/me/membership"

// TestAResidentsWay: from the public page through the order to giving it up.
func TestAResidentsWay(t *testing.T) {
	h := inHouse(t)
	h.says("/join", "99.00", "只到一层", "10 次免费的社区服务")
	h.says("/join/C1-NOBODYXX", "这个推荐链接没有用了")
	h.as("Anna Chen")
	h.says(own, "您住在哪个社区")
	h.says(own+"/leaving", "现在没有可以退的")
	h.says(own+"/recommend", "入会以后就有推荐卡")
	h.says(own+"/history", "还没有会员期")
	h.says(own + "/packs")
	if w := h.posts(own+"/orders", 422, "code", "C1-NOBODYXX", "community", "C1", "after", "0"); !strings.Contains(w.Body.String(), "C1-NOBODYXX") {
		t.Error("what was typed is gone")
	}
	h.posts(own+"/orders", 422, "after", "0")
	h.posts(own+"/orders", 303, "community", "C1", "after", "0")
	h.says(own, "到柜台付会费", h.mine("Anna Chen").Charge.Code[:4])
	h.pay("Anna Chen")
	h.says(own, "有效", "10 次里还剩 10 次", "99.00 元")
	h.posts(own+"/birthday", 422, "month", "2", "day", "30")
	h.posts(own+"/birthday", 303, "month", "5", "day", "4")
	h.says(own, "5 月 4 日")
	h.posts(own+"/birthday/removal", 303)
	h.env.Clock.Advance(100 * 24 * time.Hour)
	h.says(own+"/leaving", "用了 101 天", "M-02", "71.69")
	h.says(own+"/leaving?on=2020-01-01", "请选今天或以后的一天")
	h.posts(own+"/leaving", 409, "what", "all", "stated", "9900")
	h.posts(own+"/leaving", 303, "what", "all", "stated", "7169")
	h.says(own+"/history", "退了 71.69")
	h.says(own+"/slips/"+h.mine("Anna Chen").Terms[0].ID.String(), "M-01", "退回（M-02")
	if w := h.get(own + "/history?format=csv"); w.Code != 200 || !strings.Contains(w.Body.String(), "99.00,71.69") {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
	h.says(own, "已经退会", "再入会")
}

// TestAHelperOrdersAndDoesNotLeave: what somebody agreed to, and no more.
func TestAHelperOrdersAndDoesNotLeave(t *testing.T) {
	h := inHouse(t)
	h.as("Ben Wang")
	h.viewer.For, h.viewer.Scopes = h.people["Anna Chen"], []string{"see"}
	h.posts(own+"/orders", 403, "community", "C1")
	h.viewer.Scopes = []string{"see", "order"}
	h.posts(own+"/orders", 303, "community", "C1", "after", "0")
	if o := h.mine("Anna Chen").Order; o.How != membership.Assisted {
		t.Errorf("it was ordered %s", o.How)
	}
	h.posts(own+"/leaving", 403)
	h.posts(own+"/birthday", 403)
	h.viewer.Scopes = []string{"order"}
	if w := h.get(own); w.Code != 403 {
		t.Errorf("without leave to look: %d", w.Code)
	}
}

// TestRecommendationsAtTheDesk: one device is held, looked at, decided, taken back; what
// is typed stays text.
func TestRecommendationsAtTheDesk(t *testing.T) {
	h := inHouse(t)
	nasty := `<script>alert(1)</script>"'>`
	for _, name := range []string{"Anna Chen", "Ben Wang"} {
		h.as(name)
		form := url.Values{"community": {"C1"}, "after": {"0"}}
		if name == "Ben Wang" {
			form.Set("code", h.code("Anna Chen"))
		}
		mark := &http.Cookie{Name: "gongyi-device", Value: "AAAAAAAAAAAAAAAAAAAAAAAAAA"}
		if w := h.send("POST", own+"/orders", form, mark); w.Code != 303 {
			t.Fatalf("%s: %d %s", name, w.Code, uitest.Text(w.Body.String()))
		}
		h.pay(name)
		h.env.Clock.Advance(time.Second)
	}
	_, _, err := h.UseService(ctx, h.home.ID, db.System, h.mine("Ben Wang").Ref, membership.Use{Kind: "repair", ServedBy: "Zhou", How: membership.ByDesk})
	h.must(err)
	h.env.Clock.Advance(9 * 24 * time.Hour)
	h.must(h.CountRecommendations(ctx, h.home.ID))
	h.as("Anna Chen")
	h.posts(own+"/recommend", 303)
	h.says(own+"/recommend", "待核对", "G-04", "https://house.example/join/C1-")
	h.says(own+"/card", "邻里会员")
	h.says("/join/"+h.code("Anna Chen"), "一位邻居推荐您入会")
	h.as("Officer Shen", access.Operator)
	desk := "/desk/recommendations/C1"
	h.says(desk, "Anna Chen", "Ben Wang", "G-04")
	who := desk + "/" + h.mine("Ben Wang").Member.ID.String()
	h.posts(who+"/verdict", 422, "verdict", "allow", "reason", " ")
	h.posts(who+"/revocation", 409, "guard", "G-03", "reason", "x")
	h.posts(who+"/verdict", 303, "verdict", "allow", "reason", nasty)
	h.says(desk, "算数了", "10.00")
	h.posts(who+"/revocation", 422, "guard", "G-99", "reason", "x")
	h.posts(who+"/revocation", 303, "guard", "G-03", "reason", nasty)
	h.says(desk, "不算数", "G-03")
	h.as("Anna Chen")
	if body := h.get(own + "/recommend").Body.String(); strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;") {
		t.Error("a reason is not shown as text")
	}
}

// code is somebody's recommendation code; it is made if it is not there.
func (h *house) code(name string) string {
	h.t.Helper()
	code, err := h.MakeCode(ctx, db.System, h.home, membership.By{Kind: membership.ByMember, ID: h.mine(name).Member.ID})
	h.must(err)
	return code
}

// TestTheDeskAndTheShop: a term carried over, services noted and taken back, packs
// made, chosen, handed over.
func TestTheDeskAndTheShop(t *testing.T) {
	h := inHouse(t)
	h.as("Anna Chen")
	h.posts(own+"/orders", 303, "community", "C1", "after", "0")
	h.pay("Anna Chen")
	ref := h.mine("Anna Chen").Ref
	h.as("Officer Shen", access.Operator)
	today := period.DayOf(h.env.Clock.Now(), flow.DefaultZone)
	packs := "/desk/packs/C1"
	h.posts(packs, 422, "title", "Breakfast", "content", "Four", "kind", "goods", "value", "24.00", "stock", "1", "until", today.String())
	h.posts(packs, 303, "title", "Breakfast", "content", "Four", "kind", "goods", "value", "24.00", "cost", "15", "stock", "1", "until", today.String(), "shops", h.shop.ID.String())
	h.says(packs, "Breakfast", "在架上", "2025 年 10 到 12 月")
	h.says("/desk/memberships/C1", ref, "有效")
	h.says("/desk/memberships/C1?q=13800130000&phase=running", ref)
	if w := h.get("/desk/memberships/C1/export?format=csv"); !strings.Contains(w.Body.String(), ref) {
		t.Error("the list lacks her")
	}
	at := "/desk/memberships/C1/members/" + ref
	h.posts(at+"/uses", 422, "kind", "repair", "served_by", "")
	h.posts(at+"/uses", 303, "kind", "repair", "served_by", "Zhou")
	h.says(at, "小修小补", "还剩 9 次", "Zhou")
	use := h.mine("Anna Chen").Uses[0].ID.String()
	h.posts(at+"/uses/"+use+"/end", 303, "reason", "mistake")
	h.posts(at+"/terms", 409, "from", today.String(), "last", today.String(), "reason", "form 12")
	h.as("Anna Chen")
	h.says(own+"/packs", "Breakfast", "还有 1 份")
	pack := h.mine("Anna Chen").Packs[0].ID.String()
	h.posts(own+"/packs/"+pack+"/claims", 303)
	h.posts(own+"/packs/"+pack+"/claims", 409)
	chosen := h.mine("Anna Chen")
	code := chosen.Claim().Code
	h.says(own+"/packs", code[:4])
	h.as("Ben Wang", access.Owner)
	shop := "/shop/" + h.shop.ID.String()
	h.says(shop+"/members", "Breakfast", "本月算数 0 位")
	h.posts(shop+"/packs", 422, "code", "1234")
	h.posts(shop+"/packs", 303, "code", code[:4]+" "+code[4:])
	h.posts(shop+"/packs", 409, "code", code)
	h.posts(shop+"/code", 303)
	h.says(shop+"/members", "推荐码 C1-", "领取码")
	h.says(shop+"/card", "Bridge Bakery推荐您入会")
	h.as("Ben Wang")
	if w := h.get(shop + "/members"); w.Code != 403 {
		t.Errorf("who does not work there: %d", w.Code)
	}
	h.as("Officer Shen", access.Finance)
	h.posts(at+"/leaving", 403, "reason", "x")
	h.as("Officer Shen", access.Operator)
	h.posts(at+"/leaving", 422, "reason", "")
	h.posts(at+"/leaving", 303, "reason", "her letter 7")
	h.says(at, "退了 75.00")
}
