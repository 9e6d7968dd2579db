package flow_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// TestADayThatAgrees: all is matched, the fee is booked once, and reading again adds
// nothing (D5, P-02).
func TestADayThatAgrees(t *testing.T) {
	atTill(t, func(w *till) {
		first := w.taken(100_00, true)
		w.taken(28_40, true)
		w.back(first, 50_00, true)
		if err := w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home}); !errors.Is(err, reconciliation.ErrNotYet) {
			t.Errorf("on the same day: %v", err)
		}
		w.morning()
		w.wants("a day that agrees")
		b := w.bill(w.home, monday)
		if b.Payments != 2 || b.Refunds != 1 || b.Matched != 3 || b.Paid != 128_40 || b.Back != 50_00 || b.Kept != 77 || b.Returned != 30 {
			t.Errorf("%+v", b)
		}
		if other := w.bill(w.away, monday); other.Payments != 0 {
			t.Errorf("the other community: %+v", other)
		}
		books := `
			platform/provider-fees CNY -0.47
			platform/fees CNY 1000.00
			gateway/clearing CNY -999.53`
		w.expect(books)
		for range 2 {
			w.must(w.ReconcileDue(ctx, w.home))
			w.must(w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home, w.away, flow.Nobody}))
		}
		w.expect(books)
		if again := w.bill(w.home, monday); again.ID != b.ID {
			t.Errorf("read anew as %+v", again)
		}
		w.whole()
	})
}

// TestNothingIsDropped: each way in which a bill and the books can differ is found, once.
func TestNothingIsDropped(t *testing.T) {
	atTill(t, func(w *till) {
		w.taken(10_00, true) // agrees
		missing, less, double := w.taken(11_00, true), w.taken(12_00, true), w.taken(13_00, true)
		w.pays("somebodyelses", w.home.String(), 14_00)
		w.pays("nobodys0001", "", 15_00)
		byHand := pay.BillLine{Kind: pay.RefundLine, At: w.env.Clock.Now(), Key: double.String(), ID: "4200x", Refund: "byhand", Attach: w.home.String(), Amount: 1_00, Fee: -1}
		twice := pay.BillLine{Kind: pay.PaymentLine, At: w.env.Clock.Now(), Key: double.String(), ID: "4200y", Attach: w.home.String(), Amount: 13_00, Fee: 8}
		dear := pay.BillLine{Kind: pay.PaymentLine, At: w.env.Clock.Now(), Key: "dearfee000", ID: "4200z", Attach: w.home.String(), Amount: 10_00, Fee: 60}
		w.bank.Set(sandbox.Faults{Bill: sandbox.BillFaults{Omit: []string{missing.String()}, Change: map[string]money.Amount{less.String(): 11_50}, Add: []pay.BillLine{byHand, twice, dear}}})
		w.morning()
		want := []string{
			"missing_there payment 1100 0: open", "amount payment 1200 1150: open", "twice payment 1300 1300: open", "missing_here payment 0 1400: open",
			"missing_here refund 0 100: open", "missing_here payment 0 1000: open", "fee fees 6 60: open",
		}
		found := w.wants("all of it", want...)
		if _, nobodys := w.differences(flow.Nobody); len(nobodys) != 1 || nobodys[0] != "missing_here payment 0 1500: open" {
			t.Errorf("of nobody: %v", nobodys)
		}
		for _, d := range found {
			if !d.DueAt.Equal((monday + 1 + 3 + 1).Start(flow.DefaultZone)) || d.Bill != w.bill(w.home, monday).ID {
				t.Errorf("due %v, bill %v, want %v", d.DueAt, d.Bill, w.bill(w.home, monday))
			}
		}
		w.must(w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home, flow.Nobody}))
		w.wants("read again", want...)

		// The provider mends its bill: what it explains is settled, what it does not is not.
		w.bank.Set(sandbox.Faults{})
		w.env.Clock.Advance(time.Minute)
		w.must(w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home, flow.Nobody}))
		w.wants("mended", "missing_there payment 1100 0: found_late", "amount payment 1200 1150: corrected", "twice payment 1300 1300: corrected",
			"missing_here payment 0 1400: open", "missing_here refund 0 100: corrected", "missing_here payment 0 1000: corrected", "fee fees 6 60: corrected")
		if fees := w.books()["platform/provider-fees CNY"]; fees != "-0.36" { // 6 + 7 + 7 + 8 + 8 fen
			t.Errorf("fees of %s", fees)
		}
		w.whole()
	})
}

