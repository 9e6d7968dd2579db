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
	return f.joinClass(ctx, place, actor, at, member, people, activity.Own, token)
}

// EnterClass signs a member up at the desk, for who telephones or comes by. She is told, and
// until when she can say no at no cost (SeatFreeUntil).
//
// Refusals: those of JoinClass.
func (f *Flows) EnterClass(ctx context.Context, place id.ID, actor db.Actor, at, member id.ID, people int, token string) (x *activity.Seat, err error) {
	defer fault.Wrap(&err, "sign a neighbour up")
	return f.joinClass(ctx, place, actor, at, member, people, activity.ByDesk, token)
}

func (f *Flows) joinClass(ctx context.Context, place id.ID, actor db.Actor, at, member id.ID, people int, way activity.Way, token string) (x *activity.Seat, err error) {
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
		if x, err = f.Activities.Join(ctx, tx, a, member, people, way); err != nil {
			return err
		}
		if err := f.holdSeat(ctx, tx, a, x); err != nil || way == activity.Own {
			return err
		}
		return f.tellEntered(ctx, tx, a, x)
	})
	return x, err
}

// tellEntered tells whom the desk has signed up.
func (f *Flows) tellEntered(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	next := a.Ahead(tx.Now)[0]
	return f.tellMember(ctx, tx, x.Member, notice.Notice{Kind: notice.ClassEntered, Cause: classCause(x.ID) + "/entered", Link: ClassPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(next.Begins), notice.Text(a.Place, ""), notice.Moment(SeatFreeUntil(x, &next, &v.Params))}})
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
		if err := f.payLeaving(ctx, tx, a, x, rules, false); err != nil {
			return err
		}
		if err := f.Activities.Leave(ctx, tx, x); err != nil {
			return err
		}
		return f.moveUp(ctx, tx, a, rules)
	})
}

// payLeaving settles a seat that is given free: dates that have ended are carried out for it,
// and the next one is paid in part if it is too near (T-05). A date that has begun and is not
// settled keeps her; who parts for good pays it by what is noted until then, so that who
// taught is not out of pocket.
func (f *Flows) payLeaving(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat, rules *policy.Params, parts bool) error {
	c, err := f.closingOf(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := f.closeSeat(ctx, tx, c, x); err != nil || x.State != activity.Seated || a.Pay != activity.BySeat {
		return err
	}
	for i := range a.Sessions {
		s := &a.Sessions[i]
		if s.End != nil || s.Begins.After(tx.Now) || !x.Attends(s) {
			continue
		}
		if !parts {
			return ErrClassUnsettled
		}
		if err := f.payDate(ctx, tx, c, s, x); err != nil {
			return err
		}
	}
	if ahead := a.Ahead(tx.Now); len(ahead) > 0 {
		key := [2]id.ID{ahead[0].ID, x.ID}
		late := tx.Now.After(SeatFreeUntil(x, &ahead[0], rules))
		if c.excused[key] {
			late = c.late[key]
		}
		if late {
			if _, err := f.paySeat(ctx, tx, a, x, ahead[0].ID, activity.Late); err != nil {
				return err
			}
		}
	}
	_, err = f.letGoHours(ctx, tx, x.ID)
	return err
}

// SeatFreeUntil is until when it costs nothing to say that somebody does not come on a date:
// class_free_hours before it. Whom the desk signed up has class_answer_hours after that to
// say no, at the latest until it begins.
func SeatFreeUntil(x *activity.Seat, s *activity.Session, rules *policy.Params) time.Time {
	until := s.Begins.Add(-time.Duration(rules.ClassFreeHours) * time.Hour)
	if x.Way != activity.ByDesk {
		return until
	}
	if no := answerBy(x.At, s.Begins, rules); no.After(until) {
		return no
	}
	return until
}

// answerBy is until when somebody who is asked at an instant can answer: class_answer_hours,
// at the latest when the date begins.
func answerBy(asked, begins time.Time, rules *policy.Params) time.Time {
	if hours := rules.ClassAnswerHours; hours > 0 {
		if at := asked.Add(time.Duration(hours) * time.Hour); at.Before(begins) {
			return at
		}
	}
	return begins
}

// paySeat pays the teacher what a date came to for a seat (T-02, T-05), and notes it; nil
// where a seat costs nothing.
func (f *Flows) paySeat(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat, session id.ID, kind activity.SettlementKind) (*activity.Settlement, error) {
	if a.Pay != activity.BySeat {
		return nil, nil
	}
	s := HoursService{Request: x.ID, Assignment: tx.NewID(), Asker: x.Member, Server: charter.Server{Member: a.Teacher}, Minutes: a.Minutes, Coins: seatPrice(a, x)}
	pay := f.payService
	if kind == activity.Late {
		pay = f.payCancelled
	}
	m, err := pay(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	paid := activity.Settlement{Session: session, Seat: x.ID, ID: s.Assignment, Kind: kind, Coins: m.Coins, Seq: m.Seq}
	return &paid, f.Activities.Settle(ctx, tx, paid)
}

// moveUp offers what became free to who waits, and tells them until when to say yes:
// class_answer_hours, at the latest when the next date begins.
func (f *Flows) moveUp(ctx context.Context, tx *db.Tx, a *activity.Activity, rules *policy.Params) error {
	ahead := a.Ahead(tx.Now)
	if len(ahead) == 0 {
		return nil
	}
	until := answerBy(tx.Now, ahead[0].Begins, rules)
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
			if x.Member == member && x.Attends(s) {
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
