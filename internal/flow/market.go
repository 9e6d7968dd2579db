package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/marketday"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// CallMarket calls a market day (F9). The same form again calls nothing more.
func (f *Flows) CallMarket(ctx context.Context, place id.ID, actor db.Actor, d marketday.Day, token string) (called *marketday.Day, err error) {
	defer fault.Wrap(&err, "call a market day")
	if err := f.Communities.RequireOn(ctx, f.DB, place, community.TimeBank); err != nil {
		return nil, err
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		called, err = f.Markets.Call(ctx, tx, d)
		return err
	})
	return called, err
}

// OpenMarket opens a market day: from then on services are paid for there.
func (f *Flows) OpenMarket(ctx context.Context, place id.ID, actor db.Actor, day id.ID) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		if _, err := f.Markets.Open(ctx, tx, day); err != nil {
			return err
		}
		return f.wake(ctx, tx, day)
	})
}

// CloseMarket closes a market day. Its report is made of what was paid, also of scans that
// waited for the network and come later.
func (f *Flows) CloseMarket(ctx context.Context, place id.ID, actor db.Actor, day id.ID, words string) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		if _, err := f.Markets.Close(ctx, tx, day, words); err != nil {
			return err
		}
		return f.wake(ctx, tx, day)
	})
}

// CallOffMarket calls a market day off and tells who has a stall there.
func (f *Flows) CallOffMarket(ctx context.Context, place id.ID, actor db.Actor, day id.ID, words string) error {
	people, err := f.everyShop(ctx, place)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		d, err := f.Markets.CallOff(ctx, tx, day, words)
		if err != nil {
			return err
		}
		err = f.tellStalls(ctx, tx, people, d, func(*marketday.Stall) notice.Notice {
			return notice.Notice{Kind: notice.MarketOff, Cause: marketCause(day) + "/off", Link: marketPath(place, day),
				Args: []notice.Arg{notice.Text(d.Title, ""), notice.Moment(d.Begins), notice.Text(d.Words(), "")}}
		})
		if err != nil {
			return err
		}
		return f.wake(ctx, tx, day)
	})
}

// tellStalls tells the holder of each stall of a day.
func (f *Flows) tellStalls(ctx context.Context, tx *db.Tx, people map[id.ID][]id.ID, d *marketday.Day, say func(x *marketday.Stall) notice.Notice) error {
	stalls, err := f.Markets.Stalls(ctx, tx, tx.Community, d.ID)
	for _, x := range stalls {
		if x.End == nil {
			err = errors.Join(err, f.tellHolderOf(ctx, tx, people, x, say(x)))
		}
	}
	return err
}

// tellHolderOf tells who holds a stall: a neighbour, or the people of a shop.
func (f *Flows) tellHolderOf(ctx context.Context, tx *db.Tx, people map[id.ID][]id.ID, x *marketday.Stall, n notice.Notice) error {
	if x.Shop.IsZero() {
		return f.tellMember(ctx, tx, x.Member, n)
	}
	return f.tellShops(ctx, tx, people, []id.ID{x.Shop}, n)
}

func marketCause(thing id.ID) string { return "market/" + thing.String() }

// marketPath is where residents read of a market day; stallPath of a stall; MarketPaymentPath
// of a payment.
func marketPath(place, day id.ID) string { return "/market/" + place.String() + "/" + day.String() }

func stallPath(place id.ID, x *marketday.Stall) string {
	return marketPath(place, x.Day) + "/stalls/" + x.ID.String()
}

// MarketPaymentPath is where both sides read of a payment on a market day.
func MarketPaymentPath(place, payment id.ID) string {
	return "/market/" + place.String() + "/payments/" + payment.String()
}

// TakeStall takes a table of a market day for a neighbour or a shop, the first that is
// free (F9). byDesk says that somebody else entered it: then the holder is told. The same
// form again takes nothing more.
//
// Refusals: those of marketday.Service.Take, and of shops that do not take part.
func (f *Flows) TakeStall(ctx context.Context, place id.ID, actor db.Actor, x marketday.Stall, byDesk bool, token string) (taken *marketday.Stall, err error) {
	defer fault.Wrap(&err, "take a stall")
	people, err := f.shopsOf(ctx, place, x.Shop)
	if err != nil {
		return nil, err
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		if !x.Shop.IsZero() {
			if _, err := f.takingPart(ctx, tx, x.Shop); err != nil {
				return err
			}
		}
		if taken, err = f.Markets.Take(ctx, tx, x); err != nil {
			return err
		}
		d, err := f.Markets.DayByID(ctx, tx, place, x.Day)
		if err != nil {
			return err
		}
		if byDesk {
			if err := f.tellHolderOf(ctx, tx, people, taken, notice.Notice{Kind: notice.MarketStall, Cause: marketCause(taken.ID), Link: stallPath(place, taken),
				Args: []notice.Arg{notice.Text(d.Title, ""), notice.Count(int64(taken.Number)), notice.Moment(d.Begins), notice.Text(d.Place, "")}}); err != nil {
				return err
			}
		}
		return f.wake(ctx, tx, x.Day)
	})
	return taken, err
}

// shopsOf are the people of a shop, nobody of none.
func (f *Flows) shopsOf(ctx context.Context, place, shop id.ID) (map[id.ID][]id.ID, error) {
	if shop.IsZero() {
		return nil, nil
	}
	return f.shopPeople(ctx, place, shop)
}

