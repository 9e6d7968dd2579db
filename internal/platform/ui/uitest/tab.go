package uitest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/i18n"
)

// Look is how somebody sees the house.
type Look struct {
	Name          string
	Width, Height int64
	Lang          i18n.Lang
	Theme         string // as in ?theme=
}

// The looks in which journeys are made.
var (
	PhoneZh    = Look{"phone-zh", 390, 844, i18n.Zh, "system"}
	PhoneEn    = Look{"phone-en", 390, 844, i18n.En, "system"}
	PhoneElder = Look{"phone-elder", 390, 844, i18n.Zh, "elder"}
	DeskZh     = Look{"desk-zh", 1440, 900, i18n.Zh, "system"}
	DeskEn     = Look{"desk-en", 1440, 900, i18n.En, "system"}
	DeskElder  = Look{"desk-elder-en", 1440, 900, i18n.En, "elder"}
)

// aStep is how long somebody waits for a page before she gives up: far more than a
// page takes, so that a slow machine fails no test and a broken page fails it soon.
const aStep = 40 * time.Second

// Tab is a browser in which a test goes a way as a person would: it presses what
// bears some words and reads what the page says. A step that cannot be made fails
// the test with the page on which it happened.
type Tab struct {
	testing.TB
	Look    Look
	Journey string                 // the first part of the names of its pictures
	Typed   func(text string) bool // whether the Chinese of an English page is what people wrote; nil leaves it unchecked

	ctx   context.Context
	base  string
	taken int  // pictures
	wrong *ear // what scripts complain of
}

// Travel goes a way once for each look, in a browser with no memory of the others.
func Travel(t *testing.T, h http.Handler, journey string, looks []Look, way func(b *Tab)) {
	t.Helper()
	InBrowser(t, h, func(ctx context.Context, base string) {
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as its first errand may take
			t.Fatal(err)
		}
		for _, look := range looks {
			t.Run(look.Name, func(t *testing.T) {
				ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
				defer cancel()
				way(NewTab(t, ctx, base, journey, look))
			})
		}
	})
}

// NewTab takes a chromedp session as somebody with a look.
func NewTab(t testing.TB, ctx context.Context, base, journey string, look Look) *Tab {
	t.Helper()
	b := &Tab{TB: t, Look: look, Journey: journey, ctx: ctx, base: base, wrong: &ear{}}
	if err := chromedp.Listen(ctx, b.wrong.script); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.Width, look.Height, chromedp.EmulateScale(scale(look.Width)))); err != nil {
		t.Fatal(err)
	}
	b.Medium("screen")
	b.Open("/?lang=" + look.Lang.String() + "&theme=" + look.Theme)
	return b
}

// Beside is another browser at the same time, of somebody else: it knows nothing of this
// one.
func (b *Tab) Beside(journey string) *Tab {
	b.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.Cleanup(cancel)
	other := NewTab(b.TB, ctx, b.base, journey, b.Look)
	other.Typed = b.Typed
	return other
}

// Do makes steps of chromedp.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, aStep)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatalf("%v\n%s", err, b.where())
	}
}

// Ask is what a script in the page comes to; it may wait.
func Ask[T any](b *Tab, script string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, aStep)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%.200s: %v\n%s", script, err, b.where())
	}
	return value
}

// where is the page at which something went wrong, for who reads the failure.
func (b *Tab) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, aStep/4)
	defer cancel()
	page, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + '\\n' + document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return page
}

// Medium is where the page is to be seen: "screen" or "print". Nothing moves, so
// that a picture shows the end and not the way there.
func (b *Tab) Medium(name string) {
	b.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name, Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: "light"}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// emulateNetwork is the command that every Chromium knows; what came after it differs
// from one to the next.
var emulateNetwork = cdp.Command[network.OverrideNetworkStateParams, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// Offline takes the network away from the browser, for good.
func (b *Tab) Offline() {
	b.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulateNetwork, network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	}))
}

// Forget makes the browser one that nobody has used: it keeps no sign-in and no look.
func (b *Tab) Forget() {
	b.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
	b.Open("/?lang=" + b.Look.Lang.String() + "&theme=" + b.Look.Theme)
}

// Word is a sentence in the tab's language; its key is Chinese.
func (b *Tab) Word(key string, args ...any) string {
	return i18n.T(i18n.With(b.ctx, b.Look.Lang), key, args...)
}

// pressable marks what is to be pressed: something to press whose name, else whose
// words, are these or begin with them; what is on the page before what is around it.
const pressable = `((words) => {
	for (const e of document.querySelectorAll("[data-pressed]")) delete e.dataset.pressed;
	const tidy = (s) => s.replace(/\s+/g, " ").trim();
	const said = (e) => tidy(e.getAttribute("aria-label") ?? e.innerText);
	const all = [...document.querySelectorAll("main :is(a, button, label, summary)"), ...document.querySelectorAll("a, button")].filter((e) => e.checkVisibility() && e.getClientRects().length > 0);
	const one = all.find((e) => said(e) === words) ?? all.find((e) => said(e).startsWith(words));
	if (one) {
		one.dataset.pressed = "";
		one.scrollIntoView({ block: "center", behavior: "instant" }); // away from what stands at an edge for good
	}
	return Boolean(one);
})(%s)`

// pressed is what was found by pressable.
const pressed = chromedp.CSS("[data-pressed]")

