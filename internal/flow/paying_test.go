package flow_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// A call-back that comes many times (marketplaceBugs).
func TestPaidByAProvider(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		if a.Settled != nil || a.Payment == nil || a.Payment.Amount != 80_00 {
			t.Fatalf("waits for %+v", a)
		}
		c.has("member:anna/coins COIN", "") // set aside
		told := c.purse.paid(key)
		var all sync.WaitGroup
		for range 20 { // it tells it often, at once
			all.Add(1)
			go func() {
				defer all.Done()
				if err := c.ToldPayment(ctx, told); err != nil {
					t.Error(err)
				}
			}()
		}
		all.Wait()
		k := c.now(a.ID)
		if !k.Settled() || c.payment(key).End.Seq != k.End.Seq {
			t.Fatalf("ended %+v, paid %+v", k.End, c.payment(key).End)
		}
		c.has("member:anna/coins COIN", "4.00")
		c.has("gateway/clearing CNY", "-480.00")
		if c.purse.back != 0 {
			t.Errorf("%d refunds", c.purse.back)
		}
	})
}

func TestNothingIsHeardOfAPayment(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.purse.paid(key)
		c.env.Clock.Advance(30 * time.Second)
		c.must(c.AskProviders(ctx, c.home))
		if !c.now(a.ID).Settled() {
			t.Error("what the provider was asked about is not settled")
		}
	})
}

func TestNobodyPays(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.env.Clock.Advance(11 * minutes)
		c.purse.mute = true
		if err := c.AskProviders(ctx, c.home); !errors.Is(err, pay.ErrUnknown) {
			t.Errorf("a mute provider: %v", err)
		}
		if c.now(a.ID).End != nil {
			t.Error("ended without the provider's word")
		}
		c.purse.mute = false
		c.must(c.AskProviders(ctx, c.home))
		if k := c.now(a.ID); k.End == nil || k.End.Kind != checkout.Expired {
			t.Errorf("ended %+v", k.End)
		}
		c.has("member:anna/coins COIN", "20.00")
		if got := c.purse.orders[key].State; got != pay.Closed {
			t.Errorf("the provider has it %s", got)
		}
		k := c.asked(50_00)
		c.env.Clock.Advance(11 * minutes)
		c.must(c.ExpireCheckouts(ctx, c.home))
		if got := c.now(k.ID).End; got == nil || got.Kind != checkout.Expired {
			t.Errorf("nobody agreed, and it ended %+v", got)
		}
	})
}

// A late call-back after a cancel (marketplaceBugs).
func TestMoneyThatComesAfterTheEndGoesBack(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.must(c.CancelCheckout(ctx, c.home, db.System, a.ID, "changed her mind"))
		if k := c.now(a.ID); k.End == nil || k.End.Kind != checkout.Cancelled {
			t.Fatalf("ended %+v", k.End)
		}
		c.has("member:anna/coins COIN", "20.00")
		c.purse.orders[key].State = pay.Pending // it was paid in the very moment
		told := c.purse.paid(key)
		for range 3 {
			c.must(c.ToldPayment(ctx, told))
		}
		if got := c.purse.given(key); got != 80_00 || c.purse.back != 1 {
			t.Errorf("%d went back, in %d refunds", got, c.purse.back)
		}
		c.has("gateway/clearing CNY", "-400.00")
		if p := c.payment(key); p.Late == nil || p.Refunds[0].End == nil || p.Refunds[0].End.Kind != payment.Done {
			t.Errorf("noted as %+v", p)
		}
	})
}

func TestACancelMeetsThePayment(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.purse.paid(key)
		if err := c.CancelCheckout(ctx, c.home, db.System, a.ID, "too late"); refused(err) != "payment.ended" {
			t.Errorf("cancelled what was paid: %v", err)
		}
		if !c.now(a.ID).Settled() {
			t.Error("paid, and not settled")
		}
	})
}

func TestMoneyThatCannotBeBookedGoesBack(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.suspend("bakery")
		c.must(c.ToldPayment(ctx, c.purse.paid(key)))
		if got := c.purse.given(key); got != 80_00 {
			t.Errorf("%d went back", got)
		}
		if k := c.now(a.ID); k.End == nil || k.End.Kind != checkout.Cancelled {
			t.Errorf("ended %+v", k.End)
		}
		c.has("member:anna/coins COIN", "20.00")
		if p := c.payment(key); p.End.Seq != -1 || p.End.Note != "merchant.suspended" {
			t.Errorf("noted as %+v", p.End)
		}
	})
}

// Marketplace bug 10: a currency or an amount that is not what was asked for.
func TestAnotherSumIsNotTaken(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		for _, wrong := range []func(*pay.Payment){
			func(p *pay.Payment) { p.Amount = 0 }, func(p *pay.Payment) { p.Asset = "" }, func(p *pay.Payment) { p.Asset = "USD" }, func(p *pay.Payment) { p.Amount = 79_99 },
		} {
			told := c.purse.paid(key)
			wrong(&told)
			if err := c.ToldPayment(ctx, told); refused(err) != "payment.other_sum" {
				t.Errorf("%+v: %v", told, err)
			}
		}
		if c.now(a.ID).End != nil || c.purse.back != 0 {
			t.Error("something happened")
		}
	})
}

