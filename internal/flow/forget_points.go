package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// forgetPoints ends what a member who is to be forgotten still has under way — what
// waits at a counter, what no property manager has seen — and empties what she wrote.
// A claim of hers that nobody decided is decided by the clock.
func (f *Flows) forgetPoints(ctx context.Context, tx *db.Tx, who id.ID) error {
	m, err := f.Members.ByID(ctx, tx, who)
	if errors.Is(err, member.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	asked, err := f.Points.OfMember(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for i := range asked {
		if asked[i].End == nil {
			if err := f.takeDown(ctx, tx, &asked[i], points.Cancelled, ""); err != nil {
				return err
			}
		}
	}
	offsets, err := f.Points.OffsetsOf(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for i := range offsets {
		if o := &offsets[i]; o.Answer == nil && o.File.IsZero() {
			if err := f.answerOffset(ctx, tx, o, points.Withdrawn, ""); err != nil {
				return err
			}
		}
	}
	if err := f.Badges.Forget(ctx, tx, who); err != nil {
		return err
	}
	pictures, err := f.Points.Forget(ctx, tx, who, m.Ref)
	if err != nil {
		return err
	}
	return f.Files.Drop(ctx, tx, pictures...)
}