// TestLateMoneyIsBookedOrGivenBack: what only the provider knows is asked for again; what
// the books still do not know goes back to its payer, once, though the answer is lost.
func TestLateMoneyIsBookedOrGivenBack(t *testing.T) {
	atTill(t, func(w *till) {
		w.taken(20_00, false) // nobody heard that it came
		w.pays("somebodyelses", w.home.String(), 14_00)
		w.morning()
		found := w.wants("one was booked late by itself", "missing_here payment 0 2000: found_late", "missing_here payment 0 1400: open")
		d := found[slices.IndexFunc(found, func(d reconciliation.Difference) bool { return d.Settlement() == nil })]
		before := w.bank.Books().In
		w.bank.Next(sandbox.Lost)
		if err := w.ReturnDifference(ctx, w.home, fang, d.ID); !errors.Is(err, reconciliation.ErrUnreached) {
			t.Errorf("the answer was lost: %v", err)
		}
		w.wants("asked", "missing_here payment 0 2000: found_late", "missing_here payment 0 1400: open")
		w.must(w.ReconcileDue(ctx, w.home))
		w.wants("asked again", "missing_here payment 0 2000: found_late", "missing_here payment 0 1400: given_back")
		if after := w.bank.Books().In; before-after != 14_00 {
			t.Errorf("%d went back", before-after)
		}
		if err := w.ReturnDifference(ctx, w.home, fang, d.ID); !errors.Is(err, reconciliation.ErrSettled) {
			t.Errorf("once more: %v", err)
		}
		w.morning() // the bill of Tuesday holds our refund, which is none that we do not know
		w.wants("a day later", "missing_here payment 0 2000: found_late", "missing_here payment 0 1400: given_back")
		if b := w.bill(w.home, monday+1); b.Refunds != 1 || b.Matched != 1 {
			t.Errorf("%+v", b)
		}
		w.whole()
	})
}

// TestTwoPeopleWriteOff: nobody alone, nobody twice, and what is found comes back (P-05).
func TestTwoPeopleWriteOff(t *testing.T) {
	atTill(t, func(w *till) {
		lost := w.taken(30_00, true)
		w.bank.Set(sandbox.Faults{Bill: sandbox.BillFaults{Omit: []string{lost.String()}}})
		w.morning()
		d := w.wants("it is missing there", "missing_there payment 3000 0: open")[0]
		for says, c := range map[string]struct{ err, want error }{
			"written off by one":         {w.SettleDifference(ctx, w.home, fang, d.ID, reconciliation.WrittenOff, "查不到", "T-1"), reconciliation.ErrBadWay},
			"given back":                 {w.SettleDifference(ctx, w.home, fang, d.ID, reconciliation.GivenBack, "退了", "T-1"), reconciliation.ErrBadWay},
			"found by saying so":         {w.SettleDifference(ctx, w.home, fang, d.ID, reconciliation.FoundLate, "有了", "T-1"), reconciliation.ErrMissing},
			"corrected without a ticket": {w.SettleDifference(ctx, w.home, fang, d.ID, reconciliation.Corrected, "他们改了", " "), reconciliation.ErrNoSlip},
			"corrected without words":    {w.SettleDifference(ctx, w.home, fang, d.ID, reconciliation.Corrected, " ", "T-1"), reconciliation.ErrNoWords},
			"decided though not asked":   {w.DecideWriteOff(ctx, w.home, ming, d.ID, true, ""), reconciliation.ErrNoProposal},
			"asked without words":        {w.ProposeWriteOff(ctx, w.home, fang, d.ID, ""), reconciliation.ErrNoWords},
			"of another community":       {w.ProposeWriteOff(ctx, w.away, fang, d.ID, "查不到"), reconciliation.ErrNotFound},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", says, c.err, c.want)
			}
		}
		w.must(w.OwnDifference(ctx, w.home, fang, d.ID, fang.ID))
		w.must(w.ProposeWriteOff(ctx, w.home, fang, d.ID, "问过微信支付，查不到"))
		if err := w.DecideWriteOff(ctx, w.home, fang, d.ID, true, ""); !errors.Is(err, reconciliation.ErrSameHand) {
			t.Errorf("decided by who asked: %v", err)
		}
		w.must(w.DecideWriteOff(ctx, w.home, ming, d.ID, false, "再问一次"))
		w.must(w.ProposeWriteOff(ctx, w.home, fang, d.ID, "又问过一次"))
		var agreed sync.Map
		var group sync.WaitGroup
		for n := range 16 { // everybody else agrees at once
			group.Go(func() {
				agreed.Store(n, w.DecideWriteOff(ctx, w.home, db.Actor{Kind: "person", ID: id.ID{40, byte(n)}}, d.ID, true, "同意"))
			})
		}
		group.Wait()
		good := 0
		agreed.Range(func(_, err any) bool {
			if err == nil {
				good++
			} else if !errors.Is(err.(error), reconciliation.ErrSettled) {
				t.Errorf("%v", err)
			}
			return true
		})
		if good != 1 {
			t.Errorf("%d agreed", good)
		}
		w.wants("borne", "missing_there payment 3000 0: written_off")
		w.expect(`
			platform/provider-fees CNY -30.00
			platform/fees CNY 1000.00
			gateway/clearing CNY -970.00`)
		w.whole()

		// The provider finds it, in a bill that was made again.
		w.bank.Set(sandbox.Faults{})
		for range 2 {
			w.env.Clock.Advance(time.Minute)
			w.must(w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home}))
		}
		w.expect(`
			platform/provider-fees CNY -0.18
			platform/fees CNY 1000.00
			gateway/clearing CNY -999.82`)
		if all, _ := w.differences(w.home); all[0].Steps[len(all[0].Steps)-1].Kind != reconciliation.Recovered {
			t.Errorf("%+v", all[0].Steps)
		}
		w.whole()
	})
}

