package accessweb

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Refusals of the form; those of the grant itself are access's.
var (
	errNoName  = fault.New(fault.Invalid, "accessweb.no_name")
	errNoRole  = fault.New(fault.Invalid, "accessweb.no_role")
	errNoPlace = fault.New(fault.Invalid, "accessweb.no_place")
	errBadDay  = fault.New(fault.Invalid, "accessweb.bad_day")
	errNoShop  = fault.New(fault.Invalid, "accessweb.no_shop")
)

// asked is a role to be given, as the form has it.
type asked struct {
	Person string // id, where the person is known already
	Phone  string
	Name   string
	Form   string
	Role   string
	Place  string
	Shop   string
	From   string
	Until  string
	Reason string
}

func askedIn(r *http.Request) asked {
	get := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	return asked{get("person"), get("phone"), get("name"), get("address_form"), get("role"), get("place"), get("shop"), get("from"), get("until"), get("reason")}
}

// fields are the form's values by name, for the page on which they are confirmed.
func (a asked) fields() [][2]string {
	return [][2]string{{"person", a.Person}, {"phone", a.Phone}, {"name", a.Name}, {"address_form", a.Form}, {"role", a.Role}, {"place", a.Place}, {"shop", a.Shop},
		{"from", a.From}, {"until", a.Until}, {"reason", a.Reason}}
}

// appointView is the form.
type appointView struct {
	asked
	Known  string // name of the person who is chosen already
	Form   ui.Form
	Roles  []ui.Option
	Places []ui.Option
	Forms  []ui.Option
	Today  string
	Demo   bool
}

// confirmView is what will be given, to be looked at once more.
type confirmView struct {
	asked
	Facts []ui.Fact
	New   bool // nobody has the number: a person will be registered
	Back  string
}

// ask shows the form, filled with what the address knows.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, http.StatusOK, askedIn(r), ui.Form{})
}

func (p *Pages) showForm(w http.ResponseWriter, r *http.Request, status int, a asked, f ui.Form) error {
	ctx := r.Context()
	v := appointView{asked: a, Form: f, Today: p.date(p.now()).String(), Demo: p.Demo}
	v.Form.Action, v.Form.Busy = "/desk/roles/new", i18n.T(ctx, "正在核对")
	reach, err := p.engine.Reach(ctx, authz.Of(ctx), "grant.give")
	if err != nil {
		return err
	}
	roles, err := p.givable(ctx)
	if err != nil {
		return err
	}
	v.Roles = []ui.Option{{Text: i18n.T(ctx, "请选择")}}
	for _, role := range roles {
		v.Roles = append(v.Roles, ui.Option{Value: string(role), Text: access.Name(role).In(ctx)})
	}
	for _, form := range person.Forms {
		v.Forms = append(v.Forms, ui.Option{Value: string(form), Text: portal.FormName(ctx, form)})
	}
	err = p.view(ctx, func(rd db.Reader) error {
		if who, err := id.Parse(a.Person); err == nil {
			someone, err := p.Flows.People.ByID(ctx, rd, who)
			if err != nil {
				return err
			}
			v.Known = cast{who: someone}.name(ctx, who)
		}
		options, err := p.placeOptions(ctx, rd, reach)
		v.Places = append([]ui.Option{{Text: i18n.T(ctx, "请选择")}}, options...)
		return err
	})
	if err != nil {
		return err
	}
	s := p.shell(r, "roles", i18n.T(ctx, "授予身份"))
	return p.Portal.ShowAs(w, r, status, httpkit.Private, s, appointPage(v))
}

// appointment reads the form; who has the number is looked up, nil if nobody.
func (p *Pages) appointment(ctx context.Context, a asked) (out flow.Appointment, who *person.Person, err error) {
	out = flow.Appointment{Role: authz.Role(a.Role), Name: a.Name, Form: person.Form(a.Form), Reason: a.Reason}
	if out.Person, err = id.Parse(a.Person); err != nil {
		out.Person = id.ID{}
		if out.Phone, err = person.ParsePhone(a.Phone); err != nil {
			return out, nil, err
		}
	}
	if a.Role == "" {
		return out, nil, errNoRole.On("role")
	}
	at, err := p.placeAsked(ctx, a.Place)
	if err != nil {
		return out, nil, err
	}
	out.Place = at.ID
	if out.From, out.Until, err = p.termAsked(a); err != nil {
		return out, nil, err
	}
	if out.Subject, err = p.shopAsked(ctx, a, at); err != nil {
		return out, nil, err
	}
	err = p.view(ctx, func(r db.Reader) error {
		if out.Person.IsZero() {
			who, err = p.Flows.People.ByPhone(ctx, r, out.Phone)
		} else {
			who, err = p.Flows.People.ByID(ctx, r, out.Person)
		}
		if errors.Is(err, person.ErrNotFound) && out.Person.IsZero() {
			who, err = nil, nil
			if out.Name == "" {
				err = errNoName.On("name")
			}
		}
		return err
	})
	return out, who, err
}

