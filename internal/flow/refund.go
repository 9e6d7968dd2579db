package flow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Refusals of a refund, in the order in which they are checked; settlement's
// follow.
var (
	ErrNotAPurchase = fault.New(fault.Conflict, "refund.not_a_purchase")
)

// Refund asks to give back a part of a purchase, or all that is left of it.
type Refund struct {
	Ref      string       // idempotency key within the community
	Purchase int64        // number of the purchase's entry
	Amount   money.Amount // fen of the price; 0 means all that is left
}

// Content is what makes two requests the same request.
func (r *Refund) Content() [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, `{"amount":%d,"purchase":%d,"ref":%q}`, r.Amount, r.Purchase, r.Ref))
}

// Returned is the answer to a refund: what the buyer gets, and how.
type Returned struct {
	ledger.Posted
	settlement.Refunded
	Amount money.Amount

	back *payment.Payment // the provider's, of which a part goes back
}

// Refund undoes a part of a purchase, leg by leg (D3). The entry of the purchase
// stays as it is.
func (f *Flows) Refund(ctx context.Context, community id.ID, actor db.Actor, r Refund) (out Returned, err error) {
	if badRef(r.Ref) {
		return Returned{}, ErrBadRef.On("refund_ref")
	}
	return f.refundAs(ctx, community, actor, r, nil)
}

// refundAs is Refund under a key that may be ours; also is done with it in the same
// transaction, unless the refund is one that was made before.
func (f *Flows) refundAs(ctx context.Context, community id.ID, actor db.Actor, r Refund, also func(tx *db.Tx, out *Returned) error) (out Returned, err error) {
	if r.Amount < 0 {
		return Returned{}, settlement.ErrRefundNotPositive.On("amount")
	}
	content := r.Content()
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) (err error) {
		if out, err = f.refund(ctx, tx, r, content); err != nil || out.Replayed || also == nil {
			return err
		}
		return also(tx, &out)
	})
	if err == nil {
		_ = f.carryRefunds(ctx, community, out.back) // what the provider does not hear now it hears from the sweeper
	}
	return out, err
}

func (f *Flows) refund(ctx context.Context, tx *db.Tx, r Refund, content [32]byte) (Returned, error) {
	if posted, known, err := f.Ledger.Find(ctx, tx, r.Ref, content); known || err != nil {
		return Returned{Posted: posted}, err
	}
	out, err := f.postRefund(ctx, tx, r, content)
	if err != nil {
		out.Posted, err = f.Ledger.Recall(ctx, tx, r.Ref, content, err)
	}
	return out, err
}