// TestMidnightLiesBetween: a refund that the provider takes on at the end of a day and
// that ends on the next is no difference, in whatever order the bills are read.
func TestMidnightLiesBetween(t *testing.T) {
	for _, first := range []period.Day{monday, monday + 1} {
		atTill(t, func(w *till) {
			p := w.taken(40_00, true)
			w.env.Clock.Set((monday + 1).Start(flow.DefaultZone).Add(-time.Second))
			r := w.back(p, 40_00, false)
			w.env.Clock.Set((monday + 1).Start(flow.DefaultZone).Add(time.Minute))
			w.asked[r].came, w.asked[r].at = true, w.env.Clock.Now()
			w.env.Clock.Set((monday + 2).Start(flow.DefaultZone).Add(12 * time.Hour))
			for _, day := range []period.Day{first, monday + monday + 1 - first} {
				w.must(w.ReadBill(ctx, fang, pay.WeChat, day, []id.ID{w.home}))
			}
			if first == monday {
				w.wants("in order")
			} else {
				w.wants("the later day first", "missing_there refund 4000 0: found_late")
			}
			w.whole()
		})
	}
}

// lines is a bill of a file.
type lines struct{ all []pay.BillLine }

func (l *lines) Next() (x pay.BillLine, err error) {
	if len(l.all) == 0 {
		return x, io.EOF
	}
	x, l.all = l.all[0], l.all[1:]
	return x, nil
}

func (l *lines) Close() error { return nil }

// TestBillsThatAreNone change nothing but that they are noted.
func TestBillsThatAreNone(t *testing.T) {
	atTill(t, func(w *till) {
		w.taken(10_00, true)
		at := w.env.Clock.Now()
		file := func(all ...pay.BillLine) error {
			w.env.Clock.Advance(time.Second)
			return w.ReadBillFile(ctx, fang, pay.WeChat, monday, w.home, &lines{all})
		}
		if err := file(); !errors.Is(err, reconciliation.ErrDayOpen) {
			t.Errorf("of a day that is not over: %v", err)
		}
		w.env.Clock.Set((monday + 1).Start(flow.DefaultZone).Add(time.Hour))
		if err := w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home}); !errors.Is(err, reconciliation.ErrNotYet) {
			t.Errorf("at one in the morning: %v", err)
		}
		w.env.Clock.Advance(11 * time.Hour)
		if err := file(pay.BillLine{Kind: pay.PaymentLine, At: at.Add(-24 * time.Hour), Key: "x", Amount: 1}); !errors.Is(err, reconciliation.ErrOtherDay) {
			t.Errorf("of another day: %v", err)
		}
		strangers := make([]pay.BillLine, 10_001)
		for i := range strangers {
			strangers[i] = pay.BillLine{Kind: pay.PaymentLine, At: at, Key: fmt.Sprintf("stranger%06d", i), Attach: w.home.String(), Amount: 1}
		}
		if err := file(strangers...); !errors.Is(err, reconciliation.ErrManifold) {
			t.Errorf("of somebody else: %v", err)
		}
		w.env.Clock.Advance(time.Second)
		cut, err := wechatpay.ReadBill(strings.NewReader("no bill"))
		w.must(err)
		if err := w.ReadBillFile(ctx, fang, pay.WeChat, monday, w.home, cut); !errors.Is(err, reconciliation.ErrNotABill) {
			t.Errorf("no bill: %v", err)
		}
		if err := w.ReadBill(ctx, fang, pay.Alipay, monday, []id.ID{w.home}); !errors.Is(err, reconciliation.ErrNoProvider) {
			t.Errorf("of a provider that is not ours: %v", err)
		}
		w.wants("nothing was taken from them")
		w.expect("platform/fees CNY 1000.00\n gateway/clearing CNY -1000.00")
		var tried []reconciliation.Attempt
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			tried, err = w.Reconciliations.Attempts(ctx, r, w.home, monday, monday)
			return err
		}))
		if len(tried) < 3 {
			t.Errorf("%+v", tried)
		}
		w.must(w.ReconcileDue(ctx, w.home)) // it was tried a moment ago
		w.env.Clock.Advance(7 * time.Hour)
		w.must(w.ReconcileDue(ctx, w.home))
		if b := w.bill(w.home, monday); b.Matched != 1 {
			t.Errorf("%+v", b)
		}
	})
}
