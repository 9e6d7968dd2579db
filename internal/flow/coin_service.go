package flow

import (
	"context"
	"strconv"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// HoursService is one assignment of a request: who asked, who served, and for how long.
type HoursService struct {
	Request    id.ID
	Assignment id.ID
	Asker      id.ID          // as a member of the community
	Server     charter.Server // the helper as a member of the community, or the shop whose staff served
	Minutes    int
	Coins      money.Amount // what it costs; 0: by the minutes and the policy
}

// payService pays who served out of the request's hold when the service is accepted
// (T-02, F2), never more than is left of it. What is left stays set aside for the
// request's other assignments: letGoHours ends it. The same assignment again pays nothing more.
//
// Refusals: coin.ErrNoHold, coin.ErrPaid if the assignment was paid otherwise.
func (f *Flows) payService(ctx context.Context, tx *db.Tx, s HoursService) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "pay for %s", s.Assignment)
	if m, done, err := f.paidBefore(ctx, tx, s, coin.Priced); done || err != nil {
		return m, err
	}
	h, p, err := f.heldFor(ctx, tx, s.Request)
	if err != nil {
		return m, err
	}
	if s.Coins == 0 {
		s.Coins = p.rules.ServicePrice(s.Minutes)
	}
	paid := charter.ServicePaid{Request: s.Request, Assignment: s.Assignment, Member: h.Member, Server: s.Server, Minutes: s.Minutes, Coins: s.Coins, Held: h.Left()}
	return f.earn(ctx, tx, s, coin.Priced, h, paid, paid.Amount())
}

// payCancelled pays who had kept the time free when the asker calls off late (T-05, F8):
// the policy's share of what the service would have cost. What is left is let go by letGoHours.
// Who decides whether it is late is the caller (policy.TimeBank.CancelFreeHours).
func (f *Flows) payCancelled(ctx context.Context, tx *db.Tx, s HoursService) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "pay for %s called off", s.Assignment)
	if m, done, err := f.paidBefore(ctx, tx, s, coin.Cancelled); done || err != nil {
		return m, err
	}
	h, p, err := f.heldFor(ctx, tx, s.Request)
	if err != nil {
		return m, err
	}
	if s.Coins == 0 {
		s.Coins = p.rules.ServicePrice(s.Minutes)
	}
	paid := charter.ServiceCancelled{Request: s.Request, Assignment: s.Assignment, Member: h.Member, Server: s.Server, Coins: s.Coins, Held: h.Left()}
	return f.earn(ctx, tx, s, coin.Cancelled, h, paid, paid.Amount(p.rules))
}

func (f *Flows) heldFor(ctx context.Context, tx *db.Tx, request id.ID) (h *coin.Hold, p purse, err error) {
	if h, err = f.openHold(ctx, tx, request); err != nil {
		return nil, p, err
	}
	p, err = f.purse(ctx, tx)
	return h, p, err
}

// paidBefore answers for an assignment that was paid already.
func (f *Flows) paidBefore(ctx context.Context, tx *db.Tx, s HoursService, kind coin.Kind) (m HoursMoved, done bool, err error) {
	e, err := f.Coins.EarnedFor(ctx, tx, tx.Community, s.Assignment)
	if err != nil || e == nil {
		return m, false, err
	}
	if e.Kind != kind || e.Request != s.Request || e.Helper != s.Server.Member || e.Shop != s.Server.Shop {
		return m, true, coin.ErrPaid
	}
	return HoursMoved{Seq: e.Seq, Coins: e.Coins, Pool: e.Pool, Due: e.Due, Replayed: true}, true, nil
}

// earn posts what an assignment earns of a hold and notes it.
func (f *Flows) earn(ctx context.Context, tx *db.Tx, s HoursService, kind coin.Kind, h *coin.Hold, move charter.Move, v money.Amount) (m HoursMoved, err error) {
	posted, err := f.Move(ctx, tx, earnKey(s.Assignment), move)
	if err != nil {
		return m, err
	}
	e := coin.Earned{
		Assignment: s.Assignment, Request: s.Request, Part: h.Part, Kind: kind, Asker: h.Member, Helper: s.Server.Member, Shop: s.Server.Shop,
		Minutes: s.Minutes, Coins: v, Pool: h.OfPool(v), Seq: posted.Seq,
	}
	return HoursMoved{Seq: posted.Seq, Coins: v, Pool: e.Pool}, f.Coins.Earn(ctx, tx, e)
}

func earnKey(assignment id.ID) string { return coinKey + "paid:" + assignment.String() }

// payBasic pays who served somebody for whom the service is free, out of the pool (T-04,
// F2, F4). Nothing is issued: what the pool or the month's budget has not got is Due,
// noted, and paid by PayDues in the order in which it fell due.
func (f *Flows) payBasic(ctx context.Context, tx *db.Tx, s HoursService) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "pay for %s of the pool", s.Assignment)
	if m, done, err := f.paidBefore(ctx, tx, s, coin.Basic); done || err != nil {
		return m, err
	}
	p, err := f.purse(ctx, tx)
	if err != nil {
		return m, err
	}
	if s.Coins == 0 {
		s.Coins = p.rules.BasicPay(s.Minutes)
	}
	posted, v, err := f.payOfPool(ctx, tx, p, earnKey(s.Assignment), charter.BasicPaid{
		Request: s.Request, Assignment: s.Assignment, Server: s.Server, Minutes: s.Minutes, Coins: s.Coins,
	})
	if err != nil {
		return m, err
	}
	e := coin.Earned{
		Assignment: s.Assignment, Request: s.Request, Kind: coin.Basic, Asker: s.Asker, Helper: s.Server.Member, Shop: s.Server.Shop,
		Minutes: s.Minutes, Coins: v, Pool: v, Due: s.Coins - v, Seq: posted.Seq,
	}
	return HoursMoved{Seq: posted.Seq, Coins: v, Pool: v, Due: e.Due}, f.Coins.Earn(ctx, tx, e)
}

