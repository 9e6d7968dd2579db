package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// Refusals of classes (F10).
var (
	ErrClassNoSkill   = fault.New(fault.Conflict, "class.no_skill")
	ErrClassIdentity  = fault.New(fault.Conflict, "class.identity")
	ErrClassMinor     = fault.New(fault.Conflict, "class.minor")
	ErrClassHousehold = fault.New(fault.Conflict, "class.own_household")
	ErrClassNobody    = fault.New(fault.Conflict, "class.nobody_came")
	ErrClassOnlyHome  = fault.New(fault.Conflict, "class.only_home")
	ErrClassByCode    = fault.New(fault.Conflict, "class.by_code")
	ErrClassUnsettled = fault.New(fault.Conflict, "class.unsettled")
	ErrClassTooLate   = fault.New(fault.Conflict, "class.too_late") // details: days
	ErrClassNotHeld   = fault.New(fault.Conflict, "class.not_held")
)

// ProposeClass proposes a class of somebody who can do what it teaches (F10). It waits for
// the desk, and the second adult is told. The same form again proposes nothing more.
//
// Refusals: ErrClassNoSkill, those of activity.Service.Propose.
func (f *Flows) ProposeClass(ctx context.Context, place id.ID, actor db.Actor, a activity.Activity, token string) (made *activity.Activity, err error) {
	defer fault.Wrap(&err, "propose a class")
	here, err := f.teaching(ctx, place)
	if err != nil {
		return nil, err
	}
	if err := f.skilled(ctx, place, &here, a.Teacher, a.Skill); err != nil {
		return nil, err
	}
	a.Kind = activity.Class
	return f.propose(ctx, place, actor, &here, a, token)
}

// MayTeach refuses who cannot do what she would teach.
//
// Refusals: ErrClassNoSkill.
func (f *Flows) MayTeach(ctx context.Context, place, teacher id.ID, skill string) (err error) {
	defer fault.Wrap(&err, "may teach")
	here, err := f.teaching(ctx, place)
	if err != nil {
		return err
	}
	return f.skilled(ctx, place, &here, teacher, skill)
}

func (f *Flows) skilled(ctx context.Context, place id.ID, here *Standing, teacher id.ID, skill string) error {
	v, err := f.VolunteerOf(ctx, place, teacher)
	if err == nil && (v == nil || v.State == volunteer.Stopped || v.Can(volunteer.Skill(skill), here.Today) == volunteer.Unskilled) {
		err = ErrClassNoSkill.On("skill")
	}
	return err
}

// CallActivity calls an activity (F12): it is open at once, costs nothing and earns no hours.
func (f *Flows) CallActivity(ctx context.Context, place id.ID, actor db.Actor, a activity.Activity, token string) (made *activity.Activity, err error) {
	defer fault.Wrap(&err, "call an activity")
	here, err := f.teaching(ctx, place)
	if err != nil {
		return nil, err
	}
	a.Kind, a.Teacher, a.Skill, a.Pay, a.Price = activity.Event, id.ID{}, "", activity.Free, 0
	return f.propose(ctx, place, actor, &here, a, token)
}

// teaching is a community where hours are kept.
func (f *Flows) teaching(ctx context.Context, place id.ID) (s Standing, err error) {
	if err := f.Communities.RequireOn(ctx, f.DB, place, community.TimeBank); err != nil {
		return s, err
	}
	return f.StandingIn(ctx, place)
}

func (f *Flows) propose(ctx context.Context, place id.ID, actor db.Actor, here *Standing, a activity.Activity, token string) (made *activity.Activity, err error) {
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		made, err = f.Activities.Propose(ctx, tx, a, here.Rules.ServicePrice(a.Minutes))
		if err != nil || made.Second.IsZero() {
			return err
		}
		return f.tellMember(ctx, tx, made.Second, notice.Notice{Kind: notice.ClassSecond, Cause: classCause(made.ID) + "/second", Link: "/classes",
			Args: []notice.Arg{notice.Text(made.Title, ""), notice.Moment(made.Sessions[0].Begins), notice.Text(made.Place, "")}})
	})
	return made, err
}

// AgreeClass shows a class to everybody. Where children come, the house must know both
// adults by a certificate of no criminal record. Nobody agrees to her own class.
func (f *Flows) AgreeClass(ctx context.Context, place id.ID, actor db.Actor, class id.ID) (err error) {
	defer fault.Wrap(&err, "agree to a class")
	a, err := f.readActivity(ctx, place, class)
	if err != nil {
		return err
	}
	if err := f.notTheirOwn(ctx, place, actor.ID, a.Teacher, a.Second); err != nil {
		return err
	}
	if a.Children {
		if err := f.knownToBeSafe(ctx, place, a.Last(), a.Teacher, a.Second); err != nil {
			return err
		}
	}
	return f.withActivity(ctx, place, actor, class, func(tx *db.Tx, a *activity.Activity) error {
		if err := f.Activities.Agree(ctx, tx, a); err != nil {
			return err
		}
		return f.tellTeachers(ctx, tx, a, notice.Notice{Kind: notice.ClassAgreed, Cause: classCause(a.ID) + "/agreed", Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(a.Sessions[0].Begins), notice.Text(a.Place, "")}})
	})
}

