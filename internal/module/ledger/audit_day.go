package ledger

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/kernel/period"
)

// compareDay makes the derived rows of one day again and names those that differ.
func (a *auditor) compareDay(ctx context.Context, day period.Day) error {
	made, err := a.makeDay(ctx, day)
	if err != nil {
		return err
	}
	stored, err := a.storedDay(ctx, day)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(keysOf(made, stored)) {
		want, got := made[key], stored[key]
		if want != got {
			a.flaw(0, "derived_differs", -1, day.String()+" "+key, want, got)
		}
	}
	return nil
}

func keysOf(made, stored map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range made {
			if !yield(k) {
				return
			}
		}
		for k := range stored {
			if _, both := made[k]; !both && !yield(k) {
				return
			}
		}
	}
}

// makeDay sums the day's entries as the follower does.
func (a *auditor) makeDay(ctx context.Context, day period.Day) (map[string]string, error) {
	s := newSums()
	for from := int64(0); from < a.sums.to; from += chunkEntries {
		c := new(auditChunk)
		if err := a.fillEntries(ctx, c, from, min(from+chunkEntries, a.sums.to)); err != nil {
			return nil, err
		}
		for i := range c.entries {
			e := &c.entries[i]
			if e.BookedOn != day || e.unread || a.decode(e) != nil {
				continue
			}
			s.addResolved(e)
			if e.Kind != Purchase && e.Kind != Refund {
				continue
			}
			if spent, err := a.Reading(&e.Entry); err == nil {
				s.addSpending(&e.Entry, spent)
			}
		}
	}
	rows := make(map[string]string)
	for k, v := range s.flows {
		rows[fmt.Sprintf("flow %s %s → %s %s", k.rule, k.from, k.to, k.asset)] = fmt.Sprintf("%s in %d entries", v.amount.Decimal(k.asset), v.entries)
	}
	for k, v := range s.turnovers {
		slot := a.books.slot(k.no)
		rows["turnover "+slot.name+" "+slot.account.Asset.String()] = fmt.Sprintf("in %s out %s", v.in.Decimal(slot.account.Asset), v.out.Decimal(slot.account.Asset))
	}
	for k, v := range s.buyers {
		rows["buyer "+k.subject.String()] = fmt.Sprint(v)
		s.days[day].buyers++
	}
	if d := s.days[day]; d != nil {
		rows["day"] = dayText(d.purchases, d.refunds, d.buyers, int64(d.amount), int64(d.refunded), int64(d.direct))
	}
	return rows, nil
}

func dayText(n ...int64) string { return fmt.Sprint(n) }

// addResolved adds an entry's legs.
func (s *sums) addResolved(e *auditEntry) {
	for i := range e.Legs {
		l, raw := &e.Legs[i], &e.raw.legs[i]
		s.add(e.Seq, e.BookedOn, raw.rule, l.From, l.To, e.raw.touches[raw.from].no, e.raw.touches[raw.to].no, l.Amount)
	}
}

// storedDay reads the day's rows.
func (a *auditor) storedDay(ctx context.Context, day period.Day) (map[string]string, error) {
	rows := make(map[string]string)
	flows, err := a.svc.FlowsByDay(ctx, a.r, a.community, day, day)
	if err != nil {
		return nil, err
	}
	for _, f := range flows {
		rows[fmt.Sprintf("flow %s %s → %s %s", f.Rule, f.From, f.To, f.Asset)] = fmt.Sprintf("%s in %d entries", f.Amount.Decimal(f.Asset), f.Entries)
	}
	turnovers, err := a.svc.Turnovers(ctx, a.r, a.community, day, day)
	if err != nil {
		return nil, err
	}
	for _, t := range turnovers {
		asset := t.Account.Asset
		rows["turnover "+t.Account.String()+" "+asset.String()] = fmt.Sprintf("in %s out %s", t.In.Decimal(asset), t.Out.Decimal(asset))
	}
	buyers, err := a.svc.Buyers(ctx, a.r, a.community, day, day)
	if err != nil {
		return nil, err
	}
	for _, b := range buyers {
		rows["buyer "+b.Subject.String()] = fmt.Sprint(b.Purchases)
	}
	days, err := a.svc.Days(ctx, a.r, a.community, day, day)
	for _, d := range days {
		rows["day"] = dayText(d.Purchases, d.Refunds, d.Buyers, int64(d.Amount), int64(d.Refunded), int64(d.Direct))
	}
	return rows, err
}
