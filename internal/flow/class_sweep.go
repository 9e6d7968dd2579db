package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// classReminded is how long before a date people are reminded of it.
const classReminded = 24 * time.Hour

// SweepClasses takes back offers that nobody answered, calls off what too few people signed
// up for, reminds of what begins within a day, settles what nobody settled, and goes on with
// what was ended and is not carried out for all seats. It is a sweeper's work.
func (f *Flows) SweepClasses(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "sweep classes")
	now := f.DB.Clock().Now()
	var late []*activity.Seat
	var ahead, left []*activity.Activity
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		if late, err = f.Activities.Unclaimed(ctx, r, place, now); err != nil {
			return err
		}
		if ahead, err = f.Activities.Ahead(ctx, r, place, now); err != nil {
			return err
		}
		left, err = f.Activities.Unsettled(ctx, r, place, now.Add(-activity.LeftOpen))
		return err
	}); err != nil {
		return err
	}
	var errs []error
	sweep := func(at id.ID, do func(tx *db.Tx, a *activity.Activity, rules *policy.Params) error) {
		errs = append(errs, f.withActivity(ctx, place, byClock, at, func(tx *db.Tx, a *activity.Activity) error {
			v, err := f.inForce(ctx, tx, tx.Now)
			if err != nil {
				return err
			}
			return do(tx, a, &v.Params)
		}))
	}
	for _, x := range late {
		sweep(x.Activity, func(tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
			return f.lapseSeat(ctx, tx, a, x.ID, rules)
		})
	}
	for _, a := range ahead {
		if a.State() == activity.Open && a.Least > 0 && a.Sessions[0].End == nil {
			sweep(a.ID, func(tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
				return f.endTooFew(ctx, tx, a, rules)
			})
		}
		if soon(a, now) != nil {
			errs = append(errs, f.remindClass(ctx, place, a.ID))
		}
	}
	for _, a := range left {
		for _, s := range a.Sessions { // each by itself, so that one that cannot be settled holds up no other
			if a.State() != activity.Open || s.End != nil || s.Ends.After(now.Add(-activity.LeftOpen)) {
				continue
			}
			errs = append(errs, f.settleLeft(ctx, place, a.ID, s.ID))
		}
	}
	return errors.Join(append(errs, f.closeLeft(ctx, place))...)
}

// closeLeft goes on with what broke off, or was ended by the clock.
func (f *Flows) closeLeft(ctx context.Context, place id.ID) error {
	var open []*activity.Activity
	errs := []error{f.DB.View(ctx, place, func(r db.Reader) (err error) {
		open, err = f.Activities.Closing(ctx, r, place)
		return err
	})}
	for _, a := range open {
		errs = append(errs, f.closeAll(ctx, place, byClock, a.ID))
	}
	return errors.Join(errs...)
}

// lapseSeat takes an offer back; what became of it meanwhile counts.
func (f *Flows) lapseSeat(ctx context.Context, tx *db.Tx, a *activity.Activity, seat id.ID, rules *policy.Params) error {
	x, err := f.Activities.SeatByID(ctx, tx, tx.Community, seat)
	if err != nil {
		return err
	}
	if err := f.Activities.Lapse(ctx, tx, x); err != nil {
		if errors.Is(err, activity.ErrNotThere) {
			return nil
		}
		return err
	}
	return f.moveUp(ctx, tx, a, rules)
}

// soon is the date that begins within a day, nil if none does.
func soon(a *activity.Activity, now time.Time) *activity.Session {
	if ahead := a.Ahead(now); len(ahead) > 0 && ahead[0].Begins.Before(now.Add(classReminded)) {
		return a.Session(ahead[0].ID)
	}
	return nil
}

// endTooFew calls off what too few people signed up for.
func (f *Flows) endTooFew(ctx context.Context, tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
	first := &a.Sessions[0]
	if a.State() != activity.Open || first.End != nil || tx.Now.Before(a.TooFewAt(rules.ClassFreeHours)) || tx.Now.After(first.Begins) {
		return nil
	}
	seats, err := f.Activities.Seats(ctx, tx, tx.Community, a.ID)
	if err != nil || activity.People(seats) >= a.Least {
		return err
	}
	return f.endActivity(ctx, tx, a, "", activity.TooFew)
}

