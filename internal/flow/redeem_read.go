package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/points"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// CounterNames are the names of the places where something can be collected, shops and
// others, by id.
func (f *Flows) CounterNames(ctx context.Context, r db.Reader, at id.ID) (map[id.ID]string, error) {
	names, err := f.shopNames(ctx, r, at)
	if err != nil {
		return nil, err
	}
	counters, err := f.Points.Counters(ctx, r, at)
	for _, c := range counters {
		names[c.ID] = c.Name
	}
	return names, err
}

// RedemptionOf finds a redemption of a person among the communities that know her.
func (f *Flows) RedemptionOf(ctx context.Context, mine []Belonging, redemption id.ID) (b *Belonging, r *points.Redemption, err error) {
	for i := range mine {
		b = &mine[i]
		err = f.DB.View(ctx, b.Community.ID, func(rd db.Reader) (err error) {
			r, err = f.Points.ByID(ctx, rd, b.Community.ID, redemption)
			return err
		})
		if err == nil && r.Member == b.Member.ID {
			return b, r, nil
		}
		if err != nil && refusalOf(err) == nil {
			return nil, nil, err
		}
	}
	return nil, nil, points.ErrNoOrder
}

// RulesNow is the policy version in force in a community, for a page.
func (f *Flows) RulesNow(ctx context.Context, r db.Reader, at id.ID) (*policy.Version, error) {
	versions, err := f.Policies.List(ctx, r, at)
	if err != nil {
		return nil, err
	}
	v := policy.InForce(versions, f.DB.Clock().Now())
	if v == nil {
		return nil, policy.ErrNone
	}
	return v, nil
}
