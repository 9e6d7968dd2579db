package payout_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// TestAPlanCountsWhole: requests count once their plan is written; those of a writer that
// was cut short never do; a batch has one plan.
func TestAPlanCountsWhole(t *testing.T) {
	atDesk(t, func(d *desk) {
		batch, payment, item := id.ID{1}, id.ID{2}, id.ID{3}
		share := func(n byte, parts ...payout.SharePart) payout.Share {
			return payout.Share{ID: id.ID{9, n}, Batch: batch, Place: int(n), Provider: pay.WeChat, Payment: payment, Number: "42", Account: "1600000001", Shop: id.ID{4}, Item: item,
				Amount: 100_00, PaidAt: time.Unix(1_760_000_000, 0), Parts: parts, Release: true}
		}
		house := payout.SharePart{Kind: payout.OfPlatform, Number: "1900000001", Name: "平台", Amount: 3_00}
		keep := func(plan id.ID, shares ...payout.Share) {
			d.must(d.as(1, func(tx *db.Tx) error { return d.KeepShares(ctx, tx, plan, shares) }))
		}
		of := func() (all []payout.Share) {
			d.must(d.View(ctx, home, func(r db.Reader) (err error) { all, err = d.SharesOf(ctx, r, home, payment); return err }))
			return all
		}
		due := func() (all []payout.DueShare) {
			d.must(d.View(ctx, home, func(r db.Reader) (err error) {
				all, err = d.DueShares(ctx, r, home, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), []pay.Kind{pay.WeChat}, 10)
				return err
			}))
			return all
		}
		keep(id.ID{7}, share(1, house)) // cut short
		keep(id.ID{8}, share(2, house), share(3))
		if len(of()) != 0 || len(due()) != 0 {
			t.Fatalf("%d requests count without a plan, %d are due", len(of()), len(due()))
		}
		plan := payout.Plan{ID: id.ID{8}, Batch: batch, Recovered: []payout.Recovered{{Item: item, Shop: id.ID{4}, Amount: 2_00}}}
		d.must(d.as(1, func(tx *db.Tx) error { return d.KeepPlan(ctx, tx, plan) }))
		if err := d.as(1, func(tx *db.Tx) error { return d.KeepPlan(ctx, tx, plan) }); !errors.Is(err, payout.ErrPlanned) {
			t.Errorf("a second plan: %v", err)
		}
		all := of()
		if len(all) != 2 || len(all[0].Parts) != 1 || all[0].ID != (id.ID{9, 2}) || len(due()) != 2 {
			t.Fatalf("%+v, %d due", all, len(due()))
		}
		end := func(x *payout.Share, e payout.ShareEnd) error {
			return d.as(1, func(tx *db.Tx) error {
				now := *x
				now.Parts = append([]payout.SharePart(nil), x.Parts...)
				return d.EndShare(ctx, tx, &now, e)
			})
		}
		if err := end(&all[0], payout.ShareEnd{Kind: payout.ShareDone}); !errors.Is(err, payout.ErrSettled) {
			t.Errorf("done while a part is under way: %v", err)
		}
		d.must(end(&all[0], payout.ShareEnd{Kind: payout.ShareFailed, Reason: payout.AfterRefund}))
		d.must(end(&all[1], payout.ShareEnd{Kind: payout.ShareDone, Number: "30", Brought: 90_00}))
		all = of()
		if all[0].Whole() || all[0].Freed() || all[0].Parts[0].State != pay.Closed || !all[1].Whole() || !all[1].Freed() || len(due()) != 0 {
			t.Errorf("%+v, %d due", all, len(due()))
		}
		d.must(d.View(ctx, home, func(r db.Reader) error {
			got, err := d.Delivered(ctx, r, home, &payout.Item{ID: item, Batch: batch})
			if want := (payout.Delivery{Planned: true, Amount: 92_00, Reference: "30"}); got != want {
				t.Errorf("delivered %+v, want %+v", got, want)
			}
			return err
		}))
	})
}
