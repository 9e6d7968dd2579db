package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// AddGood puts a good into the catalogue (B5), with a picture unless it is nil: of a
// shop of the community, to be collected where something is.
func (f *Flows) AddGood(ctx context.Context, at id.ID, actor db.Actor, g points.Good, picture *attachment.File) (added points.Good, err error) {
	defer fault.Wrap(&err, "add a good")
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		g := g
		switch _, err := f.Merchants.ByID(ctx, tx, at, g.Supplier); {
		case errors.Is(err, merchant.ErrNotFound):
			return points.ErrBadGood.On("supplier")
		case err != nil:
			return err
		}
		if err := f.collectable(ctx, tx, g.Terms.Counter); err != nil {
			return err
		}
		if g.Terms.Picture, err = f.keepPicture(ctx, tx, picture); err != nil {
			return err
		}
		added, err = f.Points.AddGood(ctx, tx, g)
		return err
	})
	return added, err
}

// SetTerms changes what a good costs from now on, and its picture unless it is nil.
func (f *Flows) SetTerms(ctx context.Context, at id.ID, actor db.Actor, good id.ID, t points.Terms, picture *attachment.File) (err error) {
	defer fault.Wrap(&err, "terms of a good")
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		t := t
		if err := f.collectable(ctx, tx, t.Counter); err != nil {
			return err
		}
		g, err := f.Points.Good(ctx, tx, at, good)
		if err != nil {
			return err
		}
		if t.Picture = g.Terms.Picture; picture != nil {
			if t.Picture, err = f.keepPicture(ctx, tx, picture); err != nil {
				return err
			}
		}
		_, err = f.Points.SetTerms(ctx, tx, good, t)
		return err
	})
}

// collectable refuses a place where nothing is collected.
func (f *Flows) collectable(ctx context.Context, tx *db.Tx, counter id.ID) error {
	names, err := f.CounterNames(ctx, tx, tx.Community)
	if err == nil && names[counter] == "" {
		err = points.ErrBadTerms.On("counter")
	}
	return err
}

// CheckBatch notes how a delivered batch was found, with a picture unless it is nil.
func (f *Flows) CheckBatch(ctx context.Context, at id.ID, actor db.Actor, batch id.ID, c points.Check, picture *attachment.File) (err error) {
	defer fault.Wrap(&err, "check a batch")
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		c := c
		if c.Picture, err = f.keepPicture(ctx, tx, picture); err != nil {
			return err
		}
		_, err = f.Points.Inspect(ctx, tx, batch, c)
		return err
	})
}

// keepPicture adds a picture, zero if there is none.
func (f *Flows) keepPicture(ctx context.Context, tx *db.Tx, picture *attachment.File) (id.ID, error) {
	if picture == nil {
		return id.ID{}, nil
	}
	return f.Files.Add(ctx, tx, picture)
}

// PointsPicture reads a picture that shows what the caller says: a claim's never goes
// out as a good's (A7).
func (f *Flows) PointsPicture(ctx context.Context, at, picture id.ID, what points.Shown) (file *attachment.File, err error) {
	defer fault.Wrap(&err, "a picture")
	err = f.DB.View(ctx, at, func(r db.Reader) error {
		if err := f.Points.Shows(ctx, r, at, picture, what); err != nil {
			return err
		}
		file, err = f.Files.ByID(ctx, r, at, picture)
		return err
	})
	return file, err
}
