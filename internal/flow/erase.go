package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Refusals of an erasure, in the order in which they are checked.
var (
	ErrHoldsOffice = fault.New(fault.Conflict, "erase.holds_office")
	ErrOwes        = fault.New(fault.Conflict, "erase.owes")
)

// Forgotten says who was forgotten, without saying who it was: her pseudonyms. It is
// kept outside of the database, so that a backup that still knows her can be made to
// forget her again.
type Forgotten struct {
	Person  id.ID             `json:"person"`
	Members []ForgottenMember `json:"members"`
	Refs    []string          `json:"-"`
}

// ForgottenMember is her pseudonym in one community.
type ForgottenMember struct {
	Community id.ID `json:"community"`
	Member    id.ID `json:"member"`
}

// eraser is a module that keeps something of a person under "~".
type eraser interface {
	Erase(ctx context.Context, tx *db.Tx, person id.ID) error
}

// offices are roles that must be handed over before somebody can be forgotten: a
// shop or a purse would be left without anybody.
var offices = []authz.Role{access.Owner, access.PointKeeper, access.Operator, access.Finance}

// AskErasure notes that a person wants to be forgotten, and refuses while she holds
// an office or owes something.
func (f *Flows) AskErasure(ctx context.Context, actor db.Actor, person id.ID, atOnce bool) (e privacy.Erasure, err error) {
	defer fault.Wrap(&err, "erasure")
	if _, err := f.mayForget(ctx, person); err != nil {
		return e, err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) (err error) {
		e, err = f.Privacy.Ask(ctx, tx, person, atOnce)
		return err
	})
	if err == nil && atOnce {
		err = f.Erase(ctx, person)
	}
	return e, err
}

// EraseDue forgets everybody whose time has come; a sweep calls it. Who took an
// office or came to owe something meanwhile is left for later.
func (f *Flows) EraseDue(ctx context.Context) error {
	var due []privacy.Erasure
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		due, err = f.Privacy.Due(ctx, r, f.DB.Clock().Now())
		return err
	})
	var errs []error
	for _, e := range due {
		if err := f.Erase(ctx, e.Person); err != nil && !errors.Is(err, ErrHoldsOffice) && !errors.Is(err, ErrOwes) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, err)...)
}

// Erase forgets a person (A7): first the list outside of the database, then her
// pseudonyms in every community, last the person herself. Cut short, it can be run
// again. The books stay whole: what she bought stands there under a pseudonym that
// leads to nobody.
func (f *Flows) Erase(ctx context.Context, person id.ID) (err error) {
	defer fault.Wrap(&err, "erase %s", person)
	who, err := f.mayForget(ctx, person)
	if err != nil {
		return err
	}
	if f.Erasing != nil {
		if err := f.Erasing(who); err != nil {
			return err
		}
	}
	return f.ForgetPerson(ctx, who)
}

// ForgetPerson does what Erase decided; a restore does it again. What is not there any
// more is passed over.
func (f *Flows) ForgetPerson(ctx context.Context, who Forgotten) error {
	system := db.Actor{Kind: "person", ID: who.Person}
	for _, m := range who.Members {
		err := f.DB.Update(ctx, m.Community, system, func(tx *db.Tx) error {
			if err := f.Members.Forget(ctx, tx, m.Member); err != nil && !errors.Is(err, member.ErrNotFound) {
				return err
			}
			return f.Ledger.Erase(ctx, tx, m.Member)
		})
		if err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, id.Tilde, system, func(tx *db.Tx) error {
		memberships, err := f.People.Memberships(ctx, tx, who.Person)
		if err != nil {
			return err
		}
		for _, m := range memberships {
			if err := f.Members.ForgetRef(ctx, tx, m.Ref); err != nil {
				return err
			}
		}
		if p, err := f.People.ByID(ctx, tx, who.Person); err == nil && p.Phone != "" {
			if err := f.SignIn.ErasePhone(ctx, tx, p.Phone); err != nil {
				return err
			}
		} else if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		for _, m := range f.erasers() {
			if err := m.Erase(ctx, tx, who.Person); err != nil {
				return err
			}
		}
		return f.Privacy.Finish(ctx, tx, who.Person)
	})
}

// erasers are the modules that keep something of a person, the person last.
func (f *Flows) erasers() []eraser {
	return []eraser{f.SignIn, f.Notices, f.Helpers, f.Households, f.Access, f.People}
}

// mayForget refuses who holds an office or owes something, and finds her
// pseudonyms.
func (f *Flows) mayForget(ctx context.Context, person id.ID) (who Forgotten, err error) {
	who.Person = person
	held, err := f.Access.Held(ctx, person, f.DB.Clock().Now())
	if err != nil {
		return who, err
	}
	for _, g := range held {
		if slices.Contains(offices, g.Role) {
			return who, ErrHoldsOffice
		}
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		memberships, err := f.People.Memberships(ctx, r, person)
		for _, m := range memberships {
			who.Refs = append(who.Refs, m.Ref)
		}
		return err
	})
	if err != nil || len(who.Refs) == 0 {
		return who, err
	}
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return who, err
	}
	for _, p := range places {
		if err := f.pseudonyms(ctx, p.ID, &who); err != nil {
			return who, err
		}
	}
	return who, nil
}

// pseudonyms adds those by which a community knows her, the copy that is kept for
// her team too.
func (f *Flows) pseudonyms(ctx context.Context, at id.ID, who *Forgotten) error {
	return f.DB.View(ctx, at, func(r db.Reader) error {
		for _, ref := range who.Refs {
			m, err := f.Members.Lookup(ctx, r, at, ref)
			if errors.Is(err, member.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			for _, asset := range money.Assets {
				h, err := f.Ledger.Holding(ctx, r, at, ledger.In(party.Owner{Kind: party.Member, ID: m.ID}, ledger.Owed, asset))
				if err != nil {
					return err
				}
				if h.Balance != 0 {
					return ErrOwes
				}
			}
			who.Members = append(who.Members, ForgottenMember{at, m.ID})
		}
		return nil
	})
}
