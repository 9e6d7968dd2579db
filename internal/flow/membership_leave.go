package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// Parting is what giving one term up on a day brings back (M-02).
type Parting struct {
	Term   membership.Term
	Charge *charge.Charge // that paid for it; nil if nothing did
	charter.FeeRefund
}

// Partings are what giving a membership up brings back, term by term.
type Partings []Parting

// Sum is all that comes back.
func (all Partings) Sum() (sum money.Amount) {
	for _, p := range all {
		sum += p.Amount()
	}
	return sum
}

// Leaving says what somebody gives up.
type Leaving string

// What can be given up: everything, or only the term that has not begun.
const (
	LeaveAll  Leaving = "all"
	LeaveNext Leaving = "next"
)

// Partings are what giving terms up on a day would bring back. The page shows it, and
// GiveUp books exactly it.
func (f *Flows) Partings(ctx context.Context, r db.Reader, community id.ID, all membership.Terms, day period.Day, what Leaving) (out Partings, err error) {
	for i := range all {
		t := &all[i]
		if !t.Stands() || day >= t.Until || what == LeaveNext && day >= t.From {
			continue
		}
		p := Parting{Term: *t}
		means := charter.Cash
		if !t.Charge.IsZero() {
			if p.Charge, err = f.Charges.ByID(ctx, r, community, t.Charge); err != nil {
				return nil, err
			}
			means = p.Charge.End.Means
		}
		taken, err := f.Memberships.GoodsTaken(ctx, r, community, t.ID)
		if err != nil {
			return nil, err
		}
		p.FeeRefund = t.Refund(day, taken, means)
		out = append(out, p)
	}
	return out, nil
}

// GiveUp ends a membership, or the part of it that has not begun, at its member's
// wish. The money waits for her at the counter, the way it came; what the refund must
// take back it takes: of the recommender's reward in proportion, packs that wait.
func (f *Flows) GiveUp(ctx context.Context, community id.ID, actor db.Actor, ref string, what Leaving, reason string) (out Partings, err error) {
	defer fault.Wrap(&err, "give a membership up")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Members.ByRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		if m.Home != community {
			return member.ErrElsewhere
		}
		out, err = f.giveUp(ctx, tx, m, what, reason)
		return err
	})
	return out, err
}

func (f *Flows) giveUp(ctx context.Context, tx *db.Tx, m *member.Member, what Leaving, reason string) (Partings, error) {
	today, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	all, err := f.Memberships.TermsOf(ctx, tx, tx.Community, m.ID)
	if err != nil {
		return nil, err
	}
	parts, err := f.Partings(ctx, tx, tx.Community, all, today, what)
	switch {
	case err != nil:
		return nil, err
	case len(parts) == 0 && what == LeaveNext:
		return nil, membership.ErrNoNext
	case len(parts) == 0:
		return nil, membership.ErrOver
	}
	for i := range parts {
		if err := f.part(ctx, tx, &parts[i], today, reason); err != nil {
			return nil, err
		}
	}
	if err := f.dropOrders(ctx, tx, m.Ref, reason); err != nil {
		return nil, err
	}
	if what == LeaveAll {
		if err := f.stand(ctx, tx, m, member.Good, member.Lapsed); err != nil {
			return nil, err
		}
	}
	return parts, f.Notices.Send(ctx, tx, notice.Notice{
		Kind: notice.MembershipLeft, Member: m.Ref, Cause: "left/" + parts[0].Term.ID.String(), Place: tx.Community, Link: MembershipPath + "/history",
		Args: []notice.Arg{notice.Yuan(parts.Sum())},
	})
}

// part ends one term with its refund.
func (f *Flows) part(ctx context.Context, tx *db.Tx, p *Parting, today period.Day, reason string) error {
	amount := p.Amount()
	if p.Charge != nil {
		if err := f.refundCharge(ctx, tx, p.Charge, p.FeeRefund, amount, reason); err != nil {
			return err
		}
	}
	if err := f.Memberships.EndTerm(ctx, tx, &p.Term, membership.TermEnd{Day: today, Refunded: amount, Taken: p.Taken, Reason: reason}); err != nil {
		return err
	}
	mine, err := f.Memberships.ClaimsOf(ctx, tx, tx.Community, p.Term.Member)
	if err != nil {
		return err
	}
	for i := range mine {
		if c := &mine[i]; c.Term == p.Term.ID && c.End == nil {
			if err := f.Memberships.VoidClaim(ctx, tx, c); err != nil {
				return err
			}
		}
	}
	return f.takeShare(ctx, tx, p, amount, reason)
}

