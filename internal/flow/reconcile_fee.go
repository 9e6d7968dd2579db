package flow

import (
	"context"
	"errors"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// bookFees books the fees of the bills of a place from a day on, of which not all is
// booked. Where the books refuse one, because the provider would hold less than nothing,
// it is tried again by the sweeper.
func (f *Flows) bookFees(ctx context.Context, actor db.Actor, at id.ID, from period.Day) error {
	var due []reconciliation.Bill
	if err := f.DB.View(ctx, at, func(r db.Reader) error {
		bills, err := f.Reconciliations.Bills(ctx, r, at, from, from+billsBack)
		if err != nil {
			return err
		}
		booked, err := f.Reconciliations.Fees(ctx, r, at, from, from+billsBack)
		due = unbooked(bills, booked)
		return err
	}); err != nil {
		return err
	}
	var errs []error
	for i := range due {
		errs = append(errs, f.DB.Update(ctx, at, actor, func(tx *db.Tx) error { return f.bookFee(ctx, tx, &due[i]) }))
	}
	return errors.Join(errs...)
}

// unbooked are the bills, of each day the one that was read last, whose fees are not what
// was booked.
func unbooked(bills []reconciliation.Bill, booked []reconciliation.Fee) (due []reconciliation.Bill) {
	type of struct {
		provider pay.Kind
		day      period.Day
	}
	kept, returned, met := make(map[of]money.Amount), make(map[of]money.Amount), make(map[of]bool)
	for _, x := range booked {
		kept[of{x.Provider, x.Day}] += x.Kept
		returned[of{x.Provider, x.Day}] += x.Returned
	}
	for _, b := range bills {
		at := of{b.Provider, b.Day}
		if !met[at] && (kept[at] != b.Kept || returned[at] != b.Returned) {
			due = append(due, b)
		}
		met[at] = true
	}
	return due
}

// bookFee books what a provider kept of a day, by its bill; a bill that is read again and
// says another sum books what is more or less (P-02).
func (f *Flows) bookFee(ctx context.Context, tx *db.Tx, b *reconciliation.Bill) error {
	before, err := f.Reconciliations.FeesOf(ctx, tx, tx.Community, b.Provider, b.Day)
	if err != nil {
		return err
	}
	fee := reconciliation.Fee{Provider: b.Provider, Day: b.Day, N: len(before), Bill: b.ID, Kept: b.Kept, Returned: b.Returned, KeptSeq: -1, ReturnedSeq: -1}
	for _, x := range before {
		fee.Kept -= x.Kept
		fee.Returned -= x.Returned
	}
	if fee.Kept == 0 && fee.Returned == 0 {
		return nil
	}
	if _, err := f.inForce(ctx, tx, tx.Now); tx.Community == Nobody || errors.Is(err, policy.ErrNone) {
		return nil // no books are kept there
	}
	post := func(what string, kept money.Amount) (int64, error) {
		if kept == 0 {
			return -1, nil
		}
		key := fmt.Sprintf(feeKey+"%s:%s:%d/%s", b.Provider, b.Day, fee.N, what)
		var move charter.Move = charter.ProviderFee{Provider: string(b.Provider), Bill: b.ID, Day: b.Day, Lines: int(b.Payments + b.Refunds), Amount: kept}
		if kept < 0 {
			move = charter.ProviderFeeReturned{Provider: string(b.Provider), Bill: b.ID, Day: b.Day, Lines: int(b.Payments + b.Refunds), Amount: -kept}
		}
		posted, err := f.Move(ctx, tx, key, move)
		return posted.Seq, err
	}
	if fee.KeptSeq, err = post("kept", fee.Kept); err != nil {
		return err
	}
	if fee.ReturnedSeq, err = post("returned", -fee.Returned); err != nil {
		return err
	}
	return f.Reconciliations.Book(ctx, tx, fee)
}
