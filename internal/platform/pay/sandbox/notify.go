package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/platform/pay"
)

// note is a message that the house has not answered well yet.
type note struct {
	n       int64
	made    time.Time
	due     time.Time
	tries   int
	to      string
	message pay.Message
}

// schedule is when a message is told again, after the time before.
var schedule = []time.Duration{
	15 * time.Second, 15 * time.Second, 30 * time.Second, 3 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute, 30 * time.Minute,
	30 * time.Minute, time.Hour, 3 * time.Hour, 3 * time.Hour, 3 * time.Hour, 6 * time.Hour, 6 * time.Hour,
}

// tell makes a message due.
func (b *bank) tell(at time.Time, how Telling, to string, m pay.Message) {
	if how == Never {
		return
	}
	b.serial++
	m.ID = b.s.code("message", b.serial)
	x := &note{n: b.serial, made: at, due: at, to: to, message: m}
	if how == Late {
		x.due = at.Add(LateBy)
	}
	b.notes = append(b.notes, x)
	if how == Twice {
		y := *x
		b.serial++
		y.n, y.due = b.serial, at.Add(LateBy)
		b.notes = append(b.notes, &y)
	}
}

// heard ends a message.
func (b *bank) heard(n int64) bool {
	i := slices.IndexFunc(b.notes, func(x *note) bool { return x.n == n })
	if i >= 0 {
		b.notes = slices.Delete(b.notes, i, i+1)
	}
	return i >= 0
}

// dueNotes are the messages to be told now.
func (s *Server) dueNotes() (all []note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.bank.advance(now)
	for _, x := range s.bank.notes {
		if !x.due.After(now) {
			all = append(all, *x)
		}
	}
	if s.faults.Backward {
		slices.Reverse(all)
	}
	return all
}

// Deliver tells the house what is due, and says how many messages were answered well.
// What was not is told again later, for a day.
func (s *Server) Deliver(ctx context.Context) (heard int, err error) {
	for _, x := range s.dueNotes() {
		if err := ctx.Err(); err != nil {
			return heard, err
		}
		if s.deliver(ctx, x) == nil {
			heard++
			if _, err := s.do(act{Heard: x.n}); err != nil {
				return heard, err
			}
			continue
		}
		s.postpone(x.n)
	}
	return heard, nil
}

// postpone puts a message off, or gives it up.
func (s *Server) postpone(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, x := range s.bank.notes {
		if x.n != n {
			continue
		}
		if x.tries == len(schedule) {
			s.bank.notes = slices.Delete(s.bank.notes, i, i+1)
			return
		}
		x.due = s.clock.Now().Add(schedule[x.tries])
		x.tries++
		return
	}
}

// Run delivers until the context ends; pace is how often it looks.
func (s *Server) Run(ctx context.Context, pace time.Duration) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = s.Deliver(ctx) // what was not heard is told again
		}
	}
}

// deliverPatience is how long the house may take to answer.
const deliverPatience = 5 * time.Second

// deliver tells one message.
func (s *Server) deliver(ctx context.Context, x note) error {
	ctx, cancel := context.WithTimeout(ctx, deliverPatience)
	defer cancel()
	if x.to == "" {
		if s.o.Tell == nil {
			return nil // nobody listens
		}
		return s.o.Tell(ctx, x.message)
	}
	req, err := s.CallBack(ctx, x.to, x.message, x.made)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: s.o.Send, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("sandbox: the house answered %d", res.StatusCode)
	}
	return nil
}

// CallBack is the request by which a message is told: encrypted and signed now.
func (s *Server) CallBack(ctx context.Context, to string, m pay.Message, made time.Time) (*http.Request, error) {
	event, original, resource := "TRANSACTION.SUCCESS", "transaction", any(nil)
	switch m.Kind {
	case pay.PaymentMessage:
		resource = s.transactionJSON(m.Payment, "")
	case pay.RefundMessage:
		event, original, resource = map[pay.State]string{pay.Stuck: "REFUND.ABNORMAL", pay.Closed: "REFUND.CLOSED"}[m.Refund.State], "refund", s.refundNotice(m.Refund)
		if event == "" {
			event = "REFUND.SUCCESS"
		}
	}
	clear, err := json.Marshal(resource)
	if err != nil {
		return nil, err
	}
	return s.Sealed(ctx, to, m.ID, event, original, clear, made)
}

// Sealed is a request that tells what is encrypted in it: whatever clear is.
func (s *Server) Sealed(ctx context.Context, to, id, event, original string, clear []byte, made time.Time) (*http.Request, error) {
	sealed, err := s.seal(clear, original)
	if err != nil {
		return nil, err
	}
	sealed["original_type"] = original
	body, err := json.Marshal(map[string]any{
		"id": id, "create_time": rfc(made), "resource_type": "encrypt-resource", "event_type": event, "summary": "支付成功", "resource": sealed,
	})
	if err != nil {
		return nil, err
	}
	return s.Signed(ctx, to, body)
}

// Signed is a request with any body under the provider's seal.
func (s *Server) Signed(ctx context.Context, to string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req, s.sign(req.Header, body, Normal)
}
