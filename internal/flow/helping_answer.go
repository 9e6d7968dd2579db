package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// AcceptOffer says yes for the member who was asked. Where nobody who lives nearer can
// still say it, the first free place is hers at once; else she hears when that is decided
// (dispatch settles it, at the latest with the policy's minutes), and the assignment is
// nil. Of two who say yes to the last place one gets it.
func (f *Flows) AcceptOffer(ctx context.Context, place id.ID, actor db.Actor, helper, offer id.ID) (a *timebank.Assignment, err error) {
	defer fault.Wrap(&err, "accept an offer")
	able, err := f.ableFor(ctx, place, helper)
	if err != nil {
		return nil, err
	}
	var to *timebank.Offer
	if err := f.DB.View(ctx, place, func(r db.Reader) error { to, err = f.TimeBank.OfferByID(ctx, r, place, offer); return err }); err != nil {
		return nil, err
	}
	if err := f.freeElsewhere(ctx, place, helper, to.Request); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		o, err := f.offeredTo(ctx, tx, helper, offer)
		if err != nil || o.Answer != nil && o.Answer.Says == timebank.Yes { // said twice: she goes
			return err
		}
		if err := f.mayGo(ctx, tx, able, o); err != nil {
			return err
		}
		if err := f.TimeBank.Agree(ctx, tx, o); err != nil {
			return err
		}
		return f.wakeBoard(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	_ = f.FindHelpers(ctx, place) // it is settled at once if it can be, else with the sweep
	return a, f.DB.View(ctx, place, func(r db.Reader) error {
		o, err := f.TimeBank.OfferByID(ctx, r, place, offer)
		if err != nil || o.Answer == nil {
			return err
		}
		if o.Answer.Says != timebank.Yes {
			return timebank.ErrTaken
		}
		all, err := f.TimeBank.AssignmentsFor(ctx, r, place, o.Request)
		for _, x := range all {
			if x.Helper == helper && !x.State().Freed() {
				a = x
			}
		}
		if err == nil && a == nil { // given back already: she promised to be elsewhere in that moment
			err = timebank.ErrBusyThen
		}
		return err
	})
}

// settleOffer sends somebody who said yes. Who has promised to be elsewhere since, here or in
// another community (busy), or may not do it any more, is let go: the next round settles for
// another.
func (f *Flows) settleOffer(ctx context.Context, tx *db.Tx, able []*volunteer.Volunteer, offer id.ID, busy error) error {
	o, err := f.TimeBank.OfferByID(ctx, tx, tx.Community, offer)
	if err != nil || !o.Willing() {
		return err
	}
	var a *timebank.Assignment
	if err = busy; err == nil {
		err = f.mayGo(ctx, tx, able, o)
	}
	if err == nil {
		a, err = f.TimeBank.Accept(ctx, tx, o)
	}
	if fault.Of(err) == nil {
		if err != nil {
			return err
		}
		return f.tellAssigned(ctx, tx, a)
	}
	if err := f.TimeBank.Spare(ctx, tx, o); err != nil {
		return err
	}
	return f.tellSpared(ctx, tx, o.Request)
}

// mayGo refuses who may not do any more what she was asked for: she rests, left the shop as
// whose staff she was asked, or lost a skill or a proof.
func (f *Flows) mayGo(ctx context.Context, tx *db.Tx, able []*volunteer.Volunteer, o *timebank.Offer) error {
	q, err := f.TimeBank.ByID(ctx, tx, tx.Community, o.Request)
	if err != nil {
		return err
	}
	today, _, err := f.onClock(ctx, tx)
	if err != nil {
		return err
	}
	as := slices.DeleteFunc(slices.Clone(able), func(v *volunteer.Volunteer) bool { return v.Shop != o.Shop })
	return mayServe(as, o.Helper, q, today)
}

// tellSpared thanks those who said yes and were let go at this moment.
func (f *Flows) tellSpared(ctx context.Context, tx *db.Tx, request id.ID) error {
	some, err := f.TimeBank.LetGo(ctx, tx, request)
	if err != nil || len(some) == 0 {
		return err
	}
	q, err := f.TimeBank.ByID(ctx, tx, tx.Community, request)
	if err != nil {
		return err
	}
	for _, o := range some {
		if err := f.tellMember(ctx, tx, o.Helper, notice.Notice{Kind: notice.ServiceSpared, Cause: helpCause(o.ID), Link: offerPath(tx.Community, o.ID),
			Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}}); err != nil {
			return err
		}
	}
	return nil
}

// DeclineOffer says no for her; nobody asks why.
func (f *Flows) DeclineOffer(ctx context.Context, place id.ID, actor db.Actor, helper, offer id.ID, words string) (err error) {
	defer fault.Wrap(&err, "decline an offer")
	err = f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		o, err := f.offeredTo(ctx, tx, helper, offer)
		if err != nil {
			return err
		}
		if err := f.TimeBank.Decline(ctx, tx, o, words); err != nil {
			return err
		}
		return f.wakeBoard(ctx, tx)
	})
	if err == nil {
		_ = f.FindHelpers(ctx, place) // somebody else is asked at once, else with the sweep
	}
	return err
}

