package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// RoleGiven is what somebody is told of a role that she got: which, where, until when
// and why.
func (f *Flows) RoleGiven(ctx context.Context, g *access.Grant) (n notice.Notice, err error) {
	defer fault.Wrap(&err, "notice of role %s", g.Role)
	where, err := f.whereHeld(ctx, g)
	return notice.Notice{
		Kind: notice.RoleGranted, Person: g.Person, Cause: grantCause(g), Link: "/me/roles", At: g.GrantedAt,
		Args: []notice.Arg{roleArg(g), where, notice.Until(g.Until), notice.Text(g.Reason, "")},
	}, err
}

// roleTaken is what somebody is told of a role that ended before its term.
func roleTaken(g *access.Grant, reason string) notice.Notice {
	return notice.Notice{
		Kind: notice.RoleEnded, Person: g.Person, Cause: grantCause(g), Link: "/me/roles",
		Args: []notice.Arg{roleArg(g), notice.Text(reason, "")},
	}
}

func grantCause(g *access.Grant) string { return "grant/" + g.ID.String() }

func roleArg(g *access.Grant) notice.Arg { return notice.Say(access.Name(g.Role).Key) }

// whereHeld names the place of a role, with the shop if it is held for one.
func (f *Flows) whereHeld(ctx context.Context, g *access.Grant) (notice.Arg, error) {
	if g.Place.IsZero() {
		return notice.Say("全平台"), nil
	}
	place, err := f.Communities.ByID(ctx, f.DB, g.Place)
	if err != nil {
		return notice.Arg{}, err
	}
	name := place.Name
	if name == "" {
		name = place.Ref
	}
	if g.Subject.IsZero() {
		return notice.Text(name, ""), nil
	}
	err = f.DB.View(ctx, g.Place, func(r db.Reader) error {
		m, err := f.Merchants.ByID(ctx, r, g.Place, g.Subject)
		if err == nil {
			name += " · " + shopName(m)
		}
		if fault.KindOf(err) == fault.NotFound {
			return nil // a point, or a shop no more
		}
		return err
	})
	return notice.Text(name, ""), err
}
