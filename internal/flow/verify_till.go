package flow

import (
	"context"
	"fmt"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
)

// tillRecords are the records of checkouts and of payments through providers, as verify
// compares them with the entries that they name.
type tillRecords struct {
	paid    map[int64]payment.Booked  // that no entry was met for
	settled map[int64]checkout.Booked // the same
}

func (x *tillRecords) load(ctx context.Context, r db.Reader, p *replayer) (err error) {
	booked, over, err := p.flows.Payments.AllBooked(ctx, r, p.community)
	if err != nil {
		return err
	}
	for _, key := range over {
		p.flaw(0, "payment_refunded_too_much", -1, "", "", key.String())
	}
	x.paid = booked
	if x.settled, err = p.flows.Checkouts.AllBooked(ctx, r, p.community); err != nil {
		return err
	}
	return p.servicesPaid(ctx, r)
}

// tillKey begins the keys of purchases that a checkout became.
const tillKey = "~till:"

// throughTill compares an entry with the records that name it: what a provider took or
// gave back is what the entry moves of its money, and a checkout is settled by the
// purchase that bears its key.
func (p *replayer) throughTill(e *ledger.Entry) {
	if b, ok := p.till.paid[e.Seq]; ok {
		expect(p, 0, "payment_differs", e.Seq, ofProvider(e.Legs), b.In-b.Back)
		delete(p.till.paid, e.Seq)
	}
	if e.Kind != ledger.Purchase {
		return
	}
	at, ours := strings.CutPrefix(e.Key, tillKey)
	b, ok := p.till.settled[e.Seq]
	if ours != ok || ok && at != b.Checkout.String() {
		p.flaw(0, "checkout_differs", e.Seq, "", at, fmt.Sprint(b.Checkout))
	}
	delete(p.till.settled, e.Seq)
}

// ofProvider is what an entry takes in through the provider, less than nothing if it gives
// back.
func ofProvider(legs []ledger.Leg) (sum money.Amount) {
	for i := range legs {
		if legs[i].From == ledger.GatewayClearing {
			sum += legs[i].Amount
		}
		if legs[i].To == ledger.GatewayClearing {
			sum -= legs[i].Amount
		}
	}
	return sum
}

// lostTills are records that name an entry which is not there.
func (p *replayer) lostTills() {
	for seq, b := range p.till.paid {
		p.flaw(0, "payment_of_no_entry", seq, "", "", b.Payment.String())
	}
	for seq, b := range p.till.settled {
		p.flaw(0, "checkout_of_no_entry", seq, "", "", b.Checkout.String())
	}
}
