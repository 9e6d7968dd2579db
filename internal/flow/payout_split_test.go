package flow_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/notify"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// TestSharesReachEverybody (D6): what was paid at the tills of several shops, with
// entitlement and a voucher, lies on their own accounts; after two people agreed every
// shop has what the books say, to the fen, and the house the rest.
func TestSharesReachEverybody(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		p, _ := w.sells("bakery", "anna", 400_00)
		if p.Account != atProvider["bakery"] {
			t.Fatalf("the payment landed on %q", p.Account)
		}
		w.sells("fruit", "anna", 300_00) // with the entitlement that she got
		w.issue("V1", "bakery", "fruit", "ben", 5_00)
		w.sells("fruit", "ben", 200_00)
		if p, _ := w.sells("first", "ben", 100_00); p.Account != "" {
			t.Errorf("a shop that is paid at a bank has payments on %q", p.Account)
		}
		if w.got("bakery") != 0 || w.frozen("bakery") == 0 {
			t.Errorf("before anything is shared the bakery has %v, and %v is frozen", w.got("bakery"), w.frozen("bakery"))
		}
		w.env.Clock.Set(payday)
		b := w.carries(w.batch())
		for n := range b.Items {
			if i := &b.Items[n]; i.State(b) != payout.Arrived || i.Back() != 0 || i.Payee != w.shop("first").ID && i.Sent != nil {
				t.Errorf("an item is %s, %v came back, transferred %v", i.State(b), i.Back(), i.Sent)
			}
		}
		for _, shop := range []string{"bakery", "fruit"} {
			if w.got(shop) != w.item(b, shop).Amount || w.frozen(shop) != 0 || w.payable(shop) != 0 {
				t.Errorf("%s has %v of %v, %v is frozen", shop, w.got(shop), w.item(b, shop).Amount, w.frozen(shop))
			}
		}
		w.balances("after the batch")
	})
}

// TestAShopThatLeavesTheProvider: what lies with the provider is paid there, though the
// shop names a bank by now; what it sells from then on is paid at the bank. Nothing comes
// to it twice.
func TestAShopThatLeavesTheProvider(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		w.sells("bakery", "anna", 400_00)
		w.account(payout.OfShop, w.shop("bakery").ID, payout.Bank, "6222000011112222")
		w.env.Clock.Advance(time.Minute)
		if p, _ := w.sells("bakery", "ben", 100_00); p.Account != "" {
			w.t.Fatalf("the bakery names its bank and is paid on %q", p.Account)
		}
		held := w.payable("bakery")
		w.env.Clock.Set(payday)
		b := w.carries(w.batch())
		first := w.item(b, "bakery")
		if first.Amount != held || w.got("bakery") == 0 || w.got("bakery")+w.payable("bakery") != held || w.frozen("bakery") != 0 {
			w.t.Fatalf("of %v the bakery has %v and is owed %v; %v is frozen", first.Amount, w.got("bakery"), w.payable("bakery"), w.frozen("bakery"))
		}
		w.balances("after the batch")
		rest, by := w.payable("bakery"), w.paidOut
		b = w.carries(w.batch())
		if i := w.item(b, "bakery"); i.Amount != rest || w.paidOut != by+rest || w.payable("bakery") != 0 {
			w.t.Errorf("at the bank it was paid %v of %v, %v is owed", w.paidOut-by, rest, w.payable("bakery"))
		}
		w.whole()
	})
}

// TestALostAnswerSharesOnce: an answer that is lost, a process that is killed before it
// notes, a request given twice: all the same the provider shares once.
func TestALostAnswerSharesOnce(t *testing.T) {
	inMall(t, func(w *mall) {
		lost := 0
		w.Providers[pay.WeChat] = losing{w.provider, func(string) bool { lost++; return lost%2 == 1 }}
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		for range 3 {
			w.sells("bakery", "anna", 100_00)
			w.sells("fruit", "ben", 70_00)
		}
		w.env.Clock.Set(payday)
		b := w.carries(w.batch())
		if lost < 6 {
			t.Errorf("only %d answers could be lost", lost)
		}
		for _, s := range w.shares(b) {
			if s.End == nil || s.End.Kind != payout.ShareDone {
				t.Errorf("a share ended %+v", s.End)
			}
		}
		w.balances("after lost answers")
	})
}

// TestARefundBetweenPlanAndShare: what is refunded before the provider is asked is not
// shared; nobody gets what the order no longer holds.
func TestARefundBetweenPlanAndShare(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		w.sells("bakery", "anna", 40_00)
		_, whole := w.sells("bakery", "ben", 100_00)
		_, part := w.sells("bakery", "ben", 200_00)
		w.env.Clock.Set(payday)
		b, asked := w.batch(), 0
		w.Providers[pay.WeChat] = losing{w.provider, func(string) bool {
			if asked++; asked == 1 { // the first order is shared, the others are planned
				w.refunds("r1", whole, 0)
				w.refunds("r2", part, 50_00)
			}
			return false
		}}
		b = w.carries(b)
		w.balances("after refunds")
		for _, s := range w.shares(b)[1:] {
			if after := s.Amount == 100_00; after != (s.End.Kind == payout.ShareFailed && s.End.Reason == payout.AfterRefund) {
				t.Errorf("a share of %v ended %+v", s.Amount, s.End)
			}
		}
		if i := w.item(b, "bakery"); i.Back() < 97_00 || w.frozen("bakery") != 0 {
			t.Errorf("of %v came %v back into the books, %v is frozen", i.Amount, i.Back(), w.frozen("bakery"))
		}
	})
}

