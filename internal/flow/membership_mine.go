package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// MyMembership is a person's membership as her page shows it: what she has, what is
// left of it, and what comes next.
type MyMembership struct {
	Community community.Place // zero: nobody knows where she lives
	Zone      *time.Location
	Rules     policy.Params
	Today     period.Day
	Ref       string         // "" before her first order
	Member    *member.Member // nil before she has paid
	Terms     membership.Terms
	Uses      []membership.Use // of the term that serves her now

	Charge *charge.Charge // that she has to pay, nil if none
	Order  membership.Order
	Named  *Named // whom the order names

	Recommended []membership.Recommendation // whom she recommended
	ByWhom      *membership.Recommendation  // who recommended her, nil if nobody
	Counted     int                         // recommendations that may waive the next fee
	Packs       []membership.Pack           // of this quarter
	Claims      []membership.Claim
	ShopNames   map[id.ID]string

	Birthday     membership.Birthday
	BirthdayTold bool
}

// Named is whom an order names: a shop by its name, a member without.
type Named struct {
	membership.By
	Shop string
}

// Phase says where she stands.
func (m *MyMembership) Phase() membership.Phase { return m.Terms.Phase(m.Today, m.Rules.GraceDays) }

// Serving is the term whose services and packs she may use: the present one, or in the
// grace the one that has just run out; nil without any.
func (m *MyMembership) Serving() *membership.Term {
	if t := m.Terms.Current(m.Today); t != nil {
		return t
	}
	if m.Phase() == membership.Grace {
		return m.Terms.Latest()
	}
	return nil
}

// Claim is the pack that she chose this quarter, nil if none.
func (m *MyMembership) Claim() *membership.Claim {
	for i := range m.Claims {
		c := &m.Claims[i]
		if c.Quarter == membership.Quarter(m.Today) && (c.End == nil || c.End.How == membership.Handed) {
			return c
		}
	}
	return nil
}

// MembershipOf reads a person's membership.
func (f *Flows) MembershipOf(ctx context.Context, who id.ID) (m MyMembership, err error) {
	defer fault.Wrap(&err, "membership of a person")
	var home id.ID
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if home, m.Ref, err = f.membershipHome(ctx, r, who); err != nil {
			return err
		}
		m.Birthday, m.BirthdayTold, err = f.Memberships.BirthdayOf(ctx, r, who)
		return err
	})
	if err != nil || home.IsZero() {
		return m, err
	}
	if m.Community, err = f.Communities.ByID(ctx, f.DB, home); err != nil {
		return m, err
	}
	err = f.DB.View(ctx, home, func(r db.Reader) error {
		rules, today, err := f.presentAt(ctx, r, home)
		if err != nil {
			return err
		}
		m.Rules, m.Today = *rules, today
		if m.Zone, err = f.zone(rules); err != nil || m.Ref == "" {
			return err
		}
		return f.fillMembership(ctx, r, home, &m)
	})
	return m, err
}

func (f *Flows) fillMembership(ctx context.Context, r db.Reader, home id.ID, m *MyMembership) (err error) {
	if m.Charge, m.Order, err = f.openOrder(ctx, r, home, m.Ref); err != nil {
		return err
	}
	if m.ShopNames, err = f.shopNames(ctx, r, home); err != nil {
		return err
	}
	if m.Charge != nil {
		by, found, err := f.Memberships.NamedIn(ctx, r, home, m.Order.ID)
		if err != nil {
			return err
		}
		if found {
			m.Named = &Named{by, m.ShopNames[by.ID]}
		}
	}
	m.Member, err = f.Members.Lookup(ctx, r, home, m.Ref)
	if errors.Is(err, member.ErrNotFound) {
		m.Member = nil
		return nil
	}
	if err != nil {
		return err
	}
	return f.fillTerms(ctx, r, home, m)
}

