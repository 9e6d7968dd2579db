package app

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/ui/uitest"
)

// authenticator gives the browser a device with a finger on it.
func authenticator(ctx context.Context, t *chromedp.Target) error {
	if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return err
	}
	_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	return err
}

// A newcomer's whole way in a real browser: number, wrong code, right code, name,
// a passkey, out, and in again with the passkey; on a phone, a desk, in elder mode.
func TestSignInJourney(t *testing.T) {
	for _, look := range []uitest.Look{uitest.PhoneZh, uitest.DeskEn, uitest.PhoneElder} {
		t.Run(look.Name, func(t *testing.T) {
			d := newDoorway(t, Config{Data: t.TempDir()})
			uitest.InBrowser(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.web.ServeHTTP(w, r) }), func(ctx context.Context, base string) {
				base = strings.Replace(base, "127.0.0.1", "localhost", 1)
				d.address(base)
				b := uitest.NewTab(t, ctx, base, "signin", look)
				b.Do(chromedp.Func(authenticator))
				b.Open("/sign-in?to=/me/passkeys")
				b.Do(chromedp.WaitVisible("[data-island=passkey]"))
				b.Picture()
				b.Fill("f-phone", "138 0013 8000")
				b.Press("发验证码")
				b.Says("六位数字已经发到 %s，5 分钟内有效。", "138****8000")
				b.Picture()
				code := d.box.latest("+8613800138000")
				wrong := "000000"
				if code == wrong {
					wrong = "000001"
				}
				b.Fill("f-code", wrong)
				b.Press("登录")
				b.Do(chromedp.WaitVisible("#f-code-bad"))
				b.Picture()
				b.Fill("f-code", code)
				b.Press("登录")
				b.Says("手机号对上了。写下名字，就是这里的居民了。")
				b.Fill("f-name", "何静")
				b.Touch("我看过了，同意这些约定")
				b.Picture()
				b.Press("进来")
				b.Do(chromedp.WaitVisible("#f-passkey-name"))
				b.Says("还没有通行密钥")
				b.Picture()
				b.Fill("f-passkey-name", "办公室电脑")
				b.Lead(chromedp.Click("[data-island=passkey]"))
				b.Says("%s", "办公室电脑")
				b.Picture()
				b.Open("/me/devices")
				b.Says("就是这一台")
				b.Picture()
				b.Open("/me/wechat")
				b.Says("这里还没有接通微信")
				b.Picture()
				uitest.Ask[bool](b, "fetch('/sign-out', {method: 'POST'}).then(() => true)")
				b.Open("/sign-in?to=/me/devices")
				b.Do(chromedp.WaitVisible("[data-island=passkey]"))
				b.Lead(chromedp.Click("[data-island=passkey]"))
				b.At("/me/devices")
				b.Says("用通行密钥登录")
			})
		})
	}
}
