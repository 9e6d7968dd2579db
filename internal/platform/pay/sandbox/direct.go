package sandbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
)

// Direct is the sandbox without its protocol: the same money, limits, delays and losses,
// and no signatures, which cost more than all else. A year of demo and a benchmark of
// the till take it. Messages about what it ordered go to Options.Tell.
func (s *Server) Direct() pay.Provider { return direct{s} }

type direct struct{ s *Server }

// ask is one act as if it had gone over a network: fate decides whether it arrives and
// whether its answer does.
func ask[T any](ctx context.Context, s *Server, kind string, do func() (T, error)) (x T, err error) {
	fate, faults := s.fate()
	if faults.Delay > 0 {
		t := time.NewTimer(faults.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return x, fmt.Errorf("%w: %w", pay.ErrUnknown, ctx.Err())
		}
	}
	if fate == Failed || fate == TooOften {
		return x, fmt.Errorf("%w: practice", pay.ErrUnknown)
	}
	if code := faults.Refuse[kind]; code != "" {
		return x, refused(http.StatusForbidden, code, "practice")
	}
	if x, err = do(); fate != Normal {
		var none T
		return none, fmt.Errorf("%w: practice", pay.ErrUnknown)
	}
	return x, err
}

// acted carries out an act and gives what it told.
func acted[T any](ctx context.Context, s *Server, kind string, a act) (x T, err error) {
	return ask(ctx, s, kind, func() (x T, err error) {
		told, err := s.do(a)
		if err != nil {
			return x, plain(err)
		}
		return *told.(*T), nil
	})
}

// plain is a refusal as the client would give it.
func plain(err error) error {
	if r, ok := err.(*pay.Refused); ok && r.Status == http.StatusNotFound {
		return fmt.Errorf("%w: %s", pay.ErrNotFound, r.Code)
	}
	return err
}

// found looks something up.
func found[T any](ctx context.Context, s *Server, look func(b *bank) (T, bool)) (T, error) {
	return ask(ctx, s, "query", func() (x T, err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bank.advance(s.clock.Now())
		x, ok := look(&s.bank)
		if !ok {
			err = pay.ErrNotFound
		}
		return x, err
	})
}

// Kind implements pay.Provider.
func (d direct) Kind() pay.Kind { return pay.WeChat }

// Pay implements pay.Provider.
func (d direct) Pay(ctx context.Context, o pay.Order) (pay.Prepared, error) {
	if err := o.Check(d.s.clock.Now()); err != nil {
		return pay.Prepared{}, err
	}
	o.Expires = o.Expires.UTC().Truncate(time.Second)
	return ask(ctx, d.s, "order", func() (p pay.Prepared, err error) {
		told, err := d.s.do(act{Order: &orderAct{Order: o}})
		if err != nil {
			return p, plain(err)
		}
		code := told.(string)
		if o.Scene == pay.Native {
			return pay.Prepared{Code: d.s.o.Page() + code}, nil
		}
		return pay.Prepared{ID: code, Handed: map[string]string{"package": "prepay_id=" + code}}, nil
	})
}

// Payment implements pay.Provider.
func (d direct) Payment(ctx context.Context, key, account string) (pay.Payment, error) {
	return found(ctx, d.s, func(b *bank) (p pay.Payment, ok bool) {
		o := b.orders[keyed{account, key}]
		if o == nil {
			return p, false
		}
		return *o.payment(), true
	})
}

// Close implements pay.Provider.
func (d direct) Close(ctx context.Context, key, account string) error {
	_, err := ask(ctx, d.s, "close", func() (x struct{}, err error) {
		_, err = d.s.do(act{Close: &keyed{account, key}})
		return x, plain(err)
	})
	return err
}

// Refund implements pay.Provider.
func (d direct) Refund(ctx context.Context, r pay.Refund) (x pay.RefundResult, err error) {
	if err := r.Check(); err != nil {
		return x, err
	}
	return acted[pay.RefundResult](ctx, d.s, "refund", act{Refund: &refundAct{Refund: r}})
}

// Refunded implements pay.Provider.
func (d direct) Refunded(ctx context.Context, key, payment, account string) (pay.RefundResult, error) {
	return found(ctx, d.s, func(b *bank) (x pay.RefundResult, ok bool) {
		r := b.refunds[keyed{account, key}]
		if r == nil || r.Payment != payment {
			return x, false
		}
		return *r.result(), true
	})
}

