package app

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
)

// derivations lists what is derived from the books, the quickest first: pages
// wait for the open books, only auditors for the legs.
func (a *App) derivations() []derivation {
	follower := a.Flows.Follower()
	return []derivation{
		a.Flows.DeriveOpenBooks,
		func(ctx context.Context, community id.ID, limit int) (int, error) {
			return follower.Step(ctx, community, ledger.FollowParties, limit)
		},
		a.Flows.DeriveTrade,
		a.Flows.MakePortraits,
		a.Flows.DeriveNotices,
		func(ctx context.Context, community id.ID, limit int) (int, error) {
			return follower.Step(ctx, community, ledger.FollowSums, limit)
		},
		func(ctx context.Context, community id.ID, limit int) (int, error) {
			return follower.Step(ctx, community, ledger.FollowLegs, limit)
		},
	}
}
