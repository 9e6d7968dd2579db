package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// AskAccount notes where an owner wants to be paid. It counts when somebody else has
// agreed to it.
func (f *Flows) AskAccount(ctx context.Context, community id.ID, actor db.Actor, a payout.Account) (made *payout.Account, err error) {
	defer fault.Wrap(&err, "ask for an account")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		switch a.Kind {
		case payout.OfShop:
			if _, err := f.Merchants.ByID(ctx, tx, community, a.Owner); err != nil {
				return err
			}
		case payout.OfPerson:
			if _, err := f.Members.ByID(ctx, tx, a.Owner); err != nil {
				return err
			}
		}
		made, err = f.Payouts.AskAccount(ctx, tx, a)
		return err
	})
	return made, err
}

// AgreeAccount makes an account count, after somebody who has no interest in it has
// checked it.
func (f *Flows) AgreeAccount(ctx context.Context, community id.ID, actor db.Actor, account id.ID) (err error) {
	defer fault.Wrap(&err, "agree to an account")
	return f.onAccount(ctx, community, actor, account, true, f.Payouts.AgreeAccount)
}

// RefuseAccount refuses an account with a reason.
func (f *Flows) RefuseAccount(ctx context.Context, community id.ID, actor db.Actor, account id.ID, words string) (err error) {
	defer fault.Wrap(&err, "refuse an account")
	return f.onAccount(ctx, community, actor, account, true, func(ctx context.Context, tx *db.Tx, a *payout.Account) error {
		return f.Payouts.RefuseAccount(ctx, tx, a, words)
	})
}

// WithdrawAccount takes a wish for an account back; who asked for it does.
func (f *Flows) WithdrawAccount(ctx context.Context, community id.ID, actor db.Actor, account id.ID) (err error) {
	defer fault.Wrap(&err, "withdraw an account")
	return f.onAccount(ctx, community, actor, account, false, f.Payouts.WithdrawAccount)
}

func (f *Flows) onAccount(ctx context.Context, community id.ID, actor db.Actor, account id.ID, apart bool, do func(context.Context, *db.Tx, *payout.Account) error) error {
	own, err := f.interests(ctx, community, actor.ID)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		a, err := f.Payouts.AccountByID(ctx, tx, community, account)
		if err != nil {
			return err
		}
		if apart && own[a.Owner] && a.By != actor.ID {
			return payout.ErrOwnAccount
		}
		return do(ctx, tx, a)
	})
}

// paidInto is where the payees of a kind are paid what they earned before a time. A shop
// that changes from a provider to its bank is paid with the provider as long as some of its
// sales lie there: they come to it by being released, and would come to it twice (D6).
func (f *Flows) paidInto(ctx context.Context, r db.Reader, community id.ID, kind payout.Kind, before time.Time) (map[id.ID]*payout.Account, error) {
	accounts, err := f.Payouts.Accounts(ctx, r, community, kind.Payee())
	if err != nil || kind != payout.Shops {
		return accounts, err
	}
	frozen, err := f.Payments.FrozenShops(ctx, r, community, before)
	if err != nil {
		return nil, err
	}
	for shop, provider := range frozen {
		if to := accounts[shop]; to == nil || to.Provider == provider || f.paidByHand(provider) {
			continue
		}
		there, err := f.Payouts.AccountWith(ctx, r, community, payout.OfShop, shop, provider)
		if err != nil {
			return nil, err
		}
		if there != nil && there.TakesPayments() {
			accounts[shop] = there
		}
	}
	return accounts, nil
}