func (b *Tab) find(key string, args ...any) {
	b.Helper()
	words := b.Word(key, args...)
	if !Ask[bool](b, fmt.Sprintf(pressable, quote(words))) {
		b.Fatalf("nothing to press says %q\n%s", words, b.where())
	}
}

// Press presses what says something, and waits for the page to which it leads.
func (b *Tab) Press(key string, args ...any) {
	b.Helper()
	b.find(key, args...)
	b.Lead(chromedp.Click(pressed))
}

// Follow presses the first thing of a selector, and waits for the page to which it leads.
func (b *Tab) Follow(selector string) {
	b.Helper()
	Ask[bool](b, fmt.Sprintf(`document.querySelector(%s).scrollIntoView({ block: "center", behavior: "instant" }), true`, quote(selector)))
	b.Lead(chromedp.Click(chromedp.CSS(selector)))
}

// Touch presses what says something and stays on the page.
func (b *Tab) Touch(key string, args ...any) {
	b.Helper()
	b.find(key, args...)
	b.Do(chromedp.Click(pressed))
}

// Fill writes into an empty or a filled field.
func (b *Tab) Fill(id, text string) {
	b.Helper()
	Ask[bool](b, fmt.Sprintf(`document.getElementById(%s).value = "", true`, quote(id)))
	b.Do(chromedp.SendKeys(chromedp.CSS("#"+id), text))
}

// Text is what the page says.
func (b *Tab) Text() string {
	b.Helper()
	return strings.Join(strings.Fields(Ask[string](b, "document.body.innerText")), " ")
}

// Says fails unless the page says a sentence; its key is Chinese.
func (b *Tab) Says(key string, args ...any) {
	b.Helper()
	if words := strings.Join(strings.Fields(b.Word(key, args...)), " "); !strings.Contains(b.Text(), words) {
		b.Errorf("the page does not say %q\n%s", words, b.where())
	}
}

// Lacks fails if the page says something.
func (b *Tab) Lacks(words string) {
	b.Helper()
	if strings.Contains(b.Text(), words) {
		b.Errorf("the page says %q\n%s", words, b.where())
	}
}

// At fails unless the browser has come to a path.
func (b *Tab) At(path string) {
	b.Helper()
	if got := Ask[string](b, "location.pathname"); got != path {
		b.Fatalf("at %s, not at %s\n%s", got, path, b.where())
	}
}

// Status is what an address answers to this browser, and where it leads.
func (b *Tab) Status(path string) (status int, to string) {
	b.Helper()
	answer := Ask[struct {
		Status int    `json:"status"`
		To     string `json:"to"`
	}](b, fmt.Sprintf(`fetch(%s, {headers: {Accept: "text/html"}}).then((r) => ({status: r.status, to: new URL(r.url).pathname}))`, quote(path)))
	return answer.Status, answer.To
}

// Download presses what says something and gives the file that the browser keeps.
func (b *Tab) Download(key string, args ...any) []byte {
	b.Helper()
	dir := b.TempDir()
	b.find(key, args...)
	ctx, cancel := context.WithTimeout(b.ctx, aStep)
	defer cancel()
	progress := chromedp.Events(ctx, browser.DownloadProgress)
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		said := true
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &said,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		})
		return err
	}), chromedp.Click(pressed))
	for e, err := range progress {
		if err != nil {
			b.Fatalf("nothing was downloaded: %v\n%s", err, b.where())
		}
		if e.State == browser.DownloadProgressStateCompleted {
			file, err := os.ReadFile(filepath.Join(dir, e.GUID))
			if err != nil {
				b.Fatal(err)
			}
			return file
		}
	}
	b.Fatal("the browser is gone")
	return nil
}

// foreignWords are what an English page says in Chinese without saying that it is
// Chinese.
const foreignWords = `(() => {
	const found = [], all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n = all.nextNode(); n; n = all.nextNode())
		if (/\p{Script=Han}/u.test(n.data) && n.parentElement.checkVisibility() && !n.parentElement.closest("body [lang^=zh]")) found.push(n.data.trim());
	return found;
})()`

// Picture looks at the page: it is no wider than its window, says nothing in another
// language, and axe-core finds nothing grave. It is left in GONGYI_SHOTS for people.
func (b *Tab) Picture() {
	b.Helper()
	b.taken++
	name := fmt.Sprintf("journey-%s-%s-%02d", b.Journey, b.Look.Name, b.taken)
	Ask[bool](b, settled)
	if wide := Ask[int64](b, "document.documentElement.scrollWidth"); wide > b.Look.Width {
		b.Errorf("%s: %d pixels wide in a window of %d", name, wide, b.Look.Width)
	}
	if b.Look.Lang == i18n.En && b.Typed != nil {
		for _, words := range Ask[[]string](b, foreignWords) {
			if !b.Typed(words) {
				b.Errorf("%s: Chinese in an English page: %s", name, words)
			}
		}
	}
	for _, wrong := range b.wrong.heard() {
		b.Errorf("%s: a script: %s", name, wrong)
	}
	found, err := AxeIn(b.ctx)
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
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// quote writes a text as a script does.
func quote(text string) string {
	b, _ := json.Marshal(text) // a string has no way to fail
	return string(b)
}

// Chrome is the browser, for what a tab has no word for.
func (b *Tab) Chrome() context.Context { return b.ctx }
