package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Missed is what a person could have saved in a span of months (B7), as far as the
// books can know: what she held and did not use, what she did not get because her
// membership was not in force, and which vouchers lapsed. What she bought outside of
// the alliance, or could have bought on another day, nobody here knows.
type Missed struct {
	Idle    []MissedRow // entitlement she held at a purchase and could have paid with: hers still
	Waiting []MissedRow // vouchers that were good at a purchase, are unused, and still good
	Lapsed  []MissedRow // vouchers that lapsed unused in the span
	NoCash  []MissedRow // purchases without cash-back, because her membership was not in force

	IdleSum, WaitingSum, LapsedSum, NoCashSum money.Amount
}

// MissedRow is one row of it: a purchase, or a voucher.
type MissedRow struct {
	Bought          // the purchase; of a voucher that lapsed, the one at which it could have been used, if any
	Amount          money.Amount
	Held            money.Amount // entitlement that was there, beyond what was counted at earlier purchases
	Voucher         *HeldVoucher
	WithoutPurchase bool
}

// MissedOf finds out what a person could have saved in the months from ≤ month ≤ to.
func (f *Flows) MissedOf(ctx context.Context, all []Belonging, from, to period.Month) (m Missed, err error) {
	defer fault.Wrap(&err, "what a person missed")
	for i := range all {
		b := &all[i]
		x := missing{flows: f, at: b, out: &m}
		vouchers, err := f.VouchersOf(ctx, b)
		if err != nil {
			return m, err
		}
		err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error { return x.read(ctx, r, from.First(), to.Last()) })
		if err != nil {
			return m, err
		}
		if err := x.find(); err != nil {
			return m, err
		}
		x.vouchers(vouchers, from.First(), to.Last())
	}
	for rows, sum := range map[*[]MissedRow]*money.Amount{&m.Idle: &m.IdleSum, &m.Waiting: &m.WaitingSum, &m.Lapsed: &m.LapsedSum, &m.NoCash: &m.NoCashSum} {
		slices.SortStableFunc(*rows, func(x, y MissedRow) int { return y.At.Compare(x.At) })
		for _, r := range *rows {
			*sum += r.Amount
		}
	}
	return m, nil
}

// missing looks through what one community knows of her.
type missing struct {
	flows  *Flows
	at     *Belonging
	out    *Missed
	params map[int]*policy.Params
	bought []spent // the newest first
}

// spent is one purchase with what she held at it.
type spent struct {
	Bought
	facts settlement.Facts
	held  money.Amount // entitlement before it
}

// left is what was not refunded of the price, and of its cash.
func (s *spent) left() (price, cash money.Amount) {
	price = s.Price - s.Refunded
	return price, money.MulDiv(s.facts.Held+s.facts.Direct, price, s.Price)
}

// read reads her purchases from one day to another, and what she held at each.
func (x *missing) read(ctx context.Context, r db.Reader, from, to period.Day) error {
	f, b := x.flows, x.at
	versions, err := f.Policies.List(ctx, r, b.Community.ID)
	if err != nil {
		return err
	}
	x.params = make(map[int]*policy.Params)
	for i := range versions {
		x.params[versions[i].Number] = &versions[i].Params
	}
	coins := ledger.Of(b.Owner(), ledger.Coins)
	holding, err := f.Ledger.Holding(ctx, r, b.Community.ID, coins)
	if err != nil {
		return err
	}
	held := holding.Balance // after the entry at hand: they come newest first
	var list []Bought
	collect := shopping{b: b, to: to, refunded: make(map[int64]money.Amount), out: &list}
	_, err = f.Ledger.Concerning(ctx, r, b.Community.ID, b.Member.ID, from, lastDay, spending, func(e *ledger.Entry) (bool, error) {
		for _, t := range e.Touches {
			if t.Account == coins {
				held = t.Balance - e.Change(coins)
			}
		}
		before := len(list)
		collect.facts = settlement.Facts{} // the last one's are kept
		more, err := collect.take(e)
		if len(list) > before {
			x.bought = append(x.bought, spent{list[before], collect.facts, held})
		}
		return more, err
	})
	if err != nil {
		return err
	}
	return nameShops(ctx, f, r, b.Community.ID, x.bought, func(s *spent) *Bought { return &s.Bought })
}

// find goes through her purchases in their order. Entitlement that is counted at one
// is not there at the next, nor what it would not have earned.
func (x *missing) find() error {
	counted := money.Amount(0)
	for _, s := range slices.Backward(x.bought) {
		p := x.params[s.facts.Policy]
		if p == nil {
			return policy.ErrNone.With("version", s.facts.Policy)
		}
		price, cash := s.left()
		if price == 0 {
			continue
		}
		if s.facts.Buyer.Standing == settlement.Lapsed {
			missed, err := MissedCashback(p, s.facts)
			if err != nil {
				return err
			}
			// As the tables have it: what went back is rounded down.
			if missed -= money.MulDiv(missed, s.Refunded, s.Price); missed > 0 {
				x.out.NoCash = append(x.out.NoCash, MissedRow{Bought: s.Bought, Amount: missed})
			}
		}
		room := p.CoinShareMax.FloorOf(price) - s.Coins
		if idle := min(s.held-counted-s.Coins, room, cash); idle > 0 {
			x.out.Idle = append(x.out.Idle, MissedRow{Bought: s.Bought, Amount: idle, Held: s.held - counted - s.Coins})
			counted += idle + p.Cashback.Of(idle)
		}
	}
	return nil
}

// vouchers finds those that were not used. A voucher counts once.
func (x *missing) vouchers(all []HeldVoucher, from, to period.Day) {
	now := x.flows.DB.Clock().Now()
	for i := range all {
		v := &all[i]
		if v.Used || v.Gone {
			continue
		}
		row := MissedRow{Amount: v.Amount, Voucher: v, WithoutPurchase: true}
		row.Community, row.Place, row.Shop, row.ShopName, row.At = x.at.Community.ID, x.at.Community.Name, v.Target, v.At, v.ExpiresAt
		for _, s := range x.bought {
			_, cash := s.left()
			if v.GoodAt(s.Shop) && s.Price >= v.Least() && !s.At.Before(v.IssuedAt) && s.At.Before(v.ExpiresAt) && cash >= v.Amount {
				row.Bought, row.WithoutPurchase = s.Bought, false
				break
			}
		}
		switch end := period.DayOf(v.ExpiresAt, x.at.Zone); {
		case v.Good(now):
			if !row.WithoutPurchase {
				x.out.Waiting = append(x.out.Waiting, row)
			}
		case end >= from && end <= to:
			x.out.Lapsed = append(x.out.Lapsed, row)
		}
	}
}