// Holding says for whom somebody may act at stalls: for herself as a member, and for shops
// of hers. Whoever holds a stall is one of these.
type Holding struct {
	Member id.ID
	Shops  []id.ID
}

// Has reports whether a stall is hers.
func (h Holding) Has(x *marketday.Stall) bool {
	return !x.Member.IsZero() && x.Member == h.Member || slices.Contains(h.Shops, x.Shop)
}

// GiveUpStall gives a table free. Nil stands for the desk; of anybody else a stall that is
// not hers is not there.
func (f *Flows) GiveUpStall(ctx context.Context, place id.ID, actor db.Actor, who *Holding, stall id.ID, words string) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		x, err := f.stallOf(ctx, tx, who, stall)
		if err != nil {
			return err
		}
		if _, err := f.Markets.GiveUp(ctx, tx, stall, words); err != nil {
			return err
		}
		return f.wake(ctx, tx, x.Day)
	})
}

func (f *Flows) stallOf(ctx context.Context, tx *db.Tx, who *Holding, stall id.ID) (*marketday.Stall, error) {
	x, err := f.Markets.StallByID(ctx, tx, tx.Community, stall)
	if err == nil && who != nil && !who.Has(x) {
		err = marketday.ErrNoStall
	}
	return x, err
}

// CountGoods notes how many goods changed hands at a stall, as its holder says.
func (f *Flows) CountGoods(ctx context.Context, place id.ID, actor db.Actor, who Holding, stall id.ID, p marketday.Pieces) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		x, err := f.stallOf(ctx, tx, &who, stall)
		if err != nil {
			return err
		}
		if err := f.Markets.Count(ctx, tx, x, p); err != nil {
			return err
		}
		return f.wake(ctx, tx, x.Day)
	})
}

// MarketTally is what a day came to so far.
func (f *Flows) MarketTally(ctx context.Context, r db.Reader, place, day id.ID) (t marketday.Tally, err error) {
	stalls, err := f.Markets.Stalls(ctx, r, place, day)
	if err != nil {
		return t, err
	}
	payments, err := f.Markets.Payments(ctx, r, place, day)
	if err != nil {
		return t, err
	}
	pieces, err := f.Markets.PiecesIn(ctx, r, place, day)
	return marketday.TallyOf(stalls, payments, pieces), err
}

// marketReminded is how long before it begins stallholders are reminded of a day.
const marketReminded = 24 * time.Hour

// SweepMarkets reminds stallholders of what begins within a day, and closes what nobody
// closed. It is a sweeper's work.
func (f *Flows) SweepMarkets(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "sweep market days")
	now := f.DB.Clock().Now()
	var soon, left []*marketday.Day
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		all, err := f.Markets.Days(ctx, r, place, now)
		if err != nil {
			return err
		}
		soon = soon[:0]
		for _, d := range all {
			if d.State() == marketday.Called && d.Begins.After(now) && d.Begins.Before(now.Add(marketReminded)) {
				soon = append(soon, d)
			}
		}
		left, err = f.Markets.Left(ctx, r, place, now.Add(-marketday.LeftOpen))
		return err
	}); err != nil || len(soon)+len(left) == 0 {
		return err
	}
	people, err := f.everyShop(ctx, place)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range soon {
		errs = append(errs, f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.remindMarket(ctx, tx, people, d.ID) }))
	}
	for _, d := range left {
		errs = append(errs, f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.leaveMarket(ctx, tx, d.ID) }))
	}
	return errors.Join(errs...)
}

func (f *Flows) remindMarket(ctx context.Context, tx *db.Tx, people map[id.ID][]id.ID, day id.ID) error {
	d, err := f.Markets.DayByID(ctx, tx, tx.Community, day)
	if err != nil || d.State() != marketday.Called {
		return err
	}
	if first, err := f.Markets.Remind(ctx, tx, day); err != nil || !first {
		return err
	}
	return f.tellStalls(ctx, tx, people, d, func(x *marketday.Stall) notice.Notice {
		return notice.Notice{Kind: notice.MarketSoon, Cause: marketCause(x.ID) + "/soon", Link: stallPath(tx.Community, x),
			Args: []notice.Arg{notice.Text(d.Title, ""), notice.Moment(d.Begins), notice.Text(d.Place, ""), notice.Count(int64(x.Number))}}
	})
}

// leaveMarket ends a day that nobody ended: what was opened is closed, what never was is
// off.
func (f *Flows) leaveMarket(ctx context.Context, tx *db.Tx, day id.ID) error {
	d, err := f.Markets.DayByID(ctx, tx, tx.Community, day)
	if err != nil || d.Over() {
		return err
	}
	if d.State() == marketday.Opened {
		_, err = f.Markets.Close(ctx, tx, day, "")
	} else {
		_, err = f.Markets.CallOff(ctx, tx, day, forgotten)
	}
	if err != nil {
		return err
	}
	return f.wake(ctx, tx, day)
}

// marketNear is how long before it begins a market day is near: a week.
const marketNear = 7 * 24 * time.Hour

// MarketNear is the next market day of a community that begins within a week or is going on,
// nil if none is.
func (f *Flows) MarketNear(ctx context.Context, r db.Reader, place id.ID, now time.Time) (*marketday.Day, error) {
	all, err := f.Markets.Days(ctx, r, place, now)
	for _, d := range all {
		if s := d.State(); (s == marketday.Called || s == marketday.Opened) && d.Begins.Before(now.Add(marketNear)) {
			return d, err
		}
	}
	return nil, err
}
