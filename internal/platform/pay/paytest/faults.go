package paytest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// once: each instruction is given while its answer meets a fate, then again until it is
// heard. It is carried out once, and its outcome is the one that is found by asking.
func once(w *World, fate sandbox.Fate) {
	try := func(says string, give func() error, moved func(before, after sandbox.Books) bool) {
		w.Helper()
		before := w.Books()
		w.Next(fate)
		if err := give(); !errors.Is(err, pay.ErrUnknown) {
			w.Errorf("%s: %v, want that nobody knows", says, err)
		}
		for range 3 {
			if err := give(); err != nil {
				w.Errorf("%s, again: %v", says, err)
			}
		}
		if after := w.Balanced(); !moved(before, after) {
			w.Errorf("%s: from %+v to %+v", says, before, after)
		}
	}
	nothing := func(before, after sandbox.Books) bool { return before.In == after.In && before.Fees == after.Fees }
	o := w.Order()
	o.Share = true
	var code string
	try("an order", func() error {
		p, err := w.Provider.Pay(background, o)
		if err == nil {
			if code != "" && code != w.CodeOf(p) {
				w.Errorf("another code: %s after %s", w.CodeOf(p), code)
			}
			code = w.CodeOf(p)
		}
		return err
	}, nothing)
	if err := w.Server.Pay(code, Anna, sandbox.Never); err != nil {
		w.Fatal(err)
	}
	var paid pay.Payment
	w.Next(fate)
	for range 3 { // a question may be asked again on the way, so the first may be answered
		paid, _ = w.Provider.Payment(background, o.Key, o.Account)
	}
	if paid.State != pay.Done {
		w.Errorf("a payment whose message was lost: %+v", paid)
	}
	w.Clock.Advance(time.Hour)
	s := pay.Share{Key: w.Key(), Payment: paid.ID, Account: Bakery, Total: 100_00, PaidAt: paid.PaidAt, Parts: []pay.Part{{Kind: pay.ToPerson, Account: Anna, Amount: 5_00, Why: "奖励"}}}
	warm := s // the receiver is made known, so that the fate meets the share itself
	warm.Key, warm.Parts = w.Key(), []pay.Part{{Kind: pay.ToPerson, Account: Anna, Amount: 1, Why: "奖励"}}
	if _, err := w.Provider.Share(background, warm); err != nil {
		w.Fatal(err)
	}
	gave := func(who string, v money.Amount) func(before, after sandbox.Books) bool {
		return func(before, after sandbox.Books) bool { return after.Free[who]-before.Free[who] == v }
	}
	try("a share", func() error { _, err := w.Provider.Share(background, s); return err }, gave(Anna, 5_00))
	r := pay.Refund{Key: w.Key(), Payment: o.Key, Account: Bakery, Amount: 40_00, Total: 100_00}
	try("a refund", func() error { _, err := w.Provider.Refund(background, r); return err }, func(before, after sandbox.Books) bool { return before.In-after.In == 40_00 })
	if x, err := w.Provider.Refunded(background, r.Key, o.Key, Bakery); err != nil || x.State != pay.Done {
		w.Errorf("found: %+v, %v", x, err)
	}
	if err := w.Fund("", 50_00); err != nil {
		w.Fatal(err)
	}
	t := pay.Transfer{Key: w.Key(), Kind: pay.ToPerson, Account: Bao, Amount: 20_00, Why: "奖励"}
	try("a transfer", func() error { _, err := w.Provider.Transfer(background, t); return err }, gave(Bao, 20_00))
	if x, err := w.Provider.Transferred(background, t.Key); err != nil || x.State != pay.Done {
		w.Errorf("found: %+v, %v", x, err)
	}
	open := w.Order()
	if _, err := w.Provider.Pay(background, open); err != nil {
		w.Fatal(err)
	}
	try("a closing", func() error { return w.Provider.Close(background, open.Key, Bakery) }, nothing)
}

