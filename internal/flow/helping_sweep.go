package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// SweepHelp does what the clock brings (F8): a service nobody objected to is accepted, a
// forgotten check-out is made up, who starts soon is reminded, what nobody was found for
// ends and lets go what was set aside. It is a sweeper's work; each matter stands for
// itself.
func (f *Flows) SweepHelp(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "sweep services")
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	var running []*timebank.Assignment
	var open []*timebank.Request
	requests := make(map[id.ID]*timebank.Request)
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		if running, err = f.TimeBank.Running(ctx, r, place); err != nil {
			return err
		}
		open, err = f.TimeBank.Open(ctx, r, place)
		for _, q := range open {
			requests[q.ID] = q
		}
		return err
	}); err != nil {
		return err
	}
	now := f.DB.Clock().Now()
	var errs []error
	for _, a := range running {
		if q := requests[a.Request]; q != nil && dueStep(a, q, &standing.Rules.TimeBank, now) != "" {
			errs = append(errs, f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.takeDueStep(ctx, tx, a.ID) }))
		}
	}
	for _, q := range open {
		if q.Until.Before(now) {
			errs = append(errs, f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.expireHelp(ctx, tx, q.ID) }))
		}
	}
	return errors.Join(append(errs, f.keepApart(ctx, place, promising(running)...))...)
}

// remindedBefore is how long before it begins a helper is reminded.
const remindedBefore = time.Hour

// due is what the clock brings next.
type due string

const (
	toRemind due = "remind"
	toFinish due = "finish"
	toAccept due = "accept"
	toDecide due = "decide"
	toLapse  due = "lapse"
)

// dueStep says what is due of an assignment at an instant, "" for nothing.
func dueStep(a *timebank.Assignment, q *timebank.Request, t *policy.TimeBank, now time.Time) due {
	late := minutes(t.CheckInLate)
	switch state := a.State(); {
	case state == timebank.Promised && now.After(q.Ends().AddDate(0, 0, t.DisputeDays)):
		return toLapse
	case state == timebank.Promised && now.After(q.From.Add(-remindedBefore)) && now.Before(q.From) && a.At.Before(q.From.Add(-2*remindedBefore)):
		return toRemind
	case state == timebank.Begun && now.After(a.When(timebank.Begun).Add(minutes(q.Minutes+q.Minutes/2)+late)):
		return toFinish
	case state == timebank.Finished && now.After(a.When(timebank.Finished).Add(time.Duration(t.AcceptHours)*time.Hour)):
		return toAccept
	case state == timebank.Disputed && now.After(a.When(timebank.Disputed).AddDate(0, 0, 2*max(t.DisputeDays, 1))):
		return toDecide
	}
	return ""
}

// takeDueStep does it, if it is still due.
func (f *Flows) takeDueStep(ctx context.Context, tx *db.Tx, assignment id.ID) error {
	a, err := f.TimeBank.AssignmentByID(ctx, tx, tx.Community, assignment)
	if err != nil {
		return err
	}
	q, err := f.TimeBank.ByID(ctx, tx, tx.Community, a.Request)
	if err != nil {
		return err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	switch dueStep(a, q, &v.Params.TimeBank, tx.Now) {
	case toRemind:
		return f.remindHelper(ctx, tx, q, a)
	case toFinish:
		if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Finished, Minutes: q.Minutes, Near: -1}); err != nil {
			return err
		}
		return f.tellFinished(ctx, tx, q, a)
	case toAccept, toDecide:
		return f.acceptHelp(ctx, tx, q, a, "")
	case toLapse:
		if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Lapsed, Near: -1}); err != nil {
			return err
		}
		return f.closeHelp(ctx, tx, q)
	}
	return nil
}

// remindHelper reminds a helper of what begins soon. The notice has the same cause each
// time, so that it reaches her once.
func (f *Flows) remindHelper(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
	first, err := f.TimeBank.Tell(ctx, tx, a.ID, timebank.RemindedStart)
	if err != nil || !first {
		return err
	}
	return f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServiceSoon, Cause: helpCause(a.ID) + "/soon", Link: taskPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}})
}

// expireHelp ends what nobody was found for, or for which nobody more is needed once its
// time has passed. What somebody promised or does goes on.
func (f *Flows) expireHelp(ctx context.Context, tx *db.Tx, request id.ID) error {
	q, err := f.TimeBank.ByID(ctx, tx, tx.Community, request)
	if err != nil || q.End != nil || !q.Until.Before(tx.Now) {
		return err
	}
	all, err := f.TimeBank.AssignmentsFor(ctx, tx, tx.Community, request)
	if err != nil {
		return err
	}
	how := timebank.Expired
	for _, a := range all {
		if !a.State().Over() {
			return nil
		}
		if a.State().Served() {
			how = timebank.Done
		}
	}
	if err := f.endHelp(ctx, tx, q, how, ""); err != nil || how == timebank.Done {
		return err
	}
	return f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceExpired, Cause: helpCause(q.ID) + "/expired", Link: helpPath(tx.Community, q.ID),
		Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}})
}

// PlanHelp asks again for the same on some days of the week, and makes the first days'
// requests at once.
func (f *Flows) PlanHelp(ctx context.Context, place id.ID, actor db.Actor, p timebank.Plan, token string) (err error) {
	defer fault.Wrap(&err, "plan help")
	if err := f.Communities.RequireOn(ctx, f.DB, place, community.TimeBank); err != nil {
		return err
	}
	who, err := f.Householder(ctx, place, p.Asker)
	if err != nil {
		return err
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		next := p
		next.Building, next.Grid = who.Building, who.Grid
		_, err = f.TimeBank.MakePlan(ctx, tx, next, today)
		return err
	})
	if err == nil {
		_ = f.MakePlanned(ctx, place) // what is not made now is made by the sweep
	}
	return err
}

