package flow

import (
	"context"
	"errors"
	"slices"
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

// MarkCame notes by a list who was there on a date: those of there were. Of the others only
// those of shown, who were ticked on the list when it was opened, were not: who checked in
// since keeps her mark. A nil teacher stands for the desk.
func (f *Flows) MarkCame(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID, there, shown []id.ID) (err error) {
	defer fault.Wrap(&err, "note who came")
	return f.withDate(ctx, place, actor, teacher, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error {
		seats, err := f.attending(ctx, tx, a, s)
		if err != nil {
			return err
		}
		for _, x := range seats {
			came := slices.Contains(there, x.ID)
			if !came && !slices.Contains(shown, x.ID) {
				continue
			}
			if err := f.Activities.Mark(ctx, tx, x, s, came, time.Duration(rules.CheckInEarly)*time.Minute); err != nil {
				return err
			}
		}
		return nil
	})
}

// withDate does something with a date of an activity as it stands.
func (f *Flows) withDate(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID, do func(tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error) error {
	return f.withActivity(ctx, place, actor, at, func(tx *db.Tx, a *activity.Activity) error {
		if err := taughtBy(a, teacher); err != nil {
			return err
		}
		s := a.Session(session)
		if s == nil {
			return activity.ErrNoSession
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		return do(tx, a, s, &v.Params)
	})
}

// attending are those who had a seat when a date began.
func (f *Flows) attending(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session) (some []*activity.Seat, err error) {
	seats, err := f.Activities.Seats(ctx, tx, tx.Community, a.ID)
	for _, x := range seats {
		if x.State == activity.Seated && !x.Since.After(s.Begins) {
			some = append(some, x)
		}
	}
	return some, err
}

// HoldClass ends a date that was held: who came pays (T-02), who did not come and had not
// said so in time pays the share of a late cancellation (T-05), the pool pays where the class
// is free for who comes (T-04). With the last date what is left comes back (T-03).
//
// Refusals: ErrClassNobody where nobody is noted to have come.
func (f *Flows) HoldClass(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID) (err error) {
	defer fault.Wrap(&err, "settle a date")
	return f.withDate(ctx, place, actor, teacher, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error {
		return f.holdDate(ctx, tx, a, s, rules)
	})
}

func (f *Flows) holdDate(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error {
	seats, err := f.attending(ctx, tx, a, s)
	if err != nil {
		return err
	}
	came, err := f.cameTo(ctx, tx, a, s)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(seats, func(x *activity.Seat) bool { return came[x.ID] }) {
		return ErrClassNobody
	}
	if err := f.Activities.EndSession(ctx, tx, s, true, ""); err != nil {
		return err
	}
	excused, err := f.Activities.Excused(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return err
	}
	for _, x := range seats {
		said := excused[[2]id.ID{s.ID, x.ID}]
		switch {
		case came[x.ID]:
			err = f.paySeat(ctx, tx, a, x, s.ID, activity.Paid)
		case said.IsZero() || lateFor(s, said, rules):
			err = f.paySeat(ctx, tx, a, x, s.ID, activity.Late)
		}
		if err != nil {
			return err
		}
		if err := f.endDate(ctx, tx, a, x); err != nil {
			return err
		}
		if a.Pay == activity.BySeat {
			if err := f.tellSettled(ctx, tx, a, s, x); err != nil {
				return err
			}
		}
	}
	return f.payTeaching(ctx, tx, a, s)
}

// cameTo are the seats that were there on a date.
func (f *Flows) cameTo(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session) (map[id.ID]bool, error) {
	all, err := f.Activities.Attendance(ctx, tx, tx.Community, a.ID)
	came := make(map[id.ID]bool)
	for _, c := range all {
		if c.Session == s.ID {
			came[c.Seat] = true
		}
	}
	return came, err
}

// endDate gives back what is left once no date is to come for a seat.
func (f *Flows) endDate(ctx context.Context, tx *db.Tx, a *activity.Activity, x *activity.Seat) error {
	if owing(a, x) > 0 {
		return nil
	}
	_, err := f.letGoHours(ctx, tx, x.ID)
	return err
}

// payTeaching lets the pool pay for a date that is free for who comes (T-04).
func (f *Flows) payTeaching(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session) error {
	if a.Pay != activity.ByPool {
		return nil
	}
	paid := HoursService{Request: a.ID, Assignment: tx.NewID(), Server: charter.Server{Member: a.Teacher}, Minutes: a.Minutes}
	m, err := f.payBasic(ctx, tx, paid)
	if err != nil {
		return err
	}
	return f.Activities.Settle(ctx, tx, activity.Settlement{Session: s.ID, ID: paid.Assignment, Kind: activity.PoolPaid, Coins: m.Coins, Seq: m.Seq})
}

// tellSettled tells what a date came to for a seat; nothing where it came to nothing.
func (f *Flows) tellSettled(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session, x *activity.Seat) error {
	paid, err := f.Activities.Settled(ctx, tx, tx.Community, s.ID, x.ID)
	if errors.Is(err, activity.ErrNoSeat) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.tellMember(ctx, tx, x.Member, notice.Notice{Kind: notice.ClassPaid, Cause: classCause(paid.ID), Link: ClassPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Coins(paid.Coins), notice.Moment(s.Begins)}})
}

// CallOffDate calls one date off with a reason: what was set aside for it comes back, and
// everybody is told. A nil teacher stands for the desk.
func (f *Flows) CallOffDate(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID, words string) (err error) {
	defer fault.Wrap(&err, "call a date off")
	return f.withDate(ctx, place, actor, teacher, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, _ *policy.Params) error {
		if err := a.TakesPart(s.Begins.Add(-1)); err != nil {
			return err
		}
		return f.dropDate(ctx, tx, a, s, words)
	})
}

func (f *Flows) dropDate(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session, words string) error {
	seats, err := f.Activities.Seats(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return err
	}
	if err := f.Activities.EndSession(ctx, tx, s, false, words); err != nil {
		return err
	}
	say := notice.Notice{Kind: notice.ClassOff, Cause: classCause(s.ID) + "/off", Link: ClassPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(s.Begins), notice.Text(s.End.Words, "")}}
	for _, x := range seats {
		if !x.Held() || x.Since.After(s.Begins) {
			continue
		}
		if err := f.keepHours(ctx, tx, x.ID, seatPrice(a, x)*money.Amount(owing(a, x))); err != nil {
			return err
		}
		if err := f.tellMember(ctx, tx, x.Member, say); err != nil {
			return err
		}
	}
	return f.tellTeachers(ctx, tx, a, say)
}

// UndoClassHours gives back what a date came to for a seat, or the pool, within
// dispute_days, with a reason (T-02R, T-04R). Who sits at the desk and is one of the two
// leaves it to another.
func (f *Flows) UndoClassHours(ctx context.Context, place id.ID, actor db.Actor, at, session, seat id.ID, words string) (err error) {
	defer fault.Wrap(&err, "give back what a date came to")
	a, err := f.readActivity(ctx, place, at)
	if err != nil {
		return err
	}
	var x activity.Seat // of the pool there is none
	if !seat.IsZero() {
		if err := f.DB.View(ctx, place, func(r db.Reader) error {
			found, err := f.Activities.SeatByID(ctx, r, place, seat)
			if err == nil {
				x = *found
			}
			return err
		}); err != nil {
			return err
		}
	}
	if err := f.notTheirOwn(ctx, place, actor.ID, a.Teacher, x.Member); err != nil {
		return err
	}
	return f.withDate(ctx, place, actor, nil, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error {
		paid, err := f.Activities.Settled(ctx, tx, place, session, seat)
		switch {
		case err != nil:
			return err
		case paid.UndoSeq != 0:
			return activity.ErrUndone
		case tx.Now.After(paid.At.AddDate(0, 0, rules.DisputeDays)):
			return ErrClassTooLate.With("days", rules.DisputeDays)
		}
		m, err := f.reverseService(ctx, tx, paid.ID, 0)
		if err != nil {
			return err
		}
		if err := f.Activities.Undo(ctx, tx, paid, words, m.Seq); err != nil {
			return err
		}
		say := notice.Notice{Kind: notice.ClassUndone, Cause: classCause(paid.ID) + "/undone", Link: ClassPath(place, a.ID), Args: []notice.Arg{notice.Text(a.Title, ""), notice.Coins(paid.Coins), notice.Text(words, "")}}
		if x.Member.IsZero() {
			return f.tellTeachers(ctx, tx, a, say)
		}
		return errors.Join(f.tellMember(ctx, tx, x.Member, say), f.tellTeachers(ctx, tx, a, say))
	})
}

// ThankAttendance gives points by a published rule to those who came on a date of an
// activity (M-06, F12), and notes the list. Hours and money have no part in it.
func (f *Flows) ThankAttendance(ctx context.Context, place id.ID, actor db.Actor, at, session, rule id.ID) (list id.ID, err error) {
	defer fault.Wrap(&err, "thank who came")
	a, err := f.readActivity(ctx, place, at)
	if err != nil {
		return list, err
	}
	s := a.Session(session)
	switch {
	case a.Kind != activity.Event:
		return list, activity.ErrNotEvent
	case s == nil:
		return list, activity.ErrNoSession
	case s.End == nil || !s.End.Held:
		return list, ErrClassNotHeld
	}
	var refs []string
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		done, err := f.Activities.Rewarded(ctx, r, place, at)
		if _, thanked := done[session]; err == nil && thanked {
			err = activity.ErrThanked
		}
		if err != nil {
			return err
		}
		refs, err = f.cameRefs(ctx, r, place, a, s)
		return err
	}); err != nil {
		return list, err
	}
	var lines []ThanksLine
	for i, ref := range refs {
		lines = append(lines, ThanksLine{Line: int64(i + 1), Ref: ref, Words: a.Title})
	}
	given, err := f.ThankList(ctx, place, actor, Thanks{Rule: rule, Form: classCause(session), Self: actor.ID}, a.Title, lines)
	if err != nil {
		return list, err
	}
	return given.ID, f.DB.Update(ctx, place, actor, func(tx *db.Tx) error { return f.Activities.Reward(ctx, tx, session, given.ID) })
}

// cameRefs are the references of those who came on a date, without those who were forgotten.
func (f *Flows) cameRefs(ctx context.Context, r db.Reader, place id.ID, a *activity.Activity, s *activity.Session) (refs []string, err error) {
	came, err := f.Activities.Attendance(ctx, r, place, a.ID)
	if err != nil {
		return nil, err
	}
	seats, err := f.Activities.Seats(ctx, r, place, a.ID)
	if err != nil {
		return nil, err
	}
	var who []id.ID
	for _, x := range seats {
		if slices.ContainsFunc(came, func(c activity.Came) bool { return c.Session == s.ID && c.Seat == x.ID }) {
			who = append(who, x.Member)
		}
	}
	found, err := f.Members.ByIDs(ctx, r, place, who)
	for _, m := range who {
		if x := found[m]; x != nil && x.Ref != "" {
			refs = append(refs, x.Ref)
		}
	}
	return refs, err
}

// ClassCost is what signing up costs now: of a person, for all dates to come.
func ClassCost(a *activity.Activity, now time.Time) money.Amount {
	return a.Price * money.Amount(len(a.Ahead(now)))
}
