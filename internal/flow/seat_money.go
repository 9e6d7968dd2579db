package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// returnPaid gives back what an application paid that is not used: the days of the term
// that are left of the fee, and the deposit. tenure is nil where there never was one.
func (f *Flows) returnPaid(ctx context.Context, tx *db.Tx, a *allied, application id.ID, tenure *alliance.Tenure, reason string) error {
	if application.IsZero() {
		return nil
	}
	charges, err := f.Charges.Of(ctx, tx, tx.Community, application)
	if err != nil {
		return err
	}
	for i := range charges {
		c := &charges[i]
		if !c.Paid() || c.Refunded() > 0 {
			continue
		}
		switch c.Purpose {
		case charge.MerchantFee:
			m := charter.MerchantFeeRefund{Merchant: c.Payer, Charge: c.ID, Fee: c.Amount, Days: 1, Means: c.End.Means}
			if tenure != nil {
				from, until, over := period.DayOf(tenure.From, a.zone), period.DayOf(tenure.Until, a.zone), period.DayOf(tenure.Over(), a.zone)
				m.Days, m.Used = max(1, int(until-from)), min(int(over-from), int(until-from))
			}
			if err := f.refundCharge(ctx, tx, c, m, m.Amount(), reason); err != nil {
				return err
			}
		case charge.Deposit:
			left, err := f.depositLeft(ctx, tx, c.Payer, c.Amount)
			if err != nil {
				return err
			}
			if err := f.refundCharge(ctx, tx, c, charter.DepositReturned{Merchant: c.Payer, Charge: c.ID, Amount: left}, left, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// depositLeft is how much of a deposit is still in custody.
func (f *Flows) depositLeft(ctx context.Context, tx *db.Tx, shop id.ID, paid money.Amount) (money.Amount, error) {
	held, err := f.Ledger.Balance(ctx, tx, ledger.In(party.Owner{Kind: party.Merchant, ID: shop}, ledger.Deposit, money.CNY))
	return min(paid, held), err
}
