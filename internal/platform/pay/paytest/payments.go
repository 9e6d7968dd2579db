package paytest

import (
	"errors"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// life: ordered, asked for, paid, told; of a shop and of the house, scanned and in the app.
func life(w *World) {
	for _, account := range []string{Bakery, ""} {
		for _, scene := range []pay.Scene{pay.Native, pay.JSAPI} {
			o := w.Order()
			o.Account, o.Scene = account, scene
			if scene == pay.JSAPI {
				o.Payer = Bao
			}
			p, err := w.Provider.Pay(background, o)
			if err != nil {
				w.Fatal(err)
			}
			if scene == pay.JSAPI && (p.Handed["package"] != "prepay_id="+p.ID || p.ID == "") {
				w.Errorf("handed over: %v", p)
			}
			if got, err := w.Provider.Payment(background, o.Key, account); err != nil || got.State != pay.Pending {
				w.Errorf("before it is paid: %+v, %v", got, err)
			}
			w.Clock.Advance(time.Minute)
			paid := w.Clock.Now()
			payer := o.Payer
			if payer == "" {
				payer = Anna
			}
			if err := w.Server.Pay(w.CodeOf(p), payer, sandbox.Once); err != nil {
				w.Fatal(err)
			}
			got, err := w.Provider.Payment(background, o.Key, account)
			want := pay.Payment{Account: account, Key: o.Key, ID: got.ID, State: pay.Done, Amount: 100_00, Asset: "CNY", PaidAt: paid, Payer: payer, Attach: "till"}
			if err != nil || got != want || got.ID == "" {
				w.Errorf("paid: %+v, %v", got, err)
			}
			w.Refuses("closed though it was paid", w.Provider.Close(background, o.Key, account), "ORDERPAID")
		}
	}
	if b := w.Balanced(); b.Fees != 4*60 || b.Free[Bakery] != 2*99_40 || b.Free[sandbox.Merchant] != 2*99_40 {
		w.Errorf("%+v", b)
	}
	if n, err := w.Deliver(background); err != nil || n != 4 || len(w.Heard) != 4 {
		w.Errorf("%d messages were taken, %v: %v", n, err, w.Wrong)
	}
	o := w.Order()
	p, _ := w.Provider.Pay(background, o)
	for range 2 {
		if err := w.Provider.Close(background, o.Key, Bakery); err != nil {
			w.Errorf("closed: %v", err)
		}
	}
	if got, err := w.Provider.Payment(background, o.Key, Bakery); err != nil || got.State != pay.Closed {
		w.Errorf("closed: %+v, %v", got, err)
	}
	w.Refuses("paid though it was closed", w.Server.Pay(w.CodeOf(p), Anna, sandbox.Once), "ORDER_CLOSED")
	_, err := w.Provider.Pay(background, o)
	w.Refuses("ordered though it was closed", err, "ORDER_CLOSED")
	if _, err := w.Provider.Payment(background, w.Key(), Bakery); !errors.Is(err, pay.ErrNotFound) {
		w.Errorf("an order that never was: %v", err)
	}
	if err := w.Provider.Close(background, w.Key(), Bakery); !errors.Is(err, pay.ErrNotFound) {
		w.Errorf("an order that never was is closed: %v", err)
	}
}

// orders: what no provider takes is not sent; what this one does not take is refused.
func orders(w *World) {
	good := w.Order()
	if _, err := w.Provider.Pay(background, good); err != nil {
		w.Fatal(err)
	}
	for _, c := range []struct {
		says  string
		do    func(o *pay.Order)
		wants string
	}{
		{"nothing", func(o *pay.Order) { o.Amount = 0 }, pay.CodeAmount},
		{"less than nothing", func(o *pay.Order) { o.Amount = -1 }, pay.CodeAmount},
		{"no key", func(o *pay.Order) { o.Key = "" }, pay.CodeForm},
		{"a key with a line end", func(o *pay.Order) { o.Key = "abcdef\nmchid" }, pay.CodeForm},
		{"a key of 33 letters", func(o *pay.Order) { o.Key += "0" }, pay.CodeForm},
		{"no title", func(o *pay.Order) { o.Title = "" }, pay.CodeForm},
		{"in the app for nobody", func(o *pay.Order) { o.Scene = pay.JSAPI }, pay.CodeForm},
		{"by air mail", func(o *pay.Order) { o.Scene = "air" }, pay.CodeForm},
		{"too much attached", func(o *pay.Order) { o.Attach = string(make([]byte, 128)) }, pay.CodeForm},
		{"past its time", func(o *pay.Order) { o.Expires = w.Clock.Now() }, pay.CodeTooLate},
		{"of a shop that is none", func(o *pay.Order) { o.Account = "1699999999" }, "NO_AUTH"},
	} {
		o := w.Order()
		c.do(&o)
		_, err := w.Provider.Pay(background, o)
		w.Refuses(c.says, err, c.wants)
	}
	same := good
	same.Amount++
	_, err := w.Provider.Pay(background, same)
	w.Refuses("another order under the same key", err, "OUT_TRADE_NO_USED")
	if _, err := w.Provider.Pay(background, good); err != nil {
		w.Errorf("the same order again: %v", err)
	}
	late, _ := w.Provider.Pay(background, good)
	w.Clock.Advance(11 * time.Minute)
	w.Refuses("paid past its time", w.Server.Pay(w.CodeOf(late), Anna, sandbox.Once), "EXPIRED")
	w.Set(sandbox.Faults{Refuse: map[string]string{"order": "RULE_LIMIT"}})
	_, err = w.Provider.Pay(background, w.Order())
	w.Refuses("what the provider does not want", err, "RULE_LIMIT")
	w.Set(sandbox.Faults{})
	if b := w.Balanced(); b.In != 0 {
		w.Errorf("%+v", b)
	}
}

// refunds: in parts, with their part of the fee, never more than was paid.
func refunds(w *World) {
	o := w.Order()
	w.Paid(o)
	refund := func(v money.Amount) pay.Refund {
		return pay.Refund{Key: w.Key(), Payment: o.Key, Account: Bakery, Amount: v, Total: 100_00, Reason: "退货"}
	}
	first := refund(33_33)
	for range 2 {
		if r, err := w.Provider.Refund(background, first); err != nil || r.State == pay.Closed || r.Amount != 33_33 || r.Payment != o.Key {
			w.Errorf("%+v, %v", r, err)
		}
	}
	if r, err := w.Provider.Refunded(background, first.Key, o.Key, Bakery); err != nil || r.State != pay.Done || r.At.IsZero() {
		w.Errorf("%+v, %v", r, err)
	}
	// 33.33 of 100.00 bring back 0.20 of the fee of 0.60, half up.
	if b := w.Balanced(); b.Fees != 40 || b.Free[Bakery] != 99_40-33_33+20 || b.In != 66_67 {
		w.Errorf("%+v", b)
	}
	other := first
	other.Amount--
	_, err := w.Provider.Refund(background, other)
	w.Refuses("another refund under the same key", err, "INVALID_REQUEST")
	_, err = w.Provider.Refund(background, refund(66_68))
	w.Refuses("more than is left", err, "INVALID_REQUEST")
	for says, v := range map[string]money.Amount{"nothing": 0, "less than nothing": -5, "more than was paid": 100_01} {
		_, err = w.Provider.Refund(background, refund(v))
		w.Refuses(says, err, pay.CodeAmount)
	}
	wrong := refund(1)
	wrong.Total = 200_00
	_, err = w.Provider.Refund(background, wrong)
	w.Refuses("of a payment of another amount", err, "INVALID_REQUEST")
	wrong = refund(1)
	wrong.Payment = w.Key()
	if _, err = w.Provider.Refund(background, wrong); !errors.Is(err, pay.ErrNotFound) {
		w.Errorf("of a payment that never was: %v", err)
	}
	if _, err := w.Provider.Refund(background, refund(66_67)); err != nil {
		w.Error(err)
	}
	if b := w.Balanced(); b.In != 0 || b.Fees != 0 || b.Free[Bakery] != 0 {
		w.Errorf("all went back: %+v", b)
	}
	old := w.Order()
	w.Paid(old)
	w.Clock.Advance(367 * 24 * time.Hour)
	late := refund(1)
	late.Payment = old.Key
	_, err = w.Provider.Refund(background, late)
	w.Refuses("after more than a year", err, "INVALID_REQUEST")
	slow(w)
}

// slow: a refund that takes its time, and one whose receiver cannot be paid.
func slow(w *World) {
	o := w.Order()
	w.Paid(o)
	if err := w.Outage(sandbox.Outage{Refunds: time.Hour}); err != nil {
		w.Fatal(err)
	}
	r := pay.Refund{Key: w.Key(), Payment: o.Key, Account: Bakery, Amount: 10_00, Total: 100_00}
	if x, err := w.Provider.Refund(background, r); err != nil || x.State != pay.Pending {
		w.Errorf("%+v, %v", x, err)
	}
	if b := w.Balanced(); b.Suspended != 10_00 {
		w.Errorf("%+v", b)
	}
	w.Clock.Advance(time.Hour)
	if x, err := w.Provider.Refunded(background, r.Key, o.Key, Bakery); err != nil || x.State != pay.Done || !x.At.Equal(w.Clock.Now()) {
		w.Errorf("%+v, %v", x, err)
	}
	if err := w.Outage(sandbox.Outage{Stuck: true}); err != nil {
		w.Fatal(err)
	}
	r.Key = w.Key()
	if x, err := w.Provider.Refund(background, r); err != nil || x.State != pay.Stuck {
		w.Errorf("%+v, %v", x, err)
	}
	w.Balanced()
}

// pickups: money of sales in the app of a covered shop waits for the report.
func pickups(w *World) {
	o := w.Order()
	o.Account, o.Scene, o.Payer, o.Share = Laundry, pay.JSAPI, Bao, true
	p := w.Paid(o)
	if b := w.Balanced(); b.Frozen[Laundry] != 99_40 {
		w.Errorf("%+v", b)
	}
	w.Clock.Advance(time.Hour)
	share := pay.Share{Key: w.Key(), Payment: p.ID, Account: Laundry, Total: 100_00, PaidAt: p.PaidAt, Parts: []pay.Part{{Kind: pay.ToPerson, Account: Anna, Amount: 5_00, Why: "带货"}}}
	_, err := w.Provider.Share(background, share)
	w.Refuses("shared before the pickup", err, "RULE_LIMIT")
	report := pay.Pickup{Payment: p.ID, Payer: Bao, Title: "洗好的外套", At: w.Clock.Now()}
	for range 2 {
		if err := w.Provider.Pickup(background, report); err != nil {
			w.Error(err)
		}
	}
	share.Release = true
	if x, err := w.Provider.Share(background, share); err != nil || x.State != pay.Done {
		w.Errorf("%+v, %v", x, err)
	}
	if b := w.Balanced(); b.Frozen[Laundry] != 0 || b.Free[Laundry] != 94_40 || b.Free[Anna] != 5_00 {
		w.Errorf("%+v", b)
	}
	report.Payment = "4200"
	if err := w.Provider.Pickup(background, report); !errors.Is(err, pay.ErrNotFound) {
		w.Errorf("of a payment that never was: %v", err)
	}
}
