package flow_test

import (
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// A past that was lived in several communities stands in an inbox in its order, once;
// what comes afterwards is told in the ordinary way.
func TestAPastIsToldInItsOrder(t *testing.T) {
	inTown(t, func(w *town) {
		anna := w.known("安娜", "+8613800000001", "anna")
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Notices.Begin(ctx, tx, anna) }))
		entries := make(map[id.ID][]int64)
		buy := func(at id.ID, ref, shop string, keep bool) {
			w.env.Clock.Advance(time.Hour)
			s, err := w.Settle(ctx, at, db.System, flow.Purchase{Ref: ref, PurchasedAt: w.env.Clock.Now(), Member: "anna", Merchant: shop, List: 9_00, Price: 9_00, Held: 9_00})
			w.must(err)
			if keep {
				entries[at] = append(entries[at], s.Seq)
			}
		}
		var want []string
		for i, ref := range []string{"p1", "p2", "p3", "p4"} {
			at, shop := w.home, "bakery"
			if i%2 == 1 {
				at, shop = w.away, "away-shop"
			}
			buy(at, ref, shop, true)
			want = append([]string{shop}, want...)
		}
		w.must(w.TellPast(ctx, entries))
		w.must(w.TellPast(ctx, entries)) // again changes nothing
		shops := func() (got []string) {
			w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) error {
				all, err := w.Notices.List(ctx, r, anna, notice.Filter{Limit: 50})
				for _, it := range all {
					got = append(got, it.Args[0].Value)
				}
				return err
			}))
			return got
		}
		if got := shops(); !slices.Equal(got, want) {
			t.Errorf("the inbox says %v, want %v", got, want)
		}
		buy(w.home, "p5", "fruit", false)
		for _, at := range []id.ID{w.home, w.away} {
			_, err := w.DeriveNotices(ctx, at, 1000)
			w.must(err)
		}
		if got, want := shops(), append([]string{"fruit"}, want...); !slices.Equal(got, want) {
			t.Errorf("afterwards it says %v, want %v", got, want)
		}
	})
}
