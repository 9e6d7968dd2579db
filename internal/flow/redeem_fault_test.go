package flow_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestRedemptionsOutliveFaults: the program fails before and after commits, at every
// step of a redemption; who asks again with the same form gets one, and what moved is
// what the records say.
func TestRedemptionsOutliveFaults(t *testing.T) {
	var on atomic.Bool
	var n atomic.Int64
	boom := errors.New("pulled the plug")
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		on.Store(false)
		w := settled(t, env)
		w.pilot()
		w.give("anna", 5_000)
		g := w.good("米", 900, 50, 30)
		ask := func(do func() error) error {
			for range 20 {
				if err := do(); !errors.Is(err, boom) && !errors.Is(err, db.ErrUnknown) && !errors.Is(err, db.ErrBusy) {
					return err
				}
			}
			return errors.New("never answered")
		}
		on.Store(true)
		for i := range 12 {
			var r *points.Redemption
			w.must(ask(func() (err error) { r, err = w.redeem("anna", g.ID, fmt.Sprint("f", i)); return err }))
			end := func() error {
				if i%2 == 0 {
					_, err := w.HandGoods(ctx, w.home, office, r.Counter, r.ID)
					return err
				}
				return w.CancelRedemption(ctx, w.home, office, r.Member, r.ID, "")
			}
			if err := ask(end); err != nil && !errors.Is(err, points.ErrEnded) { // it was done, and the answer lost
				t.Fatal(err)
			}
		}
		on.Store(false)
		if left := w.left(g.ID); left != 24 {
			t.Errorf("%d left, want 24", left)
		}
		w.expect("member:anna/points POINT 4700\nmerchant:bakery/payable CNY 54.00\nplatform/promotion CNY -54.00\npoints/issue POINT -4700\n")
		w.whole()
	}, func(o *db.Options) {
		o.Fault = func(step db.Step) error {
			if on.Load() && n.Add(1)%3 == 0 {
				return boom
			}
			return nil
		}
	})
}
