package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// returnWhy is what a receiver reads when a part is taken back; like shareWhy it never
// changes.
const returnWhy = "退款，退回分账"

// sharesBack gets back from receivers what a refund takes from them, before the provider
// is asked for the refund of a payment of which parts were shared (D3, D6). ready is false
// while something is under way. What cannot be got back is paid by the shop's own account.
func (f *Flows) sharesBack(ctx context.Context, community id.ID, p *payment.Payment, r *payment.Refund) (ready bool, err error) {
	if p.Account == "" {
		return true, nil
	}
	var returns []payout.Return
	var shared sharedPayment
	if err := f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
		ready, returns = false, nil
		if shared, err = f.sharedPayment(ctx, tx, community, p.ID); err != nil {
			return err
		}
		switch {
		case len(shared.shares) == 0:
			ready = true
			return nil
		case shared.asking(): // nobody knows yet what is left of the order
			return nil
		}
		if returns, err = f.askBack(ctx, tx, &shared, r); err != nil {
			return err
		}
		ready = !slices.ContainsFunc(returns, func(x payout.Return) bool { return x.End == nil })
		return nil
	}); err != nil || ready {
		return ready, err
	}
	provider, err := f.provider(p.Provider)
	if err != nil {
		return false, err
	}
	for n := range returns {
		if returns[n].End == nil {
			err = errors.Join(err, f.carryReturn(ctx, community, provider, &shared, &returns[n]))
		}
	}
	ready = !shared.asking() && err == nil && !slices.ContainsFunc(returns, func(x payout.Return) bool { return x.End == nil })
	return ready, err
}

// firstOf is the first of refunds that were asked for anew because one failed.
func firstOf(p *payment.Payment, r *payment.Refund) id.ID {
	at := r
	for !at.Again.IsZero() {
		n := slices.IndexFunc(p.Refunds, func(x payment.Refund) bool { return x.ID == at.Again })
		if n < 0 {
			break
		}
		at = &p.Refunds[n]
	}
	return at.ID
}

// returnsFor are the returns that were asked for a refund, or for one that failed before it.
func (p *sharedPayment) returnsFor(r *payment.Refund) (mine []payout.Return, back money.Amount) {
	first := firstOf(p.Payment, r)
	for _, x := range p.returns {
		if x.Refund != first {
			continue
		}
		mine = append(mine, x)
		if x.End != nil && x.End.State == pay.Done {
			back += x.Amount
		}
	}
	return mine, back
}

// askBack notes, once for a refund, what receivers are asked to give back.
func (f *Flows) askBack(ctx context.Context, tx *db.Tx, p *sharedPayment, r *payment.Refund) ([]payout.Return, error) {
	mine, _ := p.returnsFor(r)
	if len(mine) > 0 || r.Seq < 0 {
		return mine, nil
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	want, err := f.fromOthers(ctx, tx, p, r, &v.Params)
	if err != nil {
		return nil, err
	}
	back, _ := payout.GiveBacks(p.given(), []payout.Claim{{Kind: payout.OfPlatform, Amount: want}}, shareLimits, tx.Now)
	for _, b := range back {
		share, place, err := p.part(b)
		if err != nil {
			return nil, err
		}
		if err := f.Payouts.AskReturn(ctx, tx, payout.Return{Refund: firstOf(p.Payment, r), Payment: p.ID, Share: share, Place: place, Amount: b.Amount}); err != nil {
			return nil, err
		}
	}
	if p.returns, err = f.Payouts.Returns(ctx, tx, tx.Community, p.ID); err != nil {
		return nil, err
	}
	mine, _ = p.returnsFor(r)
	return mine, nil
}

// fromOthers is what of a refund others than the shop bear by the books, as far as the
// provider will take it from the shop's own account. It is the platform's: fees, funds and
// rewards lie on the house's account.
func (f *Flows) fromOthers(ctx context.Context, tx *db.Tx, p *sharedPayment, r *payment.Refund, rules *policy.Params) (money.Amount, error) {
	e, err := f.Ledger.Posted(ctx, tx, r.Seq)
	if err != nil {
		return 0, err
	}
	shop := party.Owner{Kind: party.Merchant, ID: p.shares[0].Shop}
	own := func(a ledger.Account) bool {
		return a.Owner == shop && a.Asset == money.CNY && (a.Purpose == ledger.Payable || a.Purpose == ledger.Owed)
	}
	want := r.Amount
	for _, l := range e.Legs {
		if own(l.From) {
			want -= l.Amount
		}
		if own(l.To) {
			want += l.Amount
		}
	}
	return min(want, p.taken(r, rules)), nil
}

// taken is what the provider takes of a refund from the shop's own account, because the
// order holds too little. Refunds that are under way, other than this one, come after it.
func (p *sharedPayment) taken(r *payment.Refund, rules *policy.Params) money.Amount {
	var done money.Amount
	for _, x := range p.Refunds {
		if x.ID != r.ID && x.End != nil && x.End.Kind == payment.Done {
			done += x.Amount
		}
	}
	o := orderOf(p.Payment, p.shares[0].Shop, p.shares, p.borne, done, rules.ProviderFee)
	feeBack := o.Fee - payout.Kept(p.Amount, done+r.Amount, rules.ProviderFee)
	return max(0, r.Amount-feeBack-o.Frozen())
}

// given are the parts of the payment that receivers got.
func (p *sharedPayment) given() (all []payout.Given) {
	for n := range p.shares {
		s := &p.shares[n]
		for place, part := range s.Parts {
			if part.State != pay.Done {
				continue
			}
			g := payout.Given{Share: s.Key(), Kind: part.Kind, ID: part.Owner, Amount: part.Amount, At: part.At}
			for _, x := range p.returns {
				if x.Share == s.ID && x.Place == place && (x.End == nil || x.End.State == pay.Done) {
					g.Returned += x.Amount
				}
			}
			all = append(all, g)
		}
	}
	return all
}

// part finds the part that somebody is to give back of.
func (p *sharedPayment) part(b payout.GiveBack) (share id.ID, place int, err error) {
	for n := range p.shares {
		s := &p.shares[n]
		for place, part := range s.Parts {
			if s.Key() == b.Share && part.Kind == b.Kind && part.Owner == b.ID {
				return s.ID, place, nil
			}
		}
	}
	return share, 0, payout.ErrNotFound
}

// carryReturn asks a receiver to give back, and notes what becomes of it. The same return
// again is the same; one whose answer was lost is looked for first.
func (f *Flows) carryReturn(ctx context.Context, community id.ID, provider pay.Provider, p *sharedPayment, x *payout.Return) error {
	n := slices.IndexFunc(p.shares, func(s payout.Share) bool { return s.ID == x.Share })
	part := &p.shares[n].Parts[x.Place]
	told, err := provider.Returned(ctx, x.Key(), p.shares[n].Key(), p.Account)
	if errors.Is(err, pay.ErrNotFound) {
		told, err = provider.Return(ctx, pay.Return{Key: x.Key(), Share: p.shares[n].Key(), Account: p.Account, From: part.Number, Kind: pay.ToMerchant,
			Amount: x.Amount, Why: returnWhy, SharedAt: part.At})
	}
	var refused *pay.Refused
	switch {
	case errors.As(err, &refused):
		told = pay.ReturnResult{State: pay.Closed, Reason: refused.Code}
	case errors.Is(err, pay.ErrUnknown), errors.Is(err, pay.ErrNotFound):
		return nil // asked again by the sweeper
	case err != nil:
		return err
	}
	if told.State != pay.Done && told.State != pay.Closed {
		return nil
	}
	var now payout.Return
	if err = f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
		now = *x // as it was: this may run twice
		return f.Payouts.EndReturn(ctx, tx, &now, told.State, told.Reason)
	}); err == nil {
		*x = now
	}
	return err
}

