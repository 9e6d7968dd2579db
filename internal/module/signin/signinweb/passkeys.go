package signinweb

import (
	"encoding/json"
	"io"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

const (
	passkeysPath = "/me/passkeys"
	passkeyPath  = httpkit.SignInPath + "/passkey"
)

// reply answers the script of a page.
func reply(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/json", body)
}

// answered is what the script sends: what the device made, and what to call it.
type answered struct {
	Name    string          `json:"name"`
	Passkey json.RawMessage `json:"passkey"`
}

func readAnswer(r *http.Request) (a answered, err error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return a, err
	}
	if json.Unmarshal(text, &a) != nil {
		return a, httpkit.ErrNotAForm
	}
	return a, nil
}

// again leads who has not only just signed in to do so, and back.
func again(to string) string { return step(httpkit.SignInPath, to) + "&again=1" }

// askPasskey begins a sign-in with a passkey.
func (p *Pages) askPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := p.gate.allow(r); err != nil {
		return err
	}
	rp, err := signin.Relying(p.Base(r.Context()))
	if err != nil {
		return err
	}
	asked, err := p.Flows.AskPasskey(r.Context(), rp)
	if err != nil {
		return err
	}
	setCookie(w, r, keyCookie, asked.Token, visitSeconds)
	return reply(w, r, asked.Options)
}

// tryPasskey signs in whose passkey answers.
func (p *Pages) tryPasskey(w http.ResponseWriter, r *http.Request) error {
	rp, err := signin.Relying(p.Base(r.Context()))
	if err != nil {
		return err
	}
	a, err := readAnswer(r)
	if err != nil {
		return err
	}
	e, err := p.Flows.TryPasskey(r.Context(), rp, readCookie(r, keyCookie), a.Passkey, door(r))
	if err != nil {
		return err
	}
	p.enter(w, r, e)
	return reply(w, r, map[string]string{"to": safeTo(r.URL.Query().Get("to"))})
}

// passkeys lists a person's passkeys.
func (p *Pages) passkeys(w http.ResponseWriter, r *http.Request) error {
	return p.showPasskeys(w, r, http.StatusOK, ui.Wrong{})
}

func (p *Pages) showPasskeys(w http.ResponseWriter, r *http.Request, status int, wrong ui.Wrong) error {
	ctx := r.Context()
	known := KnownOf(ctx)
	all, err := p.Flows.Passkeys(ctx, known.Person.ID)
	if err != nil {
		return err
	}
	now := p.Flows.DB.Clock().Now()
	_, err = signin.Relying(p.Base(ctx))
	v := passkeysView{Keys: all, Now: now, Fresh: known.Session.Fresh(now) && (len(all) == 0 || known.Viewer.Strong), Strong: known.Viewer.Strong, Here: err == nil, Needed: !p.mayForgo(r), Wrong: wrong}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "通行密钥"), Back: ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}, Class: "keys", Private: true}
	return p.Show(w, r, status, s, passkeysPage(v))
}

// askNewPasskey begins to make one.
func (p *Pages) askNewPasskey(w http.ResponseWriter, r *http.Request) error {
	rp, err := signin.Relying(p.Base(r.Context()))
	if err != nil {
		return err
	}
	asked, err := p.Flows.AskNewPasskey(r.Context(), rp, KnownOf(r.Context()))
	if err != nil {
		return err
	}
	setCookie(w, r, keyCookie, asked.Token, visitSeconds)
	return reply(w, r, asked.Options)
}

// addPasskey keeps the one that a device has made; from now on this session is a
// strong one, under a new token.
func (p *Pages) addPasskey(w http.ResponseWriter, r *http.Request) error {
	rp, err := signin.Relying(p.Base(r.Context()))
	if err != nil {
		return err
	}
	a, err := readAnswer(r)
	if err != nil {
		return err
	}
	e, err := p.Flows.AddPasskey(r.Context(), rp, KnownOf(r.Context()), readCookie(r, keyCookie), a.Name, a.Passkey, door(r))
	if err != nil {
		return err
	}
	p.enter(w, r, e)
	return reply(w, r, map[string]string{"to": passkeysPath})
}

// renamePasskey calls one something else.
func (p *Pages) renamePasskey(w http.ResponseWriter, r *http.Request) error {
	return p.changePasskey(w, r, func(v authz.Viewer, key id.ID) error {
		return p.Flows.RenamePasskey(r.Context(), v.Actor(), v.Person, key, r.PostFormValue("name"))
	})
}

// endPasskey takes one away. Who must have one shows that she has it first.
func (p *Pages) endPasskey(w http.ResponseWriter, r *http.Request) error {
	return p.changePasskey(w, r, func(v authz.Viewer, key id.ID) error {
		forgo := p.mayForgo(r)
		if !forgo && !v.Strong {
			return signin.ErrNeedsKey
		}
		return p.Flows.EndPasskey(r.Context(), v.Actor(), v.Person, key, forgo)
	})
}

func (p *Pages) changePasskey(w http.ResponseWriter, r *http.Request, change func(v authz.Viewer, key id.ID) error) error {
	key, err := id.Parse(r.PathValue("passkey"))
	if err != nil {
		return signin.ErrNoPasskey
	}
	err = change(authz.Of(r.Context()), key)
	if wrong, status, ok := answer(r, err); ok {
		wrong.Field = "" // there are many such fields on the page
		return p.showPasskeys(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, passkeysPath, http.StatusSeeOther)
	return nil
}

// mayForgo asks the policies whether the viewer may be without a passkey, wherever
// she holds a role.
func (p *Pages) mayForgo(r *http.Request) bool {
	v := authz.Of(r.Context())
	on := []authz.Resource{{Owner: v.Person}}
	for _, g := range v.Grants {
		on = append(on, authz.Resource{Owner: v.Person, Place: g.Place, Subject: g.Subject})
	}
	for _, o := range on {
		if p.engine.May(r.Context(), v, "passkey.forgo", o) != nil {
			return false
		}
	}
	return true
}

// enter puts a session into the browser.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request, e flow.Entry) {
	p.Flows.Forget(e.Person.ID)
	SetSession(w, r, e.Token)
	setCookie(w, r, keyCookie, "", 0)
	wear(w, r, e.Person.Lang, e.Person.Theme)
}