// payOfPool posts what the pool pays for a service and counts it against the month.
func (f *Flows) payOfPool(ctx context.Context, tx *db.Tx, p purse, key string, b charter.BasicPaid) (posted ledger.Posted, v money.Amount, err error) {
	if b.Budget, err = f.budget(ctx, tx, p); err != nil {
		return posted, 0, err
	}
	b.Pool = p.Balance(ledger.PoolCoins)
	if posted, err = f.Move(ctx, tx, key, b); err != nil {
		return posted, 0, err
	}
	return posted, b.Amount(), f.Coins.Spend(ctx, tx, p.month, b.Amount())
}

// duesAtOnce bounds the dues that one transaction pays.
const duesAtOnce = 20

// PayDues pays helpers what the pool could not pay before, the oldest first, as far as the
// pool and the month's budget reach (T-04). A sweep calls it; it tells how many it paid.
func (f *Flows) PayDues(ctx context.Context, community id.ID, actor db.Actor) (n int, err error) {
	defer fault.Wrap(&err, "pay what the pool owes")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		n = 0
		dues, err := f.Coins.Dues(ctx, tx, community, duesAtOnce)
		if err != nil || len(dues) == 0 {
			return err
		}
		p, err := f.purse(ctx, tx)
		if err != nil {
			return err
		}
		for _, d := range dues {
			if budget, err := f.budget(ctx, tx, p); err != nil || min(budget, p.Balance(ledger.PoolCoins)) <= 0 {
				return err
			}
			_, v, err := f.payOfPool(ctx, tx, p, earnKey(d.Assignment)+"/"+strconv.Itoa(d.Payments+1), charter.BasicPaid{
				Request: d.Request, Assignment: d.Assignment, Server: charter.Server{Member: d.Helper, Shop: d.Shop}, Minutes: d.Minutes, Coins: d.Left, Later: d.Payments + 1,
			})
			if err != nil {
				return err
			}
			if err := f.Coins.PayDue(ctx, tx, d, v); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// reverseService takes back what an assignment earned, or a part of it, after a dispute
// that was upheld (T-02R, T-04R, T-05R, F8): first what is still due, then of what was
// paid, to the asker and to the pool what each had given. coins 0 is all of it. It is done once.
//
// Refusals: coin.ErrNotPaid, coin.ErrMoreUndone, coin.ErrUndone if another part was taken
// back before.
func (f *Flows) reverseService(ctx context.Context, tx *db.Tx, assignment id.ID, coins money.Amount) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "take back of %s", assignment)
	e, err := f.Coins.EarnedFor(ctx, tx, tx.Community, assignment)
	if err == nil && e == nil {
		err = coin.ErrNotPaid
	}
	if err != nil {
		return m, err
	}
	left, err := f.Coins.DueFor(ctx, tx, tx.Community, assignment)
	if err != nil {
		return m, err
	}
	whole := e.Coins + e.Due
	if coins == 0 {
		coins = whole
	}
	if coins < 0 || coins > whole {
		return m, coin.ErrMoreUndone.With("most", whole.Grouped(money.Coin))
	}
	before, err := f.Coins.UndoneOf(ctx, tx, tx.Community, assignment)
	if err != nil {
		return m, err
	}
	if before != nil {
		if before.Whole != coins {
			return m, coin.ErrUndone
		}
		return HoursMoved{Seq: before.Seq, Coins: before.Coins - before.Pool, Pool: before.Pool, Replayed: true}, nil
	}
	u := coin.Undone{Whole: coins, Coins: coins - min(coins, left)}
	u.Pool = u.Coins
	server := charter.Server{Member: e.Helper, Shop: e.Shop}
	var back charter.Move = charter.BasicReversed{Assignment: assignment, Server: server, Coins: u.Coins}
	if e.Kind != coin.Basic {
		u.Pool = 0
		if e.Coins > 0 {
			u.Pool = money.MulDiv(u.Coins, e.Pool, e.Coins)
		}
		back = charter.ServiceReversed{Assignment: assignment, Member: e.Asker, Server: server, Coins: u.Coins - u.Pool, Pool: u.Pool}
		if e.Kind == coin.Cancelled {
			back = charter.CancelledReversed{Assignment: assignment, Member: e.Asker, Server: server, Coins: u.Coins - u.Pool, Pool: u.Pool}
		}
	}
	posted, err := f.Move(ctx, tx, coinKey+"undo:"+assignment.String(), back)
	if err != nil {
		return m, err
	}
	u.Seq = posted.Seq
	return HoursMoved{Seq: u.Seq, Coins: u.Coins - u.Pool, Pool: u.Pool}, f.Coins.Undo(ctx, tx, assignment, u, max(0, left-coins))
}
