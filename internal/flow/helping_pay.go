package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// holdForHelp sets aside what a request costs who asked, all places together (T-01).
func (f *Flows) holdForHelp(ctx context.Context, tx *db.Tx, q *timebank.Request) error {
	if q.Pay != timebank.ByAsker || q.Coins == 0 {
		return nil
	}
	_, err := f.setAsideHours(ctx, tx, q.ID, q.Asker, q.Coins*money.Amount(q.People))
	return err
}

// letGoForHelp gives back what is left of it (T-03).
func (f *Flows) letGoForHelp(ctx context.Context, tx *db.Tx, q *timebank.Request) error {
	if q.Pay != timebank.ByAsker {
		return nil
	}
	_, err := f.letGoHours(ctx, tx, q.ID)
	return err
}

// payForHelp pays for an assignment what its minutes are worth, never more than was
// agreed, and returns what the helper got. Who was noted as missed and came after all is
// paid the same price; of the pool (T-04) where the asker's hours are gone or promised to
// somebody else.
//
// Refusals: coin.ErrGuestGone where that is to be paid of the pool for who visits here.
func (f *Flows) payForHelp(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) (money.Amount, error) {
	minutes := a.Minutes()
	if minutes == 0 || q.Coins == 0 {
		return 0, nil
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return 0, err
	}
	s := serviceOf(q, a)
	var m HoursMoved
	switch q.Pay {
	case timebank.ByAsker:
		s.Coins = min(v.Params.ServicePrice(minutes), q.Coins)
		instead, err := f.poolInstead(ctx, tx, q, a)
		if err != nil {
			return 0, err
		}
		if instead {
			if err := f.noGuest(ctx, tx, q.Asker); err != nil {
				return 0, err
			}
			m, err = f.payBasic(ctx, tx, s)
		} else {
			m, err = f.payService(ctx, tx, s)
		}
		return m.Coins, err
	case timebank.ByPool:
		s.Coins = min(v.Params.BasicPay(minutes), q.Coins)
		m, err = f.payBasic(ctx, tx, s)
	}
	return m.Coins, err
}

// noGuest refuses to let the pool pay for who visits here: it is of those who live here.
func (f *Flows) noGuest(ctx context.Context, tx *db.Tx, asker id.ID) error {
	guest, err := f.isGuest(ctx, tx, asker)
	if err == nil && guest {
		err = coin.ErrGuestGone
	}
	return err
}

// poolInstead reports whether a helper who was noted as missed cannot be paid of what the
// asker has set aside: the request has ended, or somebody else has the place.
func (f *Flows) poolInstead(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) (bool, error) {
	if a.When(timebank.Missed).IsZero() {
		return false, nil
	}
	all, err := f.TimeBank.AssignmentsFor(ctx, tx, tx.Community, q.ID)
	return q.End != nil || slices.ContainsFunc(all, func(x *timebank.Assignment) bool {
		return x.ID != a.ID && x.Place == a.Place && !x.State().Freed()
	}), err
}

// payCalledOff pays a helper for the time she kept, if she is told later than the policy
// asks for (T-05).
func (f *Flows) payCalledOff(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	free := q.From.Add(-time.Duration(v.Params.CancelFreeHours) * time.Hour)
	if q.Pay != timebank.ByAsker || q.Coins == 0 || tx.Now.Before(free) {
		return nil
	}
	_, err = f.payCancelled(ctx, tx, serviceOf(q, a))
	return err
}

func serviceOf(q *timebank.Request, a *timebank.Assignment) HoursService {
	s := HoursService{Request: q.ID, Assignment: a.ID, Asker: q.Asker, Server: charter.Server{Member: a.Helper, Shop: a.Shop}, Minutes: a.Minutes(), Coins: q.Coins}
	if s.Minutes == 0 {
		s.Minutes = q.Minutes
	}
	return s
}
