package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/module/signin"
	"gongyi/internal/platform/ui/uitest"
)

// A code counts for some minutes; after them the page says so beside the field, it
// leads nowhere, and the one that is asked for next opens the house.
func TestJourneyWithAnExpiredCode(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	uitest.InBrowser(t, d.web, func(ctx context.Context, base string) {
		d.address(base)
		for i, look := range []uitest.Look{uitest.PhoneZh, uitest.DeskEn, uitest.PhoneElder} {
			phone := fmt.Sprintf("1381111222%d", i)
			b := uitest.NewTab(t, ctx, base, "expired", look)
			b.Open("/sign-in?again=1")
			b.Fill("f-phone", phone)
			b.Press("发验证码")
			d.clock.Advance(signin.DefaultLimits.CodeLife + time.Second)
			late := d.box.latest("+86" + phone)
			b.Fill("f-code", late)
			b.Press("登录")
			b.At("/sign-in/code")
			b.Says("这个验证码过期了，请再要一个。")
			b.Picture()
			b.Press("再发一次")
			b.Lacks(b.Word("这个验证码过期了，请再要一个。"))
			b.Fill("f-code", late)
			b.Press("登录")
			b.At("/sign-in/code")
			b.Fill("f-code", d.box.latest("+86"+phone))
			b.Press("登录")
			b.Says("手机号对上了。写下名字，就是这里的居民了。")
		}
	})
}
