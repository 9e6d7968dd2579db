package mapweb_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/ui/uitest"
)

// views are the ways in which people look at a page.
func views(name, path string) []uitest.Shot {
	return []uitest.Shot{
		{Name: name + "-390", Path: path, Width: 390, Height: 844, Lang: "zh", Theme: "light"},
		{Name: name + "-1440", Path: path, Width: 1440, Height: 900, Lang: "zh", Theme: "light"},
		{Name: name + "-390-system-dark", Path: path, Width: 390, Height: 844, Lang: "zh", Dark: true},
		{Name: name + "-1440-dark-en", Path: path, Width: 1440, Height: 900, Lang: "en", Theme: "dark"},
		{Name: name + "-390-elder", Path: path, Width: 390, Height: 844, Lang: "zh", Theme: "elder"},
		{Name: name + "-paper", Path: path, Width: 800, Height: 1100, Lang: "zh", Theme: "light", Paper: true},
	}
}

// The map loads nothing from elsewhere, breaks no content policy, and fits.
func TestTheMapInABrowser(t *testing.T) {
	h := inHouse(t)
	uitest.Browse(t, h.web, append(views("schematic", "/c/C1/map"), views("nothing", "/c/C1/map?q=nothing")[4]))
	h.town()
	uitest.Browse(t, h.web, views("map", "/c/C1/map"))
}

// A tap on a row opens its mark, a tap on a mark shows its row.
func TestRowsAndMarksLeadToEachOther(t *testing.T) {
	h := inHouse(t)
	uitest.InBrowser(t, h.web, func(ctx context.Context, base string) {
		wait := func(what, condition string) {
			t.Helper()
			ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`new Promise(done => {
				const end = performance.now() + 20000;
				const look = () => (%s) ? done(true) : performance.now() < end ? setTimeout(look, 20) : done(false);
				look();
			})`, condition), chromedp.EvalAwaitPromise))
			if err != nil || !ok {
				t.Fatalf("%s: %v", what, err)
			}
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(base+"/c/C1/map?lang=zh")); err != nil {
			t.Fatal(err)
		}
		wait("no marks", `document.querySelectorAll(".maplibregl-marker").length === 2 && !document.documentElement.dataset.busy`)
		wait("the row opens nothing", `document.querySelector('[data-mark="m-2"]').click() || document.querySelector(".maplibregl-popup")?.textContent.includes("熟食")`)
		wait("the row is not shown as chosen", `document.getElementById("shop-2").classList.contains("seen")`)
		wait("the page jumped", `location.hash === ""`)
		wait("the mark shows no row", `document.querySelector(".maplibregl-marker").click() || document.getElementById("shop-1").classList.contains("seen")`)
	})
}
