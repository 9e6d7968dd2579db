package demo

import (
	"testing"

	"gongyi/internal/module/access"
	"gongyi/internal/platform/ui/uitest"
)

// TestJourneyOfAMember: what membership was worth, down to the purchases; what comes
// back if she leaves today; whom she recommended and why it counts or not; what her
// points bring, and the code with which she collects it. The elder reads the same.
func TestJourneyOfAMember(t *testing.T) {
	travel(t, "member", []uitest.Look{uitest.PhoneZh, uitest.DeskEn, uitest.PhoneElder}, func(j *journey) {
		who := 0
		if j.Look.Theme == "elder" {
			who = 1
		}
		j.as(&j.d.masked[who])
		j.Open("/me/bill")
		j.Says("消费账单")
		j.Picture()
		if who == 0 {
			j.Follow("main a[href*='/me/bill/rows']")
			j.Picture()
		}
		j.Open("/me/membership")
		j.Says("免费的社区服务")
		j.Picture()
		if who == 0 {
			j.Follow("main a[href='/me/membership/leaving']")
			j.Picture()
			j.Open("/me/membership/recommend")
			j.Says("怎么才算数")
			j.Picture()
		}
		j.Open("/me/points")
		j.Says("积分能换什么")
		j.Picture()
		j.Follow("main a[href*='/me/points/goods/']")
		j.Says("还有多少")
		j.Picture()
	})
}

// TestJourneyAtTheCounter: an operator takes a fee by its number, with the receipt's,
// and the books have it; the same slip is not taken twice.
func TestJourneyAtTheCounter(t *testing.T) {
	travel(t, "counter", []uitest.Look{uitest.PhoneZh, uitest.DeskEn}, func(j *journey) {
		j.as(j.masked(access.Operator))
		j.Open("/desk/counter/C1")
		j.Says("等着付的")
		j.Picture()
		uitest.Ask[bool](j.Tab, `[...document.querySelectorAll("main tr")].find((r) => r.innerText.includes("99.00")).querySelector("a").dataset.fee = "", true`)
		j.Follow("[data-fee]")
		slip := uitest.Ask[string](j.Tab, "location.pathname")
		j.Says("收下这一笔")
		uitest.Ask[bool](j.Tab, `document.querySelector("main form input[name=means][value=cash]").checked = true`)
		j.Fill("f-reference", "XJ-"+j.Look.Name)
		j.Press("收下 %s 元", "99.00")
		j.Says("收好了，账已经记下")
		j.Picture()
		j.Open(slip)
		j.Lacks(j.Word("收下这一笔"))
		j.Open("/desk/score/C1")
		j.Says("现在的算法")
		j.Picture()
	})
}
