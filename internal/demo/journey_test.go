package demo

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/ui/uitest"
)

// view is how somebody looks at the house.
type view struct {
	name          string
	width, height int64
	lang, theme   string
}

var views = []view{
	{"phone-zh", 390, 844, "zh", "system"}, {"desk-en", 1440, 900, "en", "system"}, {"phone-en", 390, 844, "en", "system"},
	{"desk-zh", 1440, 900, "zh", "system"}, {"elder", 390, 844, "zh", "elder"},
}

// journey is a real browser in the street, seen in one way.
type journey struct {
	testing.TB
	*Demo
	view
	ctx  context.Context
	base string
	n    int // pictures taken
}

// travel opens one browser and goes a way in it, once for each view.
func travel(t *testing.T, in []view, way func(j *journey)) {
	t.Helper()
	if testing.Short() {
		t.Skip("a street and a browser take seconds")
	}
	d, err := street()
	if err != nil {
		t.Fatal(err)
	}
	h, err := d.Handler(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	uitest.InBrowser(t, h, func(ctx context.Context, base string) {
		for _, v := range in {
			t.Run(v.name, func(t *testing.T) {
				j := &journey{TB: t, Demo: d, view: v, ctx: ctx, base: base}
				j.do(chromedp.EmulateViewport(v.width, v.height))
				j.open("/demo/as?lang=" + v.lang + "&theme=" + v.theme)
				j.out()
				way(j)
			})
		}
	})
}

func (j *journey) do(steps ...chromedp.Action[chromedp.Void]) {
	j.Helper()
	if err := chromedp.Do(j.ctx, steps...); err != nil {
		j.Fatal(err)
	}
}

// open goes to an address and waits for its page.
func (j *journey) open(path string) {
	j.Helper()
	j.do(chromedp.Navigate(j.base+path), chromedp.WaitVisible("main"))
}

// js is what a script in the page comes to; it may wait.
func js[T any](j *journey, code string) T {
	j.Helper()
	value, err := chromedp.Run(j.ctx, chromedp.Evaluate[T](code, chromedp.EvalAwaitPromise))
	if err != nil {
		j.Fatalf("%s: %v", code, err)
	}
	return value
}

// status is what an address answers to this browser.
func (j *journey) status(path string) int {
	j.Helper()
	return js[int](j, fmt.Sprintf("fetch(%q, {headers: {Accept: 'text/html'}}).then(r => r.status)", path))
}

// post sends what a page of ours would.
func (j *journey) post(path string) {
	j.Helper()
	js[int](j, fmt.Sprintf("fetch(%q, {method: 'POST'}).then(r => r.status)", path))
}

func (j *journey) out() { j.Helper(); j.post("/sign-out") }

// as makes the browser one of the street's people, in this view.
func (j *journey) as(m *mask) {
	j.Helper()
	j.post("/demo/as/" + m.Person.String())
	j.open("/me?lang=" + j.lang + "&theme=" + j.theme)
}

// at fails unless the browser has come to a path.
func (j *journey) at(path string) {
	j.Helper()
	if got := js[string](j, "location.pathname"); got != path {
		j.Fatalf("at %s, not at %s", got, path)
	}
}

// text is what the page says.
func (j *journey) text() string { j.Helper(); return js[string](j, "document.body.innerText") }

// press clicks, and waits until something else is there.
func (j *journey) press(what, then string) {
	j.Helper()
	j.do(chromedp.Click(what), chromedp.WaitVisible(then))
}

// picture minds that the page is no wider than its window, and leaves a picture in
// GONGYI_SHOTS.
func (j *journey) picture(name string) {
	j.Helper()
	if wide := js[int64](j, "document.documentElement.scrollWidth"); wide > j.width {
		j.Errorf("%s: %d pixels wide in a window of %d", name, wide, j.width)
	}
	dir := os.Getenv("GONGYI_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(j.ctx, chromedp.FullScreenshot(100))
	j.n++
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("journey-%s-%02d-%s.png", name, j.n, j.name)), png, 0o644)
	}
	if err != nil {
		j.Fatal(err)
	}
}

var six = regexp.MustCompile(`\b\d{6}\b`)

// code is the latest that was sent to a number, as the demo's inbox shows it.
func (j *journey) code(phone string) string {
	j.Helper()
	v := visit(j.TB.(*testing.T), j.base, nil)
	_, _, body := v.get("/demo/inbox", 0)
	text := uitest.Text(body)
	before, _, found := strings.Cut(text, phone)
	all := six.FindAllString(before, -1)
	if !found || len(all) == 0 {
		j.Fatalf("the inbox has no code for %s: %s", phone, text)
	}
	return all[len(all)-1]
}

const submit = "main form button[type=submit]"

// askCode asks for a code and comes to the page that takes it.
func (j *journey) askCode(phone string) string {
	j.Helper()
	j.open("/sign-in")
	j.do(chromedp.SendKeys("#f-phone", phone))
	j.press(submit, "#f-code")
	return j.code(phone)
}