func (f *Flows) postRefund(ctx context.Context, tx *db.Tx, r Refund, content [32]byte) (Returned, error) {
	original, facts, err := f.purchaseFacts(ctx, tx, r.Purchase)
	if err != nil {
		return Returned{}, err
	}
	rates, err := f.numbered(ctx, tx, facts.Policy)
	if err != nil {
		return Returned{}, err
	}
	before, err := f.refundedSoFar(ctx, tx, r.Purchase)
	if err != nil {
		return Returned{}, err
	}
	if r.Amount == 0 {
		r.Amount = facts.Price - before
	}
	balances, err := f.Ledger.Balances(ctx, tx)
	if err != nil {
		return Returned{}, err
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	rf := settlement.RefundFacts{Entry: r.Purchase, Before: before, Amount: r.Amount}
	result, err := settlement.Refund(rates, &facts, rf, balances, &s.settlement)
	if err != nil {
		return Returned{}, err
	}
	booked, err := f.today(ctx, tx, rates)
	if err != nil {
		return Returned{}, err
	}
	posted, err := f.Ledger.Post(ctx, tx, ledger.Posting{
		Key: r.Ref, Content: content, Kind: ledger.Refund, BookedOn: booked, Subject: original.Subject,
		Legs: result.Legs, Facts: settlement.AppendRefund(nil, rf),
	})
	out := Returned{Posted: posted, Refunded: result, Amount: r.Amount}
	out.Legs = append([]ledger.Leg(nil), result.Legs...) // result lives in the scratch
	if err != nil || posted.Replayed {
		return out, err
	}
	err = f.giveBack(ctx, tx, rates, &facts, rf, &result, posted.Seq)
	if err == nil {
		out.back, err = f.payBack(ctx, tx, r.Purchase, posted.Seq, result.Held, "refund of a purchase")
	}
	if err != nil {
		// The entry is staged: whatever this is, it is no refusal to recall from.
		return out, fmt.Errorf("refund: %v", err)
	}
	return out, nil
}

// giveBack undoes what the purchase had used up.
func (f *Flows) giveBack(ctx context.Context, tx *db.Tx, rates *policy.Params, facts *settlement.Facts, rf settlement.RefundFacts, result *settlement.Refunded, seq int64) error {
	if err := f.Settlement.NoteRefund(ctx, tx, rf.Entry, seq, rf.Amount); err != nil {
		return err
	}
	if err := f.Settlement.UseCap(ctx, tx, facts.Leader.ID, facts.BookedOn.Month(), -result.LeaderCap); err != nil {
		return err
	}
	if !result.Whole {
		return nil
	}
	if _, err := f.Promotions.Revoke(ctx, tx, rf.Entry, seq); err != nil {
		return err
	}
	if rf.Before > 0 { // a voucher comes back only by one full refund
		return nil
	}
	atLeast := tx.Now.Add(time.Duration(rates.VoucherReturnDays) * 24 * time.Hour)
	for _, v := range facts.Vouchers {
		if err := f.Promotions.Return(ctx, tx, v.ID, seq, atLeast); err != nil {
			return err
		}
	}
	return nil
}

// purchaseFacts reads the purchase that a refund is about.
func (f *Flows) purchaseFacts(ctx context.Context, tx *db.Tx, seq int64) (*ledger.Entry, settlement.Facts, error) {
	var facts settlement.Facts
	e, err := f.Ledger.Posted(ctx, tx, seq)
	if err != nil {
		return nil, facts, err
	}
	if e.Kind != ledger.Purchase {
		return nil, facts, ErrNotAPurchase.With("entry", seq)
	}
	return e, facts, settlement.DecodeFacts(e.Facts, &facts)
}

// numbered is a policy version by its number.
func (f *Flows) numbered(ctx context.Context, tx *db.Tx, number int) (*policy.Params, error) {
	versions, err := f.Policies.Versions(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range versions {
		if versions[i].Number == number {
			return &versions[i].Params, nil
		}
	}
	return nil, policy.ErrNone
}

func (f *Flows) refundedSoFar(ctx context.Context, tx *db.Tx, purchase int64) (sum money.Amount, err error) {
	refunds, err := f.Settlement.Refunds(ctx, tx, tx.Community, purchase)
	for _, r := range refunds {
		sum += r.Amount
	}
	return sum, err
}

// today is the day on which something that happens now is booked.
func (f *Flows) today(ctx context.Context, tx *db.Tx, rates *policy.Params) (period.Day, error) {
	zone, err := f.zone(rates)
	if err != nil {
		return 0, err
	}
	return f.Ledger.BookedOn(ctx, tx, period.DayOf(tx.Now, zone))
}

// Refunded makes the answer to a refund again from its entry: the outcome follows
// from the stored facts and legs.
func (f *Flows) Refunded(ctx context.Context, community id.ID, seq int64) (out Returned, err error) {
	r, err := f.Receipt(ctx, community, seq)
	if err != nil {
		return Returned{}, err
	}
	for _, back := range r.Refunds {
		if back.Entry.Seq != seq {
			continue
		}
		out = Returned{Posted: ledger.Posted{Seq: seq, PostedAt: back.Entry.PostedAt, Leaf: back.Entry.Leaf, Replayed: true}, Amount: back.Facts.Amount}
		out.Refunded = settlement.Outcome(&r.Facts, back.Facts, back.Entry.Legs)
		return out, nil
	}
	return Returned{}, ledger.ErrNoEntry
}
