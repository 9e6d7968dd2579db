package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// VouchFor notes that somebody of standing saw what a volunteer can do: a member whose
// membership is in force, or a grid worker of the community, who does not live with
// her (F1).
func (f *Flows) VouchFor(ctx context.Context, actor db.Actor, at, who id.ID, skills []volunteer.Skill, words string) (err error) {
	defer fault.Wrap(&err, "flow: vouch")
	if len(skills) == 0 {
		return volunteer.ErrBadSkill.On("skills")
	}
	if err := f.MayVouch(ctx, at, who, actor.ID); err != nil {
		return err
	}
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		for _, s := range skills {
			if err := f.Volunteers.Vouch(ctx, tx, who, s, words); err != nil {
				return err
			}
		}
		return nil
	})
}

// MayVouch refuses who cannot vouch for a volunteer of a community.
func (f *Flows) MayVouch(ctx context.Context, at, who, voucher id.ID) error {
	if who == voucher {
		return volunteer.ErrOwnVouch
	}
	standing, err := f.ofStanding(ctx, at, voucher)
	switch {
	case err != nil:
		return err
	case !standing:
		return ErrNoStanding
	}
	return f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		hers, known, err := f.Households.HomeOf(ctx, r, who)
		if err != nil || !known {
			return err
		}
		his, known, err := f.Households.HomeOf(ctx, r, voucher)
		if err == nil && known && his.ID == hers.ID {
			err = ErrSameHousehold
		}
		return err
	})
}

// ofStanding reports whether the word of somebody counts in a community.
func (f *Flows) ofStanding(ctx context.Context, at, who id.ID) (bool, error) {
	m, err := f.MemberIn(ctx, at, who)
	if err == nil && m.Standing == member.Good {
		return true, nil
	}
	if err != nil && !errors.Is(err, member.ErrNotFound) {
		return false, err
	}
	worker := false
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		grants, err := f.Access.Of(ctx, r, who)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if g.Role != access.GridWorker || !g.Holds(now) {
				continue
			}
			path, err := f.Communities.Up(ctx, r, g.Place)
			if err != nil {
				return err
			}
			worker = worker || slices.ContainsFunc(path, func(p community.Place) bool { return p.ID == at })
		}
		return nil
	})
	return worker, err
}
