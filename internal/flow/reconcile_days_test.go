package flow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// TestDaysThatWereLeftOut: a day whose bill was not read is read when it can be, though
// later ones were read before it and however long nobody was there.
func TestDaysThatWereLeftOut(t *testing.T) {
	atTill(t, func(w *till) {
		read := func() (days []period.Day) {
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
				all, err := w.Reconciliations.Bills(ctx, r, w.home, monday-40, monday+80)
				for _, b := range all {
					days = append(days, b.Day-monday)
				}
				return err
			}))
			return days
		}
		w.morning()
		w.env.Clock.Set((monday + 3).Start(flow.DefaultZone).Add(11 * time.Hour))
		w.must(w.ReadBill(ctx, fang, pay.WeChat, monday+2, []id.ID{w.home}))
		w.must(w.ReconcileDue(ctx, w.home))
		if got := read(); len(got) != 3 || got[1] != 1 {
			w.t.Errorf("days %v were read, want 2 1 0", got)
		}
		w.env.Clock.Set((monday + 45).Start(flow.DefaultZone).Add(11 * time.Hour))
		w.must(w.ReconcileDue(ctx, w.home))
		if got := read(); len(got) != 33 || got[0] != 44 || got[29] != 15 {
			w.t.Errorf("days %v were read, want the last thirty", got)
		}
	})
}

// TestABillThatNamesNoCommunity: a line that names none, on a day on which the books do
// not know it, belongs to who knows it of another day.
func TestABillThatNamesNoCommunity(t *testing.T) {
	atTill(t, func(w *till) {
		w.env.Clock.Set((monday + 1).Start(flow.DefaultZone).Add(-time.Second))
		paid := id.ID{9, 99, 15: 99}
		w.asked[paid] = &drawn{community: w.home, payment: paid, amount: 12_00, came: true, at: w.env.Clock.Now().Add(time.Minute)}
		w.bank.Set(sandbox.Faults{Bill: sandbox.BillFaults{Add: []pay.BillLine{
			{Kind: pay.PaymentLine, At: w.env.Clock.Now(), Key: paid.String(), ID: "2088x", Amount: 12_00, Fee: 7},
			{Kind: pay.PaymentLine, At: w.env.Clock.Now(), Key: id.ID{77}.String(), ID: "2088y", Amount: 3_00, Fee: 2},
		}}})
		w.env.Clock.Set((monday + 2).Start(flow.DefaultZone).Add(11 * time.Hour))
		for _, day := range []period.Day{monday, monday + 1} {
			w.must(w.ReadBill(ctx, fang, pay.WeChat, day, []id.ID{w.home, flow.Nobody}))
		}
		w.wants("the books know it of Tuesday")
		if _, nobodys := w.differences(flow.Nobody); len(nobodys) != 1 || nobodys[0] != "missing_here payment 0 300: open" {
			w.t.Errorf("of nobody: %v", nobodys)
		}
		if b := w.bill(w.home, monday); b.Payments != 1 || b.Kept != 7 {
			w.t.Errorf("of home: %+v", b)
		}
	})
}

// broken are books that cannot be read.
type broken struct{ flow.PaidBooks }

var errBroken = errors.New("the disk is full")

func (broken) EachCame(context.Context, db.Reader, id.ID, pay.Kind, time.Time, time.Time, func(reconciliation.Ours) error) error {
	return errBroken
}

// TestWhatIsWrongWithUsIsNoWordAboutTheBill: nothing stands on the day's page of it.
func TestWhatIsWrongWithUsIsNoWordAboutTheBill(t *testing.T) {
	atTill(t, func(w *till) {
		w.env.Clock.Set((monday + 1).Start(flow.DefaultZone).Add(11 * time.Hour))
		w.Reconciling = flow.NewReconciling(broken{w.drawer})
		if err := w.ReadBill(ctx, fang, pay.WeChat, monday, []id.ID{w.home}); !errors.Is(err, errBroken) || errors.Is(err, reconciliation.ErrNotABill) {
			w.t.Errorf("%v", err)
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			tried, err := w.Reconciliations.Attempts(ctx, r, w.home, monday, monday)
			if len(tried) > 0 {
				w.t.Errorf("noted: %+v", tried)
			}
			return err
		}))
	})
}

// TestAnOrderInTwoBills: paid twice on two days under numbers of their own, it differs
// twice.
func TestAnOrderInTwoBills(t *testing.T) {
	atTill(t, func(w *till) {
		line := func(at time.Time, number string) pay.BillLine {
			return pay.BillLine{Kind: pay.PaymentLine, At: at, Key: "somebodyelses", ID: number, Attach: w.home.String(), Amount: 5_00, Fee: 3}
		}
		now := w.env.Clock.Now()
		w.bank.Set(sandbox.Faults{Bill: sandbox.BillFaults{Add: []pay.BillLine{line(now, "4200a"), line(now.Add(24*time.Hour), "4200b")}}})
		w.morning()
		w.morning()
		w.wants("both", "missing_here payment 0 500: open", "missing_here payment 0 500: open")
	})
}
