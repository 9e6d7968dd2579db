package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// ErrNoProvider refuses a way to pay that this house does not have.
var ErrNoProvider = fault.New(fault.Conflict, "payment.no_provider")

// paying is what a purpose of payments means, each in one transaction with the payment's
// own record.
type paying struct {
	// paid books the money and carries out what it was paid for. A refusal means that it
	// cannot be booked: then the money goes back whole.
	paid func(ctx context.Context, tx *db.Tx, p *payment.Payment, told pay.Payment) (seq int64, err error)
	// fallen is what follows when it will not be paid, or could not be booked.
	fallen func(ctx context.Context, tx *db.Tx, p *payment.Payment, why string) error
}

func (f *Flows) paying(p payment.Purpose) (paying, error) {
	switch p {
	case payment.Checkout:
		return paying{paid: f.checkoutPaid, fallen: f.checkoutFallen}, nil
	case payment.Charge:
		return paying{paid: f.chargePaid, fallen: func(ctx context.Context, tx *db.Tx, p *payment.Payment, _ string) error {
			return f.wake(ctx, tx, p.Subject)
		}}, nil
	}
	return paying{}, fmt.Errorf("flow: nobody knows how to book a payment for %q", p)
}

// provider is a licensed provider, refused if the house has none of the kind.
func (f *Flows) provider(kind pay.Kind) (pay.Provider, error) {
	if p := f.Providers[kind]; p != nil {
		return p, nil
	}
	return nil, ErrNoProvider.With("provider", string(kind))
}

// Has reports whether the house works with a provider.
func (f *Flows) Has(kind pay.Kind) bool { return f.Providers[kind] != nil }

// AskFor hands an open payment to its provider and tells how its payer pays. It may be
// asked for again: the payment is the same. app is the account with WeChat under which its
// own browser pays.
func (f *Flows) AskFor(ctx context.Context, community id.ID, p *payment.Payment, app string) (_ pay.Prepared, err error) {
	defer fault.Wrap(&err, "ask for a payment")
	payer := ""
	if p.Scene == pay.JSAPI {
		if err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			payer, err = f.SignIn.OpenIDOf(ctx, r, p.Payer, app)
			return err
		}); err != nil {
			return pay.Prepared{}, err
		}
	}
	provider, err := f.provider(p.Provider)
	if err != nil {
		return pay.Prepared{}, err
	}
	order := pay.Order{
		Key: p.Key(), Account: p.Account, Amount: p.Amount, Title: p.Title, Scene: p.Scene, Payer: payer, Expires: p.DueAt,
		Share: p.Account != "", Attach: community.String(),
	}
	prepared, err := provider.Pay(ctx, order)
	var refused *pay.Refused
	if errors.As(err, &refused) { // perhaps because it is paid, and nobody has told
		if err := f.askAbout(ctx, community, p, f.DB.Clock().Now()); err != nil {
			return prepared, err
		}
	}
	return prepared, err
}

// ToldPayment takes what a provider tells of a payment, asked or not, once or often, early or
// late (D6).
func (f *Flows) ToldPayment(ctx context.Context, told pay.Payment) (err error) {
	defer fault.Wrap(&err, "told of a payment")
	community, err := id.Parse(told.Attach)
	if err != nil {
		return payment.ErrNotFound
	}
	key, err := id.Parse(told.Key)
	if err != nil {
		return payment.ErrNotFound
	}
	switch told.State {
	case pay.Done:
		return f.takePayment(ctx, community, key, told)
	case pay.Closed:
		return f.fallen(ctx, community, key, "closed at the provider")
	}
	return nil
}

// byProvider is who acts when a provider tells something.
var byProvider = db.Actor{Kind: "provider"}

// takePayment books money that came. What cannot be booked goes back whole: money never
// stays without an entry.
func (f *Flows) takePayment(ctx context.Context, community, key id.ID, told pay.Payment) error {
	var p *payment.Payment
	err := f.DB.Update(ctx, community, byProvider, func(tx *db.Tx) (err error) {
		if p, err = f.Payments.ByID(ctx, tx, community, key); err != nil {
			return err
		}
		return f.bookPayment(ctx, tx, p, told)
	})
	refusal := fault.Of(err)
	switch {
	case err == nil:
		return f.carryRefunds(ctx, community, p)
	case refusal == nil || refusal.Code == payment.ErrNotFound.Code || refusal.Code == payment.ErrOtherSum.Code || refusal.Kind == fault.Busy:
		return err
	}
	err = f.DB.Update(ctx, community, byProvider, func(tx *db.Tx) (err error) {
		if p, err = f.Payments.ByID(ctx, tx, community, key); err != nil || !p.Open() {
			return err
		}
		return f.unbookable(ctx, tx, p, told, refusal.Code)
	})
	if err != nil {
		return err
	}
	return f.carryRefunds(ctx, community, p)
}