// takeShare takes of the reward for a term what its refund takes of the fee.
func (f *Flows) takeShare(ctx context.Context, tx *db.Tx, p *Parting, refunded money.Amount, reason string) error {
	n, err := f.Memberships.RecommendationOf(ctx, tx, tx.Community, p.Term.Member)
	if err != nil || n == nil || n.Term != p.Term.ID || n.Kept() <= 0 {
		return err
	}
	move := charter.ReferralTaken{Recommender: n.ID, Recommended: n.Member, Term: n.Term, Reward: n.Outcome.Reward, Fee: p.Fee, Refunded: refunded, Month: n.Outcome.Month}
	if move.Amount() == 0 {
		return nil
	}
	posted, err := f.Move(ctx, tx, "~membership:"+p.Term.ID.String()+"/taken", move)
	if err != nil {
		return err
	}
	if err := f.Memberships.TakeBack(ctx, tx, n, membership.Taken{Seq: posted.Seq, Amount: move.Amount(), Reason: reason}); err != nil {
		return err
	}
	return f.tellRecommender(ctx, tx, n.ID, notice.RewardTaken, "taken/"+n.Member.String(), notice.Yuan(move.Amount()))
}

// dropOrders cancels what a reference has ordered and not paid.
func (f *Flows) dropOrders(ctx context.Context, tx *db.Tx, ref, reason string) error {
	for {
		c, _, err := f.openOrder(ctx, tx, tx.Community, ref)
		if err != nil || c == nil {
			return err
		}
		if err := f.drop(ctx, tx, c, charge.Cancelled, reason); err != nil {
			return err
		}
	}
}

// CancelMembershipOrder takes an order back that is not paid.
func (f *Flows) CancelMembershipOrder(ctx context.Context, community id.ID, actor db.Actor, ref string, order id.ID) (err error) {
	defer fault.Wrap(&err, "cancel an order of membership")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		o, err := f.Memberships.OrderByID(ctx, tx, community, order)
		if err == nil && o.Ref != ref {
			err = membership.ErrNoOrder
		}
		if err != nil {
			return err
		}
		return f.dropOrders(ctx, tx, ref, "本人取消")
	})
}

// Unname takes the recommender out of an order that is not paid.
func (f *Flows) Unname(ctx context.Context, community id.ID, actor db.Actor, ref string, order id.ID) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, o, err := f.openOrder(ctx, tx, community, ref)
		if err == nil && (c == nil || o.ID != order) {
			err = membership.ErrNoOrder
		}
		if err != nil {
			return err
		}
		return f.Memberships.Unname(ctx, tx, order)
	})
}

// CarryOver notes a term from before these books, which a founding member paid
// elsewhere: her days count, nothing of it comes back here.
func (f *Flows) CarryOver(ctx context.Context, community id.ID, actor db.Actor, ref string, from, last period.Day, reason string) (t membership.Term, err error) {
	defer fault.Wrap(&err, "carry a membership over")
	if reason, err = membership.Reason(reason); err != nil {
		return t, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		today, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		m, err := f.Members.ByRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		if m.Home != community {
			return member.ErrElsewhere
		}
		if from > today || last < from || last > today.Plus(36) {
			return membership.ErrBadDays.On("from")
		}
		t, err = f.Memberships.Begin(ctx, tx, membership.Term{ID: tx.NewID(), Member: m.ID, Seq: -1, Origin: membership.Carried, From: from, Until: last + 1, PaidDay: from,
			CoolingDays: v.Params.CoolingOffDays, FreeServices: v.Params.FreeServices, Reason: reason})
		return err
	})
	return t, err
}