// messages: once, late, twice, never, in the wrong order; each says the same.
func messages(w *World) {
	if err := w.Outage(sandbox.Outage{Told: sandbox.Twice}); err != nil {
		w.Fatal(err)
	}
	type want struct {
		key  string
		kind pay.MessageKind
	}
	count := func() map[want]int {
		n := make(map[want]int)
		for _, m := range w.Heard {
			if m.Payment != nil {
				n[want{m.Payment.Key, m.Kind}]++
			}
			if m.Refund != nil {
				n[want{m.Refund.Key, m.Kind}]++
			}
		}
		return n
	}
	told := map[sandbox.Telling]pay.Order{}
	for _, how := range []sandbox.Telling{sandbox.Once, sandbox.Late, sandbox.Twice, sandbox.Never} {
		told[how] = w.Order()
		w.PayFor(told[how], how)
	}
	r := pay.Refund{Key: w.Key(), Payment: told[sandbox.Once].Key, Account: Bakery, Amount: 1_00, Total: 100_00}
	if _, err := w.Provider.Refund(background, r); err != nil {
		w.Fatal(err)
	}
	w.Set(sandbox.Faults{Backward: true})
	for range 2 {
		if _, err := w.Deliver(background); err != nil {
			w.Fatal(err)
		}
	}
	if len(w.Heard) != 3 || w.Heard[0].Kind != pay.RefundMessage { // the refund is told before its payment
		w.Errorf("heard %+v, not believed %v", w.Heard, w.Wrong)
	}
	w.Clock.Advance(sandbox.LateBy)
	for range 2 {
		if _, err := w.Deliver(background); err != nil {
			w.Fatal(err)
		}
	}
	n := count()
	for how, times := range map[sandbox.Telling]int{sandbox.Once: 1, sandbox.Late: 1, sandbox.Twice: 2, sandbox.Never: 0} {
		if n[want{told[how].Key, pay.PaymentMessage}] != times {
			w.Errorf("told %q: heard %d times", how, n[want{told[how].Key, pay.PaymentMessage}])
		}
	}
	if n[want{r.Key, pay.RefundMessage}] != 2 {
		w.Errorf("the refund was heard %d times", n[want{r.Key, pay.RefundMessage}])
	}
	for _, m := range w.Heard {
		if m.Payment == nil {
			continue
		}
		if p, err := w.Provider.Payment(background, m.Payment.Key, Bakery); err != nil || p != *m.Payment {
			w.Errorf("told %+v, asked %+v, %v", m.Payment, p, err)
		}
	}
}

// forgeries: what is not the provider's, not for us, or not of now is not believed.
func forgeries(w *World) {
	o := w.Order()
	p := w.Paid(o)
	fresh := func() *http.Request {
		req, err := w.CallBack(background, "https://house.example/told", pay.Message{ID: "m", Kind: pay.PaymentMessage, Payment: &p}, w.Clock.Now())
		if err != nil {
			w.Fatal(err)
		}
		return req
	}
	body := func(r *http.Request, change func(b []byte) []byte) {
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(change(b)))
	}
	stranger, err := sandbox.New(sandbox.Options{Clock: w.Clock, Shops: []sandbox.Shop{{Number: Bakery}}})
	if err != nil {
		w.Fatal(err)
	}
	for says, make := range map[string]func() *http.Request{
		"no signature":    func() *http.Request { r := fresh(); r.Header.Del("Wechatpay-Signature"); return r },
		"no headers":      func() *http.Request { r := fresh(); r.Header = http.Header{}; return r },
		"a wrong serial":  func() *http.Request { r := fresh(); r.Header.Set("Wechatpay-Serial", "ABCDEF"); return r },
		"a changed body":  func() *http.Request { r := fresh(); body(r, func(b []byte) []byte { return append(b, ' ') }); return r },
		"a changed time":  func() *http.Request { r := fresh(); r.Header.Set("Wechatpay-Timestamp", "1772416801"); return r },
		"a changed nonce": func() *http.Request { r := fresh(); r.Header.Set("Wechatpay-Nonce", "x"); return r },
		"another scheme":  func() *http.Request { r := fresh(); r.Header.Set("Wechatpay-Signature-Type", "MD5"); return r },
		"a megabyte": func() *http.Request {
			r := fresh()
			body(r, func([]byte) []byte { return bytes.Repeat([]byte("x"), 1<<20) })
			return r
		},
		"by GET": func() *http.Request { r := fresh(); r.Method = http.MethodGet; return r },
		"of another provider": func() *http.Request {
			r, err := stranger.CallBack(background, "https://house.example/told", pay.Message{ID: "m", Kind: pay.PaymentMessage, Payment: &p}, w.Clock.Now())
			if err != nil {
				w.Fatal(err)
			}
			return r
		},
		"recorded six minutes ago": func() *http.Request { r := fresh(); w.Clock.Advance(6 * time.Minute); return r },
		"the test of signatures": func() *http.Request {
			r := fresh()
			r.Header.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abc")
			return r
		},
	} {
		if m, err := w.Provider.Read(make()); !errors.Is(err, pay.ErrForged) {
			w.Errorf("%s: %+v, %v", says, m, err)
		}
	}
	if _, err := w.Provider.Read(fresh()); err != nil {
		w.Errorf("the true one: %v", err)
	}
	for says, do := range map[string]func(p *pay.Payment){
		"in dollars":        func(p *pay.Payment) { p.Asset = "USD" },
		"of nothing":        func(p *pay.Payment) { p.Amount = 0 },
		"of less":           func(p *pay.Payment) { p.Amount = -1 },
		"without a number":  func(p *pay.Payment) { p.ID = "" },
		"in no known state": func(p *pay.Payment) { p.State = "dancing" },
	} {
		q := p
		do(&q)
		r, err := w.CallBack(background, "https://house.example/told", pay.Message{ID: "m", Kind: pay.PaymentMessage, Payment: &q}, w.Clock.Now())
		if err != nil {
			w.Fatal(err)
		}
		if m, err := w.Provider.Read(r); !errors.Is(err, pay.ErrUnknown) {
			w.Errorf("%s: %+v, %v", says, m, err)
		}
	}
	w.Next(sandbox.Foreign)
	if p, err := w.Provider.Payment(background, o.Key, Bakery); !errors.Is(err, pay.ErrUnknown) {
		w.Errorf("an answer in dollars: %+v, %v", p, err)
	}
}

