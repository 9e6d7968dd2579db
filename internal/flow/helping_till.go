package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// ErrNotItsService refuses a sale for a service that somebody else's people went to, that
// somebody else asked for, or that is not paid at a till.
var ErrNotItsService = fault.New(fault.Invalid, "help.not_its_service")

// ShopService is a service at home that a shop's people went to and that is paid at its till.
type ShopService struct {
	*timebank.Assignment
	Request *timebank.Request
}

// bought reports whether a sale can have paid for a service: its shop's people promised it,
// and who bought asked for it or is not known.
func bought(c *checkout.Checkout, q *timebank.Request, a *timebank.Assignment) bool {
	s := a.State()
	return a.Shop == c.Merchant && q.Pay == timebank.AtTill && (c.Member.IsZero() || c.Member == q.Asker) &&
		(s == timebank.Promised || s == timebank.Begun || s.Served())
}

// ServicesOfSale are the services that a sale can have paid for, the newest first, of those
// that were promised in so many days before it.
func (f *Flows) ServicesOfSale(ctx context.Context, r db.Reader, community id.ID, c *checkout.Checkout, windowDays int) (all []ShopService, err error) {
	made, err := f.TimeBank.AssignmentsOfShop(ctx, r, community, c.Merchant, c.OpenedAt.AddDate(0, 0, -windowDays))
	if err != nil {
		return nil, err
	}
	which := make([]id.ID, len(made))
	for i, a := range made {
		which[i] = a.Request
	}
	requests, err := f.TimeBank.ByIDs(ctx, r, community, which)
	for _, a := range made {
		if q := requests[a.Request]; q != nil && bought(c, q, a) {
			all = append(all, ShopService{a, q})
		}
	}
	return all, err
}

// NoteService lets a shop say for which service at home a sale was paid; the zero assignment
// says that it was for none. The sale stays settled as it is.
//
// Refusals: checkout.ErrNotFound, ErrUnpaid; ErrNotItsService.
func (f *Flows) NoteService(ctx context.Context, community id.ID, actor db.Actor, shop, sale, assignment id.ID) (err error) {
	defer fault.Wrap(&err, "note the service of a sale")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Checkouts.ByID(ctx, tx, community, sale)
		if err != nil {
			return err
		}
		if c.Merchant != shop {
			return checkout.ErrNotFound
		}
		if assignment.IsZero() {
			return f.Checkouts.NoteFor(ctx, tx, c, id.ID{}, id.ID{})
		}
		a, err := f.TimeBank.AssignmentByID(ctx, tx, community, assignment)
		if err != nil {
			return err
		}
		q, err := f.TimeBank.ByID(ctx, tx, community, a.Request)
		if err != nil {
			return err
		}
		if !bought(c, q, a) {
			return ErrNotItsService.On("service")
		}
		return f.Checkouts.NoteFor(ctx, tx, c, q.ID, a.ID)
	})
}

// PaidAtTill is a sale that paid for a service at home.
type PaidAtTill struct {
	checkout.For
	Bought time.Time
	Price  money.Amount
	Back   money.Amount // of the price, that was given back since
	Token  string       // opens the receipt
}

// PaidAtTill are the sales that paid for a request, with what went back of them.
func (f *Flows) PaidAtTill(ctx context.Context, r db.Reader, community, request id.ID) (all []PaidAtTill, err error) {
	sales, err := f.Checkouts.PaidFor(ctx, r, community, request)
	for _, x := range sales {
		receipt, err := f.readReceipt(ctx, r, community, x.Seq)
		if fault.Of(err) == ErrNoReceipt {
			continue // its buyer was forgotten
		}
		if err != nil {
			return nil, err
		}
		paid := PaidAtTill{For: x, Bought: receipt.Facts.PurchasedAt, Price: receipt.Facts.Price, Token: receipt.Token}
		for i := range receipt.Refunds {
			paid.Back += receipt.Refunds[i].Facts.Amount
		}
		all = append(all, paid)
	}
	return all, err
}

// servicesPaid compares what shops said that sales were for with the services: a sale is for
// a service of its own shop that is paid at a till, and of who asked for it.
func (p *replayer) servicesPaid(ctx context.Context, r db.Reader) error {
	all, err := p.flows.Checkouts.AllFor(ctx, r, p.community)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(x checkout.For) bool { return x.Assignment.IsZero() })
	which := make([]id.ID, len(all))
	asked := make([]id.ID, len(all))
	for i, x := range all {
		which[i], asked[i] = x.Assignment, x.Request
	}
	made, err := p.flows.TimeBank.AssignmentsByIDs(ctx, r, p.community, which)
	if err != nil {
		return err
	}
	requests, err := p.flows.TimeBank.ByIDs(ctx, r, p.community, asked)
	if err != nil {
		return err
	}
	for _, x := range all {
		a, q := made[x.Assignment], requests[x.Request]
		if a == nil || q == nil || a.Request != q.ID || a.Shop != x.Merchant || q.Pay != timebank.AtTill || !x.Member.IsZero() && x.Member != q.Asker {
			p.flaw(0, "service_paid_differs", x.Seq, "", x.Assignment.String(), x.Checkout.String())
		}
	}
	return nil
}
