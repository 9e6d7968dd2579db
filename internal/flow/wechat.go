package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// ComeByWeChat signs in for whom a WeChat account stands. One that stands for nobody
// registers nobody: its holder shows a phone number first, and the account is linked
// with the person whom that leads to.
func (f *Flows) ComeByWeChat(ctx context.Context, w signin.WeChat, door Door) (e Entry, err error) {
	defer fault.Wrap(&err, "come by WeChat")
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		e = Entry{}
		who, err := f.SignIn.ByWeChatOf(ctx, tx, w)
		if err != nil {
			return err
		}
		agreed := false
		if !who.IsZero() {
			if agreed, err = f.SignIn.Agreed(ctx, tx, who); err != nil {
				return err
			}
		}
		if !agreed {
			e.Visit, err = f.SignIn.BeginWithWeChat(ctx, tx, w)
			return err
		}
		p, err := f.People.ByID(ctx, tx, who)
		if err != nil {
			return err
		}
		return f.admit(ctx, tx, &e, p, signin.ByWeChat, door)
	})
	return e, err
}

// LinkWeChat lets a WeChat account stand for who is signed in, and has only just
// signed in.
func (f *Flows) LinkWeChat(ctx context.Context, k *Known, w signin.WeChat) error {
	if !k.Session.Fresh(f.DB.Clock().Now()) {
		return signin.ErrNotFresh
	}
	return f.DB.Update(ctx, id.Tilde, k.Viewer.Actor(), func(tx *db.Tx) error { return f.SignIn.LinkWeChat(ctx, tx, k.Person.ID, w) })
}

// UnlinkWeChat undoes it.
func (f *Flows) UnlinkWeChat(ctx context.Context, actor db.Actor, who id.ID) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.SignIn.UnlinkWeChat(ctx, tx, who) })
}

// WeChats are the WeChat accounts that stand for a person.
func (f *Flows) WeChats(ctx context.Context, who id.ID) (all []signin.WeChatLink, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err = f.SignIn.WeChats(ctx, r, who)
		return err
	})
	return all, err
}
