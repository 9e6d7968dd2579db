package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/platform/wechat"
	"gongyi/internal/platform/wechat/wechattest"
)

const inWeChat = "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile MicroMessenger/8.0.40"

// withWeChat is a doorway beside a stand-in for WeChat.
func withWeChat(t *testing.T) (*doorway, *wechattest.Server) {
	t.Helper()
	account, site := wechat.App{ID: "wxACCOUNT", Secret: "a"}, wechat.App{ID: "wxSITE", Secret: "s"}
	stand := &wechattest.Server{Account: account, Site: site, Holder: &wechat.Identity{OpenID: "o-anna", UnionID: "u-anna"}}
	server := httptest.NewServer(stand)
	t.Cleanup(server.Close)
	return newDoorway(t, Config{Data: t.TempDir(), WeChat: &wechat.Client{Account: account, Site: site, Open: server.URL, API: server.URL}}), stand
}

// toWeChat sends the browser there and gives the address at which it comes back.
func (b *browser) toWeChat(path string) string {
	b.Helper()
	p := b.get(path)
	if p.Code != http.StatusSeeOther || !strings.HasSuffix(p.to(), "#wechat_redirect") {
		b.Fatalf("%s: %d %s", path, p.Code, p.to())
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(p.to())
	b.must(err)
	res.Body.Close()
	back, err := res.Location()
	b.must(err)
	if back.Host != "localhost:8080" {
		b.Fatalf("WeChat leads back to %s", back)
	}
	return back.RequestURI()
}

// WeChat alone registers nobody; after a number was shown once it is enough.
func TestWeChatAsksForANumberOnce(t *testing.T) {
	d, _ := withWeChat(t)
	b := d.browser()
	b.header["User-Agent"] = inWeChat
	p := b.get(b.toWeChat("/sign-in/wechat?to=/me/devices"))
	if p.to() != "/sign-in?to=%2Fme%2Fdevices" || b.token() != "" {
		t.Fatalf("the first time leads to %d %s", p.Code, p.to())
	}
	if p := b.get("/sign-in"); !strings.Contains(p.body, "微信对上了") {
		t.Error("the page does not say why it asks for a number")
	}
	b.signIn("13800138000", "陈秀英")
	if p := b.get("/me/wechat"); !strings.Contains(p.body, "微信已经连上") {
		t.Error("the account was not linked")
	}

	d.clock.Advance(time.Hour)
	desk := d.browser() // elsewhere, by the site's code: the operator's name for her is the same
	p = desk.get(desk.toWeChat("/sign-in/wechat?to=/me/devices"))
	if p.to() != "/me/devices" || !desk.in() {
		t.Fatalf("the second time leads to %d %s", p.Code, p.to())
	}

	if p := desk.post("/me/wechat/end"); p.to() != "/me/wechat" {
		t.Fatalf("unlinking: %d", p.Code)
	}
	p = d.browser().get(d.browserAt(inWeChat).toWeChat("/sign-in/wechat"))
	if p.Code != http.StatusConflict {
		t.Errorf("another browser's state opens: %d", p.Code)
	}
	last := d.browserAt(inWeChat)
	if p := last.get(last.toWeChat("/sign-in/wechat")); p.to() != "/sign-in" || last.token() != "" {
		t.Errorf("an unlinked account leads to %s", p.to())
	}
}

func (d *doorway) browserAt(agent string) *browser {
	b := d.browser()
	b.header["User-Agent"] = agent
	return b
}

// What comes back from WeChat counts in the browser that was sent, once.
func TestWeChatStateIsBound(t *testing.T) {
	d, stand := withWeChat(t)
	b := d.browser()
	back := b.toWeChat("/sign-in/wechat")
	for name, at := range map[string]string{
		"no state": "/sign-in/wechat/back?code=CODE1", "another state": "/sign-in/wechat/back?code=CODE1&state=x", "an empty one": "/sign-in/wechat/back?code=CODE1&state=",
	} {
		if p := b.get(at); p.Code != http.StatusConflict || b.cookies["gongyi-visit"] != nil {
			t.Errorf("%s: %d", name, p.Code)
		}
	}
	if p := d.browser().get(back); p.Code != http.StatusConflict {
		t.Errorf("in another browser: %d", p.Code)
	}
	if p := b.get(back); p.Code != http.StatusSeeOther {
		t.Errorf("in its own: %d", p.Code)
	}
	if p := b.get(back); p.Code != http.StatusConflict {
		t.Errorf("a second time: %d", p.Code)
	}
	stand.Holder = nil
	if p := b.get(b.toWeChat("/sign-in/wechat")); p.Code != http.StatusConflict || !strings.Contains(p.body, "没有同意") {
		t.Errorf("refused in WeChat: %d", p.Code)
	}
	stand.Holder, stand.Fail = &wechat.Identity{OpenID: "o"}, -1
	if p := b.get(b.toWeChat("/sign-in/wechat")); p.Code != http.StatusServiceUnavailable {
		t.Errorf("a busy WeChat: %d", p.Code)
	}
}

// An account stands for one person, and is linked by who has only just signed in.
func TestWeChatIsLinkedFreshly(t *testing.T) {
	d, _ := withWeChat(t)
	anna := d.browser()
	anna.signIn("13800138000", "陈秀英")
	if p := anna.get(anna.toWeChat("/me/wechat/link")); p.to() != "/me/wechat" {
		t.Fatalf("linking: %d %s", p.Code, p.to())
	}
	ben := d.browser()
	ben.signIn("13900139000", "刘建国")
	if p := ben.get(ben.toWeChat("/me/wechat/link")); p.Code != http.StatusConflict || !strings.Contains(p.body, "已经连着别的人") {
		t.Errorf("another person's account: %d", p.Code)
	}
	back := ben.toWeChat("/me/wechat/link")
	d.clock.Advance(11 * time.Minute)
	if p := ben.get(back); p.Code != http.StatusConflict {
		t.Errorf("after a while: %d", p.Code)
	}
	p := ben.get("/me/wechat/link")
	if u, err := url.Parse(p.to()); err != nil || u.Path != "/sign-in" || u.Query().Get("again") != "1" {
		t.Errorf("who has not only just signed in is led to %s", p.to())
	}
}

// Where WeChat is not set up nothing offers it.
func TestWithoutWeChat(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	b := d.browser()
	if p := b.get("/sign-in"); strings.Contains(p.body, "/sign-in/wechat") {
		t.Error("it is offered")
	}
	for _, path := range []string{"/sign-in/wechat", "/sign-in/wechat/back?code=x&state="} {
		if p := b.get(path); p.Code != http.StatusNotFound && p.Code != http.StatusConflict {
			t.Errorf("%s: %d", path, p.Code)
		}
	}
}
