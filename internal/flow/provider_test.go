package flow_test

import (
	"context"
	"sync"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
)

// purse is a provider of a test: it keeps what it was asked for, answers the same for the
// same key, and loses answers when it is told to. It tells nothing by itself; the test
// says when somebody pays and whether anybody hears of it.
type purse struct {
	pay.Provider // what no test here asks for
	clock        clock.Clock

	mu      sync.Mutex
	orders  map[string]*pay.Payment
	refunds map[string]*pay.RefundResult
	mute    bool     // carries out, and its answers are lost
	refuse  string   // code of a refusal to refund
	back    int      // refunds carried out
	open    []string // keys in the order in which they came
}

func newPurse(c clock.Clock) *purse {
	return &purse{clock: c, orders: map[string]*pay.Payment{}, refunds: map[string]*pay.RefundResult{}}
}

func (p *purse) Kind() pay.Kind { return pay.WeChat }

func (p *purse) Pay(_ context.Context, o pay.Order) (pay.Prepared, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.orders[o.Key] == nil {
		p.orders[o.Key] = &pay.Payment{Key: o.Key, State: pay.Pending, Amount: o.Amount, Asset: "CNY", Attach: o.Attach}
		p.open = append(p.open, o.Key)
	}
	if p.mute {
		return pay.Prepared{}, pay.ErrUnknown
	}
	return pay.Prepared{ID: "prepay-" + o.Key, Code: "weixin://" + o.Key}, nil
}

// paid is what the provider knows once somebody paid.
func (p *purse) paid(key string) pay.Payment {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.orders[key]
	if o.State == pay.Pending {
		o.State, o.ID, o.PaidAt = pay.Done, "420000"+key[26:], p.clock.Now()
	}
	return *o
}

func (p *purse) Payment(_ context.Context, key, _ string) (pay.Payment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.mute:
		return pay.Payment{}, pay.ErrUnknown
	case p.orders[key] == nil:
		return pay.Payment{}, pay.ErrNotFound
	}
	return *p.orders[key], nil
}

func (p *purse) Close(_ context.Context, key, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.orders[key]
	switch {
	case o == nil:
		return pay.ErrNotFound
	case o.State == pay.Done:
		return &pay.Refused{Code: "ORDER_PAID", Status: 400}
	}
	o.State = pay.Closed
	if p.mute {
		return pay.ErrUnknown
	}
	return nil
}

func (p *purse) Refund(_ context.Context, r pay.Refund) (pay.RefundResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != "" {
		return pay.RefundResult{}, &pay.Refused{Code: p.refuse, Status: 400}
	}
	if p.refunds[r.Key] == nil {
		left := p.orders[r.Payment].Amount
		for _, x := range p.refunds {
			if x.Payment == r.Payment {
				left -= x.Amount
			}
		}
		if r.Amount > left {
			return pay.RefundResult{}, &pay.Refused{Code: "INVALID_REQUEST", Status: 400}
		}
		p.refunds[r.Key] = &pay.RefundResult{Key: r.Key, ID: "503000" + r.Key[58:], Payment: r.Payment, State: pay.Done, Amount: r.Amount, At: p.clock.Now()}
		p.back++
	}
	if p.mute {
		return pay.RefundResult{}, pay.ErrUnknown
	}
	return *p.refunds[r.Key], nil
}

// given is what went back of a payment.
func (p *purse) given(key string) (sum money.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.refunds {
		if r.Payment == key {
			sum += r.Amount
		}
	}
	return sum
}

// last is the key of the payment that was asked for last.
func (p *purse) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open[len(p.open)-1]
}

// minutes is how the tests here count time.
const minutes = time.Minute