// refundBorne books what the shop's own account paid of a refund that reached the payer
// (P-06), and notes what of an order is left. Of a refund that somebody gave by hand the
// provider took nothing: what receivers gave back for it is the shop's too much.
func (f *Flows) refundBorne(ctx context.Context, tx *db.Tx, at id.ID, r *payment.Refund) error {
	p, err := f.sharedPayment(ctx, tx, tx.Community, at)
	if err != nil {
		return err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	if len(p.shares) > 0 {
		_, back := p.returnsFor(r)
		if r.End.Kind == payment.Handed {
			return f.Payouts.NoteOver(ctx, tx, payout.Over{Shop: p.shares[0].Shop, Cause: payout.OverRefund, Of: r.ID, Amount: back})
		}
		if err := f.bookBorne(ctx, tx, &p, r, p.taken(r, &v.Params), back); err != nil {
			return err
		}
		if p.borne, err = f.Payouts.BorneOf(ctx, tx, tx.Community, p.ID); err != nil {
			return err
		}
	}
	o := orderOf(p.Payment, id.ID{}, p.shares, p.borne, p.AtProvider(), v.Params.ProviderFee)
	if o.Frozen() > 0 || p.Refunding() || underWay(p.shares) {
		return nil
	}
	return f.Payments.Thaw(ctx, tx, p.ID)
}

// bookBorne books what of a refund the shop's account paid. What receivers gave back
// beyond it is the shop's too much.
func (f *Flows) bookBorne(ctx context.Context, tx *db.Tx, p *sharedPayment, r *payment.Refund, taken, back money.Amount) error {
	shop := p.shares[0].Shop
	b := payout.Borne{Refund: r.ID, Payment: p.ID, Shop: shop, Taken: taken, Amount: max(0, taken-back), Seq: -1}
	if b.Amount > 0 {
		posted, err := f.Move(ctx, tx, borneKey(r.ID), charter.RefundBorne{Merchant: shop, Payment: p.ID, Refund: r.ID, Amount: b.Amount})
		if err != nil {
			return err
		}
		b.Seq = posted.Seq
	}
	if err := f.Payouts.NoteOver(ctx, tx, payout.Over{Shop: shop, Cause: payout.OverRefund, Of: r.ID, Amount: back - taken}); err != nil || taken == 0 {
		return err
	}
	return f.Payouts.NoteBorne(ctx, tx, b)
}

func borneKey(refund id.ID) string { return bornePrefix + refund.String() }

const bornePrefix = "~refund-borne:"
