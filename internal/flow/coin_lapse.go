package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// LapseHours moves what was not used for long, or the month's share of balances, to the
// pool (T-14), where a policy has turned that on; nothing is destroyed. It is a sweeper's
// work, for the month that has ended, once a member.
func (f *Flows) LapseHours(ctx context.Context, community id.ID) error {
	var members []id.ID
	now, err := f.StandingIn(ctx, community)
	if err != nil || now.Rules.ExpiryMonths == 0 && now.Rules.Demurrage == 0 {
		return err
	}
	month, since := now.Today.Month()-1, (now.Today.Month() - period.Month(now.Rules.ExpiryMonths)).First()
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Ledger.Holdings(ctx, r, community)
		for _, h := range all {
			if h.Account.Owner.Kind == party.Member && h.Account.Purpose == ledger.Coins && h.Balance > 0 {
				members = append(members, h.Account.Owner.ID)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := f.lapse(ctx, community, m, month, since); err != nil {
			return err
		}
	}
	return nil
}

// lapse does it for one member.
func (f *Flows) lapse(ctx context.Context, community, who id.ID, month period.Month, since period.Day) (err error) {
	defer fault.Wrap(&err, "lapse hours of %s", who)
	var old agedHours
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		old, err = f.ageHours(ctx, r, community, who, since)
		return err
	})
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		if done, err := f.Coins.Lapsed(ctx, tx, community, who, month); done || err != nil {
			return err
		}
		p, err := f.purse(ctx, tx)
		if err != nil {
			return err
		}
		held := p.Balance(hoursOf(who))
		// What was spent since the account was read was spent of the oldest.
		move := charter.HoursLapsed{Member: who, Month: month, Held: held, Expired: max(0, old.expired-max(0, old.held-held))}
		posted, err := f.Move(ctx, tx, coinKey+"lapse:"+who.String()+"/"+month.String(), move)
		if err != nil {
			return err
		}
		return f.Coins.Lapse(ctx, tx, who, month, move.Amount(p.rules), posted.Seq)
	})
}

// agedHours is what a member holds and what of it is old, the oldest used first.
type agedHours struct{ held, expired money.Amount }

// ageHours reads a member's account back until what came in since a day, or all of the
// balance, is met.
func (f *Flows) ageHours(ctx context.Context, r db.Reader, community, who id.ID, since period.Day) (a agedHours, err error) {
	req, fresh := page.Request{Limit: page.MaxLimit}, money.Amount(0)
	for first := true; ; first = false {
		lines, next, err := f.Ledger.Statement(ctx, r, community, hoursOf(who), req)
		if err != nil {
			return a, err
		}
		if first && len(lines) > 0 {
			a.held = lines[0].Balance
		}
		for _, l := range lines {
			if l.Entry.BookedOn < since || fresh >= a.held {
				next = ""
				break
			}
			fresh += max(0, l.Change)
		}
		if next == "" {
			a.expired = max(0, a.held-fresh)
			return a, nil
		}
		req.Cursor = next
	}
}
