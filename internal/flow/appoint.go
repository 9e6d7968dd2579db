package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// AppointOperator makes the person with a number a platform operator, registering
// her if the house does not know her: how the first people come in who can appoint
// others. It gives her nothing to sign in with; she shows her number like anybody.
// place is a reference, "" for the whole installation. Whoever is an operator there
// already stays one, and nothing is written.
func (f *Flows) AppointOperator(ctx context.Context, actor db.Actor, phone, name, place string) (who *person.Person, err error) {
	defer fault.Wrap(&err, "appoint an operator")
	if phone, err = person.ParsePhone(phone); err != nil {
		return nil, err
	}
	var at id.ID
	if place != "" {
		p, err := f.Communities.ByRef(ctx, f.DB, place)
		if err != nil {
			return nil, err
		}
		at = p.ID
	}
	shape := access.Grant{Role: access.Operator, Place: at, Grantor: actor.Kind, Reason: "gongyi operator add"}
	told, err := f.RoleGiven(ctx, &shape)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) (err error) {
		who, err = f.People.ByPhone(ctx, tx, phone)
		if errors.Is(err, person.ErrNotFound) {
			who, err = f.People.Register(ctx, tx, person.Person{Name: name, Phone: phone})
		}
		if err != nil {
			return err
		}
		held, err := f.Access.Of(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		for _, g := range held {
			if g.Role == access.Operator && g.Place == at && g.Holds(tx.Now) {
				return nil
			}
		}
		g := shape
		g.Person = who.ID
		_, err = f.giveAndTell(ctx, tx, g, told)
		return err
	})
	return who, err
}

// EndPasskeys takes all passkeys away from the person with a number, who has lost
// them; afterwards she may register a first one again. It tells how many there were.
func (f *Flows) EndPasskeys(ctx context.Context, actor db.Actor, phone string) (n int, err error) {
	defer fault.Wrap(&err, "end passkeys")
	if phone, err = person.ParsePhone(phone); err != nil {
		return 0, err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		who, err := f.People.ByPhone(ctx, tx, phone)
		if err == nil {
			n, err = f.SignIn.EndPasskeys(ctx, tx, who.ID)
		}
		return err
	})
	return n, err
}
