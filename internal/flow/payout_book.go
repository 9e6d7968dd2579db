package flow

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// fitness is what is known before a batch is booked, of one state of the books: who is
// paid what, and whose own matter it is.
type fitness struct {
	own      map[id.ID]interests // of who agrees or has agreed
	held     map[id.ID]money.Amount
	eligible map[id.ID]money.Amount // by payee
}

func (f *Flows) fitness(ctx context.Context, community, batch, actor id.ID) (x fitness, err error) {
	x = fitness{own: make(map[id.ID]interests), held: make(map[id.ID]money.Amount), eligible: make(map[id.ID]money.Amount)}
	var b *payout.Batch
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if b, err = f.Payouts.Batch(ctx, r, community, batch); err != nil || !b.Waits() {
			return err
		}
		p, err := f.payoutPlanner(ctx, r, community, b.Kind)
		if err != nil {
			return err
		}
		for i := range b.Items {
			payee := b.Items[i].Payee
			if b.Kind == payout.Income {
				x.eligible[payee], err = p.ownIncome(ctx, b.Through)
				x.held[payee] = x.eligible[payee]
			} else {
				h, e := p.Ledger.Holding(ctx, r, community, p.account(payee))
				if e != nil {
					return e
				}
				x.held[payee] = h.Balance
				x.eligible[payee], err = p.eligible(ctx, payee, h.Balance, b.Through)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return x, err
	}
	for _, c := range append(slices.Clone(b.Consents), payout.Consent{Person: actor}) {
		if x.own[c.Person], err = f.interests(ctx, community, c.Person); err != nil {
			return x, err
		}
	}
	return x, nil
}

// bookPayout books every item of a batch that passed.
func (f *Flows) bookPayout(ctx context.Context, tx *db.Tx, b *payout.Batch, rules *policy.Params, fit fitness) error {
	zone, err := f.zone(rules)
	if err != nil {
		return err
	}
	shops, err := f.Merchants.List(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	active := make(map[id.ID]bool, len(shops))
	for _, m := range shops {
		active[m.ID] = m.Status == merchant.Active
	}
	accounts, err := f.paidInto(ctx, tx, tx.Community, b.Kind, (b.Through + 1).Start(zone))
	if err == nil && b.Kind == payout.Income {
		accounts[id.ID{}], err = f.Payouts.IncomeAccount(ctx, tx, tx.Community)
	}
	if err != nil {
		return err
	}
	all := make([]payout.Booking, len(b.Items))
	for n := range b.Items {
		i := &b.Items[n]
		x := payout.Booking{Item: i, Seq: -1}
		to := accounts[i.Payee]
		held, may, err := f.mayPay(ctx, tx, b.Kind, i, fit)
		if err != nil {
			return err
		}
		owed, err := f.owedBy(ctx, tx, payeeAccount(b.Kind, i.Payee).Owner)
		if err != nil {
			return err
		}
		switch {
		case b.Kind == payout.Shops && !active[i.Payee] && i.Decision.IsZero():
			x.Why = payout.Suspended
		case owed > rules.OwedLimit:
			x.Why = payout.Owes
		case i.Amount > may || to == nil || to.ID != i.Account || to.Number == "":
			x.Why = payout.Moved
		default:
			posted, err := f.Move(ctx, tx, payoutKey(i.ID), outgoing(b, i, held))
			if err != nil {
				return err
			}
			if x.Seq = posted.Seq; to.Provider != payout.Bank {
				x.DueAt = tx.Now
			}
		}
		all[n] = x
	}
	return f.Payouts.Book(ctx, tx, b, all)
}

// mayPay is what a payee holds now, and what of it an item may pay: what could be paid
// when it was looked at, less what has gone since.
func (f *Flows) mayPay(ctx context.Context, tx *db.Tx, kind payout.Kind, i *payout.Item, fit fitness) (held, may money.Amount, err error) {
	if kind == payout.Income {
		if held, err = f.platformOwn(ctx, tx); err != nil {
			return 0, 0, err
		}
		return held, min(fit.eligible[i.Payee], held), nil
	}
	if held, err = f.Ledger.Balance(ctx, tx, payeeAccount(kind, i.Payee)); err != nil {
		return 0, 0, err
	}
	return held, min(held, fit.eligible[i.Payee]-max(0, fit.held[i.Payee]-held)), nil
}

// platformOwn is what the platform earned, kept and does not hold itself, as the books
// have it.
func (f *Flows) platformOwn(ctx context.Context, tx *db.Tx) (sum money.Amount, err error) {
	for _, a := range append(EarningAccounts(), ledger.PlatformTill) {
		v, err := f.Ledger.Balance(ctx, tx, a)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

// owedBy is what an owner owes in money and in entitlement at its face, as a positive
// amount.
func (f *Flows) owedBy(ctx context.Context, tx *db.Tx, owner party.Owner) (sum money.Amount, err error) {
	if !owner.Kind.Named() {
		return 0, nil
	}
	for _, asset := range []money.Asset{money.CNY, money.Coin} {
		v, err := f.Ledger.Balance(ctx, tx, ledger.In(owner, ledger.Owed, asset))
		if err != nil {
			return 0, err
		}
		sum -= v
	}
	return sum, nil
}

// outgoing is the move that pays an item.
func outgoing(b *payout.Batch, i *payout.Item, held money.Amount) charter.Move {
	switch b.Kind {
	case payout.Shops:
		return charter.Payout{Merchant: i.Payee, Batch: b.ID, Item: i.ID, Through: b.Through, Held: held, Amount: i.Amount}
	case payout.People:
		return charter.RewardPaid{Member: i.Payee, Batch: b.ID, Item: i.ID, Through: b.Through, Held: held, Amount: i.Amount}
	}
	return charter.IncomeWithdrawn{Batch: b.ID, Item: i.ID, Through: b.Through, Own: held, Amount: i.Amount}
}

// comingBack is the move that books what of an item did not arrive.
func comingBack(b *payout.Batch, i *payout.Item, v money.Amount) charter.Move {
	switch b.Kind {
	case payout.Shops:
		return charter.PayoutReturned{Merchant: i.Payee, Batch: b.ID, Item: i.ID, Amount: v}
	case payout.People:
		return charter.RewardPaidBack{Member: i.Payee, Batch: b.ID, Item: i.ID, Amount: v}
	}
	return charter.IncomeReturned{Batch: b.ID, Item: i.ID, Amount: v}
}

// payoutKey is the key of the entry that pays an item.
func payoutKey(item id.ID) string { return payoutPrefix + item.String() }

const payoutPrefix = "~payout:"

func payoutBackKey(item id.ID, n int) string { return fmt.Sprintf("%s/back:%d", payoutKey(item), n) }