// bookPayment is the payment inside its transaction.
func (f *Flows) bookPayment(ctx context.Context, tx *db.Tx, p *payment.Payment, told pay.Payment) error {
	switch {
	case p.Came():
		return nil // told before
	case !p.Open():
		if err := f.Payments.NoteLate(ctx, tx, p, told); err != nil {
			return err
		}
		_, err := f.Payments.Refund(ctx, tx, p, p.Amount, -1, "came after the end")
		return err
	}
	if err := p.Match(told); err != nil {
		return err
	}
	x, err := f.paying(p.Purpose)
	if err != nil {
		return err
	}
	seq, err := x.paid(ctx, tx, p, told)
	if err != nil {
		return err
	}
	return f.Payments.Pay(ctx, tx, p, told, seq, "")
}

// unbookable notes money that no entry could book, and gives it back.
func (f *Flows) unbookable(ctx context.Context, tx *db.Tx, p *payment.Payment, told pay.Payment, why string) error {
	if err := f.Payments.Pay(ctx, tx, p, told, -1, why); err != nil {
		return err
	}
	if _, err := f.Payments.Refund(ctx, tx, p, p.Amount, -1, why); err != nil {
		return err
	}
	x, err := f.paying(p.Purpose)
	if err != nil {
		return err
	}
	return x.fallen(ctx, tx, p, why)
}

// fallen ends a payment that the provider will not take any more.
func (f *Flows) fallen(ctx context.Context, community, key id.ID, why string) error {
	return f.DB.Update(ctx, community, byProvider, func(tx *db.Tx) error {
		p, err := f.Payments.ByID(ctx, tx, community, key)
		if err != nil || !p.Open() {
			return err
		}
		if err := f.Payments.Close(ctx, tx, p, why); err != nil {
			return err
		}
		x, err := f.paying(p.Purpose)
		if err != nil {
			return err
		}
		return x.fallen(ctx, tx, p, why)
	})
}

// StopPayment ends an open payment: first with the provider, then here. One that was
// paid meanwhile is taken instead; then it is refused as ended.
func (f *Flows) StopPayment(ctx context.Context, community id.ID, p *payment.Payment, why string) (err error) {
	defer fault.Wrap(&err, "stop a payment")
	provider, err := f.provider(p.Provider)
	if err != nil {
		return err
	}
	var refused *pay.Refused
	switch err := provider.Close(ctx, p.Key(), p.Account); {
	case err == nil, errors.Is(err, pay.ErrNotFound): // never asked for, or closed
		return f.fallen(ctx, community, p.ID, why)
	case !errors.As(err, &refused):
		return err
	}
	told, err := provider.Payment(ctx, p.Key(), p.Account)
	if err != nil {
		return err
	}
	if told.Attach == "" {
		told.Attach = community.String()
	}
	if err := f.ToldPayment(ctx, told); err != nil {
		return err
	}
	if told.State == pay.Done {
		return payment.ErrEnded.With("kind", string(payment.Paid))
	}
	return nil
}

// askAfter is how long a payment may be silent before the provider is asked about it.
const askAfter = 20 * time.Second

// AskProviders asks about payments and refunds of which nothing was heard, and ends what
// is past its time. It is a sweeper's work: no message of a provider is needed for
// anything to come right.
func (f *Flows) AskProviders(ctx context.Context, community id.ID) (err error) {
	now := f.DB.Clock().Now()
	var waiting []payment.Payment
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		waiting, err = f.Payments.Waiting(ctx, r, community, now.Add(-askAfter), 200)
		return err
	}); err != nil {
		return err
	}
	var errs []error
	for i := range waiting {
		p := &waiting[i]
		if p.Open() {
			errs = append(errs, f.askAbout(ctx, community, p, now))
		}
		errs = append(errs, f.carryRefunds(ctx, community, p))
	}
	return errors.Join(errs...)
}

func (f *Flows) askAbout(ctx context.Context, community id.ID, p *payment.Payment, now time.Time) error {
	provider, err := f.provider(p.Provider)
	if err != nil {
		return err
	}
	told, err := provider.Payment(ctx, p.Key(), p.Account)
	switch {
	case errors.Is(err, pay.ErrNotFound):
		told.State = pay.Pending
	case err != nil:
		return err
	}
	if told.State != pay.Pending {
		told.Attach = community.String()
		return f.ToldPayment(ctx, told)
	}
	if now.Before(p.DueAt) {
		return nil
	}
	if err := f.StopPayment(ctx, community, p, "past due"); err != nil && !errors.Is(err, payment.ErrEnded) {
		return err
	}
	return nil
}
