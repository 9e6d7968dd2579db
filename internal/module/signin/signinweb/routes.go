// Package signinweb are the pages on which people sign in and out and see where
// they are signed in, and what finds out who sends a request. Each step is a page
// with one question; a form that was refused comes back with what was typed.
package signinweb

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/wechat"
)

// Pages are the pages of sign-in.
type Pages struct {
	Flows *flow.Flows
	// Show puts a page into its frame.
	Show func(w http.ResponseWriter, r *http.Request, status int, s ui.Shell, page templ.Component) error
	// Inbox is where a demo shows the codes that it sends, "" where they are sent
	// to phones.
	Inbox string
	// Base is the address under which people reach the house, "" before it serves.
	Base   func(ctx context.Context) string
	WeChat *wechat.Client // nil where nobody signs in with it

	engine *authz.Engine
	gate   *gate
}

// SignOutPath takes the POST that signs out.
const SignOutPath = "/sign-out"

// Routes adds the pages.
func Routes(t *httpkit.Router, p *Pages) {
	p.engine, p.gate = t.Engine(), newGate(p.Flows.DB.Clock())
	const use, out, read, end = "sign_in.use", "sign_out.use", "device.read", "device.end"
	mine := func(pattern string, action authz.Action, do httpkit.Func) httpkit.Route {
		return httpkit.Route{Pattern: pattern, Action: action, On: httpkit.Mine, Do: do}
	}
	t.Add(
		httpkit.Route{Pattern: "GET /sign-in", Action: use, Do: p.phone},
		httpkit.Route{Pattern: "POST /sign-in", Action: use, Do: p.ask},
		httpkit.Route{Pattern: "GET /sign-in/code", Action: use, Do: p.code},
		httpkit.Route{Pattern: "POST /sign-in/code", Action: use, Do: p.try},
		httpkit.Route{Pattern: "POST /sign-in/code/again", Action: use, Do: p.again},
		httpkit.Route{Pattern: "GET /sign-in/welcome", Action: use, Do: p.welcome},
		httpkit.Route{Pattern: "POST /sign-in/welcome", Action: use, Do: p.arrive},
		httpkit.Route{Pattern: "POST " + SignOutPath, Action: out, Do: p.signOut},
		httpkit.Route{Pattern: "POST /sign-in/passkey/question", Action: use, Do: p.askPasskey},
		httpkit.Route{Pattern: "POST /sign-in/passkey", Action: use, Do: p.tryPasskey},
		httpkit.Route{Pattern: "GET /sign-in/wechat", Action: use, Do: p.byWeChat},
		httpkit.Route{Pattern: "GET /sign-in/wechat/back", Action: use, Do: p.fromWeChat},
		mine("GET /me/devices", read, p.devices),
		mine("POST /me/devices/{device}/end", end, p.endDevice),
		mine("POST /me/devices/others/end", end, p.endOthers),
		mine("GET /me/passkeys", "passkey.read", p.passkeys),
		mine("POST /me/passkeys/question", "passkey.change", p.askNewPasskey),
		mine("POST /me/passkeys", "passkey.change", p.addPasskey),
		mine("POST /me/passkeys/{passkey}/name", "passkey.change", p.renamePasskey),
		mine("POST /me/passkeys/{passkey}/end", "passkey.change", p.endPasskey),
		mine("GET /me/wechat", "wechat.read", p.weChat),
		mine("GET /me/wechat/link", "wechat.read", p.linkWeChat),
		mine("POST /me/wechat/end", "wechat.change", p.unlinkWeChat),
	)
}

// door is what a request brings.
func door(r *http.Request) flow.Door {
	return flow.Door{From: from(r), Visit: readCookie(r, visitCookie), Session: authz.Of(r.Context()).Session}
}

func from(r *http.Request) signin.Device {
	return signin.Device{Agent: r.UserAgent(), Addr: httpkit.ClientAddr(r.Context())}
}

// answer is a refusal that belongs on the form: its words, the field it is about,
// and the status; false for everything that is no such refusal.
func answer(r *http.Request, err error) (ui.Wrong, int, bool) {
	f := fault.Of(err)
	if f == nil || errors.Is(err, db.ErrElsewhere) {
		return ui.Wrong{}, 0, false
	}
	switch f.Kind {
	case fault.Invalid, fault.TooMany, fault.Conflict, fault.Busy:
	default:
		return ui.Wrong{}, 0, false
	}
	p := httpkit.ProblemOf(r.Context(), err, false)
	return ui.Wrong{Field: f.Field, Text: p.Detail}, p.Status, true
}

// form is a form with what is wrong with the whole of it; what is about one of its
// fields stands there and is said once.
func form(action, busy string, w ui.Wrong, fields ...string) ui.Form {
	f := ui.Form{Action: action, Busy: busy}
	if w.Text != "" && !slices.Contains(fields, w.Field) {
		f.Wrong = []ui.Wrong{{Text: w.Text}}
	}
	return f
}

// on is what is wrong with a field, "" if nothing is.
func on(w ui.Wrong, field string) string {
	if w.Field != field {
		return ""
	}
	return w.Text
}

// plain is the frame around the steps of sign-in.
func plain(r *http.Request, title string, back ui.Link) ui.Shell {
	return ui.Shell{Kind: ui.PlainFrame, Title: title, Back: back, Place: ui.Link{Href: "/", Text: i18n.T(r.Context(), "共益")}, Class: "signin", Private: true}
}
