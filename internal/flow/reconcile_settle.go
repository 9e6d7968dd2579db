package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// onDifference does something about a difference, in one transaction of its place.
func (f *Flows) onDifference(ctx context.Context, place id.ID, actor db.Actor, difference id.ID, what string, fn func(tx *db.Tx, d *reconciliation.Difference) error) (err error) {
	defer fault.Wrap(&err, "%s a difference", what)
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		d, err := f.Reconciliations.ByID(ctx, tx, place, difference)
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

// OwnDifference makes the actor, or somebody else, the one who looks after a difference.
func (f *Flows) OwnDifference(ctx context.Context, place id.ID, actor db.Actor, difference, person id.ID) error {
	return f.onDifference(ctx, place, actor, difference, "own", func(tx *db.Tx, d *reconciliation.Difference) error { return f.Reconciliations.Own(ctx, tx, d, person) })
}

// NoteDifference keeps what somebody found out.
func (f *Flows) NoteDifference(ctx context.Context, place id.ID, actor db.Actor, difference id.ID, words string) error {
	return f.onDifference(ctx, place, actor, difference, "note on", func(tx *db.Tx, d *reconciliation.Difference) error { return f.Reconciliations.Note(ctx, tx, d, words) })
}

// SettleDifference ends a difference by a way that one person may take, with words and
// the number of a slip or ticket.
func (f *Flows) SettleDifference(ctx context.Context, place id.ID, actor db.Actor, difference id.ID, way reconciliation.Way, words, reference string) error {
	return f.onDifference(ctx, place, actor, difference, "settle", func(tx *db.Tx, d *reconciliation.Difference) error {
		return f.Reconciliations.Settle(ctx, tx, d, way, false, words, reference)
	})
}

// ProposeWriteOff asks a second person to write a difference off.
func (f *Flows) ProposeWriteOff(ctx context.Context, place id.ID, actor db.Actor, difference id.ID, words string) error {
	return f.onDifference(ctx, place, actor, difference, "propose to write off", func(tx *db.Tx, d *reconciliation.Difference) error {
		return f.Reconciliations.Propose(ctx, tx, d, words)
	})
}

// DecideWriteOff answers who proposed it: agreed, it is borne by the platform (P-05).
func (f *Flows) DecideWriteOff(ctx context.Context, place id.ID, actor db.Actor, difference id.ID, agreed bool, words string) error {
	return f.onDifference(ctx, place, actor, difference, "decide on", func(tx *db.Tx, d *reconciliation.Difference) error {
		if err := f.Reconciliations.MayDecide(tx, d); err != nil {
			return err
		}
		seq := int64(-1)
		if agreed && place != Nobody {
			posted, err := f.Move(ctx, tx, differenceKey+d.ID.String(), charter.DifferenceBorne{Provider: string(d.Provider), Difference: d.ID, Day: d.Day, Amount: d.Short()})
			if err != nil {
				return err
			}
			seq = posted.Seq
		}
		return f.Reconciliations.Decide(ctx, tx, d, agreed, words, seq)
	})
}

// SearchDifference asks the provider, and the books, once more about money that only the
// provider knew: what is told now is booked late or goes back, and the difference ends.
// Still missing is reconciliation.ErrMissing.
func (f *Flows) SearchDifference(ctx context.Context, place id.ID, actor db.Actor, difference id.ID) (err error) {
	defer fault.Wrap(&err, "search for a difference")
	d, err := f.difference(ctx, place, difference)
	if err != nil {
		return err
	}
	if d.Settlement() != nil {
		return reconciliation.ErrSettled
	}
	if d.Asking() != nil {
		return f.carryBack(ctx, place, actor, d)
	}
	key := thingOf(d)
	if d.Kind != reconciliation.MissingHere || place == Nobody || key.IsZero() {
		return reconciliation.ErrMissing
	}
	if err := f.tellAgain(ctx, place, d); err != nil {
		return err
	}
	k := reconciliation.Read(&pay.BillLine{Kind: kindOfLine(d.Thing), Key: d.Payment, Refund: d.Refund})
	var known Paid
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		known, err = f.Reconciling.Books.Known(ctx, r, place, d.Provider, k.Payment, k.Refund)
		return err
	}); err != nil {
		return err
	}
	if known.State < UnderWay || known.Amount != d.Theirs {
		return reconciliation.ErrMissing
	}
	return f.onDifference(ctx, place, actor, difference, "settle", func(tx *db.Tx, d *reconciliation.Difference) error {
		if d.Settlement() != nil {
			return nil
		}
		return f.Reconciliations.Settle(ctx, tx, d, reconciliation.FoundLate, true, "", d.Number)
	})
}

