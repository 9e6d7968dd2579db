package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// CheckIn is how a helper shows that she has come: the code that the served person says,
// or where her phone is.
type CheckIn struct {
	Code string
	At   *geo.Point // nil: by the code
}

// BeginHelp is the check-in (F8).
func (f *Flows) BeginHelp(ctx context.Context, place id.ID, actor db.Actor, helper, assignment id.ID, in CheckIn) (err error) {
	defer fault.Wrap(&err, "begin a service")
	near := -1
	if in.At != nil {
		if near, err = f.metresFrom(ctx, place, assignment, *in.At); err != nil {
			return err
		}
	}
	return f.onTask(ctx, place, actor, helper, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		t := &v.Params.TimeBank
		if near > t.CheckInMetres {
			return timebank.ErrNotThere.With("metres", t.CheckInMetres)
		}
		early, late := time.Duration(t.CheckInEarly)*time.Minute, time.Duration(t.CheckInLate)*time.Minute
		return f.TimeBank.Begin(ctx, tx, q, a, in.Code, near, early, late)
	})
}

// metresFrom is how far somebody is from the building of a service; a service of which
// that is not known is begun by the code.
func (f *Flows) metresFrom(ctx context.Context, place, assignment id.ID, at geo.Point) (metres int, err error) {
	if !at.Valid() {
		return 0, timebank.ErrNotThere.With("metres", 0)
	}
	var q *timebank.Request
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		a, err := f.TimeBank.AssignmentByID(ctx, r, place, assignment)
		if err != nil {
			return err
		}
		q, err = f.TimeBank.ByID(ctx, r, place, a.Request)
		return err
	}); err != nil {
		return 0, err
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		known, err := f.Communities.Positions(ctx, r)
		if err != nil {
			return err
		}
		door, ok := known[q.Building]
		if !ok {
			return ErrNoPosition
		}
		metres = int(door.At.Distance(at))
		return nil
	})
	return metres, err
}

// ErrNoPosition refuses a check-in by place where nobody knows where the place is.
var ErrNoPosition = fault.New(fault.Conflict, "help.no_position")

// onTask does something with a helper's assignment; another's is not there.
func (f *Flows) onTask(ctx context.Context, place id.ID, actor db.Actor, helper, assignment id.ID, do func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		a, err := f.TimeBank.AssignmentByID(ctx, tx, place, assignment)
		if err != nil {
			return err
		}
		if !helper.IsZero() && a.Helper != helper {
			return timebank.ErrNotFound
		}
		q, err := f.TimeBank.ByID(ctx, tx, place, a.Request)
		if err != nil {
			return err
		}
		if err := do(tx, q, a); err != nil {
			return err
		}
		return f.wakeBoard(ctx, tx)
	})
}

// onServed is onTask for who was served.
func (f *Flows) onServed(ctx context.Context, place id.ID, actor db.Actor, asker, assignment id.ID, do func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error) error {
	return f.onTask(ctx, place, actor, id.ID{}, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if q.Asker != asker {
			return timebank.ErrNotFound
		}
		return do(tx, q, a)
	})
}

// ProveHelp adds a picture to a service that is going on.
func (f *Flows) ProveHelp(ctx context.Context, place id.ID, actor db.Actor, helper, assignment id.ID, picture *attachment.File) (err error) {
	defer fault.Wrap(&err, "prove a service")
	return f.onTask(ctx, place, actor, helper, assignment, func(tx *db.Tx, _ *timebank.Request, a *timebank.Assignment) error {
		file, err := f.Files.Add(ctx, tx, picture)
		if err != nil {
			return err
		}
		return f.TimeBank.Prove(ctx, tx, a, file)
	})
}

// FinishHelp is the check-out; who was served is asked whether it was good.
func (f *Flows) FinishHelp(ctx context.Context, place id.ID, actor db.Actor, helper, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "finish a service")
	return f.onTask(ctx, place, actor, helper, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if err := f.TimeBank.Finish(ctx, tx, q, a, words); err != nil {
			return err
		}
		return f.tellFinished(ctx, tx, q, a)
	})
}

func (f *Flows) tellFinished(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	until := tx.Now.Add(time.Duration(v.Params.AcceptHours) * time.Hour)
	return f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceFinished, Cause: helpCause(a.ID) + "/finished", Link: helpPath(tx.Community, q.ID),
		Args: []notice.Arg{notice.Text(q.Name, ""), notice.Count(int64(a.Minutes())), notice.Moment(until)}})
}

