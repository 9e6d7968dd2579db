package flow

import (
	"context"
	"errors"
	"strconv"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/capacity"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/shortage"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// WatchGaps holds bookings against hands, hour by hour, and keeps the warnings up to date:
// new ones begin, those that stand are read again, those for which there are hands again
// end (F6). The desk is told once of what is new. It is a sweeper's work.
func (f *Flows) WatchGaps(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "watch gaps")
	o, err := f.HandsIn(ctx, place)
	if err != nil {
		return err
	}
	var standing []*shortage.Warning
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		standing, err = f.Shortages.Standing(ctx, r, place)
		return err
	}); err != nil || len(standing) == 0 && len(o.gaps()) == 0 {
		return err
	}
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	at, err := f.Communities.ByID(ctx, f.DB, place)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		begun, err := f.keepWarnings(ctx, tx, o)
		if err != nil || len(begun) == 0 {
			return err
		}
		n := notice.Notice{Kind: notice.ServiceShort, Cause: "shortage/" + begun[0].ID.String(), Link: "/desk/gaps/" + at.Ref,
			Args: []notice.Arg{notice.Text(o.Kind(begun[0].Kind).Name, ""), notice.Moment(begun[0].Hour), notice.Text(strconv.Itoa(len(begun)), "")}}
		return f.tellOfficers(ctx, tx, desk, id.ID{}, n)
	})
}

// gaps are the cells in which more is booked than the rules allow.
func (o *Outlook) gaps() (all []capacity.Cell) {
	for _, c := range o.Cells {
		if c.Level(&o.Numbers) == capacity.Gap {
			all = append(all, c)
		}
	}
	return all
}

// gapSpot is where a warning stands.
type gapSpot struct {
	kind string
	hour capacity.Hour
}

// keepWarnings brings the warnings in line with what was counted and returns those that
// are new, the earliest first.
func (f *Flows) keepWarnings(ctx context.Context, tx *db.Tx, o *Outlook) (begun []*shortage.Warning, err error) {
	standing, err := f.Shortages.Standing(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	zone := o.Now.Location()
	warned := make(map[gapSpot]*shortage.Warning, len(standing))
	for _, w := range standing {
		warned[gapSpot{w.Kind, civil(w.Hour, zone).Hour()}] = w
	}
	cells := make(map[gapSpot]*capacity.Cell, len(o.Cells))
	for i := range o.Cells {
		c := &o.Cells[i]
		at := gapSpot{c.Kind, c.Hour}
		cells[at] = c
		if c.Level(&o.Numbers) != capacity.Gap {
			continue
		}
		if w := warned[at]; w != nil {
			if err := f.Shortages.Read(ctx, tx, w, figuresOf(c)); err != nil {
				return nil, err
			}
			continue
		}
		w, err := f.Shortages.Warn(ctx, tx, shortage.Warning{Kind: c.Kind, Hour: o.Start(c.Hour), Over: o.Numbers.Over, Last: shortage.Reading{Figures: figuresOf(c)}})
		if err != nil {
			return nil, err
		}
		if begun = append(begun, w); w.Hour.Before(begun[0].Hour) {
			begun[0], begun[len(begun)-1] = w, begun[0]
		}
	}
	for _, w := range standing {
		at := gapSpot{w.Kind, civil(w.Hour, zone).Hour()}
		if err := f.endWarning(ctx, tx, o, w, cells[at]); err != nil {
			return nil, err
		}
	}
	return begun, nil
}

// endWarning ends a warning that does not hold any more, with the figures by which it does
// not.
func (f *Flows) endWarning(ctx context.Context, tx *db.Tx, o *Outlook, w *shortage.Warning, c *capacity.Cell) error {
	switch {
	case !w.Hour.Add(shortage.Hour).After(o.Now):
		return f.Shortages.End(ctx, tx, w, shortage.Passed)
	case o.Kind(w.Kind) == nil, civil(w.Hour, o.Now.Location()).Hour().Day() >= o.Today+period.Day(max(o.Numbers.Days, 1)): // farther than anybody looks by now
		return f.Shortages.End(ctx, tx, w, shortage.Off)
	case c != nil && c.Level(&o.Numbers) == capacity.Gap:
		return nil
	case c == nil:
		c = &capacity.Cell{}
	}
	if err := f.Shortages.Read(ctx, tx, w, figuresOf(c)); err != nil {
		return err
	}
	return f.Shortages.End(ctx, tx, w, shortage.Eased)
}

func figuresOf(c *capacity.Cell) shortage.Figures {
	return shortage.Figures{Booked: c.Booked, Able: c.Able, Helpers: c.Helpers, Reserve: c.Reserve, Ratio: c.Ratio()}
}

// short reports whether a warning stands for a request's kind in one of its hours.
func short(standing []*shortage.Warning, q *timebank.Request) bool {
	for _, w := range standing {
		if w.Kind == q.Kind && w.Hour.Before(q.From.Add(minutes(q.Minutes))) && q.From.Before(w.Hour.Add(shortage.Hour)) {
			return true
		}
	}
	return false
}

// shareGap notes an order that a shop's staff takes while a warning stands for its kind
// and hour, and lets the pool pay its share of what the asker pays (T-06). What is paid
// already is not shared any more; nor is a request of several places: neighbours who have
// the others are paid by who asked alone, and a hold does not tell whose hours are whose.
func (f *Flows) shareGap(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
	if a.Shop.IsZero() {
		return nil
	}
	w, err := f.Shortages.Covers(ctx, tx, tx.Community, q.Kind, q.From, q.From.Add(minutes(q.Minutes)))
	if err != nil || w == nil {
		return err
	}
	o := shortage.Order{Warning: w.ID, Assignment: a.ID, Request: q.ID, Shop: a.Shop}
	if q.Pay == timebank.ByAsker && q.Coins > 0 && q.People == 1 {
		m, err := f.payGap(ctx, tx, q.ID, q.Coins)
		if err != nil && !errors.Is(err, coin.ErrHoldUsed) {
			return err
		}
		if err == nil && !m.Replayed {
			o.Pool, o.Seq = m.Pool, m.Seq
		}
	}
	return f.Shortages.TakeOrder(ctx, tx, o)
}

// leavePlace takes a promise to a state in which its place is not filled: given back, missed
// or called off. What the pool gave for a shop's staff goes back to it (T-06R): the price is
// for who asked to pay, to the neighbour who comes instead and for the time that was kept.
func (f *Flows) leavePlace(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment, state timebank.State, words string) error {
	if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: state, Words: words, Near: -1}); err != nil {
		return err
	}
	if a.Shop.IsZero() || q.Pay != timebank.ByAsker || q.People != 1 {
		return nil
	}
	m, err := f.returnGap(ctx, tx, q.ID)
	if err != nil || m.Replayed {
		return err
	}
	return f.Shortages.EndOrder(ctx, tx, a.ID, m.Seq)
}
