package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// suspicion is what the people behind a recommendation have in common.
type suspicion struct {
	Same     bool // one person, or the newcomer works in the shop
	Device   bool
	Together bool // in one household
	Known    bool // the newcomer is a member under another reference
}

// suspect looks at the people on both sides of a recommendation. It reads what lives
// under "~", so it comes before the transaction that needs it.
func (f *Flows) suspect(ctx context.Context, home id.ID, by membership.By, newcomer id.ID) (w suspicion, err error) {
	var ref string
	if by.Kind == membership.ByMember {
		err := f.DB.View(ctx, home, func(r db.Reader) error {
			refs, err := f.Members.RefsOf(ctx, r, home, map[id.ID]bool{by.ID: true})
			ref = refs[by.ID]
			return err
		})
		if err != nil {
			return w, err
		}
	}
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		w = suspicion{}
		var others []id.ID
		if by.Kind == membership.ByMember {
			behind, err := f.People.BehindRefs(ctx, r, map[id.ID]string{by.ID: ref})
			if err != nil {
				return err
			}
			if who, known := behind[ref]; known {
				others = append(others, who)
			}
		} else {
			grants, err := f.Access.In(ctx, r, home)
			if err != nil {
				return err
			}
			for _, g := range grants {
				if g.Subject == by.ID && (g.Role == access.Owner || g.Role == access.Staff) && g.Holds(now) {
					others = append(others, g.Person)
				}
			}
		}
		mine, err := f.People.Memberships(ctx, r, newcomer)
		if err != nil {
			return err
		}
		w.Known = len(mine) > 1
		return f.compare(ctx, r, newcomer, others, &w)
	})
	return w, err
}

// compare looks for what a newcomer has in common with some people.
func (f *Flows) compare(ctx context.Context, r db.Reader, newcomer id.ID, others []id.ID, w *suspicion) error {
	home, housed, err := f.Households.HomeOf(ctx, r, newcomer)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o == newcomer {
			w.Same = true
			continue
		}
		shared, err := f.Memberships.ShareDevice(ctx, r, newcomer, o)
		if err != nil {
			return err
		}
		at, found, err := f.Households.HomeOf(ctx, r, o)
		if err != nil {
			return err
		}
		w.Device = w.Device || shared
		w.Together = w.Together || housed && found && at.ID == home.ID
	}
	return nil
}

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
		for _, n := range open {
			after = n.Member
			w, err := f.suspect(ctx, community, n.By, people[n.Member])
			if err != nil {
				return err
			}
			due, err := f.dueToWeigh(ctx, community, n.Member, w)
			if err != nil {
				return err
			}
			if !due {
				continue
			}
			if err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.weigh(ctx, tx, n.Member, w) }); err != nil {
				return err
			}
		}
	}
}

// peopleOf are the people behind newcomers; who was erased is missing.
func (f *Flows) peopleOf(ctx context.Context, community id.ID, all []membership.Recommendation) (people map[id.ID]id.ID, err error) {
	people = make(map[id.ID]id.ID, len(all))
	of := make(map[id.ID]bool, len(all))
	for _, n := range all {
		of[n.Member] = true
	}
	var refs map[id.ID]string
	if err = f.DB.View(ctx, community, func(r db.Reader) (err error) { refs, err = f.Members.RefsOf(ctx, r, community, of); return err }); err != nil {
		return nil, err
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRefs(ctx, r, refs)
		for member, ref := range refs {
			if who, known := behind[ref]; known {
				people[member] = who
			}
		}
		return err
	})
	return people, err
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

