package flow

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Zone is the time zone in which a community's people read an instant.
func (f *Flows) Zone(ctx context.Context, r db.Reader, community id.ID, at time.Time) (*time.Location, error) {
	versions, err := f.Policies.List(ctx, r, community)
	if err != nil {
		return nil, err
	}
	v := policy.InForce(versions, at)
	if v == nil {
		return nil, policy.ErrNone
	}
	return f.zone(&v.Params)
}

// PolicyRecord is the entry by which a policy version stands in the evidence: its
// facts are the version. NotFound for a version that was never recorded.
func (f *Flows) PolicyRecord(ctx context.Context, community id.ID, number int) (s ledger.Sealed, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		seq, err := f.Ledger.Numbered(ctx, r, community, fmt.Sprintf("~policy:%d", number))
		if err == nil {
			s, err = f.sealed(ctx, r, community, seq)
		}
		return err
	})
	return s, err
}
