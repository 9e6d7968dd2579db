package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// A date ends in one short transaction; what follows for those who have a seat is carried out
// some seats at a time, so that no transaction is long. seatsAtOnce are the seats of one
// transaction: each takes some twenty queries. closingsAtOnce are the transactions for which a
// person, or one round of the sweep, waits; the next round goes on.
const (
	seatsAtOnce    = 4
	closingsAtOnce = 30
)

// closing is what has to be known to carry out the dates of an activity that have ended.
type closing struct {
	*activity.Activity
	seats   []*activity.Seat
	came    map[[2]id.ID]bool
	excused map[[2]id.ID]bool // in time or not: see late
	late    map[[2]id.ID]bool
	closed  map[[2]id.ID]bool
	settled map[[2]id.ID]*activity.Settlement // that stand
}

func (f *Flows) closingOf(ctx context.Context, tx *db.Tx, a *activity.Activity) (*closing, error) {
	seats, err := f.Activities.Seats(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return nil, err
	}
	u, err := f.Activities.Unclosed(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return nil, err
	}
	c := newClosing(a, seats, &u)
	return c, f.fillExcuses(ctx, tx, c, u.Excused)
}

func newClosing(a *activity.Activity, seats []*activity.Seat, u *activity.Unclosed) *closing {
	c := &closing{Activity: a, seats: seats, came: make(map[[2]id.ID]bool), excused: make(map[[2]id.ID]bool), late: make(map[[2]id.ID]bool), closed: u.Closed, settled: make(map[[2]id.ID]*activity.Settlement)}
	for _, p := range u.Settled {
		if p.UndoSeq == 0 && !p.Seat.IsZero() {
			c.settled[[2]id.ID{p.Session, p.Seat}] = p
		}
	}
	for _, x := range u.Came {
		c.came[[2]id.ID{x.Session, x.Seat}] = true
	}
	return c
}

// fillExcuses reads who said that she will not come, and who said so too late by the rules in
// force when the date ended, or now if it has not.
func (f *Flows) fillExcuses(ctx context.Context, tx *db.Tx, c *closing, said map[[2]id.ID]time.Time) error {
	if len(said) == 0 {
		return nil
	}
	for i := range c.Sessions {
		s, at := &c.Sessions[i], tx.Now
		if s.End != nil {
			at = s.End.At
		}
		v, err := f.inForce(ctx, tx, at)
		if err != nil {
			return err
		}
		for _, x := range c.seats {
			key := [2]id.ID{s.ID, x.ID}
			if when, ok := said[key]; ok {
				c.excused[key], c.late[key] = true, when.After(SeatFreeUntil(x, s, &v.Params))
			}
		}
	}
	return nil
}

// concerns reports whether a date that has ended is still to be carried out for a seat: one
// that was held where it costs hours and was hers; one that was called off where it was to be
// hers, or came to something before, as when she left too late.
func (c *closing) concerns(s *activity.Session, x *activity.Seat) bool {
	key := [2]id.ID{s.ID, x.ID}
	switch {
	case s.End == nil || !s.End.Done.IsZero() || c.closed[key]:
		return false
	case s.End.Held:
		return c.Pay == activity.BySeat && x.Attends(s)
	case c.settled[key] != nil:
		return true
	}
	return x.Held() && !x.Since.After(s.Begins) && !x.Since.After(s.End.At)
}

// waits reports whether anything is still to be carried out for a seat.
func (c *closing) waits(x *activity.Seat) bool {
	if c.State() == activity.Off && x.Stands() {
		return true
	}
	for i := range c.Sessions {
		if c.concerns(&c.Sessions[i], x) {
			return true
		}
	}
	return false
}

// closeAll goes on with the dates of an activity that have ended until nothing is left, or
// closingsAtOnce is reached. It can break off and be taken up anywhere, by anybody.
func (f *Flows) closeAll(ctx context.Context, place id.ID, actor db.Actor, at id.ID) error {
	for range closingsAtOnce {
		more := false
		if err := f.withActivity(ctx, place, actor, at, func(tx *db.Tx, a *activity.Activity) (err error) {
			more, err = f.closeSome(ctx, tx, a)
			return err
		}); err != nil || !more {
			return err
		}
	}
	return nil
}

// closeSome carries out the dates of an activity that have ended for the next seatsAtOnce,
// and reports whether there are more.
func (f *Flows) closeSome(ctx context.Context, tx *db.Tx, a *activity.Activity) (more bool, err error) {
	open := a.Closing()
	if len(open) == 0 {
		return false, nil
	}
	c, err := f.closingOf(ctx, tx, a)
	if err != nil {
		return false, err
	}
	n := 0
	for _, x := range c.seats {
		if !c.waits(x) {
			continue
		}
		if n == seatsAtOnce {
			return true, nil
		}
		n++
		if err := f.closeSeat(ctx, tx, c, x); err != nil {
			return false, err
		}
		if err := f.keepOrEnd(ctx, tx, a, x); err != nil {
			return false, err
		}
	}
	for _, s := range open {
		if err := f.Activities.Finish(ctx, tx, s); err != nil {
			return false, err
		}
	}
	return false, nil
}

