package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// adultAge is from when somebody signs up for herself (民法典 §17).
const adultAge = 18

// JoinClass signs a member up, with those she brings along (F10, F12). Where a seat costs
// hours, those of all dates to come are set aside at once (T-01). A full one puts her into
// the queue, which costs nothing. Minors are signed up by who acts for them. The same form
// again signs nobody up twice.
//
// Refusals: ErrClassMinor, ErrClassHousehold, those of activity.Service.Join, coin.ErrSoftLimit.
func (f *Flows) JoinClass(ctx context.Context, place id.ID, actor db.Actor, at, member id.ID, people int, token string) (x *activity.Seat, err error) {
	defer fault.Wrap(&err, "sign up")
	a, err := f.readActivity(ctx, place, at)
	if err != nil {
		return nil, err
	}
	if err := f.mayJoin(ctx, place, actor, a, member); err != nil {
		return nil, err
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		a, err := f.Activities.ByID(ctx, tx, place, at)
		if err != nil {
			return err
		}
		if x, err = f.Activities.Join(ctx, tx, a, member, people); err != nil {
			return err
		}
		return f.holdSeat(ctx, tx, a, x)
	})
	return x, err
}

// mayJoin refuses who is too young to sign up herself, and a household paying itself.
func (f *Flows) mayJoin(ctx context.Context, place id.ID, actor db.Actor, a *activity.Activity, member id.ID) error {
	who, err := f.Householder(ctx, place, member)
	if err != nil {
		return err
	}
	if p := who.Person; p != nil && p.ID == actor.ID && p.BirthYear > 0 && f.DB.Clock().Now().Year()-p.BirthYear < adultAge {
		return ErrClassMinor
	}
	if a.Pay != activity.BySeat || who.Household.ID.IsZero() {
		return nil
	}
	teacher, err := f.Householder(ctx, place, a.Teacher)
	if err == nil && teacher.Household.ID == who.Household.ID {
		err = ErrClassHousehold
	}
	return err
}

// seatPrice is what a seat costs for a date.
func seatPrice(a *activity.Activity, x *activity.Seat) money.Amount {
	return a.Price * money.Amount(x.People)
}

// owing are the dates for which a seat's hours are set aside: those that began after she had
// it and that nobody ended.
func owing(a *activity.Activity, x *activity.Seat) (n int) {
	for _, s := range a.Sessions {
		if s.End == nil && !x.Since.After(s.Begins) {
			n++
		}
	}
	return n
}

// holdSeat sets the hours of a seat aside that she has (T-01).
func (f *Flows) holdSeat(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat) error {
	dates := owing(a, x)
	if x.State != activity.Seated || a.Pay != activity.BySeat || dates == 0 {
		return nil
	}
	_, err := f.setAsideHours(ctx, tx, x.ID, x.Member, seatPrice(a, x)*money.Amount(dates))
	return err
}

// withSeat does something with a seat as it stands. Nil stands for the desk; of anybody else
// a seat that is not hers is not there.
func (f *Flows) withSeat(ctx context.Context, place id.ID, actor db.Actor, member *id.ID, seat id.ID, do func(tx *db.Tx, a *activity.Activity, x *activity.Seat, rules *policy.Params) error) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		x, err := f.Activities.SeatByID(ctx, tx, place, seat)
		if err == nil && member != nil && x.Member != *member {
			err = activity.ErrNoSeat
		}
		if err != nil {
			return err
		}
		a, err := f.Activities.ByID(ctx, tx, place, x.Activity)
		if err != nil {
			return err
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		return do(tx, a, x, &v.Params)
	})
}

// TakeSeat says yes to a seat that became free; its hours are set aside.
//
// Refusals: activity.ErrLapsed, ErrNotThere, coin.ErrSoftLimit.
func (f *Flows) TakeSeat(ctx context.Context, place id.ID, actor db.Actor, member, seat id.ID) (err error) {
	defer fault.Wrap(&err, "take a seat")
	return f.withSeat(ctx, place, actor, &member, seat, func(tx *db.Tx, a *activity.Activity, x *activity.Seat, _ *policy.Params) error {
		if err := f.Activities.Accept(ctx, tx, a, x); err != nil {
			return err
		}
		return f.holdSeat(ctx, tx, a, x)
	})
}

// LeaveClass gives a seat free, or a place in the queue. It is free until class_free_hours
// before the next date; later the teacher gets her share for that date (T-05). The rest
// comes back, and who waits moves up.
//
// Refusals: ErrClassUnsettled while a date that has begun is not settled.
func (f *Flows) LeaveClass(ctx context.Context, place id.ID, actor db.Actor, member *id.ID, seat id.ID) (err error) {
	defer fault.Wrap(&err, "give a seat free")
	return f.withSeat(ctx, place, actor, member, seat, func(tx *db.Tx, a *activity.Activity, x *activity.Seat, rules *policy.Params) error {
		if x.State == activity.Seated {
			if err := f.payLeaving(ctx, tx, a, x, rules); err != nil {
				return err
			}
		}
		if err := f.Activities.Leave(ctx, tx, x); err != nil {
			return err
		}
		return f.moveUp(ctx, tx, a, rules)
	})
}