// offeredTo is an offer to a member; another's is not there.
func (f *Flows) offeredTo(ctx context.Context, tx *db.Tx, helper, offer id.ID) (*timebank.Offer, error) {
	o, err := f.TimeBank.OfferByID(ctx, tx, tx.Community, offer)
	if err == nil && o.Helper != helper {
		err = timebank.ErrNotFound
	}
	return o, err
}

// TakeHelp gives a place to a volunteer who found the request herself on the list of
// what is open. What it asks for she must have, as if she had been asked.
func (f *Flows) TakeHelp(ctx context.Context, place id.ID, actor db.Actor, helper, request id.ID) (a *timebank.Assignment, err error) {
	defer fault.Wrap(&err, "take a request")
	return f.fill(ctx, place, actor, timebank.Assignment{Request: request, Helper: helper, How: timebank.ByOwn})
}

// AssignHelp gives a place to a helper whom the desk chose, with its reason. Skill and
// identity hold for it too; hours and distance are its own judgement.
func (f *Flows) AssignHelp(ctx context.Context, place id.ID, actor db.Actor, request, helper id.ID, reason string) (a *timebank.Assignment, err error) {
	defer fault.Wrap(&err, "assign a helper")
	return f.fill(ctx, place, actor, timebank.Assignment{Request: request, Helper: helper, How: timebank.ByHand, Reason: reason})
}

// fill gives a place to a helper who has what it asks for, does not live with who is served
// and has promised nothing at that time elsewhere, in no moment before and in none meanwhile;
// to a guest as far as she would be asked.
func (f *Flows) fill(ctx context.Context, place id.ID, actor db.Actor, chosen timebank.Assignment) (a *timebank.Assignment, err error) {
	able, err := f.ableFor(ctx, place, chosen.Helper)
	if err != nil {
		return nil, err
	}
	for _, may := range []func(ctx context.Context, place, helper, request id.ID) error{f.otherHousehold, f.mayCome, f.freeElsewhere} {
		if err := may(ctx, place, chosen.Helper, chosen.Request); err != nil {
			return nil, err
		}
	}
	err = f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		q, err := f.TimeBank.ByID(ctx, tx, place, chosen.Request)
		if err != nil {
			return err
		}
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		if err := mayServe(able, chosen.Helper, q, today); err != nil {
			return err
		}
		if a, err = f.TimeBank.Assign(ctx, tx, chosen); err != nil {
			return err
		}
		return f.tellAssigned(ctx, tx, a)
	})
	if err != nil {
		return nil, err
	}
	_ = f.keepApart(ctx, place, a.Helper) // what is not seen now is seen by the sweep
	return a, f.DB.View(ctx, place, func(r db.Reader) error {
		if a, err = f.TimeBank.AssignmentByID(ctx, r, place, a.ID); err == nil && a.State() == timebank.GivenBack {
			a, err = nil, timebank.ErrBusyThen
		}
		return err
	})
}

// Refusals of who wants to help.
var (
	ErrNoVolunteer  = fault.New(fault.Conflict, "help.no_volunteer")
	ErrNotSkilled   = fault.New(fault.Conflict, "help.not_skilled")
	ErrNotKnown     = fault.New(fault.Conflict, "help.identity_not_known")
	ErrOwnHousehold = fault.New(fault.Conflict, "help.own_household")
)

// mayServe refuses who is no active volunteer, or lacks what a request asks for.
func mayServe(able []*volunteer.Volunteer, helper id.ID, q *timebank.Request, today period.Day) error {
	err := error(ErrNoVolunteer)
	for _, v := range able {
		if v.Member != helper || v.State != volunteer.Active {
			continue
		}
		switch {
		case q.Skill != "" && int(v.Can(volunteer.Skill(q.Skill), today)) < max(q.Level, 1):
			err = ErrNotSkilled
		case int(v.Identity(today)) < q.Identity:
			err = ErrNotKnown
		default:
			return nil
		}
	}
	return err
}

// otherHousehold refuses a helper who lives with who is served.
func (f *Flows) otherHousehold(ctx context.Context, place, helper, request id.ID) error {
	var q *timebank.Request
	if err := f.DB.View(ctx, place, func(r db.Reader) (err error) {
		q, err = f.TimeBank.ByID(ctx, r, place, request)
		return err
	}); err != nil {
		return err
	}
	who, err := f.Householder(ctx, place, helper)
	if err != nil {
		return err
	}
	served, err := f.Householder(ctx, place, q.Asker)
	if err == nil && !who.Household.ID.IsZero() && who.Household.ID == served.Household.ID {
		err = ErrOwnHousehold
	}
	return err
}

// tellAssigned tells both sides that a place is filled.
func (f *Flows) tellAssigned(ctx context.Context, tx *db.Tx, a *timebank.Assignment) error {
	q, err := f.TimeBank.ByID(ctx, tx, tx.Community, a.Request)
	if err != nil {
		return err
	}
	if err := f.shareGap(ctx, tx, q, a); err != nil {
		return err
	}
	what := []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}
	err = errors.Join(
		f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceFound, Cause: helpCause(a.ID), Link: helpPath(tx.Community, q.ID), Args: what}),
		f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServicePromised, Cause: helpCause(a.ID), Link: taskPath(tx.Community, a.ID), Args: what}),
	)
	if err != nil {
		return err
	}
	if err := f.tellSpared(ctx, tx, q.ID); err != nil {
		return err
	}
	return f.wakeBoard(ctx, tx)
}
