package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// postPenalty books what is to be taken or given back.
func (f *Flows) postPenalty(ctx context.Context, tx *db.Tx, b *duty.Breach) error {
	due := b.ToTake()
	if due == 0 {
		return nil
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	balances, err := f.Ledger.Balances(ctx, tx)
	if err != nil {
		return err
	}
	m, coins := penaltyMove(b, due, v.Params.PenaltyCoinsMax, balances.Balance(ledger.PoolCoins))
	if coins == 0 {
		return nil
	}
	posted, err := f.Move(ctx, tx, fmt.Sprintf("~penalty:%s/%d", b.ID, len(b.Postings)+1), m)
	if err != nil {
		return err
	}
	return f.Duties.Posted(ctx, tx, b, coins, posted.Seq)
}

// penaltyMove takes what is due (> 0), at most what the policy lets be taken now, or
// gives it back (< 0): all of it, whatever the policy says by then.
func penaltyMove(b *duty.Breach, due, most, pool money.Amount) (charter.Move, money.Amount) {
	if due < 0 {
		return charter.PenaltyLifted{Merchant: b.Merchant, Breach: b.ID, Coins: -due, Pool: pool}, -due
	}
	due = min(due, most)
	return charter.Penalty{Merchant: b.Merchant, Breach: b.ID, Coins: due}, due
}
