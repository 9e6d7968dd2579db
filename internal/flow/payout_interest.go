package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/member"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// interests is whose money is a person's own matter: hers and that of everybody who
// lives with her, as members and as owners or staff of shops.
type interests map[id.ID]bool // shops and pseudonyms

// in reports whether a batch would pay her or her household.
func (x interests) in(b *payout.Batch) bool {
	return slices.ContainsFunc(b.Items, func(i payout.Item) bool { return x[i.Payee] })
}

// interests reads what concerns a person in a community.
func (f *Flows) interests(ctx context.Context, community, person id.ID) (interests, error) {
	own := make(interests)
	if person.IsZero() {
		return own, nil
	}
	now := f.DB.Clock().Now()
	var refs []string
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		refs = refs[:0]
		people := []id.ID{person}
		home, found, err := f.Households.HomeOf(ctx, r, person)
		if err != nil {
			return err
		}
		if found {
			living, err := f.Households.Members(ctx, r, []id.ID{home.ID})
			if err != nil {
				return err
			}
			for _, x := range living[home.ID] {
				if x.Current() && x.Person != person {
					people = append(people, x.Person)
				}
			}
		}
		for _, p := range people {
			held, err := f.Access.Of(ctx, r, p)
			if err != nil {
				return err
			}
			for _, g := range held {
				if (g.Role == access.Owner || g.Role == access.Staff) && g.Holds(now) {
					own[g.Subject] = true
				}
			}
			memberships, err := f.People.Memberships(ctx, r, p)
			if err != nil {
				return err
			}
			for _, m := range memberships {
				refs = append(refs, m.Ref)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return own, f.DB.View(ctx, community, func(r db.Reader) error {
		for _, ref := range refs {
			m, err := f.Members.Lookup(ctx, r, community, ref)
			if errors.Is(err, member.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			own[m.ID] = true
		}
		shops, err := f.Merchants.List(ctx, r, community)
		for _, m := range shops {
			if !m.Owner.IsZero() && own[m.Owner] {
				own[m.ID] = true
			}
		}
		return err
	})
}

// officers are the people who hold one of some roles for a community: there, or in a
// part of the tree above it.
func (f *Flows) officers(ctx context.Context, community id.ID, roles ...authz.Role) (who []id.ID, err error) {
	path, err := f.Communities.Path(ctx, f.DB, community)
	if err != nil {
		return nil, err
	}
	places := []id.ID{{}}
	for _, p := range path {
		places = append(places, p.ID)
	}
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		who = who[:0]
		for _, p := range places {
			grants, err := f.Access.In(ctx, r, p)
			if err != nil {
				return err
			}
			for _, g := range grants {
				if g.Subject.IsZero() && slices.Contains(roles, g.Role) && g.Holds(now) && !slices.Contains(who, g.Person) {
					who = append(who, g.Person)
				}
			}
		}
		return nil
	})
	return who, err
}
