package flow_test

import (
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
)

// marketplaceBugs are what goes wrong in the settlement of marketplaces, each with the
// test that it does not go wrong here. Each test begins with a town of its own. Two of the
// twelve need a provider that tells what happened: a double call-back is TestPaidByAProvider,
// one that comes late, after a cancel, TestMoneyThatComesAfterTheEndGoesBack.
var marketplaceBugs = []struct {
	name string
	test func(t *testing.T, w *bureau)
}{
	{"fulfilment ignoring splits", bugFulfilment},
	{"refunded order still paid", bugRefundedPaid},
	{"returned payout still settled", bugReturnedSettled},
	{"payout above balance", bugAboveBalance},
	{"refund after payout", bugRefundAfter},
	{"refund of a shared voucher", bugSharedVoucher},
	{"split rounding", bugSplitRounding},
	{"currency of zero", bugZero},
	{"re-used idempotency key", bugKeyReused},
	{"payout to closed merchant", bugClosedMerchant},
}

func TestMarketplaceBugs(t *testing.T) {
	for _, b := range marketplaceBugs {
		t.Run(b.name, func(t *testing.T) {
			dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
				w := openBureau(t, env)
				b.test(t, w)
				w.whole()
			})
		})
	}
}

// orders are what the provider would hold of purchases at shops, for the split plan.
func (w *bureau) order(key, shop string, amount, refunded money.Amount) payout.Order {
	return payout.Order{Key: key, Shop: w.shop(shop).ID, Amount: amount, Refunded: refunded, PaidAt: w.env.Clock.Now().Add(-time.Hour)}
}

// bugFulfilment: an order is fulfilled and its money released to its shop, though a part
// of it belongs to others. Here what is released is what the books say, to the fen.
func bugFulfilment(t *testing.T, w *bureau) {
	w.sell("p1", "anna", "fruit", 200_00, 0)
	w.issue("V1", "fruit", "bakery", "anna", 5_00)
	_, err := w.buy("p2", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"V1"}, 55_00 })
	w.must(err)
	bakery, fruit := w.payable("bakery"), w.payable("fruit") // fruit pays a part of the voucher and gets a rebate
	claims := []payout.Claim{{Kind: payout.OfShop, ID: w.shop("bakery").ID, Amount: bakery}, {Kind: payout.OfShop, ID: w.shop("fruit").ID, Amount: fruit},
		{Kind: payout.OfPlatform, Amount: 255_00 - bakery - fruit}}
	orders := []payout.Order{w.order("o1", "fruit", 200_00, 0), w.order("o2", "bakery", 55_00, 0)}
	p := payout.Split(orders, claims, pay.WeChatLimits, pay.WeChatLimits.Share, w.env.Clock.Now())
	got := make(map[id.ID]money.Amount)
	for _, r := range p.Requests {
		o := orders[0]
		if r.Order == "o2" {
			o = orders[1]
		}
		for _, x := range r.Parts {
			got[x.ID] += x.Amount
			o.Shared += x.Amount
		}
		if r.Release {
			got[o.Shop] += o.Frozen()
		}
	}
	if len(p.Carried) > 0 || got[w.shop("bakery").ID] != bakery || got[w.shop("fruit").ID] != fruit {
		t.Errorf("got %v, carried %+v; the books have %v and %v", got, p.Carried, bakery, fruit)
	}
}

// bugRefundedPaid: a refunded order is paid out all the same.
func bugRefundedPaid(t *testing.T, w *bureau) {
	s := w.sell("p1", "anna", "bakery", 100_00, 0)
	w.sell("p2", "anna", "bakery", 50_00, 0)
	_, err := w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq})
	w.must(err)
	if b := w.pays(payout.Shops); w.item(b, "bakery").Amount != 48_50 {
		t.Errorf("paid %v", w.item(b, "bakery").Amount)
	}
	if p := payout.Split([]payout.Order{w.order("o1", "bakery", 100_00, 100_00)}, []payout.Claim{{Kind: payout.OfShop, ID: w.shop("bakery").ID, Amount: 97_00}},
		pay.WeChatLimits, pay.WeChatLimits.Share, w.env.Clock.Now()); len(p.Requests) > 0 {
		t.Errorf("the provider is told %+v of a refunded order", p.Requests)
	}
}

