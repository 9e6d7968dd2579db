package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// paidBooks are the payments of the house, as bills are compared with them.
type paidBooks struct{ *Flows }

// EachCame implements PaidBooks.
func (b paidBooks) EachCame(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, from, to time.Time, fn func(reconciliation.Ours) error) error {
	return b.Payments.EachCame(ctx, r, community, provider, from, to, func(c payment.Came) error {
		return fn(reconciliation.Ours{Community: community, Payment: c.Payment, Refund: c.Refund, Amount: c.Amount, At: c.At})
	})
}

// Known implements PaidBooks.
func (b paidBooks) Known(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, key, refund id.ID) (Paid, error) {
	p, err := b.Payments.ByID(ctx, r, community, key)
	if errors.Is(err, payment.ErrNotFound) || err == nil && p.Provider != provider {
		return Paid{}, nil
	}
	if err != nil {
		return Paid{}, err
	}
	if !refund.IsZero() {
		return knownRefund(p, refund), nil
	}
	k := Paid{State: NotPaid, Amount: p.Amount, Account: p.Account}
	if p.Came() {
		k.State = Moved
	}
	return k, nil
}

// knownRefund is how far a refund of a payment is.
func knownRefund(p *payment.Payment, refund id.ID) Paid {
	for _, r := range p.Refunds {
		if r.ID != refund {
			continue
		}
		k := Paid{State: UnderWay, Amount: r.Amount, Account: p.Account}
		switch {
		case r.End == nil:
		case r.End.Kind == payment.Done:
			k.State = Moved
		default:
			k.State = NotPaid
		}
		return k
	}
	return Paid{}
}