func (f *Flows) difference(ctx context.Context, place, difference id.ID) (d *reconciliation.Difference, err error) {
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		d, err = f.Reconciliations.ByID(ctx, r, place, difference)
		return err
	})
	return d, err
}

// tellAgain lets the provider tell again what it has moved.
func (f *Flows) tellAgain(ctx context.Context, place id.ID, d *reconciliation.Difference) error {
	p := f.Providers[d.Provider]
	if p == nil {
		return reconciliation.ErrNoProvider.With("provider", string(d.Provider))
	}
	var err error
	if d.Thing == reconciliation.Refund {
		var told pay.RefundResult
		if told, err = p.Refunded(ctx, d.Refund, d.Payment, d.Account); err == nil {
			err = f.Reconciling.Books.ToldRefund(ctx, told)
		}
	} else {
		var told pay.Payment
		if told, err = p.Payment(ctx, d.Payment, d.Account); err == nil {
			told.Attach = place.String()
			err = f.Reconciling.Books.ToldPayment(ctx, told)
		}
	}
	switch {
	case errors.Is(err, pay.ErrUnknown):
		return reconciliation.ErrUnreached
	case errors.Is(err, pay.ErrNotFound):
		return nil // it stands in the bill and nowhere else
	case fault.KindOf(err) == fault.NotFound, fault.KindOf(err) == fault.Conflict:
		return nil // the books do not take it
	}
	return err
}

// ReturnDifference gives money back that the books know nothing of: the provider is asked
// for a refund under the difference's own key, so that asking again is the same refund.
func (f *Flows) ReturnDifference(ctx context.Context, place id.ID, actor db.Actor, difference id.ID) (err error) {
	defer fault.Wrap(&err, "return a difference")
	d, err := f.difference(ctx, place, difference)
	if err != nil {
		return err
	}
	if d.Kind != reconciliation.MissingHere || d.Thing != reconciliation.Payment {
		return reconciliation.ErrBadWay.On("way")
	}
	if key := thingOf(d); place != Nobody && !key.IsZero() { // the books may know it after all
		if err := f.SearchDifference(ctx, place, actor, difference); !errors.Is(err, reconciliation.ErrMissing) {
			return err
		}
	}
	if err := f.onDifference(ctx, place, actor, difference, "ask back", func(tx *db.Tx, x *reconciliation.Difference) error {
		err := f.Reconciliations.AskBack(ctx, tx, x)
		d = x
		return err
	}); err != nil {
		return err
	}
	return f.carryBack(ctx, place, actor, d)
}

// carryBack asks the provider for the refund of a difference, and ends it when the payer
// has the money.
func (f *Flows) carryBack(ctx context.Context, place id.ID, actor db.Actor, d *reconciliation.Difference) error {
	p := f.Providers[d.Provider]
	if p == nil {
		return reconciliation.ErrNoProvider.With("provider", string(d.Provider))
	}
	told, err := p.Refund(ctx, pay.Refund{Key: place.String() + d.ID.String(), Payment: d.Payment, Account: d.Account, Amount: d.Theirs, Total: d.Theirs, Reason: "退款"})
	var refused *pay.Refused
	switch {
	case errors.As(err, &refused):
		return f.onDifference(ctx, place, actor, d.ID, "note on", func(tx *db.Tx, x *reconciliation.Difference) error {
			if last := x.Steps[len(x.Steps)-1]; last.Kind == reconciliation.Noted && last.Words == refused.Code {
				return nil // it said so before
			}
			return f.Reconciliations.Note(ctx, tx, x, refused.Code)
		})
	case err != nil:
		return reconciliation.ErrUnreached
	case told.State != pay.Done:
		return nil // asked again by the sweeper
	}
	return f.onDifference(ctx, place, actor, d.ID, "settle", func(tx *db.Tx, x *reconciliation.Difference) error {
		if x.Settlement() != nil {
			return nil
		}
		return f.Reconciliations.Settle(ctx, tx, x, reconciliation.GivenBack, true, "", told.ID)
	})
}
