package assistweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (h *Pages) papers(w http.ResponseWriter, r *http.Request) error {
	return h.showPapers(w, r, http.StatusOK, nil)
}

func (h *Pages) showPapers(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return household.ErrNotFound
	}
	v := papersView{Form: ui.Form{Action: "/desk/households/" + at.String() + "/consents", Wrong: wrong}, Typed: map[string]string{"given": string(assist.InPerson), "term": "6"}}
	if wrong != nil {
		for _, f := range []string{"subject", "helper_phone", "basis", "given", "evidence", "witness", "term"} {
			v.Typed[f] = r.FormValue(f)
		}
		v.Scopes = r.Form["scopes"]
	}
	if err := h.view(ctx, func(rd db.Reader) error { return h.readPapers(ctx, rd, at, &v) }); err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Never, h.Shell(ctx, ui.OperatorFrame, "places", i18n.T(ctx, "代办授权")), papersPage(v))
}

func (h *Pages) readPapers(ctx context.Context, rd db.Reader, at id.ID, v *papersView) (err error) {
	if v.Door, err = h.Flows.Households.ByID(ctx, rd, at); err != nil {
		return err
	}
	members, err := h.Flows.Households.Members(ctx, rd, []id.ID{at})
	if err != nil {
		return err
	}
	now := h.Flows.DB.Clock().Now()
	for _, m := range members[at] {
		if !m.Current() {
			continue
		}
		all, err := h.Flows.Helpers.Consents(ctx, rd, m.Person)
		if err != nil {
			return err
		}
		who := []id.ID{m.Person}
		for _, c := range all {
			who = append(who, c.Helper)
		}
		names, err := h.Names(ctx, rd, who...)
		if err != nil {
			return err
		}
		v.Members = append(v.Members, ui.Option{Value: m.Person.String(), Text: names[m.Person]})
		for _, c := range slices.Backward(all) {
			v.All = append(v.All, paper{inWords(ctx, c, names[c.Helper], now), names[m.Person]})
		}
	}
	return nil
}

// note writes down a consent that was given on paper or by a document.
func (h *Pages) note(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.onPaper(ctx, r)
	if err == nil {
		_, err = h.Flows.GiveConsent(ctx, authz.Of(ctx).Actor(), c)
	}
	if err == nil {
		http.Redirect(w, r, "/desk/households/"+r.PathValue("household")+"/consents", http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showPapers(w, r, status, wrong)
}

// onPaper reads the form. The subject lives in the household of the page: of others
// nothing is noted here.
func (h *Pages) onPaper(ctx context.Context, r *http.Request) (c assist.Consent, err error) {
	if err := r.ParseForm(); err != nil {
		return c, err
	}
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return c, household.ErrNotFound
	}
	subject, err := id.Parse(r.FormValue("subject"))
	if err != nil {
		return c, household.ErrNoResidence.On("subject")
	}
	c = assist.Consent{
		Subject: subject, Basis: assist.Basis(r.FormValue("basis")), Given: assist.Given(r.FormValue("given")),
		Evidence: strings.TrimSpace(r.FormValue("evidence")), Witness: strings.TrimSpace(r.FormValue("witness")),
	}
	for _, s := range r.Form["scopes"] {
		c.Scopes = append(c.Scopes, assist.Scope(s))
	}
	i := slices.Index(terms, r.FormValue("term"))
	if i < 0 {
		return c, assist.ErrBadTerm.On("term")
	}
	c.Until = h.Flows.DB.Clock().Now().AddDate(0, []int{1, 3, 6, 12}[i], 0)
	return c, h.view(ctx, func(rd db.Reader) error {
		home, found, err := h.Flows.Households.HomeOf(ctx, rd, subject)
		if err != nil {
			return err
		}
		if !found || home.ID != at {
			return household.ErrNoResidence.On("subject")
		}
		phone, err := person.ParsePhone(r.FormValue("helper_phone"))
		if err != nil {
			return person.ErrBadPhone.On("helper_phone")
		}
		p, err := h.Flows.People.ByPhone(ctx, rd, phone)
		if err != nil {
			return flow.ErrNoPerson.On("helper_phone")
		}
		c.Helper = p.ID
		return nil
	})
}

// takeBack revokes a consent in the name of who lives in the household.
func (h *Pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return household.ErrNotFound
	}
	consent, err := id.Parse(r.PathValue("consent"))
	if err != nil {
		return assist.ErrNoConsent
	}
	err = h.view(ctx, func(rd db.Reader) error {
		c, err := h.Flows.Helpers.ConsentByID(ctx, rd, consent)
		if err != nil {
			return err
		}
		home, found, err := h.Flows.Households.HomeOf(ctx, rd, c.Subject)
		if err == nil && (!found || home.ID != at) {
			err = assist.ErrNoConsent
		}
		return err
	})
	if err == nil {
		err = h.Flows.RevokeConsent(ctx, authz.Of(ctx).Actor(), consent, r.FormValue("reason"), true)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/households/"+at.String()+"/consents", http.StatusSeeOther)
	return nil
}
