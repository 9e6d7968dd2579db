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
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// What the platform kept in some months (S1). The sums are those of the booked days;
// nobody writes them by hand, and every one leads to its entries.

// earningPurposes are the platform's accounts of income and cost. The others say where
// money lies.
var earningPurposes = []ledger.Purpose{ledger.Fees, ledger.Commission, ledger.Ads, ledger.Premium, ledger.Promotion, ledger.ProviderFees}

// EarningAccounts are the accounts of income and cost, in the order in which people
// read them.
func EarningAccounts() (all []ledger.Account) {
	for _, p := range earningPurposes {
		all = append(all, ledger.Of(party.Owner{Kind: party.Platform}, p))
	}
	return all
}

// EarningsLine is what one rule moved on one account: income is positive, cost negative.
type EarningsLine struct {
	Account ledger.Account
	Rule    ledger.Rule // its reversals are in the same line
	Title   string      // message key, "" for a rule of other books
	Amount  money.Amount
	Entries int64
}

// Earnings are what the platform took in, spent and kept over some months.
type Earnings struct {
	From, To period.Month
	Lines    []EarningsLine
	Earned   money.Amount // of membership fees, day by day (growth.Prepaid)
	Held     money.Amount // of membership fees, taken and not earned by the end
	Closed   bool         // every day is closed and in the sums
}

// dividendRule is M-05: it shares out a result and is none of its costs.
var dividendRule = ledger.R(charter.Family, 5)

// referralRule is M-03: rewards that are paid out of fees.
var referralRule = ledger.R(charter.Family, 3)

// Sum adds up the lines of an account, the dividend left out.
func (r *Earnings) Sum(a ledger.Account) (sum money.Amount) {
	for _, l := range r.Lines {
		if l.Account == a && l.Rule != dividendRule {
			sum += l.Amount
		}
	}
	return sum
}

// Trade is the result without membership fees: what dividends are a share of (M-05).
// Nobody is paid out of the fee for which a neighbour joined (B4).
func (r *Earnings) Trade() (sum money.Amount) {
	for _, a := range EarningAccounts() {
		if a != ledger.PlatformFees {
			sum += r.Sum(a)
		}
	}
	return sum
}

// Cash is the result with fees counted when they are paid.
func (r *Earnings) Cash() money.Amount { return r.Trade() + r.Sum(ledger.PlatformFees) }

// Kept is the result with fees counted as they are earned, the rewards that were paid
// out of them taken off.
func (r *Earnings) Kept() money.Amount { return r.Trade() + r.Earned + r.Referrals() }

// Referrals are the rewards that were paid out of fees, negative.
func (r *Earnings) Referrals() (sum money.Amount) {
	for _, l := range r.Lines {
		if l.Rule == referralRule {
			sum += l.Amount
		}
	}
	return sum
}

// Dividends is what directors got in these months, negative: shares of earlier ones.
func (r *Earnings) Dividends() (sum money.Amount) {
	for _, l := range r.Lines {
		if l.Rule == dividendRule {
			sum += l.Amount
		}
	}
	return sum
}

// Add adds another community's result of the same months.
func (r *Earnings) Add(o Earnings) {
	for _, l := range o.Lines {
		r.add(l)
	}
	r.Earned, r.Held, r.Closed = r.Earned+o.Earned, r.Held+o.Held, r.Closed && o.Closed
	r.sort()
}

func (r *Earnings) add(l EarningsLine) {
	for i := range r.Lines {
		if x := &r.Lines[i]; x.Account == l.Account && x.Rule == l.Rule {
			x.Amount += l.Amount
			x.Entries += l.Entries
			return
		}
	}
	r.Lines = append(r.Lines, l)
}

func (r *Earnings) sort() {
	order := func(l EarningsLine) int { return slices.Index(earningPurposes, l.Account.Purpose) }
	slices.SortFunc(r.Lines, func(a, b EarningsLine) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.Rule.String(), b.Rule.String()))
	})
}

