package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/selection"
	"gongyi/internal/platform/db"
)

// ErrNotMember refuses who is no member of the community.
var ErrNotMember = fault.New(fault.Forbidden, "flow.not_a_member")

// AsMember does something in a community in the name of a person's membership there.
func (f *Flows) AsMember(ctx context.Context, community, who id.ID, actor db.Actor, do func(tx *db.Tx, m *member.Member) error) error {
	m, err := f.MemberIn(ctx, community, who)
	if fault.KindOf(err) == fault.NotFound {
		return ErrNotMember
	}
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		now, err := f.Members.ByID(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if now.Standing == member.Barred {
			return ErrNotMember
		}
		return do(tx, now)
	})
}

// CallSelection calls a meeting; the policy says how long leaders sign up first (C11,
// B3).
func (f *Flows) CallSelection(ctx context.Context, community id.ID, actor db.Actor, token string, m selection.Meeting) error {
	_, err := f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		_, err = f.Selections.Call(ctx, tx, m, time.Duration(v.Params.SelectionPriorityHours)*time.Hour)
		return err
	})
	return err
}

// ComeToSelection gives a member a seat; whether she leads is asked now.
func (f *Flows) ComeToSelection(ctx context.Context, community, meeting, who id.ID, actor db.Actor) error {
	return f.AsMember(ctx, community, who, actor, func(tx *db.Tx, m *member.Member) error {
		return f.Selections.Come(ctx, tx, meeting, m.ID, m.Level >= policy.Gold)
	})
}

// CallOffSelection calls a meeting off and tells who would have come.
func (f *Flows) CallOffSelection(ctx context.Context, community, meeting id.ID, actor db.Actor, words string) error {
	href, err := f.pagesOf(ctx, community, "/selection/"+meeting.String())
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Selections.CallOff(ctx, tx, meeting, words)
		if err != nil {
			return err
		}
		guests, err := f.Selections.Guests(ctx, tx, community, meeting)
		if err != nil {
			return err
		}
		for _, g := range guests {
			if err := f.tellMember(ctx, tx, g.Member, notice.Notice{
				Kind: notice.SelectionNews, Cause: "selection/" + meeting.String() + "/off", Link: href,
				Args: []notice.Arg{notice.Text(m.Title, ""), notice.Say("选品会取消了"), notice.Text(words, "")},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// pagesOf is an address below a community's public pages.
func (f *Flows) pagesOf(ctx context.Context, community id.ID, rest string) (string, error) {
	c, err := f.Communities.ByID(ctx, f.DB, community)
	return "/c/" + c.Ref + rest, err
}

// tellMember leaves a notice for who stands behind a pseudonym with the transaction;
// nobody is told who was forgotten.
func (f *Flows) tellMember(ctx context.Context, tx *db.Tx, who id.ID, n notice.Notice) error {
	m, err := f.Members.ByID(ctx, tx, who)
	if fault.KindOf(err) == fault.NotFound || err == nil && m.Ref == "" {
		return nil
	}
	if err != nil {
		return err
	}
	n.Member, n.Place = m.Ref, tx.Community
	return f.Notices.Send(ctx, tx, n)
}

// DecideSelection says what becomes of a proposal, and tells who proposed it.
func (f *Flows) DecideSelection(ctx context.Context, community, proposal id.ID, actor db.Actor, o selection.Outcome) error {
	base, err := f.pagesOf(ctx, community, "/selection")
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if !o.Shop.IsZero() {
			if _, err := f.takingPart(ctx, tx, o.Shop); err != nil {
				return err
			}
		}
		p, err := f.Selections.Decide(ctx, tx, proposal, o)
		if err != nil {
			return err
		}
		return f.tellMember(ctx, tx, p.Member, notice.Notice{
			Kind: notice.SelectionNews, Cause: "selection/" + proposal.String() + "/" + tx.Now.String(), Link: base + "/" + p.Meeting.String(),
			Args: []notice.Arg{notice.Text(p.Title, ""), notice.Say(selection.ResultName(o.Result).Key), notice.Text(o.Owner+"　"+o.Words, "")},
		})
	})
}

// WithdrawSelection takes a proposal off in the name of the office, and tells who
// proposed it why.
func (f *Flows) WithdrawSelection(ctx context.Context, community, proposal id.ID, actor db.Actor, words string) error {
	base, err := f.pagesOf(ctx, community, "/selection")
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		p, err := f.Selections.Withdraw(ctx, tx, proposal, id.ID{}, words)
		if err != nil {
			return err
		}
		return f.tellMember(ctx, tx, p.Member, notice.Notice{
			Kind: notice.SelectionNews, Cause: "selection/" + proposal.String() + "/withdrawn", Link: base + "/" + p.Meeting.String(),
			Args: []notice.Arg{notice.Text(p.Title, ""), notice.Say("没有列进选品会"), notice.Text(words, "")},
		})
	})
}
