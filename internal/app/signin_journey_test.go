package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/ui/uitest"
)

// tab is a real browser before the house.
type tab struct {
	testing.TB
	ctx  context.Context
	base string
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// picture leaves one in GONGYI_SHOTS to be looked at, and minds that the page is no
// wider than its window.
func (b tab) picture(name string, width int64) {
	b.Helper()
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
	if err != nil || wide > width {
		b.Errorf("%s: %d pixels wide in a window of %d, %v", name, wide, width, err)
	}
	found, err := uitest.AxeIn(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range found {
		if f.Grave() {
			b.Errorf("%s: %s", name, f)
		}
	}
	dir := os.Getenv("GONGYI_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "signin-"+name+".png"), png, 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

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
	for _, look := range []struct {
		name          string
		width, height int64
		query         string
	}{{"phone", 390, 844, ""}, {"desk", 1440, 900, "&lang=en"}, {"elder", 390, 844, "&theme=elder"}} {
		t.Run(look.name, func(t *testing.T) {
			d := newDoorway(t, Config{Data: t.TempDir()})
			uitest.InBrowser(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.web.ServeHTTP(w, r) }), func(ctx context.Context, base string) {
				base = strings.Replace(base, "127.0.0.1", "localhost", 1)
				d.address(base)
				b := tab{t, ctx, base}
				picture := func(name string) { t.Helper(); b.picture(look.name+"-"+name, look.width) }
				b.do(chromedp.Func(authenticator), chromedp.EmulateViewport(look.width, look.height), chromedp.Navigate(base+"/sign-in?to=/me/passkeys"+look.query), chromedp.WaitVisible("[data-island=passkey]"))
				picture("1-phone")
				b.do(chromedp.SendKeys("#f-phone", "138 0013 8000"), chromedp.Click("main form button[type=submit]"))
				b.do(chromedp.WaitVisible("#f-code"))
				picture("2-code")
				code := d.box.latest("+8613800138000")
				wrong := "000000"
				if code == wrong {
					wrong = "000001"
				}
				b.do(chromedp.SendKeys("#f-code", wrong), chromedp.Click("main form button[type=submit]"), chromedp.WaitVisible("#f-code-bad"))
				picture("3-wrong")
				b.do(chromedp.SendKeys("#f-code", code), chromedp.Click("main form button[type=submit]"))
				b.do(chromedp.WaitVisible("#f-name"), chromedp.SendKeys("#f-name", "何静"), chromedp.Click("#f-agreed"))
				picture("4-welcome")
				b.do(chromedp.Click("main form button[type=submit]"))
				b.do(chromedp.WaitVisible("#f-passkey-name"))
				picture("5-passkeys")
				b.do(chromedp.SendKeys("#f-passkey-name", "办公室电脑"), chromedp.Click("[data-island=passkey]"), chromedp.WaitVisible(".devices .title"))
				picture("6-registered")
				b.do(chromedp.Navigate(base+"/me/devices"), chromedp.WaitVisible(".devices"))
				picture("7-devices")
				b.do(chromedp.Navigate(base+"/me/wechat"), chromedp.WaitVisible("main"))
				picture("8-wechat")
				if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("fetch('/sign-out', {method: 'POST'}).then(() => true)", chromedp.EvalAwaitPromise)); err != nil {
					t.Fatal(err)
				}
				b.do(chromedp.Navigate(base+"/sign-in?to=/me/devices"), chromedp.WaitVisible("[data-island=passkey]"), chromedp.Click("[data-island=passkey]"))
				b.do(chromedp.WaitVisible(".devices"))
			})
		})
	}
}
