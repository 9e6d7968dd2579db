package wechat_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gongyi/internal/platform/wechat"
	"gongyi/internal/platform/wechat/wechattest"
)

var (
	account = wechat.App{ID: "wxACCOUNT", Secret: "account-secret"}
	site    = wechat.App{ID: "wxSITE", Secret: "site-secret"}
	mini    = wechat.App{ID: "wxMINI", Secret: "mini-secret"}
	anna    = wechat.Identity{OpenID: "o-anna", UnionID: "u-anna"}
)

func stand(t *testing.T) (*wechattest.Server, *wechat.Client) {
	s := &wechattest.Server{Account: account, Site: site, Mini: mini, Holder: &anna}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, &wechat.Client{Account: account, Site: site, Mini: mini, Open: server.URL, API: server.URL}
}

// authorize goes the browser's way and gives what it comes back with.
func authorize(t *testing.T, address string) url.Values {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

func TestOAuth(t *testing.T) {
	_, c := stand(t)
	for inside, app := range map[bool]wechat.App{true: account, false: site} {
		address := c.AuthorizeURL("https://g.example/sign-in/wechat/back?to=%2Fme", "a b&c", inside)
		if !strings.HasSuffix(address, "#wechat_redirect") || strings.Contains(address, app.Secret) {
			t.Errorf("sent to %s", address)
		}
		back := authorize(t, address)
		if back.Get("state") != "a b&c" || back.Get("to") != "/me" {
			t.Errorf("came back with %v", back)
		}
		who, err := c.Exchange(context.Background(), back.Get("code"), inside)
		if err != nil || who.OpenID != "o-anna" || who.UnionID != "u-anna" || who.App != app.ID {
			t.Errorf("%+v, %v", who, err)
		}
		if _, err := c.Exchange(context.Background(), back.Get("code"), inside); !errors.Is(err, wechat.ErrBadCode) {
			t.Errorf("a code twice: %v", err)
		}
	}
}

func TestMiniProgram(t *testing.T) {
	s, c := stand(t)
	who, err := c.Session(context.Background(), s.MiniCode(anna))
	if err != nil || who.OpenID != "o-anna" || who.App != "wxMINI" {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestErrorsOfWeChat(t *testing.T) {
	s, c := stand(t)
	for code, want := range map[int]error{-1: wechat.ErrBusy, 45011: wechat.ErrBusy, 40163: wechat.ErrBadCode} {
		s.Fail = code
		if _, err := c.Exchange(context.Background(), s.MiniCode(anna), true); !errors.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
	}
	s.Fail = 0
	c.Account.Secret = "wrong"
	if _, err := c.Exchange(context.Background(), s.MiniCode(anna), true); err == nil || errors.Is(err, wechat.ErrBusy) || errors.Is(err, wechat.ErrBadCode) {
		t.Errorf("a wrong secret: %v", err)
	}
	c.API = "http://127.0.0.1:1"
	_, err := c.Exchange(context.Background(), "x", true)
	if !errors.Is(err, wechat.ErrBusy) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("nobody there: %v", err)
	}
}