// AcceptHelp is who was served saying that it was good: the helper is paid (T-03, T-04).
func (f *Flows) AcceptHelp(ctx context.Context, place id.ID, actor db.Actor, asker, assignment id.ID) (err error) {
	defer fault.Wrap(&err, "accept a service")
	return f.onServed(ctx, place, actor, asker, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		return f.acceptHelp(ctx, tx, q, a, "")
	})
}

func (f *Flows) acceptHelp(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment, words string) error {
	if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Accepted, Minutes: a.Minutes(), Words: words, Near: -1}); err != nil {
		return err
	}
	return f.settleHelp(ctx, tx, q, a)
}

// settleHelp pays for an assignment what its minutes are worth, tells the helper, and
// ends the request if it was the last.
func (f *Flows) settleHelp(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
	paid, err := f.payForHelp(ctx, tx, q, a)
	if err != nil {
		return err
	}
	if err := f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServiceSettled, Cause: helpCause(a.ID) + "/settled", Link: taskPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(q.Name, ""), notice.Count(int64(a.Minutes())), notice.Coins(paid)}}); err != nil {
		return err
	}
	if err := f.noteEarnedAbroad(ctx, tx, a, paid); err != nil {
		return err
	}
	return f.closeHelp(ctx, tx, q)
}

// closeHelp ends a request all of whose places have come to an end.
func (f *Flows) closeHelp(ctx context.Context, tx *db.Tx, q *timebank.Request) error {
	closed, err := f.TimeBank.Close(ctx, tx, q)
	if err != nil || !closed {
		return err
	}
	return errors.Join(f.letGoForHelp(ctx, tx, q), f.tellSpared(ctx, tx, q.ID))
}

// DisputeHelp is who was served saying what was not good; the desk decides, having heard
// both (F8).
func (f *Flows) DisputeHelp(ctx context.Context, place id.ID, actor db.Actor, asker, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "dispute a service")
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	return f.onServed(ctx, place, actor, asker, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Disputed, Minutes: a.Minutes(), Words: words, Near: -1}); err != nil {
			return err
		}
		told := notice.Notice{Kind: notice.ServiceDisputed, Cause: helpCause(a.ID) + "/disputed", Link: taskPath(tx.Community, a.ID), Args: []notice.Arg{notice.Text(q.Name, ""), notice.Text(words, "")}}
		if err := f.tellMember(ctx, tx, a.Helper, told); err != nil {
			return err
		}
		told.Link = "/desk/help"
		return f.tellOfficers(ctx, tx, desk, id.ID{}, told)
	})
}

// DecideHelp decides a dispute: how many minutes count, and why. All that was said
// counts as accepted, fewer are paid in part, none not at all.
//
// It decides too for a helper who was noted as missed and says otherwise: so many minutes
// of those that were agreed, paid as payForHelp says though somebody else may have the
// place by now.
//
// Refusals: ErrOwnMatter, timebank.ErrNoWay, ErrBadMinutes, ErrNoReason.
func (f *Flows) DecideHelp(ctx context.Context, place id.ID, actor db.Actor, assignment id.ID, minutes int, words string) (err error) {
	defer fault.Wrap(&err, "decide a dispute")
	if err := f.concerned(ctx, place, actor, assignment); err != nil {
		return err
	}
	return f.onTask(ctx, place, actor, id.ID{}, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		least, most := 0, a.Minutes()
		switch a.State() {
		case timebank.Disputed:
		case timebank.Missed, timebank.Excused: // none: she is excused, or stays missed
			least, most = 1, q.Minutes
		default:
			return timebank.ErrNoWay
		}
		if minutes < least || minutes > most {
			return timebank.ErrBadMinutes.On("minutes").With("least", least).With("most", most)
		}
		if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Settled, Minutes: minutes, Words: words, Near: -1}); err != nil {
			return err
		}
		if err := f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceDecided, Cause: helpCause(a.ID) + "/decided", Link: helpPath(tx.Community, q.ID),
			Args: []notice.Arg{notice.Text(q.Name, ""), notice.Count(int64(minutes)), notice.Text(words, "")}}); err != nil {
			return err
		}
		return f.settleHelp(ctx, tx, q, a)
	})
}

// ErrOwnMatter refuses to decide what concerns oneself.
var ErrOwnMatter = fault.New(fault.Forbidden, "help.own_matter")

