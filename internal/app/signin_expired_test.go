package app

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gongyi/internal/module/signin"
	"gongyi/internal/platform/ui/uitest"
)

// A code counts for some minutes; after them the page says so, and another one opens.
func TestAnExpiredCodeInABrowser(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	uitest.InBrowser(t, d.web, func(ctx context.Context, base string) {
		d.address(base)
		for i, look := range []struct {
			name          string
			width, height int64
			query         string
		}{{"phone-zh", 390, 844, "lang=zh&theme=system"}, {"desk-en", 1440, 900, "lang=en&theme=system"}, {"elder", 390, 844, "lang=zh&theme=elder"}} {
			b := tab{t, ctx, base}
			phone := "1381111222" + string(rune('0'+i))
			submit := "main form button[type=submit]"
			b.do(chromedp.EmulateViewport(look.width, look.height), chromedp.Navigate(base+"/sign-in?again=1&"+look.query), chromedp.WaitVisible("#f-phone"),
				chromedp.SendKeys("#f-phone", phone), chromedp.Click(submit), chromedp.WaitVisible("#f-code"))
			d.clock.Advance(signin.DefaultLimits.CodeLife + time.Second)
			b.do(chromedp.SendKeys("#f-code", d.box.latest("+86"+phone)), chromedp.Click(submit), chromedp.WaitVisible("#f-code-bad"))
			b.picture("expired-"+look.name, look.width)
			b.do(chromedp.Click("form.again button"), chromedp.WaitNotPresent("#f-code-bad"), chromedp.WaitVisible("#f-code"),
				chromedp.SendKeys("#f-code", d.box.latest("+86"+phone)), chromedp.Click(submit), chromedp.WaitVisible("#f-name"))
		}
	})
}