// closeSeat carries out for one seat what dates came to that have ended.
func (f *Flows) closeSeat(ctx context.Context, tx *db.Tx, c *closing, x *activity.Seat) error {
	for i := range c.Sessions {
		s := &c.Sessions[i]
		if !c.concerns(s, x) {
			continue
		}
		do := f.dropSeat
		if s.End.Held {
			do = f.payDate
		}
		if err := do(ctx, tx, c, s, x); err != nil {
			return err
		}
		if err := f.Activities.Close(ctx, tx, s.ID, x.ID); err != nil {
			return err
		}
		c.closed[[2]id.ID{s.ID, x.ID}] = true
	}
	return nil
}

// keepOrEnd gives back what is not needed any more for a seat (T-03): all of it, and the seat
// with it, where the whole was called off.
func (f *Flows) keepOrEnd(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat) error {
	if !x.Stands() {
		return nil
	}
	if a.State() != activity.Off {
		return f.keepHours(ctx, tx, x.ID, seatPrice(a, x)*money.Amount(owing(a, x)))
	}
	had := x.Held()
	if _, err := f.letGoHours(ctx, tx, x.ID); err != nil {
		return err
	}
	if err := f.Activities.End(ctx, tx, x); err != nil {
		return err
	}
	return f.tellMember(ctx, tx, x.Member, wholeOff(tx.Community, a, had))
}

// payDate pays what a date came to for a seat (T-02, T-05), and tells her. Who said in time
// that she will not come pays nothing.
func (f *Flows) payDate(ctx context.Context, tx *db.Tx, c *closing, s *activity.Session, x *activity.Seat) error {
	key, kind := [2]id.ID{s.ID, x.ID}, activity.Paid
	switch {
	case c.came[key]:
	case !c.excused[key] || c.late[key]:
		kind = activity.Late
	default:
		return nil
	}
	paid, err := f.paySeat(ctx, tx, c.Activity, x, s.ID, kind)
	if err != nil || paid == nil {
		return err
	}
	return f.tellMember(ctx, tx, x.Member, notice.Notice{Kind: notice.ClassPaid, Cause: classCause(paid.ID), Link: ClassPath(tx.Community, c.ID),
		Args: []notice.Arg{notice.Text(c.Title, ""), notice.Coins(paid.Coins), notice.Moment(s.Begins), stayedAway(kind)}})
}

// dropSeat gives back what a date came to for a seat that did not take place after all
// (T-05R, T-02R), and tells who was to come. Of what is called off as a whole she is told
// once, by keepOrEnd.
func (f *Flows) dropSeat(ctx context.Context, tx *db.Tx, c *closing, s *activity.Session, x *activity.Seat) error {
	if paid := c.settled[[2]id.ID{s.ID, x.ID}]; paid != nil {
		cause := s.End.Cause
		if s.End.Words == "" && cause == activity.ByWords {
			cause = activity.Parted // who gave the reason was forgotten, and it with her
		}
		if err := f.returnSeat(ctx, tx, c.Activity, paid, x.Member, s.End.Words, cause); err != nil {
			return err
		}
	}
	if c.State() == activity.Off || !x.Held() {
		return nil
	}
	return f.tellMember(ctx, tx, x.Member, dateOff(tx.Community, c.Activity, s, x.State == activity.Seated))
}

// returnSeat takes back from who taught what a date came to for a seat, or for the pool
// (T-02R, T-04R, T-05R), notes why, and tells both.
func (f *Flows) returnSeat(ctx context.Context, tx *db.Tx, a *activity.Activity, paid *activity.Settlement, member id.ID, words string, cause activity.Cause) error {
	m, err := f.reverseService(ctx, tx, paid.ID, 0)
	if err != nil {
		return err
	}
	if err := f.Activities.Undo(ctx, tx, paid, words, cause, m.Seq); err != nil {
		return err
	}
	say := notice.Notice{Kind: notice.ClassUndone, Cause: classCause(paid.ID) + "/undone", Link: ClassPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Coins(paid.Coins), whyOff(words, cause)}}
	if member.IsZero() {
		return f.tellTeachers(ctx, tx, a, say)
	}
	return errors.Join(f.tellMember(ctx, tx, member, say), f.tellTeachers(ctx, tx, a, say))
}
