package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// leaveMembership gives up what a member has who is forgotten, so that her money is
// not lost with her name, and takes her own words out of what stays.
func (f *Flows) leaveMembership(ctx context.Context, tx *db.Tx, who id.ID) error {
	m, err := f.Members.ByID(ctx, tx, who)
	if errors.Is(err, member.ErrNotFound) || err == nil && (m.Home != tx.Community || m.Forgotten()) {
		return nil
	}
	if err != nil {
		return err
	}
	ref := m.Ref
	if _, err := f.giveUp(ctx, tx, m, LeaveAll, "资料已删除"); err != nil && !errors.Is(err, membership.ErrOver) {
		return err
	}
	return f.Memberships.Forget(ctx, tx, who, ref)
}

// dropOrdersOf cancels what somebody has ordered who never became a member. Where there
// is nothing to cancel it writes nothing: another instance may write that community.
func (f *Flows) dropOrdersOf(ctx context.Context, person id.ID) error {
	all, err := f.membershipsOf(ctx, person)
	for _, m := range all {
		if err == nil {
			err = f.dropOrdersAt(ctx, person, m.Home, m.Ref)
		}
	}
	return err
}

func (f *Flows) dropOrdersAt(ctx context.Context, person, home id.ID, ref string) error {
	var open bool
	err := f.DB.View(ctx, home, func(r db.Reader) error {
		c, _, err := f.openOrder(ctx, r, home, ref)
		open = c != nil
		return err
	})
	if err != nil || !open {
		return err
	}
	return f.DB.Update(ctx, home, db.Actor{Kind: "person", ID: person}, func(tx *db.Tx) error { return f.dropOrders(ctx, tx, ref, "资料已删除") })
}
