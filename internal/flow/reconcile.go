package flow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// PaidBooks are the books of money that passes licensed providers: what is known of it,
// and how late news of it is taken. A payment's key with the provider is its id in 32
// digits, a refund's is the community and its id in 64.
type PaidBooks interface {
	// EachCame tells of all money that came through a provider, late or not, and of all
	// that went back, from ≤ time < to. There may be millions.
	EachCame(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, from, to time.Time, fn func(reconciliation.Ours) error) error
	// Known tells of a payment, or of a refund of it (not zero), whenever it moved.
	Known(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, payment, refund id.ID) (Paid, error)
	// ToldPayment and ToldRefund take what a provider tells: money that came is booked, or
	// goes back if nothing can book it any more.
	ToldPayment(ctx context.Context, told pay.Payment) error
	ToldRefund(ctx context.Context, told pay.RefundResult) error
}

// Paid is what the books know of a payment or a refund.
type Paid struct {
	State   PaidState
	Amount  money.Amount
	Account string // whose, with the provider
}

// PaidState is how far it is.
type PaidState int

// The states.
const (
	NeverAsked PaidState = iota // the books know nothing of it
	NotPaid                     // asked for, and no money moved as far as they know
	UnderWay                    // a refund that was asked for
	Moved                       // money moved
)

// Reconciling is against which books bills are read.
type Reconciling struct {
	Books PaidBooks

	mu *sync.Mutex // one bill is read at a time; it takes the room of its day
}

// NewReconciling is against some books.
func NewReconciling(books PaidBooks) Reconciling {
	return Reconciling{Books: books, mu: new(sync.Mutex)}
}

// billZone is the zone of the providers' days.
var billZone = time.FixedZone("CST", 8*60*60)

// Nobody is where money lies that belongs to no community of the house, as far as a bill
// tells: the people of the house look after it.
var Nobody = id.Tilde

// ReadBill fetches a provider's bill of a day and compares it with the books of places:
// communities, and Nobody for what is no community's (D5). A bill that is not there yet,
// or is not whole, changes nothing but that it is noted.
func (f *Flows) ReadBill(ctx context.Context, actor db.Actor, kind pay.Kind, day period.Day, places []id.ID) (err error) {
	defer fault.Wrap(&err, "read a bill")
	p := f.Providers[kind]
	if p == nil {
		return reconciliation.ErrNoProvider.With("provider", string(kind))
	}
	f.Reconciling.mu.Lock()
	defer f.Reconciling.mu.Unlock()
	bill, err := p.Bill(ctx, day)
	if err != nil {
		return f.failBill(ctx, actor, kind, day, places, badBill{err})
	}
	defer bill.Close()
	return f.compareBill(ctx, &reading{f: f, actor: actor, kind: kind, day: day, source: reconciliation.ByProvider}, bill, places)
}

// ReadBillFile compares a bill that somebody downloaded by hand with the books of a
// community.
func (f *Flows) ReadBillFile(ctx context.Context, actor db.Actor, kind pay.Kind, day period.Day, place id.ID, bill pay.Bill) (err error) {
	defer fault.Wrap(&err, "read a bill's file")
	if f.Reconciling.Books == nil {
		return reconciliation.ErrNoProvider.With("provider", string(kind))
	}
	f.Reconciling.mu.Lock()
	defer f.Reconciling.mu.Unlock()
	return f.compareBill(ctx, &reading{f: f, actor: actor, kind: kind, day: day, source: reconciliation.ByFile}, bill, []id.ID{place})
}

// compareBill reads a bill to its end and keeps what came of it.
func (f *Flows) compareBill(ctx context.Context, r *reading, bill pay.Bill, places []id.ID) error {
	if !f.DB.Clock().Now().After((r.day + 1).Start(billZone)) {
		return reconciliation.ErrDayOpen.On("day")
	}
	err := r.begin(ctx, places)
	for err == nil {
		l, e := bill.Next()
		if errors.Is(e, io.EOF) {
			err = r.end(ctx)
			break
		}
		if err = e; e != nil {
			err = badBill{e}
		} else {
			err = r.line(ctx, &l)
		}
	}
	if err != nil {
		return f.failBill(ctx, r.actor, r.kind, r.day, places, err)
	}
	return r.keep(ctx)
}

// badBill is what was wrong with a bill, and not with us who read it.
type badBill struct{ error }

func (e badBill) Unwrap() error { return e.error }

// failBill notes why a bill was not read, and says so. What is wrong with the house itself
// is no word about the bill.
func (f *Flows) failBill(ctx context.Context, actor db.Actor, kind pay.Kind, day period.Day, places []id.ID, why error) error {
	outcome, refusal := reconciliation.Unreadable, reconciliation.ErrNotABill
	var bad badBill
	switch {
	case ctx.Err() != nil:
		return why
	case errors.Is(why, pay.ErrNotYet):
		outcome, refusal = reconciliation.NotYet, reconciliation.ErrNotYet
	case errors.Is(why, pay.ErrUnknown):
		outcome, refusal = reconciliation.Unreached, reconciliation.ErrUnreached
	case errors.Is(why, reconciliation.ErrManifold):
		outcome, refusal = reconciliation.Manifold, reconciliation.ErrManifold
	case errors.Is(why, reconciliation.ErrOtherDay):
		refusal = reconciliation.ErrOtherDay
	case fault.Of(why) != nil || !errors.As(why, &bad):
		return why
	}
	note := why.Error()
	if len(note) > 200 {
		note = note[:200]
	}
	for _, place := range places {
		if err := f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
			return f.Reconciliations.Fail(ctx, tx, reconciliation.Attempt{Provider: kind, Day: day, Outcome: outcome, Note: note})
		}); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %w", refusal, why)
}

// keeperIDs are the places that keep books.
func (f *Flows) keeperIDs(ctx context.Context) (all []id.ID, err error) {
	for _, kind := range []community.Kind{community.Community, community.Street} {
		places, err := f.Communities.List(ctx, f.DB, kind)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			all = append(all, p.ID)
		}
	}
	return all, nil
}
