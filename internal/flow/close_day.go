package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// CloseDay closes a community's day and all days before it (D5): from then on
// nothing is booked on them.
func (f *Flows) CloseDay(ctx context.Context, community id.ID, actor db.Actor, day period.Day) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		return f.Ledger.CloseDay(ctx, tx, day, today)
	})
}

// closeAfter is how long after midnight the day before is closed by itself: late
// tills have until then.
const closeAfter = 3 * time.Hour

// CloseDue closes what is due: yesterday, some hours after midnight. It is a
// sweeper's work and idempotent.
func (f *Flows) CloseDue(ctx context.Context, community id.ID) error {
	err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		due, err := f.civilDay(ctx, tx, tx.Now.Add(-closeAfter))
		if err != nil {
			return err
		}
		today, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		return f.Ledger.CloseDay(ctx, tx, due-1, today)
	})
	if errors.Is(err, ledger.ErrAlreadyClosed) || errors.Is(err, policy.ErrNone) { // without a policy a place keeps no books
		return nil
	}
	return err
}

// civilDay is the day of an instant in the community's zone.
func (f *Flows) civilDay(ctx context.Context, tx *db.Tx, at time.Time) (period.Day, error) {
	v, err := f.inForce(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return 0, err
	}
	return period.DayOf(at, zone), nil
}

// ExpireHolds gives back every hold of a community whose time is over.
func (f *Flows) ExpireHolds(ctx context.Context, community id.ID) error {
	for {
		var due []id.ID
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			due, err = f.Ledger.Due(ctx, r, community, f.DB.Clock().Now(), 100)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, hold := range due {
			if err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
				day, err := f.civilDay(ctx, tx, tx.Now)
				if err != nil {
					return err
				}
				if day, err = f.Ledger.BookedOn(ctx, tx, day); err != nil {
					return err
				}
				return f.Ledger.ExpireHold(ctx, tx, hold, day)
			}); err != nil {
				return err
			}
		}
	}
}
