package demo

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// journey is a browser in the street.
type journey struct {
	*uitest.Tab
	d *Demo
	h http.Handler
}

// signing is the street with its books signed as they are for people, which tests
// that only follow links do without.
var signing = sync.OnceValues(func() (*Demo, error) {
	d, err := street()
	if err == nil {
		err = d.Proof.Start(background)
	}
	return d, err
})

// travel goes a way in the street, once for each look.
func travel(t *testing.T, name string, looks []uitest.Look, way func(j *journey)) {
	t.Helper()
	if testing.Short() {
		t.Skip("a street and a browser take seconds")
	}
	d, err := signing()
	if err != nil {
		t.Fatal(err)
	}
	h, err := d.Handler(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	names := d.wrote(t)
	uitest.Travel(t, h, name, looks, func(b *uitest.Tab) {
		b.Typed = names.only
		way(&journey{b, d, h})
	})
}

// as makes the browser one of the street's people, as a visitor of the demo does.
func (j *journey) as(m *mask) {
	j.Helper()
	j.Open("/demo/as")
	j.Press("%s：%s", i18n.M("当这一位"), m.Name)
	j.Dressed("/me")
}

// shopper is who looks around as a member: the regular of the first community.
func (j *journey) shopper() *player { return j.d.cast.byRef[j.d.cast.regular] }

// spare is somebody with a home and without a part or a mask; each n is another one.
func (j *journey) spare(n int) *player {
	j.Helper()
	for _, p := range j.d.playing("") {
		if p.ref == j.d.cast.regular || p.ref == j.d.cast.senior || p.home == "" {
			continue
		}
		if n--; n < 0 {
			return p
		}
	}
	j.Fatal("everybody in the street is needed")
	return nil
}

// buy is what the till of a shop sends when somebody has paid 23.40.
func (j *journey) buy(p *player, ref string) *flow.Receipt {
	j.Helper()
	at, till := j.d.places[p.home], j.d.shopsOf(p.home)[0]
	s, err := j.d.Flows.Settle(j.Context(), at, db.System, flow.Purchase{
		Ref: ref, PurchasedAt: j.d.DB.Clock().Now(), Member: p.ref, Merchant: till, List: 23_40, Price: 23_40, Held: 23_40, Items: 1,
	})
	if err != nil {
		j.Fatal(err)
	}
	r, err := j.d.Flows.Receipt(j.Context(), at, s.Seq)
	if err != nil {
		j.Fatal(err)
	}
	return r
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the latest that was sent to a number, as the demo's inbox shows it to
// somebody who looks there beside the journey.
func (j *journey) code(phone string) string {
	j.Helper()
	inbox := httptest.NewRecorder()
	j.h.ServeHTTP(inbox, httptest.NewRequest(http.MethodGet, "/demo/inbox", nil))
	text := uitest.Text(inbox.Body.String())
	before, _, found := strings.Cut(text, phone)
	all := sixDigits.FindAllString(before, -1)
	if !found || len(all) == 0 {
		j.Fatalf("the inbox has no code for %s: %s", phone, text)
	}
	return all[len(all)-1]
}

// enter signs somebody in with a code, and agrees if she is asked to.
func (j *journey) enter(p *player) {
	j.Helper()
	phone := strings.TrimPrefix(p.Phone, "+86")
	j.Open("/sign-in")
	j.Fill("f-phone", phone)
	j.Press("发验证码")
	j.Says("填短信里的验证码")
	j.Fill("f-code", j.code(phone))
	j.Press("登录")
	if uitest.Ask[bool](j.Tab, `location.pathname === "/sign-in/welcome"`) {
		j.Touch("我看过了，同意这些约定")
		j.Press("同意并进来")
	}
	j.Dressed("/me")
	j.Says("%s", p.Name)
}
