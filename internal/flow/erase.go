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
	"gongyi/internal/module/person"
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
// forget her again. A person may be forgotten in steps.
type Forgotten struct {
	Person  id.ID             `json:"person"`
	Members []ForgottenMember `json:"members,omitempty"` // at home first
	Herself bool              `json:"herself,omitempty"` // no community knows her any more
}

// ForgottenMember is her pseudonym in one community.
type ForgottenMember struct {
	Community id.ID `json:"community"`
	Member    id.ID `json:"member"`
}

// eraser is a module that keeps something of a person under "~", or of a member in a
// community.
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
		if err = f.Erase(ctx, person); errors.Is(err, db.ErrElsewhere) {
			err = nil // the sweeps do the rest, wherever it is
		}
	}
	return e, err
}

// EraseDue forgets everybody whose time has come; a sweep calls it where people are
// written. Who took an office or came to owe something meanwhile is left for later,
// as is who is known in a community that another instance writes: see ForgetDue.
func (f *Flows) EraseDue(ctx context.Context) error {
	return f.eachDue(ctx, func(person id.ID) error { return f.Erase(ctx, person) })
}

// ForgetDue forgets in one community the members whose time has come; a sweep calls
// it on the instance that writes the community.
func (f *Flows) ForgetDue(ctx context.Context, community id.ID) error {
	return f.eachDue(ctx, func(person id.ID) error {
		memberships, err := f.membershipsOf(ctx, person)
		if err != nil {
			return err
		}
		for _, m := range memberships {
			if m.Home == community {
				if err := f.dropOrdersAt(ctx, person, community, m.Ref); err != nil {
					return err
				}
			}
		}
		here := Forgotten{Person: person}
		if err := f.pseudonyms(ctx, community, memberships, &here); err != nil || len(here.Members) == 0 {
			return err
		}
		if _, err := f.mayForget(ctx, person); err != nil { // all of her, wherever she is known
			return err
		}
		return f.forgetListed(ctx, here)
	})
}

