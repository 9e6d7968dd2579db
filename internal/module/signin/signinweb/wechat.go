package signinweb

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/wechat"
)

const (
	wechatPath   = "/me/wechat"
	wechatInPath = httpkit.SignInPath + "/wechat"
	backPath     = wechatInPath + "/back"
)

// Refusals on the way through WeChat.
var (
	ErrNoWeChat     = fault.New(fault.NotFound, "signin.no_wechat")
	ErrWeChatState  = fault.New(fault.Conflict, "signin.wechat_state")
	ErrWeChatBusy   = fault.New(fault.Busy, "signin.wechat_busy")
	ErrWeChatRefuse = fault.New(fault.Conflict, "signin.wechat_refused")
)

// purposes for which a browser is sent to WeChat.
const (
	toEnter = "in"
	toLink  = "link"
)

// byWeChat sends the browser to WeChat to sign in.
func (p *Pages) byWeChat(w http.ResponseWriter, r *http.Request) error {
	return p.toWeChat(w, r, toEnter, safeTo(r.FormValue("to")))
}

// linkWeChat sends the browser of who has only just signed in there, to link.
func (p *Pages) linkWeChat(w http.ResponseWriter, r *http.Request) error {
	if !KnownOf(r.Context()).Session.Fresh(p.Flows.DB.Clock().Now()) {
		http.Redirect(w, r, again(wechatPath), http.StatusSeeOther)
		return nil
	}
	return p.toWeChat(w, r, toLink, wechatPath)
}

// toWeChat remembers in the browser alone what it was sent for: the state that comes
// back must be the one in its cookie.
func (p *Pages) toWeChat(w http.ResponseWriter, r *http.Request, purpose, to string) error {
	base := p.Base(r.Context())
	inside := insideWeChat(r)
	if !p.WeChat.Has(inside) || base == "" {
		return ErrNoWeChat
	}
	state := httpkit.Nonce()
	setCookie(w, r, stateCookie, url.Values{"state": {state}, "for": {purpose}, "to": {to}}.Encode(), visitSeconds)
	http.Redirect(w, r, p.WeChat.AuthorizeURL(base+backPath, state, inside), http.StatusSeeOther)
	return nil
}

// insideWeChat reports whether a page is open in WeChat's own browser.
func insideWeChat(r *http.Request) bool { return strings.Contains(r.UserAgent(), "MicroMessenger/") }

// fromWeChat is where WeChat sends the browser back to.
func (p *Pages) fromWeChat(w http.ResponseWriter, r *http.Request) error {
	if err := p.gate.allow(r); err != nil {
		return err
	}
	kept, err := url.ParseQuery(readCookie(r, stateCookie))
	state := kept.Get("state")
	if err != nil || state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(r.FormValue("state"))) != 1 {
		return ErrWeChatState
	}
	if err := p.Flows.Here(r.Context()); err != nil {
		return err // WeChat's code is good once: who can use it asks for it
	}
	setCookie(w, r, stateCookie, "", 0) // the state counts once
	who, err := p.identity(r)
	if err != nil {
		return err
	}
	if kept.Get("for") == toLink {
		return p.linked(w, r, who)
	}
	e, err := p.Flows.ComeByWeChat(r.Context(), who, door(r))
	if err != nil {
		return err
	}
	to := safeTo(kept.Get("to"))
	if e.Person == nil { // nobody's yet: a number first
		setCookie(w, r, visitCookie, e.Visit, visitSeconds)
		http.Redirect(w, r, step(httpkit.SignInPath, to), http.StatusSeeOther)
		return nil
	}
	p.enter(w, r, e)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p *Pages) identity(r *http.Request) (signin.WeChat, error) {
	code := r.FormValue("code")
	if code == "" {
		return signin.WeChat{}, ErrWeChatRefuse
	}
	if !p.WeChat.Has(insideWeChat(r)) {
		return signin.WeChat{}, ErrNoWeChat
	}
	who, err := p.WeChat.Exchange(r.Context(), code, insideWeChat(r))
	switch {
	case errors.Is(err, wechat.ErrBadCode):
		err = errors.Join(ErrWeChatState, err)
	case errors.Is(err, wechat.ErrBusy):
		err = errors.Join(ErrWeChatBusy, err)
	}
	return signin.WeChat(who), err
}

// linked links the account with who is signed in.
func (p *Pages) linked(w http.ResponseWriter, r *http.Request, who signin.WeChat) error {
	known := KnownOf(r.Context())
	if known == nil {
		return authz.ErrSignIn
	}
	err := p.Flows.LinkWeChat(r.Context(), known, who)
	if wrong, status, ok := answer(r, err); ok {
		return p.showWeChat(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, wechatPath, http.StatusSeeOther)
	return nil
}

// weChat shows whether an account is linked.
func (p *Pages) weChat(w http.ResponseWriter, r *http.Request) error {
	return p.showWeChat(w, r, http.StatusOK, ui.Wrong{})
}

func (p *Pages) showWeChat(w http.ResponseWriter, r *http.Request, status int, wrong ui.Wrong) error {
	ctx := r.Context()
	links, err := p.Flows.WeChats(ctx, authz.Of(ctx).Person)
	if err != nil {
		return err
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "微信登录"), Back: ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}, Class: "keys", Private: true}
	return p.Show(w, r, status, s, weChatPage(weChatView{Links: links, Here: p.WeChat.Has(insideWeChat(r)) && p.Base(ctx) != "", Wrong: wrong}))
}

// unlinkWeChat undoes the link; the phone stays the way in.
func (p *Pages) unlinkWeChat(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	if err := p.Flows.UnlinkWeChat(r.Context(), v.Actor(), v.Person); err != nil {
		return err
	}
	http.Redirect(w, r, wechatPath, http.StatusSeeOther)
	return nil
}