// payLeaving settles a seat that is given free.
func (f *Flows) payLeaving(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat, rules *policy.Params) error {
	for _, s := range a.Sessions {
		if s.End == nil && !s.Begins.After(tx.Now) && !x.Since.After(s.Begins) {
			return ErrClassUnsettled
		}
	}
	if ahead := a.Ahead(tx.Now); len(ahead) > 0 {
		excused, err := f.Activities.Excused(ctx, tx, tx.Community, a.ID)
		if err != nil {
			return err
		}
		said := excused[[2]id.ID{ahead[0].ID, x.ID}]
		if said.IsZero() {
			said = tx.Now
		}
		if lateFor(&ahead[0], said, rules) {
			if err := f.paySeat(ctx, tx, a, x, ahead[0].ID, activity.Late); err != nil {
				return err
			}
		}
	}
	_, err := f.letGoHours(ctx, tx, x.ID)
	return err
}

// lateFor reports whether somebody said too late that she will not come on a date.
func lateFor(s *activity.Session, said time.Time, rules *policy.Params) bool {
	return said.After(s.Begins.Add(-time.Duration(rules.ClassFreeHours) * time.Hour))
}

// paySeat pays the teacher what a date came to for a seat (T-02, T-05), and notes it.
func (f *Flows) paySeat(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat, session id.ID, kind activity.SettlementKind) error {
	if a.Pay != activity.BySeat {
		return nil
	}
	s := HoursService{Request: x.ID, Assignment: tx.NewID(), Asker: x.Member, Server: charter.Server{Member: a.Teacher}, Minutes: a.Minutes, Coins: seatPrice(a, x)}
	pay := f.payService
	if kind == activity.Late {
		pay = f.payCancelled
	}
	m, err := pay(ctx, tx, s)
	if err != nil {
		return err
	}
	return f.Activities.Settle(ctx, tx, activity.Settlement{Session: session, Seat: x.ID, ID: s.Assignment, Kind: kind, Coins: m.Coins, Seq: m.Seq})
}

// moveUp offers what became free to who waits, and tells them until when to say yes:
// class_answer_hours, at the latest when the next date begins.
func (f *Flows) moveUp(ctx context.Context, tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
	ahead := a.Ahead(tx.Now)
	if len(ahead) == 0 {
		return nil
	}
	until := ahead[0].Begins
	if hours := rules.ClassAnswerHours; hours > 0 {
		if at := tx.Now.Add(time.Duration(hours) * time.Hour); at.Before(until) {
			until = at
		}
	}
	offered, err := f.Activities.MoveUp(ctx, tx, a, until)
	if err != nil {
		return err
	}
	for _, x := range offered {
		if err := f.tellMember(ctx, tx, x.Member, notice.Notice{Kind: notice.ClassSeat, Cause: classCause(x.ID) + "/seat", Link: ClassPath(tx.Community, a.ID), Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(until)}}); err != nil {
			return err
		}
	}
	return nil
}

// ExcuseSeat says that somebody cannot come on one date. Until class_free_hours before it
// nothing is paid for that date.
func (f *Flows) ExcuseSeat(ctx context.Context, place id.ID, actor db.Actor, member, seat, session id.ID) (err error) {
	defer fault.Wrap(&err, "excuse")
	return f.withSeat(ctx, place, actor, &member, seat, func(tx *db.Tx, a *activity.Activity, x *activity.Seat, _ *policy.Params) error {
		s := a.Session(session)
		if s == nil {
			return activity.ErrNoSession
		}
		return f.Activities.Excuse(ctx, tx, x, s)
	})
}

// CheckInClass notes that somebody is there, by the digits at the door, from check_in_early
// before it begins until it ends. Who got her seat after it began has none on that date.
func (f *Flows) CheckInClass(ctx context.Context, place id.ID, actor db.Actor, member, at id.ID, code string) (err error) {
	defer fault.Wrap(&err, "check in")
	return f.withActivity(ctx, place, actor, at, func(tx *db.Tx, a *activity.Activity) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		seats, err := f.Activities.Seats(ctx, tx, place, a.ID)
		if err != nil {
			return err
		}
		s := a.Next(tx.Now)
		if s == nil {
			return activity.ErrSessionOver
		}
		for _, x := range seats {
			if x.Member == member && x.State == activity.Seated && !x.Since.After(s.Begins) {
				return f.Activities.CheckIn(ctx, tx, x, s, code, time.Duration(v.Params.CheckInEarly)*time.Minute)
			}
		}
		return activity.ErrNoSeat
	})
}

// ThankTeacher notes a line of thanks of somebody who was there, and tells the teacher.
func (f *Flows) ThankTeacher(ctx context.Context, place id.ID, actor db.Actor, member, seat id.ID, words string) (err error) {
	defer fault.Wrap(&err, "thank a teacher")
	return f.withSeat(ctx, place, actor, &member, seat, func(tx *db.Tx, a *activity.Activity, x *activity.Seat, _ *policy.Params) error {
		if err := f.Activities.Thank(ctx, tx, x, words); err != nil {
			return err
		}
		return f.tellTeachers(ctx, tx, a, notice.Notice{Kind: notice.ClassThanks, Cause: classCause(x.ID) + "/thanks", Args: []notice.Arg{notice.Text(a.Title, ""), notice.Text(words, "")}})
	})
}
