package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// DecideRecommendation notes what somebody found who looked at a held recommendation,
// and weighs it again.
func (f *Flows) DecideRecommendation(ctx context.Context, community id.ID, actor db.Actor, newcomer id.ID, verdict, reason string) (err error) {
	defer fault.Wrap(&err, "decide on a recommendation")
	var n *membership.Recommendation
	if err := f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if err := f.Memberships.Decide(ctx, tx, newcomer, verdict, reason); err != nil {
			return err
		}
		n, err = f.Memberships.RecommendationOf(ctx, tx, community, newcomer)
		return err
	}); err != nil {
		return err
	}
	people, err := f.peopleOf(ctx, community, []membership.Recommendation{*n})
	if err != nil {
		return err
	}
	return f.weighOne(ctx, community, n, people[newcomer])
}

// takeableGuards are the guards that can come out later.
var takeableGuards = []string{membership.Oneself, membership.SecondPhone, membership.Household, membership.Ring, membership.FirstOnly, membership.PaidInMoney}

// RevokeRecommendation takes a counted recommendation back, because it came out that
// a guard had been passed: what is left of the reward, and its place in a waiver.
func (f *Flows) RevokeRecommendation(ctx context.Context, community id.ID, actor db.Actor, newcomer id.ID, guard, reason string) (err error) {
	defer fault.Wrap(&err, "revoke a recommendation")
	if reason, err = membership.Reason(reason); err != nil {
		return err
	}
	if !slices.Contains(takeableGuards, guard) {
		return membership.ErrBadGuard.On("guard")
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		n, err := f.Memberships.RecommendationOf(ctx, tx, community, newcomer)
		switch {
		case err != nil:
			return err
		case n == nil || n.State() != membership.Counts:
			return membership.ErrNoReward
		}
		t := membership.Taken{Seq: -1, Guard: guard, Reason: reason, Amount: n.Kept()}
		if n.Outcome.Seq < 0 { // a shop's: no money moved
			return f.Memberships.TakeBack(ctx, tx, n, t)
		}
		move := charter.ReferralRevoked{Recommender: n.ID, Recommended: n.Member, Term: n.Term, Reward: n.Outcome.Reward, Taken: n.Outcome.Reward - n.Kept(), Guard: guard, Month: n.Outcome.Month}
		posted, err := f.Move(ctx, tx, "~membership:"+n.Term.String()+"/revoked", move)
		if err != nil {
			return err
		}
		t.Seq = posted.Seq
		if err := f.Memberships.TakeBack(ctx, tx, n, t); err != nil {
			return err
		}
		return f.tellRecommender(ctx, tx, n.ID, notice.RewardTaken, "revoked/"+newcomer.String(), notice.Yuan(move.Amount()))
	})
}

// Recommended is how many members a shop recommended of those who joined in a month
// (C3): counted, and on their way to count. Blocked ones are neither.
func (f *Flows) Recommended(ctx context.Context, r db.Reader, community, shop id.ID, month period.Month) (counted, pending int, err error) {
	zone, err := f.Zone(ctx, r, community, f.DB.Clock().Now())
	if err != nil {
		return 0, 0, err
	}
	all, err := f.Memberships.RecommendedBy(ctx, r, community, membership.By{Kind: membership.ByMerchant, ID: shop})
	for _, n := range all {
		if period.DayOf(n.At, zone).Month() != month {
			continue
		}
		switch n.State() {
		case membership.Counts:
			counted++
		case membership.Pending, membership.Held:
			pending++
		}
	}
	return counted, pending, err
}
