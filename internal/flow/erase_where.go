package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

// whereKnown forgets somebody in every community in which a module knows her as a person.
// What another instance writes is refused with db.ErrElsewhere after the rest is done.
func (f *Flows) whereKnown(ctx context.Context, actor db.Actor, who id.ID, knows func(ctx context.Context, r db.Reader, community, who id.ID) (bool, error), forget func(ctx context.Context, tx *db.Tx, who id.ID) error) error {
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return err
	}
	var elsewhere error
	for _, p := range places {
		var known bool
		if err := f.DB.View(ctx, p.ID, func(r db.Reader) (err error) { known, err = knows(ctx, r, p.ID, who); return err }); err != nil {
			return err
		}
		if !known {
			continue
		}
		err := f.DB.Update(ctx, p.ID, actor, func(tx *db.Tx) error { return forget(ctx, tx, who) })
		if errors.Is(err, db.ErrElsewhere) {
			elsewhere = err
		} else if err != nil {
			return err
		}
	}
	return elsewhere
}
