package flow

import (
	"context"
	"encoding/json"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
)

// Peer reaches the instance that writes a community when this one does not.
type Peer interface {
	Admit(ctx context.Context, address string, community id.ID, c MemberCopy) error
	Notify(ctx context.Context, address string, n notice.Notice) error
	Bring(ctx context.Context, address string, h HoursAway) error
	Pair(ctx context.Context, address string, n pairing.News) error
}

// MemberCopy is what a community learns of a member who is at home elsewhere, and
// of the leader of her team: one level only.
type MemberCopy struct {
	Member member.Copied  `json:"member"`
	Leader *member.Copied `json:"leader,omitempty"`
}

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
	return f.copyMember(ctx, actor, home, visited, ref)
}

// updateWith runs fn, which names a member; if she is not known here she may be a
// member of another community, who is a member here too: then she visits, and fn
// runs again.
func (f *Flows) updateWith(ctx context.Context, community id.ID, actor db.Actor, ref string, fn func(tx *db.Tx) error) error {
	err := f.DB.Update(ctx, community, actor, fn)
	if !errors.Is(err, member.ErrNotFound) {
		return err
	}
	if err := f.Visit(ctx, actor, ref, community); err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, fn)
}

// copyMember brings the copy that visited holds up to date. A change at home that
// came in between was followed before the copy was there, so home is looked at
// again afterwards.
func (f *Flows) copyMember(ctx context.Context, actor db.Actor, home, visited id.ID, ref string) error {
	for seen := int64(-1); ; {
		c, err := f.readCopy(ctx, home, "ref = ?", ref)
		if err != nil || c.Member.Version == seen {
			return err
		}
		seen = c.Member.Version
		if err := f.sendCopy(ctx, actor, visited, c); err != nil {
			return err
		}
	}
}

// readCopy is what home tells of a member.
func (f *Flows) readCopy(ctx context.Context, home id.ID, where string, arg any) (c MemberCopy, err error) {
	err = f.DB.View(ctx, home, func(r db.Reader) (err error) {
		if c.Member, _, err = f.Members.Copy(ctx, r, home, where, arg); err != nil || c.Member.Leader == "" {
			return err
		}
		leader, _, err := f.Members.Copy(ctx, r, home, "ref = ?", c.Member.Leader)
		leader = leader.AsLeader()
		c.Leader = &leader
		return err
	})
	return c, err
}

// sendCopy admits a copy where the community is written.
func (f *Flows) sendCopy(ctx context.Context, actor db.Actor, visited id.ID, c MemberCopy) error {
	err := f.Admit(ctx, actor, visited, c)
	if f.Peer == nil || !errors.Is(err, db.ErrElsewhere) {
		return err
	}
	address, _ := fault.Of(err).Details["address"].(string)
	return f.Peer.Admit(ctx, address, visited, c)
}

// Admit stores a copy in a community that this instance writes.
func (f *Flows) Admit(ctx context.Context, actor db.Actor, visited id.ID, c MemberCopy) error {
	return f.DB.Update(ctx, visited, actor, func(tx *db.Tx) error {
		if c.Leader != nil {
			if err := f.Members.Admit(ctx, tx, *c.Leader); err != nil {
				return err
			}
		}
		return f.Members.Admit(ctx, tx, c.Member)
	})
}

// FollowMember handles the outbox note that a member changed at home: every copy
// is renewed, hers as a visitor and hers as a visitor's leader. It may run twice;
// versions make that harmless.
func (f *Flows) FollowMember(ctx context.Context, home id.ID, payload string) error {
	var note member.Note
	if err := json.Unmarshal([]byte(payload), &note); err != nil {
		return err
	}
	c, err := f.readCopy(ctx, home, "id = ?", note.Member[:])
	if err != nil {
		return err
	}
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.ID == home {
			continue
		}
		var held *member.Member
		err := f.DB.View(ctx, p.ID, func(r db.Reader) (err error) {
			held, err = f.Members.Lookup(ctx, r, p.ID, c.Member.Ref)
			return err
		})
		switch {
		case errors.Is(err, member.ErrNotFound):
			continue // she has not been there
		case err == nil && held.LeadsOnly():
			err = f.sendCopy(ctx, db.System, p.ID, MemberCopy{Member: c.Member.AsLeader()})
		case err == nil && held.Version < c.Member.Version:
			err = f.sendCopy(ctx, db.System, p.ID, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
