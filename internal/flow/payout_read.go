package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// Upcoming is what a payee can expect of the next batch, if it were made now.
type Upcoming struct {
	Held    money.Amount // what will be paid some day
	Ready   money.Amount // of it by a batch of today
	Through period.Day   // the last day that such a batch reaches
	Hold    int          // days that are held back
	Least   money.Amount // what is paid at least
	Why     payout.Reason
	Account *payout.Account // that counts, nil if there is none
	Asked   *payout.Account // that waits to be checked
	Waits   *payout.Batch   // a batch that pays her waits for agreement
}

// Upcoming reads what a shop, or a person by pseudonym, can expect.
func (f *Flows) Upcoming(ctx context.Context, community id.ID, kind payout.Kind, payee id.ID) (u Upcoming, err error) {
	defer fault.Wrap(&err, "upcoming payout")
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		p, err := f.payoutPlanner(ctx, r, community, kind)
		if err != nil {
			return err
		}
		u = Upcoming{Hold: int(p.hold()), Least: p.rules.PayoutMin}
		last, closed, err := f.Ledger.LastClosing(ctx, r, community)
		if err != nil {
			return err
		}
		if u.Through = p.today - p.hold(); closed {
			u.Through = min(u.Through, last.Day)
		}
		h, err := f.Ledger.Holding(ctx, r, community, p.account(payee))
		if err != nil {
			return err
		}
		u.Held = h.Balance
		accounts, err := f.Payouts.AccountsOf(ctx, r, community, kind.Payee(), payee)
		if err != nil {
			return err
		}
		for i := range accounts {
			if accounts[i].End == nil {
				u.Asked = &accounts[i]
			}
		}
		if u.Account, err = f.Payouts.AccountOf(ctx, r, community, kind.Payee(), payee); err != nil {
			return err
		}
		item := payout.Item{Payee: payee, Held: u.Held}
		if item.Amount, err = p.eligible(ctx, payee, u.Held, u.Through); err != nil {
			return err
		}
		shops, err := p.shops(ctx)
		if err != nil {
			return err
		}
		u.Ready = item.Amount
		if u.Held > 0 {
			if u.Why, err = p.stops(ctx, &item, shops[payee], u.Account, nil); err != nil {
				return err
			}
		}
		waiting, err := f.Payouts.Waiting(ctx, r, community)
		for _, b := range waiting {
			if b.Kind == kind && (interests{payee: true}).in(b) {
				u.Waits = b
			}
		}
		return err
	})
	return u, err
}

// PayableOf is what a shop is to be paid some day.
func (f *Flows) PayableOf(ctx context.Context, r db.Reader, community, shop id.ID) (money.Amount, error) {
	h, err := f.Ledger.Holding(ctx, r, community, payeeAccount(payout.Shops, shop))
	return h.Balance, err
}

// ByHand reports whether somebody pays an item at a bank: no provider carries it out.
func (f *Flows) ByHand(to *payout.Account) bool { return f.paidByHand(to.Provider) }
