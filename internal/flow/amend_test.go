package flow_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

var clerk = db.Actor{Kind: "person", ID: id.ID{3}}

func TestAShopsTermsChangeOnceWithAReason(t *testing.T) {
	inTown(t, func(w *town) {
		before := merchant.Terms{Tier: policy.Standard, Status: merchant.Active}
		after := merchant.Terms{Tier: policy.Committee, CarePledge: 10_000, Status: merchant.Active}
		for name, c := range map[string]struct {
			after  merchant.Terms
			reason string
			want   error
		}{
			"too much":  {merchant.Terms{Tier: policy.Standard, CarePledge: 50_001, Status: merchant.Active}, "r", flow.ErrPledgeAbove},
			"no reason": {after, "  ", merchant.ErrNoReason},
			"status":    {merchant.Terms{Tier: policy.Standard, Status: "asleep"}, "r", merchant.ErrBadStatus},
			"tier":      {merchant.Terms{Tier: 9, Status: merchant.Active}, "r", merchant.ErrBadTier},
			"nothing":   {before, "r", merchant.ErrSame},
		} {
			if err := w.AmendShop(ctx, w.home, clerk, "bakery", before, c.after, c.reason); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() { errs[i] = w.AmendShop(ctx, w.home, clerk, "bakery", before, after, "进了商家委员会") })
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !errors.Is(err, merchant.ErrMoved) {
				t.Error(err)
			}
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			m, err := w.Merchants.Lookup(ctx, r, w.home, "bakery")
			w.must(err)
			kept, err := w.Merchants.Amendments(ctx, r, w.home, m.ID)
			w.must(err)
			if done != 1 || m.Terms() != after || len(kept) != 1 || kept[0].Before != before || kept[0].After != after || kept[0].By != clerk.String() {
				t.Errorf("%d changed it: %+v, recorded %+v", done, m.Terms(), kept)
			}
			month, err := w.Merchants.Amended(ctx, r, w.home, w.env.Clock.Now().Add(-time.Hour), w.env.Clock.Now().Add(time.Hour))
			if len(month) != 1 {
				t.Errorf("%d changes in this hour", len(month))
			}
			return err
		}))
	})
}

func TestOfTwoProposalsOneIsSeenFirst(t *testing.T) {
	inTown(t, func(w *town) {
		p := policy.Proposal{Author: "委员会", Reason: "试一试", Params: policy.Trial2025(), EffectiveFrom: w.env.Clock.Now().AddDate(0, 0, 6)}
		p.Code = "too-soon"
		if _, err := w.ProposeAfter(ctx, w.home, clerk, 1, p); !errors.Is(err, flow.ErrTooSoon) {
			t.Error("without notice:", err)
		}
		p.EffectiveFrom = p.EffectiveFrom.AddDate(0, 0, 2)
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			all.Go(func() {
				mine := p
				mine.Code = string(rune('a' + i))
				_, errs[i] = w.ProposeAfter(ctx, w.home, clerk, 1, mine)
			})
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !errors.Is(err, flow.ErrPolicyMoved) {
				t.Error(err)
			}
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			versions, err := w.Policies.List(ctx, r, w.home)
			if done != 1 || len(versions) != 2 {
				t.Errorf("%d proposals became %d versions", done, len(versions))
			}
			return err
		}))
	})
}
