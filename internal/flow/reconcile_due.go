package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Times of the sweeper.
const (
	billsFrom = 10 * time.Hour // after midnight, bills are asked for
	billsBack = 30             // days of which a bill is asked for
)

// pause is how long a bill is left alone after it was not read.
var pause = map[reconciliation.Outcome]time.Duration{
	reconciliation.NotYet: 20 * time.Minute, reconciliation.Unreached: 20 * time.Minute, reconciliation.Unreadable: 6 * time.Hour, reconciliation.Manifold: 6 * time.Hour,
}

// ReconcileDue reads the bills that a place has not read, from yesterday back to the last
// that it has, and follows what only the provider knew. It is a sweeper's work.
func (f *Flows) ReconcileDue(ctx context.Context, place id.ID) error {
	if f.Reconciling.Books == nil {
		return nil
	}
	now := f.DB.Clock().Now()
	yesterday := period.DayOf(now.Add(-billsFrom), billZone) - 1
	var errs []error
	for kind := range f.Providers {
		days, err := f.unread(ctx, place, kind, yesterday, now)
		if err != nil {
			return err
		}
		for _, day := range days {
			places, err := f.together(ctx, place, kind, day)
			if err != nil {
				return err
			}
			if err := f.ReadBill(ctx, db.Actor{Kind: "job"}, kind, day, places); err != nil {
				if !noted(err) {
					errs = append(errs, err)
				}
				if !ofTheDay(err) {
					break // nobody is there, or we are not
				}
			}
		}
	}
	return errors.Join(append(errs, f.bookFees(ctx, db.Actor{Kind: "job"}, place, yesterday-billsBack+1), f.chase(ctx, place))...)
}

// noted reports whether a bill was not read for a reason that stands on its page.
func noted(err error) bool {
	for _, known := range []error{reconciliation.ErrNotYet, reconciliation.ErrUnreached, reconciliation.ErrNotABill, reconciliation.ErrManifold, reconciliation.ErrOtherDay} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// ofTheDay reports whether a bill was not read for a reason of its own: others may be.
func ofTheDay(err error) bool {
	return noted(err) && !errors.Is(err, reconciliation.ErrUnreached)
}

// unread are the days whose bill a place has not read, the first first: of the last thirty
// those since its first, yesterday alone if there is none. One that was asked for a moment
// ago is left alone; if nobody was there, all are.
func (f *Flows) unread(ctx context.Context, place id.ID, kind pay.Kind, last period.Day, now time.Time) (days []period.Day, err error) {
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		days = nil
		from, ever, err := f.Reconciliations.FirstDay(ctx, r, place, kind)
		if err != nil {
			return err
		}
		if !ever {
			from = last
		}
		from = max(from, last-billsBack+1)
		read, err := f.Reconciliations.Bills(ctx, r, place, from, last)
		if err != nil {
			return err
		}
		have := make(map[period.Day]bool)
		for _, b := range read {
			have[b.Day] = have[b.Day] || b.Provider == kind
		}
		tried, err := f.Reconciliations.Attempts(ctx, r, place, from, last)
		for _, a := range tried {
			if a.Provider != kind || now.Sub(a.At) >= pause[a.Outcome] {
				continue
			}
			if a.Outcome == reconciliation.Unreached {
				return err
			}
			have[a.Day] = true
		}
		for day := from; day <= last; day++ {
			if !have[day] {
				days = append(days, day)
			}
		}
		return err
	})
	return days, err
}

// together are the places of this instance that have not read a bill either: they read it
// with the one that asks, so that it is fetched once.
func (f *Flows) together(ctx context.Context, place id.ID, kind pay.Kind, day period.Day) (all []id.ID, err error) {
	keepers, err := f.keeperIDs(ctx)
	if err != nil {
		return nil, err
	}
	for _, other := range append(keepers, Nobody) {
		if other != place {
			if address, err := f.DB.Route(ctx, other); err != nil || address != "" {
				continue // another instance's
			}
			if read, err := f.hasRead(ctx, other, kind, day); err != nil {
				return nil, err
			} else if read {
				continue
			}
		}
		all = append(all, other)
	}
	return all, nil
}

func (f *Flows) hasRead(ctx context.Context, place id.ID, kind pay.Kind, day period.Day) (read bool, err error) {
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		_, err := f.Reconciliations.Latest(ctx, r, place, kind, day)
		if read = err == nil; errors.Is(err, reconciliation.ErrNotFound) {
			return nil
		}
		return err
	})
	return read, err
}

// chase follows what only the provider knew, until it is booked or given back.
func (f *Flows) chase(ctx context.Context, place id.ID) error {
	var open []reconciliation.Difference
	err := f.DB.View(ctx, place, func(r db.Reader) error {
		open = nil
		for _, kind := range f.payers() {
			with, err := f.Reconciliations.Open(ctx, r, place, kind)
			if err != nil {
				return err
			}
			open = append(open, with...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var errs []error
	for i := range open {
		if d := &open[i]; d.Kind == reconciliation.MissingHere && (d.Asking() != nil || place != Nobody && !thingOf(d).IsZero()) {
			if err := f.SearchDifference(ctx, place, db.Actor{Kind: "job"}, d.ID); err != nil && fault.Of(err) == nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
