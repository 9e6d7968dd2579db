package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// RecordPolicy puts a version of the rules into the evidence.
func (f *Flows) RecordPolicy(ctx context.Context, tx *db.Tx, v policy.Version) error {
	return f.record(ctx, tx, v)
}

// What requests do with hours, for tests outside of the package.

func (f *Flows) SetAsideHours(ctx context.Context, tx *db.Tx, request, asker id.ID, coins money.Amount) (HoursMoved, error) {
	return f.setAsideHours(ctx, tx, request, asker, coins)
}

func (f *Flows) LetGoHours(ctx context.Context, tx *db.Tx, request id.ID) (HoursMoved, error) {
	return f.letGoHours(ctx, tx, request)
}

func (f *Flows) PayGap(ctx context.Context, tx *db.Tx, request id.ID, price money.Amount) (HoursMoved, error) {
	return f.payGap(ctx, tx, request, price)
}

func (f *Flows) ReturnGap(ctx context.Context, tx *db.Tx, request id.ID) (HoursMoved, error) {
	return f.returnGap(ctx, tx, request)
}

func (f *Flows) PayService(ctx context.Context, tx *db.Tx, s HoursService) (HoursMoved, error) {
	return f.payService(ctx, tx, s)
}

func (f *Flows) PayBasic(ctx context.Context, tx *db.Tx, s HoursService) (HoursMoved, error) {
	return f.payBasic(ctx, tx, s)
}

func (f *Flows) PayCancelled(ctx context.Context, tx *db.Tx, s HoursService) (HoursMoved, error) {
	return f.payCancelled(ctx, tx, s)
}

func (f *Flows) ReverseService(ctx context.Context, tx *db.Tx, assignment id.ID, coins money.Amount) (HoursMoved, error) {
	return f.reverseService(ctx, tx, assignment, coins)
}
