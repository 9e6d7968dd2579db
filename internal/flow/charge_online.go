package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Slip is a charge with the payment that is waited for.
type Slip struct {
	*charge.Charge
	Paying *payment.Payment // nil while none is asked for
}

// SlipOf finds a charge by its digits for who may pay it: the member or the person it is
// about, or the owner of the shop. Anybody else's is not found.
func (f *Flows) SlipOf(ctx context.Context, community id.ID, code string, viewer authz.Viewer) (s Slip, err error) {
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		if s.Charge, err = f.Charges.ByCode(ctx, r, community, code); err != nil {
			return err
		}
		all, err := f.Payments.Of(ctx, r, community, s.ID)
		for i := range all {
			if all[i].Open() {
				s.Paying = &all[i]
			}
		}
		return err
	}); err != nil {
		return s, err
	}
	may, err := f.mayPaySlip(ctx, community, s.Charge, viewer)
	if err == nil && !may {
		err = charge.ErrNotFound
	}
	return s, err
}

func (f *Flows) mayPaySlip(ctx context.Context, community id.ID, c *charge.Charge, viewer authz.Viewer) (bool, error) {
	switch c.Kind {
	case charge.ByMember:
		return f.IsMember(ctx, community, c.Payer, viewer.Acting())
	case charge.ByPerson:
		return c.Payer == viewer.Acting(), nil
	}
	for _, g := range viewer.Grants {
		if g.Role == access.Owner && g.Subject == c.Payer && viewer.For.IsZero() {
			return true, nil
		}
	}
	return false, nil
}

// slipMinutes is how long a payment of a charge waits for its payer; then another can be
// asked for.
const slipMinutes = 15

// PayOnline asks a provider for the payment of a charge. While one is waited for, it is
// that one.
func (f *Flows) PayOnline(ctx context.Context, community id.ID, actor db.Actor, s Slip, kind pay.Kind, scene pay.Scene, payer id.ID) (out *payment.Payment, err error) {
	defer fault.Wrap(&err, "pay a charge online")
	if !f.Has(kind) {
		return nil, ErrNoProvider.On("tender")
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Charges.ByID(ctx, tx, community, s.ID)
		switch {
		case err != nil:
			return err
		case !c.Open():
			return charge.ErrEnded.With("kind", string(c.End.Kind))
		case !tx.Now.Before(c.DueAt):
			return charge.ErrPastDue
		}
		all, err := f.Payments.Of(ctx, tx, community, c.ID)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].Open() {
				out = &all[i]
				return nil
			}
		}
		due := tx.Now.Add(slipMinutes * time.Minute)
		if due.After(c.DueAt) {
			due = c.DueAt
		}
		p, err := f.Payments.Open(ctx, tx, payment.Payment{
			Purpose: payment.Charge, Subject: c.ID, Provider: kind, Scene: scene, Payer: payer, Amount: c.Amount, Title: slipTitle(c), DueAt: due,
		})
		out = &p
		return err
	})
	return out, err
}

// slipTitle is what the payer reads with the provider.
func slipTitle(c *charge.Charge) string {
	if c.Title != "" {
		return c.Title
	}
	return "社区缴费 " + c.Code
}

// StopPaying ends the payment of a charge that is waited for; the charge stays open.
func (f *Flows) StopPaying(ctx context.Context, community id.ID, s Slip) error {
	if s.Paying == nil {
		return nil
	}
	return f.StopPayment(ctx, community, s.Paying, "stopped by the payer")
}
