package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/paytest"
	"gongyi/internal/platform/pay/sandbox"
)

var ctx = context.Background()

// TestNothingIsMadeOrLost: whatever is asked for in whatever order, with answers lost on
// the way, what came in is what all have, nobody has less than nothing, no payment gives
// back more than it was, and nobody gets more than 30% of it.
func TestNothingIsMadeOrLost(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		w := direct(stepOf(outer, t), sandbox.Options{Fee: money.Rate(rapid.Int64Range(-1, 20_000).Draw(t, "fee"))})
		if err := w.Fund("", 500_00); err != nil {
			t.Fatal(err)
		}
		type made struct {
			o              pay.Order
			p              pay.Payment
			shared, backed money.Amount
			shares         []pay.Share
		}
		var all []*made
		amount := func(name string) money.Amount { return money.Amount(rapid.Int64Range(1, 60_00).Draw(t, name)) }
		pick := func() *made { return all[rapid.IntRange(0, len(all)-1).Draw(t, "which")] }
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.IntRange(0, 4).Draw(t, "trouble") == 0 {
				w.Next(sandbox.Fate(rapid.IntRange(0, int(sandbox.FailedAfter)).Draw(t, "fate")))
			}
			w.Clock.Advance(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "pause")))
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				o := w.Order()
				o.Amount, o.Share = amount("price"), rapid.Bool().Draw(t, "share")
				p, err := w.Provider.Pay(ctx, o)
				if err != nil || w.Server.Pay(w.CodeOf(p), paytest.Anna, sandbox.Never) != nil {
					continue
				}
				if paid, err := w.Provider.Payment(ctx, o.Key, o.Account); err == nil {
					all = append(all, &made{o: o, p: paid})
				}
			case 2:
				if len(all) == 0 {
					continue
				}
				m := pick()
				s := pay.Share{Key: w.Key(), Payment: m.p.ID, Account: m.o.Account, Total: m.o.Amount, PaidAt: w.Clock.Now().Add(-time.Hour), Release: rapid.Bool().Draw(t, "release"),
					Parts: []pay.Part{{Kind: pay.ToMerchant, Account: paytest.Laundry, Name: "洗衣店", Amount: amount("part")}}}
				if x, err := w.Provider.Share(ctx, s); err == nil && x.Parts[0].State == pay.Done {
					m.shares = append(m.shares, s)
					m.shared += s.Parts[0].Amount
				}
			case 3:
				if len(all) == 0 {
					continue
				}
				m := pick()
				if x, err := w.Provider.Refund(ctx, pay.Refund{Key: w.Key(), Payment: m.o.Key, Account: m.o.Account, Amount: min(amount("refund"), m.o.Amount), Total: m.o.Amount}); err == nil {
					m.backed += x.Amount
				}
			case 4:
				_, _ = w.Provider.Transfer(ctx, pay.Transfer{Key: w.Key(), Kind: pay.ToPerson, Account: paytest.Bao, Amount: amount("transfer"), Why: "奖励"})
			case 5:
				if len(all) == 0 {
					continue
				}
				if m := pick(); len(m.shares) > 0 {
					_, _ = w.Provider.Return(ctx, pay.Return{Key: w.Key(), Share: m.shares[0].Key, Account: m.o.Account, From: paytest.Laundry, Kind: pay.ToMerchant, Amount: amount("return"), Why: "退", SharedAt: w.Clock.Now()})
				}
			}
			for _, m := range all {
				if m.backed > m.o.Amount || m.shared > pay.WeChatLimits.Share.FloorOf(m.o.Amount) {
					t.Fatalf("of %d went back %d, and %d to others", m.o.Amount, m.backed, m.shared)
				}
			}
			w.Balanced()
		}
	})
}

// tb lets a step of rapid be a test.
type tb struct {
	testing.TB
	r *rapid.T
}

func stepOf(outer testing.TB, t *rapid.T) testing.TB { return tb{outer, t} }