// bugReturnedSettled: a payout that came back counts as settled, and the shop never sees
// its money.
func bugReturnedSettled(t *testing.T, w *bureau) {
	w.sell("p1", "anna", "fruit", 100_00, 0)
	b := w.pays(payout.Shops)
	w.must(w.CarryPayouts(ctx, w.home))
	i := w.item(b, "fruit")
	if x := w.read(b.ID); w.item(x, "fruit").State(x) != payout.Arrived {
		t.Fatalf("it is %s", w.item(x, "fruit").State(x))
	}
	w.bank.becomes(i.Key(), pay.Returned)
	w.env.Clock.Advance(25 * time.Hour)
	w.must(w.CarryPayouts(ctx, w.home))
	w.must(w.CarryPayouts(ctx, w.home)) // and again
	if x := w.read(b.ID); w.item(x, "fruit").State(x) != payout.Bounced || w.payable("fruit") != 97_00 {
		t.Errorf("it is %s, %v is payable", w.item(x, "fruit").State(x), w.payable("fruit"))
	}
	if again := w.pays(payout.Shops); w.item(again, "fruit").Amount != 97_00 {
		t.Errorf("the next batch has %+v", again.Items)
	}
}

// bugAboveBalance: more is paid than is there, because something moved between preparing
// and paying.
func bugAboveBalance(t *testing.T, w *bureau) {
	s := w.sell("p1", "anna", "bakery", 100_00, 0)
	w.sell("p2", "anna", "bakery", 10_00, 0)
	b := w.prepare(payout.Shops)
	_, err := w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq})
	w.must(err)
	_, err = w.buy("p3", "anna", "bakery", 200_00) // fresh money is no older money's substitute
	w.must(err)
	for _, who := range []string{"gao", "han"} {
		b, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
		w.must(err)
	}
	if i := w.item(b, "bakery"); i.State(b) != payout.Skipped || i.Outcomes[0].Reason != string(payout.Moved) || w.payable("bakery") != 9_70+194_00 {
		t.Errorf("%s, %v is payable", i.State(b), w.payable("bakery"))
	}
}

// bugRefundAfter: a refund after the payout takes money that is not there. Here it waits
// while the provider holds too little; then the shop owes it, and its next sales pay the
// debt first.
func bugRefundAfter(t *testing.T, w *bureau) {
	s := w.sell("p1", "anna", "bakery", 100_00, 0)
	w.pays(payout.Shops)
	_, err := w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r0", Purchase: s.Seq})
	wrong(t, "the provider holds 3.00", err, ledger.ErrInsufficient)
	w.sell("p-first", "anna", "first", 300_00, 3) // what the provider holds of others
	_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq})
	w.must(err)
	if owed := w.books()["merchant:bakery/owed CNY"]; owed != "-97.00" || w.payable("bakery") != 0 {
		t.Errorf("it owes %q, %v is payable", owed, w.payable("bakery"))
	}
	w.sell("p2", "anna", "bakery", 200_00, 4)
	w.env.Clock.Set(payday.AddDate(0, 0, 3))
	if b := w.pays(payout.Shops); w.item(b, "bakery").Amount != 97_00 {
		t.Errorf("then it is paid %v", w.item(b, "bakery").Amount)
	}
}

// bugSharedVoucher: the refund of a purchase with a shared voucher gives one party's
// share to another, once some of them are paid out.
func bugSharedVoucher(t *testing.T, w *bureau) {
	w.sell("p0", "anna", "first", 300_00, 0) // has no account: the provider keeps holding it
	w.sell("p1", "anna", "fruit", 200_00, 0)
	w.issue("V1", "fruit", "bakery", "anna", 5_00)
	before := w.books()
	s, err := w.buy("p2", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"V1"}, 55_00 })
	w.must(err)
	w.pays(payout.Shops)
	paid := map[string]money.Amount{"bakery": w.payable("bakery"), "fruit": w.payable("fruit")}
	_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq})
	w.must(err)
	if paid["bakery"] != 0 || paid["fruit"] != 0 {
		t.Fatalf("after the payout %v", paid)
	}
	// Of the second purchase the bakery got 55.00 − 1.80 − 3.00 + 5.00 and owes it now; the
	// fruit shop gets its 4.00 of the voucher back and gives the 3.00 of the rebate.
	after := w.books()
	for account, want := range map[string]string{"merchant:bakery/owed CNY": "-55.20", "merchant:fruit/payable CNY": "1.00", "merchant:fruit/owed CNY": "", "platform/promotion CNY": ""} {
		if after[account] != want {
			t.Errorf("%s is %q, want %q", account, after[account], want)
		}
	}
	for account, v := range before {
		if account != "merchant:fruit/payable CNY" && account != "gateway/clearing CNY" && after[account] != v {
			t.Errorf("%s is %s, was %s", account, after[account], v)
		}
	}
}

