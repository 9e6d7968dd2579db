package assistweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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

// consentView is a consent in words, from one side or the other.
type consentView struct {
	*assist.Consent
	Other    string // the other one's name
	Holds    bool
	State    string
	Running  *assist.Session // of this consent, now
	Evidence string
}

// view puts a consent into words.
func inWords(ctx context.Context, c *assist.Consent, other string, now time.Time) consentView {
	v := consentView{Consent: c, Other: other, Holds: c.Holds(now) == nil, Evidence: assist.GivenName(c.Given).In(ctx)}
	if c.Evidence != "" {
		v.Evidence = i18n.T(ctx, "%s，编号 %s", v.Evidence, c.Evidence)
	}
	switch {
	case c.Ended != nil:
		v.State = i18n.T(ctx, "%s 收回", dayOf(ctx, c.Ended.At))
	case v.Holds:
		v.State = i18n.T(ctx, "到 %s", dayOf(ctx, c.Until))
	default:
		v.State = i18n.T(ctx, "%s 到期", dayOf(ctx, c.Until))
	}
	return v
}

// helpersView is who may act for a person, and what they did.
type helpersView struct {
	All      []consentView
	Sessions []ui.Row
	Offers   []ui.Option // whom she may choose
	Form     ui.Form
	Helper   string
	Phone    string
	Scopes   []string
	Term     string
	May      bool // herself: while somebody helps her, nothing is given
}

func (h *Pages) helpers(w http.ResponseWriter, r *http.Request) error {
	return h.showHelpers(w, r, http.StatusOK, nil)
}

func (h *Pages) showHelpers(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	viewer, now := authz.Of(ctx), h.Flows.DB.Clock().Now()
	v := helpersView{Form: ui.Form{Action: "/me/helpers", Wrong: wrong}, May: viewer.For.IsZero(), Term: "6"}
	if wrong != nil {
		v.Helper, v.Phone, v.Scopes, v.Term = r.FormValue("helper"), r.FormValue("phone"), r.Form["scopes"], r.FormValue("term")
	}
	err := h.view(ctx, func(rd db.Reader) error {
		all, err := h.Flows.Helpers.Consents(ctx, rd, viewer.Acting())
		if err != nil {
			return err
		}
		sessions, err := h.Flows.Helpers.SessionsFor(ctx, rd, viewer.Acting())
		if err != nil {
			return err
		}
		var who []id.ID
		for _, c := range all {
			who = append(who, c.Helper)
		}
		names, err := h.Names(ctx, rd, who...)
		if err != nil {
			return err
		}
		for _, c := range slices.Backward(all) {
			v.All = append(v.All, inWords(ctx, c, names[c.Helper], now))
		}
		for _, s := range sessions {
			row := ui.Row{Href: "/me/helpers/sessions/" + s.ID.String(), Title: names[s.Helper], Text: s.Reason, EndNote: ui.Moment(ctx, portal.Local(s.Began))}
			if s.Runs(now) {
				row.Tag, row.Tone = i18n.T(ctx, "正在代办"), ui.Act
			}
			v.Sessions = append(v.Sessions, row)
		}
		v.Offers, err = h.offers(ctx, rd, viewer.Acting())
		return err
	})
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "谁能替我办事"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.ShowAs(w, r, status, httpkit.Never, s, helpersPage(v))
}

// offers are the people whom a person may choose: her grid workers and who lives
// with her. A value is the basis and the id.
func (h *Pages) offers(ctx context.Context, rd db.Reader, subject id.ID) (options []ui.Option, err error) {
	at, found, err := h.Flows.Households.HomeOf(ctx, rd, subject)
	if err != nil || !found {
		return nil, err
	}
	workers, err := h.Flows.WorkersOf(ctx, rd, at, h.Flows.DB.Clock().Now())
	if err != nil {
		return nil, err
	}
	members, err := h.Flows.Households.Members(ctx, rd, []id.ID{at.ID})
	if err != nil {
		return nil, err
	}
	who := slices.Clone(workers)
	for _, m := range members[at.ID] {
		who = append(who, m.Person)
	}
	names, err := h.Names(ctx, rd, who...)
	for _, w := range workers {
		options = append(options, ui.Option{Value: offer(assist.Worker, w), Text: names[w], Note: i18n.T(ctx, "网格员")})
	}
	for _, m := range members[at.ID] {
		if m.Current() && m.Person != subject {
			options = append(options, ui.Option{Value: offer(assist.Guardian, m.Person), Text: names[m.Person], Note: i18n.T(ctx, "家里人")})
		}
	}
	return options, err
}

func offer(b assist.Basis, who id.ID) string { return string(b) + ":" + who.String() }

