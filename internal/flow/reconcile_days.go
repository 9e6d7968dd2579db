package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// ReconciledDay is how a day stands: whether its books are closed, its bills read, its
// differences settled, its money paid out (D5).
type ReconciledDay struct {
	Day     period.Day
	Closed  bool
	Bills   []reconciliation.Bill    // of each provider the one that was read last
	Tried   []reconciliation.Attempt // to read those that are still missing, the latest first
	Open    int                      // differences
	Settled int
	Late    bool         // the time of an open one is over
	Fee     money.Amount // booked, less what came back
	PaidOut money.Amount // to shops and people, booked on the day
}

// ReconciledDays are the days from ≤ day ≤ to, the latest first.
func (f *Flows) ReconciledDays(ctx context.Context, r db.Reader, place id.ID, from, to period.Day, now time.Time) (days []ReconciledDay, err error) {
	days = make([]ReconciledDay, to-from+1)
	at := func(day period.Day) *ReconciledDay { return &days[to-day] }
	for i := range days {
		days[i].Day = to - period.Day(i)
	}
	closing, closed, err := f.Ledger.LastClosing(ctx, r, place)
	if err != nil {
		return nil, err
	}
	for i := range days {
		days[i].Closed = closed && days[i].Day <= closing.Day
	}
	if err := f.billedDays(ctx, r, place, from, to, at); err != nil {
		return nil, err
	}
	all, err := f.Reconciliations.Of(ctx, r, place, from, to)
	if err != nil {
		return nil, err
	}
	for i := range all {
		day := at(all[i].Day)
		if all[i].Settlement() != nil {
			day.Settled++
			continue
		}
		day.Open++
		day.Late = day.Late || !now.Before(all[i].DueAt)
	}
	fees, err := f.Reconciliations.Fees(ctx, r, place, from, to)
	if err != nil {
		return nil, err
	}
	for _, x := range fees {
		at(x.Day).Fee += x.Kept - x.Returned
	}
	flows, err := f.Ledger.FlowsByDay(ctx, r, place, from, to)
	for _, x := range flows {
		if x.Rule.Family != charter.Outgoing || x.Rule.Number != 1 && x.Rule.Number != 3 {
			continue
		}
		if x.Rule.Undone {
			at(x.Day).PaidOut -= x.Amount
		} else {
			at(x.Day).PaidOut += x.Amount
		}
	}
	return days, err
}

// billedDays adds the bills that were read, and why others were not.
func (f *Flows) billedDays(ctx context.Context, r db.Reader, place id.ID, from, to period.Day, at func(period.Day) *ReconciledDay) error {
	type of struct {
		day      period.Day
		provider pay.Kind
	}
	read := make(map[of]bool)
	bills, err := f.Reconciliations.Bills(ctx, r, place, from, to)
	if err != nil {
		return err
	}
	for _, b := range bills {
		if !read[of{b.Day, b.Provider}] {
			read[of{b.Day, b.Provider}] = true
			at(b.Day).Bills = append(at(b.Day).Bills, b)
		}
	}
	tried, err := f.Reconciliations.Attempts(ctx, r, place, from, to)
	for _, a := range tried {
		if !read[of{a.Day, a.Provider}] {
			at(a.Day).Tried = append(at(a.Day).Tried, a)
		}
	}
	return err
}