// TestAWayIn is somebody's first day: a wrong code, the right one, her name and
// consent; the code and the session are worth nothing afterwards, and going back
// shows nothing.
func TestAWayIn(t *testing.T) {
	travel(t, views, func(j *journey) {
		phone := fmt.Sprintf("1991234%04d", slices.Index(views, j.view))
		code := j.askCode(phone)
		j.picture("signin")
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		j.do(chromedp.SendKeys("#f-code", wrong))
		j.press(submit, "#f-code-bad")
		j.picture("signin")
		j.do(chromedp.SendKeys("#f-code", code))
		j.press(submit, "#f-name")
		j.press(submit, "#f-name-bad, #f-name:invalid")
		j.do(chromedp.SendKeys("#f-name", j.cast.players[0].Name), chromedp.Click("#f-agreed"))
		j.picture("signin")
		j.do(chromedp.Click(submit), chromedp.WaitNotPresent("#f-agreed"), chromedp.WaitVisible("main"))
		j.at("/home")
		j.picture("signin")
		j.open("/me/data")
		if !strings.Contains(j.text(), map[string]string{"zh": "我的数据", "en": "data"}[j.lang]) {
			j.Errorf("her data: %s", j.text())
		}
		replay := fmt.Sprintf("fetch('/sign-in/code', {method: 'POST', body: new URLSearchParams({code: %q})}).then(r => r.url)", code)
		j.out()
		if to := js[string](j, replay); !strings.HasSuffix(to, "/sign-in") {
			j.Errorf("a code counts twice: %s", to)
		}
		j.open("/")
		j.do(chromedp.NavigateBack(), chromedp.WaitVisible("main"))
		j.at("/sign-in")
		if strings.Contains(j.text(), j.cast.players[0].Name) {
			j.Error("going back shows what was hers")
		}
		j.picture("signin")
	})
}

// TestASwitchIsKept: a language is one tap away, and large type follows a person to
// where she signs in next.
func TestASwitchIsKept(t *testing.T) {
	travel(t, views[:1], func(j *journey) {
		m := &j.masked[0]
		j.as(m)
		j.press("a[hreflang=en]", "html[lang=en] main")
		j.picture("switch")
		j.open("/me?theme=elder")
		j.out()
		j.open("/?lang=zh&theme=system")
		j.post("/demo/as/" + m.Person.String())
		j.open("/me")
		if !js[bool](j, "document.documentElement.dataset.theme === 'gongyi-elder' && document.documentElement.lang === 'en'") {
			j.Error("what she chose did not come along")
		}
		j.picture("switch")
		j.open("/me?lang=zh&theme=system")
	})
}

// TestWhatIsNotHers: doors of other roles answer with a page in words and the right
// status, and say nothing of what lies behind them.
func TestWhatIsNotHers(t *testing.T) {
	travel(t, views[:2], func(j *journey) {
		j.as(&j.masked[0])
		other := j.masked[1]
		for _, path := range []string{"/desk/people", "/desk/roles", "/desk/people/" + other.Person.String(), "/shop/" + other.Person.String(), "/shop"} {
			if got := j.status(path); got != http.StatusForbidden && got != http.StatusNotFound {
				j.Errorf("%s answers %d", path, got)
			}
			j.open(path)
			if text := j.text(); len(text) < 20 || strings.Contains(strings.Replace(text, "長", "", 1), other.phone) {
				j.Errorf("%s says %q", path, text)
			}
		}
		j.picture("denied")
	})
}

// TestByKeysAlone signs in and reaches the wallet without a pointer.
func TestByKeysAlone(t *testing.T) {
	travel(t, views[1:2], func(j *journey) {
		phone := "19912349001"
		j.open("/sign-in")
		j.do(chromedp.KeyEvent(phone+"\r"), chromedp.WaitVisible("#f-code"))
		j.do(chromedp.KeyEvent(j.code(phone)), chromedp.KeyEvent("\r"), chromedp.WaitVisible("#f-name"))
		j.do(chromedp.KeyEvent(j.cast.players[0].Name))
		j.tab("#f-agreed")
		j.do(chromedp.KeyEvent(" \r"), chromedp.WaitNotPresent("#f-agreed"), chromedp.WaitVisible("main"))
		j.tab("a[href='/me']")
		j.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("a[href='/me/wallet']"))
		j.tab("a[href='/me/wallet']")
		j.do(chromedp.KeyEvent("\r"), chromedp.WaitNotPresent("a[href='/me/wallet']"), chromedp.WaitVisible("main"))
		j.at("/me/wallet")
		j.picture("keys")
	})
}

// tab goes on with the key until something has the focus.
func (j *journey) tab(to string) {
	j.Helper()
	for range 60 {
		if js[bool](j, fmt.Sprintf("document.activeElement.matches(%q)", to)) {
			return
		}
		j.do(chromedp.KeyEvent("\t"))
	}
	j.Fatalf("no way to %s by keys", to)
}

// TestPaperHoldsNothingToPress: what stands around a page is not printed.
func TestPaperHoldsNothingToPress(t *testing.T) {
	travel(t, views, func(j *journey) {
		j.as(&j.masked[0])
		j.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			return err
		}))
		for _, path := range []string{"/home", "/me/wallet", "/me/purchases"} {
			j.open(path)
			if seen := js[string](j, "[...document.querySelectorAll('.tabs, .bell, .demo, .switches, .back, .dock, .rail')].filter(e => e.checkVisibility()).map(e => e.className).join()"); seen != "" {
				j.Errorf("%s prints %s", path, seen)
			}
		}
		j.picture("paper")
		j.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
			return err
		}))
	})
}
