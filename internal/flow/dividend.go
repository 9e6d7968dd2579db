package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// ShareOf is what a month's dividend would be now (M-05): the result of the closed
// month without membership fees, and what each director gets of it. Directors are
// those who held the level before the month ended and hold it still, with a membership
// in force.
func (f *Flows) ShareOf(ctx context.Context, r db.Reader, community id.ID, month period.Month) (d growth.Dividend, err error) {
	p, zone, err := f.rulesAt(ctx, r, community)
	if err != nil {
		return d, err
	}
	d = growth.Dividend{Month: month, Rate: p.DividendRate, Cap: p.DividendCap, First: -1, Last: -1}
	last, ok, err := f.Ledger.LastClosing(ctx, r, community)
	switch {
	case err != nil:
		return d, err
	case !ok || last.Day < month.Last():
		return d, growth.ErrMonthOpen.With("month", month.String())
	}
	res, err := f.Earnings(ctx, r, community, month, month)
	switch {
	case err != nil:
		return d, err
	case !res.Closed:
		return d, growth.ErrBooksBehind
	}
	d.Result = res.Trade()
	held, err := f.Growth.Appointments(ctx, r, community, id.ID{})
	if err != nil {
		return d, err
	}
	var who []id.ID
	for _, a := range held {
		if a.Holds() && a.Level == policy.Diamond && a.At.Before((month.Last() + 1).Start(zone)) {
			who = append(who, a.Member)
		}
	}
	known, err := f.Members.ByIDs(ctx, r, community, who)
	if err != nil {
		return d, err
	}
	move := charter.Dividend{Month: month, Result: d.Result}
	for _, m := range who {
		if known[m] != nil && atHome(known[m], community) && known[m].Level == policy.Diamond {
			move.Directors = append(move.Directors, m)
		}
	}
	move.Of = len(move.Directors)
	for i, v := range move.Share(p) {
		d.Shares = append(d.Shares, growth.Share{Member: move.Directors[i], Amount: v})
	}
	return d, nil
}

// ProposeDividend proposes to share a closed month with the directors. Nobody who
// would be paid proposes or approves.
func (f *Flows) ProposeDividend(ctx context.Context, community id.ID, actor db.Actor, month period.Month, words string) (d *growth.Dividend, err error) {
	defer fault.Wrap(&err, "propose a dividend")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		now, err := f.ShareOf(ctx, tx, community, month)
		if err != nil {
			return err
		}
		if paid(now.Shares, self) {
			return growth.ErrPayee
		}
		now.Words = words
		d, err = f.Growth.Propose(ctx, tx, now)
		return err
	})
	return d, err
}

func paid(shares []growth.Share, who id.ID) bool {
	for _, s := range shares {
		if s.Member == who && !who.IsZero() {
			return true
		}
	}
	return false
}

// ApproveDividend pays a proposal out, if what it says is still so: at most fifty
// directors an entry, all of them or none, and a month once.
func (f *Flows) ApproveDividend(ctx context.Context, community id.ID, actor db.Actor, at id.ID) (d *growth.Dividend, err error) {
	defer fault.Wrap(&err, "approve a dividend")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if d, err = f.Growth.Dividend(ctx, tx, community, at); err != nil {
			return err
		}
		now, err := f.ShareOf(ctx, tx, community, d.Month)
		if err != nil {
			return err
		}
		if paid(d.Shares, self) || paid(now.Shares, self) {
			return growth.ErrPayee
		}
		if err := f.Growth.Approve(ctx, tx, d, now); err != nil {
			return err
		}
		return f.payDividend(ctx, tx, d)
	})
	return d, err
}

func (f *Flows) payDividend(ctx context.Context, tx *db.Tx, d *growth.Dividend) error {
	var first, last int64
	for at := 0; at < len(d.Shares); at += charter.DividendsAtOnce {
		m := charter.Dividend{Dividend: d.ID, Month: d.Month, Result: d.Result, Of: len(d.Shares), First: at}
		for _, s := range d.Shares[at:min(at+charter.DividendsAtOnce, len(d.Shares))] {
			m.Directors = append(m.Directors, s.Member)
		}
		posted, err := f.Move(ctx, tx, fmt.Sprintf("~dividend:%s/%d", d.Month, at), m)
		if err != nil {
			return err
		}
		if last = posted.Seq; at == 0 {
			first = posted.Seq
		}
	}
	if err := f.Growth.Paid(ctx, tx, d, first, last); err != nil {
		return err
	}
	for _, s := range d.Shares {
		err := f.tellMember(ctx, tx, s.Member, notice.Notice{
			Kind: notice.DividendPaid, Cause: "dividend/" + d.ID.String(), Link: "/me/rewards", Args: []notice.Arg{notice.Text(d.Month.String(), ""), notice.Yuan(s.Amount)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DropDividend refuses a proposal, or takes it back if the actor made it.
func (f *Flows) DropDividend(ctx context.Context, community id.ID, actor db.Actor, at id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "drop a dividend")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		d, err := f.Growth.Dividend(ctx, tx, community, at)
		if err != nil {
			return err
		}
		return f.Growth.Drop(ctx, tx, d, reason)
	})
}
