package sandbox

import (
	"net/http"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// refund is money on its way back to a payer.
type refund struct {
	refundAct
	order *order
	id    string
	made  time.Time
	state pay.State
	ended time.Time
	fee   money.Amount // that the provider gave back with it
}

func (r *refund) result() *pay.RefundResult {
	return &pay.RefundResult{Key: r.Key, ID: r.id, Payment: r.Payment, State: r.state, Amount: r.Amount, At: r.ended}
}

// refund takes money from what the order froze, then from what the shop has. The fee
// goes back in proportion, rounded over all refunds of a payment together.
func (b *bank) refund(at time.Time, a refundAct) (any, bool, error) {
	if !goodKey.MatchString(a.Key) || a.Amount <= 0 || len(a.Reason) > 80 {
		return nil, false, badParam("out_refund_no, refund or reason")
	}
	name := keyed{a.Account, a.Key}
	if r := b.refunds[name]; r != nil {
		if r.refundAct != a {
			return nil, false, badRequest("another refund has the same number")
		}
		return r.result(), false, nil
	}
	o := b.orders[keyed{a.Account, a.Payment}]
	switch {
	case o == nil || o.id == "":
		return nil, false, refused(http.StatusNotFound, "RESOURCE_NOT_EXISTS", "no such payment")
	case a.Total != o.Amount:
		return nil, false, badRequest("the payment was of %d", o.Amount)
	case a.Amount > o.Amount-o.refunded:
		return nil, false, badRequest("%d is left of the payment", o.Amount-o.refunded)
	case at.After(o.at.AddDate(refundYears, 0, 0)):
		return nil, false, badRequest("the payment is too old")
	}
	b.thaw(o, at)
	back := proportion(o.fee, o.refunded+a.Amount, o.Amount) - o.feeBack
	needs, shop := a.Amount-back, b.of(o.Account)
	if needs > o.frozen+shop.free {
		return nil, false, notEnough("the shop has %d", o.frozen+shop.free)
	}
	fromOrder := min(needs, o.frozen)
	o.frozen -= fromOrder
	shop.free -= needs - fromOrder
	b.fees -= back
	b.suspended += a.Amount
	o.refunded += a.Amount
	o.feeBack += back
	r := &refund{refundAct: a, order: o, id: b.number("5030", at), made: at, state: pay.Pending, fee: back}
	b.refunds[name], b.backByID[r.id] = r, r
	b.backs = append(b.backs, r)
	b.later(at, b.outage.Refunds, func(end time.Time) {
		r.ended, r.state = end, pay.Done
		if b.outage.Stuck {
			r.state = pay.Stuck
		} else {
			b.suspended -= r.Amount
			b.out -= r.Amount
		}
		b.tell(end, b.outage.Told, r.Notify, pay.Message{Kind: pay.RefundMessage, Refund: r.result()})
	})
	return r.result(), true, nil
}

// proportion is the part of a fee that belongs to a part of a payment, rounded half up.
func proportion(fee, part, whole money.Amount) money.Amount {
	down := money.MulDiv(fee, part, whole)
	if 2*(fee*part-down*whole) >= whole {
		down++
	}
	return down
}
