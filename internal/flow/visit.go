package flow

import (
	"context"
	"encoding/json"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/platform/db"
)

// Visit makes a member of another community known in visited: a copy of her
// standing, level and leader, with its version (settlement.md, "Inputs"). What
// changes at home later follows through the outbox.
func (f *Flows) Visit(ctx context.Context, actor db.Actor, ref string, visited id.ID) (err error) {
	defer fault.Wrap(&err, "visit of %s", ref)
	var home id.ID
	if err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		home, err = f.Members.HomeOf(ctx, r, ref)
		return err
	}); err != nil {
		return onField(err, "member_ref")
	}
	if home == visited {
		return member.ErrNotFound.On("member_ref")
	}
	return f.copyMember(ctx, actor, home, visited, "ref = ?", ref)
}

// copyMember brings the copy that visited holds up to date. The leader comes
// first, as a copy without a leader of her own: one level only.
func (f *Flows) copyMember(ctx context.Context, actor db.Actor, home, visited id.ID, where string, arg any) error {
	var copied member.Copied
	var leader *member.Copied
	var at *member.Member
	err := f.DB.View(ctx, home, func(r db.Reader) (err error) {
		if copied, at, err = f.Members.Copy(ctx, r, home, where, arg); err != nil || copied.Leader == "" {
			return err
		}
		l, _, err := f.Members.Copy(ctx, r, home, "ref = ?", copied.Leader)
		l.Leader = ""
		leader = &l
		return err
	})
	if err != nil {
		return err
	}
	// Noted first: a change that comes in between finds the copy to renew.
	if err := f.DB.Update(ctx, home, actor, func(tx *db.Tx) error { return f.Members.Visits(ctx, tx, at.ID, visited) }); err != nil {
		return err
	}
	return f.DB.Update(ctx, visited, actor, func(tx *db.Tx) error {
		if leader != nil {
			if err := f.Members.Admit(ctx, tx, *leader); err != nil {
				return err
			}
		}
		return f.Members.Admit(ctx, tx, copied)
	})
}

// FollowMember handles the outbox note that a member changed at home: every copy
// is renewed. It may run twice; versions make that harmless.
func (f *Flows) FollowMember(ctx context.Context, home id.ID, payload string) error {
	var note member.Note
	if err := json.Unmarshal([]byte(payload), &note); err != nil {
		return err
	}
	var visited []id.ID
	if err := f.DB.View(ctx, home, func(r db.Reader) (err error) {
		visited, err = f.Members.Visited(ctx, r, home, note.Member)
		return err
	}); err != nil {
		return err
	}
	for _, v := range visited {
		if err := f.copyMember(ctx, db.System, home, v, "id = ?", note.Member[:]); err != nil {
			return err
		}
	}
	return nil
}
