package demo

import (
	"net/http"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// TestJourneyOfASwitch: an elder finds large type wherever she signs in; another
// language is one tap away on her phone, and it follows her to a desk, where she
// takes it back. The desk comes after the phone and starts where that ends.
func TestJourneyOfASwitch(t *testing.T) {
	const reads = `document.documentElement.dataset.theme + " " + document.documentElement.lang`
	const zh, en = "gongyi-elder zh-CN", "gongyi-elder en"
	travel(t, "switch", []uitest.Look{uitest.PhoneZh, uitest.DeskZh}, func(j *journey) {
		before, after, press := zh, en, "English"
		if j.Look == uitest.DeskZh {
			before, after, press = en, zh, "中文"
		}
		j.Open("/demo/as")
		j.Press("%s：%s", i18n.M("当这一位"), j.d.masked[1].Name)
		for _, want := range []string{before, after} {
			j.At("/home")
			if got := uitest.Ask[string](j.Tab, reads); got != want {
				j.Errorf("she reads %s, not %s", got, want)
			}
			j.Picture()
			if want == before {
				j.Press(press)
			}
		}
	})
}

// TestJourneyToAClosedDoor: a door of another role answers in words and with the
// right status, tells nothing of what lies behind it, and leads back.
func TestJourneyToAClosedDoor(t *testing.T) {
	travel(t, "closed-door", []uitest.Look{uitest.PhoneEn, uitest.DeskZh, uitest.PhoneElder}, func(j *journey) {
		j.as(&j.d.masked[0])
		other := j.spare(9)
		for _, path := range []string{"/desk/people", "/desk/people/" + j.idOf(other), "/desk/roles/new", "/shop/" + j.buy(other, "closed-"+j.Look.Name).Facts.Merchant.ID.String()} {
			if got, _ := j.Status(path); got != http.StatusForbidden {
				j.Errorf("%s answers %d", path, got)
			}
			j.Open(path)
			j.Says("这一页您看不了")
			j.Lacks(other.Name)
			j.Lacks(other.Phone[len(other.Phone)-4:])
		}
		j.Open("/desk/people")
		j.Picture()
		j.Press("回首页")
		j.At("/home")
	})
}

// TestJourneyByKeysAlone: somebody without a pointer signs in, corrects her data and
// reads what she has; at every stop she sees where she is.
func TestJourneyByKeysAlone(t *testing.T) {
	travel(t, "keys", []uitest.Look{uitest.DeskEn, uitest.PhoneElder}, func(j *journey) {
		p := j.spare(map[string]int{uitest.DeskEn.Name: 3, uitest.PhoneElder.Name: 4}[j.Look.Name])
		phone := strings.TrimPrefix(p.Phone, "+86")
		j.Open("/sign-in") // the field is where one is
		j.Keys(phone)
		j.Enter()
		j.Keys(j.code(phone))
		j.Enter()
		if uitest.Ask[bool](j.Tab, `location.pathname === "/sign-in/welcome"`) {
			j.Reach("我看过了，同意这些约定")
			j.Keys(" ")
			j.Enter()
		}
		j.Dressed("/me")
		j.Reach("改资料")
		j.Picture()
		j.Enter()
		j.At("/me/edit")
		j.Reach("出生年份")
		j.Keys("1875")
		j.Enter()
		j.At("/me/edit")
		if !uitest.Ask[bool](j.Tab, `document.querySelector("#f-birth_year-bad").checkVisibility() && document.querySelector("#f-birth_year").value === "1875"`) {
			j.Error("what is wrong does not stand beside its field, with what was typed")
		}
		j.Picture()
		uitest.Ask[bool](j.Tab, `document.querySelector("#f-birth_year").select(), true`)
		j.Keys("1955")
		j.Enter()
		j.At("/me")
		j.Says("资料改好了")
		j.Says("1955")
		j.Reach("我手里有")
		j.Enter()
		j.At("/me/wallet")
		j.Says("%s", communities[p.home[1]-'1'])
	})
}

// idOf is the id under which the house knows somebody.
func (j *journey) idOf(p *player) (who string) {
	j.Helper()
	err := j.d.DB.View(j.Context(), id.Tilde, func(r db.Reader) error {
		found, err := j.d.Flows.People.ByPhone(j.Context(), r, p.Phone)
		if err == nil {
			who = found.ID.String()
		}
		return err
	})
	if err != nil {
		j.Fatal(err)
	}
	return who
}