// MakePlanned makes the requests of plans for the coming days. It is a sweeper's work.
func (f *Flows) MakePlanned(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "make planned requests")
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	var plans []*timebank.Plan
	days := make(map[*timebank.Plan][]period.Day)
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		if plans, err = f.TimeBank.Plans(ctx, r, place, standing.Today); err != nil {
			return err
		}
		for _, p := range plans {
			if days[p], err = f.TimeBank.Due(ctx, r, place, p, standing.Today); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	var errs []error
	for _, p := range plans { // in their order: of two that ask for the same, the first does
		due := days[p]
		if len(due) == 0 {
			continue
		}
		who, err := f.Householder(ctx, place, p.Asker)
		if err != nil {
			return err
		}
		for _, d := range due {
			errs = append(errs, f.makeDay(ctx, place, p, who, d, standing.Now.Location()))
		}
	}
	return errors.Join(errs...)
}

// makeDay makes the request of a plan's day. A day that is over already, or on which she
// asked by herself, or for which she has not enough, is noted as not made.
func (f *Flows) makeDay(ctx context.Context, place id.ID, p *timebank.Plan, who *Householder, d period.Day, zone *time.Location) error {
	make := func(do func(tx *db.Tx) (id.ID, error)) error {
		return f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			now, err := f.TimeBank.PlanByID(ctx, tx, place, p.ID)
			if err != nil || now.End != nil {
				return err
			}
			made, err := f.TimeBank.Made(ctx, tx, place, p.ID, d)
			if err != nil || slices.Contains(made, d) {
				return err
			}
			request, err := do(tx)
			if err != nil {
				return err
			}
			return f.TimeBank.Make(ctx, tx, p.ID, d, request)
		})
	}
	err := make(func(tx *db.Tx) (id.ID, error) {
		at := d.Start(zone).Add(minutes(p.Minute))
		q, err := f.askHelp(ctx, tx, who, HelpWish{Kind: p.Kind, Member: p.Asker, Entered: timebank.ByPlan, From: at, Words: p.Words, Door: p.Door}, p.ID)
		if err != nil {
			return id.ID{}, err
		}
		return q.ID, nil
	})
	if fault.Of(err) == nil {
		return err
	}
	return make(func(*db.Tx) (id.ID, error) { return id.ID{}, nil })
}

// EndPlan ends a plan for its member, or for the desk (zero). What it asked for already
// stands and is withdrawn like anything else.
func (f *Flows) EndPlan(ctx context.Context, place id.ID, actor db.Actor, asker, plan id.ID, words string) (err error) {
	defer fault.Wrap(&err, "end a plan")
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		p, err := f.TimeBank.PlanByID(ctx, tx, place, plan)
		if err != nil {
			return err
		}
		if !asker.IsZero() && p.Asker != asker {
			return timebank.ErrNotFound
		}
		return f.TimeBank.EndPlan(ctx, tx, p, words)
	})
}

// Sheet is a service written on paper that the desk enters afterwards (F8).
type Sheet struct {
	Request id.ID
	Helper  id.ID // member
	Minutes int
	Words   string // whose sheet, who signed
}

// EnterSheet notes from paper that somebody served: the promise, if there was none yet,
// and how long it took. Who was served still says whether it was good.
func (f *Flows) EnterSheet(ctx context.Context, place id.ID, actor db.Actor, s Sheet) (err error) {
	defer fault.Wrap(&err, "enter a sheet")
	able, err := f.volunteersOf(ctx, place)
	if err != nil {
		return err
	}
	if err := f.otherHousehold(ctx, place, s.Helper, s.Request); err != nil {
		return err
	}
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		q, err := f.TimeBank.ByID(ctx, tx, place, s.Request)
		if err != nil {
			return err
		}
		if s.Minutes < 1 || s.Minutes > q.Minutes+q.Minutes/2 {
			return timebank.ErrBadMinutes.On("minutes").With("least", 1).With("most", q.Minutes+q.Minutes/2)
		}
		if tx.Now.Before(q.From) {
			return timebank.ErrTooEarly.With("minutes", 0)
		}
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		a, err := f.promisedBy(ctx, tx, q, s)
		if err != nil {
			return err
		}
		if err := mayServe(able, s.Helper, q, today); err != nil && a.How == timebank.OnPaper {
			return err
		}
		if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Finished, Minutes: s.Minutes, Words: s.Words, Near: -1}); err != nil {
			return err
		}
		if err := f.tellFinished(ctx, tx, q, a); err != nil {
			return err
		}
		return f.wakeBoard(ctx, tx)
	})
}

// promisedBy is the promise of the sheet's helper, made now if there is none.
func (f *Flows) promisedBy(ctx context.Context, tx *db.Tx, q *timebank.Request, s Sheet) (*timebank.Assignment, error) {
	all, err := f.TimeBank.AssignmentsFor(ctx, tx, tx.Community, q.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Helper == s.Helper && (a.State() == timebank.Promised || a.State() == timebank.Begun) {
			return a, nil
		}
	}
	return f.TimeBank.Assign(ctx, tx, timebank.Assignment{Request: q.ID, Helper: s.Helper, How: timebank.OnPaper, Reason: s.Words})
}
