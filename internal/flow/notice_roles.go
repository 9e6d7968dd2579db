package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
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

// TellLapsing tells those whose roles end soon by themselves, each once; a sweep calls
// it where people are written.
func (f *Flows) TellLapsing(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "tell of roles that lapse")
	now := f.DB.Clock().Now()
	var lapsing []*access.Grant
	reaches := make(map[id.ID]notice.Reach)
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if lapsing, err = f.Access.Lapsing(ctx, r, now, now.Add(access.Notice)); err != nil {
			return err
		}
		lapsing, err = f.untold(ctx, r, lapsing)
		for _, g := range lapsing {
			if err == nil {
				reaches[g.Person], err = f.reach(ctx, r, g.Person)
			}
		}
		return err
	})
	if err != nil || len(lapsing) == 0 {
		return err
	}
	for some := range slices.Chunk(lapsing, toldAtOnce) {
		if err := f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			for _, g := range some {
				reach := reaches[g.Person]
				if err := f.Notices.Deliver(ctx, tx, notice.Notice{
					Kind: notice.RoleEnding, Person: g.Person, Cause: grantCause(g), Link: "/me/roles", At: tx.Now,
					Args: []notice.Arg{roleArg(g), notice.Day(period.DayOf(g.Until, reach.Zone))},
				}, reach); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// untold leaves the grants of whose end nobody was told, so that a sweep that finds
// nothing new writes nothing.
func (f *Flows) untold(ctx context.Context, r db.Reader, grants []*access.Grant) (left []*access.Grant, err error) {
	for _, g := range grants {
		told, err := f.Notices.Knows(ctx, r, g.Person, notice.RoleEnding, grantCause(g))
		if err != nil {
			return nil, err
		}
		if !told {
			left = append(left, g)
		}
	}
	return left, nil
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
