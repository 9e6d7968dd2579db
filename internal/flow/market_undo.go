package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/marketday"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// UndoAtStall says that a side wants a payment undone, within the payment's own day. When
// both sides have said so, or the desk, what was paid goes back by an entry of its own
// (T-02R).
//
// Refusals: marketday.ErrNoReason, ErrUndone, ErrUndoTooLate, ErrSaid, ErrOwnMatter of who
// sits at the desk and is one of the two.
func (f *Flows) UndoAtStall(ctx context.Context, place id.ID, actor db.Actor, side marketday.Side, payment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "undo a payment at a stall")
	people, err := f.everyShop(ctx, place)
	if err != nil {
		return err
	}
	if side == marketday.Desk {
		if err := f.notOneOfTwo(ctx, place, actor.ID, payment, people); err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		p, err := f.Markets.PaymentByID(ctx, tx, place, payment)
		if err != nil {
			return err
		}
		x, err := f.Markets.StallByID(ctx, tx, place, p.Stall)
		if err != nil {
			return err
		}
		until, err := f.undoUntil(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := p.MayUndo(tx.Now, until); err != nil {
			return err
		}
		if err := f.Markets.Want(ctx, tx, p, side, words); err != nil {
			return err
		}
		if p.Agreed() {
			m, err := f.reverseService(ctx, tx, p.ID, 0)
			if err != nil {
				return err
			}
			if err := f.Markets.Undo(ctx, tx, p, m.Seq); err != nil {
				return err
			}
		}
		if err := f.tellUndo(ctx, tx, people, x, p, side, words); err != nil {
			return err
		}
		return f.wake(ctx, tx, x.Day, p.ID)
	})
}

// notOneOfTwo refuses to let somebody decide on a payment of her own.
func (f *Flows) notOneOfTwo(ctx context.Context, place, who, payment id.ID, people map[id.ID][]id.ID) error {
	var x *marketday.Stall
	var p *marketday.Payment
	if err := f.DB.View(ctx, place, func(r db.Reader) (err error) {
		if p, err = f.Markets.PaymentByID(ctx, r, place, payment); err == nil {
			x, err = f.Markets.StallByID(ctx, r, place, p.Stall)
		}
		return err
	}); err != nil {
		return err
	}
	for _, m := range []id.ID{p.Payer, x.Member} {
		if same, err := f.IsMember(ctx, place, m, who); err != nil {
			return err
		} else if same {
			return ErrOwnMatter
		}
	}
	if slices.Contains(people[x.Shop], who) {
		return ErrOwnMatter
	}
	return nil
}

// undoUntil is the end of the day on which something was paid.
func (f *Flows) undoUntil(ctx context.Context, tx *db.Tx, p *marketday.Payment) (time.Time, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return time.Time{}, err
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return time.Time{}, err
	}
	return (period.DayOf(p.At, zone) + 1).Start(zone), nil
}

// tellUndo tells the other side what is wanted, and both when it is done.
func (f *Flows) tellUndo(ctx context.Context, tx *db.Tx, people map[id.ID][]id.ID, x *marketday.Stall, p *marketday.Payment, side marketday.Side, words string) error {
	n := notice.Notice{Kind: notice.MarketUndo, Cause: marketCause(p.ID) + "/" + string(side), Link: MarketPaymentPath(tx.Community, p.ID),
		Args: []notice.Arg{notice.Count(int64(p.Minutes)), notice.Text(words, "")}}
	if p.Undone != nil {
		n.Kind = notice.MarketUndone
		return errors.Join(f.tellMember(ctx, tx, p.Payer, n), f.tellHolderOf(ctx, tx, people, x, n))
	}
	if side == marketday.Payer {
		return f.tellHolderOf(ctx, tx, people, x, n)
	}
	return f.tellMember(ctx, tx, p.Payer, n)
}
