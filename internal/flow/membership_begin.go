package flow

import (
	"context"
	"errors"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// MembershipPath is where a person reads what her membership is.
const MembershipPath = "/me/membership"

// membershipFee is the rule that books the payment of an order. Who is no member yet
// becomes one with it: the entry names her pseudonym.
func (f *Flows) membershipFee(ctx context.Context, tx *db.Tx, c *charge.Charge, p charge.Payment) (charter.Move, error) {
	o, err := f.Memberships.OrderByID(ctx, tx, tx.Community, c.Subject)
	if err != nil {
		return nil, err
	}
	m, err := f.joinFor(ctx, tx, &o)
	if err != nil {
		return nil, err
	}
	return charter.MembershipFee{Member: m.ID, Charge: c.ID, Term: o.ID, Fee: c.Amount, Means: p.Means}, nil
}

// joinFor finds the member for whom an order is, or lets her join.
func (f *Flows) joinFor(ctx context.Context, tx *db.Tx, o *membership.Order) (*member.Member, error) {
	m, err := f.Members.ByRef(ctx, tx, o.Ref)
	if errors.Is(err, member.ErrNotFound) {
		m, _, err = f.Members.Join(ctx, tx, member.Member{Ref: o.Ref, Standing: member.Good, Level: policy.Silver})
	}
	if err == nil && m.Home != tx.Community {
		err = member.ErrElsewhere
	}
	return m, err
}

// membershipPaid begins the term that a charge paid for.
func (f *Flows) membershipPaid(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
	o, err := f.Memberships.OrderByID(ctx, tx, tx.Community, c.Subject)
	if err != nil {
		return err
	}
	_, err = f.beginTerm(ctx, tx, &o, membership.Paid, c.ID, c.End.Seq)
	return err
}

// membershipDropped: an order that is not paid leaves nothing behind.
func (f *Flows) membershipDropped(context.Context, *db.Tx, *charge.Charge) error { return nil }

// beginTerm begins the term of an order: behind her last one, or today. Who was
// lapsed is in good standing again; the recommendation of a newcomer is noted.
func (f *Flows) beginTerm(ctx context.Context, tx *db.Tx, o *membership.Order, origin membership.Origin, charge id.ID, seq int64) (t membership.Term, err error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return t, err
	}
	today, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return t, err
	}
	m, err := f.joinFor(ctx, tx, o)
	if err != nil {
		return t, err
	}
	all, err := f.Memberships.TermsOf(ctx, tx, tx.Community, m.ID)
	if err != nil {
		return t, err
	}
	t = membership.Term{ID: o.ID, Member: m.ID, Charge: charge, Seq: seq, Origin: origin, Fee: o.Fee, PaidDay: today, CoolingDays: o.CoolingDays, FreeServices: o.FreeServices}
	t.From, t.Until = all.Following(today, o.Months, v.Params.GraceDays)
	if t, err = f.Memberships.Begin(ctx, tx, t); err != nil {
		return t, err
	}
	if err := f.stand(ctx, tx, m, member.Lapsed, member.Good); err != nil {
		return t, err
	}
	if len(all) == 0 && o.Member.IsZero() {
		if err := f.recommended(ctx, tx, o, m); err != nil {
			return t, err
		}
	}
	return t, f.Notices.Send(ctx, tx, notice.Notice{
		Kind: notice.MembershipBegun, Member: m.Ref, Cause: "term/" + t.ID.String(), Place: tx.Community, Link: MembershipPath,
		Args: []notice.Arg{notice.Day(t.From), notice.Day(t.Last())},
	})
}

// stand changes a member's standing if it is the one; copies elsewhere follow.
func (f *Flows) stand(ctx context.Context, tx *db.Tx, m *member.Member, from, to member.Standing) error {
	if m.Standing != from {
		return nil
	}
	return f.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Standing = to; return nil })
}

