package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// weighedAtOnce is how many open recommendations a sweep reads at a time.
const weighedAtOnce = 100

// CountRecommendations looks at every recommendation of a community that is not
// decided: it counts, is held for a person to look at, is blocked for good, or waits.
// It is a sweeper's work; again it changes nothing.
func (f *Flows) CountRecommendations(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "count recommendations")
	for after := (id.ID{}); ; {
		var open []membership.Recommendation
		var people map[id.ID]id.ID
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			open, err = f.Memberships.Open(ctx, r, community, after, weighedAtOnce)
			return err
		})
		if err == nil {
			people, err = f.peopleOf(ctx, community, open)
		}
		if err != nil || len(open) == 0 {
			return err
		}
		for i := range open {
			after = open[i].Member
			if err := f.weighOne(ctx, community, &open[i], people[after]); err != nil {
				return err
			}
		}
	}
}

// weighOne looks at one open recommendation.
func (f *Flows) weighOne(ctx context.Context, community id.ID, n *membership.Recommendation, newcomer id.ID) error {
	w, err := f.suspect(ctx, community, n.By, newcomer)
	if err != nil {
		return err
	}
	due, err := f.dueToWeigh(ctx, community, n.Member, w)
	if err != nil || !due {
		return err
	}
	return f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.weigh(ctx, tx, n.Member, w) })
}

// dueToWeigh spares the writer what still waits: it weighs on a reader first.
func (f *Flows) dueToWeigh(ctx context.Context, community, newcomer id.ID, w suspicion) (due bool, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		versions, err := f.Policies.List(ctx, r, community)
		if err != nil {
			return err
		}
		v := policy.InForce(versions, f.DB.Clock().Now())
		if v == nil {
			return policy.ErrNone
		}
		c, n, err := f.evidenceOf(ctx, r, community, &v.Params, newcomer, w, nil)
		if err != nil || n == nil || n.Outcome != nil {
			return err
		}
		state, _ := c.Weigh()
		due = state == membership.Counts || state == membership.Blocked || state == membership.Held && n.Review == nil
		return nil
	})
	return due, err
}

// weigh decides on one recommendation.
func (f *Flows) weigh(ctx context.Context, tx *db.Tx, newcomer id.ID, w suspicion) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	c, n, err := f.evidenceOf(ctx, tx, tx.Community, &v.Params, newcomer, w, tx)
	if err != nil || n == nil || n.Outcome != nil {
		return err
	}
	switch state, guard := c.Weigh(); state {
	case membership.Held:
		return f.Memberships.Hold(ctx, tx, newcomer, guard)
	case membership.Blocked:
		if err := f.Memberships.Conclude(ctx, tx, n, membership.Outcome{State: state, Guard: guard, Spent: c.Spent, Uses: c.Uses, Seq: -1, Month: c.Today.Month(), Day: c.Today}); err != nil || c.ByShop {
			return err
		}
		return f.tellRecommender(ctx, tx, n.ID, notice.RecommendationBlocked, "blocked/"+newcomer.String(), notice.Text(guard, ""), notice.Say(membership.GuardOf(guard).Says.Key))
	case membership.Counts:
		return f.thank(ctx, tx, &v.Params, c, n)
	}
	return nil
}

// thank counts a recommendation: a member is thanked out of the newcomer's fee as far
// as her month's cap goes (M-03), a shop has done a part of its duty. A newcomer of a
// team leader joins her team (B3).
func (f *Flows) thank(ctx context.Context, tx *db.Tx, p *policy.Params, c *membership.Case, n *membership.Recommendation) error {
	o := membership.Outcome{State: membership.Counts, Spent: c.Spent, Uses: c.Uses, Seq: -1, Month: c.Today.Month(), Day: c.Today}
	if c.ByShop {
		return f.Memberships.Conclude(ctx, tx, n, o)
	}
	used, err := f.Memberships.CapUsed(ctx, tx, tx.Community, n.ID, o.Month)
	if err != nil {
		return err
	}
	move := charter.ReferralReward{Recommender: n.ID, Recommended: n.Member, Term: n.Term, Fee: c.Fee, CapLeft: max(0, p.ReferralMonthlyCap-used), Month: o.Month}
	posted, err := f.Move(ctx, tx, "~membership:"+n.Term.String()+"/thanked", move)
	if err != nil {
		return err
	}
	o.Seq, o.Reward = posted.Seq, move.Amount(p)
	if o.Reward < p.ReferralReward && move.CapLeft < p.ReferralReward {
		o.Guard = membership.MonthlyCap
	}
	if err := f.Memberships.Conclude(ctx, tx, n, o); err != nil {
		return err
	}
	if err := f.JoinTeamOf(ctx, tx, n.Member, n.ID); err != nil {
		return err
	}
	return f.tellRecommender(ctx, tx, n.ID, notice.RecommendationCounts, "counted/"+n.Member.String(), notice.Yuan(o.Reward))
}