func TestARefundGoesBackTheWayItCame(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.must(c.ToldPayment(ctx, c.purse.paid(key)))
		seq := c.now(a.ID).End.Seq
		_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r1", Purchase: seq, Amount: 25_00})
		c.must(err)
		if got := c.purse.given(key); got != 20_00 { // of 25.00 a fifth was entitlement
			t.Errorf("%d went back", got)
		}
		c.purse.mute = true
		_, err = c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r2", Purchase: seq})
		c.must(err)
		c.purse.mute = false
		c.env.Clock.Advance(minutes)
		c.must(c.AskProviders(ctx, c.home))
		if got := c.purse.given(key); got != 80_00 || c.purse.back != 2 {
			t.Errorf("%d went back in %d refunds", got, c.purse.back)
		}
		for _, r := range c.payment(key).Refunds {
			if r.End == nil || r.End.Kind != payment.Done {
				t.Errorf("refund of %d ended %+v", r.Amount, r.End)
			}
		}
	})
}

func TestARefundThatTheProviderRefuses(t *testing.T) {
	atBakery(t, func(c *counter) {
		a, key := c.waiting(100_00)
		c.must(c.ToldPayment(ctx, c.purse.paid(key)))
		c.purse.refuse = "USER_ACCOUNT_ABNORMAL"
		_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r1", Purchase: c.now(a.ID).End.Seq})
		c.must(err)
		p := c.payment(key)
		failed := p.Refunds[0]
		if failed.End == nil || failed.End.Kind != payment.Failed {
			t.Fatalf("ended %+v", failed.End)
		}
		c.purse.refuse = ""
		for range 2 { // two people press at once
			c.must(c.RefundAgain(ctx, c.home, db.System, p.ID, failed.ID))
		}
		if got := c.purse.given(key); got != 80_00 || c.purse.back != 1 {
			t.Errorf("%d went back in %d refunds", got, c.purse.back)
		}
		if err := c.RefundByHand(ctx, c.home, db.System, p.ID, failed.ID, "S-1", "in cash"); refused(err) != "payment.refund_not_failed" {
			t.Errorf("by hand as well: %v", err)
		}
	})
}

// Two tills want the same entitlement at once: one gets it.
func TestEntitlementIsSetAsideOnce(t *testing.T) {
	atBakery(t, func(c *counter) {
		first := c.asked(40_00)
		c.env.Clock.Advance(31 * time.Second)
		other := c.asked(40_00)
		var all sync.WaitGroup
		got := make([]error, 2)
		for i, k := range []*checkout.Checkout{first, other} {
			all.Add(1)
			go func() {
				defer all.Done()
				_, got[i] = c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Tender: checkout.WeChat, Expect: 20_00, OnPhone: true, Scene: pay.Native})
			}()
		}
		all.Wait()
		if a, b := refused(got[0]), refused(got[1]); a+b != "checkout.price_changed" {
			t.Errorf("%q and %q", a, b)
		}
	})
}

func (w *town) suspend(shop string) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		return w.Merchants.Change(ctx, tx, shop, func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
	}))
}

// TestAFeeIsPaidOnline: a charge is paid through a provider, once; what goes back of it goes
// back the same way and counts as handed.
func TestAFeeIsPaidOnline(t *testing.T) {
	inClub(t, func(c *club) {
		bank := newPurse(c.env.Clock)
		c.Providers = map[pay.Kind]pay.Provider{pay.WeChat: bank}
		mei := c.newcomer("Mei")
		order, err := c.wish("Mei")
		c.must(err)
		slip, err := c.SlipOf(ctx, c.home, order.Charge.Code, authz.Viewer{Person: mei})
		c.must(err)
		if _, err := c.SlipOf(ctx, c.home, order.Charge.Code, authz.Viewer{Person: c.newcomer("Bo")}); refused(err) != "charge.not_found" {
			t.Errorf("another's slip: %v", err)
		}
		first, err := c.PayOnline(ctx, c.home, c.actor("Mei"), slip, pay.WeChat, pay.Native, mei)
		c.must(err)
		again, err := c.PayOnline(ctx, c.home, c.actor("Mei"), slip, pay.WeChat, pay.Native, mei)
		if err != nil || again.ID != first.ID {
			t.Errorf("asked twice: %v, %v", again, err)
		}
		_, err = c.AskFor(ctx, c.home, first, "")
		c.must(err)
		for range 2 {
			c.must(c.ToldPayment(ctx, bank.paid(first.Key())))
		}
		if len(c.terms("Mei")) != 1 {
			t.Fatal("paid, and no term begins")
		}
		_, err = c.GiveUp(ctx, c.home, c.actor("Mei"), c.ref("Mei"), flow.LeaveAll, "moves away")
		c.must(err)
		c.env.Clock.Advance(minutes)
		c.must(c.AskProviders(ctx, c.home))
		if bank.given(first.Key()) != first.Amount {
			t.Errorf("%d went back of %d within the cooling-off", bank.given(first.Key()), first.Amount)
		}
		slip, err = c.SlipOf(ctx, c.home, order.Charge.Code, authz.Viewer{Person: mei})
		if err != nil || len(slip.Refunds) != 1 || slip.Refunds[0].Handed == nil {
			t.Errorf("refunds %+v, %v", slip.Refunds, err)
		}
		c.whole()
	})
}
