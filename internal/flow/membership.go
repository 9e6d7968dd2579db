package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// ErrNoCommunity refuses to sell a membership to somebody of whom no community is
// known: neither a household nor a place that she chose.
var ErrNoCommunity = fault.New(fault.Invalid, "membership.no_community")

// MembershipWish is a term that somebody wants to pay for.
type MembershipWish struct {
	Person    id.ID
	Community id.ID      // only asked where she has no membership and no household
	Code      string     // of a recommendation, as link and card show it; "" for none
	Device    string     // the mark of the browser, "" if it has none
	How       string     // membership.Herself, Assisted or AtDesk
	After     period.Day // the day on which her last term ends, as the page showed it; 0: none
}

// Ordered is what became of it.
type Ordered struct {
	Community id.ID
	Order     membership.Order
	Charge    *charge.Charge   // what is to be paid; nil if nothing is
	Term      *membership.Term // that began at once, because its fee was waived
}

// membershipHome is where somebody is, or will be, a member, and under which
// reference. ref is "" if she is none and never ordered.
func (f *Flows) membershipHome(ctx context.Context, r db.Reader, who id.ID) (home id.ID, ref string, err error) {
	all, err := f.People.Memberships(ctx, r, who)
	if err != nil {
		return home, "", err
	}
	if len(all) > 0 {
		return all[0].Home, all[0].Ref, nil
	}
	h, found, err := f.Households.HomeOf(ctx, r, who)
	if found {
		home = h.Home
	}
	return home, "", err
}

// OrderMembership asks for the next term of somebody, or her first. Asked again while
// the charge is open it answers with the same one; asked for a term that follows
// another than her last, because the form came twice, it changes nothing.
func (f *Flows) OrderMembership(ctx context.Context, actor db.Actor, w MembershipWish) (o Ordered, err error) {
	defer fault.Wrap(&err, "order a membership")
	if err := f.placeMembership(ctx, &w); err != nil {
		return o, err
	}
	by, err := f.recommender(ctx, w.Community, w.Code, w.Person)
	if err != nil {
		return o, err
	}
	ref, err := f.reserveMembership(ctx, actor, &w)
	if err != nil {
		return o, err
	}
	err = f.DB.Update(ctx, w.Community, actor, func(tx *db.Tx) error {
		o = Ordered{Community: w.Community}
		return f.orderMembership(ctx, tx, &w, ref, by, &o)
	})
	return o, err
}

// placeMembership finds the community in which somebody is, or will be, a member: the
// one that knows her, that of her household, or the one she chose.
func (f *Flows) placeMembership(ctx context.Context, w *MembershipWish) error {
	return f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		home, _, err := f.membershipHome(ctx, r, w.Person)
		if err != nil {
			return err
		}
		if !home.IsZero() {
			w.Community = home
		}
		if w.Community.IsZero() {
			return ErrNoCommunity.On("community")
		}
		at, err := f.Communities.Get(ctx, r, w.Community)
		if err == nil && at.Kind != community.Community {
			err = ErrNoCommunity.On("community")
		}
		return err
	})
}

// reserveMembership finds her community and her reference; who has none gets one that
// says nothing of her. It becomes a membership when she has paid.
func (f *Flows) reserveMembership(ctx context.Context, actor db.Actor, w *MembershipWish) (ref string, err error) {
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		p, err := f.People.ByID(ctx, tx, w.Person)
		if err != nil {
			return err
		}
		if p.Name == "" {
			return person.ErrNotFound
		}
		if err := f.Memberships.NoteDevice(ctx, tx, w.Person, w.Device); err != nil {
			return err
		}
		home, known, err := f.membershipHome(ctx, tx, w.Person)
		if ref = known; err != nil || ref != "" {
			w.Community = home
			return err
		}
		if ref, err = f.freeRef(ctx, tx); err != nil {
			return err
		}
		if err := f.Members.Reserve(ctx, tx, ref, w.Community); err != nil {
			return err
		}
		return f.People.Link(ctx, tx, w.Person, ref, w.Community)
	})
	return ref, err
}

