package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// shareRecords are the records of shares, as verify compares them with batches, payments
// and the entries of P-06 (C-05): nobody gets money of an order that nothing paid her, no
// order gives more than it has, and shares and transfers make what was booked.
type shareRecords struct {
	borne map[int64]payout.Borne // that no entry was met for
	of    map[id.ID]*sharedOut   // by payment
}

// sharedOut is what of an order went out by shares.
type sharedOut struct {
	amount, given, brought money.Amount
}

const sharesPerRead = 500

func (x *shareRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	x.borne, x.of = make(map[int64]payout.Borne), make(map[id.ID]*sharedOut)
	overs, err := p.flows.Payouts.Overs(ctx, r, p.community)
	if err != nil {
		return err
	}
	over := make(map[id.ID]money.Amount)
	for _, o := range overs {
		over[o.Of] += o.Amount
	}
	for _, b := range p.payouts.batches {
		if b.Kind != payout.Shops || !b.Passed() {
			continue
		}
		if err := x.batch(ctx, r, p, b, over); err != nil {
			return err
		}
	}
	all, err := p.flows.Payouts.AllBorne(ctx, r, p.community)
	if err != nil {
		return err
	}
	taken := make(map[id.ID]money.Amount)
	for _, b := range all {
		if taken[b.Payment] += b.Taken; b.Seq >= 0 {
			x.borne[b.Seq] = b
		}
	}
	return x.orders(ctx, r, p, taken)
}

// batch: every part belongs to a booked item, or the house; and what an item got is what
// was booked, less what came back.
func (x *shareRecords) batch(ctx context.Context, r db.Reader, p *replayer, b *payout.Batch, over map[id.ID]money.Amount) error {
	items := map[id.ID]id.ID{{}: {}} // payees
	for n := range b.Items {
		if i := &b.Items[n]; i.Seq >= 0 {
			items[i.ID] = i.Payee
		}
	}
	for offset := 0; ; offset += sharesPerRead {
		shares, err := p.flows.Payouts.SharesIn(ctx, r, p.community, b.ID, sharesPerRead, offset)
		if err != nil {
			return err
		}
		for n := range shares {
			x.share(p, b, &shares[n], items)
		}
		if len(shares) < sharesPerRead {
			break
		}
	}
	for n := range b.Items {
		i := &b.Items[n]
		if i.Seq < 0 || i.ArrivedAt().IsZero() {
			continue
		}
		got, err := p.flows.Payouts.Delivered(ctx, r, p.community, i)
		if err != nil {
			return err
		}
		most := i.Amount + over[i.ID]
		if sent := i.Sent != nil || !byHouse(i); got.Amount > most || got.Amount+i.Back() > most || !sent && got.Amount+i.Back() != most {
			p.flaw(0, "share_item_differs", i.Seq, "", fmt.Sprint(most), fmt.Sprint(got.Amount+i.Back()))
		}
	}
	return nil
}

// byHouse reports whether nobody confirmed the item by hand.
func byHouse(i *payout.Item) bool {
	for _, o := range i.Outcomes {
		if o.Kind == payout.Confirmed {
			return o.By.IsZero()
		}
	}
	return true
}

func (x *shareRecords) share(p *replayer, b *payout.Batch, s *payout.Share, items map[id.ID]id.ID) {
	if payee, known := items[s.Item]; !known || !s.Item.IsZero() && payee != s.Shop {
		p.flaw(0, "share_of_nobody", -1, "", "a booked item", fmt.Sprint("batch ", b.Number, ", share ", s.Place))
	}
	for _, part := range s.Parts {
		if payee, known := items[part.Item]; !known || payee != part.Owner || (part.Kind == payout.OfPlatform) != part.Item.IsZero() {
			p.flaw(0, "share_of_nobody", -1, "", "a booked item, or the house", fmt.Sprint("batch ", b.Number, ", share ", s.Place))
		}
	}
	o := x.of[s.Payment]
	if o == nil {
		o = &sharedOut{amount: s.Amount}
		x.of[s.Payment] = o
	}
	o.given += s.Given()
	if s.End != nil {
		o.brought += s.End.Brought
	}
}

// orders: what went out of an order is no more than it has, and to others no more than the
// provider lets pass.
func (x *shareRecords) orders(ctx context.Context, r db.Reader, p *replayer, taken map[id.ID]money.Amount) error {
	for of, o := range x.of {
		at, err := p.flows.Payments.ByID(ctx, r, p.community, of)
		if err != nil {
			return err
		}
		left := at.Amount + taken[of]
		for _, r := range at.Refunds {
			if r.End != nil && r.End.Kind == payment.Done {
				left -= r.Amount
			}
		}
		if o.amount != at.Amount || o.given > shareLimits.Share.FloorOf(o.amount) || o.given+o.brought > left {
			p.flaw(0, "share_too_much", -1, "", fmt.Sprint(left), fmt.Sprint(o.given+o.brought, " of payment ", of))
		}
	}
	return nil
}

// refundBorne compares an entry of P-06 with the record that names it.
func (p *replayer) refundBorne(e *ledger.Entry, m charter.RefundBorne) {
	b := p.shares.borne[e.Seq]
	expect(p, 0, "payouts_differ", e.Seq, charter.RefundBorne{Merchant: b.Shop, Payment: b.Payment, Refund: b.Refund, Amount: b.Amount}, m)
	delete(p.shares.borne, e.Seq)
}

// lostShares are records whose entry is not in the books.
func (p *replayer) lostShares() {
	for seq, b := range p.shares.borne {
		p.flaw(0, "payouts_differ", seq, "", b.Refund.String(), "")
	}
}