func (t tb) Cleanup(func())               {}
func (t tb) Helper()                      { t.r.Helper() }
func (t tb) Fatal(args ...any)            { t.r.Fatal(args...) }
func (t tb) Fatalf(f string, args ...any) { t.r.Fatalf(f, args...) }
func (t tb) Error(args ...any)            { t.r.Error(args...) }
func (t tb) Errorf(f string, args ...any) { t.r.Errorf(f, args...) }

// TestTheJournalRemembers: a sandbox that is opened again has the same money, the same
// keys, the same codes, and tells what nobody heard.
func TestTheJournalRemembers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.journal")
	at := clock.NewManual(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC))
	var heard []pay.Message
	open := func() *sandbox.Server {
		s, err := sandbox.New(sandbox.Options{Clock: at, AnyShop: true, Journal: file, Tell: func(_ context.Context, m pay.Message) error {
			if len(heard) == 0 {
				heard = append(heard, m)
				return fmt.Errorf("not now")
			}
			heard = append(heard, m)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	o := pay.Order{Key: "0123456789", Account: "1612345678", Amount: 50_00, Title: "面", Scene: pay.Native, Share: true}
	p, err := s.Direct().Pay(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Pay(p.Code[len(sandbox.PagePath):], "oAnna", sandbox.Once); err != nil {
		t.Fatal(err)
	}
	if err := s.Outage(sandbox.Outage{Refunds: time.Hour}); err != nil {
		t.Fatal(err)
	}
	r := pay.Refund{Key: "9876543210", Payment: o.Key, Account: o.Account, Amount: 10_00, Total: 50_00}
	if _, err := s.Direct().Refund(ctx, r); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Deliver(ctx); n != 0 || err != nil {
		t.Errorf("%d heard, %v", n, err)
	}
	books := s.Books()
	before, err := s.Credentials()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	at.Advance(2 * time.Hour)
	s = open()
	after, err := s.Credentials()
	if err != nil || !after.Key.Equal(before.Key) || after.Secret != before.Secret {
		t.Errorf("other keys, %v", err)
	}
	if x, err := s.Direct().Refunded(ctx, r.Key, o.Key, o.Account); err != nil || x.State != pay.Done {
		t.Errorf("%+v, %v", x, err)
	}
	if b := s.Books(); b.Sum() != b.In || b.In != books.In-10_00 || b.Frozen[o.Account] != books.Frozen[o.Account] {
		t.Errorf("%+v after %+v", b, books)
	}
	if again, err := s.Direct().Pay(ctx, o); err == nil {
		t.Errorf("ordered again though it is paid: %+v", again)
	}
	if n, err := s.Deliver(ctx); n != 2 || err != nil || heard[1].Payment == nil || heard[1].ID != heard[0].ID {
		t.Errorf("%d heard, %v: %+v", n, err, heard)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(file)
	if err := os.WriteFile(file, bytes.Replace(text, []byte(`"Amount":5000`), []byte(`"Amount":-1`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(sandbox.Options{Clock: at, AnyShop: true, Journal: file}); err == nil {
		t.Error("a journal that was changed was read")
	}
}

// TestMessagesAreToldForADay: nobody listens, and after fifteen repetitions it is given up.
func TestMessagesAreToldForADay(t *testing.T) {
	tries := 0
	at := clock.NewManual(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC))
	s, err := sandbox.New(sandbox.Options{Clock: at, AnyShop: true, Tell: func(context.Context, pay.Message) error { tries++; return fmt.Errorf("busy") }})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Direct().Pay(ctx, pay.Order{Key: "0123456789", Amount: 1, Title: "面", Scene: pay.Native})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Pay(p.Code[len(sandbox.PagePath):], "oAnna", sandbox.Once); err != nil {
		t.Fatal(err)
	}
	for range 48 * 60 {
		if _, err := s.Deliver(ctx); err != nil {
			t.Fatal(err)
		}
		at.Advance(time.Minute)
	}
	if tries != 16 {
		t.Errorf("told %d times", tries)
	}
}