// bugSplitRounding: shares of an order do not add up to it.
func bugSplitRounding(t *testing.T, w *bureau) {
	var orders []payout.Order
	var bakery, others money.Amount
	for n := range 99 {
		price := money.Amount(1_01 + 7*n)
		w.sell(fmt.Sprint("p", n), "anna", "bakery", price, 0)
		orders = append(orders, w.order(fmt.Sprintf("o%02d", n), "bakery", price, 0))
		others += price
	}
	bakery = w.payable("bakery")
	others -= bakery
	p := payout.Split(orders, []payout.Claim{{Kind: payout.OfShop, ID: w.shop("bakery").ID, Amount: bakery}, {Kind: payout.OfPlatform, Amount: others}}, pay.WeChatLimits, pay.WeChatLimits.Share, w.env.Clock.Now())
	var shared money.Amount
	released := 0
	for _, r := range p.Requests {
		for _, x := range r.Parts {
			shared += x.Amount
		}
		if r.Release {
			released++
		}
	}
	if shared != others || released != len(orders) || len(p.Carried) > 0 {
		t.Errorf("%v shared of %v, %d of %d released, carried %+v", shared, others, released, len(orders), p.Carried)
	}
}

// bugZero: nothing is paid as if it were something, and entitlement as if it were money.
func bugZero(t *testing.T, w *bureau) {
	w.sell("p0", "anna", "fruit", 200_00, 0) // earns 10.00 of entitlement
	_, err := w.buy("p1", "anna", "bakery", 10_00, func(p *flow.Purchase) { p.Coins, p.Held, p.Direct = 5_00, 0, 5_00 })
	w.must(err)
	b := w.pays(payout.Shops)
	for _, i := range b.Items {
		if i.Payee == w.shop("bakery").ID || i.Amount <= 0 {
			t.Errorf("paid %+v", i)
		}
	}
	if got := w.books()["merchant:bakery/coins COIN"]; got != "5.00" {
		t.Errorf("its entitlement is %q", got)
	}
	if p := payout.Split([]payout.Order{w.order("o", "bakery", 0, 0)}, []payout.Claim{{Kind: payout.OfPlatform}}, pay.WeChatLimits, pay.WeChatLimits.Share, w.env.Clock.Now()); len(p.Requests) > 0 || len(p.Carried) > 0 {
		t.Errorf("%+v", p)
	}
	wrong(t, "nothing comes back", w.ReturnPayout(ctx, w.home, w.act("fang"), b.Items[0].ID, 0, "R", "空"), payout.ErrByProvider)
}

// bugKeyReused: an instruction whose answer was lost is given again and pays twice.
func bugKeyReused(t *testing.T, w *bureau) {
	w.sell("p1", "anna", "fruit", 100_00, 0)
	w.bank.answer = func(pay.Transfer) (pay.TransferResult, error) {
		return pay.TransferResult{State: pay.Pending}, pay.ErrUnknown // it was taken, nobody heard
	}
	b := w.pays(payout.Shops)
	i := w.item(b, "fruit")
	for range 4 {
		w.must(w.CarryPayouts(ctx, w.home))
		w.env.Clock.Advance(time.Hour)
	}
	w.bank.becomes(i.Key(), pay.Done)
	w.must(w.CarryPayouts(ctx, w.home))
	x := w.read(b.ID)
	if i := w.item(x, "fruit"); w.bank.asked[i.Key()] != 1 || len(w.bank.transfers) != 1 || i.State(x) != payout.Arrived || w.payable("fruit") != 0 {
		t.Errorf("asked %v, %s, %v payable", w.bank.asked, i.State(x), w.payable("fruit"))
	}
}

// bugClosedMerchant: a shop that was closed after the batch was prepared is paid.
func bugClosedMerchant(t *testing.T, w *bureau) {
	w.sell("p1", "anna", "bakery", 100_00, 0)
	w.sell("p2", "anna", "fruit", 100_00, 0)
	b := w.prepare(payout.Shops)
	w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		return w.Merchants.Change(ctx, tx, "fruit", func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
	}))
	var err error
	for _, who := range []string{"gao", "han"} {
		b, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
		w.must(err)
	}
	w.must(w.CarryPayouts(ctx, w.home))
	if i := w.item(b, "fruit"); i.State(b) != payout.Skipped || i.Outcomes[0].Reason != string(payout.Suspended) || w.payable("fruit") != 97_00 || len(w.bank.transfers) != 0 {
		t.Errorf("%s, %v is payable, %d transfers", i.State(b), w.payable("fruit"), len(w.bank.transfers))
	}
	if w.payable("bakery") != 0 {
		t.Error("and the other shop was not paid")
	}
}