// concerned refuses who is one of the two sides of a service.
func (f *Flows) concerned(ctx context.Context, place id.ID, actor db.Actor, assignment id.ID) error {
	var q *timebank.Request
	var a *timebank.Assignment
	if err := f.DB.View(ctx, place, func(r db.Reader) (err error) {
		if a, err = f.TimeBank.AssignmentByID(ctx, r, place, assignment); err != nil {
			return err
		}
		q, err = f.TimeBank.ByID(ctx, r, place, a.Request)
		return err
	}); err != nil {
		return err
	}
	for _, side := range []id.ID{q.Asker, a.Helper} {
		who, err := f.Householder(ctx, place, side)
		if err != nil {
			return err
		}
		if who.Person != nil && who.Person.ID == actor.ID {
			return ErrOwnMatter
		}
	}
	return nil
}

// GiveBackHelp is a helper saying that she cannot come: the place is free again, and
// somebody else is looked for at once.
func (f *Flows) GiveBackHelp(ctx context.Context, place id.ID, actor db.Actor, helper, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "give a service back")
	err = f.onTask(ctx, place, actor, helper, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if err := f.leavePlace(ctx, tx, q, a, timebank.GivenBack, words); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceAgain, Cause: helpCause(a.ID) + "/again", Link: helpPath(tx.Community, q.ID),
			Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}})
	})
	if err == nil {
		_ = f.FindHelpers(ctx, place)
	}
	return err
}

// MissHelp notes that a helper did not come: it counts against being asked again.
func (f *Flows) MissHelp(ctx context.Context, place id.ID, actor db.Actor, asker, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "a helper did not come")
	do := func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if tx.Now.Before(q.Until) {
			return timebank.ErrTooEarly.With("minutes", 0)
		}
		if err := f.leavePlace(ctx, tx, q, a, timebank.Missed, words); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServiceMissed, Cause: helpCause(a.ID) + "/missed", Link: taskPath(tx.Community, a.ID),
			Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}})
	}
	if asker.IsZero() {
		return f.onTask(ctx, place, actor, id.ID{}, assignment, do)
	}
	return f.onServed(ctx, place, actor, asker, assignment, do)
}

// ExcuseHelp takes a strike away: she had a reason, or it was noted by mistake.
func (f *Flows) ExcuseHelp(ctx context.Context, place id.ID, actor db.Actor, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "excuse a helper")
	return f.onTask(ctx, place, actor, id.ID{}, assignment, func(tx *db.Tx, _ *timebank.Request, a *timebank.Assignment) error {
		return f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Excused, Words: words, Near: -1})
	})
}

// ThankHelp leaves warm words with the helper, and words for the desk alone.
func (f *Flows) ThankHelp(ctx context.Context, place id.ID, actor db.Actor, asker, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "thank a helper")
	return f.onServed(ctx, place, actor, asker, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if err := f.TimeBank.Thank(ctx, tx, a, words); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServiceThanked, Cause: helpCause(a.ID) + "/thanks", Link: taskPath(tx.Community, a.ID),
			Args: []notice.Arg{notice.Text(q.Name, ""), notice.Text(words, "")}})
	})
}

// RemarkHelp leaves words that the desk alone reads, from one of the two sides.
func (f *Flows) RemarkHelp(ctx context.Context, place id.ID, actor db.Actor, who, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "a remark for the desk")
	return f.onTask(ctx, place, actor, id.ID{}, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		side, err := sideOf(q, a, who)
		if err != nil {
			return err
		}
		return f.TimeBank.Remark(ctx, tx, a.ID, side, words)
	})
}

func sideOf(q *timebank.Request, a *timebank.Assignment, who id.ID) (timebank.Side, error) {
	switch who {
	case q.Asker:
		return timebank.OfAsker, nil
	case a.Helper:
		return timebank.OfHelper, nil
	}
	return "", timebank.ErrNotFound
}

// ReportHelp notes that something went wrong while somebody helped, and tells the desk
// at once (F8).
func (f *Flows) ReportHelp(ctx context.Context, place id.ID, actor db.Actor, who, assignment id.ID, kind timebank.Accident, words string) (err error) {
	defer fault.Wrap(&err, "report an incident")
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	return f.onTask(ctx, place, actor, id.ID{}, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if _, err := sideOf(q, a, who); err != nil {
			return err
		}
		i, err := f.TimeBank.Report(ctx, tx, timebank.Incident{Assignment: a.ID, Kind: kind, Words: words})
		if err != nil {
			return err
		}
		return f.tellOfficers(ctx, tx, desk, id.ID{}, notice.Notice{Kind: notice.ServiceIncident, Cause: helpCause(i.ID), Link: "/desk/help", Args: []notice.Arg{notice.Text(q.Name, ""), notice.Text(words, "")}})
	})
}
