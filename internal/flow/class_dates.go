package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// MarkCame notes by a list who was there on a date: those of there were. Of the others only
// those of shown, who were ticked on the list when it was opened, were not: who checked in
// since keeps her mark. A nil teacher stands for the desk.
func (f *Flows) MarkCame(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID, there, shown []id.ID) (err error) {
	defer fault.Wrap(&err, "note who came")
	return f.withDate(ctx, place, actor, teacher, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, rules *policy.Params) error {
		if s.End != nil {
			return activity.ErrSessionOver
		}
		seats, err := f.attending(ctx, tx, a, s)
		if err != nil {
			return err
		}
		marked, err := f.cameTo(ctx, tx, a, s)
		if err != nil {
			return err
		}
		for _, x := range seats {
			came := slices.Contains(there, x.ID)
			if _, before := marked[x.ID]; came == before || !came && !slices.Contains(shown, x.ID) {
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
		if x.Attends(s) {
			some = append(some, x)
		}
	}
	return some, err
}

// HoldClass settles a date that was held: who came pays (T-02), who did not come and had not
// said so in time pays the share of a late cancellation (T-05), the pool pays where the class
// is free for who comes (T-04). What a seat does not need any more comes back (T-03). Settling
// a date again that is being settled goes on with it.
//
// Where the pool pays, somebody of another household than the teacher's must have come, and
// unless the desk settles it, by the digits at the door.
//
// Refusals: ErrClassNobody where nobody is noted to have come, ErrClassOnlyHome,
// ErrClassByCode, ErrOwnMatter.
func (f *Flows) HoldClass(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID) (err error) {
	defer fault.Wrap(&err, "settle a date")
	if err := f.beginHolding(ctx, place, actor, teacher, at, session); err != nil {
		return err
	}
	return f.closeAll(ctx, place, actor, at)
}

// beginHolding ends a date as held; what follows for each seat is left to closeAll.
func (f *Flows) beginHolding(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID) error {
	a, err := f.readActivity(ctx, place, at)
	if err != nil {
		return err
	}
	if a.Pay == activity.ByPool && teacher == nil {
		if err := f.notTheirOwn(ctx, place, actor.ID, a.Teacher, a.Second); err != nil {
			return err
		}
	}
	who, err := f.witnesses(ctx, place, a, session)
	if err != nil {
		return err
	}
	who.byCode = teacher != nil
	return f.withDate(ctx, place, actor, teacher, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, _ *policy.Params) error {
		if s.End != nil && s.End.Held {
			return nil
		}
		return f.holdDate(ctx, tx, a, s, who)
	})
}

// witnesses are the seats of other households than the teacher's that came to a date which
// the pool pays: who speaks for it.
type witnesses struct {
	elsewhere map[id.ID]bool
	anywhere  bool // households are not looked at
	byCode    bool // only who checked in herself counts
}

func (f *Flows) witnesses(ctx context.Context, place id.ID, a *activity.Activity, session id.ID) (w witnesses, err error) {
	if a.Pay != activity.ByPool {
		return w, nil
	}
	w.elsewhere = make(map[id.ID]bool)
	teacher, err := f.Householder(ctx, place, a.Teacher)
	if err != nil {
		return w, err
	}
	var seats []*activity.Seat
	var came []activity.Came
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		if seats, err = f.Activities.Seats(ctx, r, place, a.ID); err != nil {
			return err
		}
		came, err = f.Activities.Attendance(ctx, r, place, a.ID)
		return err
	}); err != nil {
		return w, err
	}
	for _, x := range seats {
		if !slices.ContainsFunc(came, func(c activity.Came) bool { return c.Session == session && c.Seat == x.ID }) {
			continue
		}
		who, err := f.Householder(ctx, place, x.Member)
		if err != nil {
			return w, err
		}
		w.elsewhere[x.ID] = who.Household.ID.IsZero() || who.Household.ID != teacher.Household.ID
	}
	return w, nil
}

// refuse refuses a date that the pool would pay and for which nobody speaks.
func (w witnesses) refuse(a *activity.Activity, came map[id.ID]activity.How) error {
	if a.Pay != activity.ByPool {
		return nil
	}
	err := error(ErrClassOnlyHome)
	for seat, how := range came {
		switch {
		case !w.anywhere && !w.elsewhere[seat]:
		case w.byCode && how != activity.ByCode:
			err = ErrClassByCode
		default:
			return nil
		}
	}
	return err
}

func (f *Flows) holdDate(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session, who witnesses) error {
	came, err := f.cameTo(ctx, tx, a, s)
	if err != nil {
		return err
	}
	if len(came) == 0 {
		return ErrClassNobody
	}
	if err := who.refuse(a, came); err != nil {
		return err
	}
	if err := f.Activities.EndSession(ctx, tx, s, activity.SessionEnd{Held: true}); err != nil || a.Pay == activity.BySeat {
		return err
	}
	if err := f.payTeaching(ctx, tx, a, s); err != nil {
		return err
	}
	return f.Activities.Finish(ctx, tx, s)
}

// cameTo are the seats that were there on a date, and how that is known.
func (f *Flows) cameTo(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session) (map[id.ID]activity.How, error) {
	all, err := f.Activities.Attendance(ctx, tx, tx.Community, a.ID)
	came := make(map[id.ID]activity.How)
	for _, c := range all {
		if c.Session == s.ID {
			came[c.Seat] = c.How
		}
	}
	return came, err
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

// CallOffDate calls one date off with a reason: what was set aside for it comes back, what it
// came to before for who left too late, too (T-05R), and everybody is told. Calling a date off
// again that is being called off goes on with it. A nil teacher stands for the desk.
func (f *Flows) CallOffDate(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID, words string) (err error) {
	defer fault.Wrap(&err, "call a date off")
	if err := f.beginDropping(ctx, place, actor, teacher, at, session, words); err != nil {
		return err
	}
	return f.closeAll(ctx, place, actor, at)
}

// beginDropping ends a date as called off; what follows for each seat is left to closeAll.
func (f *Flows) beginDropping(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID, words string) error {
	return f.withDate(ctx, place, actor, teacher, at, session, func(tx *db.Tx, a *activity.Activity, s *activity.Session, _ *policy.Params) error {
		if s.End != nil && !s.End.Held && (s.End.Done.IsZero() || words == "") {
			return nil // it goes on, or the clock was quicker
		}
		if err := a.TakesPart(s.Begins.Add(-1)); err != nil {
			return err
		}
		return f.dropDate(ctx, tx, a, s, activity.SessionEnd{Words: words})
	})
}

func (f *Flows) dropDate(ctx context.Context, tx *db.Tx, a *activity.Activity, s *activity.Session, end activity.SessionEnd) error {
	if err := f.Activities.EndSession(ctx, tx, s, end); err != nil {
		return err
	}
	return f.tellTeachers(ctx, tx, a, dateOff(tx.Community, a, s, true))
}

// ClassCost is what signing up costs now: of a person, for all dates to come.
func ClassCost(a *activity.Activity, now time.Time) money.Amount {
	return a.Price * money.Amount(len(a.Ahead(now)))
}