// recommended notes who recommended somebody that has just joined for the first time,
// and tells a member who did.
func (f *Flows) recommended(ctx context.Context, tx *db.Tx, o *membership.Order, m *member.Member) error {
	by, found, err := f.Memberships.NamedIn(ctx, tx, tx.Community, o.ID)
	if err != nil || !found {
		return err
	}
	if err := f.Memberships.Recommend(ctx, tx, m.ID, o.ID, by); err != nil || by.Kind != membership.ByMember {
		return err
	}
	return f.tellRecommender(ctx, tx, by.ID, notice.RecommendationPaid, "joined/"+m.ID.String())
}

// tellRecommender tells a member something of her recommendation; the newcomer is not
// named.
func (f *Flows) tellRecommender(ctx context.Context, tx *db.Tx, who id.ID, kind, cause string, args ...notice.Arg) error {
	m, err := f.Members.ByID(ctx, tx, who)
	if err != nil {
		return err
	}
	return f.Notices.Send(ctx, tx, notice.Notice{Kind: kind, Member: m.Ref, Cause: cause, Place: tx.Community, Link: MembershipPath + "/recommend", Args: args})
}

// Invitation is what a recommendation link leads to.
type Invitation struct {
	Community community.Place
	By        membership.By
	Shop      string // its name; "" of a member
}

// Invited finds out who recommends with a code, as links and cards show it. Of a
// member nothing is told but her community.
func (f *Flows) Invited(ctx context.Context, code string) (v Invitation, err error) {
	at, own, ok := splitCode(code)
	if !ok {
		return v, membership.ErrNoCode.On("code")
	}
	if v.Community, err = f.Communities.ByRef(ctx, f.DB, at); err != nil {
		return v, membership.ErrNoCode.On("code")
	}
	err = f.DB.View(ctx, v.Community.ID, func(r db.Reader) error {
		if v.By, err = f.Memberships.ByCode(ctx, r, v.Community.ID, own); err != nil || v.By.Kind != membership.ByMerchant {
			return err
		}
		shop, err := f.Merchants.ByID(ctx, r, v.Community.ID, v.By.ID)
		if err == nil {
			v.Shop = shopName(shop)
		}
		return err
	})
	return v, err
}

// recommender is who stands behind a code that somebody orders with: nobody for "".
// Nobody recommends herself.
func (f *Flows) recommender(ctx context.Context, home id.ID, code string, newcomer id.ID) (by membership.By, err error) {
	if strings.TrimSpace(code) == "" {
		return by, nil
	}
	v, err := f.Invited(ctx, code)
	switch {
	case err != nil:
		return by, err
	case v.Community.ID != home:
		return by, membership.ErrNoCode.On("code")
	}
	w, err := f.suspect(ctx, home, v.By, newcomer)
	if err == nil && w.Same {
		err = membership.ErrOwnCode.On("code")
	}
	return v.By, err
}

// RecommendationCode is the code of somebody's link as links and cards show it, "" if
// it was not made yet.
func (f *Flows) RecommendationCode(ctx context.Context, at community.Place, by membership.By) (code string, err error) {
	err = f.DB.View(ctx, at.ID, func(r db.Reader) error {
		code, err = f.Memberships.KnownCode(ctx, r, at.ID, by)
		return err
	})
	if code != "" {
		code = at.Ref + "-" + code
	}
	return code, err
}

// MakeCode makes it, at its owner's wish; who has one keeps it.
func (f *Flows) MakeCode(ctx context.Context, actor db.Actor, at community.Place, by membership.By) (code string, err error) {
	err = f.DB.Update(ctx, at.ID, actor, func(tx *db.Tx) error {
		code, err = f.Memberships.CodeOf(ctx, tx, by)
		return err
	})
	return at.Ref + "-" + code, err
}

// splitCode splits a code into the community's reference and what is looked up there.
func splitCode(code string) (ref, own string, ok bool) {
	code = strings.TrimSpace(code)
	n := strings.LastIndexByte(code, '-')
	if n <= 0 || len(code)-n != 9 {
		return "", "", false
	}
	return code[:n], code[n+1:], true
}
