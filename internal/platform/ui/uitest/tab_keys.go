package uitest

import "github.com/chromedp/chromedp"

// aWay is more stops of the Tab key than any page of the house may ask of somebody
// before she is where she wants to be.
const aWay = 60

// focusSeen says whether somebody sees where she is: what has the focus, or the box
// around it, has an outline, and nothing that stands still covers it.
const focusSeen = `(() => {
	const at = document.activeElement;
	let ringed = false;
	for (let e = at, n = 0; e && n < 4; e = e.parentElement, n++) {
		const s = getComputedStyle(e);
		ringed ||= s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
	}
	const r = at.getBoundingClientRect();
	const top = document.elementFromPoint(r.x + r.width / 2, r.y + Math.min(r.height, innerHeight) / 2);
	const bar = top?.closest(".tabs, .top, .bar, .dock, .demo, .eldertop");
	if (!ringed) return "no ring around it";
	return !top || (bar && !bar.contains(at)) ? "it is out of sight" : "";
})()`

// focused is what a reader for the blind says of where somebody is.
const focused = `(() => { const e = document.activeElement;
	return (e.getAttribute("aria-label") ?? (e.labels?.[0] ?? e).innerText ?? "").replace(/\s+/g, " ").trim() })()`

// Keys types, as on a keyboard.
func (b *Tab) Keys(text string) { b.Helper(); b.Do(chromedp.KeyEvent(text)) }

// Reach goes on with the Tab key until it is at what says something; at every stop
// somebody sees where she is.
func (b *Tab) Reach(key string, args ...any) {
	b.Helper()
	words := b.Word(key, args...)
	for range aWay {
		b.Keys("\t")
		at := Ask[string](b, focused)
		if wrong := Ask[string](b, focusSeen); wrong != "" {
			b.Errorf("on the way to %q, at %q: %s", words, at, wrong)
		}
		if len(at) >= len(words) && at[:len(words)] == words {
			return
		}
	}
	b.Fatalf("keys do not lead to %q\n%s", words, b.where())
}

// Enter presses what has the focus and waits for the page to which it leads.
func (b *Tab) Enter() { b.Helper(); b.Lead(chromedp.KeyEvent("\r")) }
