package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/points"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// UndoClassHours gives back what a date came to for a seat, or the pool, within
// dispute_days, with a reason (T-02R, T-04R, T-05R). Who sits at the desk and is one of the two
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
	return f.withDate(ctx, place, actor, nil, at, session, func(tx *db.Tx, a *activity.Activity, _ *activity.Session, rules *policy.Params) error {
		paid, err := f.Activities.Settled(ctx, tx, place, session, seat)
		switch {
		case err != nil:
			return err
		case paid.UndoSeq != 0:
			return activity.ErrUndone
		case tx.Now.After(paid.At.AddDate(0, 0, rules.DisputeDays)):
			return ErrClassTooLate.With("days", rules.DisputeDays)
		}
		return f.returnSeat(ctx, tx, a, paid, x.Member, words, activity.ByWords)
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
	if err := f.chooseThanks(ctx, place, actor, at, session, rule, &list); err != nil {
		return list, err
	}
	var refs []string
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		refs, err = f.cameRefs(ctx, r, place, a, s)
		return err
	}); err != nil {
		return list, err
	}
	var lines []ThanksLine
	for i, ref := range refs {
		if ref != "" {
			lines = append(lines, ThanksLine{Line: int64(i + 1), Ref: ref, Words: a.Title})
		}
	}
	if _, err := f.ThankList(ctx, place, actor, Thanks{Rule: rule, Form: classCause(session), Self: actor.ID, List: list}, a.Title, lines); err != nil {
		return list, err
	}
	return list, f.DB.Update(ctx, place, actor, func(tx *db.Tx) error { return f.Activities.Reward(ctx, tx, session, list) })
}

// chooseThanks notes by which rule a date is thanked before anything is given: of two who
// choose different ones at the same moment one is refused, and a list that broke off goes on
// under the same rule only.
func (f *Flows) chooseThanks(ctx context.Context, place id.ID, actor db.Actor, at, session, rule id.ID, list *id.ID) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		done, err := f.Activities.Rewarded(ctx, tx, place, at)
		if err != nil {
			return err
		}
		if _, thanked := done[session]; thanked {
			return activity.ErrThanked
		}
		if err := f.mayThankBy(ctx, tx, at, session, rule); err != nil {
			return onField(err, "rule")
		}
		*list, err = f.Activities.Choose(ctx, tx, session, rule)
		return err
	})
}

// mayThankBy refuses a rule that does not hold today. One under which giving points broke off
// goes on, whatever became of it: what it cannot give any more is noted on the list.
func (f *Flows) mayThankBy(ctx context.Context, tx *db.Tx, at, session, rule id.ID) error {
	chosen, err := f.Activities.Chosen(ctx, tx, tx.Community, at)
	if c, ok := chosen[session]; err != nil || ok && c.Rule == rule {
		return err
	}
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	r, err := f.Points.RuleByID(ctx, tx, tx.Community, rule)
	if err == nil && !r.Holds(day) {
		err = points.ErrRuleClosed
	}
	return err
}

// cameRefs are the references of those who came on a date, "" of who was forgotten: the
// others keep their places on a list that goes on.
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
		ref := ""
		if x := found[m]; x != nil && !x.Forgotten() {
			ref = x.Ref
		}
		refs = append(refs, ref)
	}
	return refs, err
}