// TestARefundWaitsForAnUnknownShare: while nobody knows what became of a share, the
// provider is not asked for a refund of the same order; then all comes right.
func TestARefundWaitsForAnUnknownShare(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		p, seq := w.sells("bakery", "ben", 200_00)
		w.env.Clock.Set(payday)
		b := w.batch()
		w.wx.Next(sandbox.Lost)
		w.must(w.CarryPayouts(ctx, w.home))
		w.Providers = nil // whoever lost the provider does not pay by hand what it may be paying
		wrong(t, "a hand", w.ConfirmPayout(ctx, w.home, w.act("fang"), w.item(b, "bakery").ID, "S-1"), payout.ErrByProvider)
		w.Providers = map[pay.Kind]pay.Provider{pay.WeChat: w.provider}
		w.refunds("r1", seq, 50_00)
		if r := w.payment(p.ID).Refunds[0]; r.End != nil {
			t.Errorf("it ended %+v", r.End)
		}
		w.carries(b)
		w.refundsEnded()
		if r := w.payment(p.ID).Refunds[0]; r.End == nil || r.End.Kind != payment.Done {
			t.Errorf("it ended %+v", r.End)
		}
		w.balances("after an unknown share")
	})
}

// refundsEnded lets the sweeper ask until no refund is under way.
func (w *mall) refundsEnded() {
	w.t.Helper()
	for range 5 {
		w.asks()
	}
}

// TestARefundAfterSharing (D3): receivers give back what the refund takes from them, the
// shop's own account pays the rest, and the books know (P-06).
func TestARefundAfterSharing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w *mall)
		back  bool
	}{
		"in time":  {func(*mall) {}, true},
		"too late": {func(w *mall) { w.env.Clock.Advance(181 * 24 * time.Hour) }, false},
		"the receiver has nothing": {func(w *mall) {
			w.must(w.emptyHouse())
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			inMall(t, func(w *mall) {
				w.env.Clock.Set(payday.AddDate(0, 0, -3))
				_, seq := w.sells("bakery", "ben", 100_00)
				w.env.Clock.Set(payday)
				w.carries(w.batch())
				w.fund(atProvider["bakery"], 1000_00)
				c.spoil(w)
				before := w.wx.Books().Free[sandbox.Merchant]
				w.refunds("r1", seq, 0)
				w.refundsEnded()
				if gave := before - w.wx.Books().Free[sandbox.Merchant]; (gave > 0) != c.back {
					t.Errorf("the house gave %v back", gave)
				}
				w.balances("after the refund")
				if got := w.payable("bakery"); got != 0 && c.back {
					t.Errorf("the bakery is owed %v", got)
				}
			})
		})
	}
}

// emptyHouse takes the house's money at the provider away: somebody was paid with it.
func (w *mall) emptyHouse() error {
	v := w.wx.Books().Free[sandbox.Merchant]
	w.funded[sandbox.Merchant] -= v
	return w.wx.Fund("", -v)
}

// TestNoAccountOfTheHouse: nothing is shared; orders are released where the shop's claim
// is their whole, and finance is told.
func TestNoAccountOfTheHouse(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		w.sells("bakery", "anna", 100_00)
		w.env.Clock.Set(payday)
		w.must(w.emptyHouse())
		w.account(payout.OfPlatform, [16]byte{}, pay.WeChat, "oPersonNotAMerchant")
		b := w.carries(w.batch())
		for _, s := range w.shares(b) {
			if len(s.Parts) > 0 {
				t.Errorf("shared without a receiver: %+v", s.Parts)
			}
		}
		if w.told()["payout.carried"] == 0 {
			t.Error("finance was not told")
		}
		w.balances("without an account")
	})
}

// TestAnOrderPastTheProvidersTime: the provider has released it to its shop by itself;
// what the shop got too much is set against its next item.
func TestAnOrderPastTheProvidersTime(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday)
		w.sells("bakery", "anna", 100_00)
		w.env.Clock.Set(payday.AddDate(0, 0, 33))
		b := w.carries(w.batch())
		i := w.item(b, "bakery")
		over := w.recovers()[w.shop("bakery").ID]
		if i.State(b) != payout.Arrived || over != w.got("bakery")-i.Amount || over <= 0 {
			t.Errorf("the item is %s, too much is %v of %v", i.State(b), over, w.got("bakery"))
		}
		w.balances("late")
		w.sells("bakery", "anna", 200_00)
		w.env.Clock.Advance(3 * 24 * time.Hour)
		w.carries(w.batch())
		if left := w.recovers()[w.shop("bakery").ID]; left != 0 {
			t.Errorf("%v is still too much", left)
		}
		w.balances("recovered")
	})
}

