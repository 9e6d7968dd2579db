package uitest

import (
	"context"
	"errors"

	"github.com/chromedp/chromedp"
)

// Open goes to an address, as typed into the browser.
func (b *Tab) Open(path string) {
	b.Helper()
	b.Lead(again(chromedp.Navigate(b.base + path)))
}

// again takes a step once more if the page went elsewhere itself at the same moment, as one
// does that waits for news.
func again(step chromedp.Action[chromedp.Void]) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		done, err := step(ctx, t)
		var failed *chromedp.LoadError
		if errors.As(err, &failed) && failed.ErrorText == "net::ERR_ABORTED" {
			return step(ctx, t)
		}
		return done, err
	}
}

// Dressed opens an address in the tab's language and theme: somebody who signs in
// brings her own.
func (b *Tab) Dressed(path string) {
	b.Helper()
	b.Open(path + "?lang=" + b.Look.Lang.String() + "&theme=" + b.Look.Theme)
}

// Lead makes a step that leads to another page and waits until that has come. The page that
// is left is marked, so that what is read next is not read of it.
func (b *Tab) Lead(step chromedp.Action[chromedp.Void]) {
	b.Helper()
	Ask[bool](b, `document.documentElement.dataset.left = "", true`)
	b.Do(step, chromedp.WaitVisible(chromedp.CSS("html:not([data-left]) main")))
	Ask[bool](b, `new Promise(done => document.readyState === "complete" ? done(true) : addEventListener("load", () => done(true)))`)
}
