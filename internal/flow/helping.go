package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// HelpWish is what somebody asks for, by her own hand or another's (F3, F8).
type HelpWish struct {
	Kind    string
	Member  id.ID // who is served
	Entered timebank.Entered
	Minutes int       // 0: as the kind says
	From    time.Time // the earliest beginning; zero: at once
	Until   time.Time // the latest; zero: as the community's rules say
	Words   string
	Langs   string
	Door    timebank.Door
	Beyond  bool // who is served agrees to have it told in neighbouring communities; a guest's never is
}

// Householder is a member as the time bank needs to know her: who she is and where she
// lives, as far as it is known.
type Householder struct {
	Member    *member.Member
	Person    *person.Person
	Household household.Household
	Building  id.ID
	Grid      id.ID
}

// GuestIn reports whether somebody who is served in a community is at home elsewhere.
func (n *Householder) GuestIn(community id.ID) bool {
	return n.Member.Home != community && !n.Member.Home.IsZero()
}

// Elder reports whether somebody is as old as the community's rules ask for, by the year
// of her birth.
func (n *Householder) Elder(now time.Time, rules *policy.TimeBank) bool {
	return n.Person != nil && n.Person.BirthYear > 0 && now.Year()-n.Person.BirthYear >= rules.ElderAge
}

// Householder finds who stands behind a member of a community, and where she lives.
func (f *Flows) Householder(ctx context.Context, community, who id.ID) (n *Householder, err error) {
	defer fault.Wrap(&err, "a neighbour")
	n = &Householder{}
	if err = f.DB.View(ctx, community, func(r db.Reader) error {
		n.Member, err = f.Members.Known(ctx, r, community, who)
		return err
	}); err != nil || n.Member.Ref == "" {
		return n, err
	}
	return n, f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		of, err := f.People.BehindRef(ctx, r, n.Member.Ref)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if n.Person, err = f.People.ByID(ctx, r, of.Person); err != nil {
			return err
		}
		var found bool
		if n.Household, found, err = f.Households.HomeOf(ctx, r, of.Person); err != nil || !found || n.Household.Home != community {
			return err
		}
		n.Building, n.Grid, err = f.withinGrid(ctx, r, n.Household.Place)
		return err
	})
}

// withinGrid are the building and the grid in which a place lies, zero where there is
// none of them above it.
func (f *Flows) withinGrid(ctx context.Context, r db.Reader, place id.ID) (building, grid id.ID, err error) {
	path, err := f.Communities.Up(ctx, r, place)
	for _, p := range path {
		switch p.Kind {
		case community.Building:
			building = p.ID
		case community.Grid:
			grid = p.ID
		}
	}
	return building, grid, err
}

// AskHelp notes a request, sets aside what it costs, and begins to look for a neighbour
// (F2, F3). The same form again is the same request.
func (f *Flows) AskHelp(ctx context.Context, place id.ID, actor db.Actor, w HelpWish, token string) (q *timebank.Request, err error) {
	defer fault.Wrap(&err, "ask for help")
	if err := f.Communities.RequireOn(ctx, f.DB, place, community.TimeBank); err != nil {
		return nil, err
	}
	served, err := f.Householder(ctx, place, w.Member)
	if err != nil {
		return nil, err
	}
	first, err := f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		q, err = f.askHelp(ctx, tx, served, w, id.ID{})
		return err
	})
	if err != nil || !first {
		return q, err
	}
	if q.Urgent {
		_ = f.FindHelpers(ctx, place) // what does not go out now goes out with the sweep
	}
	return q, nil
}

// askHelp is AskHelp within a transaction, for a plan too.
func (f *Flows) askHelp(ctx context.Context, tx *db.Tx, served *Householder, w HelpWish, plan id.ID) (*timebank.Request, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	t := &v.Params.TimeBank
	a := timebank.Asking{Kind: w.Kind, Minutes: w.Minutes, Asker: served.Member.ID, Entered: w.Entered, From: w.From, Until: w.Until, Words: w.Words, Langs: w.Langs,
		Door: w.Door, Building: served.Building, Grid: served.Grid, Plan: plan,
		Rules: timebank.Rules{AheadDays: t.RequestAheadDays, Open: t.OpenRequests, Elder: served.Member.Home == tx.Community && served.Elder(tx.Now, t), Price: v.Params.ServicePrice, BasicPay: v.Params.BasicPay}}
	soon := time.Duration(t.UrgentHours) * time.Hour
	if a.From.IsZero() {
		a.From, a.Until, a.Urgent = tx.Now, tx.Now.Add(soon), true
	}
	if a.Until.IsZero() {
		a.Until = a.From.Add(time.Duration(t.CheckInLate) * time.Minute)
	}
	if err := f.mayAsk(ctx, tx, served.Member); err != nil {
		return nil, err
	}
	q, err := f.TimeBank.Ask(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	if w.Beyond && !served.GuestIn(tx.Community) {
		if err := f.TimeBank.AgreeBeyond(ctx, tx, q.ID); err != nil {
			return nil, err
		}
	}
	if err := f.holdForHelp(ctx, tx, q); err != nil {
		return nil, err
	}
	if w.Entered != timebank.BySelf && w.Entered != timebank.ByPlan {
		if err := f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceEntered, Cause: helpCause(q.ID), Link: helpPath(tx.Community, q.ID),
			Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}}); err != nil {
			return nil, err
		}
	}
	return q, f.wakeBoard(ctx, tx)
}