// Share implements pay.Provider.
func (d direct) Share(ctx context.Context, sh pay.Share) (x pay.ShareResult, err error) {
	if err := pay.WeChatLimits.Check(&sh, d.s.clock.Now()); err != nil {
		return x, err
	}
	asked := pay.Share{Key: sh.Key, Payment: sh.Payment, Account: sh.Account, Release: sh.Release}
	for _, p := range sh.Parts {
		p.Name = ""
		asked.Parts = append(asked.Parts, p)
		if _, err := d.s.do(act{Receiver: &receiverAct{sh.Account, p.Kind, p.Account}}); err != nil {
			return x, plain(err)
		}
	}
	return acted[pay.ShareResult](ctx, d.s, "share", act{Share: &asked})
}

// Shared implements pay.Provider.
func (d direct) Shared(ctx context.Context, key, payment, account string) (pay.ShareResult, error) {
	return found(ctx, d.s, func(b *bank) (x pay.ShareResult, ok bool) {
		s := b.shares[keyed{account, key}]
		if s == nil || s.Payment != payment {
			return x, false
		}
		return *s.result(), true
	})
}

// Return implements pay.Provider.
func (d direct) Return(ctx context.Context, r pay.Return) (x pay.ReturnResult, err error) {
	if err := pay.WeChatLimits.CheckReturn(&r, d.s.clock.Now()); err != nil {
		return x, err
	}
	return acted[pay.ReturnResult](ctx, d.s, "return", act{Return: &r})
}

// Returned implements pay.Provider.
func (d direct) Returned(ctx context.Context, key, share, account string) (pay.ReturnResult, error) {
	return found(ctx, d.s, func(b *bank) (x pay.ReturnResult, ok bool) {
		r := b.returns[keyed{account, key}]
		if r == nil || r.Share != share {
			return x, false
		}
		return r.result, true
	})
}

// Transfer implements pay.Provider.
func (d direct) Transfer(ctx context.Context, t pay.Transfer) (x pay.TransferResult, err error) {
	if err := t.Check(); err != nil {
		return x, err
	}
	if t.Kind != pay.ToPerson {
		return x, pay.NotHere(pay.WeChat, "transfer to a merchant")
	}
	t.Name = ""
	return acted[pay.TransferResult](ctx, d.s, "transfer", act{Transfer: &t})
}

// Transferred implements pay.Provider.
func (d direct) Transferred(ctx context.Context, key string) (pay.TransferResult, error) {
	return found(ctx, d.s, func(b *bank) (x pay.TransferResult, ok bool) {
		t := b.transfers[key]
		if t == nil {
			return x, false
		}
		return *t.result(), true
	})
}

// Pickup implements pay.Provider.
func (d direct) Pickup(ctx context.Context, p pay.Pickup) error {
	_, err := ask(ctx, d.s, "pickup", func() (x struct{}, err error) {
		_, err = d.s.do(act{Pickup: &p})
		return x, err
	})
	return err
}

// Bill implements pay.Provider.
func (d direct) Bill(ctx context.Context, day period.Day) (pay.Bill, error) {
	return ask(ctx, d.s, "bill", func() (pay.Bill, error) {
		if d.s.clock.Now().Before((day + 1).Start(china).Add(billsFrom)) {
			return nil, fmt.Errorf("%w: %s", pay.ErrNotYet, day)
		}
		return &listed{all: d.s.linesOf(day, "")}, nil
	})
}

// listed is a bill that is not written first.
type listed struct {
	all []billed
	n   int
}

// Next implements pay.Bill.
func (l *listed) Next() (x pay.BillLine, err error) {
	if l.n == len(l.all) {
		return x, io.EOF
	}
	x = l.all[l.n].BillLine
	l.n++
	x.Line, x.Status = l.n+1, map[pay.BillKind]string{pay.PaymentLine: "SUCCESS", pay.RefundLine: "REFUND"}[x.Kind]
	return x, nil
}

// Close implements pay.Bill.
func (l *listed) Close() error { return nil }

// Read implements pay.Provider: nothing comes by HTTP from here.
func (d direct) Read(*http.Request) (m pay.Message, err error) {
	return m, fmt.Errorf("%w: messages go to Options.Tell", pay.ErrForged)
}

// Answer implements pay.Provider.
func (d direct) Answer(w http.ResponseWriter, err error) {
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
