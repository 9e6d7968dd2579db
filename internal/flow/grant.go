package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Appointment is a role to be given to a person, who may be known by her phone
// number alone.
type Appointment struct {
	Person id.ID  // zero: who has the number
	Phone  string // as person.ParsePhone writes it
	Name   string // of a number that nobody has yet: she is registered
	Form   person.Form

	Role    authz.Role
	Place   id.ID // zero: the whole installation
	Subject id.ID // the shop or point, zero for the whole place
	From    time.Time
	Until   time.Time // zero: without a term
	Reason  string
}

// Appoint gives a role, if the policies let the viewer give it there (A2).
func (f *Flows) Appoint(ctx context.Context, e *authz.Engine, v authz.Viewer, a Appointment) (given *access.Grant, err error) {
	defer fault.Wrap(&err, "flow: appoint %s", a.Role)
	if err := f.Appointable(ctx, e, v, a); err != nil {
		return nil, err
	}
	shape := a.grant(v)
	told, err := f.RoleGiven(ctx, &shape)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error {
		h := shape
		if h.Person.IsZero() {
			p, err := f.behind(ctx, tx, a)
			if err != nil {
				return err
			}
			h.Person = p.ID
		}
		if h.Person == v.Person { // the number became hers since the policies were asked
			return access.ErrOneself
		}
		given, err = f.giveAndTell(ctx, tx, h, told)
		return err
	})
	return given, err
}

// giveAndTell gives a role and leaves its notice with the transaction.
func (f *Flows) giveAndTell(ctx context.Context, tx *db.Tx, g access.Grant, told notice.Notice) (*access.Grant, error) {
	given, err := f.Access.Give(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	told.Person, told.Cause, told.At = given.Person, grantCause(given), tx.Now
	return given, f.Notices.Send(ctx, tx, told)
}

// grant is the appointment as it is kept.
func (a Appointment) grant(v authz.Viewer) access.Grant {
	return access.Grant{Person: a.Person, Role: a.Role, Place: a.Place, Subject: a.Subject, From: a.From, Until: a.Until, Grantor: access.By(v.Actor()), Reason: a.Reason}
}

// Appointable refuses what cannot be given, and whom the policies stop.
func (f *Flows) Appointable(ctx context.Context, e *authz.Engine, v authz.Viewer, a Appointment) error {
	g := a.grant(v)
	if g.From.IsZero() {
		g.From = f.DB.Clock().Now()
	}
	if err := g.Validate(); err != nil {
		return err
	}
	if !a.Place.IsZero() {
		if _, err := f.Communities.ByID(ctx, f.DB, a.Place); err != nil {
			return err
		}
	}
	who := a.Person
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if !who.IsZero() {
			_, err := f.People.ByID(ctx, r, who)
			return err
		}
		p, err := f.People.ByPhone(ctx, r, a.Phone)
		if err == nil {
			who = p.ID
		}
		if errors.Is(err, person.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.May(ctx, v, access.Appointing(a.Role), authz.Resource{Kind: "role", Place: a.Place, Subject: a.Subject, Owner: who})
}

// behind is the person with the appointment's number, registered if nobody has it.
func (f *Flows) behind(ctx context.Context, tx *db.Tx, a Appointment) (*person.Person, error) {
	p, err := f.People.ByPhone(ctx, tx, a.Phone)
	if !errors.Is(err, person.ErrNotFound) {
		return p, err
	}
	return f.People.Register(ctx, tx, person.Person{Name: a.Name, Form: a.Form, Phone: a.Phone})
}

// Dismiss ends a role before its term: one's own by laying it down, another's by
// who may give it.
func (f *Flows) Dismiss(ctx context.Context, e *authz.Engine, v authz.Viewer, grant id.ID, reason string) (ended *access.Grant, err error) {
	defer fault.Wrap(&err, "flow: dismiss %s", grant)
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		ended, err = f.Access.ByID(ctx, r, grant)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := e.May(ctx, v, Dismissing(v, ended), authz.Resource{Kind: "role", Place: ended.Place, Subject: ended.Subject, Owner: ended.Person}); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error {
		if err := f.Access.End(ctx, tx, grant, access.By(v.Actor()), reason); err != nil {
			return err
		}
		return f.Notices.Send(ctx, tx, roleTaken(ended, reason))
	})
	return ended, err
}

// Dismissing is the action that ends a grant for this viewer.
func Dismissing(v authz.Viewer, g *access.Grant) authz.Action {
	if g.Person == v.Acting() {
		return "role.resign"
	}
	return access.Appointing(g.Role)
}
