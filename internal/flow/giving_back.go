package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/platform/db"
)

// Refusals of a refund by a shop's own till.
var (
	ErrNotSoldHere  = fault.New(fault.NotFound, "refund.not_sold_here")
	ErrRefundClosed = fault.New(fault.Conflict, "refund.window_closed")
	ErrRefundReason = fault.New(fault.Invalid, "refund.no_reason")
)

// Sold is a sale of a shop as it stands now.
type Sold struct {
	*Receipt
	Seq   int64
	Until time.Time               // until then the shop may give back by itself
	Backs map[int64]checkout.Back // why, by the entry of the refund
}

// Left is how much of the price has not gone back.
func (s *Sold) Left() money.Amount {
	left := s.Facts.Price
	for _, r := range s.Refunds {
		left -= r.Facts.Amount
	}
	return left
}

// SoldAt finds a sale of a shop; another shop's is not found.
func (f *Flows) SoldAt(ctx context.Context, community, shop id.ID, seq int64) (s Sold, err error) {
	s.Seq = seq
	switch s.Receipt, err = f.Receipt(ctx, community, seq); {
	case fault.Of(err) != nil:
		return s, ErrNotSoldHere
	case err != nil:
		return s, err
	}
	if s.Facts.Merchant.ID != shop {
		return s, ErrNotSoldHere
	}
	here, err := f.StandingIn(ctx, community)
	if err != nil {
		return s, err
	}
	s.Until = s.Facts.PurchasedAt.AddDate(0, 0, here.Rules.RefundWindowDays)
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		s.Backs, err = f.Checkouts.BacksOf(ctx, r, community, seq)
		return err
	})
	return s, err
}

// Giving is money that a shop gives back at its till (D3).
type Giving struct {
	Shop   id.ID
	Sale   int64        // entry of the purchase
	Amount money.Amount // fen of the price, 0 for all that is left
	Reason string
	Token  string // tells a form that comes again
}

// maxReason bounds what a shop writes about a refund.
const maxReason = 200

// GiveBack undoes a sale of a shop, or a part of it. What a provider had goes back the way
// it came; what the shop has taken itself it hands over.
func (f *Flows) GiveBack(ctx context.Context, community id.ID, actor db.Actor, g Giving) (out Returned, err error) {
	defer fault.Wrap(&err, "give back at a till")
	s, err := f.SoldAt(ctx, community, g.Shop, g.Sale)
	switch {
	case err != nil:
		return out, err
	case g.Reason == "" || len(g.Reason) > maxReason:
		return out, ErrRefundReason.On("reason")
	case f.DB.Clock().Now().After(s.Until):
		return out, ErrRefundClosed
	}
	return f.refundAs(ctx, community, actor, Refund{Ref: "~back:" + g.Token, Purchase: g.Sale, Amount: g.Amount}, func(tx *db.Tx, out *Returned) error {
		return f.Checkouts.NoteBack(ctx, tx, checkout.Back{Refund: out.Seq, Sale: g.Sale, Reason: g.Reason})
	})
}