// knownToBeSafe refuses adults of whom the desk has seen no certificate that holds on the
// day of the last date.
func (f *Flows) knownToBeSafe(ctx context.Context, place id.ID, last time.Time, adults ...id.ID) error {
	here, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	day := period.DayOf(last, here.Now.Location())
	for _, who := range adults {
		v, err := f.VolunteerOf(ctx, place, who)
		if err != nil {
			return err
		}
		if v == nil || v.Identity(day) < volunteer.Background {
			return ErrClassIdentity
		}
	}
	return nil
}

// notTheirOwn refuses to let somebody at the desk decide what concerns herself.
func (f *Flows) notTheirOwn(ctx context.Context, place, who id.ID, members ...id.ID) error {
	for _, m := range members {
		if same, err := f.IsMember(ctx, place, m, who); err != nil {
			return err
		} else if same {
			return ErrOwnMatter
		}
	}
	return nil
}

// RefuseClass refuses a class with a reason that its teacher reads.
func (f *Flows) RefuseClass(ctx context.Context, place id.ID, actor db.Actor, class id.ID, words string) (err error) {
	defer fault.Wrap(&err, "refuse a class")
	return f.withActivity(ctx, place, actor, class, func(tx *db.Tx, a *activity.Activity) error {
		if err := f.Activities.Refuse(ctx, tx, a, words); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, a.Teacher, notice.Notice{Kind: notice.ClassRefused, Cause: classCause(a.ID) + "/refused", Link: ClassPath(place, a.ID), Args: []notice.Arg{notice.Text(a.Title, ""), notice.Text(a.Words(), "")}})
	})
}

// WithdrawClass takes a class back that the desk has not answered. Of anybody but its
// teacher it is not there.
func (f *Flows) WithdrawClass(ctx context.Context, place id.ID, actor db.Actor, teacher, class id.ID) error {
	return f.withActivity(ctx, place, actor, class, func(tx *db.Tx, a *activity.Activity) error {
		if err := taughtBy(a, &teacher); err != nil {
			return err
		}
		return f.Activities.Withdraw(ctx, tx, a)
	})
}

// CallOffActivity calls the whole off, gives everything back that was set aside or came to
// the teacher for a date that does not take place, and tells everybody. Calling it off again
// while that goes on goes on with it. A nil teacher stands for the desk; of anybody else it is not there. A date that
// has begun is settled first.
func (f *Flows) CallOffActivity(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, class id.ID, words string) (err error) {
	defer fault.Wrap(&err, "call off")
	if err := f.beginEnding(ctx, place, actor, teacher, class, words); err != nil {
		return err
	}
	return f.closeAll(ctx, place, actor, class)
}

// beginEnding ends an activity; what follows for each seat is left to closeAll.
func (f *Flows) beginEnding(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, class id.ID, words string) error {
	return f.withActivity(ctx, place, actor, class, func(tx *db.Tx, a *activity.Activity) error {
		if err := taughtBy(a, teacher); err != nil {
			return err
		}
		if a.State() == activity.Off && len(a.Closing()) > 0 {
			return nil
		}
		for _, s := range a.Sessions {
			if s.End == nil && !s.Begins.After(tx.Now) {
				return ErrClassUnsettled
			}
		}
		return f.endActivity(ctx, tx, a, words, activity.ByWords)
	})
}

// endActivity ends an activity with all its dates; its seats are ended by closeAll.
func (f *Flows) endActivity(ctx context.Context, tx *db.Tx, a *activity.Activity, words string, cause activity.Cause) error {
	if err := f.Activities.CallOff(ctx, tx, a, words, cause); err != nil {
		return err
	}
	return f.tellTeachers(ctx, tx, a, wholeOff(tx.Community, a, true))
}

// tellTeachers tells who teaches, and the second adult. Of what the desk calls there is none.
func (f *Flows) tellTeachers(ctx context.Context, tx *db.Tx, a *activity.Activity, n notice.Notice) error {
	n.Link = ClassPath(tx.Community, a.ID)
	var errs []error
	for _, who := range []id.ID{a.Teacher, a.Second} {
		if !who.IsZero() {
			errs = append(errs, f.tellMember(ctx, tx, who, n))
		}
	}
	return errors.Join(errs...)
}

// taughtBy refuses to anybody but its teacher what only she may; nil is the desk.
func taughtBy(a *activity.Activity, teacher *id.ID) error {
	if teacher != nil && (a.Kind != activity.Class || a.Teacher != *teacher) {
		return activity.ErrNotFound
	}
	return nil
}

func (f *Flows) readActivity(ctx context.Context, place, at id.ID) (a *activity.Activity, err error) {
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		a, err = f.Activities.ByID(ctx, r, place, at)
		return err
	})
	return a, err
}

// withActivity does something with an activity as it stands, in one transaction.
func (f *Flows) withActivity(ctx context.Context, place id.ID, actor db.Actor, at id.ID, do func(tx *db.Tx, a *activity.Activity) error) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		a, err := f.Activities.ByID(ctx, tx, place, at)
		if err != nil {
			return err
		}
		return do(tx, a)
	})
}

func classCause(thing id.ID) string { return "class/" + thing.String() }

// ClassPath is where residents read of a class or an activity.
func ClassPath(place, at id.ID) string { return "/classes/" + place.String() + "/" + at.String() }
