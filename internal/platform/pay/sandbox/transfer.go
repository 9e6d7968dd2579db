package sandbox

import (
	"net/http"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// transfer is money of the house on its way to a person.
type transfer struct {
	pay.Transfer
	id      string
	made    time.Time
	updated time.Time
	state   pay.State
	confirm string // not empty while it waits to be accepted
	reason  string
}

func (t *transfer) result() *pay.TransferResult {
	return &pay.TransferResult{Key: t.Key, ID: t.id, State: t.state, Confirm: t.confirm, Reason: t.reason, At: t.updated}
}

// Amounts of a transfer that the provider takes, in fen.
const (
	leastTransfer money.Amount = 10
	mostTransfer  money.Amount = 20_000_00
)

// transfer pays a person from the house's account.
func (b *bank) transfer(at time.Time, a pay.Transfer) (any, bool, error) {
	if !goodKey.MatchString(a.Key) || len(a.Key) > 32 || a.Amount < leastTransfer || a.Amount > mostTransfer || a.Account == "" || len([]rune(a.Why)) > 32 {
		return nil, false, badParam("out_bill_no, transfer_amount, openid or transfer_remark")
	}
	if t := b.transfers[a.Key]; t != nil {
		if was := t.Transfer; was != a {
			return nil, false, refused(http.StatusBadRequest, "ALREADY_EXISTS", "another transfer has the same number")
		}
		return t.result(), false, nil
	}
	house := b.of(Merchant)
	if house.free < a.Amount {
		return nil, false, notEnough("the house has %d", house.free)
	}
	house.free -= a.Amount
	b.suspended += a.Amount
	t := &transfer{Transfer: a, id: b.number("1330", at), made: at, updated: at, state: pay.Pending}
	b.transfers[a.Key] = t
	if b.s.o.Accept {
		t.confirm = b.s.code("transfer", b.serial)
		b.later(at, acceptable, func(end time.Time) {
			if t.confirm != "" {
				b.undo(t, end, "CANCELLED")
			}
		})
		return t.result(), true, nil
	}
	b.later(at, b.outage.Transfers, func(end time.Time) { b.arrive(t, end) })
	return t.result(), true, nil
}

// arrive ends a transfer.
func (b *bank) arrive(t *transfer, end time.Time) {
	if why := b.outage.Refuses[t.Account]; why != "" {
		b.undo(t, end, why)
		return
	}
	b.suspended -= t.Amount
	b.purse(t.Account).free += t.Amount
	t.state, t.updated, t.confirm = pay.Done, end, ""
}

// undo gives the money of a transfer back to the house.
func (b *bank) undo(t *transfer, end time.Time, why string) {
	b.suspended -= t.Amount
	b.of(Merchant).free += t.Amount
	t.state, t.updated, t.confirm, t.reason = pay.Closed, end, "", why
}

// accept is a person who takes a transfer.
func (b *bank) accept(at time.Time, key string) (any, bool, error) {
	t := b.transfers[key]
	if t == nil || t.confirm == "" {
		return nil, false, refused(http.StatusNotFound, "NOT_FOUND", "no such transfer waits")
	}
	b.arrive(t, at)
	return t.result(), true, nil
}

// Accept is a person who takes a transfer that waits for her.
func (s *Server) Accept(key string) error {
	_, err := s.do(act{Accept: key})
	return err
}
