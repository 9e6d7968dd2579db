package galleryweb

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/ui/uitest"
)

// tab is one browser tab that fails its test by itself.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
}

func (b tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b tab) open(path string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(b.base+path)))
}

// when waits until an expression is true.
func (b tab) when(what, expression string) {
	b.t.Helper()
	const wait = `new Promise(done => { const end = performance.now() + 8000; const look = () => { if (EXPR) done(true); else if (performance.now() > end) done(false); else setTimeout(look, 20); }; look(); })`
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](strings.Replace(wait, "EXPR", expression, 1), chromedp.EvalAwaitPromise))
	b.must(err)
	if !ok {
		b.t.Errorf("%s: %s never came true", what, expression)
	}
}

// click presses the middle of an element; it needs no script of the page.
func (b tab) click(selector string) {
	b.t.Helper()
	b.when(selector, "document.querySelector(`"+selector+"`)")
	at, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64]("(() => { const e = document.querySelector(`"+selector+
		"`); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"))
	b.must(err)
	b.must(chromedp.Do(b.ctx, chromedp.MouseClickXY(at[0], at[1])))
}

func (b tab) press(key string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.KeyEvent(key)))
}

func TestScripts(t *testing.T) {
	uitest.InBrowser(t, mux(), func(ctx context.Context, base string) {
		b := tab{t, ctx, base}

		b.open("/ui/frames/operator")
		b.when("the queue", `document.querySelector("[data-rows]")`)
		b.press("j")
		b.when("j goes down from the one that is open", `document.querySelectorAll("[data-rows] > li")[2].contains(document.activeElement)`)
		b.press("k")
		b.when("k goes up", `document.querySelectorAll("[data-rows] > li")[1].contains(document.activeElement)`)

		b.open("/ui/tables")
		b.press("/")
		b.when("/ looks for something", `document.activeElement.type === "search"`)
		b.press("j")
		b.when("a letter in a field is a letter", `document.activeElement.value.endsWith("j")`)
		b.when("htmx comes", `window.htmx`)
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(document.body.dataset.same = "1", true)`))
		b.must(err)
		b.click("#shops-by-name")
		b.when("sorting changes the address", `location.search === "?sort=name"`)
		b.when("and not the page", `document.body.dataset.same === "1" && document.querySelector("#shops table")`)

		b.open("/ui/sheets")
		b.click(`#why a.why`)
		b.when("why opens as a sheet", `document.querySelector("dialog.ask-sheet[open] .rows")`)
		b.press("\x1b")
		b.when("and goes away", `!document.querySelector("dialog") && document.activeElement.matches("a.why")`)

		b.click(`[popovertarget=refund]`)
		b.when("the question opens", `document.querySelector("#refund:popover-open")`)
		const twice = `(() => {
			const s = document.querySelector("#refund [type=submit]");
			let through = 0;
			addEventListener("submit", e => { if (!e.defaultPrevented) through++; e.preventDefault(); });
			s.click();
			s.click();
			return through;
		})()`
		through, err := chromedp.Run(ctx, chromedp.Evaluate[int](twice))
		b.must(err)
		if through != 1 {
			t.Errorf("two clicks sent the form %d times", through)
		}
		b.when("the button does not ask again", `document.querySelector("#refund [type=submit]").getAttribute("aria-disabled") === "true"`)
	})
}

func TestPicturesAreDrawn(t *testing.T) {
	uitest.InBrowser(t, mux(), func(ctx context.Context, base string) {
		b := tab{t, ctx, base}
		b.open("/ui/charts")
		b.when("charts that fill their boxes", `(() => {
			const boxes = [...document.querySelectorAll("[data-island=chart]")];
			return boxes.length > 0 && boxes.every((box) => {
				const a = box.querySelector("canvas")?.getBoundingClientRect(), b = box.getBoundingClientRect();
				return a && Math.abs(a.left - b.left) <= 1 && Math.abs(a.width - b.width) <= 1 && Math.abs(a.height - b.height) <= 1;
			});
		})()`)
		b.when("its figures fold away", `!document.querySelector("#line details").open`)
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(document.querySelector("#sample-map").scrollIntoView(), true)`))
		b.must(err)
		b.when("the map", `document.querySelector("#sample-map.drawn .maplibregl-canvas")`)
		b.when("its marks", `document.querySelectorAll("#sample-map .mark").length === 3`)
	})
}

// Without scripts the same pages work: the figures are there, a question opens.
func TestWithoutScripts(t *testing.T) {
	uitest.InBrowser(t, mux(), func(ctx context.Context, base string) {
		b := tab{t, ctx, base}
		b.must(chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		})))
		b.open("/ui/charts")
		b.when("the figures", `document.querySelector("#line details").open && document.querySelector("#line .plot").hidden`)
		b.when("the list instead of the map", `document.querySelector("#sample-map .without .rows")`)
		b.open("/ui/sheets")
		b.click(`[popovertarget=refund]`)
		b.when("the question", `document.querySelector("#refund:popover-open")`)
		b.open("/ui/words")
		b.when("no button that does nothing", `!document.querySelector("[data-aloud]:not([hidden])")`)
	})
}
