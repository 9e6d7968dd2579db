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
	"gongyi/internal/module/coin"
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

// ageHours reads how old a member's hours are, counted from a day.
func (f *Flows) ageHours(ctx context.Context, r db.Reader, community, who id.ID, since period.Day) (a agedHours, err error) {
	got, err := f.gotHours(ctx, r, community, who, since.Month())
	for _, g := range got {
		if a.held += g.Coins; g.Month < since.Month() {
			a.expired += g.Coins
		}
	}
	return a, err
}

// gotHours is when a member got the hours that she holds, the oldest first: those that she
// got last, since the oldest are used first. What came from another community is as old as it
// was there. Her account is read back until all that she holds is met; of what is older than
// a month no more is said than that.
func (f *Flows) gotHours(ctx context.Context, r db.Reader, community, who id.ID, since period.Month) (got []coin.Got, err error) {
	arrived, err := f.Coins.ArrivedGot(ctx, r, community, who)
	if err != nil {
		return nil, err
	}
	req, held, met := page.Request{Limit: page.MaxLimit}, money.Amount(0), make(map[period.Month]money.Amount)
	for first := true; ; first = false {
		lines, next, err := f.Ledger.Statement(ctx, r, community, hoursOf(who), req)
		if err != nil {
			return nil, err
		}
		if first && len(lines) > 0 {
			held = lines[0].Balance
		}
		for _, l := range lines {
			booked := l.Entry.BookedOn.Month()
			if booked < since || sumFrom(met, booked) >= held { // all before it is older
				next = ""
				break
			}
			came := max(0, l.Change)
			parts := arrived[l.Entry.Seq]
			if parts == nil {
				parts = []coin.Got{{Month: booked, Coins: came}}
			}
			_, parts = coin.Oldest(parts, coin.Sum(parts)-came) // what paid a debt was the oldest
			for _, g := range parts {
				met[min(g.Month, booked)] += g.Coins
			}
		}
		if next == "" {
			break
		}
		req.Cursor = next
	}
	return newest(met, held, since), nil
}

// sumFrom is what was got in a month or later.
func sumFrom(met map[period.Month]money.Amount, first period.Month) (v money.Amount) {
	for m, coins := range met {
		if m >= first {
			v += coins
		}
	}
	return v
}

// newest are those hours of all that were got that make up what is held; what was not met is
// from before a month.
func newest(met map[period.Month]money.Amount, held money.Amount, since period.Month) []coin.Got {
	var all []coin.Got
	for m, coins := range met {
		all = append(all, coin.Got{Month: m, Coins: coins})
	}
	all = append(all, coin.Got{Month: since - 1, Coins: held - coin.Sum(all)})
	all = coin.Tidy(all)
	_, left := coin.Oldest(all, coin.Sum(all)-held)
	return left
}
