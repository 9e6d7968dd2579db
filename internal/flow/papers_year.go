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
// the one in which the community began to keep hours to the current one.
func YearsOf(since, today period.Day) (years []int) {
	from, _, _ := since.Date()
	to, _, _ := today.Date()
	for y := to; y >= from; y-- {
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
