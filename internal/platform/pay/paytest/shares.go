package paytest

import (
	"errors"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// toLaundry is a part for the other shop.
func toLaundry(v money.Amount) pay.Part {
	return pay.Part{Kind: pay.ToMerchant, Account: Laundry, Name: "洗衣店", Amount: v, Why: "跨店返利"}
}

// sharing is a payment that is to be shared, and a share of it.
func (w *World) sharing() (pay.Order, func(parts ...pay.Part) pay.Share) {
	o := w.Order()
	o.Share = true
	p := w.Paid(o)
	return o, func(parts ...pay.Part) pay.Share {
		return pay.Share{Key: w.Key(), Payment: p.ID, Account: Bakery, Parts: parts, Total: o.Amount, PaidAt: p.PaidAt}
	}
}

// shares: within the limits, which the house keeps to and the provider too.
func shares(w *World) {
	_, share := w.sharing()
	_, err := w.Provider.Share(background, share(toLaundry(5_00)))
	w.Refuses("at once", err, pay.CodeTooSoon)
	w.Clock.Advance(time.Minute)

	many := make([]pay.Part, 6)
	for i := range many {
		many[i] = pay.Part{Kind: pay.ToPerson, Account: Anna + string(rune('0'+i)), Amount: 1, Why: "x"}
	}
	nameless := toLaundry(1)
	nameless.Name = ""
	for says, c := range map[string]struct {
		s    pay.Share
		want string
	}{
		"six receivers":         {share(many...), pay.CodeReceivers},
		"nobody":                {share(), pay.CodeReceivers},
		"nothing":               {share(toLaundry(0)), pay.CodeAmount},
		"one receiver twice":    {share(toLaundry(1), toLaundry(2)), pay.CodeForm},
		"a merchant's own":      {share(pay.Part{Kind: pay.ToMerchant, Account: Bakery, Name: "面包房", Amount: 1}), pay.CodeForm},
		"a merchant's no name":  {share(nameless), pay.CodeForm},
		"a fen more than 30%":   {share(toLaundry(30_01)), pay.CodeCap},
		"the fifty-first share": {func() pay.Share { s := share(toLaundry(1)); s.Requests = 50; return s }(), pay.CodeRequests},
	} {
		_, err := w.Provider.Share(background, c.s)
		w.Refuses(says, err, c.want)
	}
	// Who tells the house's check less than the truth is stopped by the provider.
	first := share(toLaundry(20_00), pay.Part{Kind: pay.ToPerson, Account: Anna, Amount: 5_00, Why: "组长奖励"})
	for range 2 {
		x, err := w.Provider.Share(background, first)
		if err != nil || x.State != pay.Done || len(x.Parts) != 2 || x.Parts[0].State != pay.Done || x.Parts[1].Amount != 5_00 {
			w.Fatalf("%+v, %v", x, err)
		}
	}
	_, err = w.Provider.Share(background, share(toLaundry(5_01)))
	w.Refuses("30% in two shares", err, "RULE_LIMIT")
	other := first
	other.Parts = []pay.Part{toLaundry(19_00)}
	_, err = w.Provider.Share(background, other)
	w.Refuses("another share under the same key", err, "INVALID_REQUEST")
	if x, err := w.Provider.Shared(background, first.Key, first.Payment, Bakery); err != nil || len(x.Parts) != 2 {
		w.Errorf("%+v, %v", x, err)
	}
	if _, err := w.Provider.Shared(background, w.Key(), first.Payment, Bakery); !errors.Is(err, pay.ErrNotFound) {
		w.Errorf("a share that never was: %v", err)
	}
	if b := w.Balanced(); b.Frozen[Bakery] != 74_40 || b.Free[Laundry] != 20_00 || b.Free[Anna] != 5_00 {
		w.Errorf("%+v", b)
	}
	release := share()
	release.Release = true
	if x, err := w.Provider.Share(background, release); err != nil || x.State != pay.Done {
		w.Errorf("%+v, %v", x, err)
	}
	_, err = w.Provider.Share(background, share(toLaundry(1)))
	w.Refuses("after the release", err, "NOT_SHARE_ORDER")
	if b := w.Balanced(); b.Frozen[Bakery] != 0 || b.Free[Bakery] != 74_40 {
		w.Errorf("%+v", b)
	}
	partly(w)
	often(w)
	expiring(w)
}

// often: the house that has lost count is stopped at the fifty-first request.
func often(w *World) {
	_, share := w.sharing()
	w.Clock.Advance(time.Minute)
	for range pay.WeChatLimits.Requests {
		if _, err := w.Provider.Share(background, share(toLaundry(1))); err != nil {
			w.Fatal(err)
		}
	}
	_, err := w.Provider.Share(background, share(toLaundry(1)))
	w.Refuses("the fifty-first request", err, "RULE_LIMIT")
}

// partly: a share that takes its time, of which one part cannot be given.
func partly(w *World) {
	_, share := w.sharing()
	w.Clock.Advance(time.Minute)
	if err := w.Outage(sandbox.Outage{Shares: time.Minute, Refuses: map[string]string{Bao: "RECEIVER_REAL_NAME_NOT_VERIFIED"}}); err != nil {
		w.Fatal(err)
	}
	s := share(toLaundry(3_00), pay.Part{Kind: pay.ToPerson, Account: Bao, Amount: 2_00, Why: "组长奖励"})
	if x, err := w.Provider.Share(background, s); err != nil || x.State != pay.Pending {
		w.Errorf("%+v, %v", x, err)
	}
	w.Clock.Advance(time.Minute)
	x, err := w.Provider.Shared(background, s.Key, s.Payment, Bakery)
	if err != nil || x.State != pay.Done || x.Parts[0].State != pay.Done || x.Parts[1].State != pay.Closed || x.Parts[1].Reason != "RECEIVER_REAL_NAME_NOT_VERIFIED" {
		w.Errorf("%+v, %v", x, err)
	}
	if b := w.Balanced(); b.Frozen[Bakery] != 96_40 || b.Free[Bao] != 0 {
		w.Errorf("%+v", b)
	}
	if err := w.Outage(sandbox.Outage{}); err != nil {
		w.Fatal(err)
	}
}

// expiring: after thirty days nothing is shared, and the shop has the rest.
func expiring(w *World) {
	_, share := w.sharing()
	last := share(toLaundry(1_00))
	w.Clock.Advance(pay.WeChatLimits.Within)
	if _, err := w.Provider.Share(background, last); err != nil {
		w.Errorf("on the last moment: %v", err)
	}
	w.Clock.Advance(time.Second)
	_, err := w.Provider.Share(background, share(toLaundry(1_00)))
	w.Refuses("a second too late", err, pay.CodeTooLate)
	if b := w.Balanced(); b.Frozen[Bakery] != 0 {
		w.Errorf("%+v", b)
	}
}

// returns: a merchant gives back, a person does not, and a refund finds the money.
func returns(w *World) {
	o, share := w.sharing()
	w.Clock.Advance(time.Minute)
	s := share(toLaundry(25_00), pay.Part{Kind: pay.ToPerson, Account: Anna, Amount: 5_00, Why: "组长奖励"})
	s.Release = true
	if _, err := w.Provider.Share(background, s); err != nil {
		w.Fatal(err)
	}
	at := w.Clock.Now()
	// The shop has 69.40 of this; the whole cannot be given back yet.
	all := pay.Refund{Key: w.Key(), Payment: o.Key, Account: Bakery, Amount: 100_00, Total: 100_00}
	_, err := w.Provider.Refund(background, all)
	w.Refuses("refunded before the shares came back", err, pay.CodeNotEnough)
	back := func(from string, kind pay.ReceiverKind, v money.Amount) pay.Return {
		return pay.Return{Key: w.Key(), Share: s.Key, Account: Bakery, From: from, Kind: kind, Amount: v, Why: "退款", SharedAt: at}
	}
	_, err = w.Provider.Return(background, back(Anna, pay.ToPerson, 1))
	w.Refuses("from a person", err, pay.CodePurse)
	_, err = w.Provider.Return(background, back(Anna, pay.ToMerchant, 1))
	w.Refuses("from a person who is called a merchant", err, "PARAM_ERROR")
	_, err = w.Provider.Return(background, back(Laundry, pay.ToMerchant, 25_01))
	w.Refuses("more than was got", err, "INVALID_REQUEST")
	r := back(Laundry, pay.ToMerchant, 25_00)
	for range 2 {
		if x, err := w.Provider.Return(background, r); err != nil || x.State != pay.Done {
			w.Errorf("%+v, %v", x, err)
		}
	}
	if x, err := w.Provider.Returned(background, r.Key, s.Key, Bakery); err != nil || x.State != pay.Done {
		w.Errorf("%+v, %v", x, err)
	}
	other := r
	other.Amount = 1
	_, err = w.Provider.Return(background, other)
	w.Refuses("another return under the same key", err, "INVALID_REQUEST")
	if b := w.Balanced(); b.Free[Bakery] != 94_40 || b.Free[Laundry] != 0 {
		w.Errorf("%+v", b)
	}
	_, err = w.Provider.Refund(background, all)
	w.Refuses("5.00 stayed with a person", err, pay.CodeNotEnough)
	w.Paid(w.Order()) // the shop sells something else
	if _, err = w.Provider.Refund(background, all); err != nil {
		w.Errorf("refunded with what the shop has: %v", err)
	}
	w.Balanced()
	w.Clock.Advance(181 * 24 * time.Hour)
	_, err = w.Provider.Return(background, back(Laundry, pay.ToMerchant, 1))
	w.Refuses("after 181 days", err, pay.CodeTooLate)
	empty(w)
}

// empty: who spent what it got cannot give it back.
func empty(w *World) {
	_, share := w.sharing()
	w.Clock.Advance(time.Minute)
	s := share(pay.Part{Kind: pay.ToMerchant, Account: sandbox.Merchant, Name: "平台", Amount: 25_00, Why: "佣金"})
	if _, err := w.Provider.Share(background, s); err != nil {
		w.Fatal(err)
	}
	at := w.Clock.Now()
	t := pay.Transfer{Key: w.Key(), Kind: pay.ToPerson, Account: Anna, Amount: 25_00, Why: "组长奖励"}
	if _, err := w.Provider.Transfer(background, t); err != nil {
		w.Fatal(err)
	}
	x, err := w.Provider.Return(background, pay.Return{Key: w.Key(), Share: s.Key, Account: Bakery, From: sandbox.Merchant, Kind: pay.ToMerchant, Amount: 25_00, Why: "退款", SharedAt: at})
	if err != nil || x.State != pay.Closed || x.Reason == "" {
		w.Errorf("%+v, %v", x, err)
	}
	w.Balanced()
}

// transfers: to a person, who takes it, or does not within a day.
func transfers(w *World) {
	t := pay.Transfer{Key: w.Key(), Kind: pay.ToPerson, Account: Anna, Amount: 20_00, Why: "组长奖励"}
	_, err := w.Provider.Transfer(background, t)
	w.Refuses("the house has nothing", err, pay.CodeNotEnough)
	if err := w.Fund("", 100_00); err != nil {
		w.Fatal(err)
	}
	x, err := w.Provider.Transfer(background, t)
	if err != nil || x.State != pay.Pending || x.Confirm == "" {
		w.Fatalf("%+v, %v", x, err)
	}
	if y, err := w.Provider.Transfer(background, t); err != nil || y.Confirm != x.Confirm {
		w.Errorf("again: %+v, %v", y, err)
	}
	other := t
	other.Amount++
	_, err = w.Provider.Transfer(background, other)
	w.Refuses("another transfer under the same key", err, "ALREADY_EXISTS")
	if err := w.Accept(t.Key); err != nil {
		w.Error(err)
	}
	if y, err := w.Provider.Transferred(background, t.Key); err != nil || y.State != pay.Done || y.ID != x.ID {
		w.Errorf("%+v, %v", y, err)
	}
	t.Key = w.Key()
	if _, err := w.Provider.Transfer(background, t); err != nil {
		w.Error(err)
	}
	w.Clock.Advance(25 * time.Hour)
	if y, err := w.Provider.Transferred(background, t.Key); err != nil || y.State != pay.Closed {
		w.Errorf("not taken within a day: %+v, %v", y, err)
	}
	if b := w.Balanced(); b.Free[sandbox.Merchant] != 80_00 || b.Free[Anna] != 20_00 {
		w.Errorf("%+v", b)
	}
	for says, c := range map[string]struct {
		do   func(t *pay.Transfer)
		want []string
	}{
		"nothing":         {func(t *pay.Transfer) { t.Amount = 0 }, []string{pay.CodeAmount}},
		"to a merchant":   {func(t *pay.Transfer) { t.Kind = pay.ToMerchant }, []string{pay.CodeNotHere}},
		"to nobody":       {func(t *pay.Transfer) { t.Account = "" }, []string{pay.CodeForm}},
		"more than taken": {func(t *pay.Transfer) { t.Amount, t.Name = 20_000_01, "王芳" }, []string{"PARAM_ERROR"}},
	} {
		t := t
		t.Key = w.Key()
		c.do(&t)
		_, err := w.Provider.Transfer(background, t)
		w.Refuses(says, err, c.want...)
	}
	if _, err := w.Provider.Transferred(background, w.Key()); !errors.Is(err, pay.ErrNotFound) {
		w.Errorf("a transfer that never was: %v", err)
	}
}
