package app

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
)

// Nobody is led out of the house, and nothing she sends gets into a header.
func TestWhereSignInLeads(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	d.browser().signIn("13800138000", "陈秀英")
	for to, want := range map[string]string{
		"/me/devices?x=1#y": "/me/devices?x=1#y", "": "/home", "me": "/home", "//evil.example": "/home", "/\\evil.example": "/home", "\\/evil.example": "/home",
		"https://evil.example/": "/home", "javascript:alert(1)": "/home", "/%2Fevil.example": "/home", "/x\r\nSet-Cookie: a=b": "/home", "/\t/evil.example": "/home",
		" //evil.example": "/home", "///evil.example": "/home", "http:/evil.example": "/home", "/sign-in?to=/sign-in": "/home", "/sign-in/code": "/home",
	} {
		d.clock.Advance(2 * time.Hour)
		b := d.browser()
		b.header["User-Agent"] = "Mozilla\r\nX-Evil: 1"
		b.post("/sign-in", "phone", "13800138000", "to", to)
		p := b.post("/sign-in/code", "code", d.box.latest("+8613800138000"), "to", to)
		u, err := url.Parse(p.to())
		if err != nil || p.to() != want || u.Host != "" {
			t.Errorf("%q leads to %q, want %q", to, p.to(), want)
		}
		for name, values := range p.Header() {
			if strings.Contains(name+strings.Join(values, ""), "Evil") || strings.Contains(strings.Join(values, ""), "\n") {
				t.Errorf("%q: header %s: %q", to, name, values)
			}
		}
	}
}

// Over TLS the cookies cannot be set from another host or read by a script.
func TestCookiesAreGuarded(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	b := d.browser()
	b.secure = true
	b.post("/sign-in", "phone", "13800138000")
	b.post("/sign-in/code", "code", d.box.latest("+8613800138000"))
	b.post("/sign-in/welcome", "name", "陈秀英", "agreed", "yes")
	c := b.cookies["__Host-gongyi"]
	if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Fatalf("the session's cookie: %+v", c)
	}
	b.cookies = map[string]*http.Cookie{"gongyi": {Name: "gongyi", Value: c.Value}} // what another host of ours could plant
	if b.in() {
		t.Error("over TLS a cookie without __Host- opens")
	}
}

// Forms from other sites change nothing, and a long one is not read.
func TestForeignAndLongForms(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	b := d.browser()
	b.signIn("13800138000", "陈秀英")
	for _, from := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "", "Origin": "null"}} {
		x := d.browser()
		x.cookies = b.cookies
		for k, v := range from {
			x.header[k] = v
		}
		for _, path := range []string{"/sign-out", "/me/devices/others/end", "/sign-in", "/sign-in/code", "/me/passkeys/question", "/me/wechat/end"} {
			if p := x.post(path, "phone", "13900139000"); p.Code != http.StatusForbidden {
				t.Errorf("%s from %v: %d", path, from, p.Code)
			}
		}
	}
	if !b.in() || d.box.sent != 1 {
		t.Error("a form of another site did something")
	}
	d.clock.Advance(2 * time.Minute)
	for _, path := range []string{"/sign-in", "/sign-in/code", "/sign-in/welcome", "/sign-in/passkey"} {
		if p := b.post(path, "phone", strings.Repeat("1", 2<<20)); p.Code != http.StatusRequestEntityTooLarge && p.Code != http.StatusConflict {
			t.Errorf("%s with 2 MiB: %d", path, p.Code)
		}
	}
}

// Without a provider, and when one fails, nobody gets in and the page says why.
func TestCodesThatAreNotSent(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	b := d.browser()
	d.box.fails = errors.New("no route")
	if p := b.post("/sign-in", "phone", "13800138000"); p.Code != http.StatusServiceUnavailable || !strings.Contains(p.body, "短信没有发出去") || b.cookies["gongyi-visit"] != nil {
		t.Errorf("a provider that fails: %d", p.Code)
	}
	d.Flows.Codes = nil
	if p := b.get("/sign-in"); !strings.Contains(p.body, "还没有接通短信") || strings.Contains(p.body, `name="phone"`) {
		t.Error("without a provider the page does not say so")
	}
	if p := b.post("/sign-in", "phone", "13800138000"); p.Code != http.StatusConflict {
		t.Errorf("without a provider: %d", p.Code)
	}
}

// An assisted session reaches the other's things and none of her keys.
func TestWhoHelpsDoesNotTouchSessions(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	engine, err := authz.New(access.Policies, nil)
	d.must(err)
	viewer := authz.Viewer{Person: id.ID{1}, For: id.ID{2}}
	for _, a := range []authz.Action{"device.read", "device.end", "passkey.read", "passkey.change", "wechat.read", "wechat.change"} {
		if engine.May(t.Context(), viewer, a, authz.Resource{Owner: viewer.Acting()}) == nil {
			t.Errorf("who helps may %s", a)
		}
	}
	if signin.ByCode.Strong() || signin.ByWeChat.Strong() || !signin.ByPasskey.Strong() {
		t.Error("only a passkey is strong")
	}
}

// Who is forgotten is out everywhere, and her number is a stranger's.
func TestForgottenPeopleAreOut(t *testing.T) {
	atDoor(t, func(t *testing.T, d *doorway) {
		b := d.browser()
		b.signIn("13800138000", "陈秀英")
		key := newDevice(t)
		if p := b.register(key, "手机"); p.Code != http.StatusOK {
			t.Fatal(p.body)
		}
		who := d.who("+8613800138000").ID
		d.must(d.Flows.ForgetPerson(t.Context(), flow.Forgotten{Person: who, Herself: true}))
		if b.in() {
			t.Error("her session opens")
		}
		x := d.browser()
		if p := x.show(key); p.Code < 400 || x.token() != "" {
			t.Errorf("her passkey opens: %d", p.Code)
		}
		x.post("/sign-in", "phone", "13800138000") // no wait is left of her last code
		if p := x.post("/sign-in/code", "code", d.box.latest("+8613800138000")); p.to() != "/sign-in/welcome" {
			t.Errorf("her number leads to %s", p.to())
		}
	})
}

// Whatever somebody calls herself or her passkey is shown as text.
func TestNamesAreText(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	const script = `<script>alert(1)</script>"'`
	b := d.browser()
	b.signIn("13800138000", script)
	if p := b.register(newDevice(t), script+"<b>"); p.Code != http.StatusOK {
		t.Fatal(p.body)
	}
	for _, path := range []string{"/me/passkeys", "/me/devices", "/me/wechat", "/sign-in?again=1&to=" + url.QueryEscape("/x?"+script)} {
		if p := b.get(path); p.Code != http.StatusOK || strings.Contains(p.body, "<script>alert") || strings.Contains(p.body, `"'"`) {
			t.Errorf("%s: %d, or the name is no text in it", path, p.Code)
		}
	}
}
