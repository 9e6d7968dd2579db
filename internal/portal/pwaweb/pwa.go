// Package pwaweb makes the house an app on the phone: the manifest, the service
// worker with which pages open without a network, the page of what waits to be sent,
// and the member's code.
//
// What is kept on a phone belongs to one session. Every answer carries a mark of its
// session; the service worker throws away what it kept under another one.
package pwaweb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// ErrOtherReader refuses a form that was kept in another session: who sends it now
// is not who wrote it.
var ErrOtherReader = fault.New(fault.Conflict, "pwa.other_reader")

// readerHeader carries the mark of a session: on every answer, and on a form that
// waited to be sent.
const readerHeader = "Gongyi-Reader"

// Recogniser finds who asks.
type Recogniser func(w http.ResponseWriter, r *http.Request) (context.Context, error)

// Mark puts the mark of the session on every answer, refuses a form that another
// session kept, and empties the browser at sign-out.
func Mark(next Recogniser, signOut string) Recogniser {
	return func(w http.ResponseWriter, r *http.Request) (context.Context, error) {
		ctx, err := next(w, r)
		if err != nil {
			return ctx, err
		}
		mark := readerOf(authz.Of(ctx))
		w.Header().Set(readerHeader, mark)
		w.Header().Set("Content-Language", i18n.Of(ctx).Tag())
		if r.Method == http.MethodPost && r.URL.Path == signOut {
			w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		}
		if kept := r.Header.Get(readerHeader); kept != "" && kept != mark && r.Method != http.MethodGet {
			if mark == nobody {
				return ctx, authz.ErrSignIn
			}
			return ctx, ErrOtherReader
		}
		return ctx, nil
	}
}

// nobody is the mark of an answer to who is not signed in.
const nobody = "-"

// readerOf is the mark of a viewer's session, and of whom she helps in it. It tells
// nothing of either.
func readerOf(v authz.Viewer) string {
	if !v.SignedIn() {
		return nobody
	}
	sum := sha256.Sum256(append(append([]byte("gongyi reader "), v.Session[:]...), v.For[:]...))
	return hex.EncodeToString(sum[:12])
}

// kept are the pages that open without a network: today, oneself, the code, and
// receipts that were opened before. One that ends in a stroke means all below it.
var kept = []string{"/home", "/me", "/me/code", "/me/pay", "/r/", "/me/points/orders/"}

// Pages are the pages of the app.
type Pages struct {
	*portal.Portal
	// Emptying are forms after which the browser keeps nothing of the session: their
	// answers say so in Clear-Site-Data.
	Emptying []string
}

// Routes adds them.
func (p *Pages) Routes(t *httpkit.Router) {
	const use = "app.use"
	t.Add(
		httpkit.Route{Pattern: "GET /manifest.webmanifest", Action: use, Do: p.manifest},
		httpkit.Route{Pattern: "GET /sw.js", Action: use, Do: p.worker},
		httpkit.Route{Pattern: "GET /offline/{lang}", Action: use, Do: p.offline},
		httpkit.Route{Pattern: "GET /waiting", Action: use, Do: p.waiting},
		httpkit.Route{Pattern: "GET /waiting/{lang}", Action: use, Do: p.waiting},
		httpkit.Route{Pattern: "GET /me/code", Action: "me.read", On: httpkit.Mine, Do: p.code},
	)
}

// icon is a picture of the manifest.
type icon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type shortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func (p *Pages) manifest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := json.Marshal(map[string]any{
		"id": "/", "start_url": "/home", "scope": "/", "display": "standalone", "lang": i18n.Of(ctx).Tag(), "dir": "ltr",
		"name": i18n.T(ctx, "共益社区"), "short_name": i18n.T(ctx, "共益"), "description": i18n.T(ctx, "社区的账、券和互助，都在一本公开的账上。"),
		"background_color": "#f6f0e3", "theme_color": "#f6f0e3", "categories": []string{"lifestyle", "finance", "social"},
		"icons": []icon{
			{ui.Asset("icon-192.png"), "192x192", "image/png", "any"}, {ui.Asset("icon-512.png"), "512x512", "image/png", "any"},
			{ui.Asset("mask-192.png"), "192x192", "image/png", "maskable"}, {ui.Asset("mask-512.png"), "512x512", "image/png", "maskable"},
			{ui.Asset("icon.svg"), "any", "image/svg+xml", "any"},
		},
		"shortcuts": []shortcut{{i18n.T(ctx, "付款码"), "/me/pay"}, {i18n.T(ctx, "会员码"), "/me/code"}, {i18n.T(ctx, "通知"), "/me/notices"}},
	})
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, "application/manifest+json; charset=utf-8", body)
}

// settings are what the service worker is told.
type settings struct {
	Version  string                       `json:"version"`
	Shell    []string                     `json:"shell"`
	Keep     []string                     `json:"keep"`
	Emptying []string                     `json:"emptying"`
	Icon     string                       `json:"icon"`
	Words    map[string]map[string]string `json:"words"`
}

// worker is the service worker with its settings before it. Its version is that of
// everything in it, so that a new build is a new worker.
func (p *Pages) worker(w http.ResponseWriter, r *http.Request) error {
	script := ui.AssetBytes("sw.js")
	s := settings{Shell: append(ui.LightAssets(), "/offline/zh", "/offline/en", "/waiting/zh", "/waiting/en"), Keep: kept, Emptying: p.Emptying, Icon: ui.Asset("icon-192.png"),
		Words: make(map[string]map[string]string)}
	for _, l := range i18n.Langs {
		ctx := i18n.With(r.Context(), l)
		s.Words[l.String()] = map[string]string{
			"old": i18n.T(ctx, "没有网络，这是 {time} 的样子"), "waiting": i18n.T(ctx, "等待发送的"), "day": i18n.T(ctx, "{month} 月 {day} 日"),
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append(text, script...))
	s.Version = hex.EncodeToString(sum[:6])
	if text, err = json.Marshal(s); err != nil {
		return err
	}
	body := append(append([]byte("self.GY="), text...), ";\n"...)
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, "text/javascript; charset=utf-8", append(body, script...))
}

// inLang is a request in the language of its path: the pages that every phone keeps
// are the same for everybody.
func inLang(r *http.Request) *http.Request {
	if l, ok := i18n.Parse(r.PathValue("lang")); ok {
		return r.WithContext(ui.WithLook(i18n.With(r.Context(), l), ui.Look{Path: r.URL.Path}))
	}
	return r
}

func (p *Pages) offline(w http.ResponseWriter, r *http.Request) error {
	r = inLang(r)
	ctx := r.Context()
	return p.Kit.Render(w, r, http.StatusOK, httpkit.Public, ui.Whole(ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(ctx, "没有网络"), Private: true}, offlinePage()))
}

func (p *Pages) waiting(w http.ResponseWriter, r *http.Request) error {
	r = inLang(r)
	ctx := r.Context()
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(ctx, "等待发送"), Back: ui.Link{Href: "/home", Text: i18n.T(ctx, "首页")}, Private: true}
	return p.Kit.Render(w, r, http.StatusOK, httpkit.Public, ui.Whole(s, waitingPage()))
}
