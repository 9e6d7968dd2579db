package flow

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// AccountMonth is one account over the booked days of a month, or a year: what it held before, what
// each rule moved, what it held afterwards (D5).
type AccountMonth struct {
	Account          ledger.Account
	Opening, Closing money.Amount
	Rules            []RuleSum // by rule; a reversal stands apart from its rule
}

// RuleSum is what one rule brought an account and took from it.
type RuleSum struct {
	Rule    ledger.Rule
	Title   string // message key, "" for rules of other books
	In, Out money.Amount
	Entries int
}

// Sum is what the rules moved in all.
func (a *AccountMonth) Sum() (sum money.Amount) {
	for _, r := range a.Rules {
		sum += r.In - r.Out
	}
	return sum
}

// AccountMonths reads accounts of one shop or one person over a month. complete is false
// while a busy till is ahead of what was read.
func (f *Flows) AccountMonths(ctx context.Context, r db.Reader, community, owner id.ID, accounts []ledger.Account, month period.Month, zone *time.Location) (all []AccountMonth, complete bool, err error) {
	return f.AccountDays(ctx, r, community, owner, accounts, month.First(), month.Last(), zone)
}

// AccountDays is AccountMonths over some days, both ends included.
func (f *Flows) AccountDays(ctx context.Context, r db.Reader, community, owner id.ID, accounts []ledger.Account, from, to period.Day, zone *time.Location) (all []AccountMonth, complete bool, err error) {
	defer fault.Wrap(&err, "statement of %s to %s", from, to)
	all = make([]AccountMonth, len(accounts))
	for i, a := range accounts {
		all[i].Account = a
		if all[i].Opening, err = f.bookedBalance(ctx, r, community, a, from-1, zone); err != nil {
			return nil, false, err
		}
		if all[i].Closing, err = f.bookedBalance(ctx, r, community, a, to, zone); err != nil {
			return nil, false, err
		}
	}
	complete, err = f.Ledger.Concerning(ctx, r, community, owner, from, to, spending, func(e *ledger.Entry) (bool, error) {
		for i := range all {
			all[i].take(e)
		}
		return true, nil
	})
	for i := range all {
		slices.SortFunc(all[i].Rules, func(a, b RuleSum) int { return cmp.Compare(a.Rule.String(), b.Rule.String()) })
	}
	return all, complete, err
}

// take adds what an entry moved on the account.
func (a *AccountMonth) take(e *ledger.Entry) {
	seen := make(map[ledger.Rule]bool)
	for _, l := range e.Legs {
		if l.From != a.Account && l.To != a.Account {
			continue
		}
		i := slices.IndexFunc(a.Rules, func(s RuleSum) bool { return s.Rule == l.Rule })
		if i < 0 {
			i = len(a.Rules)
			a.Rules = append(a.Rules, RuleSum{Rule: l.Rule, Title: charter.Title(l.Rule)})
		}
		s := &a.Rules[i]
		if l.To == a.Account {
			s.In += l.Amount
		} else {
			s.Out += l.Amount
		}
		if !seen[l.Rule] {
			seen[l.Rule] = true
			s.Entries++
		}
	}
}

// bookedBalance is what an account held after everything that is booked on a day or
// before. Entries are booked in the order of their posting, but for those of the night:
// a till that was late books on the day before, one that is ahead on the day after.
func (f *Flows) bookedBalance(ctx context.Context, r db.Reader, community id.ID, a ledger.Account, day period.Day, zone *time.Location) (money.Amount, error) {
	cursor, err := f.behindDay(ctx, r, community, day, zone)
	if err != nil {
		return 0, err
	}
	begin := (day + 1).Start(zone).Add(-time.Hour)
	for first, balance := true, money.Amount(0); ; first = false {
		lines, next, err := f.Ledger.Statement(ctx, r, community, a, page.Request{Cursor: cursor, Limit: 50})
		if err != nil {
			return 0, err
		}
		for i, l := range lines {
			if first && i == 0 {
				balance = l.Balance
			}
			if l.Entry.PostedAt.Before(begin) {
				return balance, nil
			}
			if l.Entry.BookedOn > day {
				balance -= l.Change
			}
		}
		if cursor = next; next == "" {
			return balance, nil
		}
	}
}

// behindDay is the cursor behind the last entry that can be booked on a day, "" while the
// day is open.
func (f *Flows) behindDay(ctx context.Context, r db.Reader, community id.ID, day period.Day, zone *time.Location) (string, error) {
	closings, err := f.Ledger.Closings(ctx, r, community, day.Start(zone), f.DB.Clock().Now().Add(time.Second))
	for _, c := range slices.Backward(closings) {
		if c.Day >= day {
			return page.After(c.Size), err
		}
	}
	return "", err
}

// ShopStatement is a shop's month as it stands in the books.
type ShopStatement struct {
	Month    period.Month
	Takings  Takings
	Accounts []AccountMonth // payable, what is owed, entitlement
	Payouts  []payout.Paid  // booked in the month
	Closed   bool           // every day of it is closed
	Complete bool
}

// ShopStatementOf reads a shop's month; each entry of it is given to line, the newest first.
func (f *Flows) ShopStatementOf(ctx context.Context, t *Till, month period.Month, line func(Line)) (s ShopStatement, err error) {
	defer fault.Wrap(&err, "statement of %s", t.Shop.Ref)
	s.Month = month
	if s.Takings, err = f.TakingsOf(ctx, t, month.First(), month.Last(), time.Time{}, line); err != nil {
		return s, err
	}
	accounts := []ledger.Account{ledger.Of(t.Owner(), ledger.Payable), ledger.In(t.Owner(), ledger.Owed, money.CNY), ledger.Of(t.Owner(), ledger.Coins)}
	err = f.DB.View(ctx, t.Community, func(r db.Reader) error {
		if s.Accounts, s.Complete, err = f.AccountMonths(ctx, r, t.Community, t.Shop.ID, accounts, month, t.Zone); err != nil {
			return err
		}
		last, ok, err := f.Ledger.LastClosing(ctx, r, t.Community)
		if err != nil {
			return err
		}
		s.Closed = ok && last.Day >= month.Last()
		all, err := f.Payouts.Of(ctx, r, t.Community, payout.Shops, t.Shop.ID, 10_000, 0)
		for _, p := range all {
			if p.Seq >= 0 && period.DayOf(p.Head.End.At, t.Zone).Month() == month {
				s.Payouts = append(s.Payouts, p)
			}
		}
		return err
	})
	return s, err
}

// MyMonth is a person's month in a community: what she holds before and after, and what
// each rule moved.
func (f *Flows) MyMonth(ctx context.Context, b *Belonging, month period.Month) (all []AccountMonth, complete bool, err error) {
	accounts := []ledger.Account{ledger.Of(b.Owner(), ledger.Coins), ledger.Of(b.Owner(), ledger.PointsHeld), ledger.Of(b.Owner(), ledger.Rewards)}
	err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		all, complete, err = f.AccountMonths(ctx, r, b.Community.ID, b.Member.ID, accounts, month, b.Zone)
		return err
	})
	return all, complete, err
}