// Earnings reads what a community's platform kept in the months from ≤ month ≤ to.
func (f *Flows) Earnings(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (res Earnings, err error) {
	defer fault.Wrap(&err, "result of %s to %s", from, to)
	res.From, res.To = from, to
	flows, err := f.Ledger.FlowsByDay(ctx, r, community, from.First(), to.Last())
	if err != nil {
		return res, err
	}
	for _, x := range flows {
		if x.Asset != money.CNY {
			continue
		}
		for _, a := range EarningAccounts() {
			l := EarningsLine{Account: a, Rule: x.Rule, Title: charter.Title(x.Rule), Entries: x.Entries}
			l.Rule.Undone = false
			switch a.String() {
			case x.To:
				l.Amount = x.Amount
			case x.From:
				l.Amount = -x.Amount
			default:
				continue
			}
			res.add(l)
		}
	}
	res.sort()
	if res.Closed, err = f.summed(ctx, r, community, to); err != nil {
		return res, err
	}
	terms, err := f.Prepaid(ctx, r, community)
	for _, t := range terms {
		res.Earned += t.Earned(to.Last()) - t.Earned(from.First()-1)
		res.Held += t.Held(to.Last())
	}
	return res, err
}

// summed reports whether every day of a month is closed and its entries are in the
// sums of the days.
func (f *Flows) summed(ctx context.Context, r db.Reader, community id.ID, month period.Month) (bool, error) {
	last, ok, err := f.Ledger.LastClosing(ctx, r, community)
	if err != nil || !ok || last.Day < month.Last() {
		return false, err
	}
	at, err := f.Ledger.Followed(ctx, r, community, ledger.FollowSums)
	return at >= last.Size, err
}

// Prepaying lists the terms of membership of a community, as its result sees them.
type Prepaying func(ctx context.Context, r db.Reader, community id.ID) ([]growth.Prepaid, error)

// earningScan is how many entries of an account one page of a line's entries looks at.
const earningScan = 2_000

// EarningEntries lists the entries behind a line, the latest first: those booked in the
// months that a rule moved on an account; without a rule all of them. next opens the
// page behind, "" if there is none.
func (f *Flows) EarningEntries(ctx context.Context, r db.Reader, community id.ID, a ledger.Account, rule ledger.Rule, from, to period.Month, cursor string) (lines []ledger.Line, next string, err error) {
	defer fault.Wrap(&err, "entries of a result")
	_, zone, err := f.rulesAt(ctx, r, community)
	if err != nil {
		return nil, "", err
	}
	if cursor == "" {
		if cursor, err = f.behindDay(ctx, r, community, to.Last(), zone); err != nil {
			return nil, "", err
		}
	}
	begin := from.First().Start(zone).Add(-time.Hour) // a till may be some minutes ahead
	for looked := 0; looked < earningScan && len(lines) < 50; {
		some, after, err := f.Ledger.Statement(ctx, r, community, a, page.Request{Cursor: cursor, Limit: 50})
		if err != nil {
			return nil, "", err
		}
		for _, l := range some {
			if l.Entry.PostedAt.Before(begin) {
				return lines, "", nil
			}
			if m := l.Entry.BookedOn.Month(); m >= from && m <= to && moves(l.Entry, a, rule) {
				lines = append(lines, l)
			}
		}
		looked += len(some)
		if cursor = after; after == "" {
			break
		}
	}
	return lines, cursor, nil
}

// moves reports whether a rule, or its reversal, moved something on an account; the
// zero rule stands for every one.
func moves(e *ledger.Entry, a ledger.Account, rule ledger.Rule) bool {
	return slices.ContainsFunc(e.Legs, func(l ledger.Leg) bool {
		l.Rule.Undone = false
		return (l.From == a || l.To == a) && (rule == ledger.Rule{} || l.Rule == rule)
	})
}
