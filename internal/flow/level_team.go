package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// joinAtOnce is how many members one transaction takes onto a team, or off it: a
// closure has 50 ms.
const joinAtOnce = 8

// JoinTeamOf takes a new member onto the team of who recommended her, if that is a
// leader (L-05). It belongs to the transaction in which she joins the community.
func (f *Flows) JoinTeamOf(ctx context.Context, tx *db.Tx, who, recommender id.ID) error {
	leader, err := f.Growth.Held(ctx, tx, tx.Community, recommender, policy.Gold)
	if err != nil || leader == nil {
		return err
	}
	return f.joinTeam(ctx, tx, who, recommender)
}

// joinTeam takes a member onto a team unless she leads, is on one, is not in good
// standing, or has left one by herself: then nothing happens.
func (f *Flows) joinTeam(ctx context.Context, tx *db.Tx, who, leader id.ID) error {
	m, err := f.Members.ByID(ctx, tx, who)
	if errors.Is(err, member.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	places, err := f.Growth.Places(ctx, tx, tx.Community, who)
	if err != nil || !mayJoin(m, tx.Community, leader) {
		return err
	}
	for _, p := range places {
		if p.On() || p.End.Step == growth.Quit {
			return nil
		}
	}
	if err := f.Growth.Join(ctx, tx, who, leader); err != nil {
		return err
	}
	if err := f.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Leader = leader; return nil }); err != nil {
		return err
	}
	return f.tellMember(ctx, tx, who, notice.Notice{Kind: notice.TeamJoined, Cause: "team/" + leader.String() + "/" + tx.Now.String(), Link: "/me/team"})
}

func mayJoin(m *member.Member, community, leader id.ID) bool {
	return m.ID != leader && m.Level == policy.Silver && m.Leader.IsZero() && atHome(m, community)
}

// LeaveTeam takes a member off her team, at once and without a reason (L-05).
func (f *Flows) LeaveTeam(ctx context.Context, community id.ID, actor db.Actor, who id.ID) (err error) {
	defer fault.Wrap(&err, "leave a team")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Members.ByID(ctx, tx, who)
		if err != nil {
			return err
		}
		left, err := f.Growth.Leave(ctx, tx, who, growth.Quit)
		if err != nil {
			return err
		}
		if m.Leader.IsZero() && !left {
			return growth.ErrNotOnTeam
		}
		return f.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Leader = id.ID{}; return nil })
	})
}

// gatherTeams brings every team into line: whom a leader recommended comes onto hers,
// who is on the team of somebody who leads no more is taken off it.
func (f *Flows) gatherTeams(ctx context.Context, community id.ID) error {
	var leads, led []id.ID
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		held, err := f.Growth.Appointments(ctx, r, community, id.ID{})
		if err != nil {
			return err
		}
		leading := make(map[id.ID]bool)
		for _, a := range held {
			if a.Holds() && a.Level == policy.Gold {
				leads, leading[a.Member] = append(leads, a.Member), true
			}
		}
		teams, err := f.Growth.Teams(ctx, r, community)
		for leader := range teams {
			if !leading[leader] {
				led = append(led, leader)
			}
		}
		return err
	})
	for _, leader := range leads {
		if err == nil {
			err = f.gatherTeam(ctx, community, leader)
		}
	}
	for _, leader := range led {
		if err == nil {
			err = f.dissolve(ctx, community, leader)
		}
	}
	return err
}

// gatherTeam takes onto a leader's team whom she recommended and who is on none, some
// at a time.
func (f *Flows) gatherTeam(ctx context.Context, community, leader id.ID) error {
	for {
		some, err := f.waiting(ctx, community, leader)
		if err != nil || len(some) == 0 {
			return err
		}
		if err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			held, err := f.Growth.Held(ctx, tx, community, leader, policy.Gold)
			if err != nil || held == nil {
				return err
			}
			for _, who := range some {
				if err := f.joinTeam(ctx, tx, who, leader); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// waiting are some of those who would come onto a leader's team, none if she leads no
// more.
func (f *Flows) waiting(ctx context.Context, community, leader id.ID) (some []id.ID, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		held, err := f.Growth.Held(ctx, r, community, leader, policy.Gold)
		if err != nil || held == nil {
			return err
		}
		recommended, err := f.recommendedBy(ctx, r, community, leader)
		if err != nil {
			return err
		}
		known, err := f.Members.ByIDs(ctx, r, community, recommended)
		if err != nil {
			return err
		}
		left, err := f.Growth.Quitters(ctx, r, community)
		for _, who := range recommended {
			if m := known[who]; m != nil && len(some) < joinAtOnce && !left[who] && mayJoin(m, community, leader) {
				some = append(some, who)
			}
		}
		return err
	})
	return some, err
}

// dissolve takes everybody off the team of a member who leads no more, some at a
// time, and tells them.
func (f *Flows) dissolve(ctx context.Context, community, leader id.ID) error {
	for {
		more := false
		err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			more = false
			held, err := f.Growth.Held(ctx, tx, community, leader, policy.Gold)
			if err != nil || held != nil {
				return err
			}
			team, err := f.Growth.Team(ctx, tx, community, leader)
			if err != nil {
				return err
			}
			done := 0
			for _, p := range team {
				if !p.On() {
					continue
				}
				if done == joinAtOnce {
					more = true
					return nil
				}
				done++
				if err := f.unlead(ctx, tx, p.Member); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || !more {
			return err
		}
	}
}

func (f *Flows) unlead(ctx context.Context, tx *db.Tx, who id.ID) error {
	if _, err := f.Growth.Leave(ctx, tx, who, growth.Dissolved); err != nil {
		return err
	}
	m, err := f.Members.ByID(ctx, tx, who)
	if errors.Is(err, member.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Leader = id.ID{}; return nil }); err != nil {
		return err
	}
	return f.tellMember(ctx, tx, who, notice.Notice{Kind: notice.TeamDissolved, Cause: "team/dissolved/" + tx.Now.String(), Link: "/me/team"})
}
