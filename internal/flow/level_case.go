package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// AccuseLeader opens a case against a leader or director (L-11): she is told what is
// held against her and until when she is heard.
func (f *Flows) AccuseLeader(ctx context.Context, community id.ID, actor db.Actor, appointment id.ID, allegation string) (c *growth.Case, err error) {
	defer fault.Wrap(&err, "open a case")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		a, err := f.Growth.Appointment(ctx, tx, community, appointment)
		if err != nil {
			return err
		}
		if a.Member == self {
			return growth.ErrOwn
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		until, err := f.endOfDay(ctx, tx, v.Params.StatementDays)
		if err != nil {
			return err
		}
		if c, err = f.Growth.Accuse(ctx, tx, a, allegation, until); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, a.Member, notice.Notice{
			Kind: notice.LevelCase, Cause: "level/case/" + c.ID.String(), Link: "/me/team",
			Args: []notice.Arg{notice.Text(allegation, ""), notice.Moment(until)},
		})
	})
	return c, err
}

// AnswerCase notes what a leader says to a case, or her appeal against a removal.
func (f *Flows) AnswerCase(ctx context.Context, community id.ID, actor db.Actor, who, at id.ID, words string) (err error) {
	defer fault.Wrap(&err, "answer a case")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, a, err := f.caseOf(ctx, tx, at)
		if err != nil {
			return err
		}
		if a.Member != who {
			return growth.ErrNotFound
		}
		return f.Growth.Say(ctx, tx, c, words)
	})
}

func (f *Flows) caseOf(ctx context.Context, tx *db.Tx, at id.ID) (*growth.Case, *growth.Appointment, error) {
	c, err := f.Growth.Case(ctx, tx, tx.Community, at)
	if err != nil {
		return nil, nil, err
	}
	a, err := f.Growth.Appointment(ctx, tx, tx.Community, c.Appointment)
	return c, a, err
}

// DecideCase decides a case, or the appeal against a removal (L-11). A removal takes
// effect when the appeal is decided or its time is over.
func (f *Flows) DecideCase(ctx context.Context, community id.ID, actor db.Actor, at id.ID, removed bool, reason string) (err error) {
	defer fault.Wrap(&err, "decide a case")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return err
	}
	var gone id.ID
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		gone = id.ID{}
		c, a, err := f.caseOf(ctx, tx, at)
		if err != nil {
			return err
		}
		if a.Member == self {
			return growth.ErrOwn
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		until, err := f.endOfDay(ctx, tx, v.Params.AppealDays)
		if err != nil {
			return err
		}
		if err := f.Growth.Decide(ctx, tx, c, removed, reason, until); err != nil {
			return err
		}
		if c.State() == growth.Upheld && a.Holds() {
			gone = a.Member
			return f.endLevel(ctx, tx, a, growth.Removed, reason)
		}
		return f.tellDecision(ctx, tx, c, a, reason, until)
	})
	if err != nil || gone.IsZero() {
		return err
	}
	return f.dissolve(ctx, community, gone)
}

func (f *Flows) tellDecision(ctx context.Context, tx *db.Tx, c *growth.Case, a *growth.Appointment, reason string, until time.Time) error {
	n := notice.Notice{Kind: notice.LevelCaseOver, Cause: "level/case/" + c.ID.String() + "/" + c.State(), Link: "/me/team", Args: []notice.Arg{notice.Text(reason, "")}}
	if c.State() == growth.Sentence {
		n.Kind, n.Args = notice.LevelSentence, []notice.Arg{notice.Text(reason, ""), notice.Moment(until)}
	}
	return f.tellMember(ctx, tx, a.Member, n)
}

// elapseCases ends the cases whose time to appeal has gone by.
func (f *Flows) elapseCases(ctx context.Context, community id.ID) error {
	var due []id.ID
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Growth.Cases(ctx, r, community, id.ID{})
		for _, c := range all {
			if until := c.AppealUntil(); !until.IsZero() && !f.DB.Clock().Now().Before(until) {
				due = append(due, c.ID)
			}
		}
		return err
	})
	for _, at := range due {
		if err != nil {
			return err
		}
		var gone id.ID
		err = f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			gone = id.ID{}
			c, a, err := f.caseOf(ctx, tx, at)
			if err != nil {
				return err
			}
			over, err := f.Growth.Elapse(ctx, tx, c)
			if err != nil || !over || !a.Holds() {
				return err
			}
			gone = a.Member
			return f.endLevel(ctx, tx, a, growth.Removed, c.Steps[len(c.Steps)-2].Words)
		})
		if err == nil && !gone.IsZero() {
			err = f.dissolve(ctx, community, gone)
		}
	}
	return err
}
