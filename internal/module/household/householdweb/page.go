package householdweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// pageView is one household for the office.
type pageView struct {
	flow.Dwelling
	Crumbs []ui.Link
	May    bool
	Notes  bool // consents may be noted
	Form   string
	Wrong  []ui.Wrong
	Typed  map[string]string
}

func (v pageView) form(name, action string) ui.Form {
	f := ui.Form{ID: name, In: name, Action: Href(v.ID) + "/" + action}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

// typed is what stood in a field of the form that had something wrong.
func (v pageView) typed(form, field string) string {
	if v.Form != form {
		return ""
	}
	return v.Typed[field]
}

func (h *Pages) page(w http.ResponseWriter, r *http.Request) error {
	return h.showPage(w, r, http.StatusOK, "", nil)
}

func (h *Pages) showPage(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return household.ErrNotFound
	}
	v := pageView{Form: form, Wrong: wrong, Typed: make(map[string]string)}
	for _, f := range []string{"person_name", "phone", "birth_year", "relation", "address_form", "since", "link_phone", "kind", "reason"} {
		v.Typed[f] = r.FormValue(f)
	}
	look, err := h.Look(ctx, privacy.Household, i18n.M("打开住户页").Key)
	if err != nil {
		return err
	}
	if v.Dwelling, err = h.Flows.Dwelling(ctx, authz.Of(ctx).Actor(), at, look); err != nil {
		return err
	}
	path, err := h.Flows.Communities.Path(ctx, h.Flows.DB, v.Place)
	if err != nil {
		return err
	}
	v.Crumbs = []ui.Link{{Href: "/desk/places", Text: i18n.T(ctx, "地方和住户")}}
	for _, p := range path {
		crumb := ui.Link{Text: portal.PlaceName(p)}
		if h.may(ctx, "place.read", authz.Resource{Place: p.ID}) { // what lies above her part of the tree is a name
			crumb.Href = "/desk/places/" + p.ID.String()
		}
		v.Crumbs = append(v.Crumbs, crumb)
	}
	v.Crumbs = append(v.Crumbs, ui.Link{Text: v.Door})
	on := authz.Resource{Kind: "household", Place: v.Place, Subject: v.ID}
	v.May = !v.Ended() && h.may(ctx, "household.change", on)
	v.Notes = h.may(ctx, "consent.note", on)
	return h.ShowAs(w, r, status, httpkit.Private, h.Shell(ctx, ui.OperatorFrame, "places", v.Door), householdPage(v))
}

// done leads back to the household, or shows again what has something wrong.
func (h *Pages) done(w http.ResponseWriter, r *http.Request, form string, err error) error {
	if err == nil {
		http.Redirect(w, r, "/desk/households/"+r.PathValue("household"), http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return h.showPage(w, r, status, form, wrong)
}

// day reads a day of a form on the clock of the people; the zero time if it is empty.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation("2006-01-02", text, portal.Zone)
	if err != nil {
		return at, household.ErrBadDay.On("since")
	}
	return at, nil
}

// moveIn registers who moved in, or finds her by her phone.
func (h *Pages) moveIn(w http.ResponseWriter, r *http.Request) error {
	s, err := settler(r)
	if err == nil {
		_, err = h.Flows.MoveIn(r.Context(), authz.Of(r.Context()).Actor(), s)
	}
	return h.done(w, r, "residents", onField(err, "name", "person_name"))
}

func settler(r *http.Request) (s flow.Settler, err error) {
	s.Household, err = id.Parse(r.PathValue("household"))
	if err != nil {
		return s, household.ErrNotFound
	}
	s.Person = person.Person{Name: strings.TrimSpace(r.FormValue("person_name")), Form: person.Form(r.FormValue("address_form"))}
	s.Relation = household.Relation(r.FormValue("relation"))
	if text := r.FormValue("phone"); text != "" {
		if s.Person.Phone, err = person.ParsePhone(text); err != nil {
			return s, err
		}
	}
	if text := r.FormValue("birth_year"); text != "" {
		if s.Person.BirthYear, err = strconv.Atoi(text); err != nil {
			return s, person.ErrBadYear.On("birth_year")
		}
	}
	s.Since, err = day(r.FormValue("since"))
	return s, err
}

func (h *Pages) moveOut(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "out", func(ctx context.Context, tx *db.Tx, at id.ID) error {
		residence, err := id.Parse(r.PathValue("residence"))
		if err != nil {
			return household.ErrNoResidence
		}
		x, err := h.Flows.Households.Residence(ctx, tx, residence)
		if err != nil || x.Household != at { // one of another household is none of this page's
			return household.ErrNoResidence
		}
		return h.Flows.Households.MoveOut(ctx, tx, residence, time.Time{}, r.FormValue("reason"))
	})
}

// link names a representative, or a grid worker, by the phone number.
func (h *Pages) link(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "links", func(ctx context.Context, tx *db.Tx, at id.ID) error {
		phone, err := person.ParsePhone(r.FormValue("link_phone"))
		if err != nil {
			return person.ErrBadPhone.On("link_phone")
		}
		p, err := h.Flows.People.ByPhone(ctx, tx, phone)
		if err != nil {
			return flow.ErrNoPerson.On("link_phone")
		}
		_, err = h.Flows.Households.Join(ctx, tx, household.Link{Household: at, Person: p.ID, Kind: household.LinkKind(r.FormValue("kind")), Reason: r.FormValue("reason")})
		return err
	})
}

func (h *Pages) unlink(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "unlink", func(ctx context.Context, tx *db.Tx, at id.ID) error {
		link, err := id.Parse(r.PathValue("link"))
		if err != nil {
			return household.ErrNoLink
		}
		x, err := h.Flows.Households.LinkByID(ctx, tx, link)
		if err != nil || x.Household != at {
			return household.ErrNoLink
		}
		return h.Flows.Households.Part(ctx, tx, link, r.FormValue("reason"))
	})
}

func (h *Pages) end(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "end", func(ctx context.Context, tx *db.Tx, at id.ID) error {
		return h.Flows.Households.End(ctx, tx, at, r.FormValue("reason"))
	})
}

func (h *Pages) change(w http.ResponseWriter, r *http.Request, form string, fn func(ctx context.Context, tx *db.Tx, at id.ID) error) error {
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return household.ErrNotFound
	}
	ctx := r.Context()
	return h.done(w, r, form, h.update(ctx, func(tx *db.Tx) error { return fn(ctx, tx, at) }))
}

// mine is the viewer's own household, or that of whom she helps.
func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	var at household.Household
	found := false
	err := h.view(ctx, func(rd db.Reader) (err error) {
		at, found, err = h.Flows.Households.HomeOf(ctx, rd, v.Acting())
		return err
	})
	if err != nil {
		return err
	}
	shell := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的家"))
	shell.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	if !found {
		return h.Show(w, r, shell, noHome())
	}
	d, err := h.Flows.Dwelling(ctx, v.Actor(), at.ID, privacy.Read{})
	if err != nil {
		return err
	}
	path, err := h.Flows.Communities.Path(ctx, h.Flows.DB, at.Place)
	if err != nil {
		return err
	}
	return h.Show(w, r, shell, homePage(d, trail(path)))
}

// onField moves a refusal to the field of the form that it is about.
func onField(err error, from, to string) error {
	if f := fault.Of(err); f != nil && f.Field == from {
		return f.On(to)
	}
	return err
}