// give notes the consent of who is signed in herself.
func (h *Pages) give(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	c, err := h.chosen(ctx, r, v.Person)
	if err == nil {
		c.Subject, c.Given = v.Person, assist.OwnPhone
		_, err = h.Flows.GiveConsent(ctx, v.Actor(), c)
	}
	if err == nil {
		http.Redirect(w, r, "/me/helpers", http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showHelpers(w, r, status, wrong)
}

// chosen reads helper, scopes and term of a form. The helper is one who was offered
// for the subject, or who has the phone number that was written.
func (h *Pages) chosen(ctx context.Context, r *http.Request, subject id.ID) (c assist.Consent, err error) {
	if err := r.ParseForm(); err != nil {
		return c, err
	}
	for _, s := range r.Form["scopes"] {
		c.Scopes = append(c.Scopes, assist.Scope(s))
	}
	months, err := strconv.Atoi(r.FormValue("term"))
	if err != nil || !slices.Contains(terms, r.FormValue("term")) {
		return c, assist.ErrBadTerm.On("term")
	}
	c.Until = h.Flows.DB.Clock().Now().AddDate(0, months, 0)
	return c, h.view(ctx, func(rd db.Reader) error {
		if text := strings.TrimSpace(r.FormValue("phone")); text != "" {
			phone, err := person.ParsePhone(text)
			if err != nil {
				return err
			}
			p, err := h.Flows.People.ByPhone(ctx, rd, phone)
			if err != nil {
				return flow.ErrNoPerson.On("phone")
			}
			c.Helper, c.Basis = p.ID, assist.Guardian
			return nil
		}
		offers, err := h.offers(ctx, rd, subject)
		if err != nil {
			return err
		}
		basis, text, _ := strings.Cut(r.FormValue("helper"), ":")
		if !slices.ContainsFunc(offers, func(o ui.Option) bool { return o.Value == r.FormValue("helper") }) {
			return assist.ErrBadBasis.On("helper")
		}
		c.Basis = assist.Basis(basis)
		c.Helper, err = id.Parse(text)
		return err
	})
}

func (h *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("consent"))
	if err != nil {
		return assist.ErrNoConsent
	}
	if err := h.Flows.RevokeConsent(ctx, authz.Of(ctx).Actor(), at, r.FormValue("reason"), false); err != nil {
		return err
	}
	http.Redirect(w, r, "/me/helpers", http.StatusSeeOther)
	return nil
}

// logView is what was done in one session.
type logView struct {
	*assist.Session
	Name string
	Acts []ui.Event
}

// log is read by the person for whom it was done.
func (h *Pages) log(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("session"))
	if err != nil {
		return assist.ErrNoSession
	}
	var v logView
	err = h.view(ctx, func(rd db.Reader) error {
		if v.Session, err = h.Flows.Helpers.SessionByID(ctx, rd, at); err != nil {
			return err
		}
		if v.Subject != authz.Of(ctx).Acting() {
			return assist.ErrNoSession
		}
		acts, err := h.Flows.Helpers.Acts(ctx, rd, at)
		if err != nil {
			return err
		}
		for _, a := range acts {
			v.Acts = append(v.Acts, ui.Event{When: ui.Clock(ctx, portal.Local(a.When())), Title: a.Did(ctx), State: ui.Done})
		}
		names, err := h.Names(ctx, rd, v.Helper)
		v.Name = names[v.Helper]
		return err
	})
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "替我办了什么"))
	s.Back = ui.Link{Href: "/me/helpers", Text: i18n.T(ctx, "谁能替我办事")}
	return h.Show(w, r, s, logPage(v))
}

// caring is for whom the viewer may act, whoever she is.
func (h *Pages) caring(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := h.consentsOf(ctx, authz.Of(ctx).Person, func(*assist.Consent) bool { return true })
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我照应的人"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.ShowAs(w, r, http.StatusOK, httpkit.Private, s, caringPage(all, i18n.T(ctx, "我照应的人")))
}

// consentsOf are the consents to a helper that pass, those that hold first.
func (h *Pages) consentsOf(ctx context.Context, helper id.ID, pass func(c *assist.Consent) bool) (views []consentView, err error) {
	now := h.Flows.DB.Clock().Now()
	err = h.view(ctx, func(rd db.Reader) error {
		all, err := h.Flows.Helpers.ConsentsTo(ctx, rd, helper)
		if err != nil {
			return err
		}
		sessions, err := h.Flows.Helpers.SessionsBy(ctx, rd, helper)
		if err != nil {
			return err
		}
		var who []id.ID
		for _, c := range all {
			who = append(who, c.Subject)
		}
		names, err := h.Names(ctx, rd, who...)
		for _, c := range slices.Backward(all) {
			if !pass(c) {
				continue
			}
			v := inWords(ctx, c, names[c.Subject], now)
			for _, s := range sessions {
				if s.Consent == c.ID && s.Runs(now) {
					v.Running = s
				}
			}
			views = append(views, v)
		}
		return err
	})
	slices.SortStableFunc(views, func(a, b consentView) int {
		switch {
		case a.Holds == b.Holds:
			return 0
		case a.Holds:
			return -1
		}
		return 1
	})
	return views, err
}

// begin opens a session and leads to the pages of whom she helps.
func (h *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.FormValue("consent"))
	if err != nil {
		return assist.ErrNoConsent
	}
	v := authz.Of(ctx)
	if _, err := h.Flows.BeginAssist(ctx, v, at, strings.TrimSpace(r.FormValue("reason"))); err != nil {
		return err
	}
	http.Redirect(w, r, "/home", http.StatusSeeOther)
	return nil
}

// end ends a session by the button.
func (h *Pages) end(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("session"))
	if err != nil {
		return assist.ErrNoSession
	}
	if err := h.Flows.LeaveAssist(ctx, authz.Of(ctx).Actor(), at, false); err != nil {
		return err
	}
	to := "/me/caring"
	if on, _ := h.inField(r); !on.Place.IsZero() {
		to = "/field"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// papersView are the consents of who lives in a household, for the office.
type papersView struct {
	Door    household.Household
	Members []ui.Option
	All     []paper
	Form    ui.Form
	Typed   map[string]string
	Scopes  []string
}

// paper is a consent with both names.
type paper struct {
	consentView
	Subject string
}
