package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// sharesPerStep is how many requests one step of the sweeper asks about.
const sharesPerStep = 200

// shareWhy is what a receiver reads of its part. It never changes: the same request asked
// again must be the same to the letter.
const shareWhy = "货款和费用分账"

// carryShares gives providers the requests of plans, in their order, and asks what became
// of those that were given. Whatever it was cut short at, it asks again under the same key.
func (f *Flows) carryShares(ctx context.Context, community id.ID) error {
	var due []payout.DueShare
	if err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		due, err = f.Payouts.DueShares(ctx, r, community, f.DB.Clock().Now(), f.payers(), sharesPerStep)
		return err
	}); err != nil {
		return err
	}
	var errs []error
	for _, d := range due {
		if ctx.Err() == nil {
			errs = append(errs, f.carryShare(ctx, community, d))
		}
	}
	return errors.Join(errs...)
}

// sharedPayment is a payment on a shop's account with all that was asked about it.
type sharedPayment struct {
	*payment.Payment
	shares  []payout.Share
	borne   []payout.Borne
	returns []payout.Return
}

func (f *Flows) sharedPayment(ctx context.Context, r db.Reader, community, at id.ID) (p sharedPayment, err error) {
	if p.Payment, err = f.Payments.ByID(ctx, r, community, at); err != nil {
		return p, err
	}
	if p.shares, err = f.Payouts.SharesOf(ctx, r, community, at); err != nil || len(p.shares) == 0 {
		return p, err
	}
	if p.borne, err = f.Payouts.BorneOf(ctx, r, community, at); err != nil {
		return p, err
	}
	p.returns, err = f.Payouts.Returns(ctx, r, community, at)
	return p, err
}

// order is the payment as it stands, of which the provider gave back so much.
func (p *sharedPayment) order(rules *policy.Params) payout.Order {
	return orderOf(p.Payment, p.shares[0].Shop, p.shares, p.borne, p.AtProvider(), rules.ProviderFee)
}

// asking reports whether the provider may be carrying out a request about the payment.
func (p *sharedPayment) asking() bool {
	return slices.ContainsFunc(p.shares, func(s payout.Share) bool { return s.Asking() })
}

// carryShare notes that the provider is asked, asks it outside of any transaction, and
// notes the answer.
func (f *Flows) carryShare(ctx context.Context, community id.ID, d payout.DueShare) error {
	var ask *pay.Share
	var x *payout.Share
	again := false
	if err := f.DB.Update(ctx, community, byJob, func(tx *db.Tx) (err error) {
		x, ask, again, err = f.sendShare(ctx, tx, d)
		return err
	}); err != nil || ask == nil {
		return err
	}
	provider := f.Providers[x.Provider]
	if provider == nil {
		return nil
	}
	told, err := giveShare(ctx, provider, x, ask, again)
	var refused *pay.Refused
	switch {
	case errors.As(err, &refused):
		return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error { return f.failShare(ctx, tx, d.Share, refused.Code) })
	case err != nil: // nobody knows: ask again
		return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
			return f.Payouts.AskShare(ctx, tx, d.Share, tx.Now.Add(payout.BackOff(d.Tries)))
		})
	}
	return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error { return f.noteShare(ctx, tx, d, told) })
}

// giveShare gives a request, or asks for the state of one that was given. One whose
// answer was lost is looked for first: by now the provider's own limits may forbid it.
func giveShare(ctx context.Context, p pay.Provider, x *payout.Share, ask *pay.Share, again bool) (pay.ShareResult, error) {
	if again {
		told, err := p.Shared(ctx, x.Key(), x.Number, x.Account)
		if !errors.Is(err, pay.ErrNotFound) {
			return told, err
		}
	}
	return p.Share(ctx, *ask)
}