// remindClass reminds whoever has a seat of the date that begins within a day, some at a time,
// and then of nothing more: where it breaks off, who was told is not told again, for the cause
// is the same.
func (f *Flows) remindClass(ctx context.Context, place, at id.ID) error {
	var a *activity.Activity
	var s *activity.Session
	var seated []id.ID
	if err := f.DB.View(ctx, place, func(r db.Reader) (err error) {
		if a, err = f.Activities.ByID(ctx, r, place, at); err != nil || a.State() != activity.Open {
			return err
		}
		if s = soon(a, f.DB.Clock().Now()); s == nil {
			return nil
		}
		if done, err := f.Activities.Reminded(ctx, r, place, s.ID); err != nil || done {
			s = nil
			return err
		}
		seats, err := f.Activities.Seats(ctx, r, place, at)
		for _, x := range seats {
			if x.State == activity.Seated {
				seated = append(seated, x.Member)
			}
		}
		return err
	}); err != nil || s == nil {
		return err
	}
	say := notice.Notice{Kind: notice.ClassSoon, Cause: classCause(s.ID) + "/soon", Link: ClassPath(place, at),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(s.Begins), notice.Text(a.Place, "")}}
	for some := range slices.Chunk(seated, toldAtOnce) {
		if err := f.DB.Update(ctx, place, byClock, func(tx *db.Tx) error {
			for _, member := range some {
				if err := f.tellMember(ctx, tx, member, say); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, place, byClock, func(tx *db.Tx) error {
		if once, err := f.Activities.Remind(ctx, tx, s.ID); err != nil || !once {
			return err
		}
		return f.tellTeachers(ctx, tx, a, say)
	})
}

// settleLeft settles a date that nobody did, by those who checked in; where nobody did, the
// date counts as not held and everything for it comes back. One that the pool would pay, and
// for which nobody speaks who checked in herself, waits for the desk.
func (f *Flows) settleLeft(ctx context.Context, place, at, session id.ID) error {
	a, err := f.readActivity(ctx, place, at)
	if err != nil {
		return err
	}
	who, err := f.witnesses(ctx, place, a, session)
	if err != nil {
		return err
	}
	who.byCode = true
	return f.withDate(ctx, place, byClock, nil, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, _ *policy.Params) error {
		if s.End != nil {
			return nil
		}
		err := f.holdDate(ctx, tx, a, s, who)
		switch {
		case errors.Is(err, ErrClassNobody):
			return f.dropDate(ctx, tx, a, s, activity.SessionEnd{Cause: activity.Nobody})
		case errors.Is(err, ErrClassOnlyHome), errors.Is(err, ErrClassByCode):
			return nil
		}
		return err
	})
}

// forgetClasses ends what a member who is to be forgotten teaches, where she is the second
// adult with children, or has a seat, and takes her words away. Dates that have begun are paid
// first, by what is noted; the rest comes back. What was held stays under a pseudonym. The
// seats of what she taught are ended by the sweep.
func (f *Flows) forgetClasses(ctx context.Context, tx *db.Tx, who id.ID) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	seats, err := f.Activities.SeatsOf(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for _, x := range seats {
		if !x.Stands() {
			continue
		}
		a, err := f.Activities.ByID(ctx, tx, tx.Community, x.Activity)
		if err != nil {
			return err
		}
		if err := f.payLeaving(ctx, tx, a, x, &v.Params, true); err != nil {
			return err
		}
		if err := f.Activities.Leave(ctx, tx, x); err != nil {
			return err
		}
		if err := f.moveUp(ctx, tx, a, &v.Params); err != nil {
			return err
		}
	}
	taught, err := f.Activities.TaughtBy(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	second, err := f.Activities.WithChildrenBy(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for _, a := range taught {
		if err := f.endTeaching(ctx, tx, a); err != nil {
			return err
		}
	}
	for _, a := range second {
		if err := f.holdBegun(ctx, tx, a); err != nil {
			return err
		}
		if err := f.endTeaching(ctx, tx, a); err != nil {
			return err
		}
	}
	return f.Activities.Forget(ctx, tx, who)
}

// endTeaching ends a class whose teacher, or second adult, is to be forgotten. What is over
// and was not settled did not take place: nobody is paid any more who is forgotten.
func (f *Flows) endTeaching(ctx context.Context, tx *db.Tx, a *activity.Activity) error {
	switch {
	case a.State() == activity.Proposed:
		return f.Activities.Withdraw(ctx, tx, a)
	case a.State() != activity.Open:
		return nil
	case a.Next(tx.Now) != nil:
		return f.endActivity(ctx, tx, a, "", activity.Parted)
	}
	for i := range a.Sessions {
		if s := &a.Sessions[i]; s.End == nil {
			if err := f.dropDate(ctx, tx, a, s, activity.SessionEnd{Cause: activity.Parted}); err != nil {
				return err
			}
		}
	}
	return nil
}

// holdBegun holds the dates that have begun and that somebody came to, so that who taught
// loses nothing when who stood by is forgotten. Where the pool pays, somebody must have
// checked in by the digits at the door, as for the clock.
func (f *Flows) holdBegun(ctx context.Context, tx *db.Tx, a *activity.Activity) error {
	if a.State() != activity.Open {
		return nil
	}
	for i := range a.Sessions {
		s := &a.Sessions[i]
		if s.End != nil || s.Begins.After(tx.Now) {
			continue
		}
		err := f.holdDate(ctx, tx, a, s, witnesses{anywhere: true, byCode: true})
		if err != nil && !errors.Is(err, ErrClassNobody) && !errors.Is(err, ErrClassByCode) && !errors.Is(err, ErrClassOnlyHome) {
			return err
		}
	}
	return nil
}
