package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// ShopName is what people call a shop.
func ShopName(m *merchant.Merchant) string { return shopName(m) }

// shopPeople are the people of each of some shops: who owns one or works in it now.
func (f *Flows) shopPeople(ctx context.Context, community id.ID, shops ...id.ID) (people map[id.ID][]id.ID, err error) {
	people = make(map[id.ID][]id.ID, len(shops))
	if len(shops) == 0 {
		return people, nil
	}
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		grants, err := f.Access.In(ctx, r, community)
		for _, g := range grants {
			if (g.Role == access.Owner || g.Role == access.Staff) && g.Holds(now) && slices.Contains(shops, g.Subject) && !slices.Contains(people[g.Subject], g.Person) {
				people[g.Subject] = append(people[g.Subject], g.Person)
			}
		}
		return err
	})
	return people, err
}

// everyShop is shopPeople for all shops of a community: for what a closure decides
// whom to tell of.
func (f *Flows) everyShop(ctx context.Context, community id.ID) (map[id.ID][]id.ID, error) {
	var shops []id.ID
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Merchants.List(ctx, r, community)
		for _, m := range all {
			shops = append(shops, m.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f.shopPeople(ctx, community, shops...)
}

// tellShops leaves a notice for the people of some shops with the transaction.
func (f *Flows) tellShops(ctx context.Context, tx *db.Tx, people map[id.ID][]id.ID, shops []id.ID, n notice.Notice) error {
	n.Place = tx.Community
	told := make(map[id.ID]bool)
	for _, shop := range shops {
		for _, n.Person = range people[shop] {
			if told[n.Person] {
				continue
			}
			told[n.Person] = true
			if err := f.Notices.Send(ctx, tx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// takingPart refuses a shop that is not there or does not take part now.
func (f *Flows) takingPart(ctx context.Context, tx *db.Tx, shop id.ID) (*merchant.Merchant, error) {
	m, err := f.Merchants.ByID(ctx, tx, tx.Community, shop)
	if err == nil && m.Status == merchant.Suspended {
		err = merchant.ErrSuspended
	}
	return m, err
}

// MemberIn is who a person is in a community: her membership there, found by the
// references under which she is known. member.ErrNotFound if she is none.
func (f *Flows) MemberIn(ctx context.Context, community, who id.ID) (m *member.Member, err error) {
	var all []person.Membership
	if all, err = f.membershipsOf(ctx, who); err != nil {
		return nil, err
	}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		for _, s := range all {
			if s.Home != community {
				continue
			}
			m, err = f.Members.Lookup(ctx, r, community, s.Ref)
			return err
		}
		return member.ErrNotFound
	})
	return m, err
}

// onClock is the day on a community's clock at tx's instant, with the rules in force.
func (f *Flows) onClock(ctx context.Context, tx *db.Tx) (today period.Day, v *policy.Version, err error) {
	if v, err = f.inForce(ctx, tx, tx.Now); err != nil {
		return 0, nil, err
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return 0, nil, err
	}
	return period.DayOf(tx.Now, zone), v, nil
}

// Standing is what a page says of now in a community: its clock and its rules.
type Standing struct {
	Now   time.Time // on its clock
	Today period.Day
	Rules policy.Params
}

// StandingIn reads it.
func (f *Flows) StandingIn(ctx context.Context, community id.ID) (s Standing, err error) {
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		versions, err := f.Policies.List(ctx, r, community)
		if err != nil {
			return err
		}
		v := policy.InForce(versions, now)
		if v == nil {
			return policy.ErrNone
		}
		s.Rules = v.Params
		zone, err := f.zone(&v.Params)
		if err != nil {
			return err
		}
		s.Now, s.Today = now.In(zone), period.DayOf(now, zone)
		return nil
	})
	return s, err
}

// Once does something in a community that a form asks for, unless the form's token
// came before: then nothing is done and first is false. An empty token is no token.
func (f *Flows) Once(ctx context.Context, community id.ID, actor db.Actor, token string, do func(tx *db.Tx) error) (first bool, err error) {
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		first = true
		if token != "" {
			if first, err = once.First(ctx, tx, actor.ID, token); err != nil || !first {
				return err
			}
		}
		return do(tx)
	})
	return first, err
}

// TidyForms forgets old tokens of a community's forms. It is a sweeper's work.
func (f *Flows) TidyForms(ctx context.Context, community id.ID) error {
	return f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return once.Tidy(ctx, tx) })
}
