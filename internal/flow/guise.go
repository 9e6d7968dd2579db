package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// MarkDemo makes an empty database a demo's, for good. One that holds anybody or
// any place, and was not marked while it was empty, is refused with
// signin.ErrNotADemo: what is real can never be made a demo.
func (f *Flows) MarkDemo(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "mark a demo")
	var places int
	for _, kind := range []community.Kind{community.City, community.Street, community.Community} {
		all, err := f.Communities.List(ctx, f.DB, kind)
		if err != nil {
			return err
		}
		places += len(all)
	}
	return f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		if demo, err := f.SignIn.IsDemo(ctx, tx); err != nil || demo {
			return err
		}
		nobody, err := f.People.None(ctx, tx)
		if err == nil && (!nobody || places > 0) {
			err = signin.ErrNotADemo
		}
		if err != nil {
			return err
		}
		return f.SignIn.MarkDemo(ctx, tx)
	})
}

// LookAs signs a browser in as somebody else: in a demo only.
func (f *Flows) LookAs(ctx context.Context, who id.ID, door Door) (e Entry, err error) {
	defer fault.Wrap(&err, "look as %s", who)
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := f.People.ByID(ctx, tx, who)
		if err != nil {
			return err
		}
		e = Entry{}
		return f.admit(ctx, tx, &e, p, signin.ByGuise, door)
	})
	return e, err
}
