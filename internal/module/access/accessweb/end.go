package accessweb

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// endView asks for the reason for which a role ends.
type endView struct {
	Own    bool
	Facts  []ui.Fact
	Reason string
	Form   ui.Form
	Back   ui.Link
}

// grantIn is the grant in a page's address.
func (p *Pages) grantIn(r *http.Request, rd db.Reader) (*access.Grant, error) {
	which, err := id.Parse(r.PathValue("grant"))
	if err != nil {
		return nil, access.ErrNoSuchGrant
	}
	return p.Flows.Access.ByID(r.Context(), rd, which)
}

func (p *Pages) askEnd(w http.ResponseWriter, r *http.Request) error {
	return p.showEnd(w, r, http.StatusOK, ui.Form{})
}

func (p *Pages) showEnd(w http.ResponseWriter, r *http.Request, status int, f ui.Form) error {
	ctx := r.Context()
	var g *access.Grant
	var people cast
	err := p.view(ctx, func(rd db.Reader) (err error) {
		if g, err = p.grantIn(r, rd); err != nil {
			return err
		}
		people, err = p.castOf(ctx, rd, []*access.Grant{g})
		return err
	})
	if err != nil {
		return err
	}
	if g.Ended != nil {
		return access.ErrEnded
	}
	if err := p.noted(ctx, []id.ID{g.Person}, i18n.M("结束身份").Key); err != nil {
		return err
	}
	place, err := p.placeOf(ctx, g)
	if err != nil {
		return err
	}
	v := endView{Own: own(ctx, g), Reason: r.FormValue("reason"), Form: f, Back: backTo(ctx, g)}
	v.Form.Action, v.Form.Busy = r.URL.Path, i18n.T(ctx, "正在结束")
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "谁"), Text: people.name(ctx, g.Person)}, {Name: i18n.T(ctx, "身份"), Text: access.Name(g.Role).In(ctx)},
		{Name: i18n.T(ctx, "地方"), Text: place}, {Name: i18n.T(ctx, "期限"), Text: p.term(ctx, g)}, {Name: i18n.T(ctx, "由谁授予"), Text: people.by(ctx, g.Grantor)}, {Name: i18n.T(ctx, "理由"), Text: g.Reason}}
	title := i18n.T(ctx, "结束身份")
	if v.Own {
		title = i18n.T(ctx, "辞去身份")
	}
	return p.Portal.ShowAs(w, r, status, httpkit.Private, p.task(title, v.Back), endPage(v))
}

// end ends the role for the reason that was given.
func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	which, err := id.Parse(r.PathValue("grant"))
	if err != nil {
		return access.ErrNoSuchGrant
	}
	ended, err := p.Flows.Dismiss(ctx, p.engine, authz.Of(ctx), which, strings.TrimSpace(r.FormValue("reason")))
	if k := fault.KindOf(err); k == fault.Invalid || k == fault.Conflict && !errors.Is(err, access.ErrEnded) {
		problem := httpkit.ProblemOf(ctx, err, true)
		return p.showEnd(w, r, problem.Status, ui.Form{Wrong: []ui.Wrong{{Field: fault.Of(err).Field, Text: problem.Detail}}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, backTo(ctx, ended).Href+"?done=ended", http.StatusSeeOther)
	return nil
}

// mineView is the roles of the person who looks.
type mineView struct {
	Held   []held
	Before []ui.Event
	Done   string
}

// mine shows a person her own roles, who gave them, and how to lay one down.
func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := mineView{Done: r.FormValue("done")}
	err := p.view(ctx, func(rd db.Reader) error {
		grants, err := p.Flows.Access.Of(ctx, rd, authz.Of(ctx).Acting())
		if err != nil {
			return err
		}
		people, err := p.castOf(ctx, rd, grants)
		if err != nil {
			return err
		}
		v.Held, v.Before, err = p.told(ctx, grants, people.strangers(ctx), "/me/roles/")
		return err
	})
	if err != nil {
		return err
	}
	s := p.task(i18n.T(ctx, "我的身份"), ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")})
	return p.Portal.Show(w, r, s, minePage(v))
}

// strangers are people as they are addressed, without their whole name.
func (c cast) strangers(ctx context.Context) cast {
	for who, p := range c {
		q := *p
		q.Name = portal.Called(ctx, p)
		c[who] = &q
	}
	return c
}
