package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// Delivered is one thing that is delivered on a day: a meal, a medicine (M7).
type Delivered struct {
	Request *timebank.Request // nil if it could not be made
	Plan    *timebank.Plan    // set if Request is nil
	Asker   id.ID
	Name    string
	From    time.Time
	By      time.Time // when somebody must have been at the door
	Helper  id.ID     // who went or promised, zero for nobody
	State   timebank.Delivery
	Minutes int
	Counted bool // shown and accepted
}

// DeliveriesOn are the deliveries of a day, what is wrong first, then by their time.
func (f *Flows) DeliveriesOn(ctx context.Context, r db.Reader, community id.ID, day period.Day, now time.Time) (all []Delivered, err error) {
	all, err = f.deliveries(ctx, r, community, day, day, now)
	if err != nil {
		return nil, err
	}
	plans, err := f.TimeBank.NotMadeOn(ctx, r, community, day)
	if err != nil {
		return nil, err
	}
	kinds, err := f.TimeBank.Kinds(ctx, r, community)
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		i := slices.IndexFunc(kinds, func(k timebank.Kind) bool { return k.Key == p.Kind && k.Proof })
		if i < 0 {
			continue
		}
		at := day.Start(now.Location()).Add(minutes(p.Minute))
		if slices.ContainsFunc(all, func(d Delivered) bool { return d.covers(p, at, minutes(kinds[i].Minutes)) }) { // she asked by herself
			continue
		}
		all = append(all, Delivered{Plan: p, Asker: p.Asker, Name: kinds[i].Name, From: at, By: at, State: timebank.NotMade})
	}
	order := func(d *Delivered) int { return slices.Index(timebank.Deliveries, d.State) }
	slices.SortStableFunc(all, func(a, b Delivered) int { return cmp.Or(cmp.Compare(order(&a), order(&b)), a.From.Compare(b.From)) })
	return all, nil
}

// covers reports whether a delivery brings what a plan could not ask for at its time.
func (d *Delivered) covers(p *timebank.Plan, at time.Time, length time.Duration) bool {
	return d.Request != nil && d.State != timebank.Cancelled && d.Asker == p.Asker && d.Request.Kind == p.Kind &&
		d.Request.From.Before(at.Add(length)) && at.Before(d.Request.Ends())
}

// deliveries are what is delivered on some days, both ends included, by their time.
func (f *Flows) deliveries(ctx context.Context, r db.Reader, community id.ID, first, last period.Day, now time.Time) (all []Delivered, err error) {
	zone := now.Location()
	from := first.Start(zone)
	requests, err := f.TimeBank.Between(ctx, r, community, from, (last + 1).Start(zone))
	if err != nil {
		return nil, err
	}
	requests = slices.DeleteFunc(requests, func(q *timebank.Request) bool { return !q.Daily() })
	if len(requests) == 0 {
		return nil, nil
	}
	var which []id.ID
	for _, q := range requests {
		which = append(which, q.ID)
	}
	of, err := f.TimeBank.AssignmentsForAll(ctx, r, community, which)
	if err != nil {
		return nil, err
	}
	pictures, err := f.TimeBank.Pictures(ctx, r, community, from.AddDate(0, 0, -1))
	if err != nil {
		return nil, err
	}
	for _, q := range requests {
		d := Delivered{Request: q, Asker: q.Asker, Name: q.Name, From: q.From.In(zone), By: q.Ends().In(zone)}
		d.State = timebank.DeliveryOf(q, of[q.ID], func(a id.ID) int { return pictures[a] }, now)
		for _, a := range slices.Backward(of[q.ID]) {
			if !a.State().Freed() && a.State() != timebank.Called {
				d.Helper, d.Minutes = a.Helper, a.Minutes()
				d.Counted = d.Counted || a.Shown(pictures[a.ID]) && (a.State() == timebank.Accepted || a.State() == timebank.Settled) && a.Minutes() > 0
			}
		}
		all = append(all, d)
	}
	return all, nil
}

// WatchDeliveries tells the desk, once each, of what was to be delivered today and has not
// come, or could not even be asked for: somebody may lie behind the door (M7). It is a
// sweeper's work.
func (f *Flows) WatchDeliveries(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "watch deliveries")
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	var late []Delivered
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		for _, day := range []period.Day{standing.Today - 1, standing.Today} { // what was due around midnight, too
			all, err := f.DeliveriesOn(ctx, r, place, day, standing.Now)
			if err != nil {
				return err
			}
			for _, d := range all {
				if d.State.Alarming() {
					late = append(late, d)
				}
			}
		}
		return nil
	}); err != nil || len(late) == 0 {
		return err
	}
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range late {
		errs = append(errs, f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			return f.tellMissing(ctx, tx, desk, d, period.DayOf(d.From, standing.Now.Location()))
		}))
	}
	return errors.Join(errs...)
}

func (f *Flows) tellMissing(ctx context.Context, tx *db.Tx, desk []id.ID, d Delivered, day period.Day) error {
	about, alert := id.ID{}, timebank.MissedDelivery
	if d.Request != nil {
		about = d.Request.ID
	} else {
		about, alert = d.Plan.ID, timebank.UnmadeDelivery+timebank.Alert("/"+day.String())
	}
	first, err := f.TimeBank.Tell(ctx, tx, about, alert)
	if err != nil || !first {
		return err
	}
	return f.tellOfficers(ctx, tx, desk, id.ID{}, notice.Notice{Kind: notice.DeliveryMissing, Cause: helpCause(about) + "/" + string(alert), Link: "/desk/meals",
		Args: []notice.Arg{notice.Text(d.Name, ""), notice.Moment(d.From)}})
}
