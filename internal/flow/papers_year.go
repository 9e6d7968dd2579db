package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// HoursYear is a member's year of hours in a community (F8): what she served and was
// served, and what moved her service hours; for each account what it held before, what
// each rule moved, what it held afterwards.
type HoursYear struct {
	Year     int
	Given    []certificate.Line // services that count
	Received []certificate.Line // what neighbours did for her; shops' work for money is not among it
	Accounts []AccountMonth     // hours held, hours owed
	Complete bool               // false while a busy till is ahead of what was read
	Through  period.Day         // the last day it tells of: today, while the year goes on
}

// yearDays are the days of a year up to today.
func yearDays(year int, today period.Day) (first, last period.Day) {
	return period.Date(year, time.January, 1), min(period.Date(year, time.December, 31), today)
}

// YearsOf are the years, the latest first, of which a member can have a statement: from
// the one in which she came, or the earliest that statements are made of, to the current one.
func YearsOf(since, today period.Day) (years []int) {
	from, _, _ := since.Date()
	to, _, _ := today.Date()
	for y := to; y >= max(from, to-yearsBack); y-- {
		years = append(years, y)
	}
	return years
}

// ErrNoYear refuses a statement of a year that has not begun, or lies before any hours.
var ErrNoYear = fault.New(fault.NotFound, "papers.no_such_year")

// yearsBack is how many years back statements are made.
const yearsBack = 10

// HoursYearOf reads a member's year.
func (f *Flows) HoursYearOf(ctx context.Context, community, member id.ID, year int) (y HoursYear, err error) {
	defer fault.Wrap(&err, "hours of %d", year)
	standing, err := f.StandingIn(ctx, community)
	if err != nil {
		return y, err
	}
	if now, _, _ := standing.Today.Date(); year > now || year < now-yearsBack {
		return y, ErrNoYear
	}
	zone := standing.Now.Location()
	first, last := yearDays(year, standing.Today)
	y.Year, y.Through = year, last
	owner := party.Owner{Kind: party.Member, ID: member}
	accounts := []ledger.Account{ledger.Of(owner, ledger.Coins), ledger.In(owner, ledger.Owed, money.Coin)}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if y.Accounts, y.Complete, err = f.AccountDays(ctx, r, community, member, accounts, first, last, zone); err != nil {
			return err
		}
		if y.Given, err = f.servedBetween(ctx, r, community, member, first, last, zone); err != nil {
			return err
		}
		y.Received, err = f.receivedBetween(ctx, r, community, member, first, last, zone)
		return err
	})
	return y, err
}

// receivedBetween are the services that count and were done for a member.
func (f *Flows) receivedBetween(ctx context.Context, r db.Reader, community, asker id.ID, first, last period.Day, zone *time.Location) (lines []certificate.Line, err error) {
	all, err := f.TimeBank.Of(ctx, r, community, asker, (last + 1).Start(zone), receivedMost)
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		q := all[i]
		day := period.DayOf(q.From, zone)
		if day < first || day > last || q.Pay == timebank.AtTill {
			continue
		}
		helpers, err := f.TimeBank.AssignmentsFor(ctx, r, community, q.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range helpers {
			if s := a.State(); (s == timebank.Accepted || s == timebank.Settled) && a.Minutes() > 0 {
				lines = append(lines, certificate.Line{Assignment: a.ID, Day: day, Name: q.Name, Minutes: a.Minutes(), Credited: q.Pay != timebank.OnRecord})
			}
		}
	}
	return lines, nil
}

// receivedMost bounds the requests of one member that are read at once.
const receivedMost = 10_000

// SumKind is a way in which service hours come and go in a year.
type SumKind string

// The ways. Each rule that moves hours belongs to one of them.
const (
	SumEarned  SumKind = "earned"  // by helping (T-02 T-04 T-05), the opening credit among it (T-07)
	SumBought  SumKind = "bought"  // a purchase gave them back (S-07)
	SumAsked   SumKind = "asked"   // set aside for help, less what came back (T-01 T-03 T-06)
	SumSpent   SumKind = "spent"   // at shops (S-02)
	SumGifts   SumKind = "gifts"   // to neighbours and from them (T-08)
	SumPot     SumKind = "pot"     // the common pot (T-09 T-10)
	SumCarried SumKind = "carried" // between communities (T-15 T-16)
	SumExpired SumKind = "expired" // unused for long (T-14); off by default
	SumOther   SumKind = "other"
)

var sumOrder = []SumKind{SumEarned, SumBought, SumAsked, SumSpent, SumGifts, SumPot, SumCarried, SumExpired, SumOther}

var sumOf = map[ledger.Rule]SumKind{
	ledger.R('T', 2): SumEarned, ledger.R('T', 4): SumEarned, ledger.R('T', 5): SumEarned, ledger.R('T', 7): SumEarned, ledger.R('S', 7): SumBought,
	ledger.R('T', 1): SumAsked, ledger.R('T', 3): SumAsked, ledger.R('T', 6): SumAsked, ledger.R('S', 2): SumSpent, ledger.R('T', 8): SumGifts,
	ledger.R('T', 9): SumPot, ledger.R('T', 10): SumPot, ledger.R('T', 15): SumCarried, ledger.R('T', 16): SumCarried, ledger.R('T', 14): SumExpired,
}

// HoursSum is what one way brought and took in a year.
type HoursSum struct {
	Kind  SumKind
	Coins money.Amount
}

// Sums are the year's moves on what she holds, by their way: together with the opening they
// make the closing. A reversal belongs to its rule.
func (y *HoursYear) Sums() (sums []HoursSum) {
	by := make(map[SumKind]money.Amount)
	for _, r := range y.Accounts[0].Rules {
		rule := r.Rule
		rule.Undone = false
		kind, known := sumOf[rule]
		if !known {
			kind = SumOther
		}
		by[kind] += r.In - r.Out
	}
	for _, k := range sumOrder {
		if v, some := by[k]; some {
			sums = append(sums, HoursSum{k, v})
		}
	}
	return sums
}