// evidenceOf collects what the guards read of a recommendation. With a transaction the
// entries that its batch has staged are read too; without one the answer is a first
// look.
func (f *Flows) evidenceOf(ctx context.Context, r db.Reader, community id.ID, p *policy.Params, newcomer id.ID, w suspicion, tx *db.Tx) (*membership.Case, *membership.Recommendation, error) {
	n, err := f.Memberships.RecommendationOf(ctx, r, community, newcomer)
	if err != nil || n == nil {
		return nil, nil, err
	}
	zone, err := f.zone(p)
	if err != nil {
		return nil, nil, err
	}
	t, err := f.Memberships.TermByID(ctx, r, community, n.Term)
	if err != nil {
		return nil, nil, err
	}
	today := period.DayOf(f.DB.Clock().Now(), zone)
	if tx != nil {
		today = period.DayOf(tx.Now, zone)
	}
	c := &membership.Case{Today: today, Depth: p.RewardDepth, ByShop: n.Kind == membership.ByMerchant, Same: w.Same, Device: w.Device, Together: w.Together, Known: w.Known,
		Fee: t.Fee, Until: t.Until, Cooling: t.CoolingOff(today), GivenUp: !t.Stands(), MinSpent: p.UsedSpend}
	if n.Review != nil {
		c.Allowed, c.Denied = n.Review.Verdict == membership.Allow, n.Review.Verdict == membership.Deny
	}
	if err := f.caseOfRecommender(ctx, r, community, n, c); err != nil {
		return nil, nil, err
	}
	uses, err := f.Memberships.UsesBy(ctx, r, community, newcomer)
	if err != nil {
		return nil, nil, err
	}
	c.Uses = membership.Counted(uses)
	if t.Seq >= 0 {
		c.Spent, err = f.spentAfter(ctx, r, tx, community, newcomer, t.Seq)
	}
	return c, n, err
}

// caseOfRecommender collects what the guards read of who recommended.
func (f *Flows) caseOfRecommender(ctx context.Context, r db.Reader, community id.ID, n *membership.Recommendation, c *membership.Case) error {
	if c.ByShop {
		shop, err := f.Merchants.ByID(ctx, r, community, n.ID)
		c.Before, c.PaidForIt = true, true
		c.InForce = err == nil && shop.Status == merchant.Active
		return err
	}
	who, err := f.Members.Known(ctx, r, community, n.ID)
	if err != nil {
		return err
	}
	o, err := f.Memberships.OrderByID(ctx, r, community, n.Term)
	if err != nil {
		return err
	}
	terms, err := f.Memberships.TermsOf(ctx, r, community, n.ID)
	if err != nil {
		return err
	}
	c.Before = who.JoinedAt.Before(o.At)
	c.InForce = who.Standing == member.Good
	t := terms.Current(c.Today)
	c.PaidForIt = t != nil && (t.Origin == membership.Paid || t.Origin == membership.Waived)
	return nil
}

// spentAfter is what a member bought after an entry and did not bring back, by the
// entries themselves: never by a table derived from them.
func (f *Flows) spentAfter(ctx context.Context, r db.Reader, tx *db.Tx, community, who id.ID, seq int64) (sum money.Amount, err error) {
	bought := make(map[int64]bool)
	back := make(map[int64]money.Amount)
	take := func(e *ledger.Entry) (bool, error) {
		if e.Subject != who || e.Seq <= seq {
			return true, nil
		}
		switch e.Kind {
		case ledger.Purchase:
			var facts settlement.Facts
			if err := settlement.DecodeFacts(e.Facts, &facts); err != nil {
				return false, err
			}
			bought[e.Seq] = true
			sum += facts.Price
		case ledger.Refund:
			facts, err := settlement.DecodeRefund(e.Facts)
			if err != nil {
				return false, err
			}
			back[facts.Entry] += facts.Amount
		}
		return true, nil
	}
	complete, err := f.Ledger.Concerning(ctx, r, community, who, firstDay, lastDay, spending, take)
	if err != nil {
		return 0, err
	}
	if !complete { // a busy till is ahead: the next sweep sees it
		return 0, nil
	}
	if tx != nil {
		if err := f.staged(ctx, tx, take); err != nil {
			return 0, err
		}
	}
	for entry, amount := range back {
		if bought[entry] {
			sum -= amount
		}
	}
	return sum, nil
}

// staged reads the entries that the running batch has made and not written yet.
func (f *Flows) staged(ctx context.Context, tx *db.Tx, take func(e *ledger.Entry) (bool, error)) error {
	seq, err := f.Ledger.Size(ctx, tx, tx.Community)
	for ; err == nil; seq++ {
		var e *ledger.Entry
		if e, err = f.Ledger.Posted(ctx, tx, seq); err == nil {
			_, err = take(e)
		}
	}
	if errors.Is(err, ledger.ErrNoEntry) {
		return nil
	}
	return err
}

// DecideRecommendation notes what somebody found who looked at a held recommendation,
// and weighs it again.
func (f *Flows) DecideRecommendation(ctx context.Context, community id.ID, actor db.Actor, newcomer id.ID, verdict, reason string) (err error) {
	defer fault.Wrap(&err, "decide on a recommendation")
	if err := f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		return f.Memberships.Decide(ctx, tx, newcomer, verdict, reason)
	}); err != nil {
		return err
	}
	return f.CountRecommendations(ctx, community)
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
