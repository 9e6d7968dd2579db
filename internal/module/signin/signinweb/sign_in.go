package signinweb

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// step is an address of the way in, with where it leads in the end.
func step(path, to string) string {
	if to = safeTo(to); to == homePath {
		return path
	}
	return path + "?" + url.Values{"to": {to}}.Encode()
}

const (
	codePath    = httpkit.SignInPath + "/code"
	welcomePath = httpkit.SignInPath + "/welcome"
)

// phone asks for the number; who is signed in already goes where she wanted.
func (p *Pages) phone(w http.ResponseWriter, r *http.Request) error {
	if authz.Of(r.Context()).SignedIn() && r.FormValue("again") == "" {
		http.Redirect(w, r, safeTo(r.FormValue("to")), http.StatusSeeOther)
		return nil
	}
	return p.showPhone(w, r, http.StatusOK, ui.Wrong{})
}

func (p *Pages) showPhone(w http.ResponseWriter, r *http.Request, status int, wrong ui.Wrong) error {
	ctx := r.Context()
	v := phoneView{To: safeTo(r.FormValue("to")), Phone: r.PostFormValue("phone"), Wrong: wrong, Closed: p.Flows.Codes == nil, Inbox: p.Inbox}
	_, err := signin.Relying(p.Base(ctx))
	v.Passkey, v.WeChat = err == nil, p.WeChat.Has(insideWeChat(r)) && p.Base(ctx) != ""
	if visit, err := p.Flows.VisitOf(ctx, readCookie(r, visitCookie)); err == nil {
		v.Linking = visit.WeChat != nil
	} else if !errors.Is(err, signin.ErrNoVisit) {
		return err
	}
	return p.Show(w, r, status, plain(r, i18n.T(r.Context(), "登录"), ui.Link{}), phonePage(v))
}

// ask sends a code.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	visit, err := p.Flows.AskCode(r.Context(), r.PostFormValue("phone"), door(r))
	if wrong, status, ok := answer(r, err); ok {
		return p.showPhone(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	setCookie(w, r, visitCookie, visit, visitSeconds)
	http.Redirect(w, r, step(codePath, r.PostFormValue("to")), http.StatusSeeOther)
	return nil
}

// code asks for the code that was sent.
func (p *Pages) code(w http.ResponseWriter, r *http.Request) error {
	return p.showCode(w, r, http.StatusOK, ui.Wrong{})
}

func (p *Pages) showCode(w http.ResponseWriter, r *http.Request, status int, wrong ui.Wrong) error {
	ctx := r.Context()
	visit, err := p.Flows.VisitOf(ctx, readCookie(r, visitCookie))
	if err == nil && visit.Phone == "" {
		err = signin.ErrNoVisit
	}
	if errors.Is(err, signin.ErrNoVisit) {
		return p.beginAgain(w, r)
	}
	if err != nil {
		return err
	}
	v := codeView{To: safeTo(r.FormValue("to")), Phone: masked(visit.Phone), Wrong: wrong, Inbox: p.Inbox}
	err = p.Flows.DB.View(ctx, tilde, func(r db.Reader) (err error) {
		wait, err := p.Flows.SignIn.Wait(ctx, r, visit)
		v.Wait = int((wait + time.Second - 1) / time.Second)
		return err
	})
	if err != nil {
		return err
	}
	back := ui.Link{Href: step(httpkit.SignInPath, v.To), Text: i18n.T(ctx, "上一步")}
	return p.Show(w, r, status, plain(r, i18n.T(ctx, "填验证码"), back), codePage(v))
}

// beginAgain leads back to the first step when a way in was lost or is over.
func (p *Pages) beginAgain(w http.ResponseWriter, r *http.Request) error {
	setCookie(w, r, visitCookie, "", 0)
	http.Redirect(w, r, step(httpkit.SignInPath, r.FormValue("to")), http.StatusSeeOther)
	return nil
}

// again sends another code.
func (p *Pages) again(w http.ResponseWriter, r *http.Request) error {
	visit, err := p.Flows.AskAgain(r.Context(), door(r))
	if errors.Is(err, signin.ErrNoVisit) {
		return p.beginAgain(w, r)
	}
	if wrong, status, ok := answer(r, err); ok {
		return p.showCode(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	setCookie(w, r, visitCookie, visit, visitSeconds)
	http.Redirect(w, r, step(codePath, r.PostFormValue("to")), http.StatusSeeOther)
	return nil
}

// try looks at the code.
func (p *Pages) try(w http.ResponseWriter, r *http.Request) error {
	entry, err := p.Flows.TryCode(r.Context(), r.PostFormValue("code"), door(r))
	if errors.Is(err, signin.ErrNoVisit) {
		return p.beginAgain(w, r)
	}
	if wrong, status, ok := answer(r, err); ok {
		return p.showCode(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return p.goOn(w, r, entry)
}

// goOn leads to the next step, or in.
func (p *Pages) goOn(w http.ResponseWriter, r *http.Request, e flow.Entry) error {
	to := r.FormValue("to")
	if e.Person == nil {
		setCookie(w, r, visitCookie, e.Visit, visitSeconds)
		http.Redirect(w, r, step(welcomePath, to), http.StatusSeeOther)
		return nil
	}
	p.enter(w, r, e)
	http.Redirect(w, r, safeTo(to), http.StatusSeeOther)
	return nil
}

// welcome asks for the name of somebody new, and for her agreement.
func (p *Pages) welcome(w http.ResponseWriter, r *http.Request) error {
	return p.showWelcome(w, r, http.StatusOK, ui.Wrong{})
}

func (p *Pages) showWelcome(w http.ResponseWriter, r *http.Request, status int, wrong ui.Wrong) error {
	guest, err := p.Flows.Guest(r.Context(), readCookie(r, visitCookie))
	if errors.Is(err, signin.ErrNoVisit) {
		return p.beginAgain(w, r)
	}
	if err != nil {
		return err
	}
	v := welcomeView{To: safeTo(r.FormValue("to")), Name: r.PostFormValue("name"), Agreed: r.PostFormValue("agreed"), Wrong: wrong, New: guest == nil}
	if guest != nil {
		v.Name = guest.Name
	}
	return p.Show(w, r, status, plain(r, i18n.T(r.Context(), "欢迎"), ui.Link{}), welcomePage(v))
}

// arrive lets her in.
func (p *Pages) arrive(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	entry, err := p.Flows.Arrive(ctx, flow.Welcome{
		Name: r.PostFormValue("name"), Agreed: r.PostFormValue("agreed") == "yes", Lang: i18n.Of(ctx).String(), Theme: themeWord(ui.LookOf(ctx).Theme),
	}, door(r))
	if errors.Is(err, signin.ErrNoVisit) {
		return p.beginAgain(w, r)
	}
	if wrong, status, ok := answer(r, err); ok {
		return p.showWelcome(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return p.goOn(w, r, entry)
}

// signOut ends the session of this browser; without one it leads home as well.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	if v.SignedIn() {
		if err := p.Flows.SignOut(r.Context(), v.Actor(), v.Session); err != nil {
			return err
		}
	}
	setCookie(w, r, sessionCookie, "", 0)
	http.Redirect(w, r, outPath, http.StatusSeeOther)
	return nil
}

// masked is a number as its owner knows it again and nobody else learns it:
// "138****8000".
func masked(phone string) string {
	phone = strings.TrimPrefix(phone, "+86")
	if len(phone) < 8 {
		return phone
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}
