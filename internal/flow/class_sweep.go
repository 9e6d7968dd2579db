package flow

import (
	"context"
	"errors"
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
// up for, reminds of what begins within a day, and settles what nobody settled. It is a
// sweeper's work.
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
		errs = append(errs, f.withActivity(ctx, place, db.Actor{Kind: "job"}, at, func(tx *db.Tx, a *activity.Activity) error {
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
		if a.State() == activity.Open && (a.Least > 0 && a.Sessions[0].End == nil || soon(a, now) != nil) {
			sweep(a.ID, func(tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
				return f.tendClass(ctx, tx, a, rules)
			})
		}
	}
	for _, a := range left {
		for _, s := range a.Sessions { // each by itself, so that one that cannot be settled holds up no other
			if a.State() != activity.Open || s.End != nil || s.Ends.After(now.Add(-activity.LeftOpen)) {
				continue
			}
			sweep(a.ID, func(tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
				return f.settleLeft(ctx, tx, a, a.Session(s.ID), rules)
			})
		}
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

// tendClass calls off what too few people signed up for, else reminds of what begins soon.
func (f *Flows) tendClass(ctx context.Context, tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
	if a.State() != activity.Open {
		return nil
	}
	seats, err := f.Activities.Seats(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return err
	}
	first := &a.Sessions[0]
	if first.End == nil && !tx.Now.Before(a.TooFewAt(rules.ClassFreeHours)) && !tx.Now.After(first.Begins) && activity.People(seats) < a.Least {
		return f.endActivity(ctx, tx, a, forgotten, func(id.ID) notice.Notice {
			return notice.Notice{Kind: notice.ClassFew, Cause: classCause(a.ID) + "/few", Link: ClassPath(tx.Community, a.ID),
				Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(first.Begins), notice.Count(int64(a.Least))}}
		})
	}
	s := soon(a, tx.Now)
	if s == nil {
		return nil
	}
	if once, err := f.Activities.Remind(ctx, tx, s.ID); err != nil || !once {
		return err
	}
	say := notice.Notice{Kind: notice.ClassSoon, Cause: classCause(s.ID) + "/soon", Link: ClassPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(s.Begins), notice.Text(a.Place, "")}}
	for _, x := range seats {
		if x.State != activity.Seated {
			continue
		}
		if err := f.tellMember(ctx, tx, x.Member, say); err != nil {
			return err
		}
	}
	return f.tellTeachers(ctx, tx, a, say)
}

// settleLeft settles a date that nobody did, by those who checked in; where nobody did, the
// date counts as not held and everything for it comes back.
func (f *Flows) settleLeft(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error {
	if s.End != nil {
		return nil
	}
	err := f.holdDate(ctx, tx, a, s, rules)
	if errors.Is(err, ErrClassNobody) {
		err = f.dropDate(ctx, tx, a, s, forgotten)
	}
	return err
}

// forgetClasses ends what a member who is to be forgotten teaches, where she is the second
// adult with children, or has a seat, gives back what was set aside, and takes her words away. What was held stays under a pseudonym.
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
		if _, err := f.letGoHours(ctx, tx, x.ID); err != nil {
			return err
		}
		if err := f.Activities.Leave(ctx, tx, x); err != nil {
			return err
		}
		a, err := f.Activities.ByID(ctx, tx, tx.Community, x.Activity)
		if err != nil {
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
	for _, a := range append(taught, second...) {
		if err := f.endTeaching(ctx, tx, a); err != nil {
			return err
		}
	}
	return f.Activities.Forget(ctx, tx, who)
}

// endTeaching ends a class whose teacher, or second adult, is to be forgotten.
func (f *Flows) endTeaching(ctx context.Context, tx *db.Tx, a *activity.Activity) error {
	switch {
	case a.State() == activity.Proposed:
		return f.Activities.Withdraw(ctx, tx, a)
	case a.State() != activity.Open || a.Next(tx.Now) == nil:
		return nil
	}
	return f.endActivity(ctx, tx, a, forgotten, func(id.ID) notice.Notice {
		return notice.Notice{Kind: notice.ClassOff, Cause: classCause(a.ID) + "/off", Link: ClassPath(tx.Community, a.ID),
			Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(firstLeft(a)), notice.Text(forgotten, "")}}
	})
}
