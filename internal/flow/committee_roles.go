package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// SyncRoles brings the roles that follow from seats in line in every community. A sweep
// calls it where people are written.
func (f *Flows) SyncRoles(ctx context.Context) error {
	all, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return err
	}
	for _, at := range all {
		if err := errors.Join(f.SyncCommittee(ctx, at.ID), f.GiveOwners(ctx, at.ID)); err != nil {
			return err
		}
	}
	return nil
}

// SyncCommittee brings the roles of a committee's people in line with who sits and who
// chairs: what follows from a seat is given, and what the house gave is ended when the
// seat is. It may be done again.
func (f *Flows) SyncCommittee(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "roles of the committee")
	now := f.DB.Clock().Now()
	var want []access.Grant
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		body, err := f.Committee.Body(ctx, r, community)
		if err != nil {
			return err
		}
		want = nil
		for _, m := range body.Sitting(now) {
			want = append(want, access.Grant{Person: m.Person, Role: access.Committee, Place: community, Until: m.Until, Grantor: allianceGrantor, Reason: m.Reason})
		}
		if m := body.Acting(now); m != nil {
			want = append(want, access.Grant{Person: m.Person, Role: access.Chair, Place: community, Until: body.Current(now).Until, Grantor: allianceGrantor, Reason: "轮值主席"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	var held []*access.Grant
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		held, err = f.Access.In(ctx, r, community)
		return err
	})
	if err != nil {
		return err
	}
	held = slices.DeleteFunc(held, func(g *access.Grant) bool {
		return !g.Holds(now) || !slices.Contains([]authz.Role{access.Committee, access.Chair}, g.Role)
	})
	for _, w := range want {
		if !slices.ContainsFunc(held, func(g *access.Grant) bool { return g.Person == w.Person && g.Role == w.Role }) {
			if err := f.giveRole(ctx, w); err != nil {
				return err
			}
		}
	}
	for _, g := range held {
		if g.Grantor == allianceGrantor && !slices.ContainsFunc(want, func(w access.Grant) bool { return g.Person == w.Person && g.Role == w.Role }) {
			if err := f.takeRole(ctx, g, "任期结束"); err != nil {
				return err
			}
		}
	}
	return nil
}

// ByAlliance reports whether a role came with a seat in the committee: it goes with it,
// and nobody renews it by hand.
func ByAlliance(g *access.Grant) bool { return g.Grantor == allianceGrantor }

// giveRole gives a role that follows from a seat; one that is held stays as it is.
func (f *Flows) giveRole(ctx context.Context, g access.Grant) error {
	told, err := f.RoleGiven(ctx, &g)
	if err != nil {
		return err
	}
	err = f.DB.Update(ctx, id.Tilde, byClock, func(tx *db.Tx) error {
		_, err := f.giveAndTell(ctx, tx, g, told)
		return err
	})
	if errors.Is(err, access.ErrAlreadyHeld) || errors.Is(err, db.ErrElsewhere) { // the sweep does it where people are written
		return nil
	}
	return err
}

// takeRole ends such a role.
func (f *Flows) takeRole(ctx context.Context, g *access.Grant, reason string) error {
	err := f.DB.Update(ctx, id.Tilde, byClock, func(tx *db.Tx) error {
		if err := f.Access.End(ctx, tx, g.ID, allianceGrantor, reason); err != nil {
			return err
		}
		return f.Notices.Send(ctx, tx, roleTaken(g, reason))
	})
	if errors.Is(err, access.ErrEnded) || errors.Is(err, access.ErrOver) || errors.Is(err, db.ErrElsewhere) {
		return nil
	}
	return err
}