// rotation: the provider signs with a new key, and nothing is missed.
func rotation(w *World) {
	w.Paid(w.Order())
	for range 3 {
		w.Clock.Advance(24 * time.Hour)
		if err := w.Rotate(); err != nil {
			w.Fatal(err)
		}
		w.Paid(w.Order())
		w.Clock.Advance(time.Minute)
		if n, err := w.Deliver(background); err != nil || n == 0 || len(w.Wrong) > 0 {
			w.Errorf("%d messages were taken, %v, %v", n, err, w.Wrong)
		}
	}
}

// clocks: a provider whose clock is ten minutes off is not believed, and then it is.
func clocks(w *World) {
	for _, off := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		o := w.Order()
		w.Set(sandbox.Faults{Clock: off})
		if _, err := w.Provider.Pay(background, o); !errors.Is(err, pay.ErrUnknown) {
			w.Errorf("%s off: %v", off, err)
		}
		w.Set(sandbox.Faults{})
		w.Paid(o)
	}
}

// bills: each payment and refund stands in the bill of its day, to the fen.
func bills(w *World) {
	today := period.DayOf(w.Clock.Now(), time.FixedZone("", 8*60*60))
	if _, err := w.Provider.Bill(background, today); !errors.Is(err, pay.ErrNotYet) {
		w.Errorf("the day is not over: %v", err)
	}
	first, second := w.Order(), w.Order()
	second.Account, second.Title = "", "带逗号,`和反引号`的标题,`1"
	w.Paid(first)
	w.Paid(second)
	r := pay.Refund{Key: w.Key(), Payment: first.Key, Account: Bakery, Amount: 10_00, Total: 100_00}
	if _, err := w.Provider.Refund(background, r); err != nil {
		w.Fatal(err)
	}
	w.Clock.Set((today + 1).Start(time.FixedZone("", 8*60*60)).Add(time.Hour))
	if _, err := w.Provider.Bill(background, today); !errors.Is(err, pay.ErrNotYet) {
		w.Errorf("one in the morning: %v", err)
	}
	w.Clock.Advance(9 * time.Hour)
	lines, err := w.Lines(today)
	if err != nil || len(lines) != 3 {
		w.Fatalf("%+v, %v", lines, err)
	}
	var fees money.Amount
	for _, l := range lines {
		fees += l.Fee
	}
	if a, b, c := lines[0], lines[1], lines[2]; a.Key != first.Key || a.Account != Bakery || a.Kind != pay.PaymentLine || a.Amount != 100_00 || a.Fee != 60 || a.ID == "" || a.Attach != "till" ||
		b.Account != "" || b.Key != second.Key || c.Kind != pay.RefundLine || c.Refund != r.Key || c.Key != first.Key || c.Amount != 10_00 || c.Fee != -6 || c.ID != a.ID {
		w.Errorf("%+v", lines)
	}
	if b := w.Balanced(); b.Fees != fees {
		w.Errorf("fees of %d, and the bill says %d", b.Fees, fees)
	}
	if lines, err := w.Lines(today - 3); err != nil || len(lines) != 0 {
		w.Errorf("a day without payments: %v, %v", lines, err)
	}
	w.Set(sandbox.Faults{Bill: sandbox.BillFaults{Omit: []string{r.Key}, Change: map[string]money.Amount{first.Key: 99_00},
		Add: []pay.BillLine{{Kind: pay.PaymentLine, At: lines[0].At, Key: "ffffffff", ID: "4200x", Account: Bakery, Amount: 7_00, Fee: 4}}}})
	if lines, err := w.Lines(today); err != nil || len(lines) != 3 || lines[0].Amount != 99_00 || lines[1].Key != "ffffffff" && lines[2].Key != "ffffffff" {
		w.Errorf("%+v, %v", lines, err)
	}
}

// Lines reads the bill of a day to its end.
func (w *World) Lines(day period.Day) (all []pay.BillLine, err error) {
	b, err := w.Provider.Bill(context.Background(), day)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for {
		l, err := b.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		if l.Key = strings.TrimSpace(l.Key); l.Key == "" {
			return all, errors.New("a line without a key")
		}
		all = append(all, l)
	}
}