// placeAsked is the place of the form, zero for the whole installation.
func (p *Pages) placeAsked(ctx context.Context, ref string) (at community.Place, err error) {
	switch ref {
	case "":
		return at, errNoPlace.On("place")
	case everywhere:
		return at, nil
	}
	at, err = p.Flows.Communities.ByRef(ctx, p.Flows.DB, ref)
	if fault.KindOf(err) == fault.NotFound {
		err = errNoPlace.On("place")
	}
	return at, err
}

// termAsked is from the beginning of one day to the end of another.
func (p *Pages) termAsked(a asked) (from, until time.Time, err error) {
	today := p.date(p.now())
	if a.From != "" {
		day, err := period.ParseDay(a.From)
		if err != nil || day < today {
			return from, until, errBadDay.On("from")
		}
		if day > today {
			from = day.Start(p.Zone)
		}
	}
	if a.Until != "" {
		day, err := period.ParseDay(a.Until)
		if err != nil || day < today {
			return from, until, errBadDay.On("until")
		}
		until = (day + 1).Start(p.Zone)
	}
	return from, until, nil
}

// shopAsked is the shop or point of a role that needs one.
func (p *Pages) shopAsked(ctx context.Context, a asked, at community.Place) (shop id.ID, err error) {
	if !access.NeedsSubject(authz.Role(a.Role)) {
		return shop, nil
	}
	if a.Shop == "" || at.ID.IsZero() {
		return shop, errNoShop.On("shop")
	}
	err = p.Flows.DB.View(ctx, at.ID, func(r db.Reader) error {
		m, err := p.Flows.Merchants.Lookup(ctx, r, at.ID, a.Shop)
		if errors.Is(err, merchant.ErrNotFound) {
			return errNoShop.On("shop")
		}
		if err == nil {
			shop = m.ID
		}
		return err
	})
	return shop, err
}

// check reads the form and shows what will be given, to be confirmed.
func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), askedIn(r)
	if r.FormValue("again") != "" {
		return p.showForm(w, r, http.StatusOK, a, ui.Form{})
	}
	out, who, err := p.appointment(ctx, a)
	if err == nil {
		err = p.Flows.Appointable(ctx, p.engine, authz.Of(ctx), out)
	}
	if err != nil {
		return p.again(w, r, a, err)
	}
	v := confirmView{asked: a, New: who == nil}
	name, number := a.Name, out.Phone
	if who != nil {
		if err := p.noted(ctx, []id.ID{who.ID}, i18n.M("授予身份").Key); err != nil {
			return err
		}
		name, number = cast{who.ID: who}.name(ctx, who.ID), tail(ctx, who)
	}
	g := &access.Grant{Role: out.Role, Place: out.Place, Subject: out.Subject, From: out.From, Until: out.Until}
	if g.From.IsZero() {
		g.From = p.now()
	}
	place, err := p.placeOf(ctx, g)
	if err != nil {
		return err
	}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "给谁"), Text: name}, {Name: i18n.T(ctx, "手机"), Text: number}, {Name: i18n.T(ctx, "身份"), Text: access.Name(out.Role).In(ctx)},
		{Name: i18n.T(ctx, "地方"), Text: place}, {Name: i18n.T(ctx, "期限"), Text: p.term(ctx, g)}, {Name: i18n.T(ctx, "理由"), Text: a.Reason}}
	return p.Portal.ShowAs(w, r, http.StatusOK, httpkit.Never, p.shell(r, "roles", i18n.T(ctx, "授予身份")), confirmPage(v))
}

// again shows the form with what is to be mended beside its field.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, a asked, err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.Forbidden {
		return err
	}
	problem := httpkit.ProblemOf(r.Context(), err, true)
	field := f.Field
	if field == "subject" {
		field = "shop"
	}
	return p.showForm(w, r, problem.Status, a, ui.Form{Wrong: []ui.Wrong{{Field: field, Text: problem.Detail}}})
}

// give gives the role that was confirmed.
func (p *Pages) give(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), askedIn(r)
	out, _, err := p.appointment(ctx, a)
	if err != nil {
		return p.again(w, r, a, err)
	}
	given, err := p.Flows.Appoint(ctx, p.engine, authz.Of(ctx), out)
	if err != nil {
		return p.again(w, r, a, err)
	}
	http.Redirect(w, r, "/desk/people/"+given.Person.String()+"?done=given", http.StatusSeeOther)
	return nil
}

// own reports whether a grant is the viewer's: her roles have a page of their own.
func own(ctx context.Context, g *access.Grant) bool { return g.Person == authz.Of(ctx).Person }

// backTo is the page that lists a person's roles for this viewer.
func backTo(ctx context.Context, g *access.Grant) ui.Link {
	if own(ctx, g) {
		return ui.Link{Href: "/me/roles", Text: i18n.T(ctx, "我的身份")}
	}
	return ui.Link{Href: "/desk/people/" + g.Person.String(), Text: i18n.T(ctx, "这个人")}
}
