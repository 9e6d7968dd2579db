package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/db"
)

// SeatsAtOnce are the seats of one transaction.
const SeatsAtOnce = seatsAtOnce

// BeginHolding is HoldClass as far as it got when it broke off before any seat.
func (f *Flows) BeginHolding(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at, session id.ID) error {
	return f.beginHolding(ctx, place, actor, teacher, at, session)
}

// BeginEnding is CallOffActivity as far as it got when it broke off before any seat.
func (f *Flows) BeginEnding(ctx context.Context, place id.ID, actor db.Actor, teacher *id.ID, at id.ID, words string) error {
	return f.beginEnding(ctx, place, actor, teacher, at, words)
}

// CloseSome carries out one transaction's worth.
func (f *Flows) CloseSome(ctx context.Context, place id.ID, actor db.Actor, at id.ID) (more bool, err error) {
	return more, f.withActivity(ctx, place, actor, at, func(tx *db.Tx, a *activity.Activity) (err error) {
		more, err = f.closeSome(ctx, tx, a)
		return err
	})
}
