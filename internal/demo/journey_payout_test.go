package demo

import (
	"fmt"
	"slices"
	"testing"

	"gongyi/internal/module/access"
	"gongyi/internal/platform/ui/uitest"
)

// TestJourneyOfAPayout: finance reads the batch that a colleague prepared and agrees, the
// operator agrees too, finance notes a bank's slip, the shop reads what is paid; of what
// the house itself earned nothing is to be had. On a wide screen the batch is looked at as it
// is then.
func TestJourneyOfAPayout(t *testing.T) {
	looks := []uitest.Look{uitest.PhoneZh, uitest.DeskEn}
	travel(t, "payout", looks, func(j *journey) {
		first := slices.IndexFunc(looks, func(l uitest.Look) bool { return l.Name == j.Look.Name }) == 0
		j.as(j.masked(access.Finance))
		j.Open("/desk/payouts/C1")
		j.Picture()
		if first {
			j.Press("看一遍")
			j.Says("等人同意")
			j.Picture()
			j.Touch("同意付款")
			j.Picture()
			j.Follow("#agree button[type=submit]")
			j.Says("您同意过了，还要等别人")
			batch := uitest.Ask[string](j.Tab, "location.pathname")
			j.as(j.masked(access.Operator))
			j.Open(batch)
			j.Touch("同意付款")
			j.Follow("#agree button[type=submit]")
			j.Picture()
			j.as(j.masked(access.Finance))
			j.Open(batch)
			j.Open(uitest.Ask[string](j.Tab, fmt.Sprintf(`[...document.querySelectorAll("main tr")].find((r) => r.innerText.includes(%q)).querySelector("a").getAttribute("href")`, j.Word("记了账，正在付"))))
			j.Fill("f-slip-reference", "ICBC-20261122-1")
			j.Press("登记到账")
			j.Picture()
			j.Open("/desk/payouts/C1")
			uitest.Ask[bool](j.Tab, `document.querySelector("input[name=kind][value=income]").checked = true`)
			j.Press("看这一批")
			if !uitest.Ask[bool](j.Tab, fmt.Sprintf(`document.body.innerText.includes(%q)`, j.Word("钱没有动。这一批的最后一天还没有结账，结完再准备。"))) { // on a Monday before three
				j.Says("这一次没有谁该付") // it holds more of what it earned in cash
			}
		} else {
			j.Follow("main a[href*='/batches/']")
			j.Says("记了账，正在付")
		}
		j.Picture()
		j.as(j.masked(access.Owner))
		j.Open("/shop")
		shop := uitest.Ask[string](j.Tab, `document.querySelector("a[href*='/shop/']").getAttribute("href").split("/").slice(0, 3).join("/")`)
		j.Open(shop + "/payouts")
		j.Says("付到哪里")
		j.Picture()
	})
}