// wakeBoard wakes the pages that watch a community's requests, after the commit.
func (f *Flows) wakeBoard(ctx context.Context, tx *db.Tx) error {
	board := tx.Community
	return tx.After(ctx, func() { f.Live.Wake(board) })
}

func helpCause(request id.ID) string { return "service/" + request.String() }

// helpPath is where who asked reads of a request; taskPath where a helper does.
func helpPath(community, request id.ID) string {
	return "/help/asked/" + community.String() + "/" + request.String()
}

func taskPath(community, assignment id.ID) string {
	return "/help/given/" + community.String() + "/" + assignment.String()
}

func offerPath(community, offer id.ID) string {
	return "/help/offers/" + community.String() + "/" + offer.String()
}

// WithdrawHelp takes a request back for who asked: what is promised is called off by the
// rules of cancelling, what waits is let go.
func (f *Flows) WithdrawHelp(ctx context.Context, place id.ID, actor db.Actor, asker, request id.ID, words string) (err error) {
	defer fault.Wrap(&err, "withdraw a request")
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		q, err := f.askedBy(ctx, tx, asker, request)
		if err != nil {
			return err
		}
		return f.withdrawHelp(ctx, tx, q, words)
	})
}

// askedBy is a request of a member; another's is not there.
func (f *Flows) askedBy(ctx context.Context, tx *db.Tx, asker, request id.ID) (*timebank.Request, error) {
	q, err := f.TimeBank.ByID(ctx, tx, tx.Community, request)
	if err == nil && !asker.IsZero() && q.Asker != asker {
		err = timebank.ErrNotFound
	}
	return q, err
}

func (f *Flows) withdrawHelp(ctx context.Context, tx *db.Tx, q *timebank.Request, words string) error {
	if q.End != nil {
		return timebank.ErrEnded
	}
	all, err := f.TimeBank.AssignmentsFor(ctx, tx, tx.Community, q.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		switch a.State() {
		case timebank.Begun, timebank.Finished, timebank.Disputed:
			return timebank.ErrNoWay // somebody is there: it ends by what is said of her work
		case timebank.Promised:
			if err := f.callOff(ctx, tx, q, a, words); err != nil {
				return err
			}
		}
	}
	return f.endHelp(ctx, tx, q, timebank.Withdrawn, words)
}

// callOff ends a promise because who asked does not want it any more; called off late,
// the helper is paid for having kept the time (T-05).
func (f *Flows) callOff(ctx context.Context, tx *db.Tx, q *timebank.Request, a *timebank.Assignment, words string) error {
	if err := f.leavePlace(ctx, tx, q, a, timebank.Called, words); err != nil {
		return err
	}
	if err := f.payCalledOff(ctx, tx, q, a); err != nil {
		return err
	}
	return f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServiceOff, Cause: helpCause(a.ID) + "/off", Link: taskPath(tx.Community, a.ID),
		Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}})
}

// endHelp ends a request and lets go what is still set aside for it.
func (f *Flows) endHelp(ctx context.Context, tx *db.Tx, q *timebank.Request, how timebank.Ending, words string) error {
	if err := f.TimeBank.End(ctx, tx, q, how, words); err != nil {
		return err
	}
	if err := errors.Join(f.letGoForHelp(ctx, tx, q), f.tellSpared(ctx, tx, q.ID)); err != nil {
		return err
	}
	return f.wakeBoard(ctx, tx)
}

// SaveKind makes the next edition of a kind of service.
func (f *Flows) SaveKind(ctx context.Context, place id.ID, actor db.Actor, k timebank.Kind) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		_, err := f.TimeBank.SaveKind(ctx, tx, k)
		return err
	})
}

// EndIncident says what became of an incident.
func (f *Flows) EndIncident(ctx context.Context, place id.ID, actor db.Actor, incident id.ID, words string) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		if err := f.TimeBank.EndIncident(ctx, tx, incident, words); err != nil {
			return err
		}
		return f.wakeBoard(ctx, tx)
	})
}
