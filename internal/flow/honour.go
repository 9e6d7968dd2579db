package flow

import (
	"context"
	"errors"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// ErrNoNeighbour refuses a nominee whom nobody here answers to: it does not say which
// of name and number is wrong.
var ErrNoNeighbour = fault.New(fault.Invalid, "honour.no_such_neighbour")

// OpenCall opens a call for nominations; jurors are people.
func (f *Flows) OpenCall(ctx context.Context, community id.ID, actor db.Actor, c honour.Call, jurors []id.ID) (opened *honour.Call, err error) {
	defer fault.Wrap(&err, "open a call")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		opened, err = f.Honours.Open(ctx, tx, c, jurors)
		return err
	})
	return opened, err
}

// CancelCall ends a call before it is counted.
func (f *Flows) CancelCall(ctx context.Context, community id.ID, actor db.Actor, call id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "cancel a call")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Honours.Call(ctx, tx, community, call)
		if err != nil {
			return err
		}
		return f.Honours.Cancel(ctx, tx, c, reason)
	})
}

// Neighbour finds the member at home in a community who has a number and a name.
func (f *Flows) Neighbour(ctx context.Context, community id.ID, phone, name string) (who id.ID, err error) {
	number, err := person.ParsePhone(phone)
	if err != nil {
		return who, err
	}
	var p *person.Person
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err = f.People.ByPhone(ctx, r, number)
		return err
	})
	if errors.Is(err, person.ErrNotFound) || err == nil && p.Name != strings.TrimSpace(name) {
		return who, ErrNoNeighbour.On("phone")
	}
	if err != nil {
		return who, err
	}
	if who, err = f.pseudonymOf(ctx, community, p.ID); err == nil && who.IsZero() {
		err = ErrNoNeighbour.On("phone")
	}
	return who, err
}

// goodMember is a member at home in tx's community whose membership is in force.
func (f *Flows) goodMember(ctx context.Context, tx *db.Tx, who id.ID) (*member.Member, error) {
	if who.IsZero() {
		return nil, honour.ErrNotMember
	}
	m, err := f.Members.ByID(ctx, tx, who)
	if err == nil && !atHome(m, tx.Community) {
		err = honour.ErrNotMember
	}
	return m, err
}

// Nominate notes a member's word for a neighbour or a shop. Who is nominated for the
// first time is told, and asked whether she wants to stand; a shop stands under its
// name.
func (f *Flows) Nominate(ctx context.Context, community id.ID, actor db.Actor, call, nominator id.ID, nominee party.Owner, reason string) (err error) {
	defer fault.Wrap(&err, "nominate")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Honours.Call(ctx, tx, community, call)
		if err != nil {
			return err
		}
		if _, err := f.goodMember(ctx, tx, nominator); err != nil {
			return err
		}
		var owner id.ID
		if nominee.Kind == party.Merchant {
			shop, err := f.Merchants.ByID(ctx, tx, community, nominee.ID)
			if err != nil {
				return onField(err, "nominee")
			}
			owner = shop.Owner
		} else if m, err := f.Members.ByID(ctx, tx, nominee.ID); err != nil || m.Home != community {
			return errors.Join(ErrNoNeighbour.On("phone"), err)
		}
		first, err := f.Honours.Nominate(ctx, tx, c, nominee, owner, nominator, strings.TrimSpace(reason))
		if err != nil || !first {
			return err
		}
		if nominee.Kind == party.Merchant {
			n, err := f.Honours.NomineeIn(ctx, tx, community, call, nominee.ID)
			if err != nil {
				return err
			}
			return f.Honours.Answer(ctx, tx, c, n, honour.Named)
		}
		return f.tellMember(ctx, tx, nominee.ID, notice.Notice{
			Kind: notice.HonourNominated, Cause: "honour/" + call.String() + "/" + nominee.ID.String(), Link: "/me/honours", Args: []notice.Arg{notice.Text(c.Title, "")},
		})
	})
}

// WithdrawNomination takes a nomination back.
func (f *Flows) WithdrawNomination(ctx context.Context, community id.ID, actor db.Actor, nominator, nomination id.ID) (err error) {
	defer fault.Wrap(&err, "withdraw a nomination")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error { return f.Honours.Withdraw(ctx, tx, nomination, nominator) })
}

// AnswerNomination notes whether a nominee stands, and under her name.
func (f *Flows) AnswerNomination(ctx context.Context, community id.ID, actor db.Actor, call, who id.ID, answer string) (err error) {
	defer fault.Wrap(&err, "answer a nomination")
	return f.onNominee(ctx, community, actor, call, who, func(tx *db.Tx, c *honour.Call, n *honour.Nominee) error {
		return f.Honours.Answer(ctx, tx, c, n, answer)
	})
}

