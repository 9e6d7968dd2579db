// Package paytest holds what every payment provider must keep to, whatever goes wrong on
// the way: no instruction is carried out twice, what became of one can be found out, and
// no message is believed that is not the provider's (D6). It is run over a sandbox.
package paytest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// The shops of a world, and its people.
const (
	Bakery  = "1600000001"
	Laundry = "1600000002"
	Anna    = "oAnna"
	Bao     = "oBao"
)

// World is a provider with a sandbox behind it, whose clock stands.
type World struct {
	testing.TB
	*sandbox.Server
	pay.Provider
	Clock *clock.Manual
	Heard []pay.Message // in the order of coming, also those that came again
	Wrong []error       // why a message was not believed

	keys int
}

// Open makes a world out of the sandbox's options; the caller's function makes the
// provider. Call-backs reach it over World.
func Open(t testing.TB, o sandbox.Options, provider func(s *sandbox.Server, c clock.Clock) pay.Provider) *World {
	w := &World{TB: t, Clock: clock.NewManual(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC))}
	o.Clock, o.Send = w.Clock, sandbox.Via(w)
	o.Shops = append(o.Shops, sandbox.Shop{Number: Bakery, Name: "面包房"}, sandbox.Shop{Number: Laundry, Name: "洗衣店", Covered: true})
	o.Tell = func(_ context.Context, m pay.Message) error { w.Heard = append(w.Heard, m); return nil }
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w.Server = s
	w.Provider = provider(s, w.Clock)
	return w
}

// ServeHTTP is where call-backs arrive.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	m, err := w.Provider.Read(r)
	if err == nil {
		w.Heard = append(w.Heard, m)
	} else {
		w.Wrong = append(w.Wrong, err)
	}
	w.Answer(rw, err)
}

// Key is a key that was not used before.
func (w *World) Key() string {
	w.keys++
	return fmt.Sprintf("%032x", w.keys)
}

// Order is an order of 100.00 at the bakery, to be scanned.
func (w *World) Order() pay.Order {
	return pay.Order{Key: w.Key(), Account: Bakery, Amount: 100_00, Title: "面包", Scene: pay.Native, Attach: "till", Expires: w.Clock.Now().Add(10 * time.Minute)}
}

var background = context.Background()

// Paid is an order that its payer has paid, as the provider tells it.
func (w *World) Paid(o pay.Order) pay.Payment {
	w.Helper()
	w.PayFor(o, sandbox.Once)
	p, err := w.Provider.Payment(background, o.Key, o.Account)
	if err != nil || p.State != pay.Done {
		w.Fatalf("paid, and it is %v, %v", p, err)
	}
	return p
}

// PayFor orders and pays; told is what becomes of the message.
func (w *World) PayFor(o pay.Order, told sandbox.Telling) {
	w.Helper()
	p, err := w.Provider.Pay(background, o)
	if err != nil {
		w.Fatal(err)
	}
	payer := o.Payer
	if payer == "" {
		payer = Anna
	}
	if err := w.Server.Pay(w.CodeOf(p), payer, told); err != nil {
		w.Fatal(err)
	}
}

// CodeOf is what the payer scans of what was prepared.
func (w *World) CodeOf(p pay.Prepared) string {
	if p.ID != "" {
		return p.ID
	}
	return p.Code[strings.LastIndex(p.Code, "/")+1:]
}

// Balanced fails unless what came in is what all have, and nobody has less than nothing.
func (w *World) Balanced() sandbox.Books {
	w.Helper()
	b := w.Books()
	if b.Sum() != b.In {
		w.Errorf("%d came in and all have %d: %+v", b.In, b.Sum(), b)
	}
	for _, of := range []map[string]money.Amount{b.Free, b.Frozen} {
		for number, v := range of {
			if v < 0 {
				w.Errorf("%s has %d", number, v)
			}
		}
	}
	return b
}

// Refuses fails unless err is a refusal with one of the codes.
func (w *World) Refuses(says string, err error, codes ...string) {
	w.Helper()
	r := (*pay.Refused)(nil)
	if !errors.As(err, &r) {
		w.Errorf("%s: %v is no refusal", says, err)
		return
	}
	for _, c := range codes {
		if r.Code == c {
			return
		}
	}
	w.Errorf("%s: refused by %v, want %v", says, err, codes)
}

// Run runs everything. A provider that speaks by HTTP is signed: its messages can be
// forged, so that is tried.
func Run(t *testing.T, signed bool, open func(t testing.TB, o sandbox.Options) *World) {
	plain := func(fn func(w *World)) func(t *testing.T) {
		return func(t *testing.T) { fn(open(t, sandbox.Options{})) }
	}
	t.Run("a payment's life", plain(life))
	t.Run("orders that are refused", plain(orders))
	t.Run("refunds", plain(refunds))
	t.Run("shares and their limits", plain(shares))
	t.Run("what a shop gives back", plain(returns))
	t.Run("transfers", func(t *testing.T) { transfers(open(t, sandbox.Options{Accept: true})) })
	t.Run("pickups", plain(pickups))
	t.Run("bills", plain(bills))
	for name, fate := range fates(signed) {
		t.Run("nothing twice, answers "+name, func(t *testing.T) { once(open(t, sandbox.Options{}), fate) })
	}
	t.Run("messages", plain(messages))
	if signed {
		t.Run("messages that are not believed", plain(forgeries))
		t.Run("the provider's key changes", plain(rotation))
		t.Run("the provider's clock is wrong", plain(clocks))
	}
}

// fates are what may become of an answer.
func fates(signed bool) map[string]sandbox.Fate {
	all := map[string]sandbox.Fate{"lost": sandbox.Lost, "failing": sandbox.Failed, "failing afterwards": sandbox.FailedAfter, "too often": sandbox.TooOften}
	if signed {
		all["garbled"], all["unsigned"], all["of an unknown key"] = sandbox.Garbled, sandbox.Unsigned, sandbox.WrongSerial
		all["of another's key"], all["huge"] = sandbox.WrongKey, sandbox.Huge
	}
	return all
}
