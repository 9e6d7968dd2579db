package communityweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// templatesView is the templates, and the two forms: take one, make a community.
type templatesView struct {
	All     []templateView
	Places  []ui.Option // communities from which one can be taken
	Streets []ui.Option
	Take    ui.Form
	Make    ui.Form
	Chosen  string // the template whose form has something wrong
	From    string
	Ref     string
	Name    string
	Street  string
}

// templateView is one template in words.
type templateView struct {
	community.Template
	Key   string // of its part of the page
	Facts []ui.Fact
	Posts []ui.Line
}

func (h *Pages) templates(w http.ResponseWriter, r *http.Request) error {
	return h.showTemplates(w, r, http.StatusOK, "", nil)
}

func (h *Pages) showTemplates(w http.ResponseWriter, r *http.Request, status int, chosen string, wrong []ui.Wrong) error {
	ctx := r.Context()
	v := templatesView{Chosen: chosen, From: r.FormValue("from"), Ref: r.FormValue("ref"), Name: r.FormValue("name"), Street: r.FormValue("street")}
	v.Take = ui.Form{Action: "/desk/templates"}
	if chosen == "" {
		v.Take.Wrong = wrong
	} else {
		v.Make.Wrong = wrong
	}
	err := h.view(ctx, func(rd db.Reader) error {
		all, err := h.Flows.Communities.Templates(ctx, rd)
		for i, t := range all {
			v.All = append(v.All, inWords(ctx, t))
			v.All[i].Key = "t" + strconv.Itoa(i)
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.Places, err = h.options(ctx, community.Community, true); err != nil {
		return err
	}
	if v.Streets, err = h.options(ctx, community.Street, false); err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.Shell(ctx, ui.OperatorFrame, "templates", i18n.T(ctx, "模板")), templatesPage(v))
}

// options are the open places of a kind, to be chosen by reference or by id.
func (h *Pages) options(ctx context.Context, kind community.Kind, byRef bool) (options []ui.Option, err error) {
	all, err := h.Flows.Communities.List(ctx, h.Flows.DB, kind)
	for _, p := range all {
		if p.Closed() || !h.MayIn(ctx, "place.read", p.ID) {
			continue
		}
		value := p.ID.String()
		if byRef {
			value = p.Ref
		}
		options = append(options, ui.Option{Value: value, Text: portal.PlaceName(p)})
	}
	return options, err
}

func inWords(ctx context.Context, t community.Template) templateView {
	v := templateView{Template: t}
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "网格"), Text: i18n.T(ctx, "%d 个，每个约 %d 户", t.Grids, t.Households)},
		{Name: i18n.T(ctx, "规则版本"), Text: t.Policy}, {Name: i18n.T(ctx, "开通的功能"), Text: onWords(ctx, t.Capabilities)},
		{Name: i18n.T(ctx, "取自"), Text: t.From}, {Name: i18n.T(ctx, "第几版"), Text: figure(int64(t.Edition))},
	}
	for _, p := range t.Roles {
		n := figure(int64(p.Count))
		if p.Each {
			n = i18n.T(ctx, "每格 %d", p.Count)
		}
		v.Posts = append(v.Posts, ui.Line{Text: access.Name(p.Role).In(ctx), Num: n})
	}
	return v
}

func onWords(ctx context.Context, on map[community.Capability]bool) string {
	var names []string
	for _, d := range community.Defaults {
		if on[d.Capability] {
			names = append(names, CapabilityName(ctx, d.Capability))
		}
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

// makeTemplate takes a template from a community as it is.
func (h *Pages) makeTemplate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	from, err := h.Flows.Communities.ByRef(ctx, h.Flows.DB, r.FormValue("from"))
	if err == nil && !h.MayIn(ctx, "template.make", from.ID) {
		err = community.ErrNotFound
	}
	if err == nil {
		var t community.Template
		if t, err = h.Flows.TemplateOf(ctx, from); err == nil {
			t.Ref, t.Name = strings.TrimSpace(r.FormValue("ref")), strings.TrimSpace(r.FormValue("name"))
			err = h.update(ctx, func(tx *db.Tx) error {
				_, err := h.Flows.Communities.SaveTemplate(ctx, tx, t)
				return err
			})
		}
	}
	if err == nil {
		http.Redirect(w, r, "/desk/templates", http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showTemplates(w, r, status, "", wrong)
}

// found makes a community from a template, in one go.
func (h *Pages) found(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var t community.Template
	err := h.view(ctx, func(rd db.Reader) (err error) {
		t, err = h.Flows.Communities.TemplateByRef(ctx, rd, r.PathValue("template"))
		return err
	})
	if err != nil {
		return err
	}
	p := community.Place{Kind: community.Community, Ref: strings.TrimSpace(r.FormValue("ref")), Name: strings.TrimSpace(r.FormValue("name"))}
	if text := r.FormValue("street"); text != "" {
		if p.Parent, err = id.Parse(text); err != nil {
			err = community.ErrBadParent.On("street")
		}
	}
	if err == nil && !h.MayIn(ctx, "community.found", p.Parent) {
		err = community.ErrBadParent.On("street")
	}
	if err == nil {
		p, err = h.Flows.FoundFrom(ctx, authz.Of(ctx).Actor(), t, p)
	}
	if err == nil {
		http.Redirect(w, r, placeHref(p.ID), http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showTemplates(w, r, status, t.Ref, wrong)
}