// ScreenNominee notes whether a nominee meets the criteria, and tells her.
func (f *Flows) ScreenNominee(ctx context.Context, community id.ID, actor db.Actor, call, who id.ID, admitted bool, words string) (err error) {
	defer fault.Wrap(&err, "screen a nominee")
	return f.onNominee(ctx, community, actor, call, who, func(tx *db.Tx, c *honour.Call, n *honour.Nominee) error {
		if err := f.Honours.Screen(ctx, tx, c, n, admitted, words); err != nil || n.Kind == party.Merchant {
			return err
		}
		return f.tellMember(ctx, tx, n.ID, notice.Notice{
			Kind: notice.HonourScreened, Cause: "honour/screened/" + call.String() + "/" + n.ID.String(), Link: "/me/honours",
			Args: []notice.Arg{notice.Text(c.Title, ""), notice.Text(words, "")},
		})
	})
}

func (f *Flows) onNominee(ctx context.Context, community id.ID, actor db.Actor, call, who id.ID, do func(tx *db.Tx, c *honour.Call, n *honour.Nominee) error) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Honours.Call(ctx, tx, community, call)
		if err != nil {
			return err
		}
		n, err := f.Honours.NomineeIn(ctx, tx, community, call, who)
		if err != nil {
			return err
		}
		return do(tx, c, n)
	})
}

// VoteHonour notes a member's vote, one each, changeable until the close.
func (f *Flows) VoteHonour(ctx context.Context, community id.ID, actor db.Actor, call, voter, nominee id.ID) (err error) {
	defer fault.Wrap(&err, "vote")
	return f.onNominee(ctx, community, actor, call, nominee, func(tx *db.Tx, c *honour.Call, n *honour.Nominee) error {
		if _, err := f.goodMember(ctx, tx, voter); err != nil {
			return err
		}
		return f.Honours.Cast(ctx, tx, c, n, voter, false)
	})
}

// JudgeHonour notes the vote of a juror, who is a person.
func (f *Flows) JudgeHonour(ctx context.Context, community id.ID, actor db.Actor, call, nominee id.ID) (err error) {
	defer fault.Wrap(&err, "judge")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return err
	}
	return f.onNominee(ctx, community, actor, call, nominee, func(tx *db.Tx, c *honour.Call, n *honour.Nominee) error {
		if n.ID == self {
			return honour.ErrSelf
		}
		return f.Honours.Cast(ctx, tx, c, n, actor.ID, true)
	})
}

// CountHonours counts every call whose time to vote is over. It is a sweeper's work.
func (f *Flows) CountHonours(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "count honours")
	var due []id.ID
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Honours.Calls(ctx, r, community, 0)
		for _, c := range all {
			if c.Phase(f.DB.Clock().Now()) == honour.Counting {
				due = append(due, c.ID)
			}
		}
		return err
	})
	for _, call := range due {
		if err != nil {
			return err
		}
		err = f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			c, err := f.Honours.Call(ctx, tx, community, call)
			if err != nil || c.Phase(tx.Now) != honour.Counting {
				return err
			}
			_, err = f.Honours.Close(ctx, tx, c)
			return err
		})
	}
	return err
}

// GiveHonour hands an honour over with what it carries: cash (M-04), points (M-06).
// Nobody hands herself one.
func (f *Flows) GiveHonour(ctx context.Context, community id.ID, actor db.Actor, call, who id.ID) (err error) {
	defer fault.Wrap(&err, "give an honour")
	self, err := f.pseudonymOf(ctx, community, actor.ID)
	if err != nil {
		return err
	}
	return f.onNominee(ctx, community, actor, call, who, func(tx *db.Tx, c *honour.Call, n *honour.Nominee) error {
		if n.ID == self {
			return honour.ErrSelf
		}
		a := honour.Award{Call: call, Nominee: who, CashSeq: -1, PointsSeq: -1}
		key := "~honour:" + call.String() + "/" + who.String()
		if c.Cash > 0 {
			m := charter.Award{Honour: call, Cash: c.Cash}
			if n.Kind == party.Merchant {
				m.Merchant = who
			} else {
				m.Member = who
			}
			posted, err := f.Move(ctx, tx, key, m)
			if err != nil {
				return err
			}
			a.CashSeq = posted.Seq
		}
		if c.Points > 0 && n.Kind == party.Member {
			posted, err := f.Move(ctx, tx, key+"/points", charter.PointsGiven{Member: who, Why: "honour", Cause: call, Points: c.Points})
			if err != nil {
				return err
			}
			a.PointsSeq = posted.Seq
		}
		if err := f.Honours.Give(ctx, tx, c, a); err != nil || n.Kind == party.Merchant {
			return err
		}
		return f.tellMember(ctx, tx, who, notice.Notice{Kind: notice.HonourGiven, Cause: key[1:], Link: "/me/honours", Args: []notice.Arg{notice.Text(c.Title, "")}})
	})
}

// AnnounceCeremony announces the annual ceremony, or what has changed of it.
func (f *Flows) AnnounceCeremony(ctx context.Context, community id.ID, actor db.Actor, c honour.Ceremony) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error { return f.Honours.Announce(ctx, tx, c) })
}
