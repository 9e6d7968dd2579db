package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

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
	if _, guard := c.Weigh(); t.Seq >= 0 && guard == membership.UsedIt { // only then her purchases decide
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
