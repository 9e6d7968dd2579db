package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/ui/uitest"
)

// wire is what lies between a phone and the house: it can be cut. Beside the house it
// has a form that may wait, and counts what of it arrives.
type wire struct {
	http.Handler
	cut  atomic.Bool
	lose atomic.Bool // the answer to the next form is lost

	mu     sync.Mutex
	tokens []string
}

// ServeHTTP implements http.Handler.
func (x *wire) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if x.cut.Load() {
		hang(w)
		return
	}
	if r.URL.Path != "/scan" {
		x.Handler.ServeHTTP(w, r)
		return
	}
	if r.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><html lang="zh-CN"><head><title>x</title><link rel="manifest" href="/manifest.webmanifest">
			<script type="module" src="%s"></script></head><body><form method="post" action="/scan" data-queue="签到"><button id="go">go</button></form></body></html>`, ui.Asset("gongyi.js"))
		return
	}
	x.mu.Lock()
	x.tokens = append(x.tokens, r.FormValue("once"))
	x.mu.Unlock()
	if x.lose.Swap(false) {
		hang(w)
		return
	}
	http.Redirect(w, r, "/offline/zh", http.StatusSeeOther)
}

// hang breaks the connection without an answer.
func hang(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

func (x *wire) arrived() (tokens []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append(tokens, x.tokens...)
}

// phone is a browser of a person who is signed in.
type phone struct {
	testing.TB
	ctx  context.Context
	base string
}

func (p *phone) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.Fatalf("%s: %v", what, err)
	}
}

// text opens a page and reads it.
func (p *phone) text(path string) string {
	p.Helper()
	p.do(path, chromedp.Navigate(p.base+path))
	return p.js(`document.body.innerText`)
}

// js asks the page.
func (p *phone) js(script string) string {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 60*time.Second)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s: %v", script, err)
	}
	return answer
}

// kept lists what the phone keeps of pages.
func (p *phone) kept() string {
	p.Helper()
	return p.js(`(async () => { let all = []; for (const n of await caches.keys()) if (n.startsWith("gongyi-pages-")) for (const r of await (await caches.open(n)).keys()) all.push(new URL(r.url).pathname.slice(0, 9)); return all.sort().join(" ") })()`)
}

// until asks again and again.
func (p *phone) until(what string, yes func() bool) {
	p.Helper()
	for end := time.Now().Add(30 * time.Second); !yes(); {
		if time.Now().After(end) {
			p.Fatalf("it never came to be: %s", what)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// Without a network the receipt, its proof, today and the code open; a form waits and
// arrives under one token; signing out throws everything away.
func TestAPhoneWithoutANetwork(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	anna := d.browser()
	anna.signIn(annasPhone[3:], "陈安")
	d.link(annasPhone, "anna", "C1")
	bought := d.buy("p1", "anna", "bakery", "128.40")
	receipt := bought["receipt"].(string)
	x := &wire{Handler: d.web}
	uitest.InBrowser(t, x, func(ctx context.Context, base string) {
		p := &phone{t, ctx, base}
		d.must(chromedp.Do(ctx, chromedp.Navigate("about:blank"))) // the browser lives as long as its first errand may take
		for _, c := range anna.cookies {
			p.do("cookie", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: base})
				return err
			}))
		}
		p.text("/home")
		p.js(`navigator.serviceWorker.ready.then(() => "ready")`)
		p.until("the worker has the page", func() bool { return p.js(`String(Boolean(navigator.serviceWorker.controller))`) == "true" })
		p.text("/home")
		p.text("/me/code")
		p.text(receipt)
		p.text("/me/notices")
		p.until("everything is kept", func() bool {
			return strings.Count(p.kept(), "/r/") == 2 && strings.Contains(p.kept(), "/home") && strings.Contains(p.kept(), "/me/code")
		})
		if k := p.kept(); strings.Contains(k, "/me/notic") {
			t.Errorf("the inbox is kept: %s", k)
		}
		p.text("/scan")
		x.cut.Store(true)
		for path, want := range map[string]string{"/home": "没有网络，这是", receipt: "128.40", "/me/code": "anna", "/me/notices": "这一页没有存下来", "/waiting": "等待发送"} {
			if got := p.text(path); !strings.Contains(got, want) {
				t.Errorf("%s without a network:\n%s", path, got)
			}
		}
		if got := p.js(fmt.Sprintf(`fetch(%q).then((r) => r.text()).then((s) => String(s.length > 500))`, receipt+"/file")); got != "true" {
			t.Error("the proof of the receipt is not there")
		}
		x.cut.Store(false)
		p.text("/scan")
		x.cut.Store(true)
		p.do("a form without a network", chromedp.Click("#go"), chromedp.WaitVisible("[data-waiting] .title"))
		if got := p.js(`document.querySelector("[data-waiting]").textContent`); !strings.Contains(got, "签到") {
			t.Errorf("what waits: %s", got)
		}
		x.cut.Store(false)
		x.lose.Store(true) // it arrives, and nobody says so
		p.do("send", chromedp.Click("[data-send-now]"))
		p.until("it arrived", func() bool { return len(x.arrived()) >= 1 })
		p.until("it arrived again, and was answered", func() bool {
			p.js(`navigator.serviceWorker.controller.postMessage({ do: "flush" }); "asked"`)
			return p.js(`document.querySelector("[data-waiting]").textContent`) == "没有等待发送的。"
		})
		tokens := x.arrived()
		for _, token := range tokens {
			if token != tokens[0] || token == "" {
				t.Errorf("tokens %q", tokens)
			}
		}
		p.text("/me")
		p.js(`(() => { const f = document.createElement("form"); f.method = "post"; f.action = "/sign-out"; document.body.append(f); f.requestSubmit(); return "" })()`)
		p.until("signed out", func() bool {
			at, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + document.readyState`)) // fails on the way
			return err == nil && !strings.HasPrefix(at, "/me") && strings.HasSuffix(at, "complete")
		})
		p.until("nothing is kept", func() bool { return p.kept() == "" })
		x.cut.Store(true)
		ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
		defer cancel()
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/home")); err == nil {
			if body := p.js(`document.body.innerText`); strings.Contains(body, "陈安") {
				t.Errorf("the home page of who signed out opens:\n%s", body)
			}
		}
	})
}
