package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// introductions are the newcomers who joined on a member's word and count: they have
// paid, used their membership, and are past the cooling-off (B2, B4). Nobody else
// makes a team.
func (f *Flows) introductions(ctx context.Context, r db.Reader, community, by id.ID) (map[id.ID][]id.ID, error) {
	if by.IsZero() {
		return f.Memberships.Introductions(ctx, r, community)
	}
	found := make(map[id.ID][]id.ID)
	all, err := f.Memberships.RecommendedBy(ctx, r, community, membership.By{Kind: membership.ByMember, ID: by})
	for i := len(all) - 1; i >= 0; i-- { // the latest stand first
		if all[i].State() == membership.Counts {
			found[by] = append(found[by], all[i].Member)
		}
	}
	return found, err
}

// prepaid are the paid terms of a community, as its result sees them (S1).
func (f *Flows) prepaid(ctx context.Context, r db.Reader, community id.ID) (all []growth.Prepaid, err error) {
	of, err := f.Memberships.TermsOfMany(ctx, r, community, nil)
	for _, terms := range of {
		for _, t := range terms {
			if t.Fee == 0 {
				continue
			}
			p := growth.Prepaid{Fee: t.Fee, PaidOn: t.PaidDay, Cooling: t.CoolingDays, From: t.From, Until: t.Until}
			if t.End != nil {
				p.Ended, p.EndedOn, p.Refunded = true, t.End.Day, t.End.Refunded
			}
			all = append(all, p)
		}
	}
	return all, err
}