// sendShare notes that a request is given to the provider, if the payment still bears it
// and nothing else is under way about it; ask is nil if nobody is to be asked now.
func (f *Flows) sendShare(ctx context.Context, tx *db.Tx, d payout.DueShare) (x *payout.Share, ask *pay.Share, again bool, err error) {
	if x, err = f.Payouts.ShareByID(ctx, tx, tx.Community, d.Share); err != nil {
		return nil, nil, false, err
	}
	p, err := f.sharedPayment(ctx, tx, tx.Community, x.Payment)
	if err != nil {
		return nil, nil, false, err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, nil, false, err
	}
	o := p.order(&v.Params)
	switch {
	case x.End != nil:
		return x, nil, false, f.Payouts.AskShare(ctx, tx, x.ID, time.Time{})
	case x.Sent != nil: // as it was asked: without its own parts
		return x, instruction(x, o.Shared-x.Given(), o.Requests-1), true, nil
	}
	switch before := p.before(x); {
	case p.Refunding() || p.asking() || before == unended:
		return x, nil, false, f.Payouts.AskShare(ctx, tx, x.ID, tx.Now.Add(payout.BackOff(d.Tries)))
	case before == broken:
		return x, nil, false, f.endShare(ctx, tx, x, payout.ShareEnd{Kind: payout.ShareFailed, Reason: payout.AfterFailed})
	case tx.Now.After(x.PaidAt.Add(shareLimits.Within)):
		return x, nil, false, f.lateShare(ctx, tx, x, &o)
	case o.Frozen() == 0 || x.Sum() > o.Frozen() || x.Sum()+o.Shared > min(shareLimits.Share, v.Params.ShareMax).FloorOf(o.Amount-o.Refunded):
		return x, nil, false, f.endShare(ctx, tx, x, payout.ShareEnd{Kind: payout.ShareFailed, Reason: payout.AfterRefund})
	}
	brings := o.Frozen() - x.Sum()
	if !x.Release {
		brings = 0
	}
	return x, instruction(x, o.Shared, o.Requests), false, f.Payouts.SendShare(ctx, tx, x, brings)
}

// What became of the requests of the same plan about the same payment that come first.
type earlier int

const (
	whole   earlier = iota // all arrived
	unended                // one has not ended
	broken                 // one did not arrive whole: what would be released is not what was planned
)

func (p *sharedPayment) before(x *payout.Share) (e earlier) {
	for n := range p.shares {
		s := &p.shares[n]
		switch {
		case s.Batch != x.Batch || s.Place >= x.Place:
		case s.End == nil:
			return unended
		case !s.Whole():
			e = broken
		}
	}
	return e
}

// lateShare ends a request about an order that the provider has released by itself:
// whatever was frozen counts as delivered to its shop.
func (f *Flows) lateShare(ctx context.Context, tx *db.Tx, x *payout.Share, o *payout.Order) error {
	for place := range x.Parts {
		if err := f.Payouts.NotePart(ctx, tx, x, place, pay.Closed, payout.PastTime, tx.Now); err != nil {
			return err
		}
	}
	return f.endShare(ctx, tx, x, payout.ShareEnd{Kind: payout.ShareLate, Reason: payout.PastTime, Brought: o.Frozen()})
}

// instruction is a request as the provider is asked.
func instruction(x *payout.Share, before money.Amount, requests int) *pay.Share {
	ask := x.Instruction(before, requests, shareWhy)
	return &ask
}

func (f *Flows) failShare(ctx context.Context, tx *db.Tx, share id.ID, code string) error {
	x, err := f.Payouts.ShareByID(ctx, tx, tx.Community, share)
	if err != nil || x.End != nil {
		return err
	}
	return f.endShare(ctx, tx, x, payout.ShareEnd{Kind: payout.ShareFailed, Reason: code})
}

// noteShare notes what the provider tells of a request, part by part.
func (f *Flows) noteShare(ctx context.Context, tx *db.Tx, d payout.DueShare, told pay.ShareResult) error {
	x, err := f.Payouts.ShareByID(ctx, tx, tx.Community, d.Share)
	if err != nil || x.End != nil {
		return err
	}
	open := told.State == pay.Pending
	end := payout.ShareEnd{Kind: payout.ShareDone, Number: told.ID, Brought: x.Sent.Brings}
	for place := range x.Parts {
		part := &x.Parts[place]
		if n := slices.IndexFunc(told.Parts, func(t pay.PartResult) bool { return t.Account == part.Number }); n >= 0 {
			if err := f.Payouts.NotePart(ctx, tx, x, place, told.Parts[n].State, told.Parts[n].Reason, told.Parts[n].At); err != nil {
				return err
			}
		}
		open = open || part.State == pay.Pending
		if x.Release && part.State == pay.Closed { // it stays with the order, which is released
			end.Brought += part.Amount
		}
	}
	if open {
		return f.Payouts.AskShare(ctx, tx, x.ID, tx.Now.Add(payout.BackOff(d.Tries)))
	}
	return f.endShare(ctx, tx, x, end)
}

// endShare notes how a request ended. Of an order whose money is free nothing waits any
// more; what came to a shop that no item pays is too much.
func (f *Flows) endShare(ctx context.Context, tx *db.Tx, x *payout.Share, e payout.ShareEnd) error {
	if err := f.Payouts.EndShare(ctx, tx, x, e); err != nil || !x.Freed() {
		return err
	}
	if err := f.Payments.Thaw(ctx, tx, x.Payment); err != nil || !x.Item.IsZero() {
		return err
	}
	return f.Payouts.NoteOver(ctx, tx, payout.Over{Shop: x.Shop, Cause: payout.OverLate, Of: x.Batch, Amount: e.Brought})
}
