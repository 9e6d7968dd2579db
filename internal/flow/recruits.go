package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/recruit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Recruited are the roles for which a community calls for people (A6). A keeper of a
// point is called once there are points.
var Recruited = []authz.Role{access.Partner, access.Volunteer, access.TeamLeader, access.Mediator, access.TaskForce}

// PublishCall publishes a call for people.
func (f *Flows) PublishCall(ctx context.Context, actor db.Actor, token string, c recruit.Call) error {
	if !slices.Contains(Recruited, c.Role) {
		return recruit.ErrBadRole.On("role")
	}
	_, err := f.Once(ctx, id.Tilde, actor, token, func(tx *db.Tx) error {
		_, err := f.Calls.Publish(ctx, tx, c)
		return err
	})
	return err
}

func callHref(home string, call id.ID) string { return home + "/calls/" + call.String() }

// AnswerCall appoints an applicant, or refuses her with words, and tells her. To
// appoint needs what the policies ask of who gives the role; the grant is made in the
// same transaction.
func (f *Flows) AnswerCall(ctx context.Context, e *authz.Engine, v authz.Viewer, application id.ID, answer recruit.Answer, words string) (err error) {
	defer fault.Wrap(&err, "flow: answer an application")
	var a *recruit.Application
	var c *recruit.Call
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if a, err = f.Calls.ApplicationByID(ctx, r, application); err == nil {
			c, err = f.Calls.CallByID(ctx, r, a.Call)
		}
		return err
	})
	if err != nil {
		return err
	}
	appointment := Appointment{Person: a.Person, Role: c.Role, Place: c.Home, Until: f.DB.Clock().Now().AddDate(0, c.Months, 0), Reason: c.Title}
	var told notice.Notice
	shape := appointment.grant(v)
	if answer == recruit.Appointed {
		if err := f.Appointable(ctx, e, v, appointment); err != nil {
			return err
		}
		if told, err = f.RoleGiven(ctx, &shape); err != nil {
			return err
		}
	}
	base, err := f.pagesOf(ctx, c.Home, "")
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error {
		a, c, err := f.Calls.Answer(ctx, tx, application, answer, words)
		if err != nil {
			return err
		}
		if answer == recruit.Appointed {
			if _, err := f.giveAndTell(ctx, tx, shape, told); err != nil {
				return err
			}
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.CallAnswered, Person: a.Person, Place: c.Home, Cause: "call/" + application.String() + "/" + string(answer), Link: callHref(base, c.ID),
			Args: []notice.Arg{notice.Text(c.Title, ""), notice.Say(recruit.AnswerName(answer).Key), notice.Text(words, "")},
		})
	})
}

// InviteApplicant notes an interview, and tells who applied when it is.
func (f *Flows) InviteApplicant(ctx context.Context, actor db.Actor, application id.ID, n recruit.Note) error {
	var home id.ID
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		a, err := f.Calls.ApplicationByID(ctx, r, application)
		if err != nil {
			return err
		}
		c, err := f.Calls.CallByID(ctx, r, a.Call)
		if err == nil {
			home = c.Home
		}
		return err
	})
	if err != nil {
		return err
	}
	base, err := f.pagesOf(ctx, home, "")
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		a, err := f.Calls.Note(ctx, tx, application, n)
		if err != nil || n.Interview.IsZero() {
			return err
		}
		c, err := f.Calls.CallByID(ctx, tx, a.Call)
		if err != nil {
			return err
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.CallAnswered, Person: a.Person, Place: home, Cause: "call/" + application.String() + "/talk/" + n.Interview.String(), Link: callHref(base, c.ID),
			Args: []notice.Arg{notice.Text(c.Title, ""), notice.Say("想请您来谈谈"), notice.Moment(n.Interview)},
		})
	})
}

// ForgetApplicants deletes what refused applicants of a community wrote, after the time
// that its policy says. It is a sweeper's work where people are written.
func (f *Flows) ForgetApplicants(ctx context.Context) error {
	places, err := f.keepersOfCalls(ctx)
	if err != nil {
		return err
	}
	for _, home := range places {
		s, err := f.StandingIn(ctx, home)
		if err != nil {
			return err
		}
		before := f.DB.Clock().Now().Add(-time.Duration(s.Rules.ApplicantKeptDays) * 24 * time.Hour)
		if err := f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) error { _, err := f.Calls.Forget(ctx, tx, home, before); return err }); err != nil {
			return err
		}
	}
	return nil
}

// keepersOfCalls are the communities that ever published a call.
func (f *Flows) keepersOfCalls(ctx context.Context) (homes []id.ID, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		homes, err = f.Calls.Homes(ctx, r)
		return err
	})
	return homes, err
}
