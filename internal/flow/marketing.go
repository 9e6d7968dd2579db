package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/marketing"
	"gongyi/internal/platform/db"
)

// RecordSpending notes a use of the shops' money (C2); without its invoice it is
// refused. Nothing is booked before another person approves it.
func (f *Flows) RecordSpending(ctx context.Context, community id.ID, actor db.Actor, x marketing.Spending, invoice *attachment.File) (recorded *marketing.Spending, err error) {
	defer fault.Wrap(&err, "record a spending")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		x := x
		if x.Picture, err = f.keepPicture(ctx, tx, invoice); err != nil {
			return err
		}
		recorded, err = f.Marketing.Record(ctx, tx, x, day)
		return err
	})
	return recorded, err
}

// ApproveSpending books a spending that another person recorded (M-16), as far as the
// shops' money reaches.
func (f *Flows) ApproveSpending(ctx context.Context, community id.ID, actor db.Actor, at id.ID) (err error) {
	defer fault.Wrap(&err, "approve a spending")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		x, err := f.Marketing.Spending(ctx, tx, community, at)
		if err != nil {
			return err
		}
		balances, err := f.Ledger.Balances(ctx, tx)
		if err != nil {
			return err
		}
		if err := x.May(actor.ID, balances.Balance(ledger.AllianceMarketing)); err != nil {
			return err
		}
		posted, err := f.Move(ctx, tx, "~marketing:"+x.ID.String(), charter.MarketingSpent{Spending: x.ID, Amount: x.Amount})
		if err != nil {
			return err
		}
		return f.Marketing.Approve(ctx, tx, x, posted.Seq)
	})
}

// DropSpending refuses a spending, or takes it back if the actor recorded it.
func (f *Flows) DropSpending(ctx context.Context, community id.ID, actor db.Actor, at id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "drop a spending")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		x, err := f.Marketing.Spending(ctx, tx, community, at)
		if err != nil {
			return err
		}
		return f.Marketing.Drop(ctx, tx, x, reason)
	})
}

// MarketingBooks is what came in of the shops' fees, what was spent and what is left.
type MarketingBooks struct {
	In, Spent, Left money.Amount
	Spendings       []*marketing.Spending // the newest first
}

// MarketingBooks reads them, from the first fee on.
func (f *Flows) MarketingBooks(ctx context.Context, r db.Reader, community id.ID) (b MarketingBooks, err error) {
	h, err := f.Ledger.Holding(ctx, r, community, ledger.AllianceMarketing)
	if err != nil {
		return b, err
	}
	if b.Spendings, err = f.Marketing.Spendings(ctx, r, community); err != nil {
		return b, err
	}
	for _, x := range b.Spendings {
		if x.End != nil && x.End.Kind == marketing.Approved {
			b.Spent += x.Amount
		}
	}
	b.Left = h.Balance
	b.In = b.Left + b.Spent // what came in less what went back to shops that left
	return b, nil
}
