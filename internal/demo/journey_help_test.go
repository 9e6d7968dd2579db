package demo

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"

	"github.com/chromedp/chromedp"
)

// TestJourneyOfHelp: a neighbour asks for something small, whoever is asked sees no door
// before she promises, comes, says the six digits, is accepted and thanked; the desk's
// board shows it meanwhile.
func TestJourneyOfHelp(t *testing.T) {
	travel(t, "help", []uitest.Look{uitest.PhoneZh}, func(j *journey) {
		j.as(&j.d.masked[0])
		j.Open("/help")
		j.Picture()
		j.Open("/help/ask?kind=phone_help")
		j.Picture()
		j.Fill("f-ask-door", "9 单元 909 室")
		j.Press("发出请求")
		j.Says("教用手机")
		j.Picture()
		q := j.latestRequest()
		if q == nil || q.Kind != "phone_help" || q.End != nil {
			j.Fatalf("the latest request is %v", q)
		}
		a, helper, err := j.d.taken(j.Context(), j.d.places["C1"], q)
		if err != nil || a == nil {
			j.Fatalf("nobody could be asked: %v", err)
		}
		j.Do(chromedp.WaitVisible(chromedp.CSS("html:not([data-left]) .door-code"))) // the page waits for news
		j.Says("人到了，请报这六位数字")
		j.Says("%s", a.Code)
		j.Picture()

		j.asPerson(helper.ID)
		j.Open("/help/given/" + j.d.places["C1"].String() + "/" + a.ID.String())
		j.Says("9 单元 909 室")
		j.Picture()
		j.Fill("f-begin-code", a.Code)
		j.Press("到了，开始")
		j.Press("做完了")
		j.Says("等对方验收")
		if uitest.Ask[bool](j.Tab, `document.body.innerText.includes("909 室")`) {
			j.Error("the door is still to be read when the work is done")
		}
		j.Picture()

		j.as(&j.d.masked[0])
		j.Open("/help/asked/" + j.d.places["C1"].String() + "/" + q.ID.String())
		j.Do(chromedp.WaitVisible(chromedp.CSS("#f-accept-thanks")))
		j.Fill("f-accept-thanks", "讲得很明白")
		j.Press("满意")
		j.Says("满意，记好了")
		j.Says("讲得很明白")
		j.Picture()

		j.as(&j.d.masked[8])
		j.Open("/desk/help/C1")
		j.Says("互助派单台")
		j.Picture()
	})
}

// asPerson makes the browser somebody of the street who wears no mask of the demo.
func (j *journey) asPerson(who id.ID) {
	j.Helper()
	for i := range j.d.cast.players {
		p := &j.d.cast.players[i]
		is, err := j.d.personOf(j.Context(), p.ref)
		if err == nil && is == who {
			j.Forget()
			j.enter(p)
			return
		}
	}
	j.Fatal("nobody of the street")
}

// latestRequest is what the shopper asked for last.
func (j *journey) latestRequest() (q *timebank.Request) {
	j.Helper()
	at := j.d.places["C1"]
	err := j.d.DB.View(j.Context(), at, func(r db.Reader) error {
		m, err := j.d.Flows.Members.Lookup(j.Context(), r, at, j.d.cast.regular)
		if err != nil {
			return err
		}
		all, err := j.d.Flows.TimeBank.OpenOf(j.Context(), r, at, m.ID)
		for _, x := range all {
			if q == nil || x.At.After(q.At) {
				q = x
			}
		}
		return err
	})
	if err != nil {
		j.Fatal(err)
	}
	return q
}