// fillTerms reads what only a member has.
func (f *Flows) fillTerms(ctx context.Context, r db.Reader, home id.ID, m *MyMembership) (err error) {
	who := m.Member.ID
	if m.Terms, err = f.Memberships.TermsOf(ctx, r, home, who); err != nil {
		return err
	}
	if t := m.Serving(); t != nil {
		if m.Uses, err = f.Memberships.UsesOf(ctx, r, home, t.ID); err != nil {
			return err
		}
		counted, err := f.countedIn(ctx, r, home, who, t)
		if err != nil {
			return err
		}
		m.Counted = len(counted)
	}
	if m.Recommended, err = f.Memberships.RecommendedBy(ctx, r, home, membership.By{Kind: membership.ByMember, ID: who}); err != nil {
		return err
	}
	if m.ByWhom, err = f.Memberships.RecommendationOf(ctx, r, home, who); err != nil {
		return err
	}
	if m.Packs, err = f.Memberships.PacksOf(ctx, r, home, membership.Quarter(m.Today)); err != nil {
		return err
	}
	m.Claims, err = f.Memberships.ClaimsOf(ctx, r, home, who)
	return err
}

// Waits says what a pending recommendation still waits for, by the guard's id; "" if
// nothing does, and it only has not been counted yet.
func (f *Flows) Waits(ctx context.Context, community id.ID, n *membership.Recommendation) (guard string, err error) {
	people, err := f.peopleOf(ctx, community, []membership.Recommendation{*n})
	if err != nil {
		return "", err
	}
	w, err := f.suspect(ctx, community, n.By, people[n.Member])
	if err != nil {
		return "", err
	}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		rules, _, err := f.presentAt(ctx, r, community)
		if err != nil {
			return err
		}
		c, n, err := f.evidenceOf(ctx, r, community, rules, n.Member, w, nil)
		if err != nil || n == nil {
			return err
		}
		_, guard = c.Weigh()
		return nil
	})
	return guard, err
}

// Farewell is what giving a membership up on a day would bring back, for the page that
// says so before anybody buys, and on any day after.
func (f *Flows) Farewell(ctx context.Context, m *MyMembership, day period.Day, what Leaving) (all Partings, err error) {
	err = f.DB.View(ctx, m.Community.ID, func(r db.Reader) error {
		all, err = f.Partings(ctx, r, m.Community.ID, m.Terms, day, what)
		return err
	})
	return all, err
}

// NoteMembershipDevice notes on which device a person recommends.
func (f *Flows) NoteMembershipDevice(ctx context.Context, actor db.Actor, person id.ID, mark string) error {
	known := false
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		known, err = f.Memberships.KnowsDevice(ctx, r, person, mark)
		return err
	})
	if err != nil || known {
		return err
	}
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.Memberships.NoteDevice(ctx, tx, person, mark) })
}

// PersonsBehind are the people behind members of a community, by member. Who never
// signed up, or was forgotten, is not among them.
func (f *Flows) PersonsBehind(ctx context.Context, community id.ID, members []id.ID) (map[id.ID]id.ID, error) {
	all := make([]membership.Recommendation, len(members))
	for i, m := range members {
		all[i].Member = m
	}
	return f.peopleOf(ctx, community, all)
}

// MembershipByRef reads the membership of a member at home in a community, for the
// desk: also of one behind whom nobody has signed up.
func (f *Flows) MembershipByRef(ctx context.Context, community id.ID, ref string) (m MyMembership, err error) {
	m.Ref = ref
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		rules, today, err := f.presentAt(ctx, r, community)
		if err != nil {
			return err
		}
		m.Rules, m.Today = *rules, today
		if m.Zone, err = f.zone(rules); err != nil {
			return err
		}
		return f.fillMembership(ctx, r, community, &m)
	})
	if err == nil && (m.Member == nil || m.Member.Home != community) {
		err = member.ErrNotFound
	}
	m.Community.ID = community
	return m, err
}