func (f *Flows) eachDue(ctx context.Context, do func(person id.ID) error) error {
	var due []privacy.Erasure
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		due, err = f.Privacy.Due(ctx, r, f.DB.Clock().Now())
		return err
	})
	errs := []error{err}
	for _, e := range due {
		err := do(e.Person)
		if later := errors.Is(err, ErrHoldsOffice) || errors.Is(err, ErrBids) || errors.Is(err, ErrOwes) || errors.Is(err, db.ErrElsewhere); !later {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Erase forgets a person (A7): her pseudonyms in every community, and when none knows
// her any more the person herself. Cut short, it can be run again. The books stay
// whole: what she bought stands there under a pseudonym that leads to nobody.
func (f *Flows) Erase(ctx context.Context, person id.ID) (err error) {
	defer fault.Wrap(&err, "erase %s", person)
	for {
		who, err := f.mayForget(ctx, person)
		if err != nil {
			return err
		}
		if who.Herself = len(who.Members) == 0; who.Herself {
			if err := f.dropOrdersOf(ctx, person); err != nil {
				return err
			}
		}
		if err := f.forgetListed(ctx, who); err != nil || who.Herself {
			return err
		} // a visit may have made a copy meanwhile
	}
}

// forgetListed forgets after the list outside of the database says so.
func (f *Flows) forgetListed(ctx context.Context, who Forgotten) error {
	if f.Erasing != nil {
		if err := f.Erasing(who); err != nil {
			return err
		}
	}
	return f.ForgetPerson(ctx, who)
}

// ForgetPerson does what was decided; a restore does it again. What is not there any
// more is passed over. What another instance writes is refused with db.ErrElsewhere
// after the rest is done.
func (f *Flows) ForgetPerson(ctx context.Context, who Forgotten) (err error) {
	by := db.Actor{Kind: "person", ID: who.Person}
	var elsewhere error
	for _, m := range who.Members {
		err := f.DB.Update(ctx, m.Community, by, func(tx *db.Tx) error {
			if err := f.leaveMembership(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Coins.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.forgetBundles(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.forgetVolunteer(ctx, tx, who.Person); err != nil {
				return err
			}
			for _, of := range []eraser{f.Growth, f.Honours} {
				if err := of.Erase(ctx, tx, m.Member); err != nil {
					return err
				}
			}
			if err := f.forgetPoints(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Members.Forget(ctx, tx, m.Member); err != nil && !errors.Is(err, member.ErrNotFound) {
				return err
			}
			if err := f.Selections.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Payouts.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.forgetServices(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Shortages.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Certificates.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Markets.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.forgetClasses(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Draws.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			if err := f.Segments.Forget(ctx, tx, m.Member); err != nil {
				return err
			}
			return f.Ledger.Erase(ctx, tx, m.Member)
		})
		if errors.Is(err, db.ErrElsewhere) {
			elsewhere = err
		} else if err != nil {
			return err
		}
	}
	if elsewhere != nil || !who.Herself {
		return elsewhere
	}
	if err := f.forgetBids(ctx, by, who.Person); err != nil {
		return err
	}
	if err := f.forgetVolunteering(ctx, by, who.Person); err != nil {
		return err
	}
	if err := f.whereKnown(ctx, by, who.Person, f.Coins.Ordered, f.forgetOrders); err != nil {
		return err
	}
	return f.DB.Update(ctx, id.Tilde, by, func(tx *db.Tx) error { return f.forgetHerself(ctx, tx, who.Person) })
}

// forgetHerself takes a person out of what is kept of people wherever they live.
func (f *Flows) forgetHerself(ctx context.Context, tx *db.Tx, person id.ID) error {
	memberships, err := f.People.Memberships(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		if err := f.Members.ForgetRef(ctx, tx, m.Ref); err != nil {
			return err
		}
	}
	p, err := f.People.ByID(ctx, tx, person)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err == nil && p.Phone != "" {
		if err := f.SignIn.ErasePhone(ctx, tx, p.Phone); err != nil {
			return err
		}
	}
	for _, m := range f.erasers() {
		if err := m.Erase(ctx, tx, person); err != nil {
			return err
		}
	}
	return f.Privacy.Finish(ctx, tx, person)
}

// erasers are the modules that keep something of a person, the person last.
func (f *Flows) erasers() []eraser {
	return []eraser{f.SignIn, f.PayCodes, f.Memberships, f.Notices, f.Helpers, f.Households, f.Calls, f.Access, f.People}
}

// mayForget refuses who holds an office or owes something, and finds her
// pseudonyms.
func (f *Flows) mayForget(ctx context.Context, she id.ID) (who Forgotten, err error) {
	who.Person = she
	held, err := f.Access.Held(ctx, she, f.DB.Clock().Now())
	if err != nil {
		return who, err
	}
	for _, g := range held {
		if slices.Contains(offices, g.Role) {
			return who, ErrHoldsOffice
		}
	}
	if err := f.bidsRun(ctx, she); err != nil {
		return who, err
	}
	memberships, err := f.membershipsOf(ctx, she)
	if err != nil || len(memberships) == 0 {
		return who, err
	}
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return who, err
	}
	for _, home := range []bool{true, false} { // home first: then no new copy can be made of her
		for _, p := range places {
			if slices.ContainsFunc(memberships, func(m person.Membership) bool { return m.Home == p.ID }) != home {
				continue
			}
			if err := f.pseudonyms(ctx, p.ID, memberships, &who); err != nil {
				return who, err
			}
		}
	}
	return who, nil
}

func (f *Flows) membershipsOf(ctx context.Context, who id.ID) (all []person.Membership, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err = f.People.Memberships(ctx, r, who)
		return err
	})
	return all, err
}

// pseudonyms adds those by which a community knows her, the copy that is kept for
// her team too.
func (f *Flows) pseudonyms(ctx context.Context, at id.ID, memberships []person.Membership, who *Forgotten) error {
	return f.DB.View(ctx, at, func(r db.Reader) error {
		for _, s := range memberships {
			m, err := f.Members.Lookup(ctx, r, at, s.Ref)
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
