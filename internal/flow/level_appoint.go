package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// AnswerLevel notes what a candidate says: she accepts, declines, or takes her
// acceptance back (L-02). member is her pseudonym; a candidate of somebody else is not
// found.
func (f *Flows) AnswerLevel(ctx context.Context, community id.ID, actor db.Actor, member, candidate id.ID, answer string) (err error) {
	defer fault.Wrap(&err, "answer for a level")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Growth.Candidate(ctx, tx, community, candidate)
		if err != nil {
			return err
		}
		if c.Member != member || answer != growth.Accepted && answer != growth.Declined && answer != growth.Withdrawn {
			return growth.ErrNotFound
		}
		return f.Growth.Answer(ctx, tx, c, answer)
	})
}

// AppointLevel makes a candidate a leader or a director (L-01 … L-04, L-07). Nobody
// appoints herself. A new leader leaves the team she was on; whom she recommended
// comes onto hers afterwards.
func (f *Flows) AppointLevel(ctx context.Context, community id.ID, actor db.Actor, candidate id.ID, reason string) (a *growth.Appointment, err error) {
	defer fault.Wrap(&err, "appoint")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) (err error) {
		a, err = f.appointLevel(ctx, tx, self, candidate, reason)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a, f.gatherTeam(ctx, community, a.Member)
}

func (f *Flows) appointLevel(ctx context.Context, tx *db.Tx, self, candidate id.ID, reason string) (*growth.Appointment, error) {
	c, err := f.Growth.Candidate(ctx, tx, tx.Community, candidate)
	if err != nil {
		return nil, err
	}
	m, err := f.Members.ByID(ctx, tx, c.Member)
	switch {
	case err != nil:
		return nil, err
	case c.Member == self:
		return nil, growth.ErrOwn
	case !atHome(m, tx.Community):
		return nil, growth.ErrNotGood
	case c.Level == policy.Diamond && m.Level < policy.Gold:
		return nil, growth.ErrAsSilver
	}
	n, err := f.countFor(ctx, tx, tx.Community, c.Member, c.Level)
	if err != nil {
		return nil, err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	first, err := f.nextReview(ctx, tx, &v.Params)
	if err != nil {
		return nil, err
	}
	a, err := f.Growth.Appoint(ctx, tx, &v.Params, c, n, m.Leader, reason, first)
	if err != nil {
		return nil, err
	}
	if _, err := f.Growth.Leave(ctx, tx, m.ID, growth.Rose); err != nil {
		return nil, err
	}
	if err := f.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Level, m.Leader = c.Level, id.ID{}; return nil }); err != nil {
		return nil, err
	}
	return a, f.tellMember(ctx, tx, m.ID, notice.Notice{
		Kind: notice.LevelGiven, Cause: "level/" + a.ID.String(), Link: "/me/team",
		Args: []notice.Arg{notice.Say(growth.LevelName(c.Level)), notice.Text(reason, ""), notice.Day(first)},
	})
}

// nextReview is the day of a review that is counted from today.
func (f *Flows) nextReview(ctx context.Context, tx *db.Tx, p *policy.Params) (period.Day, error) {
	day, err := f.civilDay(ctx, tx, tx.Now)
	return day.Plus(p.LevelReviewMonths), err
}

// RefuseLevel notes why a candidate is not appointed, and tells her.
func (f *Flows) RefuseLevel(ctx context.Context, community id.ID, actor db.Actor, candidate id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "refuse a candidate")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Growth.Candidate(ctx, tx, community, candidate)
		if err != nil {
			return err
		}
		if err := f.Growth.Refuse(ctx, tx, c, reason); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, c.Member, notice.Notice{
			Kind: notice.LevelRefused, Cause: "level/refused/" + c.ID.String(), Link: "/me/team",
			Args: []notice.Arg{notice.Say(growth.LevelName(c.Level)), notice.Text(reason, "")},
		})
	})
}

// ResignLevel ends a level as its holder wishes: as a leader (which ends a director's
// too) or as a director only. Her team is dissolved afterwards.
func (f *Flows) ResignLevel(ctx context.Context, community id.ID, actor db.Actor, who id.ID, level policy.Level, reason string) (err error) {
	defer fault.Wrap(&err, "resign")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		a, err := f.Growth.Held(ctx, tx, community, who, level)
		if err != nil {
			return err
		}
		if a == nil {
			return growth.ErrAsSilver
		}
		return f.endLevel(ctx, tx, a, growth.Resigned, reason)
	})
	if err != nil {
		return err
	}
	return f.dissolve(ctx, community, who)
}

// endLevel ends an appointment and what hangs on it (L-10): the member's level falls,
// so that no purchase pays her a leader's share from now on; the team is taken apart
// afterwards.
func (f *Flows) endLevel(ctx context.Context, tx *db.Tx, a *growth.Appointment, kind, reason string) error {
	if err := f.Growth.Finish(ctx, tx, a, kind, reason); err != nil {
		return err
	}
	left := policy.Gold
	if a.Level == policy.Gold {
		left = policy.Silver
		director, err := f.Growth.Held(ctx, tx, tx.Community, a.Member, policy.Diamond)
		if err != nil {
			return err
		}
		if director != nil {
			if err := f.Growth.Finish(ctx, tx, director, growth.WithGold, reason); err != nil {
				return err
			}
		}
	}
	m, err := f.Members.ByID(ctx, tx, a.Member)
	if err != nil {
		return err
	}
	if err := f.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Level = left; return nil }); err != nil {
		return err
	}
	why := notice.Text(reason, "")
	if reason == growth.TooFewTwice || reason == growth.OwnWish {
		why = notice.Say(reason)
	}
	return f.tellMember(ctx, tx, a.Member, notice.Notice{
		Kind: notice.LevelEnded, Cause: "level/end/" + a.ID.String(), Link: "/me/team",
		Args: []notice.Arg{notice.Say(growth.LevelName(a.Level)), why},
	})
}