// freeRef is a reference that nobody has: random, so that it tells nothing.
func (f *Flows) freeRef(ctx context.Context, tx *db.Tx) (string, error) {
	for range 20 {
		b := tx.NewSecret()
		n := uint64(0)
		for _, x := range b[:8] {
			n = n<<8 | uint64(x)
		}
		ref := fmt.Sprintf("M%09d", n%1_000_000_000)
		if _, err := f.Members.HomeOf(ctx, tx, ref); errors.Is(err, member.ErrNotFound) {
			return ref, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", errors.New("no reference is free")
}

// orderMembership is the order inside the community's transaction.
func (f *Flows) orderMembership(ctx context.Context, tx *db.Tx, w *MembershipWish, ref string, by membership.By, o *Ordered) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	today, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	m, all, err := f.memberWithTerms(ctx, tx, ref)
	if err != nil {
		return err
	}
	if o.Charge, o.Order, err = f.openOrder(ctx, tx, tx.Community, ref); err != nil || o.Charge != nil {
		return err
	}
	last := all.Latest()
	if last != nil && last.Until != w.After && last.Until > today { // the form came twice
		o.Term = last
		return nil
	}
	if all.Next(today) != nil {
		return membership.ErrAhead
	}
	promise := membership.Promised(&v.Params)
	var waived []id.ID
	if m != nil {
		if waived, err = f.waivable(ctx, tx, tx.Community, &v.Params, m.ID, all, today); err != nil {
			return err
		}
	}
	origin := membership.Paid
	switch {
	case len(waived) > 0:
		origin, promise.Fee = membership.Waived, 0
	case promise.Fee == 0:
		origin = membership.Free
	}
	order := membership.Order{Ref: ref, Promise: promise, How: w.How}
	if m != nil {
		order.Member = m.ID
	}
	if o.Order, err = f.Memberships.PlaceOrder(ctx, tx, order); err != nil {
		return err
	}
	if !by.ID.IsZero() {
		if m != nil {
			return membership.ErrNotFirst.On("code")
		}
		if err := f.Memberships.Name(ctx, tx, o.Order.ID, by); err != nil {
			return err
		}
	}
	if origin != membership.Paid {
		t, err := f.beginTerm(ctx, tx, &o.Order, origin, id.ID{}, -1)
		o.Term = &t
		if err != nil {
			return err
		}
		return f.Memberships.Waive(ctx, tx, t.ID, waived)
	}
	return f.chargeMembership(ctx, tx, w, &v.Params, o)
}

// chargeMembership opens what is to be paid for an order.
func (f *Flows) chargeMembership(ctx context.Context, tx *db.Tx, w *MembershipWish, p *policy.Params, o *Ordered) error {
	due, err := f.endOfDay(ctx, tx, p.OrderDays)
	if err != nil {
		return err
	}
	c := charge.Charge{Purpose: charge.Membership, Subject: o.Order.ID, Kind: charge.ByPerson, Payer: w.Person, Amount: o.Order.Fee, DueAt: due}
	if !o.Order.Member.IsZero() {
		c.Kind, c.Payer = charge.ByMember, o.Order.Member
	}
	opened, err := f.Charges.Open(ctx, tx, c)
	o.Charge = &opened
	return err
}

// memberWithTerms finds a member at home in tx's community with her terms; nil if
// there is none.
func (f *Flows) memberWithTerms(ctx context.Context, tx *db.Tx, ref string) (*member.Member, membership.Terms, error) {
	m, err := f.Members.ByRef(ctx, tx, ref)
	switch {
	case errors.Is(err, member.ErrNotFound):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	case m.Home != tx.Community:
		return nil, nil, member.ErrElsewhere
	case m.Standing == member.Barred:
		return nil, nil, membership.ErrBarred
	}
	all, err := f.Memberships.TermsOf(ctx, tx, tx.Community, m.ID)
	return m, all, err
}

// openOrder is what somebody has ordered and may still pay, nil if nothing.
func (f *Flows) openOrder(ctx context.Context, r db.Reader, community id.ID, ref string) (*charge.Charge, membership.Order, error) {
	orders, err := f.Memberships.OrdersOf(ctx, r, community, ref)
	if err != nil {
		return nil, membership.Order{}, err
	}
	for _, o := range orders {
		charges, err := f.Charges.Of(ctx, r, community, o.ID)
		if err != nil {
			return nil, o, err
		}
		for i := range charges {
			if charges[i].Open() && f.DB.Clock().Now().Before(charges[i].DueAt) {
				return &charges[i], o, nil
			}
		}
	}
	return nil, membership.Order{}, nil
}

// waivable are the counted recommendations that waive the next fee, nil if there are
// too few: as many as the policy asks, the first first, of those that counted in the
// term that is running or has just run out, each used once (B2).
func (f *Flows) waivable(ctx context.Context, r db.Reader, community id.ID, p *policy.Params, who id.ID, all membership.Terms, today period.Day) ([]id.ID, error) {
	if p.WaiverCount == 0 || p.RewardDepth < 1 {
		return nil, nil
	}
	t := all.Current(today)
	if t == nil && all.Phase(today, p.GraceDays) == membership.Grace {
		t = all.Latest()
	}
	if t == nil {
		return nil, nil
	}
	counted, err := f.countedIn(ctx, r, community, who, t)
	if err != nil || len(counted) < p.WaiverCount {
		return nil, err
	}
	return counted[:p.WaiverCount], nil
}

// countedIn are the newcomers whose recommendation counted in a term and was used for
// nothing yet, the first first.
func (f *Flows) countedIn(ctx context.Context, r db.Reader, community, who id.ID, t *membership.Term) (counted []id.ID, err error) {
	all, err := f.Memberships.RecommendedBy(ctx, r, community, membership.By{Kind: membership.ByMember, ID: who})
	for _, n := range slices.Backward(all) {
		if n.State() == membership.Counts && n.Waived.IsZero() && len(n.Taken) == 0 && n.Outcome.Day >= t.From {
			counted = append(counted, n.Member)
		}
	}
	return counted, err
}
