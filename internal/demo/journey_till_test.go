package demo

import (
	"testing"

	"github.com/chromedp/chromedp"

	"gongyi/internal/module/access"
	"gongyi/internal/platform/ui/uitest"
)

// TestJourneyAtTheTill: a resident shows her payment code; the cashier types an amount
// and the code; her phone goes to what is asked of her by itself; she sees how to pay
// least, agrees, and pays with the provider for practice; both have the receipt without
// touching anything; the shop gives a part of it back.
func TestJourneyAtTheTill(t *testing.T) {
	travel(t, "till", []uitest.Look{uitest.PhoneZh, uitest.DeskEn}, func(j *journey) {
		shop := &journey{j.Beside("till-shop"), j.d, j.h}
		j.as(&j.d.masked[0])
		j.Open("/home")
		j.Picture()
		j.Open("/me/pay")
		j.Picture()
		j.Press("在这部手机上开")
		j.Says("扫店里的码付款")
		j.Fill("f-consent-amount", "88.00")
		j.Do(chromedp.WaitVisible(chromedp.CSS("output.digits:not(:empty)")))
		j.Picture()

		shop.as(shop.masked(access.Owner))
		shop.Open("/shop")
		shop.Picture()
		shop.Press("扫码收款")
		shop.Says("刚才的几单")
		shop.Picture()
		shop.Fill("f-ask-list", "88.00")
		shop.Fill("f-ask-code", uitest.Ask[string](j.Tab, `[...document.querySelectorAll(".fours span")].map((s) => s.textContent).join("")`))
		shop.Press("下一步")
		shop.Says("店里到手")
		shop.Picture()

		const button = ".dock button[form=pay]"
		j.Do(chromedp.WaitVisible(chromedp.CSS(button))) // by itself
		j.Says("您要付")
		j.Picture()
		j.Follow(button)
		j.Says("去付款")
		shop.Do(chromedp.WaitVisible(chromedp.CSS(".codesheet"))) // by itself
		shop.Says("等顾客付款")
		shop.Picture()
		mine := uitest.Ask[string](j.Tab, "location.pathname")
		j.Press("去付款")
		j.Picture()
		j.Follow("main form button[type=submit]")
		j.Open(mine)
		j.Do(chromedp.WaitVisible(chromedp.CSS(".paid")))
		j.Says("付好了")
		j.Picture()
		shop.Do(chromedp.WaitVisible(chromedp.CSS(".paid")))
		shop.Says("收好了")
		shop.Picture()
		j.Press("看小票")
		j.Says("您得到的")
		shop.Press("退款")
		shop.Says("退多少")
		uitest.Ask[bool](shop.Tab, `document.querySelector("input[name=what][value=part]").checked = true`)
		shop.Fill("f-refund-amount", "8.00")
		shop.Fill("f-refund-reason", "1 × 8.00")
		shop.Follow("main form button[type=submit]")
		shop.Says("退了 %s 元", "8.00")
		shop.Picture()
	})
}

// TestJourneyWithoutANetwork: her phone has no network, and her code turns all the same;
// she types the amount that she hears, says six digits, and the till lets what is hers
// count.
func TestJourneyWithoutANetwork(t *testing.T) {
	travel(t, "offline", []uitest.Look{uitest.PhoneZh}, func(j *journey) {
		shop := &journey{j.Beside("offline-shop"), j.d, j.h}
		j.as(&j.d.masked[0])
		j.Open("/me/pay")
		j.Press("在这部手机上开")
		j.Do(chromedp.WaitVisible(chromedp.CSS(".fours")))
		j.Offline()
		j.Fill("f-consent-amount", "66.00")
		j.Do(chromedp.WaitVisible(chromedp.CSS("output.digits:not(:empty)")))
		j.Picture()
		code := uitest.Ask[string](j.Tab, `[...document.querySelectorAll(".fours span")].map((s) => s.textContent).join("")`)
		digits := uitest.Ask[string](j.Tab, `document.querySelector("output.digits").textContent`)
		shop.as(shop.masked(access.Owner))
		shop.Open("/shop")
		shop.Press("扫码收款")
		shop.Fill("f-ask-list", "66.00")
		shop.Fill("f-ask-code", code)
		shop.Press("下一步")
		shop.Touch("顾客要用券或抵扣权益，可她那边没有网")
		shop.Fill("f-digits-digits", digits)
		shop.Press("按她的来算")
		shop.Says("顾客已同意")
		shop.Picture()
		uitest.Ask[bool](shop.Tab, `document.querySelector("input[name=tender][value=cash]").checked = true`)
		shop.Follow(".dock button[form=take]")
		shop.Says("收好了")
		shop.Picture()
	})
}

// TestJourneyOfACashSale: a guest pays cash, on a wide screen and with keys alone.
func TestJourneyOfACashSale(t *testing.T) {
	travel(t, "cash", []uitest.Look{uitest.DeskZh, uitest.PhoneEn}, func(j *journey) {
		j.as(j.masked(access.Owner))
		j.Open("/shop")
		j.Press("扫码收款")
		j.Fill("f-ask-list", "12.5")
		j.Press("下一步")
		j.Says("散客，不记在谁名下")
		j.Picture()
		uitest.Ask[bool](j.Tab, `document.querySelector("input[name=tender][value=cash]").checked = true`)
		j.Follow(".dock button[form=take]")
		j.Says("收好了")
		j.Picture()
		j.Press("下一单")
		j.Says("刚才的几单")
		j.Picture()
	})
}