// TestAReceiverWhoTakesNothing: what a part could not deliver goes with the release to
// the order's shop, is too much there, and the house is short by no more.
func TestAReceiverWhoTakesNothing(t *testing.T) {
	inMall(t, func(w *mall) {
		w.must(w.wx.Outage(sandbox.Outage{Shares: time.Hour, Refuses: map[string]string{sandbox.Merchant: "ACCOUNT_ABNORMAL"}}))
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		w.sells("bakery", "anna", 100_00)
		w.env.Clock.Set(payday)
		b := w.carries(w.batch())
		if over := w.recovers()[w.shop("bakery").ID]; over != w.got("bakery")-w.item(b, "bakery").Amount || over <= 0 {
			t.Errorf("too much is %v", over)
		}
		w.balances("a receiver who takes nothing")
	})
}

// TestSharesOverTheProvidersProtocol: the same by WeChat Pay v3, with a refund afterwards.
func TestSharesOverTheProvidersProtocol(t *testing.T) {
	env := dbtest.SQLite(t, flow.Schemas)
	w := openMall(t, env, func(t *testing.T, s *sandbox.Server, w *bureau) pay.Provider {
		k, err := s.Credentials()
		w.must(err)
		tokens := &notify.WeChatClient{Base: "http://practice.invalid", AppID: k.App, Secret: k.Secret, Mini: true, Clock: w.env.Clock}
		client, err := wechatpay.New(wechatpay.Settings{Merchant: k.Merchant, App: k.App, Serial: k.Serial, Key: k.Key, Secret: k.Secret, Notify: "https://house.example/told",
			TransferScene: "1000", TransferReport: []wechatpay.Report{{Type: "活动名称", Content: "组长奖励"}, {Type: "奖励说明", Content: "团队消费"}},
			Token: func(ctx context.Context, fresh bool) (string, error) { return tokens.Access(ctx, fresh) }},
			wechatpay.Options{Base: "http://practice.invalid", API: "http://practice.invalid", Via: sandbox.Via(s), Clock: w.env.Clock})
		w.must(err)
		return client
	})
	w.env.Clock.Set(payday.AddDate(0, 0, -3))
	_, seq := w.sells("bakery", "ben", 100_00)
	w.sells("fruit", "anna", 80_00)
	w.env.Clock.Set(payday)
	b := w.carries(w.batch())
	if w.got("bakery") != w.item(b, "bakery").Amount || w.got("fruit") != w.item(b, "fruit").Amount {
		t.Errorf("bakery has %v, fruit %v", w.got("bakery"), w.got("fruit"))
	}
	w.balances("after the batch")
	w.fund(atProvider["bakery"], 500_00)
	w.refunds("r1", seq, 60_00)
	w.refundsEnded()
	w.balances("after the refund")
}

// TestManySweepersShareOnce: however many carry a batch at once, it is planned once and
// every order is shared once.
func TestManySweepersShareOnce(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		for range 4 {
			w.sells("bakery", "ben", 100_00)
		}
		w.env.Clock.Set(payday)
		b := w.batch()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { _ = w.CarryPayouts(ctx, w.home) })
		}
		wg.Wait()
		b = w.carries(b)
		if n := len(w.shares(b)); n != 4 {
			t.Errorf("%d requests count, want 4", n)
		}
		w.balances("after many sweepers")
	})
}

// TestAReturnThenAHandedRefund: receivers gave back, the provider's refund failed, and
// somebody gave the money by hand: what came back is the shop's too much. Asked anew
// before that, nobody gives back twice.
func TestAReturnThenAHandedRefund(t *testing.T) {
	inMall(t, func(w *mall) {
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		p, seq := w.sells("bakery", "ben", 100_00)
		w.env.Clock.Set(payday)
		w.carries(w.batch())
		w.fund(atProvider["bakery"], 1000_00)
		w.wx.Set(sandbox.Faults{Refuse: map[string]string{"refund": "PRACTICE"}})
		w.refunds("r1", seq, 0)
		failed := w.payment(p.ID).Refunds[0]
		w.must(w.RefundAgain(ctx, w.home, w.act("fang"), p.ID, failed.ID))
		w.refundsEnded()
		again := w.payment(p.ID).Refunds[1]
		if again.End == nil || again.End.Kind != payment.Failed {
			t.Fatalf("asked anew it ended %+v", again.End)
		}
		w.must(w.RefundByHand(ctx, w.home, w.act("fang"), p.ID, again.ID, "S-9", "机构不退，现金退还"))
		if over := w.recovers()[w.shop("bakery").ID]; over != 2_40 {
			t.Errorf("%v is too much, want what the house gave back", over)
		}
	})
}
